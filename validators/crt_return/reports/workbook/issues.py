"""The findings as somebody mends them: the most important first, each with its place, and what is said at a cell.

It exists so that the list of issues and the marks on cells agree, row by row. It opens no workbook.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crt_return.finding import Finding
from crt_return.standard import Standard
from crt_return.workbook_layout import ISSUES

Level = Literal["error", "warning", "explained", "info"]
LEVELS: Mapping[Level, str] = {
    "error": "Error",
    "warning": "Warning",
    "explained": "Warning, explained",
    "info": "For information",
}
MOST_AT_A_CELL = 5
LAST_ROW = 2**20  # of a sheet, as Excel has it


@dataclass(frozen=True)
class Issue:
    """A finding in the list of issues: its row there, and where in the workbook it leads to.

    `marked` says whether that cell is itself at fault; otherwise it is where to look. The sheet is None where the
    workbook has none.
    """

    finding: Finding
    row: int
    sheet: str | None
    cell: str
    marked: bool

    @property
    def link(self) -> str | None:
        """The place it leads to."""
        return link(self.sheet, self.cell) if self.sheet else None


@dataclass(frozen=True)
class Mark:
    """What is put on a cell: the gravest of its faults gives the colour, the first of them the way back."""

    level: Level
    text: str
    back: str


def level(one: Finding) -> Level:
    """What has to be done about a finding."""
    return "explained" if one.explained else one.severity


def link(sheet: str, cell: str) -> str:
    """A place in a workbook, as a link has it."""
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell}"


def issues(
    findings: Iterable[Finding], sheet_of: Callable[[Finding], str | None], first_row: int, standard: Standard
) -> list[Issue]:
    """The findings in their order, the first of them in that row of the list."""
    tables, levels = list(standard.tables), list(LEVELS)

    def importance(one: Finding) -> tuple[int, int, int]:
        return levels.index(level(one)), tables.index(one.table) if one.table in tables else -1, one.row or 0

    return [_issue(one, row, sheet_of(one)) for row, one in enumerate(sorted(findings, key=importance), first_row)]


def _issue(one: Finding, row: int, sheet: str | None) -> Issue:
    """A finding with no cell leads to its row, or to the heading of its column."""
    within = one.row is None or one.row <= LAST_ROW
    if one.cell and within:
        return Issue(one, row, sheet, one.cell, sheet is not None)
    return Issue(one, row, sheet, f"{one.column or 'A'}{one.row if one.row and within else 1}", False)


def marks(listed: Iterable[Issue]) -> dict[str, dict[str, Mark]]:
    """What is put on the cells of each sheet."""
    by_cell: dict[str, dict[str, list[Issue]]] = defaultdict(lambda: defaultdict(list))
    for one in listed:
        if one.sheet and one.marked:
            by_cell[one.sheet][one.cell].append(one)
    return {sheet: {cell: _mark(own) for cell, own in cells.items()} for sheet, cells in by_cell.items()}


def _mark(own: Sequence[Issue]) -> Mark:
    said = [_said(one) for one in own[:MOST_AT_A_CELL]]
    if len(own) > MOST_AT_A_CELL:
        said.append(f"{len(own) - MOST_AT_A_CELL:,} more: see the sheet {ISSUES}.")
    return Mark(level(own[0].finding), "\n\n".join(said), link(ISSUES, f"A{own[0].row}"))


def _said(issue: Issue) -> str:
    one = issue.finding
    heading = f"{one.rule}, {LEVELS[level(one)].lower()} ({ISSUES}, row {issue.row})"
    return f"{heading}\n{one.message}\nTo mend: {one.fix}"
