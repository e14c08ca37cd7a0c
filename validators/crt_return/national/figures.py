"""The indicators of a period: for England and for each provider, each with its three outcomes.

It runs the indicators' own SQL and adds up; it holds no formula. What may be shown of a provider is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from crt_return.indicator import Comparator, Indicator
from crt_return.national.data import Answers
from crt_return.sql import tables_in
from crt_return.standard import Standard

State = Literal["value", "not applicable", "not evaluated"]
QUARTERS_A_YEAR = 4
NOTHING_COUNTED = "there was nothing to count"


@dataclass(frozen=True)
class Figure:
    """One indicator for England, and its counts by provider before disclosure control.

    `because` says why there is no value, `estimate_because` why there is no estimate. What it does not have is None.
    """

    indicator: Indicator
    state: State = "not evaluated"
    because: str | None = None
    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None
    unknown: float | None = None
    estimate: float | None = None
    estimate_because: str | None = None
    upper_bound: float | None = None
    numerators: Mapping[str, float] | None = None
    denominators: Mapping[str, float] | None = None


def figures(answers: Answers, standard: Standard, names: Iterable[str] | None = None) -> dict[str, Figure]:
    """The indicators of these names (None: every one), in the standard's order."""
    found: dict[str, Figure] = {}
    wanted = set(standard.indicators if names is None else names)
    for indicator in standard.indicators.values():
        if indicator.id not in wanted:
            continue
        if indicator.derived_from:
            comparator = standard.national.comparators[str(indicator.comparator)]
            found[indicator.id] = derived(indicator, found[indicator.derived_from], comparator, not_a_year(answers))
        else:
            found[indicator.id] = figure(indicator, answers)
    return found


def figure(indicator: Indicator, answers: Answers) -> Figure:
    """One indicator that is counted from the returns."""
    counts = {part: _by_provider(answers.query(sql)) for part, sql in indicator.sql.items()}
    sums = {part: float(sum(of.values())) for part, of in counts.items()}
    one = Figure(
        indicator,
        numerator=sums.get("numerator"),
        denominator=sums.get("denominator"),
        unknown=sums.get("unknown"),
        estimate=sums.get("estimate"),
        upper_bound=sums.get("upper_bound"),
        numerators=counts.get("numerator"),
        denominators=counts.get("denominator"),
    )
    missing = _without_returns(answers)
    if missing and indicator.estimate:
        one = replace(one, estimate=None, estimate_because=missing)
    return _valued(one, _not_evaluated(indicator, answers))


def _by_provider(rows: pl.DataFrame) -> dict[str, float]:
    plain = rows.select("provider_code", pl.col("value").cast(pl.Float64).fill_null(0)).sort("provider_code")
    return dict(plain.iter_rows())


def _valued(one: Figure, because: str | None) -> Figure:
    """The figure with its value, or with why there is none."""
    if because:
        return replace(one, state="not evaluated", because=because)
    value = ratio(one.numerator, one.denominator)
    if value is None:
        return replace(one, state="not applicable", because=NOTHING_COUNTED)
    return replace(one, state="value", value=value)


def ratio(numerator: float | None, denominator: float | None) -> float | None:
    """The numerator, out of the denominator where there is one; None where that is 0."""
    if numerator is None or denominator is None:
        return numerator
    return numerator / denominator if denominator else None


def _not_evaluated(indicator: Indicator, answers: Answers) -> str | None:
    """Why an indicator has no value whatever its queries give; coverage has one also where nothing was accepted."""
    if indicator.not_evaluated:
        return indicator.not_evaluated
    asked = [sql for sql in (indicator.numerator, indicator.denominator) if sql]
    of_coverage = any(name.startswith("acceptance.") for name in tables_in(asked))
    if answers.accepted() or of_coverage:
        return None
    return f"no return of {_named(answers.periods)} has been accepted"


def _without_returns(answers: Answers) -> str | None:
    """Why a flow is not whole: the quarters of which no return was accepted."""
    accepted = {period for _, period in answers.accepted()}
    missing = [period for period in answers.periods if period not in accepted]
    return f"no return of {_named(missing)} has been accepted" if missing else None


def not_a_year(answers: Answers) -> str | None:
    """Why the flows of these quarters cannot be set beside a year's; None where they can."""
    if len(answers.periods) < QUARTERS_A_YEAR:
        return "it is compared with the figure of a whole year, and this report is of one quarter"
    return _without_returns(answers)


def derived(indicator: Indicator, source: Figure, comparator: Comparator, because: str | None) -> Figure:
    """One indicator that sets another beside a published figure; the estimate is set beside it too."""
    one = Figure(indicator, numerator=source.numerator, denominator=float(comparator.value))
    if source.estimate is None:
        one = replace(one, estimate_because=source.estimate_because)
    elif because:
        one = replace(one, estimate_because=because)
    else:
        one = replace(one, estimate=source.estimate / comparator.value)
    return _valued(one, because or source.because)


def _named(periods: Sequence[str]) -> str:
    """Quarters in words: "2006-07-Q1, 2006-07-Q2 and 2006-07-Q3"."""
    *before, last = periods
    return f"{', '.join(before)} and {last}" if before else last
