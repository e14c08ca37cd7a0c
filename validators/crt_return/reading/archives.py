"""A zip as a package, and a workbook, which is a zip too: entries unpacked in memory, chunk by chunk, within limits.

It exists so that nothing of a zip is ever written to disk, and so that a zip cannot lie: sizes are measured
while unpacking, against the bytes that really lie on disk. It reads one level only: a zip inside the zip
stays shut.
"""

from __future__ import annotations

import lzma
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath

from crt_return.reading import entries
from crt_return.reading.entries import Bundle, Chunks, Entry, cannot_open, sheet_entry
from crt_return.reading.looks import SAVE_AS_XLSX, WORKBOOK_ENDINGS
from crt_return.reading.model import hostile, nothing, printable
from crt_return.reading.names import is_litter
from crt_return.reading.workbooks import BOOK, opened_workbook, refuse_other_workbooks
from crt_return.workbook_layout import BESIDE_TABLES

EXPANDED_BYTES = 2048 * entries.MIB
RATIO = 200
RATIO_FROM = 10 * entries.MIB
LIST_BYTES = 4 * entries.MIB
_END = b"PK\x05\x06"
DAMAGED = (  # what opening a zip, or unpacking from it, may end with
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,  # a password, or a compression the library lacks
)


class Meter:
    """How much a zip has grown to while unpacking; it refuses to go on past the limits."""

    def __init__(self, shown: str, packed: int) -> None:
        self.shown, self.packed, self.expanded = shown, packed, 0

    def add(self, size: int) -> None:
        """Count bytes unpacked (or declared)."""
        self.expanded += size
        if self.expanded > EXPANDED_BYTES:
            raise hostile(self.shown, "unpacks to more than 2 GiB, more than a return can need.")
        if self.expanded > RATIO_FROM and self.expanded > RATIO * self.packed:
            raise hostile(self.shown, f"unpacks to more than {RATIO} times its size, as no return does.")


@contextmanager
def opened_zip(path: Path) -> Iterator[Bundle]:
    """The files of a zip, readable for as long as the context lasts."""
    _check_list_size(path)
    try:
        archive = zipfile.ZipFile(path)
    except DAMAGED as error:
        raise nothing(_damaged(path.name, "it cannot be opened")) from error
    with archive:
        yield _bundle(archive, path)


def _check_list_size(path: Path) -> None:
    """Refuse a zip whose list of entries alone would fill the memory, before it is loaded."""
    try:
        with path.open("rb") as source:
            source.seek(max(0, path.stat().st_size - 22 - 0xFFFF))
            end = source.read()
    except OSError as error:
        raise cannot_open(path.name, error) from error
    at = end.rfind(_END)
    if at >= 0 and int.from_bytes(end[at + 12 : at + 16], "little") > LIST_BYTES:
        raise hostile(path.name, f"holds far more than {entries.ENTRIES:,} entries.")


def _bundle(archive: zipfile.ZipFile, path: Path) -> Bundle:
    infos = archive.infolist()
    _check_entries(infos, path)
    files = [info for info in infos if not info.is_dir() and not is_litter(_slashed(info))]
    if not files:
        raise nothing(f"{path.name} is an empty zip file.")
    meter = Meter(path.name, path.stat().st_size)
    parts = {_slashed(info): info for info in files}
    refuse_other_workbooks(path.name, parts)
    if BOOK in parts:
        return _workbook(archive, parts, meter)
    if path.suffix.casefold() in WORKBOOK_ENDINGS:
        raise nothing(f"{path.name} is no Excel workbook, though its name says so: it is a zip file. {SAVE_AS_XLSX}")
    top = _top_folder(files)
    here = [info for info in files if "/" not in _slashed(info)[len(top) :]]
    return Bundle(
        shown=path.name,
        entries=tuple(_entry(archive, info, top, meter) for info in here),
        folders=_folders([_slashed(info)[len(top) :] for info in files]),
    )


def _workbook(archive: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo], meter: Meter) -> Bundle:
    """The sheets of a workbook, but for those that hold nothing, or hold no table by design."""

    def part(name: str) -> bytes:
        return b"".join(_unpacked(archive, parts[name], meter)())

    book = opened_workbook(meter.shown, parts, part)
    beside = {name.casefold() for name in BESIDE_TABLES}
    kept = [sheet for name, sheet in book.sheets.items() if name.casefold() not in beside]
    return Bundle(
        shown=meter.shown,
        entries=tuple(sheet_entry(sheet, meter.shown) for sheet in kept),
        workbook=True,
        version=book.version,
        from_1904=book.from_1904,
    )


def _check_entries(infos: list[zipfile.ZipInfo], path: Path) -> None:
    """Refuse what points outside the zip, is no ordinary file, or is said to be too large."""
    if len(infos) > entries.ENTRIES:
        raise hostile(path.name, f"holds {len(infos):,} entries; a return has at most {entries.ENTRIES:,}.")
    declared = Meter(path.name, path.stat().st_size)
    seen: set[str] = set()
    for info in infos:
        _check_name(info.orig_filename)
        _check_kind(info)
        if _slashed(info) in seen and not info.is_dir():
            raise hostile(info.filename, "stands in the zip twice; nobody can say which of the two holds.")
        seen.add(_slashed(info))
        if info.file_size > entries.FILE_BYTES:
            raise hostile(info.filename, entries.TOO_LARGE)
        declared.add(info.file_size)


def _check_name(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or PureWindowsPath(name).drive:
        raise hostile(name, "is an absolute path; files of a package lie inside it.")
    if ".." in parts:
        raise hostile(name, "points outside the package.")
    if "\0" in name:
        raise hostile(name, "has a NUL character in its name.")


def _check_kind(info: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise hostile(info.filename, "is a symbolic link; a package holds plain files only.")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise hostile(info.filename, "is not an ordinary file.")


def _slashed(info: zipfile.ZipInfo) -> str:
    return info.filename.replace("\\", "/")


def _top_folder(files: list[zipfile.ZipInfo]) -> str:
    """The one folder around all files ("return/"), or nothing."""
    tops = {_slashed(info).partition("/")[0] if "/" in _slashed(info) else "" for info in files}
    top = tops.pop()
    return f"{top}/" if top and not tops else ""


def _folders(names: list[str]) -> dict[str, tuple[str, ...]]:
    """Sub-folders, with the names of the files right inside each."""
    found: dict[str, list[str]] = {}
    for path in (PurePosixPath(name) for name in names):
        if len(path.parts) > 1:
            found.setdefault(f"{path.parts[0]}/", []).extend(path.parts[1:] if len(path.parts) == 2 else ())
    return {folder: tuple(inside) for folder, inside in found.items()}


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, top: str, meter: Meter) -> Entry:
    name = _slashed(info)[len(top) :]
    return Entry(name, printable(name), _unpacked(archive, info, meter))


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, meter: Meter) -> Callable[[], Chunks]:
    def chunks() -> Chunks:
        if info.flag_bits & 1:
            raise nothing(f"{meter.shown} is protected by a password; send the files without one.")
        try:
            with archive.open(info) as source:
                while chunk := source.read(entries.CHUNK):
                    meter.add(len(chunk))
                    yield chunk
        except DAMAGED as error:
            raise nothing(_damaged(meter.shown, f"{printable(info.filename)} cannot be unpacked")) from error

    return chunks


def _damaged(shown: str, how: str) -> str:
    if PurePosixPath(shown).suffix.casefold() in WORKBOOK_ENDINGS:
        return f"{shown} is a damaged workbook: {how}. {SAVE_AS_XLSX}"
    return f"{shown} is a damaged zip file: {how}."
