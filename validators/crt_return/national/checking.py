"""The last look at a publication before it goes out: the rules on what was published, run on the files themselves.

It reads the CSV files back, and knows nothing of what they were made from. What the rules ask is in
`schema/national/rules.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from crt_return.engines import Engine
from crt_return.finding import Finding, Place, column_letter, finding
from crt_return.indicator import CoverageLimits, DisclosureControl
from crt_return.national.csv_files import read_back
from crt_return.national.tables import ENGLAND, PROVIDER, ColumnKind, PublishedTable
from crt_return.rules import faulty_rows
from crt_return.standard import Rule, Standard

CELLS, COVERAGE, CONTROL = "publication.cell", "publication.coverage", "publication.control"
PUBLICATION_TABLES: Mapping[str, Mapping[str, type[pl.DataType]]] = {
    CELLS: {
        "file": pl.String,
        "line": pl.Int64,
        "cell": pl.String,
        "level": pl.String,
        "provider_code": pl.String,
        "indicator": pl.String,
        "part": pl.String,
        "kind": pl.String,
        "shown": pl.String,
        "number": pl.Float64,
    },
    COVERAGE: {
        "period": pl.String,
        "providers_accepted": pl.Int64,
        "providers_expected": pl.Int64,
        "teams_returned": pl.Int64,
        "teams_expected": pl.Int64,
    },
    CONTROL: {
        "small_number": pl.Int64,
        "rounded_to": pl.Int64,
        "final_providers": pl.Float64,
        "final_teams": pl.Float64,
    },
}
FIGURES: tuple[ColumnKind, ...] = ("count", "number", "share", "percentage")
HEADER_LINE = 1


def faults(
    folder: Path,
    tables: Iterable[PublishedTable],
    limits: CoverageLimits,
    control: DisclosureControl,
    standard: Standard,
    engine: Engine,
) -> list[Finding]:
    """What the national rules find in the files of a folder, which the tables say how to read."""
    own = list(tables)
    cells = [cell for table in own for cell in published_cells(folder / table.file, table)]
    coverage = [row for table in own if table.name == "coverage" for row in published_coverage(folder / table.file)]
    settings = (control.small_number, control.rounded_to, limits.final.providers, limits.final.teams)
    load(engine, CELLS, cells)
    load(engine, COVERAGE, coverage)
    load(engine, CONTROL, [dict(zip(PUBLICATION_TABLES[CONTROL], settings, strict=True))])
    return [one for rule in standard.national_rules.values() for one in found(rule, engine)]


def load(engine: Engine, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Give the engine rows of one of the tables that the national rules read."""
    types = PUBLICATION_TABLES[name]
    listed = [{column: row.get(column) for column in types} for row in rows]
    engine.load(name, pl.DataFrame(listed, schema=dict(types)))


def published_coverage(file: Path) -> Iterator[dict[str, Any]]:
    """Each quarter of the file of coverage, its counts as numbers."""
    for row in read_back(file):
        yield {
            name: row[name] if of is pl.String else int(row[name]) for name, of in PUBLICATION_TABLES[COVERAGE].items()
        }


def published_cells(file: Path, table: PublishedTable) -> Iterator[dict[str, Any]]:
    """Each figure of a file: where it is, of whom, of what kind, as shown and as a number."""
    figures = [(place, column) for place, column in enumerate(table.columns) if column.kind in FIGURES]
    for line, row in enumerate(read_back(file), start=HEADER_LINE + 1):
        of_provider = bool(row.get("provider_code")) and row.get("level") != ENGLAND
        for place, column in figures:
            yield {
                "file": file.name,
                "line": line,
                "cell": f"{column_letter(place)}{line}",
                "level": PROVIDER if of_provider else ENGLAND,
                "provider_code": row.get("provider_code"),
                "indicator": row.get("indicator"),
                "part": column.name,
                "kind": column.kind,
                "shown": row[column.name],
                "number": _number(row[column.name]),
            }


def _number(shown: str) -> float | None:
    try:
        return float(shown)
    except ValueError:
        return None


def found(rule: Rule, engine: Engine) -> list[Finding]:
    """What one national rule finds in the tables loaded."""
    rows = engine.query(faulty_rows(rule)).iter_rows(named=True)
    return [finding(rule, rule.severity, Place(rule.table, row.get("file")), values=row) for row in rows]
