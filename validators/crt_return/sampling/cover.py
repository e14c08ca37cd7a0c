"""The hours of a team with traits: its own staff by day, and at night whoever its traits say.

It leaves the staff themselves to `posts.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from crt_return.sampling.scene import Row, Scene
from crt_return.sampling.staffing import PSYCHIATRIST
from crt_return.sampling.traits import NOBODY, ON_SHIFT, OTHER_TEAM, Traits

TELEPHONE, ON_CALL, WARD = "telephone", "crt_on_call", "ward_staff"
DAYS_OF_WORK = (("08:00", "20:00"), ("09:00", "21:00"), ("08:00", "22:00"))
MORNING, EVENING = "08:00", "20:00"
OFFICE_DAY = ("09:00", "17:00")
LARGE = 14


@dataclass(frozen=True)
class Interval:
    """Some hours of a day, who covers them and with how many."""

    start: str
    end: str
    cover: str
    staff: int


def team_hours(scene: Scene, traits: Traits) -> list[Row]:
    """The intervals of each function on each type of day."""
    return [
        scene.row(
            "team_hours",
            function=function,
            day_type=day_type,
            start_time=one.start,
            end_time=one.end,
            cover_model=one.cover,
            min_staff=one.staff,
        )
        for function in scene.codes("hours_function")
        for day_type in scene.codes("day_type")
        for one in _intervals(scene, traits, function, weekday=day_type == "weekday")
    ]


def _intervals(scene: Scene, traits: Traits, function: str, *, weekday: bool) -> list[Interval]:
    if function == PSYCHIATRIST:
        return _psychiatrist(traits, weekday=weekday)
    if traits.round_the_clock:
        return _round_the_clock(traits, weekday=weekday)
    starts, ends = scene.lasting("hours").choice(DAYS_OF_WORK)
    by_day = Interval(starts, ends, ON_SHIFT, _by_day(traits, weekday=weekday))
    return _around(by_day, _at_night(traits, function), 0)


def _round_the_clock(traits: Traits, *, weekday: bool) -> list[Interval]:
    """The team's own staff in three intervals; a small team's are on call at night."""
    large = traits.caseload >= LARGE
    return [
        Interval("00:00", MORNING, ON_SHIFT if large else ON_CALL, 2 if large else 1),
        Interval(MORNING, EVENING, ON_SHIFT, _by_day(traits, weekday=weekday)),
        Interval(EVENING, "24:00", ON_SHIFT, 3 if large else 2),
    ]


def _by_day(traits: Traits, *, weekday: bool) -> int:
    """The fewest workers by day: one for every eight on the caseload, two at the least."""
    return max(2, traits.caseload // (8 if weekday else 12))


def _at_night(traits: Traits, function: str) -> str:
    """Who covers a function at night; where nobody visits, a ward still answers the telephone."""
    return WARD if traits.night == NOBODY and function == TELEPHONE else traits.night


def _psychiatrist(traits: Traits, *, weekday: bool) -> list[Interval]:
    """A senior psychiatrist: the team's own in office hours if it has one, and on a rota for the rest, or nobody."""
    own = ON_SHIFT if traits.consultant else OTHER_TEAM
    rest = OTHER_TEAM if traits.psychiatrist_at_all_hours else NOBODY
    staff = int(rest == OTHER_TEAM)
    if weekday:
        return _around(Interval(*OFFICE_DAY, own, 1), rest, staff)
    return [Interval("00:00", "24:00", rest, staff)]


def _around(by_day: Interval, cover: str, staff: int) -> list[Interval]:
    """A day's interval with the hours before and after it."""
    return [Interval("00:00", by_day.start, cover, staff), by_day, Interval(by_day.end, "24:00", cover, staff)]
