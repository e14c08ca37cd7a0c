"""The entity-relationship diagram, drawn from the keys: a box a table, an arrow a foreign key.

A table stands in the column after the last one it points to. It is a picture of keys, not of all fields.
"""

from __future__ import annotations

from dataclasses import dataclass

from crt_return.pages import markdown, page
from crt_return.standard import Standard, Table

WIDTH, GAP_ACROSS, GAP_DOWN, LINE, HEAD, MARGIN = 250, 90, 14, 17, 24, 10
ALT = "The tables as boxes with their keys, and an arrow for each foreign key; the table below says the same in words."


@dataclass(frozen=True)
class Box:
    """One table on the drawing: the place of its upper left corner, in pixels, and its height."""

    table: Table
    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        """How far down its arrows leave and arrive."""
        return self.y + self.height // 2


def diagram_pages(standard: Standard) -> dict[str, str]:
    """The page and its drawing."""
    tables = standard.tables.values()
    return {
        "diagram.md": markdown("site/diagram.md", tables=tables, alt=ALT),
        "assets/diagram.svg": drawing(standard),
    }


def drawing(standard: Standard) -> str:
    """The drawing as SVG."""
    boxes = _boxes(standard)
    arrows = [
        _arrow(box, boxes[name])
        for box in boxes.values()
        for name in dict.fromkeys(key.table for key in box.table.foreign_keys)
        if name != box.table.name
    ]
    right = max(box.x + WIDTH for box in boxes.values()) + MARGIN
    bottom = max(box.y + box.height for box in boxes.values()) + MARGIN
    sizes = {"right": right, "bottom": bottom, "width": WIDTH, "line": LINE, "head": HEAD}
    return page("site/diagram.svg", boxes=boxes.values(), arrows=arrows, **sizes)


def _boxes(standard: Standard) -> dict[str, Box]:
    """Every table's box, column by column, each column below itself in the order of the standard."""
    boxes: dict[str, Box] = {}
    below: dict[int, int] = {}
    for table in standard.tables.values():
        column = _column(table, standard)
        height = HEAD + LINE * len(table.primary_key) + LINE // 2
        box = Box(table, MARGIN + column * (WIDTH + GAP_ACROSS), below.get(column, MARGIN), height)
        boxes[table.name] = box
        below[column] = box.y + height + GAP_DOWN
    return boxes


def _column(table: Table, standard: Standard) -> int:
    parents = {key.table for key in table.foreign_keys} - {table.name}
    return 1 + max((_column(standard.tables[name], standard) for name in parents), default=-1)


def _arrow(start: Box, end: Box) -> str:
    """The path of an arrow: out to the left, up or down in the gap, into the other's right side."""
    turn = start.x - GAP_ACROSS // 2 + (10 if end.x + WIDTH + GAP_ACROSS < start.x else 0)
    return f"M{start.x} {start.middle} H{turn} V{end.middle} H{end.x + WIDTH + 7}"
