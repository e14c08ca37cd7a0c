"""Plants a rule's fault in a return: the steps its YAML gives, run on the tables or kept for the files.

The steps' SQL runs in a database in memory where every column is text, as in the files themselves. Whether
the fault trips its rule, and nothing else, is for the tests to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import Any

import polars as pl

from crt_return.engines.duckdb import DuckDB
from crt_return.sampling.changes import Cause, Change, NumberedRows, file_change, moved, table_changes
from crt_return.sampling.file_steps import Files, FileStep, apply_file_step, in_order, step_action
from crt_return.sampling.scene import Row, Tables
from crt_return.sampling.writing import files_of
from crt_return.standard import Rule, Standard, Table

NUMBER = "rowid"


@dataclass(frozen=True)
class Planted:
    """A return with faults in it: its tables, what is still to be done to its files, and what was changed."""

    tables: Tables
    file_steps: tuple[FileStep, ...] = ()
    changes: tuple[Change, ...] = ()

    def files(self, standard: Standard, *, described: bool = True) -> Files:
        """The files of the return, faults and all, its descriptor too if `described`."""
        files: Files = dict(files_of(self.tables, standard, described=described))
        for step in in_order(self.file_steps):
            files = apply_file_step(files, step)
        return files

    def and_also(self, later: Planted) -> Planted:
        """This return with the faults planted later in its tables."""
        earlier = moved(self.changes, later.changes)
        return Planted(later.tables, self.file_steps + later.file_steps, earlier + later.changes)

    def with_file_step(self, rule: str, step: FileStep) -> Planted:
        """This return with one more step on its files, for a rule whose own fault is aimed at another file."""
        change = file_change(Cause(rule, f"{step_action(step)} {step['file']}"), step)
        return Planted(self.tables, (*self.file_steps, step), (*self.changes, change))

    def within(self, folder: str) -> Planted:
        """The same with its changes listed under a folder."""
        return replace(self, changes=tuple(replace(change, folder=folder) for change in self.changes))


def plant(tables: Tables, rule: str, standard: Standard, team: str, variant: str | None = None) -> Planted:
    """A copy of the tables with a rule's fault planted in one team (the first variant when None)."""
    of_rule = standard.rule(rule)
    chosen = variant_named(of_rule, variant)
    steps = [_filled(step, _places(tables, team)) for step in of_rule.faults[chosen]]
    file_steps = tuple(step for step in steps if not isinstance(step, str))
    cause = Cause(of_rule.id, chosen)
    planted = _run([step for step in steps if isinstance(step, str)], tables, standard, cause)
    changes = planted.changes + tuple(file_change(cause, step) for step in file_steps)
    if not changes:
        raise ValueError(f"The fault '{chosen}' of {of_rule.id} finds nothing to change in {team}.")
    return Planted(planted.tables, file_steps, changes)


def changed(tables: Tables, statements: Sequence[str], standard: Standard, team: str) -> Tables:
    """A copy of the tables after statements like those of a fault, which break no rule in particular."""
    filled = [_filled(statement, _places(tables, team)) for statement in statements]
    return _run(filled, tables, standard, Cause("the tables", team)).tables


def variant_named(rule: Rule, variant: str | None) -> str:
    """The variant of a rule's fault, the first when None. A ValueError lists them if there is none such."""
    if not rule.faults:
        raise ValueError(f"{rule.id} has no fault to plant.")
    chosen = next(iter(rule.faults)) if variant is None else variant
    if chosen not in rule.faults:
        raise ValueError(f"{rule.id} has no fault '{variant}'; it has {', '.join(rule.faults)}.")
    return chosen


def _places(tables: Tables, team: str) -> dict[str, str]:
    """What the placeholders of a step stand for."""
    header = tables["return_header"][0]
    return {"{team}": team, "{provider}": header["provider_code"], "{period}": header["period"]}


def _filled(step: Any, places: Mapping[str, str]) -> Any:
    """A step with its placeholders filled in, wherever in it they stand."""
    if isinstance(step, str):
        for placeholder, value in places.items():
            step = step.replace(placeholder, value)
        return step
    if isinstance(step, Mapping):
        return {_filled(name, places): _filled(value, places) for name, value in step.items()}
    return step


def _run(statements: Sequence[str], tables: Tables, standard: Standard, cause: Cause) -> Planted:
    """Run statements on the tables they name. The tables given are left as they were."""
    words = set(re.findall(r"\w+", " ".join(statements)))
    named = [table for table in standard.tables.values() if table.name in words]
    database = _database()
    for table in named:
        database.load(f"main.{table.name}", _frame(table, tables.get(table.name, [])))
    for statement in statements:
        _execute(database, statement, cause)
    after = {table.name: _numbered(database, table) for table in named}
    changes = [_compared(cause, table, tables.get(table.name, []), after[table.name]) for table in named]
    rows = {name: [*numbered.values()] for name, numbered in after.items()}
    return Planted({**tables, **rows}, changes=tuple(chain.from_iterable(changes)))


@cache
def _database() -> DuckDB:
    """One for all plantings, each of which loads anew what it names: to start one takes longer than to plant."""
    return DuckDB(threads=1)


def _execute(database: DuckDB, statement: str, cause: Cause) -> None:
    try:
        database.execute(statement)
    except Exception as error:  # the engine's own kinds of error stay behind its door
        problem = str(error).partition("\n")[0]
        raise ValueError(f"The fault '{cause.variant}' of {cause.rule} cannot be planted: {problem}") from error


def _compared(cause: Cause, table: Table, before: Sequence[Row], after: NumberedRows) -> Iterator[Change]:
    return table_changes(cause, table, dict(enumerate(before)), after)


def _frame(table: Table, rows: Sequence[Row]) -> pl.DataFrame:
    columns = {name: [row[name] or None for row in rows] for name in table.names}
    return pl.DataFrame(columns, schema=dict.fromkeys(table.names, pl.String))


def _numbered(database: DuckDB, table: Table) -> NumberedRows:
    """The rows of a table by the number the database keeps for each, which no change gives to another row."""
    frame = database.query(f"SELECT {NUMBER}, * FROM main.{table.name} ORDER BY {NUMBER}")
    return {
        number: {name: cell or "" for name, cell in zip(table.names, cells, strict=True)}
        for number, *cells in frame.iter_rows()
    }
