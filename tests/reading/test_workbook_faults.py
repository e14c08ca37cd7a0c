"""Each way in which Excel, or people with Excel, spoil a return gives one finding, where and what it is.

Every spoilt workbook is a valid return with one fault, judged by every rule: nothing else may be found. A valid
workbook, and findings of every kind, are judged in the same batch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import pytest
from openpyxl.styles import PatternFill
from openpyxl.worksheet.dimensions import ColumnDimension

from crt_return.conformance.kit import judged
from crt_return.conformance.returns import Made
from crt_return.finding import Finding, Report
from crt_return.publishing.workbook import Cells
from tests.reading.workbooks import (
    BOOK,
    STANDARD,
    Book,
    edited,
    in_sheet,
    replaced,
    valid_files,
    valid_tables,
    workbook,
)
from tests.shown import faults

NBSP = "\u00a0"
DAY_0 = date(1899, 12, 30)
RED = PatternFill("solid", fgColor="FFFF0000")


@dataclass(frozen=True)
class Spoilt:
    """A workbook, and the one finding it gives: its rule, place and words."""

    content: Callable[[], bytes]
    rule: str
    sheet: str | None
    cell: str | None
    says: str
    count: int = 1


def cells(sheet: str, **values: str | float) -> Callable[[], bytes]:
    return lambda: workbook({sheet: values})


def book(change: Callable[[Book], Any]) -> Callable[[], bytes]:
    return lambda: edited(change)


def put(sheet: str, cell: str, value: Any, form: str | None = None) -> Callable[[], bytes]:
    def change(opened: Book) -> None:
        opened[sheet][cell] = value
        if form:
            opened[sheet][cell].number_format = form

    return book(change)


def column(sheet: str, letter: str, change: Callable[[Any], Any]) -> Callable[[], bytes]:
    """Every cell of a column below the header changed."""

    def each(opened: Book) -> None:
        for cell in opened[sheet][letter][1:]:
            cell.value = change(cell.value)

    return book(each)


def renamed(opened: Book) -> None:
    opened["gatekeeping"].title = "Gate keeping"


def numbered(name: str) -> Callable[[Book], None]:
    """A change that puts a title over the table."""

    def change(opened: Book) -> None:
        opened[name].insert_rows(1)
        opened[name]["A1"] = "Of our trust"

    return change


def hide_row(opened: Book) -> None:
    opened["referrals"].row_dimensions[3].hidden = True


def hide_column(opened: Book) -> None:
    page = opened["referrals"]
    page.column_dimensions["F"] = ColumnDimension(page, index="F", hidden=True)


def hide_sheet(opened: Book) -> None:
    opened["referrals"].sheet_state = "hidden"


def fill(cell: str) -> Callable[[Book], None]:
    def change(opened: Book) -> None:
        opened["gatekeeping"][cell].fill = RED

    return change


def days_from_1904() -> bytes:
    """As a Mac saved it: the flag, and each day 1,462 less."""
    content = replaced(BOOK, {b"<workbookPr ": b'<workbookPr date1904="1" '}, workbook())
    for table in STANDARD.tables.values():
        dates = [field.name for field in table.fields if field.type == "date"]
        days = {(date.fromisoformat(row[name]) - DAY_0).days for name in dates for row in rows(table.name) if row[name]}
        changes = {f"<v>{day}</v>".encode(): f"<v>{day - 1462}</v>".encode() for day in days}
        content = in_sheet(table.name, changes, content) if changes else content
    return content


def rows(table: str) -> list[dict[str, str]]:
    return valid_tables().get(table, [])


SPOILT = {
    "another version": Spoilt(
        cells("Start", A1="Version of the standard", B1="0.9.0"),
        "PKG-22",
        "Start",
        None,
        "The workbook was made for version 0.9.0 of the standard; this is version 1.0.0.",
    ),
    "renamed sheet": Spoilt(
        book(renamed),
        "PKG-01",
        "gatekeeping",
        None,
        "Sheet gatekeeping is missing from the workbook. There is a sheet 'Gate keeping'; rename it if that is the "
        "table.",
    ),
    "missing sheet": Spoilt(
        book(lambda opened: opened.remove(opened["gatekeeping"])),
        "PKG-01",
        "gatekeeping",
        None,
        "Sheet gatekeeping is missing from the workbook.",
    ),
    "extra sheet": Spoilt(
        cells("Working", A1="a note"),
        "PKG-12",
        "Working",
        None,
        "Sheet Working is not a sheet of the standard and was not read.",
    ),
    "shifted header": Spoilt(
        book(lambda opened: opened["gatekeeping"].insert_cols(1, 2)),
        "PKG-02",
        "gatekeeping",
        None,
        "The columns of sheet gatekeeping do not match the standard: nothing in: column A, column B.",
    ),
    "title above the header": Spoilt(
        book(numbered("referrals")),
        "PKG-18",
        "referrals",
        None,
        "Sheet referrals has 1 row above its header, which stands in row 2.",
    ),
    "merged header": Spoilt(
        book(lambda opened: opened["gatekeeping"].merge_cells("E1:F1")),
        "PKG-02",
        "gatekeeping",
        None,
        "The columns of sheet gatekeeping do not match the standard: missing: admissions_exempt; "
        "without a name: column F; merged: E1:F1.",
    ),
    "deleted column": Spoilt(
        book(lambda opened: opened["gatekeeping"].delete_cols(6)),
        "PKG-02",
        "gatekeeping",
        None,
        "The columns of sheet gatekeeping do not match the standard: missing: admissions_exempt.",
    ),
    "numbers as text": Spoilt(
        column("referrals", "E", str),
        "PKG-24",
        "referrals",
        "E2",
        "In sheet referrals, E2, E3, E4 and 9 more are numbers stored as text; they were read as numbers.",
        12,
    ),
    "dates as text": Spoilt(
        column("audit_development", "F", lambda value: f"{value:%d/%m/%Y}" if value else None),
        "PKG-23",
        "audit_development",
        "F2",
        "In sheet audit_development, F2, F3, F4 and 5 more are texts, not dates, and not written like 2007-03-31 "
        "(the first: '24/10/2006').",
        8,
    ),
    "two-digit years": Spoilt(
        cells("return_header", M2="16 Apr 07"),
        "PKG-23",
        "return_header",
        "M2",
        "In sheet return_header, M2 is a text, not a date, and not written like 2007-03-31 ('16 Apr 07').",
    ),
    "date as a bare number": Spoilt(
        put("return_header", "M2", 39188, "General"),
        "PKG-23",
        "return_header",
        "M2",
        "In sheet return_header, M2 holds a number where a date belongs ('39188').",
    ),
    "date in a count": Spoilt(
        put("gatekeeping", "F2", date(2007, 3, 2)),
        "PKG-23",
        "gatekeeping",
        "F2",
        "In sheet gatekeeping, F2 shows a date or a time where none belongs ('2007-03-02').",
    ),
    "month that Excel made a date": Spoilt(
        put("home_treatment", "D2", date(2007, 1, 1), "mmm-yy"),
        "PKG-23",
        "home_treatment",
        "D2",
        "In sheet home_treatment, D2 shows a date or a time where none belongs ('2007-01-01').",
    ),
    "percentage": Spoilt(
        put("gatekeeping", "F2", 0.02, "0%"),
        "PKG-23",
        "gatekeeping",
        "F2",
        "In sheet gatekeeping, F2 shows a percentage ('2%').",
    ),
    "#REF!": Spoilt(
        put("gatekeeping", "F2", "#REF!"),
        "PKG-23",
        "gatekeeping",
        "F2",
        "In sheet gatekeeping, F2 shows an error of Excel ('#REF!').",
    ),
    "#N/A in a key": Spoilt(
        put("gatekeeping", "C3", "#N/A"),
        "PKG-23",
        "gatekeeping",
        "C3",
        "In sheet gatekeeping, C3 shows an error of Excel ('#N/A').",
    ),
    "#N/A in the register": Spoilt(
        put("team_register", "C2", "#N/A"),
        "PKG-23",
        "team_register",
        "C2",
        "In sheet team_register, C2 shows an error of Excel ('#N/A').",
    ),
    "#VALUE! in the header": Spoilt(
        put("return_header", "A2", "#VALUE!"),
        "PKG-23",
        "return_header",
        "A2",
        "In sheet return_header, A2 shows an error of Excel ('#VALUE!').",
    ),
    "formula never calculated": Spoilt(
        put("gatekeeping", "G2", "=E2-F2"),
        "PKG-23",
        "gatekeeping",
        "G2",
        "In sheet gatekeeping, G2 has a formula that was never calculated.",
    ),
    "formulas in every cell": Spoilt(
        column("referrals", "F", lambda _: "=1+1"),
        "PKG-23",
        "referrals",
        "F2",
        "In sheet referrals, F2, F3, F4 and 9 more have a formula that was never calculated.",
        12,
    ),
    "hidden row": Spoilt(
        book(hide_row), "PKG-24", "referrals", None, "In sheet referrals, row 3 is hidden, and read like the others."
    ),
    "hidden column": Spoilt(
        book(hide_column),
        "PKG-24",
        "referrals",
        None,
        "In sheet referrals, column F is hidden, and read like the others.",
    ),
    "hidden sheet": Spoilt(
        book(hide_sheet),
        "PKG-24",
        "referrals",
        None,
        "In sheet referrals, the whole sheet is hidden, and read like the others.",
    ),
    "trailing space": Spoilt(
        cells("audit_development", D2="response_time_audit "),
        "PKG-24",
        "audit_development",
        "D2",
        "In sheet audit_development, D2 has spaces around its value; they were left out.",
    ),
    "non-breaking space": Spoilt(
        cells("audit_development", A2=f"RZA{NBSP}", D2=f"{NBSP}response_time_audit"),
        "PKG-24",
        "audit_development",
        "A2",
        "In sheet audit_development, A2 and D2 have spaces around their values; they were left out.",
        2,
    ),
    "space round a heading": Spoilt(
        cells("referrals", E1=f"received{NBSP}"),
        "PKG-02",
        "referrals",
        None,
        "The columns of sheet referrals do not match the standard: spaces around: 'received\N{REPLACEMENT CHARACTER}'.",
    ),
    "thousands separators": Spoilt(
        cells("team_register", J2="127,500"),
        "PKG-23",
        "team_register",
        "J2",
        "In sheet team_register, J2 is a text with separators between thousands ('127,500').",
    ),
    "dashes for none": Spoilt(
        column("audit_development", "I", lambda value: value or "-"),
        "PKG-23",
        "audit_development",
        "I2",
        "In sheet audit_development, I2, I3, I4 and 5 more hold a dash, which may mean 0 or nothing.",
        8,
    ),
    "merged cells": Spoilt(
        book(lambda opened: opened["referrals"].merge_cells("E2:E3")),
        "PKG-23",
        "referrals",
        "E2",
        "In sheet referrals, E2 and E3 are merged, so that it cannot be told whose value stands there.",
        2,
    ),
    "stray formatting": Spoilt(
        book(fill("XFD1048576")),
        "PKG-24",
        "gatekeeping",
        "XFD1048576",
        "In sheet gatekeeping, formatting reaches to XFD1048576, far outside the table, and was passed over.",
    ),
    "stray value": Spoilt(
        put("gatekeeping", "XFD1048576", "x"),
        "PKG-02",
        "gatekeeping",
        None,
        "The columns of sheet gatekeeping do not match the standard: without a name: column XFD (cell XFD1048576 "
        "holds something).",
    ),
    "note beside the table": Spoilt(
        put("gatekeeping", "Z3", "ask Jo"),
        "PKG-02",
        "gatekeeping",
        None,
        "The columns of sheet gatekeeping do not match the standard: without a name: column Z.",
    ),
    "blank row": Spoilt(
        book(lambda opened: opened["referrals"].insert_rows(3)),
        "PKG-20",
        "referrals",
        None,
        "Sheet referrals has 1 row without any value, passed over. Rows: 3.",
    ),
    "1904": Spoilt(
        days_from_1904,
        "PKG-24",
        None,
        None,
        "In book-{n}.xlsx, days are counted from 1904, as some Macs did; dates were read accordingly.",
    ),
    "time as a fraction of a day": Spoilt(
        put("team_hours", "F2", 0.5, "0%"),
        "PKG-23",
        "team_hours",
        "F2",
        "In sheet team_hours, F2 shows a percentage ('50%').",
    ),
}


@cache
def reports() -> dict[str, Report]:
    """Judge the spoilt workbooks, the valid return in both forms and a workbook of several faults in one batch."""
    several: Cells = {"gatekeeping": {"G2": 99}, "team_staffing": {"D2": "porter"}}
    made = {
        name: Made(f"book-{n}", {"return.xlsx": spoilt.content()}) for n, (name, spoilt) in enumerate(SPOILT.items())
    }
    made["csv"] = Made("csv", valid_files())
    made["valid"] = Made("book", {"return.xlsx": workbook()})
    made["several faults"] = Made("several", {"return.xlsx": workbook(several)})
    return dict(zip(made, (judgement.report for judgement in judged([*made.values()], STANDARD)), strict=True))


def found(name: str) -> Finding:
    """Return the only finding on a workbook, apart from the error that a warning is not explained."""
    (only,) = (fault for fault in faults(reports()[name]) if fault.rule != "EXP-02")
    return only


@pytest.mark.parametrize("name", SPOILT)
def test_one_fault_is_one_finding(name: str) -> None:
    spoilt, finding = SPOILT[name], found(name)
    assert finding.message == spoilt.says.format(n=list(SPOILT).index(name))
    assert (finding.rule, finding.sheet, finding.count) == (spoilt.rule, spoilt.sheet, spoilt.count)
    assert spoilt.cell is None or finding.cell == spoilt.cell


@pytest.mark.parametrize("name", SPOILT)
def test_nothing_is_rejected_that_changes_no_value(name: str) -> None:
    read_all_the_same = SPOILT[name].rule in ("PKG-20", "PKG-24")
    assert (found(name).severity == "info") == read_all_the_same


def test_workbook_has_the_content_and_verdicts_of_its_csv_files() -> None:
    of_csv, of_book = reports()["csv"], reports()["valid"]
    assert of_book.submission.content_sha256 == of_csv.submission.content_sha256
    assert (of_book.outcome, of_book.rules.passed) == (of_csv.outcome, of_csv.rules.passed)
    assert faults(of_book) == []


def test_findings_of_every_kind_name_the_sheet_and_the_cell() -> None:
    """Findings of a rule, a cell and a threshold are those of the file, at their place in the workbook."""
    report = reports()["several faults"]
    by_rule = {finding.rule: finding for finding in faults(report)}
    assert {"GTK-01", "PKG-05"} <= by_rule.keys()
    places = {(finding.file, finding.sheet) for finding in report.findings}
    assert places == {("several.xlsx", finding.table) for finding in report.findings}
    assert (by_rule["GTK-01"].cell, by_rule["PKG-05"].cell) == ("G2", "D2")
