"""The copy of a return that is to be marked: the user's own workbook, or one made from the text of its tables.

What may be a patient's data is hidden in it, and the marks of an earlier copy are taken off. The original is read,
and never written to. Where it cannot be copied, the copy is made from the text, and says so.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import polars as pl
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText
from openpyxl.worksheet.worksheet import Worksheet

from crt_return.finding import Finding
from crt_return.privacy import EMAIL_FIELD, masked
from crt_return.reading.model import ROW
from crt_return.reports.workbook.issues import LAST_ROW
from crt_return.reports.workbook.marking import unmark
from crt_return.reports.workbook.writing import fit, heading, text_cell
from crt_return.standard import Standard
from crt_return.validate import Run
from crt_return.wording import counted
from crt_return.workbook_layout import FIDELITY, ISSUES, RULES

MADE = datetime(2000, 1, 1)
MOST_ROWS = 20_000  # of a table that is copied whole
MOST_BYTES = 200 * 2**20  # of a workbook, unpacked: beyond, a copy of it would take more memory than people have
UNFIT = "Your workbook could not be copied as it is. This copy was made from the text of its tables, without its looks."


@dataclass(frozen=True)
class Copy:
    """The copy, where a finding's sheet is found in it, and what to know of it."""

    book: Workbook
    sheet_of: Callable[[Finding], str | None]
    said: tuple[str, ...] = ()


def copied(run: Run, standard: Standard) -> Copy:
    """The copy of the return of a run; without any sheet where the return could not be read."""
    if run.package is None:
        return Copy(_empty(), lambda _: None)
    if run.path.suffix.casefold() != ".xlsx":
        return _from_text(run, standard)
    book = _original(run.path)
    if book is None:
        made = _from_text(run, standard)
        return Copy(made.book, made.sheet_of, (UNFIT, *made.said))
    hidden = _without_marks_and_patients(book)
    return Copy(book, lambda one: _known(one.sheet or one.table, book), _said(hidden, ()))


def _empty() -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.created = book.properties.modified = MADE
    return book


def _known(sheet: str | None, book: Workbook) -> str | None:
    return sheet if sheet in book.sheetnames else None


def _said(hidden: int, partly: Iterable[str]) -> tuple[str, ...]:
    """What is to be known of the copy: what is not in it as it was sent."""
    told = [
        f"{name} is long: this copy has its rows with an issue alone, each in its own row of the sheet."
        for name in partly
    ]
    if hidden:
        cells = counted(hidden, "cell")
        told.append(f"Hidden in this copy, for what may be a patient's data: {cells}. Correct your own file.")
    return tuple(told)


# Of a workbook


def _original(path: Path) -> Workbook | None:
    """The user's workbook, loaded; None where the library cannot take it, whatever it stumbles over."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what a copy does not keep, such as a chart
        try:
            with ZipFile(path) as archive:
                if sum(part.file_size for part in archive.infolist()) > MOST_BYTES:
                    return None
            return load_workbook(path, rich_text=True)
        except Exception:
            return None


def _without_marks_and_patients(book: Workbook) -> int:
    """Take off what an earlier copy was marked with, and hide patient data. How many cells had such data."""
    for name in (ISSUES, RULES, FIDELITY):
        if name in book.sheetnames:
            del book[name]
    hidden = 0
    for sheet in book.worksheets:
        unmark(sheet)
        emails = {cell.column for cell in sheet[1] if cell.value == EMAIL_FIELD}
        hidden += sum(_hide(cell, cell.column in emails) for cell in [*sheet._cells.values()])
    return hidden


def _hide(cell: Any, email_belongs: bool) -> bool:
    """Hide patient data in a cell and in its comment; whether there was any."""
    value = cell.value
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    holds_text = isinstance(value, str | int | float | CellRichText)
    clean = _clean(text, email_belongs) if holds_text else text
    if clean != text:
        cell.value = clean
        cell.data_type = "s"
    if cell.comment and cell.comment.text != masked(cell.comment.text):
        cell.comment.text = masked(cell.comment.text)
        return True
    return clean != text


@lru_cache(maxsize=65536)
def _clean(text: str, email_belongs: bool) -> str:
    return masked(text, email_belongs=email_belongs)


# Of CSV files


def _from_text(run: Run, standard: Standard) -> Copy:
    book, hidden, partly = _empty(), 0, []
    tables = run.package.tables if run.package else {}
    for name in standard.tables:
        if name in tables and tables[name].frame.height:
            frame = tables[name].frame
            if frame.height > MOST_ROWS:
                partly.append(name)
                rows = {one.row for one in run.report.findings if one.table == name and one.row}
                frame = frame.filter(pl.col(ROW).is_in(rows))
            hidden += _write(book.create_sheet(name), tables[name].header, frame)
        elif name in tables:
            heading(book.create_sheet(name), tables[name].header)
    return Copy(book, lambda one: _known(one.table, book), _said(hidden, partly))


def _write(sheet: Worksheet, header: Collection[str], frame: pl.DataFrame) -> int:
    """A table as its file has it: each row at its own number, each cell as text. How many cells were hidden."""
    heading(sheet, header)
    hidden = 0
    for row in frame.filter(pl.col(ROW) <= LAST_ROW).iter_rows(named=True):
        for column, name in enumerate(header, start=1):
            if (text := row.get(name)) is not None:
                clean = _clean(text, name == EMAIL_FIELD)
                hidden += clean != text
                text_cell(sheet, row[ROW], column, clean)
    fit(sheet)
    return hidden
