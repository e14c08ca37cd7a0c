"""A table of texts as a workbook for Excel. One of the doors to xlsxwriter; it reads no workbook.

Every cell is text, so nothing is ever a formula; the same rows give the same content.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter  # type: ignore[import-untyped]  # the library has no types

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


def _width(texts: Sequence[str]) -> int:
    return min(max(NARROWEST, *(len(line) for text in texts for line in text.splitlines() or [""])) + 2, WIDEST)
