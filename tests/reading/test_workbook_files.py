"""A workbook is read as the CSV files of the same return are; what only looks like one is said to be what it is."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from crt_return.publishing.workbook import return_workbook
from crt_return.publishing.zipped import entries, zipped
from crt_return.reading import Package, Unreadable, read_package
from crt_return.reading.sheet_cells import number_text, shown_text
from crt_return.sampling.writing import write_folder
from crt_return.workbook_layout import BESIDE_TABLES
from tests.reading.test_text import office_file
from tests.reading.workbooks import (
    BOOK,
    STANDARD,
    edited,
    in_sheet,
    replaced,
    rows_of,
    valid_rows,
    with_parts,
    workbook,
)

SAMPLE = Path(__file__).parents[2] / "sample_data" / "valid"
AS_XLSX = "Open it in Excel, save it as 'Excel Workbook (*.xlsx)', and give that."


def read(content: bytes, folder: Path, name: str = "return.xlsx") -> Package:
    (folder / name).write_bytes(content)
    return read_package(folder / name, STANDARD)


def refused(content: bytes, folder: Path, name: str = "return.xlsx") -> str:
    with pytest.raises(Unreadable) as error:
        read(content, folder, name)
    assert error.value.fault.rule == "PKG-10"
    return str(error.value.fault.values["problem"])


def test_the_sample_has_the_same_content_as_a_workbook(tmp_path: Path) -> None:
    tables = {path.stem: rows_of(path.read_bytes()) for path in SAMPLE.glob("*.csv")}
    book = read(return_workbook(tables), tmp_path)
    assert book.content_sha256 == read_package(SAMPLE, STANDARD).content_sha256
    assert book.faults == ()


def test_columns_keep_their_letters_when_the_table_is_shifted(tmp_path: Path) -> None:
    package = read(edited(lambda book: book["gatekeeping"].insert_cols(1, 2)), tmp_path)
    table = package.tables["gatekeeping"]
    assert table.header[:4] == ("", "", "provider_code", "period")
    assert table.frame["provider_code"][0] == "RZA"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10.0, "10"),
        (0.1 + 0.2, "0.3"),
        (-0.0, "0"),
        (1e-7, "0.0000001"),
        (1e15, "1000000000000000"),
        (123456789012345.0, "123456789012345"),
        (12.5, "12.5"),
        (True, "true"),
        (date(2007, 3, 31), "2007-03-31"),
        (datetime(2007, 3, 31, 9, 5), "2007-03-31T09:05"),
        (datetime(2007, 3, 31, 9, 4, 59, 999_700), "2007-03-31T09:05"),
        (datetime(2007, 3, 31, 9, 5, 7), "2007-03-31T09:05:07"),
        (time(9, 5), "09:05"),
        (timedelta(hours=24), "24:00"),
        ("a\r\nb", "a\nb"),
    ],
)
def test_a_value_is_read_as_excel_shows_it(value: object, text: str) -> None:
    assert shown_text(value) == text


def test_a_number_too_large_is_no_number() -> None:
    assert number_text(float("inf")) == "inf"


def test_times_are_read_in_the_form_of_their_field(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        page = book["team_hours"]
        page["F2"], page["G2"] = time(8, 30), timedelta(hours=24)

    frame = read(edited(change), tmp_path).tables["team_hours"].frame
    assert frame.select("start_time", "end_time").row(0) == ("08:30", "24:00")


def test_midnight_in_a_field_of_moments_has_its_hour(tmp_path: Path) -> None:
    names = STANDARD.tables["episodes"].names
    example = {field.name: field.example for field in STANDARD.tables["episodes"].fields}
    moment = next(field.name for field in STANDARD.tables["episodes"].fields if field.type == "datetime")
    rows = [[*names], [{**example, moment: "2007-03-31T00:00"}[name] for name in names]]
    package = read(return_workbook({**valid_rows(), "episodes": rows}), tmp_path)
    assert package.tables["episodes"].frame[moment][0] == "2007-03-31T00:00"
    assert package.faults == ()


def test_free_text_is_left_as_it_is(tmp_path: Path) -> None:
    package = read(workbook({"return_header": {"I2": " said  twice "}}), tmp_path)
    assert package.tables["return_header"].frame["revision_reason"][0] == " said  twice "
    assert package.faults == ()


def test_a_cell_of_spaces_is_blank(tmp_path: Path) -> None:
    package = read(workbook({"return_header": {"I2": "\u00a0 "}}), tmp_path)
    assert package.tables["return_header"].frame["revision_reason"][0] is None


@pytest.mark.parametrize("name", [*BESIDE_TABLES, "start", "Sheet2"])
def test_sheets_without_a_table_that_are_no_strangers(tmp_path: Path, name: str) -> None:
    cells: dict[str, str | float] = {} if name == "Sheet2" else {"A1": "What to do"}
    assert read(workbook({name: cells}), tmp_path).faults == ()


@pytest.mark.parametrize("said", ["1.0.0", " 1.0.0 "])
def test_a_workbook_that_says_it_is_of_this_version(tmp_path: Path, said: str) -> None:
    assert read(workbook({"Start": {"A7": "Version of the standard", "B7": said}}), tmp_path).faults == ()


def test_sheets_of_a_workbook_of_another_version_are_not_read(tmp_path: Path) -> None:
    package = read(
        workbook({"Start": {"A1": "Version of the standard", "B1": "2.0.0"}, "referrals": {"A1": "x"}}), tmp_path
    )
    assert [fault.rule for fault in package.faults] == ["PKG-22"]
    assert set(package.unread.values()) == {"the workbook is of version 2.0.0 (PKG-22)"}


def test_header_only_sheet_of_an_optional_table_is_no_fault(tmp_path: Path) -> None:
    names = STANDARD.tables["core_items"].names
    cells: dict[str, str | float] = {f"{chr(65 + number)}1": name for number, name in enumerate(names)}
    with_sheet = read(workbook({"core_items": cells}), tmp_path)
    assert with_sheet.faults == ()
    assert with_sheet.content_sha256 == read(workbook(), tmp_path).content_sha256


def test_a_workbook_of_something_else(tmp_path: Path) -> None:
    content = return_workbook({"Sheet1": [["a"]], "Budget": [["b"]]})
    expected = "return.xlsx is a workbook, but none of a return: its sheets are Sheet1, Budget."
    assert refused(content, tmp_path) == expected


@pytest.mark.parametrize("ending", [".xlsx", ".zip", ""])
def test_a_workbook_is_known_by_what_it_holds(tmp_path: Path, ending: str) -> None:
    assert read(workbook(), tmp_path, f"return{ending}").faults == ()


def ole(stream: str) -> bytes:
    """The start of a file of the old office kind, with the name of a stream, as it lies in the list of streams."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1024) + stream.encode("utf-16-le") + bytes(512)


def test_a_workbook_of_the_old_kind(tmp_path: Path) -> None:
    expected = f"r.xls is an Excel workbook of the old kind (.xls), which this version does not read. {AS_XLSX}"
    assert refused(ole("Workbook"), tmp_path, "r.xls") == expected


def test_a_workbook_with_a_password(tmp_path: Path) -> None:
    expected = (
        "return.xlsx is protected by a password. Open it in Excel, take the password off (File, Info, Protect "
        "Workbook), save it, and give that."
    )
    assert refused(ole("EncryptedPackage"), tmp_path) == expected
    large = ole("x") + bytes(3 << 20) + "EncryptedPackage".encode("utf-16-le")
    assert refused(large, tmp_path) == expected


def test_a_binary_workbook(tmp_path: Path) -> None:
    content = zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"\x83\x01"})
    expected = f"r.xlsb is a binary Excel workbook (.xlsb), which this version does not read. {AS_XLSX}"
    assert refused(content, tmp_path, "r.xlsb") == expected


MACROS = f"is an Excel workbook with macros (.xlsm), which is not opened. {AS_XLSX}"


@pytest.mark.parametrize("name", ["return.xlsm", "return.xlsx"])
def test_a_workbook_with_macros(tmp_path: Path, name: str) -> None:
    assert refused(with_parts({"xl/vbaProject.bin": b"x"}), tmp_path, name) == f"{name} {MACROS}"


def test_a_workbook_that_may_hold_macros(tmp_path: Path) -> None:
    old, new = b"openxmlformats-officedocument.spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
    assert refused(replaced("[Content_Types].xml", {old: new}, workbook()), tmp_path) == f"return.xlsx {MACROS}"


def test_an_open_document(tmp_path: Path) -> None:
    content = zipped(
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""}, compressed=False
    )
    expected = f"r.ods is an OpenDocument spreadsheet, which this version does not read. {AS_XLSX}"
    assert refused(content, tmp_path, "r.ods") == expected


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"provider_code,period\nRZA,2006-07-Q4\n", "a file of another kind"),
        (b"<html><table></table></html>", "a web page (HTML)"),
        (b"%PDF-1.7", "a PDF"),
        (office_file("word/document.xml"), "a Word document"),
        (zipped({"gatekeeping.csv": b"provider_code\n"}), "a zip file"),
        (b"", "empty"),
    ],
)
def test_an_xlsx_that_is_not_one(tmp_path: Path, content: bytes, what: str) -> None:
    expected = f"return.xlsx is no Excel workbook, though its name says so: it is {what}. {AS_XLSX}"
    assert refused(content, tmp_path) == expected


def test_a_workbook_cut_short(tmp_path: Path) -> None:
    expected = f"return.xlsx is a damaged workbook: it cannot be opened. {AS_XLSX}"
    assert refused(workbook()[:-100], tmp_path) == expected


@pytest.mark.parametrize("part", [BOOK, "xl/styles.xml", "xl/worksheets/sheet3.xml", "xl/_rels/workbook.xml.rels"])
def test_a_workbook_with_a_damaged_part(tmp_path: Path, part: str) -> None:
    parts = entries(workbook())
    parts[part] = parts[part][: len(parts[part]) // 2]
    assert refused(zipped(parts), tmp_path) == f"return.xlsx is a damaged workbook: it cannot be read. {AS_XLSX}"


def test_a_workbook_without_a_sheet_it_lists(tmp_path: Path) -> None:
    parts = entries(workbook())
    del parts["xl/worksheets/sheet3.xml"]
    assert refused(zipped(parts), tmp_path) == f"return.xlsx is a damaged workbook: it cannot be read. {AS_XLSX}"


def test_a_workbook_in_a_folder_or_a_zip(tmp_path: Path) -> None:
    folder = write_folder({"RZA.xlsx": workbook()}, tmp_path / "books")
    for path in (folder, tmp_path / "books.zip"):
        if path.suffix:
            with zipfile.ZipFile(path, "w") as archive:
                archive.write(folder / "RZA.xlsx", "RZA.xlsx")
        with pytest.raises(Unreadable) as error:
            read_package(path, STANDARD)
        advice = "If the return is in the workbook, give the workbook itself."
        assert str(error.value).endswith(f"holds no file of a return, only RZA.xlsx. {advice}")


def test_a_workbook_as_other_programs_write_it(tmp_path: Path) -> None:
    """Elements with a prefix, cells without a reference, texts in place, a part named from the root."""
    content = in_sheet("gatekeeping", {b"<c ": b"<x:c ", b"</c>": b"</x:c>", b"<worksheet ": PREFIXED})
    assert read(content, tmp_path).content_sha256 == read(workbook(), tmp_path).content_sha256
    links = replaced("xl/_rels/workbook.xml.rels", {b'Target="worksheets/': b'Target="/xl/worksheets/'}, workbook())
    assert read(links, tmp_path).content_sha256 == read(workbook(), tmp_path).content_sha256


PREFIXED = b'<worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
