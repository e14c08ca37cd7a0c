"""Tables of texts as workbooks for Excel. One of the doors to xlsxwriter; it reads no workbook.

No text is ever taken for a formula; the same rows give the same content.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # the library has no types

from crt_return.publishing.zipped import entries, zipped

Cells = Mapping[str, Mapping[str, str | float]]
DATE, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
DIGITS = 15  # as many as Excel keeps
PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
PLAIN_DATE = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2})?")
MADE = datetime(2000, 1, 1)
NARROWEST, WIDEST = 8, 60


def workbook(sheet: str, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """One sheet with its header in sight, filters on it, and each column about as wide as its texts."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "created": MADE})
    bold = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    page = book.add_worksheet(sheet)
    for place, name in enumerate(header):
        page.write_string(0, place, name, bold)
        page.set_column(place, place, _width([name, *(row[place] for row in rows)]))
        for number, row in enumerate(rows, start=1):
            page.write_string(number, place, row[place], wrapped)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, len(rows), len(header) - 1)
    book.close()
    return written.getvalue()


def return_workbook(tables: Mapping[str, Sequence[Sequence[str]]], cells: Cells | None = None) -> bytes:
    """A return as a workbook, the same to the byte everywhere: a sheet a table, with its header as the first row.

    Texts that are plain numbers, dates or truth values are written as such, as people enter them. `cells` are
    written over what stands there, as they are, by sheet and reference; they may be on sheets of their own.
    """
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": MADE})
    formats = {form: book.add_format({"num_format": form}) for form in (DATE, MOMENT)}
    over = cells or {}
    for name in dict.fromkeys((*over.keys() - tables.keys(), *tables)):
        page = book.add_worksheet(name)
        for row, texts in enumerate(tables.get(name, ())):
            for column, text in enumerate(texts):
                _write(page, row, column, text, formats)
        for reference, value in over.get(name, {}).items():
            page.write(reference, value)
    book.close()
    return zipped(entries(written.getvalue()), compressed=False)


def _write(page: Any, row: int, column: int, text: str, formats: Mapping[str, Any]) -> None:
    """Write a text as a person would enter it."""
    if PLAIN_NUMBER.fullmatch(text) and len(text) <= DIGITS:
        page.write_number(row, column, float(text))
    elif text in ("true", "false"):
        page.write_boolean(row, column, text == "true")
    elif moment := _moment(text):
        page.write_datetime(row, column, moment, formats[MOMENT if "T" in text else DATE])
    elif text:
        page.write_string(row, column, text)


def _moment(text: str) -> datetime | None:
    """The day, or the minute, that a text is."""
    try:
        return datetime.fromisoformat(text) if PLAIN_DATE.fullmatch(text) else None
    except ValueError:
        return None


def _width(texts: Sequence[str]) -> int:
    return min(max(NARROWEST, *(len(line) for text in texts for line in text.splitlines() or [""])) + 2, WIDEST)
