"""What a rule's SQL says about itself: the tables and fields it reads. The one door to sqlglot.

Rules do not list what they read; it is found here, so that the list cannot be wrong. Nothing is run here, and
nothing rewritten but the names of tables, where one query is to be asked of several returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import sqlglot
from sqlglot import exp

from crt_return.standard import Rule, Standard, Table

DIALECT = "duckdb"
RETURN = "_return"
OF_THE_STANDARD = ("codelist.", "reference.")
Reads = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Names:
    """The tables and columns that a piece of SQL names: (alias, qualified table), (alias or "", column)."""

    tables: frozenset[tuple[str, str]]
    columns: frozenset[tuple[str, str]]


@cache
def parsed(sql: str) -> exp.Expr:
    """The syntax tree of a query or of a predicate."""
    return sqlglot.parse_one(sql, read=DIALECT)


@cache
def names(sql: str) -> Names:
    """What a piece of SQL names; tables of its own making (WITH) are left out."""
    found = list(parsed(sql).find_all(exp.Table, exp.Column, exp.CTE))
    own = {one.alias for one in found if isinstance(one, exp.CTE)}
    tables = [one for one in found if isinstance(one, exp.Table) and (one.db or one.name not in own)]
    return Names(
        frozenset((one.alias_or_name, f"{one.db}.{one.name}" if one.db else one.name) for one in tables),
        frozenset((one.table, one.name) for one in found if isinstance(one, exp.Column)),
    )


def reads(rule: Rule, standard: Standard) -> Reads:
    """The tables of a return that a rule reads (`gatekeeping`, `prior.gatekeeping`), each with the fields read."""
    return reads_of(_parts(rule), standard, rule.table if rule.must else None)


def reads_of(parts: Iterable[str], standard: Standard, row_of: str | None = None) -> Reads:
    """The tables of a return that pieces of SQL read, each with the fields read; `row_of` is the predicate's table.

    A field without its table's name counts for every table read that has such a field, and so does an alias that
    stands for two tables in two parts of a query.
    """
    named = [names(sql) for sql in parts]
    known = {pair for part in named for pair in part.tables} | ({(row_of, row_of)} if row_of else set())
    of_returns = {(alias, name, table) for alias, name in known if (table := _table(name, standard))}
    columns = {column for part in named for column in part.columns}
    return {
        name: frozenset(
            field
            for alias, field in columns
            if field in table.field and (not alias or (alias, name, table) in of_returns)
        )
        for _, name, table in sorted(of_returns, key=lambda one: one[1])  # so that a report is the same every time
    }


def tables_of(rule: Rule) -> frozenset[str]:
    """Every table a rule's SQL names, qualified where it is (`codelist.outcome`)."""
    return tables_in(_parts(rule)) | ({rule.table} if rule.must else set())


def tables_in(parts: Iterable[str]) -> frozenset[str]:
    """Every table that pieces of SQL name."""
    return frozenset(name for sql in parts for _, name in names(sql).tables)


def first_field(rule: Rule, table: Table) -> str | None:
    """The field a rule points at: its own `field`, or the first it names (the first selected outside the key)."""
    if rule.field:
        return rule.field
    if rule.must:
        return _first(rule.must, table.names, ())
    return _first(rule.select, table.names, table.primary_key) if rule.select else None


@cache
def for_spark(sql: str) -> str:
    """The same SQL as Spark reads it, with a view's name for each `schema.table`."""
    tree = parsed(sql).copy()
    for table in tree.find_all(exp.Table):
        if table.db:
            own = exp.to_identifier(view_name(f"{table.db}.{table.name}"))
            alias = exp.TableAlias(this=exp.to_identifier(table.alias_or_name))
            table.set("alias", alias)
            table.set("this", own)
            table.set("db", None)
    return tree.sql(dialect="spark")


def view_name(name: str) -> str:
    """The name without dots that a table of a schema goes by where views have no schema."""
    return name.removeprefix("main.").replace(".", "__")


def for_each_return(sql: str, numbers: Iterable[int]) -> str:
    """A query on one return, asked of each return of these numbers by itself; its rows come with the number."""
    listed = ", ".join(f"({number})" for number in numbers)
    return f"SELECT _one.{RETURN}, _rows.* FROM (VALUES {listed}) AS _one({RETURN}), LATERAL ({_of_one(sql)}) AS _rows"


def place_of_all(name: str) -> str:
    """Where a table holds the rows of several returns, each row with the number of its return."""
    return "every." + name.replace(".", "_")


@cache
def _of_one(sql: str) -> str:
    """The query with each table of returns read as the rows of one return; all else stays as it is written.

    A table overlooked here is not found when the query runs: it cannot be read for all returns at once.
    """
    own = {one.alias for one in parsed(sql).find_all(exp.CTE)}
    tables = [one for one in parsed(sql).find_all(exp.Table) if one.db or one.name not in own]
    for one in sorted(tables, key=lambda table: -_span(table)[0]):
        name, (start, end) = f"{one.db}.{one.name}" if one.db else one.name, _span(one)
        if not name.startswith(OF_THE_STANDARD):
            rows = f"SELECT * EXCLUDE ({RETURN}) FROM {place_of_all(name)} WHERE {RETURN} = _one.{RETURN}"
            sql = f"{sql[:start]}({rows}){'' if one.alias else f' AS {one.name}'}{sql[end:]}"
    return sql


def _span(table: exp.Table) -> tuple[int, int]:
    """Where a table's name, with its schema, stands in the SQL."""
    first = table.args.get("db") or table.this
    return first.meta["start"], table.this.meta["end"] + 1


def _parts(rule: Rule) -> list[str]:
    return [sql for sql in (rule.must, rule.select, rule.when, rule.expected, *rule.values.values()) if sql]


def _table(name: str, standard: Standard) -> Table | None:
    schema, _, table = name.rpartition(".")
    return standard.tables.get(table) if schema in ("", "prior") else None


@cache
def _first(sql: str, fields: tuple[str, ...], skipped: tuple[str, ...]) -> str | None:
    tree = parsed(sql)
    outer = tree.find(exp.Select) if tree.find(exp.Select) else tree
    listed = (
        [part.alias_or_name for part in outer.expressions]
        if isinstance(outer, exp.Select) and tree is outer
        else [column.name for column in tree.find_all(exp.Column, bfs=False)]
    )
    return next((name for name in listed if name in fields and name not in skipped), None)
