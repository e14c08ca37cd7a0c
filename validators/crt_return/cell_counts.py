"""Rows and cells of a return counted: what had to be there, what is, and of which class it is.

It exists beside the rules because completeness counts what is right as well as what is wrong. It finds no fault
itself: which cells are at fault, `tables` has said; what had to be there, `schema/measures/data_quality.yaml` says.
Nothing of a cell goes further than a count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from crt_return.cell_findings import CheckedTable
from crt_return.data_quality import Item, Vodim
from crt_return.privacy import LARGEST_COUNT
from crt_return.quarters import Quarter, months
from crt_return.reading.model import ROW
from crt_return.scope import not_open
from crt_return.sql import RETURN
from crt_return.standard import REGISTER, TEAM, Field, Standard, Table
from crt_return.tables import Checked

VALID, OTHER, DEFAULT, INVALID, MISSING = "valid", "other", "default", "invalid", "missing"
# The classes of VODIM, each with its column: `default` is a word of SQL.
CLASSES = {VALID: "valid", OTHER: "other", DEFAULT: "default_", INVALID: "invalid", MISSING: "missing"}
BLANK, BAD = ":blank", ":bad"

Types = dict[str, type[pl.DataType]]
_WHOSE: Types = {"provider_code": pl.String, TEAM: pl.String, "table_name": pl.String}
_KIND: Types = {"field": pl.String, "required": pl.Boolean}
_COUNTS: Types = dict.fromkeys(("records", *CLASSES.values()), pl.Int64)
CELL_TYPES: Types = {**_WHOSE, **_KIND, **_COUNTS}
ROW_TYPES: Types = {**_WHOSE, **dict.fromkeys(("sent", "required", "present"), pl.Int64)}
EVERY_TYPES: Types = {
    RETURN: pl.Int32,
    ROW: pl.UInt32,
    TEAM: pl.String,
    "table_name": pl.String,
    **_KIND,
    "class": pl.String,
}


def open_teams(checked: Checked) -> tuple[str, ...]:
    """The open teams of the register whose own id is not at fault, in its order."""
    register = checked.tables.get(REGISTER)
    if register is None:
        return ()
    ids = register.values[TEAM]
    sound = ids.filter(~register.bad[TEAM]) if TEAM in register.bad else ids
    out = not_open(checked)
    return tuple(team for team in sound.unique(maintain_order=True) if team not in out)


@dataclass(frozen=True)
class Stack:
    """The tables that returns of one quarter must have, those of all returns on top of each other.

    Each row has its return's number, the open team it is of, if any, whether it is kept, and a mark for each blank
    cell and each faulty one. Rows are kept that rules look at: none of a team that is not open, or not registered.
    Optional tables are left out, for episodes by the thousand would drown all else. `teams` are the open teams.
    """

    quarter: Quarter
    returns: Mapping[int, Checked]
    tables: Mapping[str, pl.DataFrame]
    teams: Mapping[int, tuple[str, ...]]


def stacked(returns: Mapping[int, Checked], quarter: Quarter, standard: Standard) -> Stack:
    """Returns of one quarter, by their numbers, ready to be counted."""
    teams = {n: open_teams(checked) for n, checked in returns.items()}
    out = {n: sorted(not_open(checked) | checked.orphans) for n, checked in returns.items()}
    required = (table for table in standard.tables.values() if table.presence == "required")
    having = {table: [n for n, checked in returns.items() if table.name in checked.tables] for table in required}
    tables = {table.name: _marked_rows(table, ns, returns, teams, out) for table, ns in having.items() if ns}
    return Stack(quarter, returns, tables, teams)


def every_cell(stack: Stack, standard: Standard) -> pl.DataFrame:
    """A row a cell of the rows kept: whose it is, its class, whether it had to be filled.

    Cells that belong to no open team have none.
    """
    frames = [_cells(standard.tables[name], rows, standard, stack.quarter) for name, rows in stack.tables.items()]
    return pl.concat([pl.DataFrame(schema=EVERY_TYPES), *frames])


def cell_frames(cells: pl.DataFrame, stack: Stack) -> dict[int, pl.DataFrame]:
    """The table `completeness.cell`: cells counted by team, table, field, and whether they had to be filled."""
    columns = [(pl.col("class") == name).sum().alias(column) for name, column in CLASSES.items()]
    by = (RETURN, TEAM, "table_name", "field", "required")
    counted = cells.group_by(by, maintain_order=True).agg(pl.len().alias("records"), *columns)
    return _by_return(counted, stack, CELL_TYPES)


def row_frames(stack: Stack, standard: Standard) -> dict[int, pl.DataFrame]:
    """The table `completeness.row`: for each open team and table that must have rows, the rows sent and asked for.

    `sent` counts every row, `required` those that have to be there, `present` those of them that are.
    """
    asked = [table for table in standard.tables.values() if mandatory(table)]
    return _by_return(pl.concat(_rows(table, stack, standard) for table in asked), stack, ROW_TYPES)


def vodims(cells: pl.DataFrame, stack: Stack, standard: Standard) -> dict[int, list[tuple[Item, Vodim]]]:
    """Each item of the standard with its records by class, for each return."""
    by_field = cells.filter("required").partition_by("table_name", "field", as_dict=True)
    found: dict[int, list[tuple[Item, Vodim]]] = {n: [] for n in stack.returns}
    for item in standard.data_quality.items:
        own = by_field.get((item.table, item.field))
        counts = {} if own is None else _by_class(own.join(_amounts(item, stack), on=(RETURN, ROW)))
        for n, of_return in found.items():
            of_return.append((item, _vodim(counts.get(n, {}), item.allowed(stack.quarter.starts))))
    return found


def _by_class(counted: pl.DataFrame) -> dict[int, dict[str, int]]:
    """The records of an item by return and class; those that are not known are defaults."""
    found: dict[int, dict[str, int]] = {}
    sums = counted.group_by(RETURN, "class").agg(pl.col("records").sum(), pl.col("unknown").sum())
    for n, name, records, unknown in sums.iter_rows():
        by = found.setdefault(n, dict.fromkeys(CLASSES, 0))
        not_known = int(unknown) if name == VALID else 0
        by[name] += records - not_known
        by[DEFAULT] += not_known
    return found


def _vodim(by_class: Mapping[str, int], allowed: float | None) -> Vodim:
    by = dict.fromkeys(CLASSES, 0) | dict(by_class)
    return Vodim(sum(by.values()), **by, allowed=allowed)


def _marked_rows(
    table: Table,
    numbers: Sequence[int],
    returns: Mapping[int, Checked],
    teams: Mapping[int, Sequence[str]],
    out: Mapping[int, Sequence[str]],
) -> pl.DataFrame:
    """The rows of one table of the returns of these numbers, each with whose it is and the marks of its cells."""
    every = [returns[n].tables[table.name] for n in numbers]
    whose = [pl.repeat(n, one.values.height, dtype=pl.Int32, eager=True) for n, one in zip(numbers, every, strict=True)]
    text = pl.concat([one.text.frame.select(table.names) for one in every], rechunk=True)
    blank = text.select(pl.col(name).is_null().alias(name + BLANK) for name in table.names)
    values = pl.concat([one.values for one in every], rechunk=True)
    rows = values.with_columns(pl.concat(whose).alias(RETURN), *blank, *_bad_marks(every))
    if TEAM not in table.field:
        return rows.with_columns(whose=pl.lit(None, pl.String), kept=True)
    left_out = _named(out, "out") if table.of_teams else _named({}, "out")
    named = rows.join(_named(teams, "whose"), on=(RETURN, TEAM), how="left", maintain_order="left")
    told = named.join(left_out, on=(RETURN, TEAM), how="left", maintain_order="left")
    return told.with_columns(kept=pl.col("out").is_null()).drop("out")


def _bad_marks(every: Sequence[CheckedTable]) -> list[pl.Series]:
    """For each field that is at fault anywhere, the rows it is at fault in."""
    fields = dict.fromkeys(name for one in every for name in one.bad)
    nothing = {one.values.height: pl.repeat(False, one.values.height, eager=True) for one in every}
    return [
        pl.concat([one.bad.get(name, nothing[one.values.height]) for one in every]).alias(name + BAD) for name in fields
    ]


def _named(teams: Mapping[int, Sequence[str]], column: str) -> pl.DataFrame:
    """The teams of each return, to be joined: what the column adds is the team's own id."""
    rows = [(n, team, team) for n, of in teams.items() for team in of]
    return pl.DataFrame(rows, schema={RETURN: pl.Int32, TEAM: pl.String, column: pl.String}, orient="row")


def _cells(table: Table, rows: pl.DataFrame, standard: Standard, quarter: Quarter) -> pl.DataFrame:
    """The cells of one table."""
    classes = [_class(rows, field, _marked(table, field, standard, quarter.ends)) for field in table.fields]
    whose = [RETURN, ROW, "whose", "kept"]
    long = rows.select(*whose, *classes).unpivot(table.names, index=whose, variable_name="field", value_name="class")
    needed = rows.select(ROW, *(_needed(table, field, standard) for field in table.fields))
    of_table = pl.lit(table.name).alias("table_name")
    return (
        long.with_columns(needed.unpivot(table.names, value_name="required")["required"])
        .filter("kept")
        .select(RETURN, ROW, pl.col("whose").alias(TEAM), of_table, "field", "required", "class")
    )


def _class(rows: pl.DataFrame, field: Field, marked: Mapping[Any, str]) -> pl.Expr:
    """The class of each cell of a field; `marked` gives it for values that have one of their own."""
    value = pl.col(field.name)
    known = value.replace_strict(marked, default=VALID, return_dtype=pl.String) if marked else pl.lit(VALID)
    sound = (
        pl.when(pl.col(field.name + BAD)).then(pl.lit(INVALID)).otherwise(known)
        if field.name + BAD in rows.columns
        else known
    )
    return pl.when(pl.col(field.name + BLANK)).then(pl.lit(MISSING)).otherwise(sound).alias(field.name)


def _marked(table: Table, field: Field, standard: Standard, ends: date | None) -> dict[Any, str]:
    """The class of the values of a field that have one of their own."""
    items = [item for item in standard.data_quality.items if (item.table, item.field) == (table.name, field.name)]
    codes = {code.code: code.flags["vodim"] for code in standard.codes(field, ends) if "vodim" in code.flags}
    return codes | {value: DEFAULT for item in items for value in item.default_values}


def _needed(table: Table, field: Field, standard: Standard) -> pl.Expr:
    """Whether each cell of a field has to be filled."""
    given = standard.data_quality.conditional
    when = next((one.when for one in given if (one.table, one.field) == (table.name, field.name)), None)
    needed = pl.sql_expr(when).fill_null(False) if when else pl.lit(field.required)
    return needed.alias(field.name)


def mandatory(table: Table) -> bool:
    """Whether every open team has rows in the table."""
    return table.of_teams and table.presence == "required" and table.rows == "required"


def _rows(table: Table, stack: Stack, standard: Standard) -> pl.DataFrame:
    """The rows of one table by return and open team."""
    field, asked = asked_for(table, stack.quarter, standard)
    whose = [(n, team) for n, teams in stack.teams.items() for team in teams]
    teams = pl.DataFrame(whose, schema={RETURN: pl.Int32, TEAM: pl.String}, orient="row")
    present = pl.col(field).filter(pl.col(field).is_in(asked)).n_unique() if field else pl.lit(0)
    rows = stack.tables.get(table.name)
    found = (
        teams.select(RETURN, TEAM, sent=0, present=0)
        if rows is None
        else rows.group_by(RETURN, TEAM).agg(pl.len().alias("sent"), present.alias("present"))
    )
    return teams.join(found, on=(RETURN, TEAM), how="left", maintain_order="left").select(
        RETURN,
        TEAM,
        pl.lit(table.name).alias("table_name"),
        pl.col("sent").fill_null(0).cast(pl.Int64),
        pl.lit(len(asked), pl.Int64).alias("required"),
        pl.col("present").fill_null(0).cast(pl.Int64),
    )


def asked_for(table: Table, quarter: Quarter, standard: Standard) -> tuple[str | None, Sequence[str]]:
    """The field whose codes, or the quarter's months, each need a row of the table; None where none does."""
    for one in standard.data_quality.rows:
        if one.table == table.name:
            codes = standard.codes(table.field[one.field], quarter.ends)
            wanted = [code.code for code in codes if one.only is None or code.flags[one.only] == "true"]
            return one.field, wanted or months(quarter)
    return None, ()


def _by_return(counted: pl.DataFrame, stack: Stack, types: Types) -> dict[int, pl.DataFrame]:
    """What was counted of each return, with its provider."""
    parts = counted.partition_by(RETURN, as_dict=True)
    return {
        n: _of_provider(parts.get((n,), counted.clear()), checked.release.provider_code, types)
        for n, checked in stack.returns.items()
    }


def _of_provider(counted: pl.DataFrame, provider: str | None, types: Types) -> pl.DataFrame:
    code = pl.lit(provider, pl.String).alias("provider_code")
    return counted.select(pl.col(name).cast(kind) if name in counted.columns else code for name, kind in types.items())


def _amounts(item: Item, stack: Stack) -> pl.DataFrame:
    """For each row the records that the item's cell stands for, and how many of them are not known."""
    rows = stack.tables[item.table]
    records = _sound(rows, item.weight) if item.weight else pl.lit(1, pl.Int64)
    unknown = _sound(rows, item.defaults_in) if item.defaults_in else pl.lit(0, pl.Int64)
    together = rows.select(RETURN, ROW, records.alias("records"), unknown.alias("unknown"))
    return together.with_columns(unknown=pl.min_horizontal("records", "unknown"))


def _sound(rows: pl.DataFrame, count: str) -> pl.Expr:
    """A count by row. One that is blank, at fault or past belief stands for no record."""
    bad = pl.col(count + BAD).fill_null(False) if count + BAD in rows.columns else pl.lit(False)
    value = pl.col(count)
    return pl.when(bad | ~value.is_between(0, LARGEST_COUNT)).then(0).otherwise(value).fill_null(0)
