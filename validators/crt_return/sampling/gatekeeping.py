"""Admissions of one team and quarter, and which of them the team gatekept.

The face-to-face counts made here are also the admissions among the assessments, so the tables agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from crt_return.sampling.chance import some_of
from crt_return.sampling.scene import Row, Scene

VOLUNTARY, COMPULSORY = "voluntary", "compulsory"
REASONS = {
    VOLUNTARY: ("internal_transfer", "planned_specialist"),
    COMPULSORY: ("transfer_other_hospital", "s17_return"),
}
FEWEST = {VOLUNTARY: 25, COMPULSORY: 22}
MISSED = {VOLUNTARY: ((0, 0),), COMPULSORY: ((0, 0), (1, 0), (0, 1))}  # bypassed, gatekept not in person


@dataclass(frozen=True)
class Admissions:
    """The admissions of one legal status in one quarter."""

    legal_status: str
    exempt: int
    eligible: int
    bypassed: int
    not_in_person: int

    @property
    def gatekept(self) -> int:
        """Admissions the team was part of deciding."""
        return self.eligible - self.bypassed

    @property
    def in_person(self) -> int:
        """Admissions of people the team saw beforehand."""
        return self.gatekept - self.not_in_person


def admissions(scene: Scene, legal_status: str) -> Admissions:
    """The quarter's admissions: voluntary all seen in person, compulsory all but one at most."""
    usual = FEWEST[legal_status] + scene.lasting("admissions", legal_status).randint(0, 5)
    generator = scene.passing("admissions", legal_status)
    bypassed, not_in_person = generator.choice(MISSED[legal_status])
    return Admissions(
        legal_status,
        exempt=generator.randint(2, 4),
        eligible=usual + generator.randint(-1, 1),
        bypassed=bypassed,
        not_in_person=not_in_person,
    )


def gatekeeping(scene: Scene, both: tuple[Admissions, Admissions]) -> list[Row]:
    """The two rows of a team."""
    return [_row(scene, one, scene.passing("gatekeeping", one.legal_status)) for one in both]


def _row(scene: Scene, one: Admissions, generator: Random) -> Row:
    total = one.exempt + one.eligible
    mha_assessments = total + generator.randint(4, 9) if one.legal_status == COMPULSORY else 0
    return scene.row(
        "gatekeeping",
        legal_status=one.legal_status,
        admissions_total=total,
        admissions_exempt=one.exempt,
        admissions_eligible=one.eligible,
        gatekept_total=one.gatekept,
        gatekept_face_to_face=one.in_person,
        gatekept_not_face_to_face=one.not_in_person,
        not_gatekept=one.bypassed,
        gatekept_out_of_hours=some_of(one.gatekept, 0.4, 0.6, generator),
        mha_assessments=mha_assessments,
        mha_notified=mha_assessments,
        mha_attended=mha_assessments - some_of(mha_assessments, 0.03, 0.15, generator),
    )


def gatekeeping_exemption(scene: Scene, both: tuple[Admissions, Admissions]) -> list[Row]:
    """The reasons for each legal status; the first takes what the second leaves."""
    return [
        scene.row("gatekeeping_exemption", legal_status=one.legal_status, exemption_reason=reason, admissions=count)
        for one in both
        for reason, count in zip(REASONS[one.legal_status], (one.exempt - 1, 1), strict=True)
    ]
