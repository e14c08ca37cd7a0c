"""The report as a workbook for Excel: a sheet for each table, with notes first. The one door to xlsxwriter.

Numbers are numbers, codes are text, no cell is ever a formula. The same content gives the same bytes: the date of
making is the last day of the period. It reads no workbook.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # the library has no types

from crt_return.national.content import Content
from crt_return.national.headlines import banner, headlines
from crt_return.national.tables import Cell, ColumnKind, PublishedTable
from crt_return.national.words import span
from crt_return.standard import Standard

TITLE_ROW, NOTE_ROW, HEADER_ROW = 0, 1, 2
NARROWEST, WIDEST = 10, 60
TEXT, WHOLE, SHARE, FRACTION = "@", "#,##0", "0.0%", "#,##0.0##"


def workbook_bytes(content: Content, tables: Sequence[PublishedTable], standard: Standard) -> bytes:
    """The workbook."""
    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(written, options)
    made = datetime.combine(content.quarters[-1].ends, datetime.min.time())
    book.set_properties({"title": f"Crisis resolution teams in England, {content.period}", "created": made})
    _notes(book, content, tables, standard)
    for table in tables:
        _sheet(book, table)
    book.close()
    return written.getvalue()


def _notes(book: Any, content: Content, tables: Iterable[PublishedTable], standard: Standard) -> None:
    """The first sheet: what this is, what it may be called, and what stands on the other sheets."""
    sheet = book.add_worksheet("notes")
    bold, wrapped = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"text_wrap": True})
    sheet.set_column(0, 0, 110)
    lines = [(True, f"Crisis resolution teams in England, {content.period} ({span(content.quarters)})")]
    if content.synthetic:
        lines.append((True, "SYNTHETIC DATA: every provider in this report was invented by a program."))
    status = banner(content)
    lines += [(True, status.title), *((False, sentence) for sentence in status.because)]
    lines += [(True, "Main figures"), *((False, sentence) for sentence in headlines(content))]
    lines += [(True, "Sheets"), *((False, f"{table.name}: {table.title}. {table.note}") for table in tables)]
    lines += [(True, "Made by"), (False, f"{standard.title}, version {standard.version}")]
    for row, (is_heading, text) in enumerate(lines):
        sheet.write_string(row, 0, text, bold if is_heading else wrapped)


def _sheet(book: Any, table: PublishedTable) -> None:
    """One table: its title, its note, its header, which stays in sight, and its rows."""
    sheet = book.add_worksheet(table.name)
    bold = book.add_format({"bold": True})
    header = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    formats = {form: book.add_format({"num_format": form}) for form in (TEXT, WHOLE, SHARE, FRACTION)}
    beside_numbers = book.add_format({"align": "right"})
    sheet.write_string(TITLE_ROW, 0, table.title, bold)
    sheet.write_string(NOTE_ROW, 0, table.note)
    for place, column in enumerate(table.columns):
        sheet.write_string(HEADER_ROW, place, column.title, header)
        sheet.set_column(place, place, _width(table, place))
        for row, cells in enumerate(table.rows, start=HEADER_ROW + 1):
            text_form = formats[TEXT] if column.kind == "text" else beside_numbers
            _write(sheet, row, place, cells[place], formats[_form(column.kind, cells[place])], text_form)
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    last = HEADER_ROW + max(len(table.rows), 1)
    sheet.autofilter(HEADER_ROW, 0, last, len(table.columns) - 1)


def _form(kind: ColumnKind, cell: Cell) -> str:
    """How a number is shown: a whole one without decimals, a share as a percentage."""
    if kind == "share":
        return SHARE
    return WHOLE if isinstance(cell, int) else FRACTION


def _write(sheet: Any, row: int, place: int, cell: Cell, number_form: Any, text_form: Any) -> None:
    """A number as a number, a text as a text whatever it begins with, nothing where there is nothing."""
    if isinstance(cell, str):
        sheet.write_string(row, place, cell, text_form)
    elif cell is not None:
        sheet.write_number(row, place, cell, number_form)


def _width(table: PublishedTable, place: int) -> int:
    """As wide as the widest cell, within reason."""
    cells = [str(row[place]) for row in table.rows if row[place] is not None]
    longest = max((len(cell) for cell in cells), default=0)
    heading = max((len(word) for word in table.columns[place].title.split()), default=0)
    return min(max(longest, heading, NARROWEST) + 2, WIDEST)
