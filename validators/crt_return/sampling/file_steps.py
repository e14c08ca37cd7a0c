"""Faults of files rather than figures: a file taken out, renamed, written over, saved in another encoding or form.

The steps are those of the rules' YAML. They act on the written files, held as bytes by name, so nothing here
touches the disk.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crt_return.publishing.workbook import Cells, return_workbook

EVERY_FILE = "*"
WORKBOOK = "workbook"


@dataclass(frozen=True)
class Link:
    """A symbolic link in place of a file."""

    to: str


Content = bytes | Link
Files = dict[str, Content]
FileStep = Mapping[str, Any]


def apply_file_step(files: Mapping[str, Content], step: FileStep) -> Files:
    """The files after one step, such as `{file: notes.csv, write: "text"}`."""
    action = step_action(step)
    return ACTIONS[action](dict(files), str(step["file"]), step[action])


def in_order(steps: Sequence[FileStep]) -> list[FileStep]:
    """The steps with all that is written into a workbook as one, the last: it takes the place of the files."""
    plain = [step for step in steps if WORKBOOK not in step]
    books = [step for step in steps if WORKBOOK in step]
    cells: dict[str, dict[str, str | float]] = {}
    for step in books:
        for sheet, own in step[WORKBOOK].items():
            cells.setdefault(sheet, {}).update(own)
    return [*plain, *({"file": step["file"], WORKBOOK: cells} for step in books[:1])]


def step_action(step: FileStep) -> str:
    """The one thing a step does, by its name."""
    actions = [name for name in step if name != "file"]
    if "file" not in step or len(actions) != 1 or actions[0] not in ACTIONS:
        raise ValueError(f"A file step names a file and one of {', '.join(ACTIONS)}; this one is {dict(step)}.")
    return actions[0]


def _remove(files: Files, name: str, _: Any) -> Files:
    if name == EVERY_FILE:
        return {}
    _present(files, name)
    return {other: content for other, content in files.items() if other != name}


def _rename(files: Files, name: str, to: str) -> Files:
    _present(files, name)
    return {to if other == name else other: content for other, content in files.items()}


def _write(files: Files, name: str, text: str) -> Files:
    return files | {name: text.encode()}


def _replace(files: Files, name: str, changes: Mapping[str, str]) -> Files:
    text = _present(files, name).decode()
    for old, new in changes.items():
        if old not in text:
            raise ValueError(f"{name} does not hold {old!r}, so it cannot be replaced.")
        text = text.replace(old, new)
    return files | {name: text.encode()}


def _encode(files: Files, name: str, encoding: str) -> Files:
    return files | {name: _present(files, name).decode().encode(encoding)}


def _link(files: Files, name: str, to: str) -> Files:
    return files | {name: Link(to)}


def _workbook(files: Files, name: str, cells: Cells) -> Files:
    """The tables as one workbook, in place of all files, with some cells written over."""
    tables = {file.removesuffix(".csv"): _rows(files, file) for file in files if file.endswith(".csv")}
    return {name: return_workbook(tables, cells)}


def _rows(files: Files, name: str) -> list[list[str]]:
    try:
        return [*csv.reader(io.StringIO(_present(files, name).decode(), newline=""))]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{name} cannot be put into a workbook: {error}.") from None


def _present(files: Files, name: str) -> bytes:
    content = files.get(name)
    if not isinstance(content, bytes):
        raise ValueError(f"There is no file {name} to change.")  # noqa: TRY004 - the step is wrong, not a type
    return content


ACTIONS: dict[str, Callable[[Files, str, Any], Files]] = {
    "remove": _remove,
    "rename": _rename,
    "write": _write,
    "replace": _replace,
    "encode": _encode,
    "link": _link,
    WORKBOOK: _workbook,
}
