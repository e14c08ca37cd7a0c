"""Returns in memory, checked as `validate` checks them, and the levels of completeness counted in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from crt_return.batch import Batch
from crt_return.completeness import Completeness, Level, completeness
from crt_return.engines.duckdb import DuckDB
from crt_return.reading import read_package
from crt_return.reading.model import ROW, Package, TextTable
from crt_return.scope import NO_PRIOR, Data
from crt_return.standard import COMPLETENESS, Table, load_standard
from crt_return.tables import Checked, check_tables

STANDARD = load_standard()
Tables = Mapping[str, Sequence[Mapping[str, str]]]


MEASURES = [measure for measure in STANDARD.measures.values() if measure.requirement == COMPLETENESS]


def checked_folder(path: Path) -> Checked:
    return check_tables([read_package(path, STANDARD)], STANDARD, None)[0]


def checked(tables: Tables) -> Checked:
    """The return of these tables, without a detour by the disk; tables not named are not in the package."""
    texts = {name: _text(STANDARD.tables[name], rows) for name, rows in tables.items()}
    unread = {name: f"{name}.csv is not in the package (PKG-01)" for name in STANDARD.tables if name not in tables}
    return check_tables([Package("a return", texts, (), unread)], STANDARD, None)[0]


def _text(table: Table, rows: Sequence[Mapping[str, str]]) -> TextTable:
    cells = [{name: row[name] or None for name in table.names} for row in rows]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(table.names, pl.String)).with_row_index(ROW, offset=2)
    return TextTable(table.name, table.file, table.names, frame)


def completeness_of(one: Checked | Tables | Path) -> Completeness:
    if isinstance(one, Path):
        one = checked_folder(one)
    given = one if isinstance(one, Checked) else checked(one)
    return completeness(Batch(DuckDB(threads=1), STANDARD, [Data(STANDARD, given, NO_PRIOR)]), STANDARD, MEASURES)[0]


def level(found: Completeness, name: str, team: str | None = None) -> Level:
    levels = found.teams[team] if team else found.levels
    return next(one for one in levels if one.id == name)
