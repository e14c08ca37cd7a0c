"""One measure of one team: its value, its state, and both in words.

It is plain arithmetic on numbers that `measures.py` has found, so that every state can be shown by example.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from crt_return.finding import shown
from crt_return.measure import COMPARED_DECIMALS, LEVELS, Level, Limit, Measure, Threshold
from crt_return.measure import WORDS as LIMIT_WORDS

State = Literal["strong", "met", "not met", "not assessed", "not applicable", "not evaluated"]
MET: tuple[State, ...] = ("met", "strong")
JUDGED: tuple[State, ...] = (*MET, "not met")
Unit = tuple[str, str | None]
NO_QUARTER = "the header names no quarter of the calendar"


@dataclass(frozen=True)
class Bounds:
    """The worst and the best the value can be, whatever the missing inputs are; None where there is no limit."""

    worst: float | None
    best: float | None


@dataclass(frozen=True)
class Measured:
    """One measure of one team, or of the provider where `team_id` is None."""

    measure: Measure
    provider_code: str
    team_id: str | None
    threshold: Threshold | None
    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None
    strong_value: float | None = None
    state: State = "not evaluated"
    detail: str | None = None
    gap: str | None = None
    bounds: Bounds | None = None
    because: str | None = None

    @property
    def unit(self) -> Unit:
        """Whose measure it is: the provider, and the team if it is of one."""
        return self.provider_code, self.team_id

    def limit(self, level: Level) -> Limit:
        """The limit of a level; where the measure has no such level, of the one it has."""
        if self.threshold is None:
            raise ValueError(f"{self.measure.id} has no threshold in this quarter")
        return self.threshold.limit(level) or self.threshold.first

    def value_at(self, level: Level) -> float | None:
        """The value a level is about: the strong level of some measures counts something else."""
        return self.strong_value if level == "strong" and self.measure.strong_numerator else self.value

    @property
    def shown(self) -> str | None:
        """The value as people write it; None where there is none."""
        if self.value is None or self.threshold is None:
            return None
        return value_words(self.measure, self.value, self.limit("met"))

    def judged_value(self, level: Level) -> float | None:
        """The value a level is judged on; None where the measure is not judged for this team."""
        if self.state not in JUDGED:
            return None
        value = self.value_at(level)
        return None if value is None else round(value, COMPARED_DECIMALS)


def value_of(measure: Measure, numerator: float | None, denominator: float | None) -> float | None:
    """The value of a measure; None where an input is missing or the denominator is 0."""
    if numerator is None or (measure.denominator and not denominator):
        return None
    return numerator / denominator if measure.divides and denominator else numerator


def state_of(
    measure: Measure,
    threshold: Threshold | None,
    numerator: float | None,
    denominator: float | None,
    strong_value: float | None,
    small_number: int,
) -> tuple[State, str | None]:
    """The state of a measure and, where it is not judged, the reason."""
    if threshold is None:
        return "not evaluated", "no threshold is in force for this quarter"
    if measure.denominator and denominator == 0:
        return "not applicable", "there was nothing to judge"
    value = value_of(measure, numerator, denominator)
    if value is None:
        return "not evaluated", "a figure it needs is missing"
    if measure.kind == "share" and denominator is not None and denominator < small_number:
        return "not assessed", f"there are too few to judge ({shown(denominator)}, under {small_number})"
    return _level_reached(measure, threshold, value, strong_value), None


def _level_reached(measure: Measure, threshold: Threshold, value: float, strong_value: float | None) -> State:
    met = threshold.met is None or threshold.met.holds(value)
    own = strong_value if measure.strong_numerator else value
    strong = threshold.strong is not None and own is not None and threshold.strong.holds(own)
    if met and strong:
        return "strong"
    return "met" if met and threshold.met else "not met"


def words(one: Measured, level: Level = "met") -> dict[str, Any]:
    """The placeholders of a message on a measure, in words."""
    limit, value = one.limit(level), one.value_at(level)
    return {
        "title": one.measure.title,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "value": None if value is None else value_words(one.measure, value, limit),
        "limit": limit_words(one.measure, limit),
        "detail": one.detail or "not known",
        "gap": one.gap,
    }


def value_words(measure: Measure, value: float, limit: Limit | None = None) -> str:
    """A value as people write it, with as many decimals as it takes not to look like a limit it misses."""
    if measure.kind == "yes_no":
        return "yes" if value >= 1 else "no"
    factor, sign, decimals = (100, "%", 1) if measure.part_of_a_whole else (1, "", 2)
    while limit and decimals < COMPARED_DECIMALS and round(value, COMPARED_DECIMALS) != limit.number:
        if round(value * factor, decimals) != round(limit.number * factor, decimals):
            break
        decimals += 1
    return f"{value * factor:.{decimals}f}".rstrip("0").rstrip(".") + sign


def limit_words(measure: Measure, limit: Limit) -> str:
    """A limit as people write it: "at least 95%", and "100%" where no value lies beyond."""
    number = value_words(measure, limit.number)
    if measure.kind == "yes_no" or measure.ends_at(limit):
        return number
    return f"{LIMIT_WORDS[limit.comparison]} {number}"


def level_words(one: Measured, level: Level) -> str | None:
    """A level the measure is held to, in words; None where it has none."""
    limit = one.threshold.limit(level) if one.threshold else None
    return limit_words(one.measure, limit) if limit else None


TIDY: Mapping[str, type[pl.DataType]] = {
    "provider_code": pl.String,
    "team_id": pl.String,
    "measure": pl.String,
    "requirement": pl.String,
    "core": pl.Boolean,
    "title": pl.String,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "value": pl.Float64,
    "state": pl.String,
    "gap": pl.String,
    "because": pl.String,
}


def tidy(found: Iterable[Measured]) -> pl.DataFrame:
    """The measures as one table, a row for each provider, team and measure."""
    return pl.DataFrame([_tidy_row(one) for one in found], schema=TIDY, orient="row")


def _tidy_row(one: Measured) -> tuple[Any, ...]:
    measure = one.measure
    of = (one.provider_code, one.team_id, measure.id, measure.requirement, measure.core, measure.title)
    return (*of, one.numerator, one.denominator, one.value, one.state, one.gap, one.because)


def wide(found: Iterable[Measured], measures: Iterable[Measure]) -> pl.DataFrame:
    """The measures as one table, a row for each team (and provider) and a column for each level that is judged."""
    columns = dict.fromkeys(measure.column(level) for measure in measures for level in LEVELS)
    rows: dict[Unit, dict[str, float | None]] = {}
    for one in found:
        row = rows.setdefault(one.unit, dict(columns))
        row |= {one.measure.column(level): one.judged_value(level) for level in LEVELS}
    units = [{"provider_code": provider, "team_id": team, **row} for (provider, team), row in rows.items()]
    return pl.DataFrame(units, infer_schema_length=None)
