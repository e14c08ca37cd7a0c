"""The attended contacts of each episode, day by day, and the monthly home treatment figures taken from them.

Counts of a month and of an episode come from the same days, so they agree with each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from crt_return.sampling.history import Episode, days
from crt_return.sampling.scene import Row, Scene

TWICE_A_DAY_UNTIL = 4
MOST_DAYS_UNTIL = 14


@dataclass(frozen=True)
class Contacts:
    """The contacts of one day, or of many added up."""

    face_to_face: int = 0
    at_home: int = 0
    by_telephone: int = 0

    def __add__(self, other: Contacts) -> Contacts:
        return Contacts(
            self.face_to_face + other.face_to_face,
            self.at_home + other.at_home,
            self.by_telephone + other.by_telephone,
        )


def contacts(scene: Scene, episode: Episode, first: date, last: date) -> Contacts:
    """The contacts of an episode from one day to another."""
    generator = scene.lasting("visits", episode.number)
    total = Contacts()
    for n, day in enumerate(days(episode.starts, episode.ends)):
        of_day = _of_day(n, generator.random(), generator.random(), generator.random())
        if first <= day <= last:
            total += of_day
    return total


def _of_day(n: int, visit: float, home: float, telephone: float) -> Contacts:
    """The contacts of the n-th day: often in the first days, always one on the very first."""
    visits = _visits(n, visit)
    return Contacts(visits, visits if home < 0.88 else 0, int(telephone < 0.2))


def _visits(n: int, chance: float) -> int:
    if n < TWICE_A_DAY_UNTIL:
        return 2 if chance < 0.6 else 1
    return int(chance < (0.92 if n < MOST_DAYS_UNTIL else 0.8))


def home_treatment(scene: Scene, episodes: Sequence[Episode]) -> list[Row]:
    """The three monthly rows of a team."""
    months = months_of(scene)
    rows = [_month(scene, episodes, first, last) for first, last in months]
    last_month = {"people_treated_quarter": _people(episodes, scene.quarter.starts, scene.quarter.ends)}
    return [scene.row("home_treatment", **values) for values in (*rows[:2], rows[2] | last_month)]


def months_of(scene: Scene) -> list[tuple[date, date]]:
    """First and last day of each month of the quarter."""
    starts = [day for day in days(scene.quarter.starts, scene.quarter.ends) if day.day == 1]
    ends = [*(day - timedelta(1) for day in starts[1:]), scene.quarter.ends]
    return list(zip(starts, ends, strict=True))


def _month(scene: Scene, episodes: Sequence[Episode], first: date, last: date) -> dict[str, Any]:
    nightly = [_caseload(episodes, day) for day in days(first, last)]
    return {
        "month": f"{first:%Y-%m}",
        "caseload_start": _caseload(episodes, first - timedelta(1)),
        "caseload_end": nightly[-1],
        "caseload_median": median(nightly),
        "caseload_max": max(nightly),
        "people_treated": _people(episodes, first, last),
        **_flows(episodes, first, last),
        **_contacts(scene, episodes, first, last),
    }


def _flows(episodes: Sequence[Episode], first: date, last: date) -> dict[str, int]:
    started = [episode for episode in episodes if first <= episode.starts <= last]
    ended = [episode for episode in episodes if first <= episode.ends <= last]
    return {
        "episodes_started": len(started),
        "episodes_ended": len(ended),
        "started_from_assessment": sum(episode.route == "assessment" for episode in started),
        "started_early_discharge": sum(episode.route == "early_discharge" for episode in started),
        "started_other": sum(episode.route == "other" for episode in started),
        "ended_over_42_days": sum(episode.over_six_weeks for episode in ended),
    }


def _contacts(scene: Scene, episodes: Sequence[Episode], first: date, last: date) -> dict[str, int]:
    open_then = [episode for episode in episodes if episode.touches(first, last)]
    total = sum((contacts(scene, episode, first, last) for episode in open_then), Contacts())
    return {
        "contacts_total": total.face_to_face + total.by_telephone,
        "contacts_face_to_face": total.face_to_face,
        "contacts_at_home": total.at_home,
    }


def _caseload(episodes: Sequence[Episode], day: date) -> int:
    return sum(episode.open_at_night(day) for episode in episodes)


def _people(episodes: Sequence[Episode], first: date, last: date) -> int:
    return len({episode.person for episode in episodes if episode.touches(first, last)})
