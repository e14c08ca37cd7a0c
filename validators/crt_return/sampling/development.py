"""How one team works with its partners, audits itself and judges itself: everything in place and in date.

Dates come round every year on a day of the team's own, so the same audit keeps its date from one quarter to
the next. No wording of the CORE scale is used, only item numbers and invented scores.
"""

from __future__ import annotations

from datetime import date, timedelta

from crt_return.sampling.chance import chance
from crt_return.sampling.scene import Row, Scene

OPTIONAL_PARTNERS = ("crisis_house", "voluntary")
TRAINING = "crt_training"
REVIEW = "fidelity_review"
WITHOUT_CASES = (TRAINING, REVIEW)
PERMISSION = "SYNTHETIC-PERMISSION"
SCORES = (5,) * 20 + (4,) * 16 + (3,) * 3
PROTOCOL_LASTS = timedelta(730)


def whole_system(scene: Scene) -> list[Row]:
    """A row for each partner that every team must have, and for some teams one more."""
    listed = scene.standard.codelists["partner"]
    mandatory = [code.code for code in listed if code.flags["mandatory"] == "true"]
    extra = scene.lasting("partners").choice(OPTIONAL_PARTNERS)
    return [_partner(scene, partner) for partner in [*mandatory, extra]]


def _partner(scene: Scene, partner: str) -> Row:
    agreed_on = _last_time(scene, "protocol", partner)
    return scene.row(
        "whole_system",
        partner_type=partner,
        protocol_status="in_place",
        agreed_on=agreed_on,
        review_due=agreed_on + PROTOCOL_LASTS,
        joint_meetings=scene.passing("meetings", partner).randint(1, 6),
        hands_over_overnight=False,
    )


def _last_time(scene: Scene, *purpose: object) -> date:
    """The last day on or before the quarter's end on which a yearly task of the team came round."""
    generator = scene.lasting("yearly", *purpose)
    month, day = generator.randint(1, 12), generator.randint(8, 24)
    this_year = date(scene.quarter.ends.year, month, day)
    return this_year if this_year <= scene.quarter.ends else this_year.replace(year=this_year.year - 1)


def audit_development(scene: Scene) -> list[Row]:
    """A row for each activity, all completed within the last year and nothing overdue."""
    return [_activity(scene, activity) for activity in scene.codes("audit_activity")]


def _activity(scene: Scene, activity: str) -> Row:
    generator = scene.passing("audit", activity)
    return scene.row(
        "audit_development",
        activity=activity,
        activity_status="completed",
        last_completed_on=_last_time(scene, "audit", activity),
        cases_reviewed=0 if activity in WITHOUT_CASES else generator.randint(5, 30),
        actions_open=generator.randint(0, 4),
        actions_overdue=0,
        coverage_pct=f"{generator.randint(86, 100)}.0" if activity == TRAINING else None,
    )


def fidelity_self(scene: Scene) -> list[Row]:
    """A row for each requirement, all said to be fully in place, as the other tables bear out."""
    return [
        scene.row(
            "fidelity_self",
            requirement=requirement,
            status="fully",
            evidence_ref=f"Operational policy, section {section}",
        )
        for section, requirement in enumerate(scene.codes("requirement"), start=1)
    ]


def core_items(scene: Scene) -> list[Row]:
    """Scores of the team's last fidelity review."""
    reviewed_on = _last_time(scene, "audit", REVIEW)
    scores = list(SCORES)
    chance(scene.seed, scene.team_id, "core", reviewed_on).shuffle(scores)
    return [
        scene.row(
            "core_items",
            item_no=number,
            score=score,
            review_type="external",
            review_date=reviewed_on,
            permission_ref=PERMISSION,
        )
        for number, score in enumerate(scores, start=1)
    ]
