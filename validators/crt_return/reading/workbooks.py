"""A workbook as a package: each sheet with what it holds, and what the workbook says of itself.

It exists so that a sheet is read as a file is: what it gives is the text of a CSV file, and what that text cannot say.
Values come from calamine, whose one door this is; it is handed the few parts it needs, already unpacked within the
limits, and nothing else of the workbook. Styles, drawings and names are not looked at.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineWorkbook

from crt_return.reading.looks import SAVE_AS_XLSX
from crt_return.reading.model import nothing, printable
from crt_return.reading.sheet_marks import Marks, NotASheetError, marks_of, percent_styles
from crt_return.reading.sheets import Sheet
from crt_return.workbook_layout import START, VERSION_LABEL

BOOK = "xl/workbook.xml"
_LINKS = "xl/_rels/workbook.xml.rels"
_SHARED = ("sharedStrings", "styles")
_BOUND = ("_rels/.rels", "[Content_Types].xml")  # without these calamine does not know a workbook
_KINDS = {
    "xl/workbook.bin": f"a binary Excel workbook (.xlsb), which this version does not read. {SAVE_AS_XLSX}",
    "xl/vbaproject.bin": f"an Excel workbook with macros (.xlsm), which is not opened. {SAVE_AS_XLSX}",
}
_MACROS = b"macroEnabled"

Part = Callable[[str], bytes]


@dataclass(frozen=True)
class Workbook:
    """A workbook opened: its sheets by name, the version it says it is of, and whether its days start in 1904."""

    shown: str
    sheets: Mapping[str, Sheet]
    version: str | None
    from_1904: bool


@dataclass(frozen=True)
class _Listed:
    """A sheet as the workbook lists it: the part that holds it, and whether it is hidden."""

    part: str
    hidden: bool


def refuse_other_workbooks(shown: str, parts: Collection[str]) -> None:
    """Refuse a zip that is a workbook of a kind that is not read."""
    known = {part.casefold() for part in parts}
    for part, kind in _KINDS.items():
        if part in known:
            raise nothing(f"{shown} is {kind}")


def opened_workbook(shown: str, parts: Collection[str], part: Part) -> Workbook:
    """The workbook of these parts, each of which `part` unpacks. Raises Unreadable."""
    try:
        return _opened(shown, parts, part)
    except (ET.ParseError, NotASheetError, CalamineError, KeyError, ValueError) as error:
        raise nothing(f"{shown} is a damaged workbook: it cannot be read. {SAVE_AS_XLSX}") from error


def _opened(shown: str, parts: Collection[str], part: Part) -> Workbook:
    if any(_MACROS in part(name) for name in _BOUND[1:] if name in parts):
        raise nothing(f"{shown} is {_KINDS['xl/vbaproject.bin']}")
    book, links = _xml(part(BOOK)), _links(part(_LINKS))
    listed = _listed_sheets(book, links)
    shared = [target for kind, target in links.values() if kind in _SHARED and target in parts]
    percents = _percents(part, shared)
    held, marks = io.BytesIO(), {}
    with zipfile.ZipFile(held, "w") as kept:
        for name in (*(name for name in _BOUND if name in parts), BOOK, _LINKS, *shared):
            kept.writestr(name, part(name))
        for name, sheet in listed.items():
            data = part(sheet.part)
            marks[name] = marks_of(data, percents)
            kept.writestr(sheet.part, data)
    held.seek(0)
    values = _Values(CalamineWorkbook.from_filelike(held))
    sheets = {name: Sheet(name, sheet.hidden, marks[name], values) for name, sheet in listed.items()}
    return Workbook(shown, sheets, _version(sheets), _from_1904(book))


class _Values:
    """Gives the values of a sheet by its name, as calamine has them."""

    def __init__(self, book: CalamineWorkbook) -> None:
        self.book = book

    def __call__(self, name: str) -> list[list[Any]]:
        """Rows from the sheet's first on, columns from its first on."""
        sheet = self.book.get_sheet_by_name(name)
        shift = [""] * sheet.start[1] if sheet.start else []
        return [[*shift, *row] for row in sheet.iter_rows()] if shift else [*sheet.iter_rows()]


def _xml(data: bytes) -> ET.Element:
    if b"<!DOCTYPE" in data:
        raise ValueError("a workbook has no document type declaration")
    return ET.fromstring(data)


def _named(root: ET.Element, name: str) -> list[ET.Element]:
    """The elements of a name, whatever their namespace."""
    return [one for one in root.iter() if one.tag.rpartition("}")[2] == name]


def _link(sheet: ET.Element) -> str:
    """The link of a sheet, whatever the namespace of links."""
    return next((text for key, text in sheet.items() if key.endswith("}id")), "")


def _links(data: bytes) -> dict[str, tuple[str, str]]:
    """What the workbook points to: the kind and the part of each link."""
    linked = [one for one in _named(_xml(data), "Relationship") if one.get("TargetMode") != "External"]
    return {one.attrib["Id"]: (posixpath.basename(one.attrib["Type"]), _target(one.attrib["Target"])) for one in linked}


def _target(raw: str) -> str:
    return posixpath.normpath(raw.lstrip("/") if raw.startswith("/") else f"xl/{raw}")


def _listed_sheets(book: ET.Element, links: Mapping[str, tuple[str, str]]) -> dict[str, _Listed]:
    """The sheets of cells, in their order; charts and dialogues on sheets of their own are none."""
    found: dict[str, _Listed] = {}
    for one in _named(book, "sheet"):
        kind, target = links[_link(one)]
        if kind == "worksheet":
            found[one.attrib["name"]] = _Listed(target, one.get("state", "visible") != "visible")
    return found


def _percents(part: Part, shared: Collection[str]) -> frozenset[int]:
    """The styles that show a percentage."""
    styles = [name for name in shared if "styles" in posixpath.basename(name).casefold()]
    if not styles:
        return frozenset()
    root = _xml(part(styles[0]))
    formats = {int(one.attrib["numFmtId"]): one.get("formatCode", "") for one in _named(root, "numFmt")}
    used = [int(one.get("numFmtId", "0")) for cells in _named(root, "cellXfs") for one in cells]
    return percent_styles(formats, used)


def _from_1904(book: ET.Element) -> bool:
    return any(one.get("date1904") in ("1", "true") for one in _named(book, "workbookPr"))


def _version(sheets: Mapping[str, Sheet]) -> str | None:
    """The version of the standard that the workbook says it is of; None where it does not say."""
    start = next((sheet for name, sheet in sheets.items() if name.casefold() == START.casefold()), None)
    rows = start.rows if start and not start.marks.too_large else []
    said = [row[1] for row in rows if len(row) > 1 and str(row[0]).strip().rstrip(":") == VERSION_LABEL]
    return printable(str(said[0]).strip()) if said else None


__all__ = ["BOOK", "Marks", "Workbook", "opened_workbook", "refuse_other_workbooks"]
