"""What a rule's SQL says about itself: the tables and fields it reads. The one door to sqlglot.

Rules do not list what they read; it is found here, so that the list cannot be wrong. Nothing is run here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import sqlglot
from sqlglot import exp

from crt_return.standard import Rule, Standard, Table

DIALECT = "duckdb"
Reads = Mapping[str, frozenset[str]]


@cache
def parsed(sql: str) -> exp.Expr:
    """The syntax tree of a query or of a predicate."""
    return sqlglot.parse_one(sql, read=DIALECT)


def reads(rule: Rule, standard: Standard) -> Reads:
    """The tables of a return that a rule reads (`gatekeeping`, `prior.gatekeeping`), each with the fields read.

    A field without its table's name counts for every table read that has such a field.
    """
    trees = _trees(rule)
    aliases = {alias: name for tree in trees for alias, name in _tables(tree)}
    aliases |= {rule.table: rule.table} if rule.must else {}
    found: dict[str, set[str]] = {name: set() for name in aliases.values() if _table(name, standard)}
    for tree in trees:
        for column in tree.find_all(exp.Column):
            for name in [aliases[column.table]] if column.table in aliases else [] if column.table else found:
                table = _table(name, standard)
                if table and column.name in table.field:
                    found[name].add(column.name)
    return {name: frozenset(fields) for name, fields in found.items()}


def tables_of(rule: Rule) -> frozenset[str]:
    """Every table a rule's SQL names, qualified where it is (`codelist.outcome`)."""
    named = {name for tree in _trees(rule) for _, name in _tables(tree)}
    return frozenset(named | ({rule.table} if rule.must else set()))


def first_field(rule: Rule, table: Table) -> str | None:
    """The field a rule points at: its own `field`, or the first it names (the first selected outside the key)."""
    if rule.field:
        return rule.field
    if rule.must:
        return _first(rule.must, table.names, ())
    return _first(rule.select, table.names, table.primary_key) if rule.select else None


def for_spark(sql: str) -> str:
    """The same SQL as Spark reads it."""
    return parsed(sql).sql(dialect="spark")


def _trees(rule: Rule) -> list[exp.Expr]:
    return [parsed(sql) for sql in (rule.must, rule.select, rule.when, rule.expected, *rule.values.values()) if sql]


def _tables(tree: exp.Expr) -> list[tuple[str, str]]:
    """Each table a tree names, as (alias, qualified name)."""
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    tables = [table for table in tree.find_all(exp.Table) if table.db or table.name not in own]
    return [(table.alias_or_name, f"{table.db}.{table.name}" if table.db else table.name) for table in tables]


def _table(name: str, standard: Standard) -> Table | None:
    schema, _, table = name.rpartition(".")
    return standard.tables.get(table) if schema in ("", "prior") else None


@cache
def _first(sql: str, fields: tuple[str, ...], skipped: tuple[str, ...]) -> str | None:
    tree = parsed(sql)
    outer = tree.find(exp.Select) if tree.find(exp.Select) else tree
    names = (
        [part.alias_or_name for part in outer.expressions]
        if isinstance(outer, exp.Select) and tree is outer
        else [column.name for column in tree.find_all(exp.Column, bfs=False)]
    )
    return next((name for name in names if name in fields and name not in skipped), None)
