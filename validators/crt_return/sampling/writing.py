"""Tables written as a return: a folder of CSV files with a descriptor and a note, or a zip of the same.

The same tables always give the same bytes. It writes what it is given, valid or not, and checks nothing.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

from crt_return.publishing.descriptor import descriptor
from crt_return.publishing.zipped import zipped
from crt_return.sampling.file_steps import Content, Link
from crt_return.sampling.scene import Row, Tables
from crt_return.standard import Standard, Table

DESCRIPTOR = "datapackage.json"
NOTE = "README.txt"
NOTE_TEXT = (
    "SYNTHETIC DATA - not a real trust\n"
    "\n"
    "Every figure, code and name in this folder was invented by a program.\n"
    "No trust, team, member of staff or patient stands behind any of it.\n"
)


def files_of(tables: Tables, standard: Standard, *, described: bool = True) -> dict[str, bytes]:
    """The files of a return by name, with its descriptor if `described`. An optional table without rows has no file."""
    kept = [table for table in standard.tables.values() if table.presence == "required" or tables.get(table.name)]
    files = {table.file: csv_text(table.names, tables.get(table.name, [])).encode() for table in kept}
    return {NOTE: NOTE_TEXT.encode(), **(_described(kept, standard) if described else {}), **files}


def _described(tables: list[Table], standard: Standard) -> dict[str, bytes]:
    text = json.dumps(descriptor(standard, (table.name for table in tables)), indent=2, ensure_ascii=False)
    return {DESCRIPTOR: f"{text}\n".encode()}


def csv_text(header: tuple[str, ...], rows: list[Row]) -> str:
    """Rows as CSV: the header always, commas, line feeds, quotation marks only where needed."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_folder(files: Mapping[str, Content], folder: Path) -> Path:
    """Write files into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            path.symlink_to(content.to)
        else:
            path.write_bytes(content)
    return folder


def return_path(folder: Path) -> Path:
    """What to validate of a folder that was written: itself, or the workbook that is all it holds."""
    held = [*folder.iterdir()]
    return held[0] if len(held) == 1 and held[0].suffix == ".xlsx" else folder


def write_zip(files: Mapping[str, Content], path: Path) -> Path:
    """Write files into a zip that is the same to the byte each time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zip_bytes(files))
    return path


def zip_bytes(files: Mapping[str, Content]) -> bytes:
    """A zip of files, in their order, the same to the byte everywhere."""
    contents = {name: one.to.encode() if isinstance(one, Link) else one for name, one in files.items()}
    return zipped(contents, {name for name, one in files.items() if isinstance(one, Link)}, compressed=False)
