"""Rows and cells of a return counted: what had to be there, what is, and of which class it is.

It exists beside the rules because completeness counts what is right as well as what is wrong. It finds no fault
itself: which cells are at fault, `tables` has said; what had to be there, `schema/measures/data_quality.yaml` says.
Nothing of a cell goes further than a count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from crt_return.cell_findings import CheckedTable
from crt_return.data_quality import Item, Vodim
from crt_return.privacy import LARGEST_COUNT
from crt_return.quarters import Quarter
from crt_return.reading.model import ROW
from crt_return.scope import not_open
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
EVERY_TYPES: Types = {ROW: pl.UInt32, TEAM: pl.String, "table_name": pl.String, **_KIND, "class": pl.String}


def open_teams(checked: Checked) -> tuple[str, ...]:
    """The open teams of the register whose own id is not at fault, in its order."""
    register = checked.tables.get(REGISTER)
    if register is None:
        return ()
    ids = register.values[TEAM]
    sound = ids.filter(~register.bad[TEAM]) if TEAM in register.bad else ids
    out = not_open(checked)
    return tuple(team for team in sound.unique(maintain_order=True) if team not in out)


def every_cell(checked: Checked, standard: Standard) -> pl.DataFrame:
    """A row a cell of the tables that a return must have: whose it is, its class, whether it had to be filled.

    The rows are those that rules look at: none of a team that is not open, or not registered. Cells that belong to
    no open team have none. Optional tables are left out, for episodes by the thousand would drown all else.
    """
    mandatory = [one for one in checked.tables.values() if one.table.presence == "required"]
    frames = [_cells(one, checked, standard) for one in mandatory]
    return pl.concat([pl.DataFrame(schema=EVERY_TYPES), *frames])


def cell_frame(cells: pl.DataFrame, checked: Checked) -> pl.DataFrame:
    """The table `completeness.cell`: cells counted by team, table, field, and whether they had to be filled."""
    columns = [(pl.col("class") == name).sum().alias(column) for name, column in CLASSES.items()]
    by = (TEAM, "table_name", "field", "required")
    counted = cells.group_by(by, maintain_order=True).agg(pl.len().alias("records"), *columns)
    return _of_provider(counted, checked, CELL_TYPES)


def row_frame(checked: Checked, standard: Standard) -> pl.DataFrame:
    """The table `completeness.row`: for each open team and table that must have rows, the rows sent and asked for.

    `sent` counts every row, `required` those that have to be there, `present` those of them that are.
    """
    mandatory = [table for table in standard.tables.values() if _mandatory(table)]
    return _of_provider(pl.concat(_rows(table, checked, standard) for table in mandatory), checked, ROW_TYPES)


def vodims(cells: pl.DataFrame, checked: Checked, standard: Standard, starts: date) -> list[tuple[Item, Vodim]]:
    """Each item of the standard with its records by class, in a quarter that starts on that day."""
    by_field = cells.filter("required").partition_by("table_name", "field", as_dict=True)
    nothing = pl.DataFrame(schema=EVERY_TYPES)
    items = standard.data_quality.items
    return [(item, _vodim(item, by_field.get((item.table, item.field), nothing), checked, starts)) for item in items]


def _vodim(item: Item, own: pl.DataFrame, checked: Checked, starts: date) -> Vodim:
    """The records of an item by class; `own` are its cells."""
    if own.is_empty():
        return Vodim(0, 0, 0, 0, 0, 0, item.allowed(starts))
    counted = own.join(_amounts(item, checked.tables[item.table]), on=ROW)
    by = dict.fromkeys(CLASSES, 0) | dict(counted.group_by("class").agg(pl.col("records").sum()).iter_rows())
    unknown = int(counted.filter(pl.col("class") == VALID)["unknown"].sum())
    by |= {VALID: by[VALID] - unknown, DEFAULT: by[DEFAULT] + unknown}
    return Vodim(sum(by.values()), **by, allowed=item.allowed(starts))


def _cells(one: CheckedTable, checked: Checked, standard: Standard) -> pl.DataFrame:
    """The cells of one table."""
    table, ends = one.table, checked.release.ends
    rows = _with_marks(one)
    classes = [_class(one, field, _marked(table, field, standard, ends)) for field in table.fields]
    whose = [ROW, "whose", "kept"]
    long = rows.select(ROW, *_whose(one, checked), *classes).unpivot(
        table.names, index=whose, variable_name="field", value_name="class"
    )
    needed = rows.select(ROW, *(_needed(table, field, standard) for field in table.fields))
    return (
        long.with_columns(needed.unpivot(table.names, value_name="required")["required"])
        .filter("kept")
        .select(ROW, pl.col("whose").alias(TEAM), pl.lit(table.name).alias("table_name"), "field", "required", "class")
    )


def _with_marks(one: CheckedTable) -> pl.DataFrame:
    """The table's values, with a mark for each blank cell and each faulty one."""
    blank = one.text.frame.select(pl.col(name).is_null().alias(name + BLANK) for name in one.table.names)
    return one.values.with_columns(*blank, *(mark.alias(name + BAD) for name, mark in one.bad.items()))


def _whose(one: CheckedTable, checked: Checked) -> tuple[pl.Expr, pl.Expr]:
    """For each row the open team it is of, if any, and whether the row is kept at all."""
    team = pl.col(TEAM) if TEAM in one.table.field else pl.lit(None, pl.String)
    out = sorted(not_open(checked) | checked.orphans) if one.table.of_teams else []
    whose = pl.when(team.is_in(open_teams(checked))).then(team).alias("whose")
    return whose, ~team.is_in(out).fill_null(False).alias("kept")


def _class(one: CheckedTable, field: Field, marked: Mapping[Any, str]) -> pl.Expr:
    """The class of each cell of a field; `marked` gives it for values that have one of their own."""
    value = pl.col(field.name)
    known = value.replace_strict(marked, default=VALID, return_dtype=pl.String) if marked else pl.lit(VALID)
    sound = pl.when(pl.col(field.name + BAD)).then(pl.lit(INVALID)).otherwise(known) if field.name in one.bad else known
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


def _mandatory(table: Table) -> bool:
    """Whether every open team has rows in the table."""
    return table.of_teams and table.presence == "required" and table.rows == "required"


def _rows(table: Table, checked: Checked, standard: Standard) -> pl.DataFrame:
    """The rows of one table by open team."""
    field, asked = _asked_for(table, checked, standard)
    teams = pl.DataFrame({TEAM: open_teams(checked)}, schema={TEAM: pl.String})
    present = pl.col(field).filter(pl.col(field).is_in(asked)).n_unique() if field else pl.lit(0)
    one = checked.tables.get(table.name)
    found = (
        one.values.group_by(TEAM).agg(pl.len().alias("sent"), present.alias("present"))
        if one
        else teams.select(TEAM, sent=0, present=0)
    )
    return teams.join(found, on=TEAM, how="left", maintain_order="left").select(
        TEAM,
        pl.lit(table.name).alias("table_name"),
        pl.col("sent").fill_null(0).cast(pl.Int64),
        pl.lit(len(asked), pl.Int64).alias("required"),
        pl.col("present").fill_null(0).cast(pl.Int64),
    )


def _asked_for(table: Table, checked: Checked, standard: Standard) -> tuple[str | None, Sequence[str]]:
    """The field whose codes, or the quarter's months, each need a row of the table; None where none does."""
    for one in standard.data_quality.rows:
        if one.table == table.name:
            codes = standard.codes(table.field[one.field], checked.release.ends)
            wanted = [code.code for code in codes if one.only is None or code.flags[one.only] == "true"]
            quarter = standard.quarters.get(checked.release.period or "")
            return one.field, wanted or (_months(quarter) if quarter else ())
    return None, ()


def _months(quarter: Quarter) -> list[str]:
    first = quarter.starts
    return [f"{first.year}-{first.month + n:02d}" for n in range(3)]


def _of_provider(counted: pl.DataFrame, checked: Checked, types: Types) -> pl.DataFrame:
    code = pl.lit(checked.release.provider_code, pl.String).alias("provider_code")
    return counted.select(pl.col(name).cast(kind) if name in counted.columns else code for name, kind in types.items())


def _amounts(item: Item, table: CheckedTable) -> pl.DataFrame:
    """For each row the records that the item's cell stands for, and how many of them are not known."""
    one, none = (pl.repeat(n, table.values.height, dtype=pl.Int64, eager=True) for n in (1, 0))
    records = _sound(table, item.weight) if item.weight else one
    unknown = _sound(table, item.defaults_in) if item.defaults_in else none
    together = pl.DataFrame({ROW: table.values[ROW], "records": records, "unknown": unknown})
    return together.with_columns(unknown=pl.min_horizontal("records", "unknown"))


def _sound(table: CheckedTable, count: str) -> pl.Series:
    """A count by row. One that is blank, at fault or past belief stands for no record."""
    bad, value = table.bad.get(count, pl.lit(False)), table.values[count]
    return pl.select(
        pl.when(bad | ~value.is_between(0, LARGEST_COUNT)).then(0).otherwise(value).fill_null(0)
    ).to_series()
