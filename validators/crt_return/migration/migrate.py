"""A return of an earlier version of the standard becomes one of a later: read by its own tables, taken through the
declared steps of each version between, arranged as the later version has it.

The return it is made from is only read. What has no place in the new one is named, never left out silently.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, replace
from pathlib import Path

from crt_return.migration.steps import CannotMigrate, Tables, applied, with_version
from crt_return.publishing.descriptor import descriptor
from crt_return.reading import ROW, FileFault, Package, TextTable, Unreadable, read_package
from crt_return.reading.content import plain_header
from crt_return.standard import HEADER, Standard
from crt_return.versions import Version, as_of, described, load_versions, path_between, snapshot

VERSION = "standard_version"
MISSING, TEXT_ABOVE, STRANGER = "PKG-01", "PKG-18", "PKG-12"
DESCRIPTOR = "datapackage.json"


@dataclass(frozen=True)
class Done:
    """One step as it was done: what it did, how many cells or rows it concerned, and what a person has to do then."""

    does: str
    count: int
    by_hand: str | None = None


@dataclass(frozen=True)
class Migrated:
    """A return taken over: its tables in the new version, what was done, and files that are no part of a return."""

    old: str
    new: Standard
    tables: Tables
    done: tuple[Done, ...]
    left_behind: tuple[str, ...] = ()

    @property
    def by_hand(self) -> list[str]:
        """What remains to be filled in or read by a person."""
        return [one.by_hand for one in self.done if one.by_hand and one.count]


class Versions:
    """The versions there are, with the standard of each as far as reading and writing returns goes."""

    def __init__(self, standard: Standard, folder: Path | None = None) -> None:
        self.by_number: dict[str, Version] = load_versions(folder)
        self.folder = folder
        self.current = standard

    @property
    def known(self) -> str:
        """Their numbers as a list in words."""
        return ", ".join(self.by_number)

    def standard(self, version: str) -> Standard:
        """The standard of a version. Nothing may be judged by an earlier one."""
        if version == self.current.version:
            return self.current
        return as_of(snapshot(version, self.folder), self.current)


def version_said(path: Path, versions: Versions) -> str:
    """The version that a return says it is of, in its header. Raises CannotMigrate where it says none that is known.

    Raises Unreadable where the path is no return.
    """
    for version in reversed(versions.by_number):
        said = _said_by(path, versions.standard(version))
        if len(said) == 1:
            return _known(said[0], versions)
    read_package(path, versions.current)  # which says what else the path is, if it is no return
    raise CannotMigrate(
        f"The return does not say which version of the standard it is of: {HEADER}.csv holds no {VERSION} that can be "
        f"read. Known are {versions.known}."
    )


def _said_by(path: Path, standard: Standard) -> list[str]:
    """What the header says, where it can be read as a version of the standard has it."""
    try:
        package = read_package(path, replace(standard, tables={HEADER: standard.tables[HEADER]}))
    except Unreadable:
        return []
    text = package.tables.get(HEADER)
    return text.frame[VERSION].drop_nulls().unique().to_list() if text else []


def _known(version: str, versions: Versions) -> str:
    if version not in versions.by_number:
        raise CannotMigrate(f"There is no version '{version}' of the standard. Known are {versions.known}.")
    return version


def migrate(path: Path, versions: Versions, to: str | None = None) -> Migrated | None:
    """The return at a path in a later version (the current one where none is named); None if it is of that already.

    Raises CannotMigrate where that cannot be done without guessing, and Unreadable where the path is no return.
    """
    new = _known(to or versions.current.version, versions)
    old = version_said(path, versions)
    try:
        way = path_between(old, new, versions.by_number)
    except ValueError as error:
        raise CannotMigrate(str(error)) from None
    if not way:
        return None
    package = read_package(path, versions.standard(old))
    _refuse_unread(package)
    tables, done = taken_through(dict(package.tables), way)
    target = versions.standard(new)
    strangers = tuple(one.file for one in package.faults if one.rule == STRANGER and one.file)
    return Migrated(old, target, arranged(tables, target), tuple(done), strangers)


def _refuse_unread(package: Package) -> None:
    """Stop where a file of the return could not be read whole: what it holds would be lost."""
    stopping = [one for one in package.faults if _stops(one, package)]
    if stopping:
        why = [package.unread.get(one.table or "") or f"{one.file} has text above its header" for one in stopping]
        raise CannotMigrate(
            f"Some files cannot be read, and would be lost: {'; '.join(dict.fromkeys(why))}. Correct them in the old "
            "return first; `crt-return validate` says how."
        )


def _stops(fault: FileFault, package: Package) -> bool:
    if fault.rule == MISSING:
        return bool(fault.values["near"])  # the file is there, under a name that is not the table's
    return fault.rule == TEXT_ABOVE or (fault.table is not None and fault.table not in package.tables)


def taken_through(tables: Tables, way: list[Version]) -> tuple[Tables, list[Done]]:
    """The tables after every step of the versions on the way, each of which puts its number into the header."""
    done = []
    for version in way:
        for step in version.migration:
            tables, count = applied(step, tables)
            done.append(Done(described(step), count, step.by_hand))
        tables = with_version(tables, HEADER, VERSION, version.version)
        done.append(Done(f"{HEADER}.{VERSION} says {version.version}.", tables[HEADER].frame.height))
    return tables, done


def arranged(tables: Tables, standard: Standard) -> Tables:
    """The tables and columns in the order of a version. A RuntimeError is a fault of that version's steps."""
    strange = [*tables.keys() - standard.tables.keys()]
    for name in tables.keys() & standard.tables.keys():
        strange += {*tables[name].frame.columns} ^ {*standard.tables[name].names, ROW}
    if strange:
        raise RuntimeError(f"the steps to version {standard.version} do not account for {', '.join(sorted(strange))}")
    return {name: _arranged(tables[name], table.names) for name, table in standard.tables.items() if name in tables}


def _arranged(text: TextTable, names: tuple[str, ...]) -> TextTable:
    return replace(text, header=names, frame=text.frame[[*names, ROW]])


def files_of(migrated: Migrated) -> dict[str, bytes]:
    """The files of the return in its new version: a CSV file a table, and the descriptor."""
    tables = {migrated.new.tables[name].file: _csv(text) for name, text in migrated.tables.items()}
    described_as = json.dumps(descriptor(migrated.new, migrated.tables), indent=2, ensure_ascii=False)
    return {DESCRIPTOR: f"{described_as}\n".encode(), **tables}


def _csv(text: TextTable) -> bytes:
    written = io.BytesIO()
    text.frame.drop(ROW).write_csv(written, include_header=False, quote_style="necessary")
    return plain_header(text.header) + written.getvalue()
