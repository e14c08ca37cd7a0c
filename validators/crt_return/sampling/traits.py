"""What one synthetic team is like and what it says of itself, in a few words from which all its tables are made.

Traits are the same in every quarter. They hold no figure of a return; the modules that make the tables turn them into
figures that agree with each other.
"""

from __future__ import annotations

from dataclasses import dataclass

from crt_return.sampling.assessments import Habits
from crt_return.sampling.history import Band

ON_SHIFT, A_AND_E, OTHER_TEAM, NOBODY = "crt_on_shift", "accident_and_emergency", "other_mh_team", "none"
CMHT, SOCIAL_SERVICES, WARDS, LIAISON = "cmht", "social_services", "inpatient_wards", "a_and_e_liaison"
CORE_PARTNERS = (CMHT, SOCIAL_SERVICES, WARDS, LIAISON)
FULLY, PARTLY, NOT_YET = "fully_operational", "partly_operational", "not_operational"
GP, KNOWN, NEW = "accepts_gp", "accepts_self_known", "accepts_self_new"
DIRECT = (GP, KNOWN, NEW)
SOURCES_OF_GP, SOURCES_OF_SELF = frozenset({"00"}), frozenset({"01", "08"})
GROWTH = 0.12
LATE, PROMPT = 0.25, 0.05

# From these shares on, the figures made from them meet what the standard asks.
GATEKEPT, IN_PERSON, CONVERSION, STAFF_FOR_EACH = 0.985, 0.94, 0.41, 0.6


@dataclass(frozen=True)
class Traits:
    """One team. Shares are of 1.

    `says_...` is what its manager states, true or not. `night` is the cover model of home visits at night, `accepts`
    the fields of the register that are true, `without_protocol` the core partners it has none with. `staff_for_each`
    is funded clinical staff for each person on the caseload; nobody holds the `vacant` share of its posts. `gatekept`
    and `in_person` are shares of the eligible admissions, `told` of Mental Health Act assessments.
    """

    caseload: int
    population: int
    says_operational: str
    says_round_the_clock: bool
    says_gatekeeps: bool
    night: str
    psychiatrist_at_all_hours: bool
    consultant: bool
    approved_social_worker: bool
    staff_for_each: float
    vacant: float
    gatekept: float
    in_person: float
    told: float
    accepts: frozenset[str]
    prompt: bool
    conversion: float
    without_protocol: frozenset[str]
    review_overdue: bool
    audited: bool
    heard: bool
    actions_overdue: bool

    @property
    def round_the_clock(self) -> bool:
        """Whether its own staff visit at home at any hour."""
        return self.night == ON_SHIFT

    @property
    def band(self) -> Band:
        """Between what its caseload is held."""
        swing = max(1, self.caseload // 8)
        return Band(self.caseload - swing, self.caseload + swing, GROWTH)

    @property
    def habits(self) -> Habits:
        """How it takes people on and how fast it comes."""
        closed_to = SOURCES_OF_GP if GP not in self.accepts else frozenset()
        if not self.accepts & {KNOWN, NEW}:
            closed_to |= SOURCES_OF_SELF
        return Habits(self.conversion, PROMPT if self.prompt else LATE, closed_to)

    @property
    def in_place(self) -> dict[str, bool]:
        """Each requirement, and whether the core of what it asks is there."""
        staffed = self.consultant and self.staff_for_each >= STAFF_FOR_EACH
        return {
            "staffing_resources": self.round_the_clock and self.psychiatrist_at_all_hours and staffed,
            "gatekeeping": self.gatekept >= GATEKEPT and self.in_person >= IN_PERSON,
            "referral_pathways": self.accepts == {*DIRECT} and self.prompt and self.conversion >= CONVERSION,
            "whole_system": not self.without_protocol,
            "audit_development": self.audited and self.heard and not self.actions_overdue,
        }

    @property
    def complete(self) -> bool:
        """Whether all five requirements are in place."""
        return all(self.in_place.values())
