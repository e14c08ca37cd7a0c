"""Judge the examples of rules and measures as small returns: partial rows are made whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from crt_return.assessment import MEASURE_TABLES
from crt_return.batch import Batch
from crt_return.cell_counts import CELL_TYPES, ROW_TYPES
from crt_return.cell_findings import CheckedTable, Release
from crt_return.cells import typed
from crt_return.completeness import CELLS, ROWS
from crt_return.engines.duckdb import DuckDB
from crt_return.finding import shown
from crt_return.measure import Measure
from crt_return.measured import Measured
from crt_return.measures import measured
from crt_return.publishing.site.examples import GIVEN as GIVEN  # shared with every test of an example
from crt_return.publishing.site.examples import PERIOD as PERIOD
from crt_return.reading.model import ROW, TextTable
from crt_return.rules import FINDINGS, Judged, judge_rule, reads_from
from crt_return.scope import Data
from crt_return.standard import Rule, Standard, Table, load_standard
from crt_return.tables import Checked


def judged_example(rule: Rule, example: Mapping[str, Any], standard: Standard) -> Judged:
    """Judge a rule on one example."""
    return judged_examples(rule, [example], standard)[0]


def judged_examples(rule: Rule, examples: Sequence[Mapping[str, Any]], standard: Standard) -> list[Judged]:
    """Judge a rule on many examples in one batch."""
    batch = example_batch(rule.table, examples, standard)
    for name, types in {**FINDINGS, **MEASURE_TABLES}.items():
        if reads_from(rule, name):
            batch.hold(name, _held(name, examples, types))
    return judge_rule(rule, batch, standard, None, [{} for _ in batch.returns])[: len(examples)]


def measured_examples(
    measure: Measure, examples: Sequence[Mapping[str, Any]], standard: Standard
) -> list[list[Measured]]:
    """Compute a measure for the teams of each example, all in one batch; an example is its tables."""
    whole = [tables if "team_register" in tables else {"team_register": [{}], **tables} for tables in examples]
    batch = example_batch("team_register", whole, standard)
    for name, types in ((CELLS, CELL_TYPES), (ROWS, ROW_TYPES)):
        batch.hold(name, _held(name, whole, types))
    only = replace(standard, measures={measure.id: measure})
    return measured(batch, only, [[] for _ in batch.returns])[: len(examples)]


def given_rows(rows: Sequence[Mapping[str, Any]], types: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """Rows of a table that is no table of the return, as rules and measures read it."""
    whole = [{**GIVEN, **row} for row in rows]
    return pl.DataFrame([{column: row.get(column) for column in types} for row in whole], schema=types)


def _held(
    name: str, examples: Sequence[Mapping[str, Any]], types: Mapping[str, type[pl.DataType]]
) -> list[pl.DataFrame]:
    """A frame of the table for each example, and for the empty one at the end of the batch."""
    return [given_rows(rows_of(example).get(name, []), types) for example in (*examples, {})]


@cache
def _engine() -> DuckDB:
    """The database that all batches of examples share: starting one costs more than judging an example."""
    return DuckDB(threads=1)


def example_batch(table: str, examples: Sequence[Mapping[str, Any]], standard: Standard) -> Batch:
    """Examples as a batch of returns, each with its predecessor.

    An empty example comes last, so that no batch is of one return: those go by other names in the database.
    """
    returns = [Data(standard, *example_return(table, example, standard)) for example in (*examples, NO_ROWS)]
    return Batch(_engine(), standard, returns)


NO_ROWS: Mapping[str, Any] = {"return_header": []}


def example_return(table: str, example: Mapping[str, Any], standard: Standard) -> tuple[Checked, Checked]:
    """An example as this return and the previous one; tables it does not name are empty."""
    named = rows_of(example) or {table: [dict(example)]}
    return tuple(
        Checked(
            Release("RZA", PERIOD, date(2007, 3, 31)),
            {name: table_of(table, named.get(prefix + name, [])) for name, table in standard.tables.items()},
            {},
            (),
            frozenset(),
        )
        for prefix in ("", "prior.")
    )  # type: ignore[return-value]


def rows_of(example: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows by table of an example that names its tables; empty for a single row."""
    return dict(example) if example and all(isinstance(rows, list) for rows in example.values()) else {}


def table_of(table: Table, rows: list[dict[str, Any]]) -> CheckedTable:
    """Partial rows as a typed table; cells left out are blank but for the key and an open team."""
    ours = table is load_standard().tables.get(table.name)
    return _empty(table.name) if ours and not rows else _table(table, rows)


@cache
def _empty(name: str) -> CheckedTable:
    """Most tables of most examples."""
    return _table(load_standard().tables[name], [])


def _table(table: Table, rows: list[dict[str, Any]]) -> CheckedTable:
    whole = [{name: {**GIVEN, **row}.get(name) for name in table.names} for row in rows]
    text = pl.DataFrame(
        [{name: None if value is None else shown(value) for name, value in row.items()} for row in whole],
        schema=dict.fromkeys(table.names, pl.String),
    ).with_row_index(ROW, offset=2)
    return CheckedTable(table, TextTable(table.name, table.file, table.names, text), typed(text, table), {})
