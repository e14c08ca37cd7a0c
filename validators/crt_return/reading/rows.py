"""Text as rows: cells, true row numbers, rows of the wrong length, blank rows.

It exists twice on purpose. Polars reads what is quoted by the book, which is nearly every file, a million
rows in half a second, with the cells of each row counted beside it (Polars fills a short row without a
word). Python's csv module reads the rest record by record, and finds the quotation mark that never closes.
A test holds the two to the same answer. Neither strips, casts or judges a cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
import numpy.typing as npt
import polars as pl

from crt_return.reading.entries import LINE_BYTES
from crt_return.reading.model import ROW

Numbers = npt.NDArray[np.int64]
BLANK = " \t\n\u00a0"  # a row of nothing but these is a blank row
_QUOTE, _COMMA, _LF = b'",\n'
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'",\n'))
_BATCH = 50_000
SMALL = 50_000  # bytes: below it, Python is done before Polars has begun
_STEP = 1 << 20

# A cell may be as long as a line may be (the module's own limit is 131,072 characters). A longer one spans
# lines, and is the work of a quotation mark that never closes.
csv.field_size_limit(LINE_BYTES)


class UnclosedQuoteError(Exception):
    """A quotation mark opens in `row` and is not closed as it should be."""

    def __init__(self, row: int) -> None:
        super().__init__(f"row {row}")
        self.row = row


@dataclass(frozen=True)
class Rows:
    """The body of a file. `frame` is whole only where no row is ragged."""

    frame: pl.DataFrame
    blank: Numbers
    ragged: Numbers
    lengths: Numbers  # the number of cells of each ragged row


def read_rows(data: bytes, names: Sequence[str], header_row: int) -> Rows:
    """The rows below a header. `data` starts with the header, which stands in `header_row`."""
    rows = read_at_once(data, names, header_row) if len(data) > SMALL else None
    return read_by_record(data, names, header_row) if rows is None else rows


def read_at_once(data: bytes, names: Sequence[str], header_row: int) -> Rows | None:
    """The rows by way of Polars; None where the text is not quoted by the book."""
    even = _read_even(data, names, header_row) if b'"' not in data else None
    return _read_counted(data, names, header_row) if even is None else even


def _read_even(data: bytes, names: Sequence[str], header_row: int) -> Rows | None:
    """The rows of a text without quotation marks where every row is as long as the header; None for any other.

    Polars refuses a row too long; if none is, and the commas of all rows together are as many as they should be,
    then none is too short either. That is quicker than counting the cells of each row.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:
        reading = beside.submit(_polars, data, names, cut_long_rows=False)
        lines, commas = _count(data, _LF), _count(data, _COMMA)
        frame = reading.result()
    if frame is None or frame.height != lines - 1 or commas != lines * (len(names) - 1):
        return None
    nothing = np.empty(0, np.int64)
    return _body(frame, _blank_rows(frame), nothing, nothing, header_row + 1)


def _read_counted(data: bytes, names: Sequence[str], header_row: int) -> Rows | None:
    """The rows with the cells of each counted; None where the text is not quoted by the book."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        reading = beside.submit(_polars, data, names, cut_long_rows=True)
        lengths = cells_of_rows(data)
        frame = reading.result()
    if lengths is None or frame is None or frame.height != len(lengths) - 1:
        return None
    lengths = lengths[1:]
    blank = _blank_rows(frame)
    wrong = lengths != len(names)
    if (wrong & blank & (lengths > len(names))).any():
        return None  # Polars cuts a long row, so what it cut may not be blank
    ragged = np.flatnonzero(wrong & ~blank)
    return _body(frame, blank, ragged, lengths[ragged], header_row + 1)


def _body(frame: pl.DataFrame, blank: npt.NDArray[np.bool_], ragged: Numbers, lengths: Numbers, first: int) -> Rows:
    """The rows with their numbers, `first` being the first one's; blank ones are taken out."""
    frame = frame.with_columns(pl.int_range(first, first + pl.len(), dtype=pl.UInt32).alias(ROW))
    return Rows(
        frame=frame.filter(pl.Series(~blank)) if blank.any() else frame,
        blank=np.flatnonzero(blank) + first,
        ragged=ragged + first,
        lengths=lengths,
    )


def _count(data: bytes, byte: int) -> int:
    """How often a byte stands in the text, looked at a piece at a time."""
    whole = np.frombuffer(data, np.uint8)
    return sum(int(np.count_nonzero(whole[at : at + _STEP] == byte)) for at in range(0, len(whole), _STEP))


def cells_of_rows(data: bytes) -> Numbers | None:
    """How many cells each row has, the header's first; None where the text is not quoted by the book."""
    structure = np.frombuffer(data.translate(None, _NOT_STRUCTURE), np.uint8)
    if b'"' in data:
        if not _well_quoted(np.frombuffer(data, np.uint8)):
            return None
        quotes = structure == _QUOTE
        inside = np.cumsum(quotes, dtype=np.uint8) & 1 == 1
        structure = structure[~(inside | quotes)]
    return np.diff(np.flatnonzero(structure == _LF), prepend=-1)


def _well_quoted(data: npt.NDArray[np.uint8]) -> bool:
    """Whether every quotation mark opens a cell, closes one, or stands doubled inside a quoted one."""
    may_touch = np.zeros(256, bool)
    may_touch[[_QUOTE, _COMMA, _LF]] = True
    opening = 0
    for start in range(0, len(data), _STEP):
        quotes = np.flatnonzero(data[start : start + _STEP] == _QUOTE) + start
        opens, closes = quotes[opening::2], quotes[1 - opening :: 2]
        before = data[opens[opens > 0] - 1]
        after = data[np.minimum(closes + 1, len(data) - 1)]
        if not (may_touch[before].all() and may_touch[after].all()):
            return False
        opening = (opening + len(quotes)) % 2
    return opening == 0


def _polars(data: bytes, names: Sequence[str], *, cut_long_rows: bool) -> pl.DataFrame | None:
    """The body as Polars reads it, a row a line and blank lines as rows of nulls; None if it cannot."""
    quoted = b'"' in data
    try:
        frame = pl.read_csv(
            data,
            infer_schema=False,
            quote_char='"' if quoted else None,
            null_values="" if quoted else None,
            truncate_ragged_lines=cut_long_rows,
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.width != len(names):
        return None
    frame.columns = list(names)
    return frame


def _blank_rows(frame: pl.DataFrame) -> npt.NDArray[np.bool_]:
    """Which rows hold nothing but space; the other columns are looked at where the first is blank."""
    blank = frame.select(_is_blank(pl.first())).to_series().to_numpy().copy()
    if blank.any():
        rest = frame.filter(pl.Series(blank)).select(pl.all_horizontal(_is_blank(pl.all())))
        blank[blank] = rest.to_series().to_numpy()
    return blank


def _is_blank(cells: pl.Expr) -> pl.Expr:
    return cells.is_null() | (cells.str.strip_chars(BLANK) == "")


def read_by_record(data: bytes, names: Sequence[str], header_row: int) -> Rows:
    """The rows by way of Python's csv module: slower, for any quoting. Raises UnclosedQuoteError."""
    body = _Body(names)
    for row, _, cells in islice(records(data, header_row), 1, None):
        body.add(row, cells)
    return body.rows()


class _Body:
    """Gathers records into frames, a batch at a time, so that a large file is never held as Python text."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.batch: list[list[str]] = []
        self.numbers: list[int] = []
        self.frames: list[pl.DataFrame] = []
        self.blank: list[int] = []
        self.ragged: list[tuple[int, int]] = []

    def add(self, row: int, cells: list[str]) -> None:
        if not any(cell.strip(BLANK) for cell in cells):
            self.blank.append(row)
        elif len(cells) != len(self.names):
            self.ragged.append((row, len(cells)))
        else:
            self.batch.append(cells)
            self.numbers.append(row)
            if len(self.batch) == _BATCH:
                self._flush()

    def rows(self) -> Rows:
        if self.batch or not self.frames:
            self._flush()
        whole = self.frames[0] if len(self.frames) == 1 else pl.concat(self.frames)
        ragged, lengths = np.array(self.ragged, np.int64).reshape(-1, 2).T
        return Rows(whole, np.array(self.blank, np.int64), ragged, lengths)

    def _flush(self) -> None:
        self.frames.append(self._frame())
        self.batch.clear()
        self.numbers.clear()

    def _frame(self) -> pl.DataFrame:
        columns = zip(*self.batch, strict=True) if self.batch else [()] * len(self.names)
        cells = zip(self.names, columns, strict=True)
        texts = [pl.Series(name, [cell or None for cell in column], pl.String) for name, column in cells]
        return pl.DataFrame([*texts, pl.Series(ROW, self.numbers, pl.UInt32)])


def records(data: bytes, first_row: int = 1, delimiter: str = ",") -> Iterator[tuple[int, int, list[str]]]:
    """Records: row, byte where it starts, cells. Raises UnclosedQuoteError."""
    lines = _Lines(data)
    reader = csv.reader(lines, delimiter=delimiter)
    row, start = first_row, 0
    try:
        for cells in reader:
            _check_closed(lines, row, delimiter)
            yield row, start, cells
            row, start = row + 1, lines.at
    except csv.Error:
        raise UnclosedQuoteError(row) from None


class _Lines:
    """Lines of text one at a time, remembering those of the record that is being read."""

    def __init__(self, data: bytes) -> None:
        self.lines = io.BytesIO(data)
        self.size = len(data)
        self.record: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self.lines).decode()
        self.record.append(line)
        return line

    @property
    def at(self) -> int:
        """The byte up to which lines were read."""
        return self.lines.tell()

    @property
    def ended(self) -> bool:
        return self.at == self.size


def _check_closed(lines: _Lines, row: int, delimiter: str) -> None:
    """A record over several lines must be quoted by the book; the last must not swallow one put after it."""
    record = lines.record
    if len(record) > 1:
        for _ in csv.reader(record, delimiter=delimiter, strict=True):
            pass
    elif lines.ended and sum(1 for _ in csv.reader(chain(record, ["x"]), delimiter=delimiter)) == 1:
        raise UnclosedQuoteError(row)
    record.clear()
