"""What stands in the XML of a sheet besides its values: errors, formulas never calculated, merging, hiding.

It exists because a library that gives values hides how they came about, and makes room for every cell up to the last
one, however far out. Most sheets have nothing of this kind: a quick look over the bytes shows it, and how far the
cells reach. Any other sheet, and any that is not written as plainly as Excel writes, is parsed. A test holds the two
to the same answer. No value is read here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

Cell = tuple[int, int]  # row and column, counted from 0
Area = tuple[int, int, int, int]  # first row, first column, last row, last column

FAR_ROWS, FAR_COLUMNS = 5000, 50  # formatting as far as this from the last value is stray
MOST_CELLS = 24_000_000  # as many as a sheet of Excel's full length has in the widest table of the standard
_PERCENT = frozenset((9, 10))  # the percentage formats that need no definition
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|\[[^]]*]|_.|\*.')  # parts of a number format that are no percent sign
_MARKS = (b"<f>", b"<f ", b"<f/", b"<mergeCell ", b't="e"', b'hidden="1"', b'hidden="true"', b"<!")
# A cell beyond column AX or row 99,999, or one whose reference is none: the others cannot lie too far apart.
_FAR_OUT = re.compile(rb'<c r="(?:[A-Z]{3}|[B-Z][A-Z]|A[YZ]|[A-Z]{1,2}[0-9]{6}|[^A-Z])')
_CELL_ROW = re.compile(rb'<c r="[A-Z]{1,3}([1-9][0-9]{0,6})"')
_ROW = re.compile(rb'<row r="([1-9][0-9]{0,6})"')
_PLAIN_TAGS = (b"</row>", b"</c>", b"<v>", b"</v>", b"<v/>", b"<is>", b"</is>", b"<t>", b"<t ", b"</t>")
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")


class NotASheetError(Exception):
    """The XML of a sheet cannot be parsed, or is not what a sheet is made of."""


@dataclass(frozen=True)
class Marks:
    """What is marked in a sheet. No value lies beyond row and column `end`; `filled` says whether there is any."""

    end: Cell = (0, 0)
    filled: bool = False
    far: Cell | None = None  # the cell that reaches furthest to the right, where that is known
    errors: Mapping[Cell, str] = field(default_factory=dict)
    uncalculated: tuple[Cell, ...] = ()
    percentages: tuple[Cell, ...] = ()
    merged: tuple[Area, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    stray: Cell | None = None

    @property
    def too_large(self) -> bool:
        """Whether the cells lie so far apart that there is no room for all between them."""
        return self.end[0] * self.end[1] > MOST_CELLS


def marks_of(data: bytes, percent_styles: Collection[int]) -> Marks:
    """What is marked in a sheet, from its XML; `percent_styles` are the styles that show a percentage.

    Raises NotASheetError.
    """
    return quick_look(data, percent_styles) or parsed(data, percent_styles)


def quick_look(data: bytes, percent_styles: Collection[int]) -> Marks | None:
    """The marks of a sheet that has none, by a look at its bytes; None where it has to be parsed."""
    if any(mark in data for mark in _MARKS) or _styled(data, percent_styles):
        return None
    start, end = data.find(b"<sheetData>"), data.rfind(b"</sheetData>")
    if start < 0 or end < start:
        return Marks() if data.count(b"<sheetData/>") == 1 and b"<c" not in data.replace(b"<col", b"") else None
    body = data[start + len(b"<sheetData>") : end]
    height = max(map(int, _ROW.findall(body)), default=0)
    if not _is_plain(body) or _FAR_OUT.search(body) or height - _last_filled_row(body) > FAR_ROWS:
        return None
    return Marks(end=(height, FAR_COLUMNS), filled=_last_value(body) > 0)


def _styled(data: bytes, styles: Collection[int]) -> bool:
    """Whether a cell has one of the styles."""
    return any(f' s="{style}"'.encode() in data for style in styles)


def _is_plain(body: bytes) -> bool:
    """Whether there is nothing in the rows but rows and cells with a reference each, and plain values."""
    placed = body.count(b'<row r="') + body.count(b'<c r="')
    return body.count(b' r="') == placed and body.count(b"<") == placed + sum(map(body.count, _PLAIN_TAGS))


def _last_filled_row(body: bytes) -> int:
    """The row of the last cell that holds anything; 0 where none does."""
    last = _last_value(body)
    found = _CELL_ROW.match(body, max(body.rfind(b"<c ", 0, last), 0))
    return int(found[1]) if last and found else 0


def _last_value(body: bytes) -> int:
    """Where the last value stands; 0 where there is none."""
    return max(body.rfind(b"<v>"), body.rfind(b"<is>"), 0)


def _column(letters: bytes) -> int:
    """The number of a column, counted from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def parsed(data: bytes, percent_styles: Collection[int]) -> Marks:
    """The marks of a sheet by way of an XML parser. Raises NotASheetError."""
    return _Sheet(percent_styles).read(data)


class _Sheet:
    """Gathers what is marked while the parser goes through a sheet."""

    def __init__(self, percent_styles: Collection[int]) -> None:
        self.percent_styles = {str(style) for style in percent_styles}
        self.row = self.column = -1
        self.cell: Mapping[str, str] = {}
        self.at: Cell = (0, 0)
        self.hidden = self.formula = self.within = self.inside = False
        self.text: list[str] = []
        self.rows = self.columns = 0
        self.far: Cell | None = None
        self.formatted: Cell = (-1, -1)
        self.errors: dict[Cell, str] = {}
        self.uncalculated: list[Cell] = []
        self.percentages: list[Cell] = []
        self.merged: list[Area] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[tuple[int, int]] = []

    def read(self, data: bytes) -> Marks:
        """Go through the whole sheet."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, ValueError, KeyError) as error:
            raise NotASheetError(str(error)) from error
        return self._marks()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag.rpartition(":")[2]:
            case "c":
                self._start_cell(attributes)
            case "v" | "is" if self.inside:
                self.within = True
            case "f" if self.inside:
                self.formula = True
            case "row":
                self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
                self.column, self.hidden = -1, _true(attributes.get("hidden"))
            case "col" if _true(attributes.get("hidden")):
                self.hidden_columns.append((int(attributes["min"]) - 1, int(attributes["max"]) - 1))
            case "mergeCell":
                self.merged.append(_area(attributes["ref"]))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.at = _position(attributes["r"]) if "r" in attributes else (max(self.row, 0), self.column + 1)
        self.column = self.at[1]
        self.cell, self.inside, self.formula, self.text = attributes, True, False, []

    def _characters(self, text: str) -> None:
        if self.within:
            self.text.append(text)

    def _end(self, tag: str) -> None:
        match tag.rpartition(":")[2]:
            case "v" | "is":
                self.within = False
            case "c":
                self.inside = False
                self._end_cell("".join(self.text))

    def _end_cell(self, text: str) -> None:
        if self.formula and not text and self.cell.get("t") != "str":
            self.uncalculated.append(self.at)
        elif not text:
            self.formatted = max(self.formatted[0], self.at[0]), max(self.formatted[1], self.at[1])
            return
        if self.cell.get("t") == "e":
            self.errors[self.at] = text
        elif self.cell.get("s") in self.percent_styles:
            self.percentages.append(self.at)
        if self.hidden and (not self.hidden_rows or self.hidden_rows[-1] != self.at[0]):
            self.hidden_rows.append(self.at[0])
        if self.at[1] >= self.columns:
            self.columns, self.far = self.at[1] + 1, self.at
        self.rows = max(self.rows, self.at[0] + 1)

    def _marks(self) -> Marks:
        row, column = self.formatted
        is_far = row - self.rows >= FAR_ROWS or column - self.columns >= FAR_COLUMNS
        return Marks(
            end=(self.rows, self.columns),
            filled=self.rows > 0,
            far=self.far,
            errors=self.errors,
            uncalculated=tuple(self.uncalculated),
            percentages=tuple(self.percentages),
            merged=tuple(self.merged),
            hidden_rows=tuple(self.hidden_rows),
            hidden_columns=tuple(self.hidden_columns),
            stray=self.formatted if is_far else None,
        )


def _refuse_doctype(*_: object) -> None:
    raise ValueError("a workbook has no document type declaration")


def _true(text: str | None) -> bool:
    return text in ("1", "true")


def _position(reference: str) -> Cell:
    """The cell of a reference such as B7."""
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise ValueError(f"{reference!r} is no cell")
    return int(found[2]) - 1, _column(found[1].encode()) - 1


def _area(reference: str) -> Area:
    first, _, last = reference.partition(":")
    return *_position(first), *_position(last or first)


def percent_styles(formats: Mapping[int, str], styles: Sequence[int]) -> frozenset[int]:
    """Which styles show a percentage; `styles` gives the number format of each, `formats` those with a definition."""
    defined = {number for number, code in formats.items() if "%" in _NOT_SHOWN.sub("", code)}
    return frozenset(place for place, number in enumerate(styles) if number in _PERCENT | defined)
