"""Names from outside held against the standard's: which file is which table, what is litter, what is a near
miss.

It exists so that a misspelt name is met with the right one everywhere in the same way. It opens no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches

from crt_return.reading.entries import Bundle, Entry
from crt_return.standard import Table

_EXPECTED = ("datapackage.json", "readme", "readme.md", "readme.txt")
_LITTER = ("thumbs.db", "desktop.ini", ".ds_store", "__macosx")
_COPY = re.compile(r"(\.(csv|txt|xlsx?|ods|tsv))+$|[ _-]*(\(\d+\)|copy)$")
_CLOSE = 0.8


def is_litter(path: str) -> bool:
    """Whether a path is left by an operating system or an office program, not put there by a person."""
    parts = path.casefold().strip("/").split("/")
    return any(part in _LITTER for part in parts) or parts[-1].startswith(("._", "~$"))


def is_expected(name: str) -> bool:
    """Whether a file belongs to a package without being a table."""
    return name.casefold() in _EXPECTED


def by_table(entries: Iterable[Entry], tables: Mapping[str, Table]) -> dict[str, Entry]:
    """The file of each table, whatever its letter case; the name as the standard has it goes first."""
    found: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda entry: (entry.name != entry.name.casefold(), entry.name)):
        table = entry.name.casefold().removesuffix(".csv")
        if table in tables and entry.name.casefold() == tables[table].file:
            found.setdefault(table, entry)
    return {name: found[name] for name in tables if name in found}


def strangers(bundle: Bundle, found: Mapping[str, Entry]) -> list[Entry]:
    """The files that are neither a table of the return nor otherwise expected."""
    known = {id(entry) for entry in found.values()}
    return [entry for entry in bundle.entries if id(entry) not in known and not _may_stand_there(entry)]


def _may_stand_there(entry: Entry) -> bool:
    """Whether an entry is no stranger: a file that belongs to a package, or a sheet with nothing in it."""
    return not entry.sheet.marks.filled if entry.sheet else is_expected(entry.name)


def misnamed(files: Sequence[Entry], tables: Sequence[str], absent: Sequence[str]) -> dict[str, Entry]:
    """For each absent table the file that is most likely it under a wrong name, a file for one table only."""
    nearest = {entry.name: nearest_table(entry.name, tables) for entry in files}
    likely: dict[str, Entry] = {}
    for entry in sorted(files, key=lambda entry: -_likeness(entry.name, nearest[entry.name] or "")):
        table = nearest[entry.name]
        if table and table in absent:
            likely.setdefault(table, entry)
    return likely


def nearest_table(file: str, tables: Sequence[str]) -> str | None:
    """The table that a file's name is most like, if it is much like any."""
    best = max(tables, key=lambda table: _likeness(file, table), default=None)
    return best if best and _likeness(file, best) >= _CLOSE else None


def _likeness(file: str, table: str) -> float:
    """How alike a file's name and a table's are; a name that holds the table's whole is alike too."""
    stem = file.casefold()
    while (shorter := _COPY.sub("", stem)) != stem:
        stem = shorter
    held = bool(table) and re.search(rf"(?<![a-z]){re.escape(table)}(?![a-z])", stem) is not None
    return max(SequenceMatcher(None, stem, table).ratio(), (0.9 + len(table) / 1000) if held else 0.0)


def nearest_field(cell: str, names: Sequence[str]) -> str | None:
    """The field that a heading is most like, if it is much like any ("Team ID" for team_id)."""
    plain = re.sub(r"[\W_]+", "_", cell.strip().casefold()).strip("_")
    return next(iter(get_close_matches(plain, names, n=1, cutoff=_CLOSE)), None)
