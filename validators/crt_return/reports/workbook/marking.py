"""Marks on the cells of a workbook: a colour and a border, a comment, a link back; and their taking off again.

The colour is a conditional format, so that the cell keeps its own look, and a mark can be told from that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openpyxl.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Border, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from crt_return.reports.safe import fit_for_xml
from crt_return.reports.workbook.issues import Level, Mark
from crt_return.workbook_layout import ISSUES

AUTHOR = "crt-return"
NOTE = "crt-return found:"  # what stands below it in a comment is ours
OURS = 'N("crt-return")=0'  # holds always: what a conditional format of ours is known by
COLOURS: Mapping[Level, tuple[str, str]] = {
    "error": ("FFC7CE", "C00000"),
    "warning": ("FFEB9C", "7F6000"),
    "explained": ("E2EFDA", "375623"),
    "info": ("DDEBF7", "1F4E78"),
}
CELLS_OF_A_FORMAT = 500
WIDTH, CHARACTERS, LINE = 380, 58, 17  # of a comment: pixels, letters a line, pixels a line
HOLD = "Go to the row of this cell among the issues. To change the cell, hold the button down."


def mark(sheet: Worksheet, cells: Mapping[str, Mark]) -> None:
    """Mark the cells of a sheet. A comment or link that a cell has of its own stays."""
    own = {place: _whole(sheet, place) for place in cells}
    for place, one in cells.items():
        _comment(own[place], one.text)
        _link_back(own[place], one.back)
    for level in COLOURS:
        _colour(sheet, level, [own[place].coordinate for place, one in cells.items() if one.level == level])


def _whole(sheet: Worksheet, place: str) -> Any:
    """The cell at a place; of merged ones, the first."""
    cell = sheet[place]
    if not isinstance(cell, MergedCell):
        return cell
    merged = next(one for one in sheet.merged_cells.ranges if place in one)
    return sheet.cell(merged.min_row, merged.min_col)


def _comment(cell: Any, text: str) -> None:
    before = cell.comment
    said = f"{NOTE}\n{fit_for_xml(text)}"
    cell.comment = Comment(f"{before.text}\n\n{said}" if before else said, before.author if before else AUTHOR)
    _size(cell.comment)


def _size(comment: Comment) -> None:
    """As large as its text."""
    lines = sum(max(1, math.ceil(len(line) / CHARACTERS)) for line in comment.text.splitlines())
    comment.width, comment.height = WIDTH, (lines + 1) * LINE


def _link_back(cell: Any, back: str) -> None:
    """A link to the issue. A blank cell gets none: the library would read it as filled with the link's own text."""
    if cell.hyperlink is None and cell.value is not None:
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=back, tooltip=HOLD)


def _colour(sheet: Worksheet, level: Level, places: Sequence[str]) -> None:
    """The colour of a level on these cells, before all formats that depend on conditions of the user's own."""
    fill, line = COLOURS[level]
    side = Side(style="thin", color=line)
    look = DifferentialStyle(
        fill=PatternFill(bgColor=fill, fill_type="solid"), border=Border(left=side, right=side, top=side, bottom=side)
    )
    starts = range(0, len(places), CELLS_OF_A_FORMAT)
    for _, rule in _formats(sheet):
        rule.priority += len(starts)
    for priority, start in enumerate(starts, start=1):
        rule = Rule(type="expression", formula=[OURS], dxf=look, priority=priority, stopIfTrue=True)
        sheet.conditional_formatting.add(" ".join(places[start : start + CELLS_OF_A_FORMAT]), rule)


def _formats(sheet: Worksheet) -> Iterator[tuple[str, Rule]]:
    """The conditional formats of a sheet, each with the cells it is of."""
    for one in sheet.conditional_formatting:
        yield from ((str(one.sqref), rule) for rule in one.rules)


def unmark(sheet: Worksheet) -> None:
    """Take off the marks of an earlier copy, and give every comment of the user's own the size of its text."""
    kept = ConditionalFormattingList()
    for places, rule in _formats(sheet):
        if rule.formula != [OURS]:
            kept.add(places, rule)
    sheet.conditional_formatting = kept
    for cell in sheet._cells.values():
        if cell.hyperlink and str(cell.hyperlink.location or "").startswith(f"'{ISSUES}'!"):
            cell.hyperlink = None
        if cell.comment:
            _take_off(cell)


def _take_off(cell: Any) -> None:
    """What we said in a comment, and the comment if it holds nothing else."""
    own = cell.comment.text.partition(NOTE)[0].rstrip()
    cell.comment = Comment(own, cell.comment.author) if own else None
    if own:
        _size(cell.comment)
