"""A measure as published, and the thresholds it is held to. It computes nothing; `measures.py` does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date
from typing import Any, Literal, Protocol, TypeVar

Comparison = Literal["at_least", "at_most", "above", "below"]
Level = Literal["met", "strong"]
LEVELS: tuple[Level, ...] = ("met", "strong")
COMPARED_DECIMALS = 9

WORDS: Mapping[Comparison, str] = {
    "at_least": "at least",
    "at_most": "at most",
    "above": "more than",
    "below": "less than",
}


class HoldsFrom(Protocol):
    """What holds from a day on."""

    @property
    def since(self) -> date:
        """The first day it holds."""


Dated = TypeVar("Dated", bound=HoldsFrom)


@dataclass(frozen=True)
class Limit:
    """A number and the side of it a value must lie on."""

    comparison: Comparison
    number: float

    @property
    def higher_is_better(self) -> bool:
        """Whether a larger value is the better one."""
        return self.comparison in ("at_least", "above")

    def holds(self, value: float) -> bool:
        """Whether a value lies on the right side. Noise past the ninth decimal never decides."""
        gap = round(value - self.number, COMPARED_DECIMALS)
        match self.comparison:
            case "at_least":
                return gap >= 0
            case "at_most":
                return gap <= 0
            case "above":
                return gap > 0
            case "below":
                return gap < 0


@dataclass(frozen=True)
class Threshold:
    """The levels of a measure from a day on; `met` is None where only the strong level is published."""

    since: date
    met: Limit | None
    strong: Limit | None
    source: str
    standing: str

    def limit(self, level: Level) -> Limit | None:
        """The limit of a level, if it has one."""
        return self.met if level == "met" else self.strong

    @property
    def first(self) -> Limit:
        """The limit of the level that is asked for, or that is shown where none is."""
        limit = self.met or self.strong
        if limit is None:
            raise ValueError("a threshold has at least one level")
        return limit


@dataclass(frozen=True)
class SmallNumber:
    """Under how many a share is not assessed, from a day on."""

    since: date
    number: int


def in_force(dated: Sequence[Dated], day: date | None) -> Dated | None:
    """The last of what holds from a day on, for a quarter that starts on `day`; None before the first."""
    held = [one for one in dated if day is None or one.since <= day]
    return held[-1] if held else None


@dataclass(frozen=True)
class Measure:
    """One measure: SQL for its numerator and denominator, and what its value is held to.

    `range` is the lowest and the highest value there can be (None: no limit); `additive` names which of numerator
    and denominator only grow as rows are added, so that what is known of them bounds the whole.
    """

    id: str
    requirement: str
    title: str
    of: Literal["team", "provider"]
    kind: Literal["share", "rate", "quantity", "yes_no"]
    unit: str
    core: bool
    numerator: str
    range: tuple[float | None, float | None]
    thresholds: tuple[Threshold, ...]
    why: str
    source: str
    standing: str
    since: str
    examples: tuple[Mapping[str, Any], ...]
    denominator: str | None = None
    additive: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    strong_numerator: str | None = None
    strong_title: str | None = None
    detail: str | None = None
    gap: str | None = None
    gap_values: Mapping[str, str] = attribute(default_factory=dict)

    @property
    def divides(self) -> bool:
        """Whether the value is numerator by denominator, rather than the numerator itself."""
        return self.kind in ("share", "rate")

    @property
    def part_of_a_whole(self) -> bool:
        """Whether the value lies between none and all, so that people write it as a percentage."""
        return self.divides and self.range == (0, 1)

    def ends_at(self, limit: Limit) -> bool:
        """Whether the limit is the best value there can be, so that only that value meets it."""
        low, high = self.range
        return (limit.comparison, limit.number) in (("at_least", high), ("at_most", low))

    @property
    def sql(self) -> tuple[str, ...]:
        """Every query of the measure."""
        return tuple(sql for sql in (self.numerator, self.denominator, self.strong_numerator, self.detail) if sql)

    def threshold(self, day: date | None) -> Threshold | None:
        """The threshold in force for a quarter that starts on `day`; None before the first."""
        return in_force(self.thresholds, day)

    def column(self, level: Level) -> str:
        """The column of the wide table of measures that a level is judged on."""
        return f"{self.id} strong" if level == "strong" and self.strong_numerator else self.id
