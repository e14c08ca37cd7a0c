"""A path as a package: a folder, a zip, a workbook or a descriptor, or a plain sentence that says what else it is.

It exists so that whatever a user points at ends either in a bundle of files or in one refusal. It looks at
names and first bytes only; the files themselves are read later, one at a time.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from crt_return.reading import entries
from crt_return.reading.archives import opened_zip
from crt_return.reading.descriptors import described
from crt_return.reading.entries import Bundle, cannot_open, file_entry
from crt_return.reading.looks import (
    OLD_OFFICE,
    OPEN_DOCUMENT,
    SAVE_AS_XLSX,
    TAKE_PASSWORD_OFF,
    WORKBOOK,
    WORKBOOK_ENDINGS,
    ZIP,
    is_encrypted,
    looks_like,
)
from crt_return.reading.model import hostile, nothing
from crt_return.reading.names import is_litter

_FORMS = "Give the folder, the zip file, the workbook (.xlsx) or the datapackage.json of the return."


@contextmanager
def opened(path: Path) -> Iterator[Bundle]:
    """The files of the package at a path, readable for as long as the context lasts."""
    if not _exists(path):
        raise nothing(f"{path} does not exist.")
    if path.is_dir():
        yield _folder(path)
    elif not path.is_file():
        raise nothing(f"{path} is neither a folder nor a file. {_FORMS}")
    elif path.suffix.casefold() == ".json":
        yield described(path)
    else:
        _refuse_other_kinds(path)
        with opened_zip(path) as bundle:
            yield bundle


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _refuse_other_kinds(path: Path) -> None:
    """Refuse a file that is neither a zip nor a workbook, saying what it is."""
    start, ending = _start(path), path.suffix.casefold()
    kind = looks_like(start)
    if kind in (ZIP, WORKBOOK):
        return
    if kind == OLD_OFFICE and ending in WORKBOOK_ENDINGS:
        raise nothing(_old_workbook(path, start))
    if kind == OPEN_DOCUMENT:
        raise nothing(f"{path.name} is {kind}, which this version does not read. {SAVE_AS_XLSX}")
    if ending in WORKBOOK_ENDINGS:
        what = kind or "a file of another kind" if start else "empty"
        raise nothing(f"{path.name} is no Excel workbook, though its name says so: it is {what}. {SAVE_AS_XLSX}")
    if kind:
        raise nothing(f"{path.name} is {kind}, not a return. {_FORMS}")
    if path.suffix.casefold() == ".zip":
        raise nothing(f"{path.name} is a damaged zip file, or not a zip file at all.")
    if path.suffix.casefold() in (".csv", ".txt", ".tsv"):
        raise nothing(f"{path.name} is a single file. Give the folder that holds it and the rest of the return.")
    raise nothing(f"{path.name} is not a return. {_FORMS}")


def _old_workbook(path: Path, start: bytes) -> str:
    """What a workbook of the old kind is; one with a password is wrapped in a file of that kind."""
    if is_encrypted(start):
        return f"{path.name} is protected by a password. {TAKE_PASSWORD_OFF}"
    return f"{path.name} is an Excel workbook of the old kind (.xls), which this version does not read. {SAVE_AS_XLSX}"


def _start(path: Path) -> bytes:
    """The first bytes of a file; of a file of the old office kind, whose list may stand last, the last bytes too."""
    try:
        with path.open("rb") as source:
            start = source.read(entries.CHUNK)
            if looks_like(start) == OLD_OFFICE:
                source.seek(max(len(start), path.stat().st_size - entries.CHUNK))
                start += source.read(entries.CHUNK)
            return start
    except OSError as error:
        raise cannot_open(path.name, error) from error


def _folder(path: Path) -> Bundle:
    """The files right inside a folder; sub-folders are named, and not read."""
    found = _listing(path)
    for one in found:
        _check_ordinary(one)
    files = [one for one in found if one.is_file()]
    return Bundle(
        shown=path.name or str(path),
        entries=tuple(file_entry(Path(one.path), one.name, one.name) for one in files),
        folders={f"{one.name}/": _inside(one) for one in found if one.is_dir()},
    )


def _listing(path: Path) -> list[os.DirEntry[str]]:
    shown = path.name or str(path)
    try:
        with os.scandir(path) as scanned:
            first = list(islice(scanned, entries.ENTRIES + 1))
    except OSError as error:
        raise cannot_open(shown, error) from error
    if len(first) > entries.ENTRIES:
        raise nothing(f"{shown} holds more than {entries.ENTRIES:,} files. Give the folder of one return alone.")
    found = [one for one in first if one.is_symlink() or not is_litter(one.name)]
    if not found:
        raise nothing(f"{shown} is an empty folder.")
    return sorted(found, key=lambda one: one.name)


def _check_ordinary(one: os.DirEntry[str]) -> None:
    if one.is_symlink():
        raise hostile(one.name, "is a symbolic link; a package holds plain files only.")
    kind = stat.S_IFMT(one.stat(follow_symlinks=False).st_mode)
    if kind not in (stat.S_IFREG, stat.S_IFDIR):
        raise hostile(one.name, "is not an ordinary file.")


def _inside(folder: os.DirEntry[str]) -> tuple[str, ...]:
    """The names in a sub-folder, as far as they are needed to say that the return may be there."""
    try:
        with os.scandir(folder.path) as scanned:
            return tuple(one.name for one in islice(scanned, entries.ENTRIES))
    except OSError:
        return ()
