"""Judge the examples of rules and measures as small returns: partial rows are made whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import accumulate
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
from crt_return.reading.model import ROW, TextTable, empty_table
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
    returns = example_returns(table, [*examples, NO_ROWS], standard)
    return Batch(_engine(), standard, [Data(standard, *pair) for pair in returns])


NO_ROWS: Mapping[str, Any] = {"return_header": []}


def example_return(table: str, example: Mapping[str, Any], standard: Standard) -> tuple[Checked, Checked]:
    """An example as this return and the previous one; tables it does not name are empty."""
    return example_returns(table, [example], standard)[0]


def example_returns(
    table: str, examples: Sequence[Mapping[str, Any]], standard: Standard
) -> list[tuple[Checked, Checked]]:
    """Many examples, each as this return and the previous one."""
    named = [rows_of(example) or {table: [dict(example)]} for example in examples]
    tables = {
        prefix + name: tables_of(table, [rows.get(prefix + name, []) for rows in named])
        for prefix in ("", "prior.")
        for name, table in standard.tables.items()
    }

    def checked(n: int, prefix: str) -> Checked:
        of_return = {name: tables[prefix + name][n] for name in standard.tables}
        return Checked(Release("RZA", PERIOD, date(2007, 3, 31)), of_return, {}, (), frozenset())

    return [(checked(n, ""), checked(n, "prior.")) for n in range(len(examples))]


def rows_of(example: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows by table of an example that names its tables; empty for a single row."""
    return dict(example) if example and all(isinstance(rows, list) for rows in example.values()) else {}


def table_of(table: Table, rows: Sequence[Mapping[str, Any]]) -> CheckedTable:
    """Partial rows as a typed table; cells left out are blank but for the key and an open team."""
    return tables_of(table, [rows])[0]


def tables_of(table: Table, examples: Sequence[Sequence[Mapping[str, Any]]]) -> list[CheckedTable]:
    """The rows of each example as a typed table: all rows are typed at once, then divided."""
    if not any(examples) and table is load_standard().tables.get(table.name):
        return [_empty(table.name)] * len(examples)
    rows = [(n, {**GIVEN, **row}) for example in examples for n, row in enumerate(example)]
    text = pl.DataFrame(
        [{ROW: n + 2, **{name: _text(row.get(name)) for name in table.names}} for n, row in rows],
        schema={ROW: pl.UInt32, **dict.fromkeys(table.names, pl.String)},
    )
    values, ends = typed(text, table), accumulate(map(len, examples))
    cuts = [(end - len(example), len(example)) for end, example in zip(ends, examples, strict=True)]
    return [_checked(table, text.slice(*cut), values.slice(*cut)) for cut in cuts]


@cache
def _empty(name: str) -> CheckedTable:
    """Most tables of most examples."""
    table = load_standard().tables[name]
    text = empty_table(table)
    return CheckedTable(table, text, typed(text.frame, table), {})


def _text(value: Any) -> str | None:
    return None if value is None else shown(value)


def _checked(table: Table, text: pl.DataFrame, values: pl.DataFrame) -> CheckedTable:
    return CheckedTable(table, TextTable(table.name, table.file, table.names, text), values, {})
