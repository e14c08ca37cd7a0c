"""The one path from accepted returns to a national report, short enough to read as a table of contents.

Everything is written aside first, then read back and judged. Only what the rules on publication find nothing wrong
with takes its place.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from crt_return.engines import Engine
from crt_return.engines.duckdb import DuckDB
from crt_return.finding import Finding
from crt_return.national.checking import faults
from crt_return.national.content import Content, content_of
from crt_return.national.coverage import Status
from crt_return.national.csv_files import csv_text
from crt_return.national.data import NationalData, NoSuchPeriod
from crt_return.national.document import json_text
from crt_return.national.page import page_text
from crt_return.national.tables import PublishedTable, tables_of
from crt_return.national.workbook import workbook_bytes
from crt_return.standard import Standard

PAGE, DATA, WORKBOOK = "index.html", "national.json", "national.xlsx"


class NotFitToPublish(Exception):  # noqa: N818 - the words a caller reads
    """A rule on publication found an error in what was about to be published: a fault of ours. Nothing was written."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        listed = "; ".join(f"{one.rule}: {one.message}" for one in self.findings[:5])
        super().__init__(f"The national report is not fit to publish, and was not written. {listed}")


@dataclass(frozen=True)
class NationalReport:
    """What was written. `warnings` are the findings that do not stop a publication: too little coverage."""

    period: str
    status: Status
    synthetic: bool
    files: tuple[Path, ...]
    warnings: tuple[Finding, ...]


def write_national(
    data: NationalData, standard: Standard, out: Path, engine: Callable[[], Engine] = DuckDB
) -> NationalReport:
    """Write the national report on a period into a folder, in place of one that is there.

    Raises NoSuchPeriod where there is no such period, NotFitToPublish where the report would break a rule on
    publication (nothing is written then), OSError where the folder cannot be written to.
    """
    content = content_of(data, standard, engine)
    tables = tables_of(content, standard)
    with _aside(out) as folder:
        _write(folder, {table.file: csv_text(table).encode() for table in tables})
        findings = faults(folder, tables, content.limits, content.control, standard, engine())
        errors = [one for one in findings if one.severity == "error"]
        if errors:
            raise NotFitToPublish(errors)
        _write(folder, _other_forms(content, tables, standard))
        files = _published(folder, out)
    return NationalReport(data.period, content.status, content.synthetic, files, tuple(findings))


def _other_forms(content: Content, tables: Sequence[PublishedTable], standard: Standard) -> dict[str, bytes]:
    """The page, the data and the workbook, made from the same content."""
    return {
        PAGE: page_text(content, tables, standard).encode(),
        DATA: json_text(content, standard).encode(),
        WORKBOOK: workbook_bytes(content, tables, standard),
    }


@contextmanager
def _aside(out: Path) -> Iterator[Path]:
    """A folder inside the one to publish into, gone at the end whatever happens, and with it an empty one."""
    made = not out.exists()
    out.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix=".national-", dir=out))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        if made and not any(out.iterdir()):
            out.rmdir()


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _published(folder: Path, out: Path) -> tuple[Path, ...]:
    """Move every file to its place."""
    return tuple(one.replace(out / one.name) for one in sorted(folder.iterdir()))


__all__ = ["NationalData", "NationalReport", "NoSuchPeriod", "NotFitToPublish", "write_national"]
