"""What reading hands on: text tables as submitted, and the file-level faults met on the way.

It exists so that every form of package (folder, zip, descriptor) ends in the same few objects. It holds no
severity and no wording of rules: a fault names its rule and fills that rule's placeholders, no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from crt_return.standard import Table
from crt_return.workbook_layout import sheet_words

ROW = "_row"
NOTHING = "PKG-10"
HOSTILE = "PKG-11"
ANOTHER_VERSION, FAULTY_CELLS, NAMED_ONLY = "PKG-22", "PKG-23", "PKG-24"  # of workbooks


@dataclass(frozen=True)
class FileFault:
    """One file-level finding to be made: its rule, its place, and what fills the rule's message."""

    rule: str
    file: str | None
    table: str | None
    values: Mapping[str, Any]
    row: int | None = None
    count: int = 1
    sheet: str | None = None
    column: str | None = None
    field: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class TextTable:
    """One table as text: a String column a field (blank is null) and ROW, the row a spreadsheet shows.

    `header` names the field of each column, blank where a sheet has an empty column. `faulty` gives, by field, the
    rows whose cell reading has found at fault already: what stands there is shown and never judged.
    """

    table: str
    file: str
    header: tuple[str, ...]
    frame: pl.DataFrame
    sheet: str | None = None
    faulty: Mapping[str, pl.Series] = field(default_factory=dict)

    @property
    def called(self) -> str:
        """What a sentence calls the file, or the sheet."""
        return sheet_words(self.sheet) if self.sheet else self.file

    @cached_property
    def sound(self) -> pl.DataFrame:
        """The cells without those at fault already."""
        if not self.faulty:
            return self.frame
        return self.frame.with_columns(
            pl.when(~pl.col(ROW).is_in(rows.implode())).then(pl.col(name)) for name, rows in self.faulty.items()
        )


def empty_table(table: Table) -> TextTable:
    """Make a table without rows for one that was not sent, with its columns in the order of a table read."""
    schema: dict[str, type[pl.DataType]] = {**dict.fromkeys(table.names, pl.String), ROW: pl.UInt32}
    return TextTable(table.name, table.file, table.names, pl.DataFrame(schema=schema))


@dataclass(frozen=True)
class Package:
    """A return as read: its tables, its faults, and why each table that is not here is not."""

    path: str
    tables: Mapping[str, TextTable]
    faults: tuple[FileFault, ...]
    unread: Mapping[str, str] = field(default_factory=dict)
    content_sha256: str = ""
    workbook: str | None = None  # its name, where the return is a workbook


class Unreadable(Exception):  # noqa: N818 - an outcome of the standard, not an error of ours
    """The path cannot be judged at all: it is no return, or it is not safe to open."""

    def __init__(self, fault: FileFault) -> None:
        super().__init__(" ".join(str(value) for value in fault.values.values()))
        self.fault = fault


def nothing(problem: str) -> Unreadable:
    """The refusal of a path that holds no return; `problem` is whole sentences."""
    return Unreadable(FileFault(NOTHING, None, None, {"problem": problem}))


def hostile(entry: str, problem: str) -> Unreadable:
    """The refusal of an unsafe package; `problem` ends a sentence that starts with `entry`."""
    entry = printable(entry)
    return Unreadable(FileFault(HOSTILE, entry, None, {"entry": entry, "problem": problem}))


def printable(name: str) -> str:
    """A name from outside, fit for a terminal: control characters replaced, and of a bearable length."""
    safe = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in name)
    return safe if len(safe) <= 120 else f"{safe[:119]}…"


def number_of_rows(count: int) -> str:
    """A number of rows in words: "1 row", "1,204 rows"."""
    return "1 row" if count == 1 else f"{count:,} rows"


def listed(rows: Sequence[object], total: int | None = None) -> str:
    """Rows or cells as a reader wants them: "3", "3 and 7", "3, 7, 9 and 14 more"; only the first three are needed."""
    shown = [str(row) for row in rows[:3]]
    total = len(rows) if total is None else total
    if total > 3:
        return f"{', '.join(shown)} and {total - 3:,} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))
