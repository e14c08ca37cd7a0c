"""The inbox: which files and folders came in, what each is by its header, and who is expected to send.

It reads headers only, to put submissions in order; each return is judged by the one path, elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import polars as pl

from crt_return.acceptance.problem import Stopped, cannot_read
from crt_return.reading.model import Unreadable, printable
from crt_return.reading.names import by_table, is_litter
from crt_return.reading.packages import opened
from crt_return.reading.tables import read_table
from crt_return.standard import HEADER, Standard
from crt_return.wording import listed, rows_named

EXPECTED_FILE = "expected_providers.csv"
EXPECTED: dict[str, type[pl.DataType]] = {"provider_code": pl.String, "period": pl.String, "teams_expected": pl.Int64}
ID_LENGTH = 16
BLOCK = 1 << 20


@dataclass(frozen=True)
class Received:
    """A file or a folder of the inbox. The same name with the same bytes is the same submission, always."""

    name: str
    path: Path
    file_sha256: str

    @property
    def submission(self) -> str:
        """The submission's identifier: the start of the SHA-256 of its name and its bytes."""
        return sha256(f"{self.path.name}\n{self.file_sha256}".encode(errors="surrogateescape")).hexdigest()[:ID_LENGTH]


@dataclass(frozen=True)
class Arrival:
    """What was received, and what its header says it is (None where it does not say), before anything is judged."""

    received: Received
    provider_code: str | None = None
    period: str | None = None
    submission_version: int = 0

    @property
    def order(self) -> tuple[str, str, int, str]:
        """Earlier quarters first, then provider by provider, older versions first."""
        return (self.period or "", self.provider_code or "", self.submission_version, self.received.name)


def received(inbox: Path) -> list[Received]:
    """Everything in the inbox that may be a submission, by name. Raises Stopped where it cannot be read."""
    try:
        names = sorted(one.name for one in os.scandir(inbox) if not is_litter(one.name) and one.name != EXPECTED_FILE)
        return [Received(printable(name), inbox / name, fingerprint(inbox / name)) for name in names]
    except NotADirectoryError:
        raise Stopped(f"{inbox} is a file. Give the folder that the returns lie in.") from None
    except FileNotFoundError:
        raise Stopped(f"{inbox} does not exist. Give the folder that the returns lie in.") from None
    except OSError as error:
        raise cannot_read(error.filename or inbox, error) from None


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file, or of a folder's files with their names; a link is not followed: it is where it points."""
    digest = sha256()
    folder = path.is_dir() and not path.is_symlink()
    for one in sorted(path.rglob("*")) if folder else [path]:
        digest.update(f"{one.relative_to(path).as_posix()}\n".encode(errors="surrogateescape") if folder else b"")
        for block in _blocks(one):
            digest.update(block)
    return digest.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    if path.is_symlink():
        yield os.fsencode(path.readlink())
    elif path.is_file():
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block


def arrivals(unknown: Iterable[Received], standard: Standard) -> list[Arrival]:
    """What is new, in the order in which it is judged."""
    return sorted((_arrival(one, standard) for one in unknown), key=lambda one: one.order)


def _arrival(one: Received, standard: Standard) -> Arrival:
    """What a header says, as far as it can be read; what is wrong with it is found when the return is judged."""
    try:
        with opened(one.path) as bundle:
            entry = by_table(bundle.entries, standard.tables).get(HEADER)
            text = read_table(entry, standard.tables[HEADER], standard).text if entry else None
    except Unreadable:
        return Arrival(one)
    if text is None or text.frame.is_empty():
        return Arrival(one)
    provider, period, version = text.frame.select("provider_code", "period", "submission_version").row(0)
    return Arrival(one, provider, period, int(version) if version and version.isdecimal() else 0)


def expected_file(inbox: Path, given: Path | None) -> Path | None:
    """The list of expected providers: the one given, or else the one beside the inbox or in it; None without one."""
    if given is not None:
        return given
    near = (inbox.parent / EXPECTED_FILE, inbox / EXPECTED_FILE)
    return next((file for file in near if file.is_file()), None)


def expected_providers(file: Path, standard: Standard) -> pl.DataFrame:
    """The list: a row for each provider and quarter, with the teams expected. Raises Stopped where it is no list."""
    try:
        text = pl.read_csv(file, infer_schema=False)
    except OSError as error:
        raise Stopped(f"The list of expected providers {file} cannot be read: {error.strerror or error}.") from None
    except pl.exceptions.PolarsError:
        raise Stopped(
            f"The list of expected providers {file} is not a CSV file with a header, or a line of it has "
            "more cells than the header."
        ) from None
    if missing := [name for name in EXPECTED if name not in text.columns]:
        raise Stopped(f"The list of expected providers {file} lacks {_columns(missing)}.")
    listing = text.select(list(EXPECTED)).with_columns(pl.col("teams_expected").cast(pl.Int64, strict=False))
    if listing.is_empty():
        raise Stopped(f"The list of expected providers {file} names no provider.")
    _refuse_faulty(listing, file, standard)
    return listing.sort(["period", "provider_code"])


def _columns(names: list[str]) -> str:
    return f"the column{'s' if len(names) > 1 else ''} {listed(names)}"


def _line(count: int) -> str:
    return "line" if count == 1 else "lines"


def _refuse_faulty(listing: pl.DataFrame, file: Path, standard: Standard) -> None:
    """Say which line of the list cannot be meant."""
    known = pl.col("period").is_in(list(standard.quarters))
    problems = {
        "its quarter is not written as 2006-07-Q4, or is not in the calendar": ~known | pl.col("period").is_null(),
        "it names no provider": pl.col("provider_code").is_null(),
        "the number of teams is not a whole number from 0": pl.col("teams_expected").is_null()
        | (pl.col("teams_expected") < 0),
        "the provider stands twice for the quarter": pl.struct("provider_code", "period").is_duplicated(),
    }
    for problem, faulty in problems.items():
        lines = listing.with_row_index("line", offset=2).filter(faulty)["line"].to_list()
        if lines:
            named = rows_named([str(one) for one in lines[:3]], len(lines))
            raise Stopped(f"In the list of expected providers {file}, {_line(len(lines))} {named}: {problem}.")
