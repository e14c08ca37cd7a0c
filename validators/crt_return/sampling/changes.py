"""Where a planted fault lies: found by comparing a return before and after, and written down as a list.

The list is made from what changed, never from what the fault meant to do. Values that look like a patient's
are masked in it.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from crt_return.privacy import EMAIL_FIELD, masked
from crt_return.sampling.file_steps import FileStep, step_action
from crt_return.sampling.scene import Row
from crt_return.standard import Table

FIRST_ROW = 2
ROW_REMOVED = "row removed"
NumberedRows = Mapping[int, Row]


@dataclass(frozen=True)
class Change:
    """One cell, row or file that a fault changed. `row` is the spreadsheet's, in the file as changed.

    A row taken out is given by the number it had. `was` and `now` of a whole row are its key.
    """

    rule: str
    variant: str
    folder: str
    file: str
    change: str
    row: int | None
    field: str
    was: str
    now: str


@dataclass(frozen=True)
class Cause:
    """The rule and the variant of its fault that made a change."""

    rule: str
    variant: str

    def change(
        self, file: str, change: str, row: int | None = None, *, field: str = "", was: str = "", now: str = ""
    ) -> Change:
        """One change by this cause, without patient-like values."""
        return Change(self.rule, self.variant, "", file, change, row, field, _shown(field, was), _shown(field, now))


def _shown(field: str, value: str) -> str:
    return masked(value, email_belongs=field == EMAIL_FIELD)


def table_changes(cause: Cause, table: Table, before: NumberedRows, after: NumberedRows) -> Iterator[Change]:
    """What changed in a table whose rows are known by a number that outlives the change."""
    rows_before = {number: n for n, number in enumerate(before, start=FIRST_ROW)}
    for number in before:
        if number not in after:
            yield cause.change(table.file, ROW_REMOVED, rows_before[number], was=_key(table, before[number]))
    for row, (number, cells) in enumerate(after.items(), start=FIRST_ROW):
        if number not in before:
            yield cause.change(table.file, "row added", row, now=_key(table, cells))
            continue
        for name in table.names:
            was, now = before[number][name], cells[name]
            if was != now:
                yield cause.change(table.file, "cell changed", row, field=name, was=was, now=now)


def _key(table: Table, row: Row) -> str:
    return "|".join(row[name] for name in table.primary_key)


def moved(changes: Iterable[Change], later: Iterable[Change]) -> tuple[Change, ...]:
    """Changes with the rows they stand in once rows above them were taken out later; None if it was their own."""
    removed: dict[str, set[int]] = defaultdict(set)
    for change in later:
        if change.change == ROW_REMOVED and change.row:
            removed[change.file].add(change.row)
    return tuple(_moved(change, removed[change.file]) for change in changes)


def _moved(change: Change, removed: set[int]) -> Change:
    if change.row is None or change.change == ROW_REMOVED:
        return change
    above = sum(row < change.row for row in removed)
    return replace(change, row=None if change.row in removed else change.row - above)


def file_change(cause: Cause, step: FileStep) -> Change:
    """What a step did to a file, in its own words."""
    action = step_action(step)
    detail = step[action]
    if isinstance(detail, Mapping):
        return cause.change(step["file"], f"file: {action}", was=_plain(detail), now=_plain(detail.values()))
    return cause.change(step["file"], f"file: {action}", now="" if detail is True else _plain([detail]))


def _plain(texts: Iterable[object]) -> str:
    """Texts in one line, with anything a cell cannot hold written as an escape."""
    return "; ".join(str(text).encode("unicode_escape").decode() for text in texts)


def write_changes(changes: Sequence[Change], path: Path) -> Path:
    """Write the list as CSV."""
    path.write_bytes(changes_text(changes).encode())
    return path


def changes_text(changes: Sequence[Change]) -> str:
    """The list as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Change)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(change) for change in changes)
    return text.getvalue()
