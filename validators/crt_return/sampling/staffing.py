"""The staff and the hours of one team: all that the guide asks for a caseload of up to 27, day and night."""

from __future__ import annotations

from math import ceil
from random import Random

from crt_return.sampling.scene import Row, Scene

# Funded whole-time equivalents to choose from. A group left out has none.
FUNDED: dict[str, tuple[float, ...]] = {
    "consultant_psychiatrist": (1.0,),
    "other_psychiatrist": (1.0, 1.5),
    "nurse": (8.0, 8.6, 9.2, 9.8),
    "social_worker": (1.0, 1.4),
    "approved_social_worker": (0.8, 1.0),
    "occupational_therapist": (1.0,),
    "psychologist": (0.6, 0.8, 1.0),
    "pharmacist": (0.2, 0.4),
    "cbt_therapist": (0.0, 0.4),
    "support_worker": (2.8, 3.2, 3.6),
    "service_user_employee": (0.5,),
    "team_leader": (1.0,),
    "administrator": (1.0, 1.5),
}
VACANT = {"nurse": (0.0, 0.2, 0.4), "support_worker": (0.0, 0.2)}
TEMPORARY = {"nurse": (0.2, 0.4, 0.6), "support_worker": (0.0, 0.3), "other_psychiatrist": (0.0, 0.1)}
SKILL_HELD_BY_OTHERS = "non_medical_prescriber"

# Interval, fewest workers on an ordinary weekday, fewest at a weekend.
INTERVALS = (("00:00", "08:00", 2, 2), ("08:00", "20:00", 5, 4), ("20:00", "24:00", 3, 3))
PSYCHIATRIST = "senior_psychiatrist"


def team_staffing(scene: Scene) -> list[Row]:
    """A row for each staff group, those with nobody included."""
    lasting, passing = scene.lasting("staffing"), scene.passing("staffing")
    return [_staff(scene, group, lasting, passing) for group in scene.codes("staff_group")]


def _staff(scene: Scene, group: str, lasting: Random, passing: Random) -> Row:
    funded = lasting.choice(FUNDED.get(group, (0.0,)))
    in_post = funded - passing.choice(VACANT.get(group, (0.0,)))
    part_time = lasting.choice((0, 1)) if funded > 2 else 0
    return scene.row(
        "team_staffing",
        staff_group=group,
        wte_funded=f"{funded:.2f}",
        wte_in_post=f"{in_post:.2f}",
        wte_temporary=f"{passing.choice(TEMPORARY.get(group, (0.0,))):.2f}",
        headcount=ceil(funded) + part_time,
        dedicated_time=funded > 0 or group == SKILL_HELD_BY_OTHERS,
    )


def team_hours(scene: Scene) -> list[Row]:
    """Three intervals a day for each function: the team's own staff around the clock, every day."""
    return [
        _interval(scene, function, day_type, *interval)
        for function in scene.codes("hours_function")
        for day_type in scene.codes("day_type")
        for interval in INTERVALS
    ]


def _interval(scene: Scene, function: str, day_type: str, start: str, end: str, weekday: int, weekend: int) -> Row:
    psychiatrist = function == PSYCHIATRIST
    on_shift = not psychiatrist or (day_type == "weekday" and start == "08:00")
    return scene.row(
        "team_hours",
        function=function,
        day_type=day_type,
        start_time=start,
        end_time=end,
        cover_model="crt_on_shift" if on_shift else "crt_on_call",
        min_staff=1 if psychiatrist else weekday if day_type == "weekday" else weekend,
    )
