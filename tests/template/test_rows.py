"""What a template lays out: every row that has to be sent, no figure, and of last quarter what rarely changes."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from crt_return.publishing.template.settings import settings
from crt_return.standard import HEADER, REGISTER, TEAM
from tests.template.made import PERIOD, PREVIOUS, STANDARD, VALID, Cell, opened, records, rows_in, sent, template, typed

QUARTER = STANDARD.quarters[PERIOD]


def keys(table: str, rows: list[dict[str, Cell]]) -> Counter[tuple[str, ...]]:
    """How often each key of a table occurs."""
    return Counter(tuple(str(row[name] or "") for name in STANDARD.tables[table].row_key) for row in rows)


def before(table: str) -> list[dict[str, Cell]]:
    """The rows of last quarter's return as they would be typed in."""
    own = STANDARD.tables[table]
    return [{f.name: typed(cell, f) for f, cell in zip(own.fields, row, strict=True)} for row in sent(PREVIOUS, own)]


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("return_header", 1),
        ("team_register", 2),
        ("team_staffing", 2 * 16),
        ("team_hours", 2 * 5 * 3),
        ("gatekeeping", 2 * 2),
        ("gatekeeping_exemption", 0),
        ("referrals", 2 * 18),
        ("response_times", 2 * 5),
        ("assessment_outcomes", 2 * 9),
        ("home_treatment", 2 * 3),
        ("whole_system", 2 * 8),
        ("audit_development", 2 * 8),
        ("fidelity_self", 2 * 5),
        ("explanations", 0),
        ("core_items", 0),
        ("episodes", 0),
    ],
)
def test_the_rows_that_every_team_has_to_send_are_laid_out(table: str, rows: int, book: Workbook) -> None:
    assert len(records(book[table])) == rows


@pytest.mark.parametrize("table", [one.table for one in STANDARD.data_quality.rows])
def test_no_row_that_a_rule_asks_for_is_missing(table: str, book: Workbook) -> None:
    valid = [row for row in sent(VALID, STANDARD.tables[table]) if row[2] in ("RZA-T01", "RZA-T02")]
    names = STANDARD.tables[table].names
    wanted = keys(table, [dict(zip(names, row, strict=True)) for row in valid])
    laid = keys(table, records(book[table]))
    assert set(laid.values()) == {1}
    extra = {key for key in wanted if table == "whole_system" and key[1] in ("crisis_house", "voluntary")}
    assert set(laid) == set(wanted) - extra


def test_row_has_its_provider_quarter_and_team_and_no_figure(book: Workbook) -> None:
    for table in STANDARD.tables.values():
        for row in records(book[table.name]):
            assert (row["provider_code"], row["period"]) == ("RZA", PERIOD)
            assert row.get(TEAM) in ("RZA-T01", "RZA-T02", None)
            filled = {name for name, value in row.items() if value is not None}
            if table.name != HEADER:
                assert filled <= {*table.primary_key, "period"}, table.name


def test_the_header_is_filled_in_as_far_as_it_is_known(book: Workbook) -> None:
    (header,) = records(book[HEADER])
    assert {name: str(value).removesuffix(" 00:00:00") for name, value in header.items() if value is not None} == {
        "provider_code": "RZA",
        "period": PERIOD,
        "period_start": "2007-01-01",
        "period_end": "2007-03-31",
        "standard_version": STANDARD.version,
        "submission_version": "1",
    }


@pytest.mark.parametrize("table", settings().carried)
def test_what_rarely_changes_is_taken_over_from_last_quarter(table: str, book_after: Workbook) -> None:
    fields, key = settings().carried[table], STANDARD.tables[table].row_key
    now = {tuple(row[name] for name in key): row for row in records(book_after[table])}
    assert len(now) == len(records(book_after[table]))
    for row in before(table):
        taken = now[tuple(row[name] for name in key)]
        assert {name: day_of(taken[name]) for name in fields} == {name: row[name] for name in fields}


def day_of(value: Cell) -> Cell:
    """A day as a day: a workbook has no dates without a time."""
    return value.date() if isinstance(value, datetime) else value


def test_figures_and_self_assessment_are_not_taken_over(book_after: Workbook) -> None:
    for table in STANDARD.tables.values():
        own = {*settings().carried.get(table.name, ()), *table.primary_key, "period"}
        left = {field.name for field in table.fields} - own
        if table.name == HEADER:
            left -= {"period_start", "period_end", "standard_version", "submission_version"}
        for row in records(book_after[table.name]):
            assert {name for name in left if row[name] is not None} == set()
            assert row["period"] == PERIOD
    for name in ("gatekeeping", "referrals", "home_treatment", "explanations", "episodes"):
        assert name not in settings().carried
    assert {"operational_status_self", "offers_24_7_self", "gatekeeps_self"}.isdisjoint(settings().carried[REGISTER])
    assert {"wte_in_post", "headcount"}.isdisjoint(settings().carried["team_staffing"])


def test_open_and_planned_teams_are_taken_over_closed_are_not(tmp_path: Path) -> None:
    shutil.copytree(PREVIOUS, tmp_path / "before")
    register = tmp_path / "before/team_register.csv"
    lines = register.read_text(encoding="utf-8").splitlines(keepends=True)
    closed = [line.replace(",open,", ",closed,") if ",RZA-T02," in line else line for line in lines]
    register.write_text("".join(closed), encoding="utf-8")
    result = template(tmp_path / "return.xlsx", "--prior", str(tmp_path / "before"))
    assert "with 3 teams" in result.output
    book = opened(tmp_path / "return.xlsx")
    assert [row[TEAM] for row in records(book[REGISTER])] == ["RZA-T01", "RZA-T03", "RZA-T04"]
    for table in STANDARD.tables.values():
        if table.of_teams:
            assert {row[TEAM] for row in records(book[table.name])} <= {"RZA-T01", "RZA-T03"}


def test_faulty_cell_and_code_out_of_force_are_left_blank(tmp_path: Path) -> None:
    """A03 was a type of team until September 2021."""
    header = {"2006-07-Q3": "2021-22-Q2", "2006-10-01": "2021-07-01", "2006-12-31": "2021-09-30"}
    for file in PREVIOUS.glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        for old, new in header.items():
            text = text.replace(old, new)
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    register = tmp_path / "team_register.csv"
    text = register.read_text(encoding="utf-8").replace(",A02,", ",A03,", 1).replace(",149500,", ",many,")
    register.write_text(text, encoding="utf-8")
    result = template(tmp_path / "return.xlsx", "--prior", str(tmp_path), period="2021-22-Q3")
    assert result.exit_code == 0, result.output
    first, second, *_ = rows_in(tmp_path / "return.xlsx", REGISTER)
    assert (first["team_type_code"], second["team_type_code"]) == (None, "A02")
    assert (first["population_served"], second["population_served"]) == (127500, None)


def test_a_table_that_cannot_be_read_is_laid_out_blank_and_named(tmp_path: Path) -> None:
    shutil.copytree(PREVIOUS, tmp_path / "before")
    (tmp_path / "before/team_hours.csv").write_text("something,else\n1,2\n", encoding="utf-8")
    result = template(tmp_path / "return.xlsx", "--prior", str(tmp_path / "before"))
    assert result.exit_code == 0
    assert "Not taken over: team_hours" in result.output
    assert len(rows_in(tmp_path / "return.xlsx", "team_hours")) == 3 * 5 * 3
