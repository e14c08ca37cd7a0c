"""The fingerprint of a return's content: the same for a folder, a zip or a workbook of the same return.

It exists so that a return sent twice is known to be the same, whatever its encoding, line ends, quoting,
blank rows, column order or file names. Anyone can recompute it: write each table as CSV (UTF-8, LF, the
standard's columns in its order, a cell quoted only where it holds a comma, a quotation mark or a line
break), take the SHA-256 of each file, and take the SHA-256 of the list of them as `sha256sum` prints it, in
the standard's order of tables.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from hashlib import sha256

import polars as pl

from crt_return.reading.model import ROW, TextTable
from crt_return.standard import Standard

_SLICE = 100_000


def content_sha256(tables: Mapping[str, TextTable], standard: Standard, known: Mapping[str, str] | None = None) -> str:
    """The fingerprint of all tables that were read; `known` holds those of tables already hashed."""
    read = [table for table in standard.tables.values() if table.name in tables]
    digests = known or {}
    listing = "".join(
        f"{digests.get(table.name) or table_sha256(tables[table.name].frame)}  {table.file}\n" for table in read
    )
    return sha256(listing.encode()).hexdigest()


def table_sha256(frame: pl.DataFrame) -> str:
    """The SHA-256 of a table written as plain CSV."""
    cells = frame.drop(ROW)
    digest = sha256(plain_header(cells.columns))
    for rows in cells.iter_slices(_SLICE):
        written = io.BytesIO()
        rows.write_csv(written, include_header=False, quote_style="necessary")
        digest.update(written.getbuffer())
    return digest.hexdigest()


def plain_header(names: Sequence[str]) -> bytes:
    """The header of a table as plain CSV."""
    return ",".join(names).encode() + b"\n"
