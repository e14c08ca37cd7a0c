"""A sheet of a workbook read as a table: the text of a CSV file, and then what that text could not say.

It exists so that a sheet goes the way of every file, its rows and columns where Excel shows them: first as text, in
which the header is found, then cell by cell held against the fields that the header names. The cells of one cause
are one finding. It opens nothing.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import polars as pl

from crt_return.reading.model import ROW, listed
from crt_return.reading.sheet_cells import (
    ERROR,
    FAULTY,
    MERGED,
    NAMED,
    PERCENTAGE,
    SPACES,
    TOLD,
    UNCALCULATED,
    Marked,
    cause_of,
    field_text,
    number_text,
    shown_text,
)
from crt_return.reading.sheet_marks import Area, Cell, Marks
from crt_return.standard import Table
from crt_return.workbook_layout import column_letter

MOST_NAMED = 5


@dataclass(frozen=True)
class Said:
    """What is to be said of cells of a sheet: the words, the first cell, how many, whether their values are lost."""

    problem: str
    row: int | None = None
    column: str | None = None
    field: str | None = None
    value: str | None = None
    count: int = 1
    faulty: bool = False


@dataclass(frozen=True)
class Judged:
    """The rows of a sheet with each cell as its field wants it; what is to be said; and the rows at fault by field."""

    frame: pl.DataFrame
    said: list[Said]
    faulty: Mapping[str, pl.Series] = field(default_factory=dict)


class Sheet:
    """One sheet. Its values are fetched when they are first asked for."""

    def __init__(self, name: str, hidden: bool, marks: Marks, values: Callable[[str], list[list[Any]]]) -> None:
        self.name, self.hidden, self.marks, self._values = name, hidden, marks, values

    @cached_property
    def rows(self) -> list[list[Any]]:
        """The values from the first row and column on; a marked cell as Marked."""
        rows = _padded(self._values(self.name), self.marks)
        for (row, column), marked in _marked(self.marks, rows):
            if row < len(rows) and column < len(rows[row]):
                rows[row][column] = marked
        return rows

    @cached_property
    def columns(self) -> dict[int, Sequence[Any]]:
        """The columns that hold anything, by their number from 0."""
        columns = {number: _told_apart(column) for number, column in enumerate(zip(*self.rows, strict=True))}
        return {number: column for number, column in columns.items() if any(map(_is_filled, set(column)))}

    @property
    def labels(self) -> list[str]:
        """The letters of the columns that hold anything."""
        return [column_letter(number) for number in self.columns]

    def about_header(self, row: int) -> str:
        """What is odd about the header, which stands in `row`, besides its names."""
        merged = [_area_words(area) for area in self.marks.merged if area[0] < row <= area[2] + 1]
        named = [number for number, column in self.columns.items() if _is_filled(column[row - 1])]
        gaps = [number for number in range(max(named, default=0)) if number not in self.columns]
        parts = {"nothing in": [f"column {column_letter(number)}" for number in gaps], "merged": merged}
        return "; ".join(f"{what}: {', '.join(found[:MOST_NAMED])}" for what, found in parts.items() if found)

    def text(self) -> bytes:
        """The sheet as the text of a CSV file: a line a row, blank ones too, without the columns that hold nothing."""
        if not self.columns:
            return b""
        texts = {str(number): _mapped(column, shown_text) for number, column in self.columns.items()}
        written = io.BytesIO()
        pl.DataFrame(texts, schema=dict.fromkeys(texts, pl.String)).write_csv(
            written, include_header=False, quote_style="necessary"
        )
        return written.getvalue()

    def judged(self, frame: pl.DataFrame, names: Sequence[str], table: Table) -> Judged:
        """The rows below the header, held against the fields of the columns."""
        rows = frame[ROW].to_list()
        found: dict[str, list[Cell]] = defaultdict(list)
        columns, faulty = [], {}
        for number, name in zip(self.columns, names, strict=True):
            cells, of = _in_rows(self.columns[number], rows), table.field[name]
            different = set(cells)
            if any(field_text(value, of) != shown_text(value) for value in different):
                columns.append(pl.Series(name, _mapped(cells, partial(field_text, field=of)), pl.String))
            causes = {value: cause for value in different if (cause := cause_of(value, of))}
            at = (
                [(row, causes[value]) for row, value in zip(rows, cells, strict=True) if value in causes]
                if causes
                else []
            )
            for row, cause in at:
                found[cause].append((row, number))
            if bad := [row for row, cause in at if cause in FAULTY]:
                faulty[name] = pl.Series(bad, dtype=pl.UInt32)
        places = dict(zip(self.columns, names, strict=True))
        said = [self._said(cause, cells, places) for cause, cells in found.items()]
        return Judged(frame.with_columns(columns), [*said, *self._passed_over(rows, places)], faulty)

    def _said(self, cause: str, cells: list[Cell], places: Mapping[int, str]) -> Said:
        """The one thing to say of all cells with the same cause."""
        cells = sorted(cells)
        row, column = cells[0]
        words = (FAULTY.get(cause) or NAMED[cause])[len(cells) > 1]
        value = shown_text(self.columns[column][row - 1])
        told = f" ({'the first: ' if len(cells) > 1 else ''}'{value}')" if cause in TOLD else ""
        return Said(
            f"{listed([f'{column_letter(column)}{row}' for row, column in cells[:3]], len(cells))} {words}{told}",
            row,
            column_letter(column),
            places[column],
            value or None,
            len(cells),
            cause in FAULTY,
        )

    def _passed_over(self, rows: Sequence[int], places: Mapping[int, str]) -> Iterator[Said]:
        """What changes no value and is to be known all the same."""
        hidden = sorted({row + 1 for row in self.marks.hidden_rows} & set(rows))
        if hidden:
            yield Said(_hidden("row", hidden), hidden[0], count=len(hidden))
        letters = [
            column_letter(number) for number in places if any(a <= number <= b for a, b in self.marks.hidden_columns)
        ]
        if letters:
            yield Said(_hidden("column", letters), column=letters[0], count=len(letters))
        if self.hidden:
            yield Said("the whole sheet is hidden, and read like the others")
        if self.marks.stray:
            row, column = self.marks.stray
            yield Said(
                f"formatting reaches to {column_letter(column)}{row + 1}, far outside the table, and was passed over",
                row + 1,
                column_letter(column),
            )


def _area_words(area: Area) -> str:
    top, first, bottom, last = area
    return f"{column_letter(first)}{top + 1}:{column_letter(last)}{bottom + 1}"


def _padded(rows: list[list[Any]], marks: Marks) -> list[list[Any]]:
    """The rows with room for formulas that were never calculated, of which calamine says nothing."""
    if not marks.uncalculated:
        return rows
    height, width = marks.end
    filled = [[*row, *[""] * (width - len(row))] for row in rows]
    return [*filled, *([""] * width for _ in range(height - len(rows)))]


def _hidden(kind: str, which: Sequence[object]) -> str:
    several = len(which) > 1
    return (
        f"{kind}{'s' if several else ''} {listed(which)} {'are' if several else 'is'} hidden, and read like the others"
    )


def _told_apart(column: Sequence[Any]) -> Sequence[Any]:
    """A column in which no two different values are equal: 1 and True are, so beside numbers True is a text."""
    kinds = set(map(type, column))
    if bool not in kinds or kinds.isdisjoint((int, float)):
        return column
    return [shown_text(value) if isinstance(value, bool) else value for value in column]


def _in_rows(column: Sequence[Any], rows: Sequence[int]) -> Sequence[Any]:
    """The values of a column in these rows, which mostly follow one another."""
    whole = column[rows[0] - 1 : rows[-1]] if rows else ()
    return whole if len(whole) == len(rows) else [column[row - 1] for row in rows]


def _is_filled(value: Any) -> bool:
    return shown_text(value).strip(SPACES) != ""


def _mapped(column: Sequence[Any], text: Callable[[Any], str]) -> list[str | None]:
    """The text of each value, blank as None; each different value is looked at once."""
    texts = {value: text(value) or None for value in set(column)}
    return [texts[value] for value in column]


def _marked(marks: Marks, rows: Sequence[Sequence[Any]]) -> Iterator[tuple[Cell, Marked]]:
    """The marked cells within the rows, the gravest mark of a cell last."""
    for row, column in marks.percentages:
        value = rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
        if isinstance(value, int | float):
            yield (row, column), Marked(PERCENTAGE, f"{number_text(value * 100)}%")
    yield from _merged(marks, rows)
    for cell in marks.uncalculated:
        yield cell, Marked(UNCALCULATED, "(not calculated)")
    for cell, text in marks.errors.items():
        yield cell, Marked(ERROR, text)


def _merged(marks: Marks, rows: Sequence[Sequence[Any]]) -> Iterator[tuple[Cell, Marked]]:
    """The cells of merged areas; areas never overlap, so more cells than there are is nonsense, and cut off."""
    left = sum(map(len, rows))
    for top, first, bottom, last in marks.merged:
        for row in range(top, min(bottom + 1, len(rows))):
            for column in range(first, min(last + 1, len(rows[row]))):
                left -= 1
                if left < 0:
                    return
                yield (row, column), Marked(MERGED, shown_text(rows[row][column]))


__all__ = ["Judged", "Said", "Sheet"]
