"""What becomes of a return: the ladder of outcomes, three answers a rule, one finding a fault, nothing leaked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crt_return import Report, validate
from crt_return.reports import json as json_report
from crt_return.reports import terminal
from crt_return.sampling.faults import plant
from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import two_quarters
from crt_return.sampling.writing import files_of
from crt_return.standard import load_standard
from tests.explaining import published_hash
from tests.shown import faults

STANDARD = load_standard()
INVALID = Path(__file__).parents[1] / "sample_data/invalid"
BEFORE, NOW = two_quarters(STANDARD, "RZA", 2, "2006-07-Q4", 3)
NOTHING: Tables = {name: [] for name in NOW}
EXPLAINED = {
    "provider_code": "RZA",
    "period": "2006-07-Q4",
    "rule_id": "REG-06",
    "record_key": "RZA-T01",
    "values_hash": published_hash("REG-06", "RZA-T01", value="301000", expected=None, population_served="301000"),
    "reason_code": "local_service_model",
    "explanation": "The area took in two former districts in April.",
    "explained_by_role": "Service manager",
}


def written(tables: Tables, folder: Path) -> Path:
    folder.mkdir()
    for name, content in files_of(tables, STANDARD).items():
        (folder / name).write_bytes(content)
    return folder


def with_fault(tables: Tables, *rules: str) -> Tables:
    for rule in rules:
        tables = plant(tables, rule, STANDARD, "RZA-T01").tables
    return tables


def of_status(tables: Tables, status: str) -> Tables:
    return {**tables, "return_header": [{**tables["return_header"][0], "submission_status": status}]}


def with_explanation(tables: Tables, **changes: str) -> Tables:
    return {**tables, "explanations": [{**EXPLAINED, **changes}]}


def because(report: Report, rule: str) -> str:
    return next((one.because for one in report.rules.not_evaluated if one.rule == rule), "")


@pytest.mark.parametrize(
    ("tables", "outcome"),
    [
        (NOW, "accepted"),
        (with_explanation(with_fault(NOW, "EXP-02")), "accepted_with_explanations"),
        (of_status(with_fault(NOW, "EXP-02"), "provisional"), "queried"),
        (with_fault(NOW, "EXP-02"), "rejected"),
        (with_explanation(with_fault(NOW, "EXP-02"), record_key="RZA-T02"), "rejected"),
        (with_fault(NOW, "GTK-01"), "rejected"),
    ],
    ids=["clean", "warning explained", "warning not explained", "final and not explained", "wrong record", "error"],
)
def test_the_ladder_of_outcomes(tables: Tables, outcome: str, tmp_path: Path) -> None:
    assert validate(written(tables, tmp_path / "return")).outcome == outcome


def test_an_explanation_of_a_rule_that_was_not_evaluated_is_let_stand(tmp_path: Path) -> None:
    before, faulty = written(BEFORE, tmp_path / "before"), with_fault(NOW, "STF-10")
    (warning,) = (
        one for one in validate(written(faulty, tmp_path / "first"), prior=before).findings if one.explained is False
    )
    now = written(
        with_explanation(faulty, rule_id=warning.rule, values_hash=str(warning.values_hash)), tmp_path / "now"
    )
    assert validate(now).outcome == "accepted"
    assert validate(now, prior=before).outcome == "accepted_with_explanations"


@pytest.mark.slow
@pytest.mark.parametrize("sample", [path for path in INVALID.iterdir() if path.suffix != ".csv"], ids=lambda p: p.name)
def test_every_rule_has_an_answer_and_passed_means_passed_everywhere(sample: Path) -> None:
    report = validate(sample)
    passed, failed = set(report.rules.passed), set(report.rules.failed)
    open_rules = {one.rule for one in report.rules.not_evaluated}
    assert passed | failed | open_rules == set(STANDARD.rules)
    assert not passed & (failed | open_rules)
    assert failed == {one.rule for one in report.findings}
    assert all(one.because for one in report.rules.not_evaluated)


def test_without_a_previous_return_the_rules_on_change_say_so(tmp_path: Path) -> None:
    report = validate(written(NOW, tmp_path / "now"))
    assert "no previous return was given (--prior)" in because(report, "GTK-14")
    assert "GTK-14" not in report.rules.passed


def test_a_previous_return_of_another_quarter_is_not_compared_with(tmp_path: Path) -> None:
    now = written(NOW, tmp_path / "now")
    report = validate(now, prior=now)
    assert because(report, "GTK-14") == "the return given as the previous one is RZA 2006-07-Q4, not RZA 2006-07-Q3"


def test_a_wrong_delimiter_is_one_finding_and_names_what_it_stops() -> None:
    report = validate(INVALID / "semicolons")
    assert [one.rule for one in faults(report)] == ["PKG-13"]
    assert "semicolon" in because(report, "AUD-01")
    assert "semicolon" in because(report, "HDR-10"), "no team is said to be missing"
    assert "GTK-01" in report.rules.passed, "what does not depend on the file is judged"


def test_a_last_quarters_file_among_the_rest_is_one_finding() -> None:
    (found,) = faults(validate(INVALID / "last-quarters-file"))
    assert (found.rule, found.value, found.expected) == ("PKG-08", "2005-06-Q1", "2006-07-Q4")
    assert found.count > 1


def test_a_faulty_cell_stops_only_what_reads_it_and_only_for_its_row_or_team(tmp_path: Path) -> None:
    tables = {**NOW, "gatekeeping": [dict(row) for row in NOW["gatekeeping"]]}
    tables["gatekeeping"][0]["admissions_total"] = "ten"
    tables["gatekeeping"][2]["admissions_eligible"] = "999"
    report = validate(written(tables, tmp_path / "return"))
    assert "admissions_total is at fault in row 2" in because(report, "GTK-01")
    assert "GTK-01" in report.rules.failed, "another row is still judged"
    assert {(one.rule, one.cell) for one in report.findings if one.rule in ("PKG-03", "GTK-01")} == {
        ("PKG-03", "E2"),
        ("GTK-01", "G4"),
    }


@pytest.mark.slow
@pytest.mark.parametrize("field", ["team_name", "site_code", "population_served", "team_id"])
def test_an_nhs_number_is_in_nothing_that_is_written_whatever_cell_it_strays_into(field: str, tmp_path: Path) -> None:
    tables = {**NOW, "team_register": [dict(row) for row in NOW["team_register"]]}
    tables["team_register"][0][field] = "943 476 5919"
    report = validate(written(tables, tmp_path / "return"))
    assert report.outcome == "rejected"
    for text in (json_report.text(report), terminal.text(report, STANDARD)):
        assert "943 476 5919" not in text
        assert "9434765919" not in text


def test_a_nil_return_needs_its_header_alone(tmp_path: Path) -> None:
    header = {
        **NOW["return_header"][0],
        "nil_return": "true",
        "nil_reason": "No team was commissioned",
        "teams_expected": "0",
    }
    only = {name: [header] if name == "return_header" else [] for name in NOW}
    folder = written(only, tmp_path / "return")
    for file in folder.glob("*.csv"):
        if file.name != "return_header.csv":
            file.unlink()
    report = validate(folder)
    assert report.outcome == "accepted", report.findings
    assert "GTK-01" not in report.rules.passed
    assert json.loads(json_report.text(report))["counts"] == {"error": 0, "warning": 0, "info": 0}


@pytest.mark.parametrize(
    "cells",
    [{"team_status": "planned", "operational_since": ""}, {"team_status": "closed", "closed_on": "2007-02-01"}],
    ids=["planned", "closed"],
)
def test_a_provider_whose_teams_are_all_planned_or_closed_sends_their_register_entries_alone(
    cells: dict[str, str], tmp_path: Path
) -> None:
    teams = [{**one, **cells} for one in NOW["team_register"]]
    header = [{**NOW["return_header"][0], "teams_expected": "0"}]
    tables: Tables = {**NOTHING, "return_header": header, "team_register": teams}
    report = validate(written(tables, tmp_path / "return"))
    assert report.outcome == "accepted", report.findings
    assert because(report, "GTK-01") == "gatekeeping.csv has no rows"
    assert because(report, "HDR-10") == "C2 is not applicable for RZA: there was nothing to judge"


def test_rows_of_a_team_that_is_not_open_are_said_to_be_left_out(tmp_path: Path) -> None:
    first, second = NOW["team_register"]
    closed = {**first, "team_status": "closed", "closed_on": "2007-02-01"}
    header = [{**NOW["return_header"][0], "teams_expected": "1"}]
    tables = {**NOW, "return_header": header, "team_register": [closed, second]}
    report = validate(written(tables, tmp_path / "return"))
    assert [team["team_id"] for team in report.fidelity] == ["RZA-T02"]
    says = "RZA-T01 in gatekeeping.csv is not open by the register: rows of such a team are left out"
    assert because(report, "GTK-01") == says


def test_one_open_team_or_one_not_known_to_be_closed_needs_its_rows(tmp_path: Path) -> None:
    for status in ("open", "", "shut"):
        teams = [{**NOW["team_register"][0], "team_status": status}]
        tables: Tables = {**NOTHING, "return_header": NOW["return_header"], "team_register": teams}
        report = validate(written(tables, tmp_path / f"return {status}"))
        assert "PKG-17" in report.rules.failed, status


def test_a_quarter_outside_the_calendar_is_held_to_no_threshold(tmp_path: Path) -> None:
    tables = {name: [{**row, "period": "2004-05-Q4"} for row in rows] for name, rows in NOW.items()}
    report = validate(written(tables, tmp_path / "return"))
    assert "HDR-03" in report.rules.failed
    assert because(report, "HDR-10") == "C2 is not evaluated for RZA: the header names no quarter of the calendar"
    measures = [one for team in report.fidelity for of in team["requirements"] for one in of["measures"]]
    assert {one["state"] for one in measures} == {"not evaluated"}
    assert {one["because"] for one in measures} == {"the header names no quarter of the calendar"}
    assert not [one for one in report.findings if one.severity == "warning"]


def test_a_claim_that_cannot_be_compared_is_not_evaluated_and_its_team_is_named(tmp_path: Path) -> None:
    report = validate(written(changed("gatekeeping", 0, admissions_eligible=""), tmp_path / "return"))
    says = "F2.1 is not evaluated: in gatekeeping.csv, admissions_eligible is at fault in row 2"
    assert because(report, "GTK-13") == f"{says} (for RZA-T01)"
    assert because(report, "REG-10") == "Gatekeeping role is not assessed (for RZA-T01)"
    assert says in because(report, "FID-03")
    assert because(report, "FID-03").endswith("(for RZA-T01, gatekeeping)")


def test_a_claim_that_no_missing_figure_could_save_is_questioned_all_the_same(tmp_path: Path) -> None:
    counts = {"admissions_total": "40", "admissions_exempt": "0", "admissions_eligible": "40", "gatekept_total": "4"}
    more = {"gatekept_face_to_face": "4", "gatekept_not_face_to_face": "0", "not_gatekept": "36"}
    few = dict.fromkeys(("admissions_exempt", "gatekept_not_face_to_face", "not_gatekept"), "0")
    four = dict.fromkeys(("admissions_total", "admissions_eligible", "gatekept_total", "gatekept_face_to_face"), "4")
    none = {"gatekept_out_of_hours": "0"}
    voluntary, compulsory, *others = NOW["gatekeeping"]
    rows = [{**voluntary, **counts, **more, **none}, {**compulsory, **few, **four, **none}, *others]
    claims = [{**row, "status": "fully", "action_plan_due": ""} for row in NOW["fidelity_self"]]
    exempt = [row for row in NOW["gatekeeping_exemption"] if row["team_id"] != "RZA-T01"]
    tables = {**NOW, "gatekeeping": rows, "fidelity_self": claims, "gatekeeping_exemption": exempt}
    report = validate(written(tables, tmp_path / "return"))
    (team,) = (one for one in report.fidelity if one["team_id"] == "RZA-T01")
    (own,) = (one for one in team["requirements"] if one["requirement"] == "gatekeeping")
    assert (own["computed"], own["at_best"], own["agreement"]) == ("not assessed", "not", "claims too much")
    assert {one.rule for one in report.findings if one.key.get("team_id") == "RZA-T01"} >= {"FID-03", "REG-10"}


def changed(table: str, row: int, **cells: str) -> Tables:
    """The valid tables with some cells of one row changed."""
    rows = [dict(one) for one in NOW[table]]
    rows[row].update(cells)
    return {**NOW, table: rows}


def test_a_number_too_large_for_any_count_is_a_fault_of_the_cell(tmp_path: Path) -> None:
    report = validate(
        written(changed("home_treatment", 0, episodes_started="9223372036854775807"), tmp_path / "return")
    )
    (found,) = faults(report)
    assert (found.rule, found.expected) == ("PKG-03", "a whole number of at most 12 digits of 0 or more")


@pytest.mark.parametrize("cells", [{"period": "2006-07-Q3"}, {"provider_code": "RZA "}])
def test_a_header_that_differs_from_every_other_file_is_the_one_finding(cells: dict[str, str], tmp_path: Path) -> None:
    (found,) = faults(validate(written(changed("return_header", 0, **cells), tmp_path / "return")))
    assert (found.rule, found.file, found.row) == ("PKG-08", "return_header.csv", 2)
    assert (found.value,) == tuple(cells.values())


def test_a_misspelt_team_is_one_finding(tmp_path: Path) -> None:
    report = validate(written(changed("gatekeeping", 0, team_id="RZA-TO1"), tmp_path / "return"))
    assert [one.rule for one in faults(report)] == ["PKG-21"]
    assert "team_id is at fault in row 2" in because(report, "GTK-05")


def test_a_hidden_number_cannot_be_worked_out_from_a_sum(tmp_path: Path) -> None:
    report = validate(written(changed("gatekeeping", 0, admissions_total="9434765919"), tmp_path / "return"))
    text = json_report.text(report)
    exempt = int(NOW["gatekeeping"][0]["admissions_exempt"])
    assert "GTK-01" in report.rules.failed
    assert str(9434765919 - exempt) not in text


def test_a_path_with_patient_data_is_masked_too(tmp_path: Path) -> None:
    folder = written(NOW, tmp_path / "trust 943 476 5919")
    assert "943 476" not in json_report.text(validate(folder))


def test_a_nil_return_after_a_quarter_with_teams_is_asked_about_them(tmp_path: Path) -> None:
    header = {**NOW["return_header"][0], "nil_return": "true", "nil_reason": "No team was commissioned"}
    now = written({name: [header] if name == "return_header" else [] for name in NOW}, tmp_path / "now")
    report = validate(now, prior=written(BEFORE, tmp_path / "before"))
    gone = [one.key["team_id"] for one in report.findings if one.rule == "REG-08"]
    assert gone == ["RZA-T01", "RZA-T02"]


def test_a_very_long_cell_is_cut_short_in_the_report(tmp_path: Path) -> None:
    report = validate(written(changed("team_register", 0, team_name="x" * 5000), tmp_path / "return"))
    (found,) = faults(report)
    assert len(found.message) < 400
    assert "5,000 characters" in (found.value or "")
