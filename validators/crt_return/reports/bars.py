"""Completeness and fidelity as bars beside their numbers: where each bar ends, and what is written next to it.

It exists so that the page needs no drawing library: a bar is a few percentages of a width. Each stands beside the
same figures as text. It computes no measure and judges none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from crt_return.fidelity import STATUS_ORDER
from crt_return.measured import JUDGED, MET, Measured
from crt_return.privacy import safe
from crt_return.reports.words import claims, level_words, not_judged
from crt_return.standard import Standard

ROOM = 1.25  # how far a scale without an end reaches beyond the largest number on it
SIGNS = {"strong": "★", "met": "✓", "not met": "✗"}
STATUS_SIGNS = {"fully": "✓", "partly": "◐", "not": "✗"}
NOT_JUDGED = "\N{EN DASH}"
Claim = Mapping[str, Any]


@dataclass(frozen=True)
class Bar:
    """A bar in hundredths of its width: how far it is filled, where limits lie, and what it might be if not known."""

    filled: float | None
    marks: tuple[float, ...] = ()
    between: tuple[float, float] | None = None


@dataclass(frozen=True)
class LevelRow:
    """One level of completeness in words, with its bar."""

    title: str
    words: str
    whole: bool
    bar: Bar | None


@dataclass(frozen=True)
class ClaimRow:
    """One claim beside what the measures show; `steps` are the places of both on the way from not to fully."""

    title: str
    claimed: str
    computed: str
    agreement: str
    steps: tuple[int, int] | None = None

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return self.agreement == "agrees"


@dataclass(frozen=True)
class MeasureRow:
    """One measure of one team in words, with its bar."""

    id: str
    title: str
    core: bool
    value: str
    asked: str
    state: str
    more: str
    bar: Bar | None

    @property
    def sign(self) -> str:
        """The state as a sign, for the eye; the word stands beside it."""
        return SIGNS.get(self.state, NOT_JUDGED)


@dataclass(frozen=True)
class TeamPart:
    """One team: its claims, and its measures by requirement."""

    team_id: str
    claims: tuple[ClaimRow, ...]
    measures: tuple[tuple[str, tuple[MeasureRow, ...]], ...]

    def counted(self, *states: str) -> int:
        """How many measures are in one of these states."""
        return sum(one.state in states for _, rows in self.measures for one in rows)

    @property
    def total(self) -> int:
        """How many measures there are."""
        return sum(len(rows) for _, rows in self.measures)

    @property
    def not_judged(self) -> int:
        """How many measures were neither met nor missed."""
        return self.total - self.counted(*JUDGED)

    @property
    def fully(self) -> int:
        """How many requirements are fully in place by the measures."""
        return sum(one.computed == "fully" for one in self.claims[: len(self.measures)])


def level_rows(levels: Iterable[Mapping[str, Any]]) -> list[LevelRow]:
    """Levels of completeness as rows."""
    return [_level_row(one) for one in levels]


def _level_row(level: Mapping[str, Any]) -> LevelRow:
    value = level["value"]
    bar = None if value is None else Bar(100 * value)
    return LevelRow(f"{level['level']} {level['title']}", level_words(level), value == 1, bar)


def team_levels(teams: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[LevelRow]]]:
    """The levels in which a team is behind, by team; teams with nothing missing are left out."""
    behind = [(team["team_id"], [one for one in team["levels"] if one["value"] not in (None, 1)]) for team in teams]
    return [(team, level_rows(levels)) for team, levels in behind if levels]


def team_parts(
    fidelity: Iterable[Mapping[str, Any]], measured: Iterable[Measured], standard: Standard
) -> list[TeamPart]:
    """What the report says on the fidelity of each team."""
    by_name = {(safe(one.team_id), one.measure.id): one for one in measured if one.team_id}
    return [_team(one, by_name, standard) for one in fidelity]


def _team(team: Mapping[str, Any], measured: Mapping[tuple[str, str], Measured], standard: Standard) -> TeamPart:
    measures = tuple(
        (
            one["title"],
            tuple(_measure_row(of, measured.get((team["team_id"], of["measure"])), standard) for of in one["measures"]),
        )
        for one in team["requirements"]
    )
    return TeamPart(team["team_id"], tuple(_claims(team, standard)), measures)


def _claims(team: Mapping[str, Any], standard: Standard) -> Iterator[ClaimRow]:
    """What a team claims; of the requirements, which come first, as steps as well."""
    steps = [_steps(one) for one in team["requirements"]]
    for one, step in zip_longest(claims(team, standard), steps):
        yield ClaimRow(one.title, _yes_or_no(one.claimed), _yes_or_no(one.computed), one.agreement, step)


def _yes_or_no(words: str) -> str:
    return {"true": "yes", "false": "no"}.get(words, words)


def _steps(one: Claim) -> tuple[int, int] | None:
    """Where a claimed and a computed status stand, counted from "not"; None where one of them is not known."""
    both = (one["claimed"], one["computed"])
    if any(status not in STATUS_ORDER for status in both):
        return None
    claimed, computed = (STATUS_ORDER.index(status) for status in both)
    return claimed, computed


def _measure_row(one: Mapping[str, Any], measured: Measured | None, standard: Standard) -> MeasureRow:
    strong = f"strong: {one['strong']}" if one["strong"] and not one["strong_title"] else None
    asked = "; ".join(words for words in (one["met"], strong) if words)
    more = one["gap"] if one["state"] in JUDGED else not_judged(one, standard)
    bar = measure_bar(measured) if measured else None
    return MeasureRow(
        one["measure"], one["title"], one["core"], one["shown"] or "", asked, one["state"], more or "", bar
    )


def measure_bar(one: Measured) -> Bar | None:
    """A measure on its scale, with its limits; None where there is nothing to draw."""
    if one.measure.kind == "yes_no" or one.threshold is None:
        return None
    limits = [limit.number for limit in (one.threshold.met, _strong(one)) if limit]
    known = [one.bounds.worst, one.bounds.best] if one.bounds and one.value is None else [one.value]
    numbers = [number for number in known if number is not None]
    if not numbers:
        return None
    low, high = _scale(one, [*numbers, *limits])
    places = [_place(number, low, high) for number in numbers]
    marks = tuple(_place(number, low, high) for number in limits)
    if one.value is not None:
        return Bar(places[0], marks)
    return Bar(None, marks, (min(places), max(places))) if len(places) > 1 else None


def _strong(one: Measured) -> Any:
    """The strong limit where it is on the same scale."""
    return one.threshold.strong if one.threshold and not one.measure.strong_numerator else None


def _scale(one: Measured, numbers: Sequence[float]) -> tuple[float, float]:
    """The lowest and the highest number of a measure's scale."""
    low, high = one.measure.range
    start = low if low is not None else min(0.0, *numbers)
    return start, high if high is not None else start + (max(*numbers, start + 1) - start) * ROOM


def _place(number: float, low: float, high: float) -> float:
    """A number in hundredths of the way from the lowest to the highest."""
    return round(min(100.0, max(0.0, 100 * (number - low) / (high - low))), 1)


def done_well(teams: Iterable[TeamPart]) -> list[str]:
    """What each team's measures show to be in order, in a sentence a team."""
    return [_well(one) for one in teams if one.counted(*MET)]


def _well(one: TeamPart) -> str:
    strong = one.counted("strong")
    words = f"{one.team_id}: {one.counted(*MET)} of {one.total} measures met"
    return words + (f", {strong} of them at the stronger level." if strong else ".")
