"""A workbook that would fill the machine, or points elsewhere, is refused; formatting far out costs nothing."""

from __future__ import annotations

import resource
import stat
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from crt_return.publishing.zipped import entries
from crt_return.reading import FileFault, Unreadable, archives, read_package
from crt_return.reading.entries import MIB
from tests.reading.workbooks import BOOK, STANDARD, in_sheet, replaced, with_parts, workbook

GATEKEEPING = "xl/worksheets/sheet5.xml"


def refusal(content: bytes, folder: Path) -> FileFault:
    (folder / "return.xlsx").write_bytes(content)
    with pytest.raises(Unreadable) as error:
        read_package(folder / "return.xlsx", STANDARD)
    return error.value.fault


def test_a_bomb(tmp_path: Path) -> None:
    body = b'<row r="1">' + b'<c r="A1"><v>1</v></c>' * (20 * MIB // 20) + b"</row>"
    fault = refusal(in_sheet("gatekeeping", {b"<sheetData>": b"<sheetData>" + body}), tmp_path)
    assert (fault.rule, fault.values["entry"]) == ("PKG-11", "return.xlsx")
    assert fault.values["problem"] == f"unpacks to more than {archives.RATIO} times its size, as no return does."


def test_shared_texts_that_are_a_bomb(tmp_path: Path) -> None:
    text = b"<si><t>" + b"x" * (40 * MIB) + b"</t></si></sst>"
    content = replaced("xl/sharedStrings.xml", {b"</sst>": text}, workbook())
    assert refusal(content, tmp_path).rule == "PKG-11"


def test_a_part_that_points_outside(tmp_path: Path) -> None:
    fault = refusal(with_parts({"../evil.xml": b"x"}), tmp_path)
    assert (fault.rule, fault.values["problem"]) == ("PKG-11", "points outside the package.")


def test_a_sheet_that_points_outside(tmp_path: Path) -> None:
    """What a workbook points to is taken from the workbook, or not at all."""
    for target in (b"../../../../etc/passwd", b"/etc/passwd", b"file:///etc/passwd"):
        links = replaced("xl/_rels/workbook.xml.rels", {b"worksheets/sheet5.xml": target}, workbook())
        assert refusal(links, tmp_path).rule == "PKG-10"


def test_a_part_that_is_a_link(tmp_path: Path) -> None:
    path = tmp_path / "return.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries(workbook()).items():
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, (stat.S_IFLNK if name == BOOK else stat.S_IFREG) << 16
            archive.writestr(info, data)
    assert refusal(path.read_bytes(), tmp_path).rule == "PKG-11"


def test_a_part_that_stands_there_twice(tmp_path: Path) -> None:
    path = tmp_path / "return.xlsx"
    path.write_bytes(workbook())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr(BOOK, "<workbook/>")
    assert refusal(path.read_bytes(), tmp_path).rule == "PKG-11"


@pytest.mark.parametrize("part", [BOOK, "xl/styles.xml", GATEKEEPING])
def test_entities_that_grow_are_not_expanded(tmp_path: Path, part: str) -> None:
    grow = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    content = entries(workbook())[part]
    head, _, rest = content.partition(b"?>\n")
    assert refusal(with_parts({part: head + b"?>\n" + grow + rest}), tmp_path).rule == "PKG-10"


@pytest.mark.parametrize("reference", ["XFD1048576", "XFD1", "A1048576"])
def test_formatting_far_out_costs_neither_time_nor_memory(tmp_path: Path, reference: str) -> None:
    """Another library made room for every cell up to the last, 1.5 GB of it."""
    number = "".join(one for one in reference if one.isdigit())
    stray = f'<row r="{number}"><c r="{reference}" s="1"/></row></sheetData>'.encode()
    if number == "1":
        stray = b"</sheetData>"
    content = in_sheet("gatekeeping", {b"</sheetData>": stray})
    if number == "1":
        content = in_sheet("gatekeeping", {b"</row>": f'<c r="{reference}" s="1"/></row>'.encode()}, content)
    path = tmp_path / "return.xlsx"
    path.write_bytes(content)
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    package = read_package(path, STANDARD)
    assert time.perf_counter() - start < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024
    assert {fault.rule for fault in package.faults} <= {"PKG-24"}


def test_reading_holds_little_more_than_the_workbook(tmp_path: Path) -> None:
    path = tmp_path / "return.xlsx"
    path.write_bytes(workbook())
    read_package(path, STANDARD)
    tracemalloc.start()
    read_package(path, STANDARD)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * MIB
