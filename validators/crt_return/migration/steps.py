"""The steps that take a return over, each from tables to tables. Cells stay text, as submitted.

A step changes what it names and nothing else, and no step leaves a row out. What a step cannot do without guessing it
does not do: it stops, and says where.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import polars as pl

from crt_return.engines.duckdb import DuckDB
from crt_return.privacy import masked
from crt_return.reading import ROW, TextTable
from crt_return.reading.model import printable
from crt_return.versions import Default, Drop, Recode, Rename, Split, Step, described

Tables = dict[str, TextTable]
NAMED = 3


class CannotMigrate(Exception):  # noqa: N818 - the words a caller reads
    """The return cannot be taken over as it is; the message is a sentence for the user."""


def applied(step: Step, tables: Tables) -> tuple[Tables, int]:
    """The tables after a step, and how many cells (or rows, of what is new or renamed) it concerned.

    A table that the return does not have is passed over. Raises CannotMigrate where a cell does not allow the step.
    """
    if isinstance(step, Default) and step.field is None:
        return {**tables, step.table: _no_rows(step.table)}, 0
    text = tables.get(step.table)
    if text is None:
        return tables, 0
    match step:
        case Rename(field=None, to=to):
            return {to if name == step.table else name: one for name, one in tables.items()}, text.frame.height
        case Drop(field=None):
            return {name: one for name, one in tables.items() if name != step.table}, filled(text.frame)
        case _:
            frame, count = _of_field(step, text)
            return {**tables, step.table: replace(text, frame=frame)}, count


def _no_rows(table: str) -> TextTable:
    return TextTable(table, f"{table}.csv", (), pl.DataFrame(schema={ROW: pl.UInt32}))


def filled(frame: pl.DataFrame) -> int:
    """How many cells hold anything."""
    cells = frame.drop(ROW)
    return sum(column.len() - column.null_count() for column in cells)


def _of_field(step: Step, text: TextTable) -> tuple[pl.DataFrame, int]:
    frame, field = text.frame, step.field or ""
    match step:
        case Rename(to=to):
            return frame.rename({field: to}), frame.height
        case Split():
            return _split(step, text)
        case Recode():
            return _recoded(step, text)
        case Default():
            new = _worked_out(step.sql, frame) if step.sql else pl.Series([step.value or None] * frame.height)
            return frame.with_columns(new.cast(pl.String).alias(field)), frame.height
        case Drop():
            return frame.drop(field), filled(frame.select(field, ROW))


def _split(step: Split, text: TextTable) -> tuple[pl.DataFrame, int]:
    cells = text.frame[step.field]
    parts = {cell: re.fullmatch(step.pattern, cell) for cell in cells.unique().drop_nulls()}
    _refuse(text, step, lambda cell: not parts[cell], f"is not written as {step.written}")
    new = [pl.Series(name, [_part(parts.get(cell), name) for cell in cells], dtype=pl.String) for name in step.into]
    return text.frame.drop(step.field).with_columns(new), len(cells) - cells.null_count()


def _part(found: re.Match[str] | None, name: str) -> str | None:
    return (found[name] or None) if found else None


def _recoded(step: Recode, text: TextTable) -> tuple[pl.DataFrame, int]:
    _refuse(text, step, lambda cell: cell not in step.codes, f"has no new code (known are {', '.join(step.codes)})")
    cells = text.frame[step.field]
    new = cells.replace_strict(dict(step.codes), default=None, return_dtype=pl.String)
    return text.frame.with_columns(new.alias(step.field)), len(cells) - cells.null_count()


def _worked_out(sql: str, frame: pl.DataFrame) -> pl.Series:
    """The value of SQL over each row; blank where it cannot be worked out."""
    engine = DuckDB(threads=1)
    engine.load("main.rows_of_the_table", frame)
    found = engine.query(f"SELECT {ROW}, TRY(CAST(({sql}) AS VARCHAR)) AS value FROM rows_of_the_table ORDER BY {ROW}")
    return found["value"]


def _refuse(text: TextTable, step: Split | Recode, wrong: Callable[[str], bool], why: str) -> None:
    """Stop at cells that a step knows nothing of, with the first of them by their place."""
    pairs = text.frame.select(ROW, step.field).drop_nulls().iter_rows()
    bad = [(row, cell) for row, cell in pairs if wrong(cell)]
    if not bad:
        return
    places = [f"row {row} holds '{printable(masked(cell))}'" for row, cell in bad[:NAMED]]
    more = f" and {len(bad) - NAMED:,} more" if len(bad) > NAMED else ""
    raise CannotMigrate(
        f"In {text.file}, {step.field}: {'; '.join(places)}{more}, which {why}. Correct it in the old return first. "
        f"(The step: {described(step)})"
    )


def with_version(tables: Tables, table: str, field: str, version: str) -> Tables:
    """The tables with the version in the return's header."""
    text = tables[table]
    return {**tables, table: replace(text, frame=text.frame.with_columns(pl.lit(version).alias(field)))}
