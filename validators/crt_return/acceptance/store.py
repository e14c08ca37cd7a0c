"""The store: the tables of accepted returns as Parquet, by quarter and provider, each return there whole or not at all.

A return is written aside first and takes its place by a rename; a version it supersedes is moved out before. Which
return ought to be there, the register says: the store follows it, also after a run that was killed. It judges nothing.

    returns/period=2006-07-Q4/provider_code=RZA/gatekeeping.parquet    the accepted return
    superseded/<submission>/                                           what was accepted before it
    staged/<run>/<submission>/                                         not accepted yet: of no use to a reader
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from uuid import uuid4

import polars as pl
from filelock import FileLock

from crt_return.acceptance.problem import cannot_write
from crt_return.acceptance.register import Entry
from crt_return.cell_findings import CheckedTable, Release
from crt_return.reading.model import ROW, TextTable, empty_table
from crt_return.rules import history_tables
from crt_return.standard import Standard
from crt_return.tables import Checked

RETURNS, SUPERSEDED, STAGED, TABLES = "returns", "superseded", "staged", "tables"
MARK = "_submission.json"
FIRST_ROW = 2


class Store:
    """The store in a folder, which is made if it is not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs on this store waiting until this one is done; a run that is killed lets go."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / ".lock")
            lock.acquire()
        except OSError as error:
            raise cannot_write(f"The store {self.folder}", error) from None
        try:
            yield
        finally:
            lock.release()

    def place(self, entry: Entry) -> Path:
        """Where the return of a registered submission lies."""
        return self.folder / RETURNS / f"period={entry.period}" / f"provider_code={entry.provider_code}"

    def holds(self, entry: Entry) -> bool:
        """Whether the return of this very submission is in its place."""
        return _marked(self.place(entry)) == entry.submission

    def staged(self, run: str, submission: str) -> Path:
        """Where one run writes a return before it is accepted."""
        return self.folder / STAGED / run / submission

    def staged_anywhere(self, submission: str) -> Path | None:
        """A whole return written aside by a run that was killed before it could be published."""
        places = sorted((self.folder / STAGED).glob(f"*/{submission}"))
        return next((one for one in places if _marked(one / TABLES) == submission), None)

    def publish(self, entry: Entry, staged: Path) -> None:
        """Put a return in its place; what was there before moves to the superseded."""
        place = self.place(entry)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            before = _marked(place)
            if place.exists():
                _move(place, self.folder / SUPERSEDED / (before or "unknown"))
            (staged / TABLES).replace(place)
        except OSError as error:
            raise cannot_write(place, error) from None

    def write(self, name: PurePath, text: str) -> None:
        """Write a text so that a reader sees the old one or the new one, never a part; leave it if it is the same."""
        file, content = self.folder / name, text.encode()
        aside = self.folder / STAGED / uuid4().hex
        try:
            if file.is_file() and file.read_bytes() == content:
                return
            for folder in (aside.parent, file.parent):
                folder.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(content)
            aside.replace(file)
        except OSError as error:
            raise cannot_write(file, error) from None

    def clear(self) -> None:
        """Take away what runs left aside; only while no other run is at work."""
        shutil.rmtree(self.folder / STAGED, ignore_errors=True)

    def checked(self, entry: Entry, standard: Standard) -> Checked:
        """An accepted return as the history rules read it: the tables they read, typed, and without a faulty cell."""
        ends = standard.quarters[str(entry.period)].ends
        tables = {name: _table(self.place(entry), name, standard) for name in history_tables(standard)}
        return Checked(Release(entry.provider_code, entry.period, ends), tables, {}, (), frozenset())

    def frames(self, entries: Sequence[Entry], names: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        """Tables of several returns on top of each other; `names` gives each table's empty frame."""
        return {
            name: pl.concat([empty, *(pl.read_parquet(file) for _, file in self.files(entries, name))])
            for name, empty in names.items()
        }

    def files(self, entries: Iterable[Entry], name: str) -> list[tuple[str, Path]]:
        """The Parquet files of a table in several returns, each with its quarter."""
        places = [(str(entry.period), self.place(entry) / f"{name}.parquet") for entry in entries]
        return [(period, file) for period, file in places if file.is_file()]


def write_staged(folder: Path, submission: str, tables: Mapping[str, pl.DataFrame]) -> None:
    """Write a return aside. The mark comes last: without it the return is not whole."""
    inside = folder / TABLES
    inside.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        if frame.height:
            frame.write_parquet(inside / f"{name}.parquet", statistics=False)
    mark = {"submission": submission, "rows": {name: frame.height for name, frame in tables.items()}}
    (inside / MARK).write_text(json.dumps(mark, indent=1) + "\n", encoding="utf-8")


def empty_frame(name: str, standard: Standard) -> pl.DataFrame:
    """A table of the return without rows, typed."""
    from crt_return.cells import typed  # late: pandera takes seconds to import, and the main process has no need of it

    return typed(empty_table(standard.tables[name]).frame, standard.tables[name]).drop(ROW)


def _marked(folder: Path) -> str | None:
    """The submission whose whole return lies in a folder; None where there is none, or not all of it."""
    try:
        mark = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    whole = all((folder / f"{name}.parquet").is_file() for name, rows in mark["rows"].items() if rows)
    return str(mark["submission"]) if whole else None


def _move(folder: Path, to: Path) -> None:
    """Move a folder, in place of what may be there already by that name."""
    shutil.rmtree(to, ignore_errors=True)
    to.parent.mkdir(parents=True, exist_ok=True)
    folder.replace(to)


def _table(folder: Path, name: str, standard: Standard) -> CheckedTable:
    table, file = standard.tables[name], folder / f"{name}.parquet"
    values = pl.read_parquet(file) if file.is_file() else empty_frame(name, standard)
    numbered = values.with_row_index(ROW, offset=FIRST_ROW)
    return CheckedTable(table, TextTable(name, table.file, table.names, numbered.select(ROW)), numbered, {})
