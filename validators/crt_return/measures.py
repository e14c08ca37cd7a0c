"""Measures by SQL: one row for each provider, team and measure, with its state and what is missing to meet it.

It runs each measure's own SQL over what its scope leaves, and compares the value with the threshold of the
quarter. It holds no number itself; what follows from the states is in `fidelity.py`, and the findings come from
`thresholds.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from crt_return.batch import Batch
from crt_return.engines import Engine
from crt_return.finding import shown
from crt_return.measure import Measure, Threshold
from crt_return.measured import NO_QUARTER, Bounds, Measured, Unit, state_of, value_of, words
from crt_return.privacy import LARGEST_COUNT
from crt_return.rules import Judged
from crt_return.scope import Data, Scope
from crt_return.sql import Reads, reads_of, tables_in
from crt_return.standard import COMPLETENESS, HEADER, REGISTER, Standard

ROW_OF_MEASURE = "measure_row"
Failed = Mapping[str, frozenset[str] | None]


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


@dataclass(frozen=True)
class _Asked:
    """One return whose teams are measured: what is looked at, in which quarter, whose measures, and what failed."""

    data: Data
    day: date | None
    teams: Sequence[Unit]
    providers: Sequence[Unit]
    failed: Failed

    def units(self, measure: Measure) -> Sequence[Unit]:
        """Whose the measure is."""
        return self.teams if measure.of == "team" else self.providers

    def parents(self, measure: Measure) -> Failed:
        """Those rules that failed which the measure comes after."""
        return {parent: of for parent, of in self.failed.items() if parent in measure.after}


def measured(batch: Batch, standard: Standard, judged: Sequence[Iterable[Judged]]) -> list[list[Measured]]:
    """Every measure of every open team, in the order of the teams and of the standard, for each return."""
    teams = open_teams(batch)
    asked = [_asked(n, batch, teams, standard, own) for n, own in enumerate(judged)]
    found: list[dict[Unit, list[Measured]]] = [{unit: [] for unit in (*one.providers, *one.teams)} for one in asked]
    for measure in standard.measures.values():
        for own, of_units in zip(found, _of_units(measure, asked, batch, standard), strict=True):
            for one in of_units:
                own[one.unit].append(one)
    return [[one for of_unit in own.values() for one in of_unit] for own in found]


def _asked(
    n: int, batch: Batch, teams: Mapping[int, Sequence[Unit]], standard: Standard, judged: Iterable[Judged]
) -> _Asked:
    data, own = batch.returns[n], teams.get(n, ())
    quarter = standard.quarters.get(data.period or "")
    providers = sorted({provider for provider, _ in own}) or _providers(data)
    failed = {one.rule.id: one.failed_teams for one in judged if one.findings}
    return _Asked(data, quarter.starts if quarter else None, own, [(code, None) for code in providers], failed)


def open_teams(batch: Batch) -> dict[int, list[Unit]]:
    """The teams that are judged: registered, and not planned, closed or merged. None where the register is unread."""
    batch.load([REGISTER])
    rows = batch.rows(
        f"SELECT DISTINCT provider_code, team_id FROM {REGISTER} "
        "WHERE team_id IS NOT NULL AND (team_status IS NULL OR team_status = 'open')",
        [n for n, one in enumerate(batch.returns) if REGISTER not in one.unread],
        order="ALL",
    )
    return {n: [(provider, team) for provider, team in own.iter_rows()] for n, own in rows.items()}


def _providers(data: Data) -> list[str]:
    """The provider that sent the return, where no team says it."""
    if HEADER not in data.tables:
        return []
    return data.tables[HEADER].values["provider_code"].drop_nulls().unique().sort().to_list()


def _of_units(measure: Measure, asked: Sequence[_Asked], batch: Batch, standard: Standard) -> list[list[Measured]]:
    """One measure for every team (or provider) of each return."""
    failed = {n: one.parents(measure) for n, one in enumerate(asked)}
    blocked = {n: _blocked(measure, one, standard, failed[n]) for n, one in enumerate(asked)}
    open_ = {n: failed[n] for n, why in blocked.items() if not why}
    answers = [
        _answers(sql, _about(measure), batch, standard, open_) if sql else {}
        for sql in (measure.numerator, measure.denominator, measure.strong_numerator, measure.detail)
    ]
    found = [
        _of_return(measure, one, standard, blocked[n], [answer.get(n, NOTHING) for answer in answers])
        for n, one in enumerate(asked)
    ]
    return _with_gaps(found, batch)


def _blocked(measure: Measure, asked: _Asked, standard: Standard, failed: Failed) -> list[str]:
    """Why a measure is not known for any team of a return."""
    if asked.day is None:
        return [NO_QUARTER]
    inputs = [sql for sql in (measure.numerator, measure.denominator) if sql]
    scope = asked.data.scope(_about(measure), reads_of(inputs, standard), failed)
    return list(scope.blocked) or _uncounted(inputs, asked.data, standard)


def _of_return(
    measure: Measure, one: _Asked, standard: Standard, blocked: Sequence[str], answers: Sequence[Answer]
) -> list[Measured]:
    """One measure for every team (or provider) of one return, from the answers of its queries."""
    units = [Measured(measure, provider, team, measure.threshold(one.day)) for provider, team in one.units(measure)]
    if blocked:
        return [replace(unit, because="; ".join(blocked)) for unit in units]
    small_number = standard.small_number(one.day)
    return [_measured(unit, *answers, small_number=small_number) for unit in units]


def _uncounted(inputs: Sequence[str], data: Data, standard: Standard) -> list[str]:
    """Why a level of completeness is not judged: a whole file that could not be read is a finding of its own."""
    if not any(name.startswith(f"{COMPLETENESS}.") for name in tables_in(inputs)):
        return []
    required = (table.name for table in standard.tables.values() if table.presence == "required")
    return [data.unread[name] for name in required if name in data.unread]


def _about(measure: Measure) -> str:
    """The table that has a row for each of whom the measure is."""
    return REGISTER if measure.of == "team" else HEADER


def _answers(sql: str, about: str, batch: Batch, standard: Standard, failed: Mapping[int, Failed]) -> dict[int, Answer]:
    """What a query says of the teams in scope, and what it says without the faulty rows of those that are not.

    Nothing of a return where it is blocked: the strong level or the details may read an optional table not sent.
    """
    read = reads_of([sql], standard)
    scopes = {n: batch.returns[n].scope(about, read, of) for n, of in failed.items()}
    scopes = {n: scope for n, scope in scopes.items() if not scope.blocked}
    batch.load(tables_in([sql]) if scopes else ())
    values = _values(sql, read, scopes, batch)
    in_part = {n: _certain(batch.returns[n], read, failed[n]) for n, scope in scopes.items() if scope.left_out}
    partial = _values(sql, read, in_part, batch)
    return {n: Answer(values[n], scope.left_out, partial.get(n, {})) for n, scope in scopes.items()}


def _certain(data: Data, read: Reads, failed: Failed) -> Scope:
    """The rows without a fault of the teams that failed no rule: of those that did, any cell may be the wrong one."""
    rows = data.faulty_rows({name: sorted(fields & set(data.tables[name].bad)) for name, fields in read.items()})
    return Scope(rows=rows, left_out={team: (parent,) for parent, of in failed.items() for team in of or ()})


def _values(sql: str, read: Reads, scopes: Mapping[int, Scope], batch: Batch) -> dict[int, dict[Unit, Any]]:
    """What a query says in these scopes, by return and team."""
    with batch.narrowed(read, scopes):
        return {n: _by_unit(rows) for n, rows in batch.rows(sql, scopes).items()}


def _by_unit(rows: pl.DataFrame) -> dict[Unit, Any]:
    return {(row["provider_code"], row.get("team_id")): row["value"] for row in rows.iter_rows(named=True)}


def _measured(
    one: Measured, numerator: Answer, denominator: Answer, strong: Answer, detail: Answer, *, small_number: int
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


def _with_gaps(found: Sequence[list[Measured]], batch: Batch) -> list[list[Measured]]:
    """The same with what would make each measure met, in plain words, where it is not."""
    short = [(n, one) for n, own in enumerate(found) for one in own if one.state == "not met" and one.measure.gap]
    if not short:
        return list(found)
    words = _gap_words([one for _, one in short], batch.engine)
    gaps = {(n, one.unit): said for (n, one), said in zip(short, words, strict=True)}
    return [[replace(one, gap=gaps.get((n, one.unit))) for one in own] for n, own in enumerate(found)]


def _gap_words(short: Sequence[Measured], engine: Engine) -> list[str]:
    """The gap of each of these, all of one measure. Whose they are matters nothing: each is a row of its own."""
    measure = short[0].measure
    rows = [
        {
            "numerator": one.numerator,
            "denominator": one.denominator,
            "value": one.value,
            "limit": one.limit("met").number,
        }
        for one in short
    ]
    engine.load(ROW_OF_MEASURE, pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.Float64)))
    extra = "".join(f', ({sql}) AS "{name}"' for name, sql in measure.gap_values.items())
    answers = engine.query(f"SELECT *{extra} FROM {ROW_OF_MEASURE}")
    return [
        str(measure.gap).format_map({name: shown(part) for name, part in {**row, **words(one)}.items()})
        for one, row in zip(short, answers.iter_rows(named=True), strict=True)
    ]
