"""Templates made through the command, opened as a user's program would open them, and filled in from a return."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from click.testing import CliRunner, Result
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from crt_return import cli
from crt_return.finding import Report
from crt_return.standard import Field, Table, load_standard

STANDARD = load_standard()
SAMPLE = Path(__file__).parents[2] / "sample_data"
VALID, PREVIOUS = SAMPLE / "valid", SAMPLE / "previous"
PROVIDER, PERIOD = "RZA", "2006-07-Q4"
Cell = str | int | float | date | datetime | None


def template(out: Path, *words: str, provider: str = PROVIDER, period: str = PERIOD) -> Result:
    """The command, run in this process."""
    given = ["template", "--provider", provider, "--period", period, "--out", str(out), *words]
    return CliRunner().invoke(cli.commands, given)


def opened(path: Path) -> Workbook:
    return load_workbook(path)


def rows_in(path: Path, sheet: str) -> list[dict[str, Cell]]:
    """Return the rows of a sheet by the names in its header; no other sheet is read."""
    return records(load_workbook(path, read_only=True)[sheet])


def records(sheet: Worksheet) -> list[dict[str, Cell]]:
    """The rows below the header, by the names in it."""
    names, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, names), row, strict=True)) for row in rows]  # type: ignore[arg-type]


def sent(folder: Path, table: Table) -> list[list[str]]:
    """The rows of a return's file, without its header."""
    with (folder / table.file).open(encoding="utf-8", newline="") as file:
        return [*csv.reader(file)][1:]


def typed(text: str, field: Field) -> Cell:
    """A cell as a person fills it in: figures as numbers, days as dates, anything else as text."""
    if not text:
        return None
    match field.type:
        case "integer":
            return int(text)
        case "number":
            return float(text)
        case "date":
            return date.fromisoformat(text)
        case "datetime":
            return datetime.fromisoformat(text)
        case _:
            return text


def fill(workbook: Path, folder: Path, out: Path) -> Path:
    """Write a return's figures into a template, from the first row on, and save it under another name."""
    book = opened(workbook)
    for table in STANDARD.tables.values():
        write(book[table.name], table, sent(folder, table))
    book.save(out)
    return out


def write(sheet: Worksheet, table: Table, rows: Sequence[Sequence[str]]) -> None:
    blank = [""] * len(table.fields)
    for number in range(max(len(rows), sheet.max_row - 1)):
        row = rows[number] if number < len(rows) else blank
        for place, (text, field) in enumerate(zip(row, table.fields, strict=True), start=1):
            sheet.cell(number + 2, place).value = typed(text, field)


def assert_same_return(report: Report, of_files: Report) -> None:
    assert report.outcome == of_files.outcome == "accepted"
    assert found(report) == found(of_files)
    assert report.submission.content_sha256 == of_files.submission.content_sha256


def found(report: Report) -> list[tuple[object, ...]]:
    return [(one.rule, one.table, one.row, one.column, one.key, one.message) for one in report.findings]
