"""A whole return, read: every table from its file, every fault of the package, and why anything is not
there.

It exists as the one door to reading. It puts files to tables and leaves each file to `tables`; it judges no
cell but what decides which files and rows are needed: whether this is a nil return, and whether any team is open.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from crt_return.reading.content import content_sha256
from crt_return.reading.entries import Bundle, Entry
from crt_return.reading.looks import WORKBOOK_ENDINGS
from crt_return.reading.model import (
    ANOTHER_VERSION,
    NAMED_ONLY,
    FileFault,
    Package,
    TextTable,
    Unreadable,
    empty_table,
    nothing,
    printable,
)
from crt_return.reading.names import by_table, is_litter, misnamed, nearest_table, strangers
from crt_return.reading.packages import opened
from crt_return.reading.tables import TableReading, read_table
from crt_return.standard import HEADER, OPEN, REGISTER, Standard, Table
from crt_return.workbook_layout import START, sheet_words

_NIL = "nil_return"
_NO_ROWS = "PKG-17"
_NAMES_SHOWN = 3


def _silent(_: str) -> None:
    """Progress that nobody asked to see."""


def read_package(path: Path, standard: Standard, progress: Callable[[str], None] = _silent) -> Package:
    """Read the return at a path. Raises Unreadable where it is none, or not safe to open."""
    with opened(path) as bundle:
        if bundle.version not in (None, standard.version):
            return _of_another_version(path, bundle, standard)
        found = by_table(bundle.entries, standard.tables)
        if not found:
            raise _no_return(bundle, standard)
        readings = {}
        for name, entry in found.items():
            progress(f"Reading {entry.called}")
            readings[name] = read_table(entry, standard.tables[name], standard)
        return _package(path, bundle, readings, standard)


def _of_another_version(path: Path, bundle: Bundle, standard: Standard) -> Package:
    """A workbook made for another version, whose sheets are not held against this one's."""
    values = {"found": bundle.version, "current": standard.version}
    fault = FileFault(ANOTHER_VERSION, bundle.shown, None, values, sheet=START)
    because = f"the workbook is of version {bundle.version} ({ANOTHER_VERSION})"
    return Package(str(path), {}, (fault,), dict.fromkeys(standard.tables, because), workbook=bundle.shown)


def _package(path: Path, bundle: Bundle, readings: Mapping[str, TableReading], standard: Standard) -> Package:
    nil = _is_nil(readings)
    likely = {} if nil else _likely(bundle, readings, standard)
    needless = _needless(readings, standard, nil=nil)
    whole = {name: reading for name, reading in readings.items() if name in needless or not reading.why}
    tables = {name: reading.text for name, reading in whole.items() if reading.text is not None}
    left_out = _left_out(readings, standard) if nil else {}
    known = {name: reading.sha256 for name, reading in whole.items() if reading.sha256}
    return Package(
        path=str(path),
        tables={**tables, **left_out},
        faults=(
            *_of_tables(bundle, readings, likely, standard, needless, nil=nil),
            *_of_strangers(bundle, readings, likely, standard),
            *_of_the_workbook(bundle),
        ),
        unread={
            name: readings[name].why if name in readings else _why_absent(name, standard, bundle)
            for name in standard.tables
            if name not in tables and name not in left_out
        },
        content_sha256=content_sha256(tables, standard, known),
        workbook=bundle.shown if bundle.workbook else None,
    )


def _is_nil(readings: Mapping[str, TableReading]) -> bool:
    """Whether the return's header says that there is nothing to report."""
    header = readings[HEADER].text if HEADER in readings else None
    if header is None or _NIL not in header.frame.columns or not header.frame.height:
        return False
    return str(header.frame[_NIL][0]).strip().casefold() in ("true", "1")


def _needless(readings: Mapping[str, TableReading], standard: Standard, *, nil: bool) -> frozenset[str]:
    """The tables that need no rows here: any of a nil return, those of the teams where no team is open.

    A file with nothing in it, not even a header, is needless in a nil return alone.
    """
    if nil:
        return frozenset(standard.tables)
    if not _no_team_open(readings, standard):
        return frozenset()
    return frozenset(
        name for name, reading in readings.items() if standard.tables[name].of_teams and reading.text is not None
    )


def _no_team_open(readings: Mapping[str, TableReading], standard: Standard) -> bool:
    """Whether the register has teams, and says of each that it is planned, closed or merged."""
    register = readings[REGISTER].text if REGISTER in readings else None
    others = {code.code for code in standard.codelists["team_status"]} - {OPEN}
    return register is not None and bool(register.frame.height) and set(register.frame["team_status"]) <= others


def _left_out(readings: Mapping[str, TableReading], standard: Standard) -> dict[str, TextTable]:
    """The tables a nil return may leave out: there and empty, so that rules can see that nothing is in them."""
    required = [table for table in standard.tables.values() if table.presence == "required"]
    return {table.name: empty_table(table) for table in required if table.name not in readings}


def _needed(name: str, standard: Standard, bundle: Bundle) -> bool:
    """Whether a table's file has to be there: by the standard, or because the descriptor says that it is."""
    return standard.tables[name].presence == "required" or name in bundle.promised


def _likely(bundle: Bundle, readings: Mapping[str, TableReading], standard: Standard) -> dict[str, Entry]:
    """For each missing table the file that may be it under a wrong name."""
    missing = [name for name in standard.tables if name not in readings and _needed(name, standard, bundle)]
    return misnamed(strangers(bundle, _entries(readings)), list(standard.tables), missing)


def _entries(readings: Mapping[str, TableReading]) -> dict[str, Entry]:
    return {name: reading.entry for name, reading in readings.items()}


def _of_tables(
    bundle: Bundle,
    readings: Mapping[str, TableReading],
    likely: Mapping[str, Entry],
    standard: Standard,
    needless: Collection[str],
    *,
    nil: bool,
) -> list[FileFault]:
    """The faults of the tables, in the standard's order, missing ones in their places."""
    faults: list[FileFault] = []
    for name in standard.tables:
        if name in readings:
            faults += [one for one in readings[name].faults if not (name in needless and one.rule == _NO_ROWS)]
        elif _needed(name, standard, bundle) and not nil:
            faults.append(_missing(bundle, standard.tables[name], likely.get(name)))
    return faults


def _missing(bundle: Bundle, table: Table, likely: Entry | None) -> FileFault:
    """The fault of a table that is not there."""
    if bundle.workbook:
        near = f" There is a sheet '{_sheet(likely)}'; rename it if that is the table." if likely else ""
        values = {"file": sheet_words(table.name), "package": "the workbook", "near": near}
        return FileFault("PKG-01", bundle.shown, table.name, values, sheet=table.name)
    near = f" A file named '{likely.file}' is in the package; rename it if that is the table." if likely else ""
    return FileFault("PKG-01", table.file, table.name, {"file": table.file, "package": "the package", "near": near})


def _sheet(entry: Entry) -> str:
    return printable(entry.sheet.name) if entry.sheet else entry.file


def _of_the_workbook(bundle: Bundle) -> list[FileFault]:
    """What is to be known of a workbook as a whole."""
    if not bundle.from_1904:
        return []
    problem = "days are counted from 1904, as some Macs did; dates were read accordingly"
    return [FileFault(NAMED_ONLY, bundle.shown, None, {"file": bundle.shown, "problem": problem})]


def _of_strangers(
    bundle: Bundle, readings: Mapping[str, TableReading], likely: Mapping[str, Entry], standard: Standard
) -> list[FileFault]:
    """The faults of files and sub-folders that are no part of a return."""
    named = {id(entry) for entry in likely.values()}
    files = [entry for entry in strangers(bundle, _entries(readings)) if id(entry) not in named]
    faults = [_unexpected(entry, _near(entry, readings, standard)) for entry in files]
    return faults + [_unexpected_folder(printable(folder)) for folder in bundle.folders if not is_litter(folder)]


def _near(entry: Entry, readings: Mapping[str, TableReading], standard: Standard) -> str:
    table = nearest_table(entry.name, list(standard.tables))
    if table is None:
        return ""
    file = table if entry.sheet else standard.tables[table].file
    where = "the workbook" if entry.sheet else "the package"
    return f" {file} is in {where} as well." if table in readings else f" Did you mean {file}?"


def _unexpected(entry: Entry, near: str) -> FileFault:
    """The fault of a file or a sheet that is no table."""
    if entry.sheet is None:
        return FileFault("PKG-12", entry.file, None, {"file": entry.file, "kind": "file", "near": near})
    name = _sheet(entry)
    return FileFault("PKG-12", entry.file, None, {"file": sheet_words(name), "kind": "sheet", "near": near}, sheet=name)


def _unexpected_folder(folder: str) -> FileFault:
    return FileFault("PKG-12", folder, None, {"file": folder, "kind": "file", "near": ""})


def _why_absent(name: str, standard: Standard, bundle: Bundle) -> str:
    file = sheet_words(name) if bundle.workbook else standard.tables[name].file
    return f"{file} is missing" if _needed(name, standard, bundle) else f"{file} is optional and not in this return"


def _no_return(bundle: Bundle, standard: Standard) -> Unreadable:
    """The refusal of a package that holds no table, with the way to one where it can be seen."""
    files = {table.file for table in standard.tables.values()}
    for folder, inside in bundle.folders.items():
        if files.intersection(name.casefold() for name in inside):
            return nothing(f"{bundle.shown} holds no file of a return itself. Give its sub-folder {printable(folder)}")
    names = [_sheet(entry) for entry in bundle.entries] + [printable(folder) for folder in bundle.folders]
    shown = ", ".join(names[:_NAMES_SHOWN]) + (f" and {len(names) - _NAMES_SHOWN} more" if len(names) > 3 else "")
    if bundle.workbook:
        return nothing(f"{bundle.shown} is a workbook, but none of a return: its sheets are {shown or 'empty'}.")
    return nothing(f"{bundle.shown} holds no file of a return, only {shown}.{_advice(bundle)}")


def _advice(bundle: Bundle) -> str:
    names = [
        *(entry.name for entry in bundle.entries),
        *(name for inside in bundle.folders.values() for name in inside),
    ]
    if any(name.casefold().endswith(".zip") for name in names):
        return " If the return is in the zip file, take it out and give that."
    if any(name.casefold().endswith(WORKBOOK_ENDINGS) for name in names):
        return " If the return is in the workbook, give the workbook itself."
    return ""
