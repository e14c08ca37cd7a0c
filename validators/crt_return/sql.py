"""Find the tables and fields that a rule's SQL reads. The one module that imports sqlglot.

Rules do not list what they read; it is found here, so that the list cannot be wrong. Parsing all SQL of the standard
takes a third of a second, so the names found are kept in the user's cache folder, under a key of the SQL and of the
parser's version. Where that folder cannot be written, the SQL is parsed each time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from platformdirs import user_cache_path

from crt_return.standard import Rule, Standard, Table, load_standard
from crt_return.version import __version__

if TYPE_CHECKING:
    from sqlglot import exp

DIALECT = "duckdb"
RETURN = "_return"
OF_THE_STANDARD = ("codelist.", "reference.")
Reads = Mapping[str, frozenset[str]]


class NamedTable(NamedTuple):
    """A table where a piece of SQL names it: its name with its schema, its alias, and the place of the name."""

    name: str
    alias: str | None
    start: int
    end: int

    @property
    def called(self) -> str:
        """What the SQL calls it."""
        return self.alias or self.name.rpartition(".")[2]


@dataclass(frozen=True)
class Names:
    """The tables and columns that a piece of SQL names: each table, each (alias or "", column).

    `fields` are what a query gives, or what a predicate names, in the order they are written.
    """

    tables: tuple[NamedTable, ...]
    columns: tuple[tuple[str, str], ...]
    fields: tuple[str, ...]


@cache
def parsed(sql: str) -> exp.Expr:
    """The syntax tree of a query or of a predicate."""
    import sqlglot  # late: a return is seldom asked anything that is not in the standard's own SQL

    return sqlglot.parse_one(sql, read=DIALECT)


@cache
def names(sql: str) -> Names:
    """What a piece of SQL names; tables of its own making (WITH) are left out."""
    return _standard_names().get(sql) or _found(sql)


@cache
def _standard_names() -> Mapping[str, Names]:
    """The names in every piece of the standard's SQL, from the cache file or else parsed and kept there."""
    pieces = _standard_sql(load_standard())
    path = _cache_file(pieces)
    with suppress(OSError, ValueError, TypeError):
        digest, _, kept = path.read_text(encoding="utf-8").partition("\n")
        if digest == _digest(kept):  # else the file is damaged
            return {sql: _names(**names) for sql, names in zip(pieces, json.loads(kept), strict=True)}
    found = {sql: _found(sql) for sql in pieces}
    with suppress(OSError):
        text = json.dumps([asdict(names) for names in found.values()], separators=(",", ":"))
        _write_whole(path, f"{_digest(text)}\n{text}")
    return found


def _standard_sql(standard: Standard) -> list[str]:
    """Every piece of SQL that is run on a return, each once."""
    rules = (sql for rule in standard.rules.values() for sql in _parts(rule))
    measures = (sql for measure in standard.measures.values() for sql in measure.sql)
    return list(dict.fromkeys((*rules, *measures)))


def _cache_file(pieces: Sequence[str]) -> Path:
    """Where the names in these pieces of SQL are kept for this version of the tool and of the parser."""
    key = json.dumps([__version__, version("sqlglot"), *pieces])
    return user_cache_path("crt-return", appauthor=False) / f"sql-names-{_digest(key)[:16]}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that another process sees all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _names(tables: list[list[Any]], columns: list[list[str]], fields: list[str]) -> Names:
    return Names(
        tuple(NamedTable(*table) for table in tables), tuple((table, name) for table, name in columns), tuple(fields)
    )


def _found(sql: str) -> Names:
    """What a piece of SQL names, by its syntax tree."""
    from sqlglot import exp

    tree = parsed(sql)
    own = {one.alias for one in tree.find_all(exp.CTE)}
    tables = [one for one in tree.find_all(exp.Table) if one.db or one.name not in own]
    columns = {(one.table, one.name) for one in tree.find_all(exp.Column)}
    return Names(tuple(map(_named_table, tables)), tuple(sorted(columns)), tuple(_fields(tree)))


def _named_table(table: exp.Table) -> NamedTable:
    first = table.args.get("db") or table.this
    name = f"{table.db}.{table.name}" if table.db else table.name
    return NamedTable(name, table.alias or None, first.meta["start"], table.this.meta["end"] + 1)


def _fields(tree: exp.Expr) -> list[str]:
    from sqlglot import exp

    if isinstance(tree, exp.Select):
        return [part.alias_or_name for part in tree.expressions]
    return [column.name for column in tree.find_all(exp.Column, bfs=False)]


def reads(rule: Rule, standard: Standard) -> Reads:
    """The tables of a return that a rule reads (`gatekeeping`, `prior.gatekeeping`), each with the fields read."""
    return reads_of(_parts(rule), standard, rule.table if rule.must else None)


def reads_of(parts: Iterable[str], standard: Standard, row_of: str | None = None) -> Reads:
    """The tables of a return that pieces of SQL read, each with the fields read; `row_of` is the predicate's table.

    A field without its table's name counts for every table read that has such a field, and so does an alias that
    stands for two tables in two parts of a query.
    """
    named = [names(sql) for sql in parts]
    known = {(one.called, one.name) for part in named for one in part.tables} | (
        {(row_of, row_of)} if row_of else set()
    )
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
    return frozenset(one.name for sql in parts for one in names(sql).tables)


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
    from sqlglot import exp

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
    for one in sorted(names(sql).tables, key=lambda table: -table.start):
        if not one.name.startswith(OF_THE_STANDARD):
            rows = f"SELECT * EXCLUDE ({RETURN}) FROM {place_of_all(one.name)} WHERE {RETURN} = _one.{RETURN}"
            sql = f"{sql[: one.start]}({rows}){'' if one.alias else f' AS {one.called}'}{sql[one.end :]}"
    return sql


def _parts(rule: Rule) -> list[str]:
    return [sql for sql in (rule.must, rule.select, rule.when, rule.expected, *rule.values.values()) if sql]


def _table(name: str, standard: Standard) -> Table | None:
    schema, _, table = name.rpartition(".")
    return standard.tables.get(table) if schema in ("", "prior") else None


def _first(sql: str, fields: Sequence[str], skipped: Sequence[str]) -> str | None:
    return next((name for name in names(sql).fields if name in fields and name not in skipped), None)
