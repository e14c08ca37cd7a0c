"""One file, or one sheet of a workbook, as one table, or the one fault that keeps it from being read.

It exists to put the steps in their order: bytes, text, header, rows, each with its own fault, and never a
second fault for the same cause. It knows nothing of the other files of the package.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

from crt_return.reading.content import is_canonical, plain_header
from crt_return.reading.entries import Entry, load
from crt_return.reading.headers import COMMA, DELIMITERS, Header, columns, find_header
from crt_return.reading.model import FAULTY_CELLS, NAMED_ONLY, ROW, FileFault, TextTable, listed, number_of_rows
from crt_return.reading.rows import SMALL, Numbers, Rows, UnclosedQuoteError, read_rows
from crt_return.reading.sheets import Sheet
from crt_return.reading.text import NotTextError, as_text
from crt_return.standard import Standard, Table
from crt_return.workbook_layout import column_letter, sheet_words

_EMPTY = "is empty"
_NO_ROWS = "has a header but no rows"
_PREAMBLE = "PKG-18"


class _StopError(Exception):
    """The file cannot be read further: the fault, and why in plain words."""

    def __init__(self, rule: str, values: Mapping[str, Any], why: str, row: int | None = None, count: int = 1) -> None:
        super().__init__(why)
        self.rule, self.values, self.why, self.row, self.count = rule, values, why, row, count


@dataclass
class TableReading:
    """What came of one file: its table, or why there is none; the faults either way."""

    entry: Entry
    table: Table
    text: TextTable | None = None  # there too, with `why`, where only its rows are missing
    faults: list[FileFault] = field(default_factory=list)
    why: str = ""
    sha256: str | None = None

    def fault(
        self, rule: str, values: Mapping[str, Any], row: int | None = None, count: int = 1, **place: str | None
    ) -> None:
        """Note a fault of this file."""
        values = {"file": self.entry.called, **values}
        sheet = self.entry.sheet.name if self.entry.sheet else None
        made = FileFault(rule, self.entry.file, self.table.name, values, row, count, sheet, **place)
        self.faults.append(made)

    @property
    def misplaced(self) -> bool:
        """Whether the file's shape has been faulted already: text above the header is fault enough."""
        return any(fault.rule == _PREAMBLE for fault in self.faults)


def read_table(entry: Entry, table: Table, standard: Standard) -> TableReading:
    """Read one file as a table of the standard."""
    reading = TableReading(entry, table)
    try:
        _read(reading, standard)
    except _StopError as stop:
        reading.why = f"{entry.called} {stop.why}"
        if not reading.misplaced or stop.rule == "PKG-02":
            reading.fault(stop.rule, stop.values, stop.row, stop.count)
    return reading


def _read(reading: TableReading, standard: Standard) -> None:
    data = _text(reading)
    header = _header(reading, data)
    names = _names(reading, header, standard)
    data = data[header.start :]
    plain = names == reading.table.names and b'"' not in data
    fingerprint: Callable[[], str] = partial(_plain_sha256, data, names)
    with ThreadPoolExecutor(max_workers=1) as beside:
        if plain and len(data) > SMALL:
            fingerprint = beside.submit(fingerprint).result
        rows = _rows(data, names, header.row)
    _check_lengths(rows, len(names))
    frame = rows.frame[[*reading.table.names, ROW]]
    reading.text = TextTable(reading.table.name, reading.entry.file, names, frame)
    if reading.entry.sheet:
        reading.text = _as_the_sheet_has_it(reading, reading.text, reading.entry.sheet)
    _check_any(reading.table, rows, header)
    _note_blank(reading, rows, header)
    if plain and not len(rows.blank) and not reading.entry.sheet and is_canonical(frame, reading.table):
        reading.sha256 = fingerprint()


def _as_the_sheet_has_it(reading: TableReading, text: TextTable, sheet: Sheet) -> TextTable:
    """The table of a sheet, its cells held against their fields, and what is to be said of them."""
    judged = sheet.judged(text.frame, text.header, reading.table)
    for said in judged.said:
        place = {"column": said.column, "field": said.field, "value": said.value}
        reading.fault(
            FAULTY_CELLS if said.faulty else NAMED_ONLY, {"problem": said.problem}, said.row, said.count, **place
        )
    header = dict(zip(sheet.columns, text.header, strict=True))
    columns = tuple(header.get(number, "") for number in range(max(header) + 1))
    return replace(text, header=columns, frame=judged.frame, sheet=sheet.name, faulty=judged.faulty)


def _text(reading: TableReading) -> bytes:
    if reading.entry.sheet and reading.entry.sheet.marks.too_large:
        raise _far_out(reading.entry.sheet)
    try:
        text = as_text(load(reading.entry), PurePosixPath(reading.entry.file).suffix)
    except NotTextError as error:
        raise _StopError("PKG-14", {"looks_like": str(error)}, "is not text") from None
    if text.encoding:
        reading.fault("PKG-19", {"encoding": text.encoding})
    return text.data


def _far_out(sheet: Sheet) -> _StopError:
    """The stop at a sheet with a value so far from the others that there is no room for all between."""
    row, column = sheet.marks.far or sheet.marks.end
    letter = column_letter(column)
    problems = f"without a name: column {letter} (cell {letter}{row + 1} holds something)"
    return _StopError("PKG-02", {"problems": problems}, "has a cell far outside the table", row + 1)


def _header(reading: TableReading, data: bytes) -> Header:
    try:
        header = find_header(data, reading.table.names)
    except UnclosedQuoteError as error:
        raise _unclosed(error) from None
    if header is None:
        raise _StopError("PKG-17", {"what": _EMPTY}, _EMPTY)
    if header.delimiter != COMMA:
        delimiter = DELIMITERS[header.delimiter]
        raise _StopError("PKG-13", {"delimiter": delimiter}, f"uses {delimiter}s", header.row)
    if header.written_above:
        lines = number_of_rows(header.row - 1)
        reading.fault(_PREAMBLE, {"lines": lines, "row": header.row}, header.row)
    return header


def _names(reading: TableReading, header: Header, standard: Standard) -> tuple[str, ...]:
    """The fields in the order of the file."""
    own = reading.table.name
    form = sheet_words if reading.entry.sheet else "{}.csv".format
    others = {form(table.name): table.names for table in standard.tables.values() if table.name != own}
    sheet = reading.entry.sheet
    found = columns(header, reading.table.names, others, sheet.labels if sheet else None)
    problems = "; ".join(filter(None, [found.problems, sheet.about_header(header.row) if sheet else ""]))
    if found.names is None:
        raise _StopError("PKG-02", {"problems": problems}, "has the wrong columns", header.row)
    if problems:
        reading.fault("PKG-02", {"problems": problems}, header.row)
    return found.names


def _rows(data: bytes, names: tuple[str, ...], header_row: int) -> Rows:
    try:
        return read_rows(data, names, header_row)
    except UnclosedQuoteError as error:
        raise _unclosed(error) from None


def _unclosed(error: UnclosedQuoteError) -> _StopError:
    return _StopError("PKG-15", {"row": error.row}, "has a quotation mark that is never closed", error.row)


def _check_lengths(rows: Rows, expected: int) -> None:
    count = len(rows.ragged)
    if not count:
        return
    first = int(rows.ragged[0])
    values = {
        "count": number_of_rows(count),
        "expected": expected,
        "rows": listed(rows.ragged.tolist()),
        "detail": f"row {first} has {rows.lengths[0]}",
    }
    raise _StopError("PKG-16", values, "has rows with too many or too few cells", first, count)


def _check_any(table: Table, rows: Rows, header: Header) -> None:
    if table.rows == "required" and not rows.frame.height:
        raise _StopError("PKG-17", {"what": _NO_ROWS}, _NO_ROWS, header.row)


def _note_blank(reading: TableReading, rows: Rows, header: Header) -> None:
    """Blank rows below the header, and above it where nothing else stands there."""
    above = [] if header.written_above else list(range(1, header.row))
    blank = above + _as_list(rows.blank)
    if blank:
        values = {"count": number_of_rows(len(blank)), "rows": listed(blank)}
        reading.fault("PKG-20", values, blank[0], len(blank))


def _as_list(numbers: Numbers) -> list[int]:
    return [int(number) for number in numbers]


def _plain_sha256(data: bytes, names: Sequence[str]) -> str:
    """The fingerprint of a table that is written plainly already: its own bytes, below a plain header."""
    digest = sha256(plain_header(names))
    digest.update(memoryview(data)[data.index(b"\n") + 1 :])
    return digest.hexdigest()
