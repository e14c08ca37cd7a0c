"""The fingerprint of a return's content: the same for a folder, a zip or a workbook of the same return.

It exists so that a return sent twice is known to be the same, whatever its encoding, line ends, quoting, blank rows,
column order, file names, or the noughts that a spreadsheet drops. Anyone can recompute it: the recipe is published in
docs/values.md, and a test follows it on its own. It judges no cell: what is no number is hashed as it stands.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import compress
from operator import not_

import polars as pl

from crt_return.reading.model import ROW, TextTable
from crt_return.standard import FALSE_VALUES, TRUE_VALUES, Field, Standard, Table

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
    return not _fields_not_plain(frame, table)


def canonical(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The table with its numbers and truth values in their plain form; whatever is neither stays as it stands."""
    fields = _fields_not_plain(frame, table)
    return frame.with_columns(_FORMS[field.type].plain(pl.col(field.name)) for field in fields) if fields else frame


def _fields_not_plain(frame: pl.DataFrame, table: Table) -> list[Field]:
    typed = [field for field in table.fields if field.type in _FORMS]
    plain = [_FORMS[field.type].is_plain(pl.col(field.name)).all().alias(field.name) for field in typed]
    return list(compress(typed, map(not_, frame.select(plain).row(0)))) if typed else []


@dataclass(frozen=True)
class _Form:
    """The plain form of a type: whether a text has it already, and how it is given to it."""

    is_plain: Callable[[pl.Expr], pl.Expr]
    plain: Callable[[pl.Expr], pl.Expr]


def _number_is_plain(text: pl.Expr) -> pl.Expr:
    return text.is_null() | text.str.contains(_PLAIN_NUMBER)


def _plain_number(text: pl.Expr) -> pl.Expr:
    without_noughts = (
        text.str.strip_prefix("+")
        .str.replace(r"^(-?)0+([0-9])", "${1}${2}")
        .str.replace(r"(\.[0-9]*?)0+$", "${1}")
        .str.strip_suffix(".")
    )
    plain = without_noughts.str.replace(r"^(-?)(\.|$)", "${1}0${2}").str.replace(r"^-0$", "0")
    return pl.when(text.str.contains(_NUMBER)).then(plain).otherwise(text).alias(text.meta.output_name())


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
