"""Completeness of whole returns: each level falls by what it counts, and by nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crt_return.cell_counts import CELL_TYPES, cell_frames, every_cell, stacked
from crt_return.completeness import Completeness
from crt_return.data_quality import Vodim
from crt_return.sampling.valid import valid_return
from tests.examples import PERIOD
from tests.levels import STANDARD, Tables, checked, completeness_of, level

SAMPLES = Path(__file__).parents[1] / "sample_data"
TWO = {name: rows for name, rows in valid_return(STANDARD, "RZA", 2, PERIOD, 3).items() if name != "episodes"}
NHS_NUMBER = "9434765919"


def edited(tables: Tables, table: str, row: int, **cells: str) -> dict[str, Any]:
    rows = [{**one, **cells} if n == row else one for n, one in enumerate(tables[table])]
    return {**tables, table: rows}


def without(tables: Tables, table: str, **cells: str) -> dict[str, Any]:
    """The tables without the rows that hold these cells."""
    kept = [row for row in tables[table] if not all(row[name] == value for name, value in cells.items())]
    assert len(kept) < len(tables[table])
    return {**tables, table: kept}


def row_with(table: str, **cells: str) -> int:
    return next(n for n, row in enumerate(TWO[table]) if all(row[name] == value for name, value in cells.items()))


def values(found: Completeness, team: str | None = None) -> dict[str, float | None]:
    levels = found.teams[team] if team else found.levels
    return {one.id: one.value for one in levels if one.id != "C1"}


def counts_of(found: Completeness, field: str) -> Vodim:
    return next(counts for item, counts in found.quality.items if item.field == field)


WHOLE = completeness_of(TWO)
ALL_ONE = {"C2": 1, "C3": 1, "C4": 1, "C5": 1}


def test_a_valid_return_is_complete() -> None:
    found = completeness_of(SAMPLES / "valid")
    assert values(found) == ALL_ONE
    assert list(found.teams) == ["RZA-T01", "RZA-T02", "RZA-T03"], "the planned team is not among them"
    assert all(one.value == 1 for levels in found.teams.values() for one in levels)
    assert found.quality.score is not None
    assert 99 < found.quality.score <= 100


def test_the_first_level_is_left_to_acceptance() -> None:
    first = WHOLE.levels[0]
    assert (first.id, first.state, first.value) == ("C1", "not evaluated", None)
    assert first.because


def test_a_blank_lowers_the_fourth_level_by_one_cell() -> None:
    found = completeness_of(edited(TWO, "team_staffing", 0, headcount=""))
    before, after = level(WHOLE, "C4", "RZA-T01"), level(found, "C4", "RZA-T01")
    assert (after.numerator, after.denominator) == ((before.numerator or 0) - 1, before.denominator)
    assert {**values(found), "C4": 1} == ALL_ONE
    assert values(found, "RZA-T02") == values(WHOLE, "RZA-T02")


def test_an_invalid_cell_lowers_the_fifth_level_by_one_cell() -> None:
    found = completeness_of(edited(TWO, "team_staffing", 0, headcount="many"))
    before, after = level(WHOLE, "C5", "RZA-T01"), level(found, "C5", "RZA-T01")
    assert (after.numerator, after.denominator) == ((before.numerator or 0) - 1, before.denominator)
    assert {**values(found), "C5": 1} == ALL_ONE


def test_a_missing_row_lowers_the_third_level_and_its_cells_are_not_asked_for() -> None:
    found = completeness_of(without(TWO, "team_staffing", team_id="RZA-T01", staff_group="pharmacist"))
    after = level(found, "C3", "RZA-T01")
    assert (after.numerator, after.denominator) == (41, 42)
    assert {**values(found), "C3": 1} == ALL_ONE


def test_a_row_under_a_wrong_code_is_a_row_missing() -> None:
    found = completeness_of(edited(TWO, "team_staffing", 0, staff_group="nrse"))
    assert level(found, "C3", "RZA-T01").numerator == 41
    assert level(found, "C2").value == 1


def test_a_row_that_stands_twice_is_there_once() -> None:
    twice = [*TWO["gatekeeping"], TWO["gatekeeping"][0]]
    found = completeness_of({**TWO, "gatekeeping": twice})
    assert level(found, "C3").value == 1
    assert level(found, "C5").value != 1


def test_a_team_without_a_table_lowers_the_second_level() -> None:
    found = completeness_of(without(TWO, "referrals", team_id="RZA-T02"))
    second = level(found, "C2")
    assert (second.numerator, second.denominator) == (1, 2)
    assert {**values(found), "C2": 1} == ALL_ONE


def test_a_missing_file_is_missing_for_every_team_and_is_named() -> None:
    found = completeness_of(SAMPLES / "invalid/missing-file")
    assert level(found, "C2").value == 0
    assert level(found, "C3").value == pytest.approx(34 / 42)
    assert "audit_development.csv" in str(level(found, "C4").because)
    assert counts_of(found, "activity_status") == Vodim(0, 0, 0, 0, 0, 0)


def test_a_team_expected_and_not_in_the_register_lowers_the_second_level() -> None:
    found = completeness_of(edited(TWO, "return_header", 0, teams_expected="4"))
    assert level(found, "C2").value == 0.5


def test_more_teams_than_expected_do_not_make_a_level_above_one() -> None:
    second = level(completeness_of(edited(TWO, "return_header", 0, teams_expected="1")), "C2")
    assert (second.numerator, second.denominator, second.value) == (1, 1, 1)


@pytest.mark.parametrize("expected", ["", "two", "-1", NHS_NUMBER])
def test_without_a_number_expected_the_second_level_is_not_evaluated(expected: str) -> None:
    second = level(completeness_of(edited(TWO, "return_header", 0, teams_expected=expected)), "C2")
    assert (second.state, second.value) == ("not evaluated", None)
    assert "teams_expected" in str(second.because)


def test_two_headers_leave_the_second_level_open() -> None:
    assert "HDR-01" in str(level(completeness_of(SAMPLES / "invalid/two-headers"), "C2").because)


@pytest.mark.parametrize("status", ["planned", "closed", "merged"])
def test_a_team_that_is_not_open_counts_with_its_row_of_the_register_alone(status: str) -> None:
    tables = edited(TWO, "team_register", 1, team_status=status, closed_on="")
    found = completeness_of(tables)
    assert list(found.teams) == ["RZA-T01"]
    assert values(found, "RZA-T01") == values(WHOLE, "RZA-T01")
    assert counts_of(found, "wte_in_post").records == 16
    assert counts_of(found, "population_served").records == 2
    lacking = (level(found, "C4").denominator or 0) - (level(found, "C4").numerator or 0)
    assert lacking == (status != "planned"), "a team that closed has to say when"


def test_rows_of_teams_that_nobody_registered_are_left_out_and_that_is_said() -> None:
    rows = [{**row, "team_id": "RZA-T77", "joint_meetings": ""} for row in TWO["whole_system"][:8]]
    found = completeness_of({**TWO, "whole_system": [*TWO["whole_system"], *rows]})
    assert values(found) == ALL_ONE
    assert "PKG-07" in str(level(found, "C4").because)


def test_a_row_that_does_not_say_whose_it_is_counts_for_the_return() -> None:
    found = completeness_of(edited(TWO, "whole_system", 0, team_id=""))
    assert level(found, "C4").value != 1
    assert level(found, "C4", "RZA-T01").value == 1
    assert level(found, "C3", "RZA-T01").numerator == 41


@pytest.mark.parametrize(
    ("table", "cells", "blank"),
    [
        ("return_header", {"submission_version": "2"}, "revision_reason"),
        ("return_header", {"nil_return": "true"}, "nil_reason"),
        ("return_header", {"signed_off": "true"}, "signatory_role"),
        ("return_header", {"signed_off": "true"}, "signed_off_on"),
        ("team_register", {"team_status": "open"}, "operational_since"),
        ("response_times", {"within_4h": "1"}, "median_minutes"),
        ("home_treatment", {"month": "2007-03"}, "people_treated_quarter"),
        ("whole_system", {"protocol_status": "in_place"}, "agreed_on"),
        ("audit_development", {"activity_status": "completed"}, "last_completed_on"),
        ("fidelity_self", {"status": "partly"}, "action_plan_due"),
    ],
)
def test_a_cell_needed_on_a_condition_counts_where_it_holds(table: str, cells: dict[str, str], blank: str) -> None:
    fourth = level(completeness_of(edited(TWO, table, 0, **cells, **{blank: ""})), "C4")
    assert (fourth.denominator or 0) - (fourth.numerator or 0) == 1


def test_a_nil_return_has_no_teams_and_nothing_divides_by_zero() -> None:
    header = {**TWO["return_header"][0], "nil_return": "true", "nil_reason": "No team yet.", "teams_expected": "0"}
    empty: dict[str, Any] = {name: [] for name in TWO}
    found = completeness_of({**empty, "return_header": [header]})
    assert found.teams == {}
    assert values(found) == {"C2": None, "C3": None, "C4": 1, "C5": 1}
    assert [level(found, name).state for name in ("C2", "C3")] == ["not applicable", "not applicable"]
    assert (found.quality.score, found.quality.because) == (None, "there are no open teams")


@pytest.mark.parametrize("table", ["return_header", "team_register"])
def test_without_header_or_register_nothing_is_evaluated(table: str) -> None:
    found = completeness_of({name: rows for name, rows in TWO.items() if name != table})
    assert {one.state for one in found.levels} == {"not evaluated"}
    assert f"{table}.csv" in str(level(found, "C4").because)
    assert (found.teams, found.quality.score) == ({}, None)


def test_a_quarter_the_calendar_does_not_know_leaves_all_open() -> None:
    tables: dict[str, Any] = {n: [{**row, "period": "2006-08-Q4"} for row in rows] for n, rows in TWO.items()}
    found = completeness_of(tables)
    assert "quarter" in str(level(found, "C3").because)


def test_codes_of_a_table_of_counts_weigh_as_many_as_they_count() -> None:
    row = row_with("referrals", team_id="RZA-T01", source_code="00")
    received = int(TWO["referrals"][row]["received"])
    before, after = (
        counts_of(found, "source_code")
        for found in (WHOLE, completeness_of(edited(TWO, "referrals", row, source_code="ZZ")))
    )
    assert (after.invalid, after.records) == (received, before.records)
    assert before.valid - after.valid == received


def test_a_code_whose_count_is_blank_stands_for_no_record() -> None:
    row = row_with("referrals", team_id="RZA-T01", source_code="00")
    received = int(TWO["referrals"][row]["received"])
    found = completeness_of(edited(TWO, "referrals", row, received=""))
    assert counts_of(found, "source_code").records == counts_of(WHOLE, "source_code").records - received
    assert counts_of(found, "received").missing == 1


def test_times_not_known_are_the_defaults_of_the_response_time() -> None:
    row = row_with("response_times", team_id="RZA-T01", priority_code="2")
    assessed = int(TWO["response_times"][row]["assessed"])
    found = completeness_of(edited(TWO, "response_times", row, time_unknown=str(assessed)))
    before, after = counts_of(WHOLE, "within_4h"), counts_of(found, "within_4h")
    assert after.default == before.default + assessed - int(TWO["response_times"][row]["time_unknown"])
    assert after.records == before.records == counts_of(WHOLE, "priority_code").records
    assert after.excess_default == pytest.approx(after.default - 0.05 * after.records)
    assert (found.quality.score or 0) < (WHOLE.quality.score or 0)


def test_more_times_not_known_than_assessments_are_no_more_than_all() -> None:
    row = row_with("response_times", team_id="RZA-T01", priority_code="2")
    after = counts_of(completeness_of(edited(TWO, "response_times", row, time_unknown="99999")), "within_4h")
    assert after.valid >= 0
    assert after.records == counts_of(WHOLE, "within_4h").records


def test_no_upper_age_is_a_default_that_costs_nothing() -> None:
    found = completeness_of(edited(TWO, "team_register", 0, age_max="120"))
    assert counts_of(found, "age_max").default >= 1
    assert found.quality.score == WHOLE.quality.score


WRONG = "~"
SPOILED = st.lists(
    st.one_of(
        st.tuples(
            st.just("referrals"), st.integers(0, 40), st.sampled_from(["source_code", "received", "not_accepted"])
        ),
        st.tuples(
            st.just("whole_system"), st.integers(0, 40), st.sampled_from(["protocol_status", "agreed_on", "review_due"])
        ),
    ).flatmap(lambda place: st.tuples(st.just(place), st.sampled_from(["", WRONG]))),
    max_size=12,
)
SMALL = {
    name: rows if name in ("return_header", "team_register", "referrals", "whole_system") else []
    for name, rows in TWO.items()
}


def spoiled(edits: list[tuple[tuple[str, int, str], str]]) -> dict[str, Any]:
    tables: dict[str, Any] = SMALL
    for (table, row, field), text in edits:
        tables = edited(tables, table, row % len(SMALL[table]), **{field: text})
    return tables


CLASSES = {"": "missing", WRONG: "invalid", "13": "other", "99": "default"}


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(SPOILED)
def test_the_classes_add_up_to_the_records_and_are_what_the_cells_say(edits: list[Any]) -> None:
    tables = spoiled(edits)
    found = completeness_of(tables)
    sources = counts_of(found, "source_code")
    weights = [(row["source_code"], int(row["received"])) for row in tables["referrals"] if row["received"].isdigit()]
    for name in ("valid", "other", "default", "invalid", "missing"):
        assert getattr(sources, name) == sum(n for code, n in weights if CLASSES.get(code, "valid") == name), name
    assert sources.records == sum(n for _, n in weights)
    status = counts_of(found, "protocol_status")
    assert status.records == len(tables["whole_system"])
    assert status.missing == sum(row["protocol_status"] == "" for row in tables["whole_system"])
    for _, counts in found.quality.items:
        parts = (counts.valid, counts.other, counts.default, counts.invalid, counts.missing)
        assert sum(parts) == counts.records
        assert min(parts) >= 0
        assert counts.score is None or 0 <= counts.score <= 1


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(SPOILED)
def test_blanks_and_faults_are_counted_each_in_its_own_level(edits: list[Any]) -> None:
    tables = spoiled(edits)
    found = completeness_of(tables)
    cells = [(row, name) for table in ("referrals", "whole_system") for row in tables[table] for name in row]
    conditional = ("agreed_on", "review_due")
    blanks = sum(
        row[name] == "" and (name not in conditional or (name == "agreed_on" and row["protocol_status"] == "in_place"))
        for row, name in cells
    )
    fourth, fifth = level(found, "C4"), level(found, "C5")
    assert (fourth.denominator or 0) - (fourth.numerator or 0) == blanks
    assert (fifth.denominator or 0) - (fifth.numerator or 0) == sum(row[name] == WRONG for row, name in cells)


def test_the_levels_of_the_teams_and_of_the_rest_add_up_to_the_return() -> None:
    for name in ("C3", "C4", "C5"):
        of_teams = sum(level(WHOLE, name, team).denominator or 0 for team in WHOLE.teams)
        whole = level(WHOLE, name).denominator or 0
        assert of_teams == whole if name == "C3" else of_teams < whole


@pytest.mark.parametrize("expected", [NHS_NUMBER, f"Secret {NHS_NUMBER}"])
def test_nothing_of_a_cell_is_in_the_block_nor_can_be_worked_out_from_it(expected: str) -> None:
    row = {**TWO["team_register"][1], "team_id": NHS_NUMBER, "team_name": f"Secret {NHS_NUMBER}"}
    tables: dict[str, Any] = {**TWO, "team_register": [TWO["team_register"][0], row]}
    tables = edited(tables, "referrals", 0, source_code="Secret")
    tables = edited(tables, "referrals", 1, received=NHS_NUMBER)
    tables = edited(tables, "response_times", 0, time_unknown=NHS_NUMBER, assessed=NHS_NUMBER)
    block = json.dumps(completeness_of(edited(tables, "return_header", 0, teams_expected=expected)).as_dict())
    assert "Secret" not in block
    assert not re.search("[0-9]{9}", block)


def test_the_block_is_plain_data_in_the_published_names() -> None:
    block = json.loads(json.dumps(WHOLE.as_dict()))
    assert list(block) == ["levels", "teams", "data_quality"]
    assert [one["level"] for one in block["levels"]] == ["C1", "C2", "C3", "C4", "C5"]
    assert set(block["levels"][1]) == {"level", "title", "numerator", "denominator", "value", "state", "because"}
    assert [one["level"] for one in block["teams"][0]["levels"]] == ["C3", "C4", "C5"]
    assert set(block["data_quality"]) == {"score", "coverage", "because", "items"}


def test_the_counts_of_cells_are_one_row_a_kind() -> None:
    stack = stacked({0: checked(TWO)}, STANDARD.quarters[PERIOD], STANDARD)
    frame = cell_frames(every_cell(stack, STANDARD), stack)[0]
    assert dict(frame.schema) == {name: kind() for name, kind in CELL_TYPES.items()}
    kind = ["provider_code", "team_id", "table_name", "field", "required"]
    assert not frame.select(kind).is_duplicated().any()
    classes = pl.sum_horizontal("valid", "other", "default_", "invalid", "missing")
    assert (frame.select(classes == pl.col("records")).to_series()).all()
