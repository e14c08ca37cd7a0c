"""Test what becomes of a return: its outcome, an answer for each rule, one finding a fault, and nothing leaked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from crt_return import Report, validate
from crt_return.reports import json as json_report
from crt_return.reports import terminal
from crt_return.sampling.faults import plant
from crt_return.sampling.scene import Row, Tables
from crt_return.sampling.valid import two_quarters
from crt_return.sampling.writing import files_of, write_folder
from crt_return.standard import load_standard
from tests.batches import Scenario, judge
from tests.explaining import explanation, population_hash, warnings_of
from tests.shown import faults

STANDARD = load_standard()
INVALID = Path(__file__).parents[1] / "sample_data/invalid"
LADDER = {
    "clean": "accepted",
    "warning explained": "accepted_with_explanations",
    "warning not explained": "queried",
    "final and not explained": "rejected",
    "wrong record": "rejected",
    "error": "rejected",
}
CLOSED = {"team_status": "closed", "closed_on": "2007-02-01"}
NOT_OPEN = {"planned": {"team_status": "planned", "operational_since": ""}, "closed": CLOSED}
NHS_NUMBER_IN = ("team_name", "site_code", "population_served", "team_id")
WRONG_HEADERS: dict[str, Row] = {"another quarter": {"period": "2006-07-Q3"}, "a space": {"provider_code": "RZA "}}
Reports = Mapping[str, Report]


# The scenarios, judged in one batch


@cache
def quarters() -> tuple[Tables, Tables]:
    """Return a valid return of the previous quarter and of this one."""
    return two_quarters(STANDARD, "RZA", 2, "2006-07-Q4", 3)


@cache
def other_provider() -> Tables:
    """Return the previous quarter of another provider."""
    return two_quarters(STANDARD, "RZB", 1, "2006-07-Q4", 3)[0]


def with_fault(rule: str) -> Tables:
    return plant(quarters()[1], rule, STANDARD, "RZA-T01").tables


def of_status(tables: Tables, status: str) -> Tables:
    return {**tables, "return_header": [{**tables["return_header"][0], "submission_status": status}]}


def changed(table: str, row: int, **cells: str) -> Tables:
    """Return the valid tables with some cells of one row changed."""
    rows = [dict(cells_before) for cells_before in quarters()[1][table]]
    rows[row].update(cells)
    return {**quarters()[1], table: rows}


def header_and_register(header: Row, register: list[Row]) -> Tables:
    """Return a return without rows in any other table."""
    return {**{name: [] for name in quarters()[1]}, "return_header": [header], "team_register": register}


def nil_return(**cells: str) -> Tables:
    header = {**quarters()[1]["return_header"][0], "nil_return": "true", "nil_reason": "No team was commissioned"}
    return header_and_register({**header, **cells}, [])


def claims_that_nothing_can_save() -> Tables:
    """Return a return whose first team claims full gatekeeping, with one missing figure and four of 40 gatekept."""
    now = quarters()[1]
    counts = {"admissions_total": "40", "admissions_exempt": "0", "admissions_eligible": "40", "gatekept_total": "4"}
    more = {"gatekept_face_to_face": "4", "gatekept_not_face_to_face": "0", "not_gatekept": "36"}
    few = dict.fromkeys(("admissions_exempt", "gatekept_not_face_to_face", "not_gatekept"), "0")
    four = dict.fromkeys(("admissions_total", "admissions_eligible", "gatekept_total", "gatekept_face_to_face"), "4")
    none = {"gatekept_out_of_hours": "0"}
    voluntary, compulsory, *others = now["gatekeeping"]
    rows = [{**voluntary, **counts, **more, **none}, {**compulsory, **few, **four, **none}, *others]
    claims = [{**row, "status": "fully", "action_plan_due": ""} for row in now["fidelity_self"]]
    exempt = [row for row in now["gatekeeping_exemption"] if row["team_id"] != "RZA-T01"]
    return {**now, "gatekeeping": rows, "fidelity_self": claims, "gatekeeping_exemption": exempt}


def one_closed_and_a_row_without_a_team() -> Tables:
    """Return a return with a closed team, and counts that do not add up in a row that names no team."""
    _, now = quarters()
    (first, second), header = now["team_register"], now["return_header"][0]
    *rows, last = now["gatekeeping"]
    return {
        **now,
        "return_header": [{**header, "teams_expected": "1"}],
        "team_register": [{**first, **CLOSED}, second],
        "gatekeeping": [*rows, {**last, "team_id": "", "admissions_eligible": "999"}],
    }


def scenarios(folder: Path) -> dict[str, Scenario | Tables | Path]:
    _, now = quarters()
    header, (first, second) = now["return_header"][0], now["team_register"]
    warned = with_fault("EXP-02")
    explained = explanation("REG-06", "RZA-T01", population_hash("301000"))
    no_team = {**header, "teams_expected": "0"}
    one_closed = {"return_header": [{**header, "teams_expected": "1"}], "team_register": [{**first, **CLOSED}, second]}
    ten, voluntary, too_many, *others = now["gatekeeping"]
    faulty_cells = [{**ten, "admissions_total": "ten"}, voluntary, {**too_many, "admissions_eligible": "999"}, *others]
    return {
        "clean": now,
        "warning explained": {**warned, "explanations": [explained]},
        "warning not explained": of_status(warned, "provisional"),
        "final and not explained": warned,
        "wrong record": {**warned, "explanations": [{**explained, "record_key": "RZA-T02"}]},
        "error": with_fault("GTK-01"),
        "its own previous return": Scenario(now, now),
        "previous return of another provider": Scenario(now, other_provider()),
        "row without a team": {**one_closed_and_a_row_without_a_team(), "explanations": []},
        "fault without a team": Scenario(changed("gatekeeping", 0, team_id="", admissions_total="ten"), quarters()[0]),
        "unknown team": changed("gatekeeping", 0, team_id="RZA-T09", admissions_eligible="999"),
        "faulty cells": {**now, "gatekeeping": faulty_cells},
        **{field: changed("team_register", 0, **{field: "943 476 5919"}) for field in NHS_NUMBER_IN},
        **{
            f"all {status}": header_and_register(no_team, [{**first, **cells}, {**second, **cells}])
            for status, cells in NOT_OPEN.items()
        },
        "one closed": {**now, **one_closed},
        **{
            f"status '{status}'": header_and_register(header, [{**first, "team_status": status}])
            for status in ("open", "", "shut")
        },
        "outside the calendar": {name: [{**row, "period": "2004-05-Q4"} for row in rows] for name, rows in now.items()},
        "figure missing": changed("gatekeeping", 0, admissions_eligible=""),
        "nothing can save the claim": claims_that_nothing_can_save(),
        "number too large": changed("home_treatment", 0, episodes_started="9223372036854775807"),
        **{name: changed("return_header", 0, **cells) for name, cells in WRONG_HEADERS.items()},
        "misspelt team": changed("gatekeeping", 0, team_id="RZA-TO1"),
        "NHS number as a count": changed("gatekeeping", 0, admissions_total="9434765919"),
        "NHS number in the path": write_folder(files_of(now, STANDARD), folder / "trust 943 476 5919"),
        "very long cell": changed("team_register", 0, team_name="x" * 5000),
        **{path.name: path for path in (INVALID / "semicolons", INVALID / "last-quarters-file")},
    }


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    folder = tmp_path_factory.mktemp("outcomes")
    return {name: run.report for name, run in judge(scenarios(folder / "by hand"), folder).items()}


def because(report: Report, rule: str) -> str:
    return next((open_rule.because for open_rule in report.rules.not_evaluated if open_rule.rule == rule), "")


# The outcome, and an answer for each rule


@pytest.mark.parametrize(("scenario", "outcome"), LADDER.items())
def test_return_has_its_outcome(scenario: str, outcome: str, reports: Reports) -> None:
    assert reports[scenario].outcome == outcome


@pytest.mark.slow
def test_every_rule_has_one_answer_in_all_samples() -> None:
    samples = {path.name: path for path in INVALID.iterdir() if path.suffix != ".csv"}
    for name, run in judge(samples).items():
        passed, failed = set(run.report.rules.passed), set(run.report.rules.failed)
        open_rules = {open_rule.rule for open_rule in run.report.rules.not_evaluated}
        assert passed | failed | open_rules == set(STANDARD.rules), name
        assert not passed & (failed | open_rules), f"{name}: passed means passed everywhere"
        assert failed == {found.rule for found in run.report.findings}, name
        assert all(open_rule.because for open_rule in run.report.rules.not_evaluated), name


def test_rules_on_change_are_open_without_a_previous_return(reports: Reports) -> None:
    assert "no previous return was given (--prior)" in because(reports["clean"], "GTK-14")
    assert "GTK-14" not in reports["clean"].rules.passed


def test_previous_return_of_another_quarter_is_not_compared(reports: Reports) -> None:
    says = "the return given as the previous one is RZA 2006-07-Q4, not RZA 2006-07-Q3"
    assert because(reports["its own previous return"], "GTK-14") == says


def test_previous_return_of_another_provider_is_not_compared(reports: Reports) -> None:
    says = "the return given as the previous one is RZB 2006-07-Q3, not RZA 2006-07-Q3"
    assert because(reports["previous return of another provider"], "GTK-14") == says


# One finding a fault


def test_row_without_a_team_is_judged_though_a_team_is_left_out(reports: Reports) -> None:
    places = {(found.rule, found.row) for found in reports["row without a team"].findings}
    assert {("PKG-04", 5), ("GTK-01", 5)} <= places


def test_fault_without_a_team_leaves_sums_of_all_teams_open(reports: Reports) -> None:
    report = reports["fault without a team"]
    assert "GTK-14" not in {*report.rules.passed, *report.rules.failed}
    assert "admissions_total is at fault in row 2" in because(report, "GTK-14")


def test_rows_of_an_unregistered_team_reach_no_rule(reports: Reports) -> None:
    report = reports["unknown team"]
    assert {found.rule for found in report.findings if found.file == "gatekeeping.csv"} >= {"PKG-07"}
    assert "GTK-01" not in report.rules.failed, "its counts do not add up"
    assert "RZA-T09 in gatekeeping.csv is not in the register" in because(report, "GTK-01")


def test_wrong_delimiter_is_one_finding(reports: Reports) -> None:
    report = reports["semicolons"]
    assert [found.rule for found in faults(report)] == ["PKG-13"]
    assert "semicolon" in because(report, "AUD-01")
    assert "semicolon" in because(report, "HDR-10"), "no team is said to be missing"
    assert "GTK-01" in report.rules.passed, "what does not depend on the file is judged"


def test_file_of_the_last_quarter_is_one_finding(reports: Reports) -> None:
    (found,) = faults(reports["last-quarters-file"])
    assert (found.rule, found.value, found.expected) == ("PKG-08", "2005-06-Q1", "2006-07-Q4")
    assert found.count > 1


def test_faulty_cell_stops_only_what_reads_it(reports: Reports) -> None:
    report = reports["faulty cells"]
    assert "admissions_total is at fault in row 2" in because(report, "GTK-01")
    assert "GTK-01" in report.rules.failed, "another row is still judged"
    assert {(found.rule, found.cell) for found in report.findings if found.rule in ("PKG-03", "GTK-01")} == {
        ("PKG-03", "E2"),
        ("GTK-01", "G4"),
    }


def test_number_too_large_is_a_fault_of_its_cell(reports: Reports) -> None:
    (found,) = faults(reports["number too large"])
    assert (found.rule, found.expected) == ("PKG-03", "a whole number of at most 12 digits of 0 or more")


@pytest.mark.parametrize(("scenario", "cells"), WRONG_HEADERS.items())
def test_header_that_differs_from_all_files_is_one_finding(scenario: str, cells: Row, reports: Reports) -> None:
    (found,) = faults(reports[scenario])
    assert (found.rule, found.file, found.row) == ("PKG-08", "return_header.csv", 2)
    assert (found.value,) == tuple(cells.values())


def test_misspelt_team_is_one_finding(reports: Reports) -> None:
    report = reports["misspelt team"]
    assert [found.rule for found in faults(report)] == ["PKG-21"]
    assert "team_id is at fault in row 2" in because(report, "GTK-05")


# Nil returns, and teams that are not open


@pytest.fixture
def header_alone(tmp_path: Path) -> Path:
    """A nil return that sends no file but its header."""
    files = files_of(nil_return(teams_expected="0"), STANDARD)
    sent = {name: files[name] for name in ("README.txt", "datapackage.json", "return_header.csv")}
    return write_folder(sent, tmp_path / "return")


def test_nil_return_needs_its_header_alone(header_alone: Path) -> None:
    report = validate(header_alone)
    assert report.outcome == "accepted", report.findings
    assert "GTK-01" not in report.rules.passed
    assert json.loads(json_report.text(report))["counts"] == {"error": 0, "warning": 0, "info": 0}


def test_nil_return_is_judged_together_with_others(header_alone: Path, tmp_path: Path) -> None:
    runs = judge({"nil": header_alone, "clean": quarters()[1]}, tmp_path)
    assert {run.report.outcome for run in runs.values()} == {"accepted"}


def test_month_that_is_no_month_leaves_other_returns_judged(tmp_path: Path) -> None:
    """The row is left out, for its team is in no register; but a database may read its cells all the same."""
    faulty = changed("home_treatment", 0, month="never", team_id="943 476 5919")
    runs = judge({"faulty": faulty, "clean": quarters()[1]}, tmp_path)
    assert {name: run.report.outcome for name, run in runs.items()} == {"faulty": "rejected", "clean": "accepted"}


def test_nil_return_is_asked_about_earlier_teams(tmp_path: Path) -> None:
    before, now = (
        write_folder(files_of(tables, STANDARD), tmp_path / name)
        for name, tables in {"before": quarters()[0], "now": nil_return()}.items()
    )
    findings = validate(now, prior=before).findings
    gone = [found.key["team_id"] for found in findings if found.rule == "REG-08"]
    assert gone == ["RZA-T01", "RZA-T02"]


@pytest.mark.parametrize("status", NOT_OPEN)
def test_provider_without_open_teams_sends_its_register(status: str, reports: Reports) -> None:
    report = reports[f"all {status}"]
    assert report.outcome == "accepted", report.findings
    assert because(report, "GTK-01") == "gatekeeping.csv has no rows"
    assert because(report, "HDR-10") == "C2 is not applicable for RZA: there was nothing to judge"


def test_rows_of_a_closed_team_are_said_to_be_left_out(reports: Reports) -> None:
    report = reports["one closed"]
    assert [team["team_id"] for team in report.fidelity] == ["RZA-T02"]
    says = "RZA-T01 in gatekeeping.csv is not open by the register: rows of such a team are left out"
    assert because(report, "GTK-01") == says


@pytest.mark.parametrize("status", ["open", "", "shut"])
def test_team_not_known_to_be_closed_needs_its_rows(status: str, reports: Reports) -> None:
    assert "PKG-17" in reports[f"status '{status}'"].rules.failed


# Thresholds and claims


def test_quarter_outside_the_calendar_has_no_thresholds(reports: Reports) -> None:
    report = reports["outside the calendar"]
    assert "HDR-03" in report.rules.failed
    assert because(report, "HDR-10") == "C2 is not evaluated for RZA: the header names no quarter of the calendar"
    requirements = [requirement for team in report.fidelity for requirement in team["requirements"]]
    measures = [measure for requirement in requirements for measure in requirement["measures"]]
    assert {measure["state"] for measure in measures} == {"not evaluated"}
    assert {measure["because"] for measure in measures} == {"the header names no quarter of the calendar"}
    assert not warnings_of(report)


def test_claim_that_cannot_be_compared_names_its_team(reports: Reports) -> None:
    report = reports["figure missing"]
    says = "F2.1 is not evaluated: in gatekeeping.csv, admissions_eligible is at fault in row 2"
    assert because(report, "GTK-13") == f"{says} (for RZA-T01)"
    assert because(report, "REG-10") == "Gatekeeping role is not assessed (for RZA-T01)"
    assert says in because(report, "FID-03")
    assert because(report, "FID-03").endswith("(for RZA-T01, gatekeeping)")


def test_claim_that_no_figure_can_save_is_questioned(reports: Reports) -> None:
    report = reports["nothing can save the claim"]
    (team,) = (team for team in report.fidelity if team["team_id"] == "RZA-T01")
    (gatekeeping,) = (each for each in team["requirements"] if each["requirement"] == "gatekeeping")
    states = (gatekeeping["computed"], gatekeeping["at_best"], gatekeeping["agreement"])
    assert states == ("not assessed", "not", "claims too much")
    assert {found.rule for found in report.findings if found.key.get("team_id") == "RZA-T01"} >= {"FID-03", "REG-10"}


# Nothing leaked


@pytest.mark.parametrize("field", NHS_NUMBER_IN)
def test_nhs_number_in_any_cell_is_never_written(field: str, reports: Reports) -> None:
    report = reports[field]
    assert report.outcome == "rejected"
    for text in (json_report.text(report), terminal.text(report, STANDARD)):
        assert "943 476 5919" not in text
        assert "9434765919" not in text


def test_hidden_number_cannot_be_computed_from_a_sum(reports: Reports) -> None:
    report = reports["NHS number as a count"]
    exempt = int(quarters()[1]["gatekeeping"][0]["admissions_exempt"])
    assert "GTK-01" in report.rules.failed
    assert str(9434765919 - exempt) not in json_report.text(report)


def test_path_with_patient_data_is_masked(reports: Reports) -> None:
    assert "943 476" not in json_report.text(reports["NHS number in the path"])


def test_very_long_cell_is_cut_short(reports: Reports) -> None:
    (found,) = faults(reports["very long cell"])
    assert len(found.message) < 400
    assert "5,000 characters" in (found.value or "")
