"""One file of a package, wherever it lies, and the limits it is read within.

It exists so that a folder, a zip and a descriptor give the same thing to read, and so that no file can fill
the memory: bytes come in chunks, and reading stops at the first limit passed. It does not look at what the
bytes say.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from crt_return.reading.looks import looks_like
from crt_return.reading.model import hostile, nothing, printable
from crt_return.reading.sheets import Sheet
from crt_return.workbook_layout import sheet_words

MIB = 1 << 20
CHUNK = MIB  # never more than LINE_BYTES: a line inside one chunk is then always short enough
LINE_BYTES = MIB
FILE_BYTES = 1024 * MIB
ENTRIES = 1000

Chunks = Generator[bytes, None, None]

_OPTIONS = ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")  # each where the system has it
_WITHOUT_LINKS = sum((getattr(os, option, 0) for option in _OPTIONS), os.O_RDONLY)

TOO_LARGE = "is larger than 1 GiB, more than a table of a return can need."
LINE_TOO_LONG = "has a line of more than 1 MiB, which no row of a return can need."


@dataclass(frozen=True)
class Entry:
    """A file of a package: `name` says which table it is, `file` is what it is called there.

    A sheet of a workbook is one too: its `file` is the workbook, its bytes are those of a CSV file.
    """

    name: str
    file: str
    chunks: Callable[[], Chunks]
    sheet: Sheet | None = None

    @property
    def called(self) -> str:
        """What a sentence calls it."""
        return sheet_words(self.sheet.name) if self.sheet else self.file


@dataclass(frozen=True)
class Bundle:
    """The files of a package, its sub-folders with the names in them, and the tables a descriptor names.

    Of a workbook they are its sheets; then `version` is the version of the standard that it says it is of.
    """

    shown: str
    entries: tuple[Entry, ...]
    folders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    promised: frozenset[str] = frozenset()
    workbook: bool = False
    version: str | None = None
    from_1904: bool = False


def load(entry: Entry) -> bytes:
    """All bytes of a file; only its start where that shows that it is not text. Unreadable past a limit."""
    with closing(entry.chunks()) as unlimited:
        chunks = within_limits(entry.file, unlimited)
        start = next(chunks, b"")
        if looks_like(start):
            return start
        return b"".join(chain([start], chunks))


def within_limits(file: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same chunks, refusing a file or a line that is too long as soon as it is."""
    size = open_line = 0
    for chunk in chunks:
        size += len(chunk)
        if size > FILE_BYTES:
            raise hostile(file, TOO_LARGE)
        first, last = _line_breaks(chunk)
        if open_line + first > LINE_BYTES:
            raise hostile(file, LINE_TOO_LONG)
        open_line = open_line + len(chunk) if last < 0 else len(chunk) - last - 1
        yield chunk


def _line_breaks(chunk: bytes) -> tuple[int, int]:
    """Where the first line break of a chunk stands (its length if none) and the last (-1 if none)."""
    found = [at for at in (chunk.find(b"\n"), chunk.find(b"\r")) if at >= 0]
    return min(found, default=len(chunk)), max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))


def file_entry(path: Path, name: str, file: str) -> Entry:
    """An ordinary file on disk as an entry."""
    return Entry(name, printable(file), lambda: disk_chunks(path, file))


def sheet_entry(sheet: Sheet, workbook: str) -> Entry:
    """A sheet as an entry, whose name is that of the file it would be."""

    def chunks() -> Chunks:
        yield sheet.text()

    return Entry(f"{sheet.name}.csv", workbook, chunks, sheet)


def disk_chunks(path: Path, file: str) -> Chunks:
    """A file's bytes, without following a link that has been put in its place meanwhile."""
    try:
        with os.fdopen(os.open(path, _WITHOUT_LINKS), "rb", buffering=0) as source:
            if os.fstat(source.fileno()).st_size > FILE_BYTES:
                raise hostile(file, TOO_LARGE)
            while chunk := source.read(CHUNK):
                yield chunk
    except OSError as error:
        raise cannot_open(file, error) from error


def cannot_open(shown: str, error: OSError) -> Exception:
    """The refusal of a path that the system will not let us read."""
    if isinstance(error, PermissionError):
        return nothing(f"{shown} cannot be opened: there is no permission to read it.")
    return nothing(f"{shown} cannot be opened: {(error.strerror or 'the system gives no reason').lower()}.")
