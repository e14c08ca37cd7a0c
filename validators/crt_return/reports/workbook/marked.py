"""The marked copy from a run: a copy of the return, our own sheets, and the marks on its cells. It reads as a list."""

from __future__ import annotations

import io
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from crt_return.publishing.zipped import entries, zipped
from crt_return.reports.workbook.copying import copied
from crt_return.reports.workbook.fidelity import fidelity_sheet
from crt_return.reports.workbook.issues import issues, marks
from crt_return.reports.workbook.marking import mark
from crt_return.reports.workbook.sheets import issues_sheet, opening, rules_sheet
from crt_return.reports.workbook.writing import write
from crt_return.standard import Standard
from crt_return.validate import Run

HOW_TO_USE = (
    "Each place below is a link to its cell. A marked cell has a colour, a border and a comment, and links back here.",
    "To change a marked cell, go to it with the arrow keys, or click it and hold the button down; then type.",
)


def marked_bytes(run: Run, standard: Standard) -> bytes:
    """The workbook. The same return gives the same content."""
    report, copy = run.report, copied(run, standard)
    top = opening(report, [*copy.said, *(HOW_TO_USE if report.findings and run.package else ())])
    listed = issues(report.findings, copy.sheet_of, len(top) + 2, standard)
    for name, own in marks(listed).items():
        mark(copy.book[name], own)
    sheets = [issues_sheet(top, listed, standard)]
    if run.package:
        sheets += [rules_sheet(report, listed, standard), fidelity_sheet(report, standard)]
    for place, sheet in enumerate(sheets):
        write(sheet, copy.book, place)
    return _bytes(copy.book)


def _bytes(book: Workbook) -> bytes:
    """The file, without the time of day in it."""
    book.active = 0
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is book.worksheets[0]
    written = io.BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).write_data()
    return zipped(entries(written.getvalue()))
