"""Marked workbooks as a reader sees them: the rows of issues, the colour of a cell, where a link leads."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook import Workbook

from crt_return.workbook_layout import ISSUES
from tests.batches import STANDARD

HEADER = "No."


def opened(content: bytes | Path) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content) if isinstance(content, bytes) else content)


def header_row(sheet: Any) -> int:
    return next(row for row in range(1, 20) if sheet.cell(row, 1).value == HEADER)


def issue_rows(content: bytes) -> list[Mapping[str, Any]]:
    """Return the rows of the sheet of issues by the names of its columns; no other sheet is read."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    rows = [*book[ISSUES].iter_rows(values_only=True)]
    top, *rows = rows[next(number for number, row in enumerate(rows) if row[0] == HEADER) :]
    return [dict(zip(map(str, top), row, strict=True)) for row in rows]


def colours(sheet: Any, cell: str) -> set[str]:
    """The colours that conditional formats of a sheet give to a cell."""
    return {
        rule.dxf.fill.bgColor.rgb[2:] for one in sheet.conditional_formatting if cell in one.sqref for rule in one.rules
    }


def leads_to(cell: Any) -> str:
    return str(cell.hyperlink.location) if cell.hyperlink else ""


def workbook_of(folder: Path) -> Workbook:
    """Put the CSV files of a return into a workbook with a user's looks."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name in STANDARD.tables:
        if (folder / f"{name}.csv").exists():
            sheet = book.create_sheet(name)
            with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as read:
                for line in csv.reader(read):
                    sheet.append([cell or None for cell in line])
            sheet["B2"].font, sheet["B2"].fill = Font(italic=True), PatternFill("solid", fgColor="ABCDEF")
    return book
