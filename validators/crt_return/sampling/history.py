"""The home treatment episodes of one team, day by day from long before any quarter is looked at.

Every quarter of a team is cut from this one history, so that a quarter opens with the caseload the last
closed with and counts the same episodes. The caseload is held within a band, as a rule between 21 and 27, and
nearly all stays under six weeks; that is what makes the figures taken from it valid. It writes no table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from crt_return.sampling.chance import chance

LONG_STAY_EVERY = 25
RETURN_EVERY = 17
WARM_UP = timedelta(200)
LOOKING_BACK = timedelta(60)
YEAR = 365


@dataclass(frozen=True)
class Band:
    """Between what the caseload of a team is held on its first day, and by what part of that it grows in a year."""

    lowest: int = 21
    highest: int = 27
    growth: float = 0.0


USUAL = Band()


@dataclass(frozen=True)
class Episode:
    """One stay on the caseload. `ends` is the day of discharge, which may lie after the quarter."""

    number: int
    person: int
    starts: date
    ends: date
    route: str

    def open_at_night(self, day: date) -> bool:
        """Whether the episode is on the caseload at 23:59 of a day."""
        return self.starts <= day < self.ends

    def touches(self, first: date, last: date) -> bool:
        """Whether the episode is open at any time from the first day to the last."""
        return self.starts <= last and self.ends >= first

    @property
    def over_six_weeks(self) -> bool:
        """Whether the stay is longer than 42 days."""
        return (self.ends - self.starts).days > 42


def days(first: date, last: date) -> Iterator[date]:
    """Each day from the first to the last."""
    return (first + timedelta(n) for n in range((last - first).days + 1))


@lru_cache(maxsize=256)
def history(seed: int, team: str, first: date, last: date, band: Band = USUAL) -> tuple[Episode, ...]:
    """All episodes of a team that start from the first day to the last. A later last day only adds some."""
    generator = chance(seed, team, "history")
    level = (band.lowest + band.highest) // 2
    episodes: list[Episode] = []
    on_caseload: list[Episode] = []
    for n, day in enumerate(days(first, last)):
        on_caseload = [episode for episode in on_caseload if episode.open_at_night(day)]
        level = min(max(level + generator.choice((-1, 0, 0, 0, 1)), band.lowest), band.highest)
        while len(on_caseload) < round(level * (1 + band.growth * n / YEAR)):
            started = _start(episodes, day, generator)
            episodes.append(started)
            on_caseload.append(started)
    return tuple(episodes)


def _start(episodes: list[Episode], day: date, generator: Random) -> Episode:
    number = len(episodes) + 1
    stay = timedelta(_stay(number, generator))
    return Episode(number, _person(episodes, number, day, generator), day, day + stay, _route(number))


def _stay(number: int, generator: Random) -> int:
    if number % LONG_STAY_EVERY == 0:
        return generator.randint(43, 58)
    return round(generator.triangular(4, 41, 18))


def _person(episodes: list[Episode], number: int, day: date, generator: Random) -> int:
    """Somebody new, or now and then somebody discharged three days to two months ago."""
    if number % RETURN_EVERY:
        return number
    recent = [episode for episode in episodes if day - LOOKING_BACK <= episode.starts]
    latest = {episode.person: episode.ends for episode in recent}
    discharged = [person for person, ends in latest.items() if ends <= day - timedelta(3)]
    return generator.choice(discharged) if discharged else number


def _route(number: int) -> str:
    if number % 4 == 2:
        return "early_discharge"
    return "other" if number % 20 == 5 else "assessment"
