"""Our own sheets, and the cells of tables that are made from text, written with openpyxl.

A text is written as text, whatever it begins with: no cell of ours is ever a formula.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from copy import copy
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from crt_return.finding import column_letter
from crt_return.reports.safe import fit_for_xml
from crt_return.reports.workbook.marking import COLOURS
from crt_return.reports.workbook.sheets import Cell, Look, Sheet

LONGEST_TEXT = 32_767  # of a cell, as Excel has it
NARROWEST, WIDEST = 9, 42
TEXT = "@"
LINE, MOST_LINES = 15, 20  # points, and of a row
LETTERS = 1.1  # to each unit of a column's width
FONT = "Calibri"
TALL: Mapping[Look, int] = {"title": 26, "section": 22, "head": 32}
WRAPPED = ("text", "link", "head", "error", "warning", "explained", "info", "good")
INK, GREY, LINES, NAVY, BLUE = "212B32", "E8EDEE", "AEB7BD", "003087", "005EB8"


def write(sheet: Sheet, book: Workbook, place: int) -> None:
    """Write a sheet of ours into a workbook, at a place among its sheets."""
    page = book.create_sheet(sheet.name, place)
    looks: dict[Look, Any] = {}
    for row, cells in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(cells, start=1):
            _write(page, row, column, cell, looks)
        heights = [_height(cell, width) for cell, width in zip(cells, sheet.widths, strict=False)]
        page.row_dimensions[row].height = max(heights, default=LINE)
    for column, width in enumerate(sheet.widths):
        page.column_dimensions[column_letter(column)].width = width
    _set_up(page, sheet)


def _height(cell: Cell, width: int) -> int:
    """How high a row must be for a cell: no program that opens the file works it out."""
    if cell.look in TALL:
        return TALL[cell.look]
    paragraphs = str(cell.value or "").splitlines() if cell.look in WRAPPED else []
    return LINE * min(sum(max(1, math.ceil(len(one) / (width * LETTERS))) for one in paragraphs) or 1, MOST_LINES)


def _set_up(page: Worksheet, sheet: Sheet) -> None:
    """Filters on the header, which stays in sight and is printed on each page."""
    if sheet.header:
        last = column_letter(len(sheet.rows[sheet.header - 1]) - 1)
        page.auto_filter.ref = f"A{sheet.header}:{last}{max(len(sheet.rows), sheet.header + 1)}"
        if sheet.in_sight:
            page.freeze_panes = f"A{sheet.header + 1}"
            page.print_title_rows = f"{sheet.header}:{sheet.header}"
    if sheet.printed:
        page.print_area = f"A1:{column_letter(sheet.printed - 1)}{len(sheet.rows)}"
    _on_paper(page)


def _on_paper(page: Worksheet) -> None:
    """Across the paper, as small as its columns need."""
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _write(page: Worksheet, row: int, column: int, cell: Cell, looks: dict[Look, Any]) -> None:
    made: Any = page.cell(row, column)
    if isinstance(cell.value, str):
        _as_text(made, cell.value)
    else:
        made.value = cell.value
    if cell.link:
        made.hyperlink = Hyperlink(ref=made.coordinate, location=cell.link)
    if cell.look not in looks:
        _look(made, cell.look)
        looks[cell.look] = made._style
    made._style = copy(looks[cell.look])


def _look(made: Any, look: Look) -> None:
    across = "center" if look == "number" else None
    made.alignment = Alignment(across, vertical="center" if look in TALL else "top", wrap_text=look in WRAPPED)
    made.font = Font(FONT, 11)
    made.border = Border() if look in ("title", "section", "line") else Border(bottom=Side("hair", color=LINES))
    match look:
        case "title":
            made.font = Font(FONT, 16, bold=True, color=NAVY)
        case "section":
            made.font = Font(FONT, 12, bold=True, color=NAVY)
        case "head":
            made.font = Font(FONT, 11, bold=True, color=INK)
            made.fill = PatternFill("solid", fgColor=GREY)
            made.border = Border(bottom=Side(style="medium", color=INK))
        case "error" | "warning" | "explained" | "info":
            fill, ink = COLOURS[look]
            made.fill, made.font = PatternFill("solid", fgColor=fill), Font(FONT, 11, bold=True, color=ink)
        case "link":
            made.font = Font(FONT, 11, color=BLUE, underline="single")
        case "number":
            made.number_format = "#,##0"
        case "good":
            made.font = Font(FONT, 11, color=COLOURS["explained"][1])


def _as_text(made: Any, text: str) -> None:
    made.value = fit_for_xml(text)[:LONGEST_TEXT]
    made.data_type = "s"  # and no formula, though it may begin like one


def heading(page: Worksheet, header: Collection[str]) -> None:
    """The first row of a table: its columns' names, in sight."""
    for column, name in enumerate(header, start=1):
        made = page.cell(1, column)
        _as_text(made, name)
        _look(made, "head")
    page.freeze_panes = "A2"
    page.print_title_rows = "1:1"
    _on_paper(page)


def text_cell(page: Worksheet, row: int, column: int, text: str) -> None:
    """A cell of a table, as text that stays text when somebody types over it."""
    made = page.cell(row, column)
    made.number_format = TEXT
    _as_text(made, text)


def fit(page: Worksheet) -> None:
    """Columns about as wide as the longest text of the first rows."""
    for place, column in enumerate(page.iter_cols(max_row=200, values_only=True)):
        longest = max(len(str(value or "")) for value in column)
        page.column_dimensions[column_letter(place)].width = min(max(longest + 2, NARROWEST), WIDEST)
