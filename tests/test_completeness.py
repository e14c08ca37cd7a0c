"""Test the completeness of whole returns: each level falls by what it counts, and by nothing else."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from crt_return.cell_counts import CELL_TYPES, cell_frames, every_cell, stacked
from crt_return.completeness import Completeness, Level
from crt_return.data_quality import Vodim
from crt_return.sampling.valid import valid_return
from tests.examples import PERIOD
from tests.levels import STANDARD, Tables, checked, completeness_of, level

SAMPLES = Path(__file__).parents[1] / "sample_data"
NHS_NUMBER = "9434765919"
ALL_ONE = {"C2": 1, "C3": 1, "C4": 1, "C5": 1}
NO_NUMBERS = ("", "two", "-1", NHS_NUMBER)
NOT_OPEN = ("planned", "closed", "merged")
SECRETS = (NHS_NUMBER, f"Secret {NHS_NUMBER}")
NEEDED_IF = {
    ("return_header", "revision_reason"): {"submission_version": "2"},
    ("return_header", "nil_reason"): {"nil_return": "true"},
    ("return_header", "signatory_role"): {"signed_off": "true"},
    ("return_header", "signed_off_on"): {"signed_off": "true"},
    ("team_register", "operational_since"): {"team_status": "open"},
    ("response_times", "median_minutes"): {"within_4h": "1"},
    ("home_treatment", "people_treated_quarter"): {"month": "2007-03"},
    ("whole_system", "agreed_on"): {"protocol_status": "in_place"},
    ("audit_development", "last_completed_on"): {"activity_status": "completed"},
    ("fidelity_self", "action_plan_due"): {"status": "partly"},
}
Found = Mapping[str, Completeness]


# The scenarios, counted in one batch


@cache
def valid() -> Tables:
    """Return a valid return of two teams without episodes."""
    tables = valid_return(STANDARD, "RZA", 2, PERIOD, 3)
    return {name: rows for name, rows in tables.items() if name != "episodes"}


def edited(tables: Tables, table: str, row: int, **cells: str) -> Tables:
    """Return the tables with some cells of one row changed."""
    return {**tables, table: [{**each, **cells} if n == row else each for n, each in enumerate(tables[table])]}


def without(table: str, **cells: str) -> Tables:
    """Return the valid tables without the rows that hold these cells."""
    kept = [row for row in valid()[table] if not all(row[name] == value for name, value in cells.items())]
    assert len(kept) < len(valid()[table])
    return {**valid(), table: kept}


def row_with(table: str, **cells: str) -> int:
    return next(n for n, row in enumerate(valid()[table]) if all(row[name] == value for name, value in cells.items()))


def unknown_source() -> int:
    return row_with("referrals", team_id="RZA-T01", source_code="00")


def response_times() -> int:
    return row_with("response_times", team_id="RZA-T01", priority_code="2")


def nil_return() -> Tables:
    header = {**valid()["return_header"][0], "nil_return": "true", "nil_reason": "No team yet.", "teams_expected": "0"}
    return {**{name: [] for name in valid()}, "return_header": [header]}


def with_strangers() -> Tables:
    """Return the valid tables with rows of a team that is not in the register."""
    rows = [{**row, "team_id": "RZA-T77", "joint_meetings": ""} for row in valid()["whole_system"][:8]]
    return {**valid(), "whole_system": [*valid()["whole_system"], *rows]}


def with_secrets(expected: str) -> Tables:
    row = {**valid()["team_register"][1], "team_id": NHS_NUMBER, "team_name": f"Secret {NHS_NUMBER}"}
    tables: Tables = {**valid(), "team_register": [valid()["team_register"][0], row]}
    tables = edited(tables, "referrals", 0, source_code="Secret")
    tables = edited(tables, "referrals", 1, received=NHS_NUMBER)
    tables = edited(tables, "response_times", 0, time_unknown=NHS_NUMBER, assessed=NHS_NUMBER)
    return edited(tables, "return_header", 0, teams_expected=expected)


def scenarios() -> dict[str, Tables | Path]:
    tables = valid()
    assessed = tables["response_times"][response_times()]["assessed"]
    return {
        "whole": tables,
        "sample": SAMPLES / "valid",
        "blank": edited(tables, "team_staffing", 0, headcount=""),
        "invalid": edited(tables, "team_staffing", 0, headcount="many"),
        "no row": without("team_staffing", team_id="RZA-T01", staff_group="pharmacist"),
        "wrong code": edited(tables, "team_staffing", 0, staff_group="nrse"),
        "row twice": {**tables, "gatekeeping": [*tables["gatekeeping"], tables["gatekeeping"][0]]},
        "no table": without("referrals", team_id="RZA-T02"),
        "no file": SAMPLES / "invalid/missing-file",
        "four expected": edited(tables, "return_header", 0, teams_expected="4"),
        "one expected": edited(tables, "return_header", 0, teams_expected="1"),
        **{f"expected '{number}'": edited(tables, "return_header", 0, teams_expected=number) for number in NO_NUMBERS},
        "two headers": SAMPLES / "invalid/two-headers",
        **{status: edited(tables, "team_register", 1, team_status=status, closed_on="") for status in NOT_OPEN},
        "strangers": with_strangers(),
        "no team": edited(tables, "whole_system", 0, team_id=""),
        **{
            f"no {blank}": edited(tables, table, 0, **cells, **{blank: ""})
            for (table, blank), cells in NEEDED_IF.items()
        },
        "nil": nil_return(),
        **{
            f"without {table}": {name: rows for name, rows in tables.items() if name != table}
            for table in ("return_header", "team_register")
        },
        "no such quarter": {n: [{**row, "period": "2006-08-Q4"} for row in rows] for n, rows in tables.items()},
        "no such age": edited(tables, "team_register", 0, age_max="many"),
        "no such source": edited(tables, "referrals", unknown_source(), source_code="ZZ"),
        "no count": edited(tables, "referrals", unknown_source(), received=""),
        "all times unknown": edited(tables, "response_times", response_times(), time_unknown=assessed),
        "more times unknown": edited(tables, "response_times", response_times(), time_unknown="99999"),
        "no upper age": edited(tables, "team_register", 0, age_max="120"),
        **{f"expected '{secret}' with secrets": with_secrets(secret) for secret in SECRETS},
    }


@pytest.fixture(scope="module")
def found() -> Found:
    return completeness_of(scenarios())


def values(of: Completeness, team: str | None = None) -> dict[str, float | None]:
    levels = of.teams[team] if team else of.levels
    return {each.id: each.value for each in levels if each.id != "C1"}


def counts_of(of: Completeness, field: str) -> Vodim:
    return next(counts for item, counts in of.quality.items if item.field == field)


def lacking(each: Level) -> int:
    return (each.denominator or 0) - (each.numerator or 0)


# The levels


def test_valid_return_is_complete(found: Found) -> None:
    sample = found["sample"]
    assert values(sample) == ALL_ONE
    assert list(sample.teams) == ["RZA-T01", "RZA-T02", "RZA-T03"], "the planned team is not among them"
    assert all(each.value == 1 for levels in sample.teams.values() for each in levels)
    assert sample.quality.score is not None
    assert 99 < sample.quality.score <= 100


def test_first_level_is_left_to_acceptance(found: Found) -> None:
    first = found["whole"].levels[0]
    assert (first.id, first.state, first.value) == ("C1", "not evaluated", None)
    assert first.because


@pytest.mark.parametrize(("scenario", "name"), [("blank", "C4"), ("invalid", "C5")])
def test_faulty_cell_lowers_its_level_by_one_cell(scenario: str, name: str, found: Found) -> None:
    before, after = (level(found[each], name, "RZA-T01") for each in ("whole", scenario))
    assert (after.numerator, after.denominator) == ((before.numerator or 0) - 1, before.denominator)
    assert {**values(found[scenario]), name: 1} == ALL_ONE
    assert values(found[scenario], "RZA-T02") == values(found["whole"], "RZA-T02")


def test_missing_row_lowers_the_third_level_alone(found: Found) -> None:
    after = level(found["no row"], "C3", "RZA-T01")
    assert (after.numerator, after.denominator) == (41, 42)
    assert {**values(found["no row"]), "C3": 1} == ALL_ONE, "its cells are not asked for"


def test_row_under_a_wrong_code_is_a_missing_row(found: Found) -> None:
    assert level(found["wrong code"], "C3", "RZA-T01").numerator == 41
    assert level(found["wrong code"], "C2").value == 1


def test_row_given_twice_is_there_once(found: Found) -> None:
    assert level(found["row twice"], "C3").value == 1
    assert level(found["row twice"], "C5").value != 1


def test_team_without_a_table_lowers_the_second_level(found: Found) -> None:
    second = level(found["no table"], "C2")
    assert (second.numerator, second.denominator) == (1, 2)
    assert {**values(found["no table"]), "C2": 1} == ALL_ONE


def test_missing_file_is_missing_for_every_team(found: Found) -> None:
    assert level(found["no file"], "C2").value == 0
    assert level(found["no file"], "C3").value == pytest.approx(34 / 42)
    assert "audit_development.csv" in str(level(found["no file"], "C4").because)
    assert counts_of(found["no file"], "activity_status") == Vodim(0, 0, 0, 0, 0, 0)


def test_unregistered_expected_team_lowers_second_level(found: Found) -> None:
    assert level(found["four expected"], "C2").value == 0.5


def test_more_teams_than_expected_make_no_level_above_one(found: Found) -> None:
    second = level(found["one expected"], "C2")
    assert (second.numerator, second.denominator, second.value) == (1, 1, 1)


@pytest.mark.parametrize("expected", NO_NUMBERS)
def test_second_level_is_open_without_an_expected_number(expected: str, found: Found) -> None:
    second = level(found[f"expected '{expected}'"], "C2")
    assert (second.state, second.value) == ("not evaluated", None)
    assert "teams_expected" in str(second.because)


def test_second_level_is_open_with_two_headers(found: Found) -> None:
    assert "HDR-01" in str(level(found["two headers"], "C2").because)


@pytest.mark.parametrize("status", NOT_OPEN)
def test_team_not_open_counts_in_the_register_alone(status: str, found: Found) -> None:
    assert list(found[status].teams) == ["RZA-T01"]
    assert values(found[status], "RZA-T01") == values(found["whole"], "RZA-T01")
    assert counts_of(found[status], "wte_in_post").records == 16
    assert counts_of(found[status], "population_served").records == 2
    assert lacking(level(found[status], "C4")) == (status != "planned"), "a team that closed has to say when"


def test_rows_of_unregistered_teams_are_left_out(found: Found) -> None:
    assert values(found["strangers"]) == ALL_ONE
    assert "PKG-07" in str(level(found["strangers"], "C4").because)


def test_row_without_a_team_counts_for_the_return(found: Found) -> None:
    assert level(found["no team"], "C4").value != 1
    assert level(found["no team"], "C4", "RZA-T01").value == 1
    assert level(found["no team"], "C3", "RZA-T01").numerator == 41


@pytest.mark.parametrize("blank", [blank for _, blank in NEEDED_IF])
def test_cell_needed_on_a_condition_counts_where_it_holds(blank: str, found: Found) -> None:
    assert lacking(level(found[f"no {blank}"], "C4")) == 1


def test_nil_return_has_no_teams_and_no_division_by_zero(found: Found) -> None:
    nil = found["nil"]
    assert nil.teams == {}
    assert values(nil) == {"C2": None, "C3": None, "C4": 1, "C5": 1}
    assert [level(nil, name).state for name in ("C2", "C3")] == ["not applicable", "not applicable"]
    assert (nil.quality.score, nil.quality.because) == (None, "there are no open teams")


@pytest.mark.parametrize("table", ["return_header", "team_register"])
def test_levels_are_open_without_header_or_register(table: str, found: Found) -> None:
    incomplete = found[f"without {table}"]
    assert {each.state for each in incomplete.levels} == {"not evaluated"}
    assert f"{table}.csv" in str(level(incomplete, "C4").because)
    assert (incomplete.teams, incomplete.quality.score) == ({}, None)


def test_levels_are_open_for_an_unknown_quarter(found: Found) -> None:
    assert "quarter" in str(level(found["no such quarter"], "C3").because)


def test_levels_of_teams_add_up_to_the_return(found: Found) -> None:
    whole = found["whole"]
    for name in ("C3", "C4", "C5"):
        of_teams = sum(level(whole, name, team).denominator or 0 for team in whole.teams)
        of_return = level(whole, name).denominator or 0
        assert of_teams == of_return if name == "C3" else of_teams < of_return


# The classes of data quality


def test_code_in_a_table_of_counts_weighs_its_count(found: Found) -> None:
    received = int(valid()["referrals"][unknown_source()]["received"])
    before, after = (counts_of(found[each], "source_code") for each in ("whole", "no such source"))
    assert (after.invalid, after.records) == (received, before.records)
    assert before.valid - after.valid == received


def test_code_whose_count_is_blank_weighs_nothing(found: Found) -> None:
    received = int(valid()["referrals"][unknown_source()]["received"])
    before, after = (counts_of(found[each], "source_code") for each in ("whole", "no count"))
    assert after.records == before.records - received
    assert counts_of(found["no count"], "received").missing == 1


def test_unknown_times_are_defaults_of_the_response_time(found: Found) -> None:
    row = valid()["response_times"][response_times()]
    before, after = (counts_of(found[each], "within_4h") for each in ("whole", "all times unknown"))
    assert after.default == before.default + int(row["assessed"]) - int(row["time_unknown"])
    assert after.records == before.records == counts_of(found["whole"], "priority_code").records
    assert after.excess_default == pytest.approx(after.default - 0.05 * after.records)
    assert (found["all times unknown"].quality.score or 0) < (found["whole"].quality.score or 0)


def test_unknown_times_are_at_most_all_assessments(found: Found) -> None:
    before, after = (counts_of(found[each], "within_4h") for each in ("whole", "more times unknown"))
    assert after.valid >= 0
    assert after.records == before.records


def test_no_upper_age_is_a_default_that_costs_nothing(found: Found) -> None:
    assert counts_of(found["no upper age"], "age_max").default >= 1
    assert found["no upper age"].quality.score == found["whole"].quality.score


def test_item_that_is_not_core_leaves_the_score_as_it_is(found: Found) -> None:
    assert counts_of(found["no such age"], "age_max").invalid == 1
    assert found["no such age"].quality.score == found["whole"].quality.score


# Cells spoiled at random

WRONG = "~"
SPOILED = {
    "referrals": ("source_code", "received", "not_accepted"),
    "whole_system": ("protocol_status", "agreed_on", "review_due"),
}
CLASSES = {"": "missing", WRONG: "invalid", "13": "other", "99": "default"}
CONDITIONAL = ("agreed_on", "review_due")


def spoiled(seed: int) -> Tables:
    """Return a small return with up to 12 cells blank or wrong."""
    chance = random.Random(seed)
    kept = ("return_header", "team_register", *SPOILED)
    tables: Tables = {name: rows if name in kept else [] for name, rows in valid().items()}
    for _ in range(chance.randint(0, 12)):
        table = chance.choice([*SPOILED])
        row = chance.randrange(len(tables[table]))
        tables = edited(tables, table, row, **{chance.choice(SPOILED[table]): chance.choice(["", WRONG])})
    return tables


@pytest.fixture(scope="module")
def spoiled_found() -> list[tuple[Tables, Completeness]]:
    returns = {f"{seed}": spoiled(seed) for seed in range(50)}
    found = completeness_of(returns)
    return [(returns[name], found[name]) for name in returns]


def test_classes_add_up_to_the_records(spoiled_found: list[tuple[Tables, Completeness]]) -> None:
    for tables, found in spoiled_found:
        sources = counts_of(found, "source_code")
        counted = [
            (row["source_code"], int(row["received"])) for row in tables["referrals"] if row["received"].isdigit()
        ]
        for name in ("valid", "other", "default", "invalid", "missing"):
            assert getattr(sources, name) == sum(n for code, n in counted if CLASSES.get(code, "valid") == name), name
        assert sources.records == sum(n for _, n in counted)
        status = counts_of(found, "protocol_status")
        assert status.records == len(tables["whole_system"])
        assert status.missing == sum(row["protocol_status"] == "" for row in tables["whole_system"])
        for _, counts in found.quality.items:
            parts = (counts.valid, counts.other, counts.default, counts.invalid, counts.missing)
            assert sum(parts) == counts.records
            assert min(parts) >= 0
            assert counts.score is None or 0 <= counts.score <= 1


def test_blanks_and_faults_count_in_their_levels(spoiled_found: list[tuple[Tables, Completeness]]) -> None:
    for tables, found in spoiled_found:
        cells = [(row, name) for table in SPOILED for row in tables[table] for name in row]
        blanks = sum(
            row[name] == ""
            and (name not in CONDITIONAL or (name == "agreed_on" and row["protocol_status"] == "in_place"))
            for row, name in cells
        )
        assert lacking(level(found, "C4")) == blanks
        assert lacking(level(found, "C5")) == sum(row[name] == WRONG for row, name in cells)


# The block of the report


@pytest.mark.parametrize("secret", SECRETS)
def test_block_reveals_no_cell(secret: str, found: Found) -> None:
    block = json.dumps(found[f"expected '{secret}' with secrets"].as_dict())
    assert "Secret" not in block
    assert not re.search("[0-9]{9}", block)


def test_block_is_plain_data_in_the_published_names(found: Found) -> None:
    block = json.loads(json.dumps(found["whole"].as_dict()))
    assert list(block) == ["levels", "teams", "data_quality"]
    assert [each["level"] for each in block["levels"]] == ["C1", "C2", "C3", "C4", "C5"]
    assert set(block["levels"][1]) == {"level", "title", "numerator", "denominator", "value", "state", "because"}
    assert [each["level"] for each in block["teams"][0]["levels"]] == ["C3", "C4", "C5"]
    assert set(block["data_quality"]) == {"score", "coverage", "because", "items"}


def test_counts_of_cells_are_one_row_a_kind() -> None:
    stack = stacked(dict(enumerate(checked(valid()))), STANDARD.quarters[PERIOD], STANDARD)
    frame = cell_frames(every_cell(stack, STANDARD), stack)[0]
    assert dict(frame.schema) == {name: kind() for name, kind in CELL_TYPES.items()}
    kind = ["provider_code", "team_id", "table_name", "field", "required"]
    assert not frame.select(kind).is_duplicated().any()
    classes = pl.sum_horizontal("valid", "other", "default_", "invalid", "missing")
    assert (frame.select(classes == pl.col("records")).to_series()).all()
