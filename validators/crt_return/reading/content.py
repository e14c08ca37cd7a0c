"""The fingerprint of a return's content: the same for a folder, a zip or a workbook of the same return.

It exists so that a return sent twice is known to be the same, whatever its encoding, line ends, quoting,
blank rows, column order, file names, or the noughts that a spreadsheet drops. Anyone can recompute it: leave out
optional tables without rows; in columns of numbers, write each number without a plus sign and without noughts that
say nothing (1.50 as 1.5, 007 as 7); in columns of true and false, write true and false; leave every other cell, and
any that is no number or no truth value, as it stands. Write each table as CSV (UTF-8, LF, the standard's columns in
its order, a cell quoted only where it holds a comma, a quotation mark or a line break), take the SHA-256 of each file,
and take the SHA-256 of the list of them as `sha256sum` prints it, in the standard's order of tables.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import polars as pl

from crt_return.reading.model import ROW, TextTable
from crt_return.standard import FALSE_VALUES, TRUE_VALUES, Standard, Table

_SLICE = 100_000
_NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$"
_PLAIN_NUMBER = r"^(?:0|-?[1-9][0-9]*|-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9])$"


def content_sha256(tables: Mapping[str, TextTable], standard: Standard, known: Mapping[str, str] | None = None) -> str:
    """The fingerprint of all tables that were read; `known` holds those of tables already hashed."""
    read = [table for table in standard.tables.values() if table.name in tables and _counts(table, tables[table.name])]
    digests = known or {}
    listing = "".join(
        f"{digests.get(table.name) or table_sha256(tables[table.name].frame, table)}  {table.file}\n" for table in read
    )
    return sha256(listing.encode()).hexdigest()


def _counts(table: Table, text: TextTable) -> bool:
    return table.presence == "required" or text.frame.height > 0


def table_sha256(frame: pl.DataFrame, table: Table) -> str:
    """The SHA-256 of a table written as plain CSV, its numbers and truth values in their plain form."""
    return plain_sha256(canonical(frame, table).drop(ROW))


def plain_sha256(cells: pl.DataFrame) -> str:
    """The SHA-256 of cells written as CSV, just as they are."""
    digest = sha256(plain_header(cells.columns))
    for rows in cells.iter_slices(_SLICE):
        written = io.BytesIO()
        rows.write_csv(written, include_header=False, quote_style="necessary")
        digest.update(written.getbuffer())
    return digest.hexdigest()


def is_canonical(frame: pl.DataFrame, table: Table) -> bool:
    """Whether all numbers and truth values have their plain form already, as they mostly have."""
    typed = [field for field in table.fields if field.type in _FORMS]
    checks = [_FORMS[field.type].is_plain(pl.col(field.name)).all().alias(field.name) for field in typed]
    return not checks or all(frame.select(checks).row(0))


def canonical(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The table with its numbers and truth values in their plain form; whatever is neither stays as it stands."""
    if is_canonical(frame, table):
        return frame
    typed = [field for field in table.fields if field.type in _FORMS]
    return frame.with_columns(_FORMS[field.type].plain(pl.col(field.name)) for field in typed)


@dataclass(frozen=True)
class _Form:
    """The plain form of a type: whether a text has it already, and how it is given to it."""

    is_plain: Callable[[pl.Expr], pl.Expr]
    plain: Callable[[pl.Expr], pl.Expr]


def _number_is_plain(text: pl.Expr) -> pl.Expr:
    return text.is_null() | text.str.contains(_PLAIN_NUMBER)


def _plain_number(text: pl.Expr) -> pl.Expr:
    bare = text.str.strip_prefix("+")
    sign = pl.when(bare.str.starts_with("-")).then(pl.lit("-")).otherwise(pl.lit(""))
    digits = bare.str.strip_prefix("-").str.strip_chars_start("0")
    short = pl.when(digits.str.contains(".", literal=True)).then(digits.str.strip_chars_end("0")).otherwise(digits)
    whole = short.str.strip_suffix(".")
    filled = pl.when((whole == "") | whole.str.starts_with(".")).then("0" + whole).otherwise(whole)
    signed = pl.when(filled == "0").then(filled).otherwise(sign + filled)
    return pl.when(text.str.contains(_NUMBER)).then(signed).otherwise(text).alias(text.meta.output_name())


def _truth_is_plain(text: pl.Expr) -> pl.Expr:
    return text.is_null() | ~text.is_in([*TRUE_VALUES[1:], *FALSE_VALUES[1:]])


def _plain_truth(text: pl.Expr) -> pl.Expr:
    return (
        pl.when(text.is_in(TRUE_VALUES))
        .then(pl.lit("true"))
        .when(text.is_in(FALSE_VALUES))
        .then(pl.lit("false"))
        .otherwise(text)
        .alias(text.meta.output_name())
    )


_FORMS = {
    "integer": _Form(_number_is_plain, _plain_number),
    "number": _Form(_number_is_plain, _plain_number),
    "boolean": _Form(_truth_is_plain, _plain_truth),
}


def plain_header(names: Sequence[str]) -> bytes:
    """The header of a table as plain CSV."""
    return ",".join(names).encode() + b"\n"
