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
from tests.reports.returns import STANDARD

HEADER = "No."


def opened(content: bytes | Path) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content) if isinstance(content, bytes) else content)


def header_row(sheet: Any) -> int:
    return next(row for row in range(1, 20) if sheet.cell(row, 1).value == HEADER)


def issue_rows(content: bytes) -> list[Mapping[str, Any]]:
    """The rows of the sheet of issues, by the names of its columns, each with the number of its row."""
    sheet = opened(content)[ISSUES]
    top, *rows = sheet.iter_rows(min_row=header_row(sheet), values_only=True)
    return [dict(zip(map(str, top), row, strict=True)) for row in rows]


def colours(sheet: Any, cell: str) -> set[str]:
    """The colours that conditional formats of a sheet give to a cell."""
    return {
        rule.dxf.fill.bgColor.rgb[2:] for one in sheet.conditional_formatting if cell in one.sqref for rule in one.rules
    }


def leads_to(cell: Any) -> str:
    return str(cell.hyperlink.location) if cell.hyperlink else ""


def workbook_of(folder: Path, file: Path) -> Path:
    """The CSV files of a return as a workbook of a user's own, with looks of its own."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name in STANDARD.tables:
        if (folder / f"{name}.csv").exists():
            sheet = book.create_sheet(name)
            with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as read:
                for line in csv.reader(read):
                    sheet.append([cell or None for cell in line])
            sheet["B2"].font, sheet["B2"].fill = Font(italic=True), PatternFill("solid", fgColor="ABCDEF")
    book.save(file)
    return file
