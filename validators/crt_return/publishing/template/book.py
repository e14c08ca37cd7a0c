"""The workbook of a template, as bytes. One of the doors to xlsxwriter; it reads no workbook.

The same template gives the same bytes: the date of making is the last day of the quarter. No text is ever a formula.
"""

from __future__ import annotations

import io
from datetime import datetime
from math import ceil
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # the library has no types

from crt_return.publishing.template import lists as listing
from crt_return.publishing.template import looks as style
from crt_return.publishing.template.lists import Lists, lists_of
from crt_return.publishing.template.looks import Looks
from crt_return.publishing.template.rows import Template
from crt_return.publishing.template.sheets import write_table
from crt_return.publishing.template.start import LINE, WIDTH_OF_A_LETTER, write_start
from crt_return.publishing.template.totals import write_totals
from crt_return.workbook_layout import LISTS, PERIOD_LABEL, PROVIDER_LABEL, START, TOTALS, VERSION_LABEL

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LIST_WIDTHS = (26, 26, 44, 90)


def workbook_bytes(template: Template) -> bytes:
    """The workbook."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, OPTIONS)
    _set_properties(book, template)
    looks, lists = Looks(book), lists_of(template)
    write_start(book.add_worksheet(START), template, looks)
    for table in template.standard.tables.values():
        write_table(book.add_worksheet(table.name), table, template, lists, looks)
    write_totals(book.add_worksheet(TOTALS), template, looks)
    _write_lists(book.add_worksheet(LISTS), lists, looks)
    book.close()
    return written.getvalue()


def _set_properties(book: Any, template: Template) -> None:
    made = datetime.combine(template.quarter.ends, datetime.min.time())
    title = f"Return of crisis resolution teams: {template.provider}, {template.quarter.period}"
    book.set_properties({"title": title, "subject": template.standard.title, "created": made})
    for label, text in (
        (VERSION_LABEL, template.standard.version),
        (PROVIDER_LABEL, template.provider),
        (PERIOD_LABEL, template.quarter.period),
    ):
        book.set_custom_property(label, text, "text")


def _write_lists(page: Any, lists: Lists, looks: Looks) -> None:
    """The sheet of lists: a table of its own, for people to read and drop-downs to point to."""
    for place, (word, width) in enumerate(zip(listing.HEADER, LIST_WIDTHS, strict=True)):
        page.set_column(place, place, width)
        page.write_string(0, place, word, looks(style.COLUMN))
    before = None
    for number, entry in enumerate(lists.entries, start=1):
        above = style.FIRST_OF_TEAM if entry.list != before else {}
        before = entry.list
        page.set_row(number, LINE * ceil(len(entry.definition) * WIDTH_OF_A_LETTER / LIST_WIDTHS[-1]))
        for place, text in enumerate((entry.list, entry.code, entry.label, entry.definition)):
            page.write_string(number, place, text, looks(style.TEXT, above))
    page.freeze_panes(1, 2)
    page.autofilter(0, 0, len(lists.entries), len(listing.HEADER) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.repeat_rows(0)
    page.fit_to_pages(1, 0)
    page.protect("", {"autofilter": True, "sort": True})
