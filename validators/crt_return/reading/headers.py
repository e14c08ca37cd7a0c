"""The header of a file: where it stands, what separates its cells, and how it differs from the standard's.

It exists so that one wrong separator or one title above the table is one message, and a misspelt column is
met with the right name. It reads the first rows only and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from crt_return.reading.model import printable
from crt_return.reading.names import nearest_field
from crt_return.reading.rows import BLANK, UnclosedQuoteError, records

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
COMMA = ","
_ROWS_LOOKED_AT = 50
_NAMES_SHOWN = 10
_PADDING = " \t\n\u00a0\ufeff\u200b"


@dataclass(frozen=True)
class Header:
    """A header: its row, the byte it starts at, its cells, and how many rows above it hold anything."""

    row: int
    start: int
    cells: tuple[str, ...]
    delimiter: str
    written_above: int


@dataclass(frozen=True)
class Columns:
    """The field of each column, where the file can be read by them, and what is wrong with the header."""

    names: tuple[str, ...] | None
    problems: str


def find_header(data: bytes, names: Sequence[str]) -> Header | None:
    """The row most like the header, whatever separates its cells; None if the file holds nothing at all.

    Raises UnclosedQuoteError where a quotation mark swallows the place of the header.
    """
    by_commas = _best_row(data, names, COMMA)
    if by_commas is None:
        return None
    if by_commas[0] == len(names):
        return by_commas[1]
    others = [_best_row(data, names, delimiter) for delimiter in DELIMITERS if delimiter != COMMA]
    found = [by_commas, *(other for other in others if other)]
    score, best = max(found, key=lambda pair: pair[0])
    return best if score else _widest([header for _, header in found], len(names))


def _best_row(data: bytes, names: Sequence[str], delimiter: str) -> tuple[int, Header] | None:
    """The first row that holds most of the names, and how many it holds."""
    best: tuple[int, Header] | None = None
    try:
        for above, (row, start, cells) in enumerate(islice(_filled(data, delimiter), _ROWS_LOOKED_AT)):
            score = len({_plain(cell) for cell in cells}.intersection(names))
            if best is None or score > best[0]:
                best = score, Header(row, start, tuple(cells), delimiter, above)
            if score == len(names):
                break
    except UnclosedQuoteError:
        if best is None or not best[0]:
            raise
    return best


def _filled(data: bytes, delimiter: str) -> Iterator[tuple[int, int, list[str]]]:
    """The first records that are not blank: row, byte where they start, cells."""
    for row, start, cells in records(data, delimiter=delimiter):
        if any(cell.strip(BLANK) for cell in cells):
            yield row, start, cells


def _widest(headers: Sequence[Header], width: int) -> Header:
    """Where no name is found: a comma, unless only another separator makes a table of the first row."""
    firsts = {header.delimiter: header for header in headers}
    others = [header for header in headers if len(header.cells) >= max(3, width // 2)]
    comma = firsts.get(COMMA, headers[0])
    return comma if len(comma.cells) > 1 or not others else max(others, key=lambda header: len(header.cells))


def _plain(cell: str) -> str:
    return cell.strip(_PADDING).casefold()


def columns(
    header: Header, names: Sequence[str], other_tables: Mapping[str, Sequence[str]], labels: Sequence[str] | None = None
) -> Columns:
    """A header held against the standard's; order, padding and letter case alone do not stop the reading.

    `labels` says what each column is called, where it is not by its number.
    """
    labels = labels or [str(at) for at in range(1, len(header.cells) + 1)]
    matched = [_plain(cell) if _plain(cell) in names else None for cell in header.cells]
    known = [name for name in matched if name]
    fatal = [*_lost(header, matched, names), *_too_many(header.cells, known, labels)]
    other = _table_of(header.cells, other_tables) if fatal else None
    if other:
        return Columns(None, f"row {header.row} holds the columns of {other}")
    if not known and not any(nearest_field(cell, names) for cell in header.cells):
        return Columns(None, _no_header(header.row, names))
    problems = [*fatal, *_out_of_order(known, names), *_spelling(header.cells, matched)]
    return Columns(None if fatal else tuple(known), "; ".join(problems))


def _table_of(cells: Sequence[str], tables: Mapping[str, Sequence[str]]) -> str | None:
    """The file whose columns these are."""
    plain = sorted(_plain(cell) for cell in cells)
    return next((file for file, names in tables.items() if sorted(names) == plain), None)


def _no_header(row: int, names: Sequence[str]) -> str:
    """Nothing of the cells is shown: where a header is missing, they are data."""
    return f"row {row} does not hold the names of the columns (expected {', '.join(names)})"


def _lost(header: Header, matched: Sequence[str | None], names: Sequence[str]) -> list[str]:
    """What is missing, and what stands there instead."""
    missing = [name for name in names if name not in matched]
    pairs = zip(header.cells, matched, strict=True)
    strange = [cell for cell, name in pairs if name is None and _plain(cell)]
    said = [_with_near_miss(cell, missing) for cell in strange]
    return _part("missing", missing) + _part("unexpected", said)


def _with_near_miss(cell: str, missing: Sequence[str]) -> str:
    near = nearest_field(cell, missing)
    return _shown(cell) + (f" (did you mean {near}?)" if near else "")


def _too_many(cells: Sequence[str], known: Sequence[str], labels: Sequence[str]) -> list[str]:
    """What is there twice, and what has no name."""
    repeated = [name for name in dict.fromkeys(known) if known.count(name) > 1]
    nameless = [f"column {label}" for label, cell in zip(labels, cells, strict=True) if not _plain(cell)]
    return _part("repeated", repeated) + _part("without a name", nameless)


def _out_of_order(known: Sequence[str], names: Sequence[str]) -> list[str]:
    right = [name for name in names if name in known]
    return [] if list(dict.fromkeys(known)) == right else [f"out of order: expected {', '.join(right)}"]


def _spelling(cells: Sequence[str], matched: Sequence[str | None]) -> list[str]:
    """Names that are right but for spaces around them or letter case."""
    right = [(cell, name) for cell, name in zip(cells, matched, strict=True) if name]
    padded = [f"'{_shown(cell)}'" for cell, _ in right if cell != cell.strip(_PADDING)]
    case = [f"'{_shown(cell.strip(_PADDING))}'" for cell, name in right if cell.strip(_PADDING) != name]
    return _part("spaces around", padded) + _part("wrong case", case)


def _part(what: str, found: Sequence[str]) -> list[str]:
    if not found:
        return []
    more = [f"and {len(found) - _NAMES_SHOWN} more"] if len(found) > _NAMES_SHOWN else []
    return [f"{what}: {', '.join([*found[:_NAMES_SHOWN], *more])}"]


def _shown(cell: str) -> str:
    return printable(cell if len(cell) <= 40 else f"{cell[:39]}…")
