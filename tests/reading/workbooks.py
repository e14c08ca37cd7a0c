"""Workbooks to read, each a valid return spoilt in one way, as Excel, other programs or people spoil them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import openpyxl

from crt_return.publishing.workbook import Cells, return_workbook
from crt_return.publishing.zipped import entries, zipped
from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import valid_return
from crt_return.sampling.writing import files_of
from crt_return.standard import load_standard

STANDARD = load_standard()
Book = Any  # openpyxl's workbook, whose sheets may be of several kinds
BOOK, STYLES = "xl/workbook.xml", "xl/styles.xml"


@cache
def valid_tables() -> Tables:
    """A valid return of one team, without the optional tables."""
    tables = valid_return(STANDARD, "RZA", 1, "2006-07-Q4", 1)
    return {name: rows for name, rows in tables.items() if STANDARD.tables[name].presence == "required"}


@cache
def valid_files() -> dict[str, bytes]:
    return files_of(valid_tables(), STANDARD, described=False)


def rows_of(content: bytes) -> list[list[str]]:
    return [*csv.reader(io.StringIO(content.decode(), newline=""))]


def workbook(cells: Cells | None = None) -> bytes:
    """Return the valid return as a workbook, some cells written over."""
    return return_workbook(valid_rows(), cells) if cells else unchanged_workbook()


@cache
def unchanged_workbook() -> bytes:
    return return_workbook(valid_rows())


@cache
def valid_rows() -> dict[str, list[list[str]]]:
    files = {file: data for file, data in valid_files().items() if file.endswith(".csv")}
    return {file.removesuffix(".csv"): rows_of(data) for file, data in files.items()}


def edited(change: Callable[[Book], Any]) -> bytes:
    """The workbook opened, changed and saved by openpyxl, which keeps no result of a formula."""
    book = openpyxl.load_workbook(io.BytesIO(workbook()))
    change(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def sheet_part(name: str, content: bytes) -> str:
    """The part of a workbook that holds a sheet."""
    names = re.findall(r'<sheet name="([^"]+)"', zipfile.ZipFile(io.BytesIO(content)).read(BOOK).decode())
    return f"xl/worksheets/sheet{names.index(name) + 1}.xml"


def replaced(part: str, changes: Mapping[bytes, bytes], content: bytes) -> bytes:
    """The workbook with something in one of its parts replaced."""
    parts = entries(content)
    for old, new in changes.items():
        assert old in parts[part], f"{old!r} is not in {part}"
        parts[part] = parts[part].replace(old, new)
    return zipped(parts)


def in_sheet(name: str, changes: Mapping[bytes, bytes], content: bytes | None = None) -> bytes:
    """The workbook with something in the XML of a sheet replaced."""
    content = content or workbook()
    return replaced(sheet_part(name, content), changes, content)


def with_parts(parts: Mapping[str, bytes], content: bytes | None = None) -> bytes:
    """The workbook with further parts."""
    return zipped({**entries(content or workbook()), **parts})
