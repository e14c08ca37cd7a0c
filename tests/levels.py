"""Count the levels of completeness in returns that are checked as `validate` checks them."""

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


def completeness_of(returns: Mapping[str, Tables | Path]) -> dict[str, Completeness]:
    """Count the levels of all returns in one batch, and return those of each by its name."""
    measures = [measure for measure in STANDARD.measures.values() if measure.requirement == COMPLETENESS]
    batch = Batch(DuckDB(threads=1), STANDARD, [Data(STANDARD, each, NO_PRIOR) for each in checked(*returns.values())])
    return dict(zip(returns, completeness(batch, STANDARD, measures), strict=True))


def checked(*returns: Tables | Path) -> list[Checked]:
    """Check returns; tables are not written to files first."""
    packages = [read_package(given, STANDARD) if isinstance(given, Path) else _package(given) for given in returns]
    return check_tables(packages, STANDARD, None)


def _package(tables: Tables) -> Package:
    """Return tables as a package; tables that are not named are not in it."""
    texts = {name: _text(STANDARD.tables[name], rows) for name, rows in tables.items()}
    unread = {name: f"{name}.csv is not in the package (PKG-01)" for name in STANDARD.tables if name not in tables}
    return Package("a return", texts, (), unread)


def _text(table: Table, rows: Sequence[Mapping[str, str]]) -> TextTable:
    cells = [{name: row[name] or None for name in table.names} for row in rows]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(table.names, pl.String)).with_row_index(ROW, offset=2)
    return TextTable(table.name, table.file, table.names, frame.select(*table.names, ROW))  # in a file's order


def level(found: Completeness, name: str, team: str | None = None) -> Level:
    """Return a level of a return or of a team."""
    levels = found.teams[team] if team else found.levels
    return next(each for each in levels if each.id == name)
