"""Measures by SQL: one row for each provider, team and measure, with its state and what is missing to meet it.

It runs each measure's own SQL over what its scope leaves, and compares the value with the threshold of the
quarter. It holds no number itself; what follows from the states is in `fidelity.py`, and the findings come from
`thresholds.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from crt_return.finding import shown
from crt_return.measure import Measure, Threshold
from crt_return.measured import Bounds, Measured, Unit, state_of, value_of, words
from crt_return.privacy import LARGEST_COUNT
from crt_return.rules import Judged
from crt_return.scope import Data, Scope
from crt_return.sql import reads_of, tables_in
from crt_return.standard import COMPLETENESS, HEADER, REGISTER, Standard

ROW_OF_MEASURE = "measure_row"


@dataclass(frozen=True)
class Answer:
    """What one query of a measure says: the value of each team it can be told of, and of the others as far as known."""

    values: Mapping[Unit, Any]
    left_out: Mapping[str, tuple[str, ...]]
    partial: Mapping[Unit, Any]

    def known(self, unit: Unit) -> Any:
        """The value for a team whose inputs are whole; None for any other."""
        return None if unit[1] in self.left_out else self.values.get(unit)


NOTHING = Answer({}, {}, {})


def measured(data: Data, standard: Standard, period: str | None, judged: Sequence[Judged]) -> list[Measured]:
    """Every measure of every open team, in the order of the teams and of the standard."""
    failed = {one.rule.id: one.failed_teams for one in judged if one.findings}
    quarter = standard.quarters.get(period or "")
    day = quarter.starts if quarter else None
    teams = open_teams(data)
    providers = sorted({provider for provider, _ in teams}) or _providers(data)
    found: dict[Unit, list[Measured]] = {unit: [] for unit in [*((code, None) for code in providers), *teams]}
    for measure in standard.measures.values():
        units = teams if measure.of == "team" else [(code, None) for code in providers]
        for one in _of_units(measure, units, data, standard, day, failed):
            found[one.unit].append(one)
    return [one for own in found.values() for one in own]


def open_teams(data: Data) -> list[Unit]:
    """The teams that are judged: registered, and not planned, closed or merged."""
    if REGISTER in data.unread:
        return []
    data.load([REGISTER])
    rows = data.engine.query(
        f"SELECT DISTINCT provider_code, team_id FROM {REGISTER} "
        "WHERE team_id IS NOT NULL AND (team_status IS NULL OR team_status = 'open') ORDER BY ALL"
    )
    return [(provider, team) for provider, team in rows.iter_rows()]


def _providers(data: Data) -> list[str]:
    """The provider that sent the return, where no team says it."""
    if HEADER not in data.tables:
        return []
    return data.tables[HEADER].values["provider_code"].drop_nulls().unique().sort().to_list()


def _of_units(
    measure: Measure,
    units: Sequence[Unit],
    data: Data,
    standard: Standard,
    day: date | None,
    failed: Mapping[str, frozenset[str] | None],
) -> list[Measured]:
    """One measure for every team (or provider) of the return."""
    own = {parent: of for parent, of in failed.items() if parent in measure.after}
    inputs = [sql for sql in (measure.numerator, measure.denominator) if sql]
    blocked = data.scope(REGISTER, reads_of(inputs, standard), own).blocked or _uncounted(inputs, data, standard)
    blank = [Measured(measure, provider, team, measure.threshold(day)) for provider, team in units]
    if blocked:
        return [replace(one, because="; ".join(blocked)) for one in blank]
    numerator, denominator, strong, detail = (
        _answer(sql, data, standard, own) if sql else NOTHING
        for sql in (measure.numerator, measure.denominator, measure.strong_numerator, measure.detail)
    )
    small_number = standard.small_number(day)
    whole = [_measured(one, numerator, denominator, strong, detail, small_number) for one in blank]
    return _with_gaps(whole, data)


def _uncounted(inputs: Sequence[str], data: Data, standard: Standard) -> list[str]:
    """Why a level of completeness is not judged: a whole file that could not be read is a finding of its own."""
    if not any(name.startswith(f"{COMPLETENESS}.") for name in tables_in(inputs)):
        return []
    required = (table.name for table in standard.tables.values() if table.presence == "required")
    return [data.unread[name] for name in required if name in data.unread]


def _answer(sql: str, data: Data, standard: Standard, failed: Mapping[str, frozenset[str] | None]) -> Answer:
    """What a query says of the teams in scope, and what it says without the faulty rows of those that are not."""
    read = reads_of([sql], standard)
    scope = data.scope(REGISTER, read, failed)
    if scope.blocked:  # the strong level or the details may read an optional table that was not sent
        return NOTHING
    data.load(tables_in([sql]))
    with data.narrowed(read, scope):
        values = _by_unit(data.engine.query(sql))
    if not scope.left_out:
        return Answer(values, {}, {})
    rows = data.faulty_rows({name: sorted(fields & set(data.tables[name].bad)) for name, fields in read.items()})
    with data.narrowed(read, Scope(rows=rows)):
        partial = _by_unit(data.engine.query(sql))
    return Answer(values, scope.left_out, partial)


def _by_unit(rows: pl.DataFrame) -> dict[Unit, Any]:
    team = pl.col("team_id") if "team_id" in rows.columns else pl.lit(None, pl.String)
    return {(provider, own): value for provider, own, value in rows.select("provider_code", team, "value").iter_rows()}


def _measured(
    one: Measured, numerator: Answer, denominator: Answer, strong: Answer, detail: Answer, small_number: int
) -> Measured:
    """One team's measure from the answers of its queries."""
    unit = one.unit
    top, bottom, extra = (_number(answer.known(unit)) for answer in (numerator, denominator, strong))
    left_out = [
        why for answer in (numerator, denominator, strong) for why in answer.left_out.get(one.team_id or "", ())
    ]
    if left_out:
        bounds = _bounds(one.measure, unit, one.threshold, numerator, denominator)
        return replace(one, because="; ".join(dict.fromkeys(left_out)), bounds=bounds)
    state, because = state_of(one.measure, one.threshold, top, bottom, extra, small_number)
    missing = _bounds(one.measure, unit, one.threshold, numerator, denominator) if top is None else None
    return replace(
        one,
        numerator=top,
        denominator=bottom,
        value=value_of(one.measure, top, bottom),
        strong_value=extra,
        state=state,
        because=because,
        detail=detail.known(unit),
        bounds=missing,
    )


def _number(value: Any) -> float | None:
    """A figure as a number; one that cannot be a figure of a quarter, and may be a patient's, counts as missing."""
    return None if value is None or abs(value) > LARGEST_COUNT else float(value)


def _bounds(
    measure: Measure, unit: Unit, threshold: Threshold | None, numerator: Answer, denominator: Answer
) -> Bounds | None:
    """Between what the value must lie, from the inputs that are known; None where no threshold tells good from bad."""
    if threshold is None:
        return None
    low, high = measure.range
    top, bottom = (
        _at_least(measure, name, answer, unit)
        for name, answer in (("numerator", numerator), ("denominator", denominator))
    )
    whole_top, whole_bottom = _number(numerator.known(unit)), _number(denominator.known(unit))
    if not measure.divides:
        low = _larger(low, top)
    elif whole_bottom and top is not None:
        low = _larger(low, top / whole_bottom)
    elif whole_top is not None and bottom:
        high = _smaller(high, whole_top / bottom)
    return Bounds(low, high) if threshold.first.higher_is_better else Bounds(high, low)


def _at_least(measure: Measure, name: str, answer: Answer, unit: Unit) -> float | None:
    """The least a part of a measure can be: what its known rows add up to, where it only grows with more rows."""
    return _number(answer.partial.get(unit)) if name in measure.additive else None


def _larger(one: float | None, other: float | None) -> float | None:
    return max((x for x in (one, other) if x is not None), default=None)


def _smaller(one: float | None, other: float | None) -> float | None:
    return min((x for x in (one, other) if x is not None), default=None)


def _with_gaps(found: list[Measured], data: Data) -> list[Measured]:
    """The same with what would make each measure met, in plain words, where it is not."""
    short = [one for one in found if one.state == "not met" and one.measure.gap]
    if not short:
        return found
    gaps = dict(zip((one.unit for one in short), _gap_words(short[0].measure, short, data), strict=True))
    return [replace(one, gap=gaps.get(one.unit)) for one in found]


def _gap_words(measure: Measure, short: Sequence[Measured], data: Data) -> list[str]:
    rows = [
        {
            "numerator": one.numerator,
            "denominator": one.denominator,
            "value": one.value,
            "limit": one.limit("met").number,
        }
        for one in short
    ]
    data.engine.load(ROW_OF_MEASURE, pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.Float64)))
    extra = "".join(f', ({sql}) AS "{name}"' for name, sql in measure.gap_values.items())
    answers = data.engine.query(f"SELECT *{extra} FROM {ROW_OF_MEASURE}")
    return [
        str(measure.gap).format_map({name: shown(part) for name, part in {**row, **words(one)}.items()})
        for one, row in zip(short, answers.iter_rows(named=True), strict=True)
    ]
