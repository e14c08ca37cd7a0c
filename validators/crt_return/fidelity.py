"""What follows from the measures of a team: the status of each requirement, and the claims beside the evidence.

A requirement is fully in place where all its core measures are met, partly where at least half are, otherwise not;
a core measure that is not judged leaves it not assessed. It looks at no data and holds no number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from crt_return.measure import COMPARED_DECIMALS
from crt_return.measured import JUDGED, MET, Measured, State, level_words
from crt_return.privacy import safe
from crt_return.standard import Standard

Status = Literal["fully", "partly", "not", "not assessed"]
Agreement = Literal["agrees", "claims too much", "claims too little", "not assessed"]
STATUS_ORDER: tuple[Status, ...] = ("not", "partly", "fully")
NOT_ASSESSED: Literal["not assessed"] = "not assessed"
FULLY_OPERATIONAL, NOT_FULLY_OPERATIONAL = "fully_operational", "not_fully_operational"
OPERATIONAL_CLAIM = "operational_status_self"


@dataclass(frozen=True)
class Claims:
    """What a team says of itself; None where the return does not say, or says it wrongly."""

    requirements: Mapping[str, str | None]
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Claim:
    """One claim beside what the measures show."""

    field: str
    claimed: Any
    computed: Any
    agreement: Agreement


@dataclass(frozen=True)
class Requirement:
    """One requirement of one team; `at_worst` and `at_best` say what the measures not judged could make of it."""

    requirement: str
    title: str
    claimed: str | None
    computed: Status
    at_worst: Status
    at_best: Status
    agreement: Agreement
    measures: tuple[Measured, ...]

    @property
    def not_met(self) -> str:
        """The core measures that are not met, whatever is missing, by title."""
        return "; ".join(one.measure.title for one in _core(self.measures) if _supposed(one, best=True) == "not met")

    @property
    def because(self) -> str | None:
        """Why the requirement is not assessed, a sentence a core measure; None where it is."""
        if self.computed != NOT_ASSESSED:
            return None
        core = _core(self.measures)
        open_ = [one for one in core if one.state not in (*JUDGED, "not applicable")]
        return "; ".join(f"{one.measure.id} is {one.state}: {one.because}" for one in open_ or core)


@dataclass(frozen=True)
class TeamFidelity:
    """A team's five requirements, its status, and its claims."""

    provider_code: str
    team_id: str
    computed: str
    requirements: tuple[Requirement, ...]
    claims: tuple[Claim, ...]

    @property
    def not_met(self) -> str:
        """The requirements known not to be fully in place, by title."""
        return ", ".join(one.title for one in self.requirements if one.at_best in ("not", "partly"))

    @property
    def because(self) -> str | None:
        """Why the team's status is not assessed; None where it is."""
        if self.computed != NOT_ASSESSED:
            return None
        return "; ".join(f"{one.title} is not assessed" for one in self.requirements if one.computed == NOT_ASSESSED)


def team_fidelity(measured: Sequence[Measured], claims: Claims, standard: Standard) -> TeamFidelity:
    """The fidelity of the team whose measures these are."""
    by_requirement: dict[str, list[Measured]] = defaultdict(list)
    for one in measured:
        by_requirement[one.measure.requirement].append(one)
    requirements = tuple(
        _requirement(code.code, code.label, by_requirement[code.code], claims.requirements.get(code.code))
        for code in standard.codelists["requirement"]
    )
    computed = operational_status([one.at_best for one in requirements], [one.computed for one in requirements])
    own = {one.measure.id: one.state for one in measured}
    beside = tuple(
        _claim(field, claims.fields.get(field), own.get(measure)) for field, measure in standard.claims.items()
    )
    operational = _operational_claim(claims.fields.get(OPERATIONAL_CLAIM), computed)
    first = measured[0]
    return TeamFidelity(first.provider_code, str(first.team_id), computed, requirements, (operational, *beside))


def _requirement(code: str, title: str, measured: Sequence[Measured], claimed: str | None) -> Requirement:
    core = _core(measured)
    computed = requirement_status([one.state for one in core])
    worst, best = (requirement_status([_supposed(one, best=best) for one in core]) for best in (False, True))
    return Requirement(code, title, claimed, computed, worst, best, agreement(claimed, worst, best), tuple(measured))


def _core(measured: Iterable[Measured]) -> list[Measured]:
    """The measures that decide."""
    return [one for one in measured if one.measure.core]


def requirement_status(core: Iterable[State]) -> Status:
    """The status of a requirement by the states of its core measures; those not applicable are left out."""
    states = [state for state in core if state != "not applicable"]
    if not states or any(state not in JUDGED for state in states):
        return NOT_ASSESSED
    met = sum(state in MET for state in states)
    if met == len(states):
        return "fully"
    return "partly" if 2 * met >= len(states) else "not"


def _supposed(one: Measured, *, best: bool) -> State:
    """The state of a measure if what is not known turned out at its best, or at its worst."""
    if one.state in (*JUDGED, "not applicable"):
        return one.state
    bound = (one.bounds.best if best else one.bounds.worst) if one.bounds else None
    holds = best if bound is None else one.limit("met").holds(bound)
    return "met" if holds else "not met"


def operational_status(at_best: Iterable[Status], computed: Iterable[Status]) -> str:
    """Fully operational where all five requirements are fully in place; not so where one at its best is not."""
    if any(status in ("not", "partly") for status in at_best):
        return NOT_FULLY_OPERATIONAL
    return FULLY_OPERATIONAL if all(status == "fully" for status in computed) else NOT_ASSESSED


def agreement(claimed: str | None, at_worst: Status, at_best: Status) -> Agreement:
    """How a claimed status stands to the computed one, or to all that it could be."""
    if claimed not in STATUS_ORDER or NOT_ASSESSED in (at_worst, at_best):
        return NOT_ASSESSED
    own, worst, best = (STATUS_ORDER.index(status) for status in (claimed, at_worst, at_best))
    if worst < best and worst <= own <= best:
        return NOT_ASSESSED
    return _compared(max(own - best, 0) or min(own - worst, 0))


def _compared(excess: int) -> Agreement:
    if excess == 0:
        return "agrees"
    return "claims too much" if excess > 0 else "claims too little"


def _claim(field: str, claimed: bool | None, state: State | None) -> Claim:
    """A yes-or-no claim beside the measure that shows it."""
    computed = state in MET if state in JUDGED else None
    known = claimed is not None and computed is not None
    return Claim(
        field, claimed, computed, _compared(int(bool(claimed)) - int(bool(computed))) if known else NOT_ASSESSED
    )


def _operational_claim(claimed: str | None, computed: str) -> Claim:
    known = claimed is not None and computed != NOT_ASSESSED
    excess = int(claimed == FULLY_OPERATIONAL) - int(computed == FULLY_OPERATIONAL)
    return Claim(OPERATIONAL_CLAIM, claimed, computed, _compared(excess) if known else NOT_ASSESSED)


REQUIREMENT_TABLE = dict.fromkeys(
    ("provider_code", "team_id", "requirement", "computed", "at_worst", "at_best", "not_met", "because"), pl.String
)
TEAM_TABLE = dict.fromkeys(("provider_code", "team_id", "computed", "not_met", "because"), pl.String)


def requirement_table(teams: Iterable[TeamFidelity]) -> pl.DataFrame:
    """A row for each team and requirement, as rules on claims read it."""
    rows = [
        (team.provider_code, team.team_id, *(getattr(one, name) for name in list(REQUIREMENT_TABLE)[2:]))
        for team in teams
        for one in team.requirements
    ]
    return pl.DataFrame(rows, schema=REQUIREMENT_TABLE, orient="row")


def team_table(teams: Iterable[TeamFidelity]) -> pl.DataFrame:
    """A row for each team, as rules on claims read it."""
    rows = [tuple(getattr(team, name) for name in TEAM_TABLE) for team in teams]
    return pl.DataFrame(rows, schema=TEAM_TABLE, orient="row")


def team_dict(team: TeamFidelity) -> dict[str, Any]:
    """A team's fidelity as the report publishes it."""
    return {
        "provider_code": safe(team.provider_code),
        "team_id": safe(team.team_id),
        "computed": team.computed,
        "claims": [vars(claim) for claim in team.claims],
        "requirements": [_requirement_dict(one) for one in team.requirements],
    }


def _requirement_dict(one: Requirement) -> dict[str, Any]:
    plain = {name: value for name, value in vars(one).items() if name != "measures"}
    return {**plain, "measures": [measure_dict(measured) for measured in one.measures]}


def measure_dict(one: Measured) -> dict[str, Any]:
    """One measure of one team as the report publishes it."""
    return {
        "measure": one.measure.id,
        "title": one.measure.title,
        "core": one.measure.core,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "value": None if one.value is None else round(one.value, COMPARED_DECIMALS),
        "unit": one.measure.unit,
        "shown": one.shown,
        "state": one.state,
        "met": level_words(one, "met"),
        "strong": level_words(one, "strong"),
        "strong_title": one.measure.strong_title,
        "strong_value": one.strong_value,
        "detail": one.detail and safe(one.detail),
        "gap": one.gap and safe(one.gap),
        "worst": one.bounds and one.bounds.worst,
        "best": one.bounds and one.bounds.best,
        "because": one.because and safe(one.because),
    }
