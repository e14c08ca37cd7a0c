"""The sheets of a template, as people and programs find them: what stands where, what it says, what cells take."""

from __future__ import annotations

import re
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.datavalidation import DataValidation

from crt_return.standard import HEADER, REGISTER, TEAM, Field, Table
from crt_return.workbook_layout import (
    BESIDE_TABLES,
    LISTS,
    PERIOD_LABEL,
    PROVIDER_LABEL,
    START,
    TOTALS,
    VERSION_LABEL,
)
from tests.template.made import PERIOD, STANDARD, opened, template

QUARTER = STANDARD.quarters[PERIOD]
TABLES = [pytest.param(table, id=table.name) for table in STANDARD.tables.values()]
ONE_VALUE = ("provider_code", "period", "standard_version")
MOST = {"errorTitle": 32, "error": 255, "promptTitle": 32, "prompt": 255, "formula1": 255, "formula2": 255}
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def words(book: Workbook, sheet: str) -> str:
    cells = [cell for row in book[sheet].iter_rows(values_only=True) for cell in row if cell is not None]
    return "\n".join(map(str, cells))


def column(table: Table, field: Field) -> str:
    return get_column_letter(table.names.index(field.name) + 1)


def check_of(book: Workbook, table: Table, cell: str) -> DataValidation | None:
    """The validation of a cell."""
    found = [one for one in book[table.name].data_validations.dataValidation if cell in one.sqref]
    assert len(found) <= 1
    return found[0] if found else None


def listed(book: Workbook, source: str) -> list[Any]:
    """The codes that a drop-down offers."""
    sheet, cells = source.split("!")
    assert sheet == LISTS
    left, top, _, bottom = range_boundaries(cells.replace("$", ""))
    return [book[LISTS].cell(row, int(left or 0)).value for row in range(int(top or 0), int(bottom or 0) + 1)]


def test_start_comes_first_then_the_tables_in_order(book: Workbook) -> None:
    assert book.sheetnames == [START, *STANDARD.tables, TOTALS, LISTS]
    assert set(book.sheetnames) - {*STANDARD.tables} <= {*BESIDE_TABLES}
    assert book.active is book[START]


def test_the_start_says_whose_it_is_as_text_where_programs_look(book: Workbook) -> None:
    labels = {row[0].value: row[1].value for row in book[START].iter_rows(max_col=2)}
    assert (labels[PROVIDER_LABEL], labels[PERIOD_LABEL]) == ("RZA", PERIOD)
    assert labels[VERSION_LABEL] == STANDARD.version


def test_the_properties_carry_the_version_of_the_standard(book: Workbook) -> None:
    held = {one.name: one.value for one in book.custom_doc_props.props}  # type: ignore[attr-defined]
    assert held == {VERSION_LABEL: STANDARD.version, PROVIDER_LABEL: "RZA", PERIOD_LABEL: PERIOD}


def test_the_start_says_what_to_do_by_when_and_how_to_check(book: Workbook) -> None:
    said = words(book, START)
    assert "January to March 2007" in said
    assert "1 January 2007 to 31 March 2007" in said
    assert "Tuesday 1 May 2007\nLast day to submit in time" in said
    assert QUARTER.deadline.isoformat() == "2007-05-01"
    assert "Wednesday 16 May 2007\nLast day for explanations, resubmission and sign-off" in said
    assert "crt-return validate FILE.xlsx" in said
    assert "Nothing to count is 0" in said
    assert "From last quarter" not in said


def test_start_links_to_each_sheet_and_says_which_are_optional(book: Workbook) -> None:
    sheet = book[START]
    linked = [(row[0].hyperlink, n) for n, row in enumerate(sheet.iter_rows(max_col=1), start=1)]
    links = {str(link.location).split("!")[0].strip("'"): n for link, n in linked if link}
    assert [*links] == [*STANDARD.tables, TOTALS, LISTS]
    for table in STANDARD.tables.values():
        title, needed, hint = (sheet.cell(links[table.name], place).value for place in (2, 3, 4))
        assert title == table.title
        assert hint
        may_stay = table.rows == "optional" or table.presence == "optional"
        assert (needed == "required") is not may_stay


def test_after_last_quarter_the_start_says_what_to_check(book_after: Workbook) -> None:
    said = words(book_after, START)
    assert "From last quarter, check" in said
    assert "2006-07-Q3" in said


@pytest.mark.parametrize("table", TABLES)
def test_first_row_is_the_header_and_stays_in_sight(table: Table, book: Workbook) -> None:
    sheet = book[table.name]
    assert tuple(cell.value for cell in sheet[1]) == table.names
    assert sheet.freeze_panes
    _, top = re.findall(r"[A-Z]+|\d+", sheet.freeze_panes)
    assert top == "2"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert not sheet.auto_filter.ref, "a filter would hide rows from the sender"
    assert not sheet.merged_cells.ranges


@pytest.mark.parametrize("table", TABLES)
def test_heading_has_a_note_and_cannot_be_typed_over(table: Table, book: Workbook) -> None:
    for field in table.fields:
        cell = book[table.name][f"{column(table, field)}1"]
        assert cell.comment, field.name
        note = cell.comment.text
        assert all(part in note for part in (field.title, field.description, f"Example: {field.example}"))
        assert not field.unit or f"Unit: {field.unit}" in note
        assert ("REQUIRED" in note) is field.required, note
        assert cell.font.bold is field.required, f"{field.name} is marked by the letter"
        assert (cell.border.bottom.style == "thick") is field.required, f"{field.name} is marked by a line"
        guard = check_of(book, table, cell.coordinate)
        assert guard, field.name
        assert guard.formula1 == f'EXACT({cell.coordinate},"{field.name}")'


@pytest.mark.parametrize("table", TABLES)
def test_coded_cell_offers_the_codes_in_force_with_meanings(table: Table, book: Workbook) -> None:
    held = {(row[1].data_type, row[2].value, row[3].value) for row in book[LISTS].iter_rows() if row[0].value}
    for field in table.fields:
        if field.codelist:
            check = check_of(book, table, f"{column(table, field)}2")
            assert check, field.name
            assert check.type == "list", field.name
            codes = STANDARD.codes(field, QUARTER.ends)
            assert listed(book, str(check.formula1)) == [code.code for code in codes], field.name
            assert check.prompt, field.name
            assert "sheet Lists" in check.prompt
            assert all(("s", code.label, code.definition) in held for code in codes), field.name


def test_code_out_of_force_is_not_offered(tmp_path: Path) -> None:
    table, field = STANDARD.tables[REGISTER], STANDARD.tables[REGISTER].field["team_type_code"]
    assert template(tmp_path / "late.xlsx", period="2021-22-Q3").exit_code == 0
    late = opened(tmp_path / "late.xlsx")
    check = check_of(late, table, f"{column(table, field)}2")
    assert check
    assert "A03" not in listed(late, str(check.formula1))
    assert "A03" in [code.code for code in STANDARD.codes(field, QUARTER.ends)]


@pytest.mark.parametrize("table", TABLES)
def test_a_figure_a_day_and_a_statement_are_checked_on_typing(table: Table, book: Workbook) -> None:
    kinds = {"integer": "whole", "number": "decimal", "date": "date", "datetime": "date"}
    for field in table.fields:
        if field.type == "string":
            continue
        check = check_of(book, table, f"{column(table, field)}2")
        assert check, field.name
        assert check.errorStyle in (None, "stop"), field.name
        if field.type == "boolean":
            assert listed(book, str(check.formula1)) == ["true", "false"], field.name
            continue
        assert (check.type, check.operator) == (kinds[field.type], None), "between is what no operator means"
        for name, formula in (("minimum", check.formula1), ("maximum", check.formula2)):
            if name in field.constraints:
                assert float(str(formula)) == field.constraints[name], field.name


@pytest.mark.parametrize("table", TABLES)
def test_cell_has_its_format_far_below_the_rows_laid_out(table: Table, book: Workbook) -> None:
    formats = {"date": "yyyy-mm-dd", "datetime": 'yyyy-mm-dd"T"hh:mm', "integer": "General", "number": "General"}
    sheet = book[table.name]
    laid, styles = sheet.max_row, [*sheet.column_dimensions.values()]
    for field in table.fields:
        letter = column(table, field)
        style = next(style for style in styles if style.min <= sheet[f"{letter}1"].column <= style.max)
        assert style.number_format == formats.get(field.type, "@"), field.name
        assert check_of(book, table, f"{letter}2") is check_of(book, table, f"{letter}{laid + 1000}"), field.name
        if laid > 1:
            assert sheet[f"{letter}2"].number_format == formats.get(field.type, "@"), field.name


@pytest.mark.parametrize("table", TABLES)
def test_refusals_are_short_enough_for_excel(table: Table, book: Workbook) -> None:
    for field in table.fields:
        check = check_of(book, table, f"{column(table, field)}2")
        if check is None:
            assert field.type == "string", field.name
            assert not field.codelist, field.name
            assert "maxLength" not in field.constraints, field.name
            continue
        assert check.error, field.name
        for name, most in MOST.items():
            assert len(str(getattr(check, name) or "")) <= most, f"{field.name}: {name}"


@pytest.mark.parametrize(
    ("table", "name", "said"),
    [
        (
            "gatekeeping",
            "admissions_total",
            "Expected: a whole number of 0 or more. If there is nothing to count, type 0.",
        ),
        ("team_register", "age_min", "Expected: a whole number from 0 to 120. The note"),
        ("team_register", "closed_on", "Expected: a date such as 2007-03-31."),
        ("team_register", "offers_24_7_self", "Expected: true or false."),
        ("team_hours", "start_time", "Expected: text, written like 08:00."),
        ("referrals", "source_code", "Expected: a code of the list (sheet Lists, rows "),
        ("referrals", "team_id", "Expected: a team of the sheet team_register."),
        ("referrals", "period", "This cell holds 2006-07-Q4 in every row of this return."),
    ],
)
def test_a_refusal_says_what_is_expected(table: str, name: str, said: str, book: Workbook) -> None:
    own = STANDARD.tables[table]
    check = check_of(book, own, f"{column(own, own.field[name])}2")
    assert check
    assert str(check.error).startswith(said)


def test_team_comes_from_the_register_and_time_keeps_its_form(book: Workbook) -> None:
    hours = STANDARD.tables["team_hours"]
    teams, start = (check_of(book, hours, f"{column(hours, hours.field[name])}2") for name in (TEAM, "start_time"))
    assert teams
    assert str(teams.formula1).startswith("OFFSET(team_register!$C$2,0,0,")
    assert start
    assert start.formula1 == 'COUNTIF(F2,"??:??")=1'
    own = check_of(book, STANDARD.tables[REGISTER], "C2")
    assert own
    assert own.formula1 == 'COUNTIF(C2,"RZA-T??")=1'


@pytest.mark.parametrize("name", ONE_VALUE)
def test_what_is_the_same_all_over_the_return_takes_nothing_else(name: str, book: Workbook) -> None:
    table = STANDARD.tables[HEADER]
    check = check_of(book, table, f"{column(table, table.field[name])}2")
    assert check
    assert check.formula1 == f'"{book[HEADER][f"{column(table, table.field[name])}2"].value}"'


def test_code_of_digits_has_its_meaning_as_a_note(book: Workbook) -> None:
    sheet = book["referrals"]
    note = sheet["D2"].comment
    assert sheet["D2"].value == "00"
    assert note
    assert note.text.startswith("00: General practitioner")
    assert book["team_staffing"]["D2"].comment is None


@pytest.mark.parametrize("table", TABLES)
def test_required_cells_of_a_used_row_are_hatched_until_filled(table: Table, book: Workbook) -> None:
    hatched = set()
    for cells in book[table.name].conditional_formatting:
        (rule,) = cells.rules
        left, top, right, _ = range_boundaries(str(cells.sqref))
        assert rule.formula == [f'AND($A2<>"",LEN({get_column_letter(int(left or 0))}2)=0)']
        assert rule.dxf.fill.patternType == "lightUp"
        assert top == 2
        hatched |= set(range(int(left or 0), int(right or 0) + 1))
    assert hatched == {n for n, field in enumerate(table.fields, start=1) if field.required} - {1}


def test_cells_of_last_quarter_are_marked_by_more_than_a_colour(book_after: Workbook) -> None:
    sheet = book_after["team_staffing"]
    carried, blank, key = sheet["E2"], sheet["F2"], sheet["D2"]
    assert (carried.font.italic, carried.border.left.style) == (True, "dotted")
    assert not blank.font.italic
    assert not key.font.italic
    marks = words(book_after, START)
    assert "Italics in a dotted frame" in marks


def test_no_text_is_a_formula_and_only_the_totals_calculate(book_after: Workbook) -> None:
    for sheet in book_after:
        formulas = [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        assert bool(formulas) is (sheet.title == TOTALS)


def test_totals_count_and_add_up_and_hold_calculated_figures(after: Path, book_after: Workbook) -> None:
    shown = values(after)
    formulas = {row[0].value: (row[1].value, row[2].value) for row in book_after[TOTALS].iter_rows(max_row=20)}
    assert formulas["gatekeeping_exemption"][0] == "=COUNTA(gatekeeping_exemption!$A$2:$A$2001)"
    assert shown["gatekeeping"][1:3] == [6, 6 * 11]
    assert shown["team_hours"][1:3] == [135, 0]
    staff = shown[("team_staffing", "wte_funded")]
    assert staff[2] == pytest.approx(sum(staff[3:6]))
    assert staff[2] > 50
    assert shown[("referrals", "received")][2:6] == [0, 0, 0, 0]
    assert shown[("Sheet", "Column")][3:] == ["RZA-T01", "RZA-T02", "RZA-T03", "RZA-T04", None, None, None]


def values(path: Path) -> dict[Any, list[Any]]:
    """The rows of the totals as a program shows them that does not calculate, by their first one or two cells."""
    from openpyxl import load_workbook

    rows = [[*row] for row in load_workbook(path, data_only=True)[TOTALS].iter_rows(values_only=True)]
    cut = next(n for n, row in enumerate(rows) if row[1] == "Column")
    return {row[0]: row for row in rows[:cut]} | {(row[0], row[1]): row for row in rows[cut:]}


def test_template_keeps_within_the_limits_of_excel(new: Path) -> None:
    with zipfile.ZipFile(new) as parts:
        names = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(names) == len(STANDARD.tables) + 3
        for name in names:
            sheet = ElementTree.fromstring(parts.read(name))
            spans = [one.get("sqref", "") for one in sheet.iter(f"{SHEET}dataValidation")]
            assert len(spans) == len(set(spans))
            formulas = [one.text or "" for one in sheet.iter() if one.tag in (f"{SHEET}formula1", f"{SHEET}formula2")]
            assert all(len(formula) <= 255 for formula in formulas)
            rows = [int(one.get("r", 0)) for one in sheet.iter(f"{SHEET}row")]
            assert all(before < here for before, here in pairwise(rows))
    assert all(len(name) <= 31 for name in opened(new).sheetnames)
