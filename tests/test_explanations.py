"""A warning is explained by rule, record and values: it stays explained while they stand, and no longer.

And the draft that `--draft-explanations` writes: what is in it, what a person must add, what it never does.
"""

from __future__ import annotations

import csv
import json
import random
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crt_return import Report, cli, validate
from crt_return.finding import NOT_VALUES, Finding, Place, finding, shown
from crt_return.reports import draft, terminal
from crt_return.sampling.faults import plant
from crt_return.sampling.scene import Row, Tables
from crt_return.sampling.valid import two_quarters
from crt_return.sampling.writing import files_of, write_folder
from crt_return.standard import Rule, load_standard, schema_folder
from crt_return.validate import Run, run
from tests.examples import judged_example
from tests.explaining import TEXT, answer, published_hash, warnings_of

STANDARD = load_standard()
RICH = Path(__file__).parents[1] / "sample_data/invalid/rich"
PREVIOUS = Path(__file__).parents[1] / "sample_data/previous"
PAGE = (Path(__file__).parents[1] / "docs/explanations.md").read_text(encoding="utf-8")
BEFORE, WHOLE = two_quarters(STANDARD, "RZA", 2, "2006-07-Q4", 3)
VALID: Tables = {**WHOLE, "core_items": [], "episodes": []}  # without the optional tables there is nothing to say of it
GTK_11 = STANDARD.rules["GTK-11"]
WARNING_RULES = [pytest.param(rule, id=rule.id) for rule in STANDARD.rules.values() if rule.severity == "warning"]


def with_faults(*faults: str) -> Tables:
    """The valid return with faults planted in its teams: rule/team."""
    tables = VALID
    for fault in faults:
        rule, _, team = fault.partition("/")
        tables = plant(tables, rule, STANDARD, f"RZA-T0{team}").tables
    return tables


def of_status(tables: Tables, status: str) -> Tables:
    return {**tables, "return_header": [{**tables["return_header"][0], "submission_status": status}]}


def with_population(tables: Tables, population: str) -> Tables:
    first, *rest = tables["team_register"]
    return {**tables, "team_register": [{**first, "population_served": population}, *rest]}


LARGE = with_population(VALID, "301000")
MANY = with_faults(
    *("REG-06/1", "REG-06/2", "GTK-11/1", "STF-09/2", "OUT-03/1", "REF-06/2", "RSP-06/1", "HTX-13/2"),
    *("GTK-08/1", "STF-03/2", "STF-08/1", "HTX-11/2", "WSA-03/1", "FID-03/2"),
)


def explained_by(tables: Tables, *rows: Row) -> Tables:
    return {**tables, "explanations": list(rows)}


def written(tables: Tables, folder: Path) -> Path:
    return write_folder(files_of(tables, STANDARD), folder)


def failed(report: Report) -> set[str]:
    return set(report.rules.failed)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Finding:
    """The one warning of the large team."""
    (warning,) = warnings_of(validate(written(LARGE, tmp_path_factory.mktemp("large") / "return")))
    return warning


# Explained, lapsed, of nothing


def test_a_row_at_fault_leaves_the_others_judged(large: Finding, tmp_path: Path) -> None:
    rows = [answer(large, rule_id=""), answer(large, record_key="RZA-T09"), answer(large, values_hash="0" * 12)]
    report = validate(written(explained_by(LARGE, *rows), tmp_path / "return"))
    found = {(one.rule, one.row) for one in report.findings if one.file == "explanations.csv"}
    assert found == {("PKG-04", 2), ("EXP-01", 3), ("EXP-03", 4)}


@pytest.mark.parametrize("status", ["provisional", "final"])
def test_a_warning_explained_is_accepted_with_explanations(status: str, large: Finding, tmp_path: Path) -> None:
    report = validate(written(of_status(explained_by(LARGE, answer(large)), status), tmp_path / "return"))
    assert report.outcome == "accepted_with_explanations"
    assert [one.explained for one in report.findings] == [True]


@pytest.mark.parametrize(("status", "also"), [("provisional", set()), ("final", {"EXP-02"})])
def test_an_explanation_lapses_when_the_figure_changes(
    status: str, also: set[str], large: Finding, tmp_path: Path
) -> None:
    changed = with_population(explained_by(LARGE, answer(large)), "302000")
    report = validate(written(of_status(changed, status), tmp_path / "return"))
    assert (report.outcome, failed(report)) == ("rejected", {"REG-06", "EXP-03", *also})
    (warning,) = warnings_of(report)
    (lapsed,) = (one for one in report.findings if one.rule == "EXP-03")
    assert warning.explained is False
    assert (lapsed.value, lapsed.expected) == (large.values_hash, warning.values_hash)
    assert lapsed.file == "explanations.csv"
    assert lapsed.cell == "E2"


def test_an_explanation_of_nothing_is_an_error_of_its_own(large: Finding, tmp_path: Path) -> None:
    of_nothing = explained_by(VALID, answer(large))
    report = validate(written(of_nothing, tmp_path / "return"))
    assert (report.outcome, failed(report)) == ("rejected", {"EXP-01"})


def test_an_explanation_of_a_claim_that_is_no_longer_made_is_an_explanation_of_nothing(
    large: Finding, tmp_path: Path
) -> None:
    rows = [{**row, "offers_24_7_self": "false"} for row in VALID["team_register"]]
    given = answer(large, rule_id="HRS-04", values_hash="a" * 12)
    report = validate(written(explained_by({**VALID, "team_register": rows}, given), tmp_path / "return"))
    assert "HRS-04" in {one.rule for one in report.rules.not_evaluated}, "nobody says that they are 24/7"
    assert failed(report) == {"EXP-01"}


def test_explanations_that_cannot_be_read_leave_open_what_they_explain(tmp_path: Path) -> None:
    folder = written(of_status(LARGE, "final"), tmp_path / "return")
    (folder / "explanations.csv").unlink()
    report = validate(folder)
    assert failed(report) == {"REG-06", "PKG-01"}
    open_ = {one.rule: one.because for one in report.rules.not_evaluated}
    assert {open_[rule] for rule in ("EXP-01", "EXP-02", "EXP-03")} == {"explanations.csv is missing"}


@pytest.mark.parametrize(
    ("text", "fits"),
    [("x" * 19, False), ("x" * 20, True), ("x" * 1000, True), ("x" * 1001, False), ("\u00a0" * 33, False)],
    ids=["19", "20", "1000", "1001", "spaces alone"],
)
def test_an_explanation_has_20_to_1000_characters(text: str, fits: bool, large: Finding, tmp_path: Path) -> None:
    tables = explained_by(LARGE, answer(large, explanation=text))
    report = validate(written(of_status(tables, "provisional"), tmp_path / "return"))
    assert (report.outcome == "accepted_with_explanations") == fits
    assert (failed(report) == {"REG-06", "PKG-21"}) == (not fits)


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"reason_code": ""}, "PKG-04"),
        ({"reason_code": "because"}, "PKG-05"),
        ({"values_hash": "1.23E+11"}, "PKG-21"),
        ({"explained_by_role": " "}, "PKG-21"),
    ],
    ids=["no reason", "no such reason", "spoilt hash", "nobody's role"],
)
def test_a_row_with_a_faulty_cell_explains_nothing(
    cells: dict[str, str], rule: str, large: Finding, tmp_path: Path
) -> None:
    report = validate(written(explained_by(LARGE, answer(large, **cells)), tmp_path / "return"))
    assert failed(report) == {"REG-06", "EXP-02", rule}
    assert [one.explained for one in warnings_of(report)] == [False]


# The hash


def hashes(report: Report) -> dict[tuple[str, str], str | None]:
    return {(one.rule, one.record_key): one.values_hash for one in warnings_of(report)}


def shuffled(tables: Tables, seed: int) -> Tables:
    chance = random.Random(seed)
    return {name: chance.sample(rows, len(rows)) for name, rows in tables.items()}


@pytest.mark.slow
def test_rows_in_another_order_have_the_same_hashes_and_stay_explained(tmp_path: Path) -> None:
    first = validate(written(MANY, tmp_path / "first"))
    assert {one.rule for one in warnings_of(first)} >= {
        "REG-06",
        "GTK-11",
        "STF-09",
        "OUT-03",
        "HTX-13",
        "GTK-08",
        "FID-03",
    }
    tables = explained_by(MANY, *(answer(one) for one in warnings_of(first)))
    for seed in range(3):
        report = validate(written(shuffled(tables, seed), tmp_path / str(seed)))
        assert report.outcome == "accepted_with_explanations"
        assert hashes(report) == hashes(first)


def test_anyone_can_work_the_hash_out(large: Finding) -> None:
    expected = published_hash("REG-06", "RZA-T01", value="301000", expected=None, population_served="301000")
    assert large.values_hash == expected


def test_the_page_says_how_as_it_is(capsys: pytest.CaptureFixture[str], large: Finding) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    exec(code, {})
    assert capsys.readouterr().out == f"{large.values_hash}\n"
    assert f"values {large.values_hash}] Not explained." in PAGE
    listed = re.findall(r"^\| `(\w+)` \|", PAGE.partition("| reason |")[2], re.MULTILINE)
    assert listed == [code.code for code in STANDARD.codelists["explanation_reason"]]
    assert all(f"`{name}`" in PAGE for name in NOT_VALUES)


def warning_of(values: Mapping[str, Any], rule: Rule = GTK_11, **given: Any) -> Finding:
    key = given.pop("key", {"team_id": "RZA-T01", "legal_status": "voluntary"})
    return finding(rule, "warning", given.pop("place", Place("gatekeeping")), key=key, values=values, **given)


VALUE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(-1e6, 1e6),
    st.dates(date(2000, 1, 1), date(2010, 1, 1)),
    st.text(alphabet='ab ",[]=\\\n', max_size=8),
)
VALUES = st.fixed_dictionaries({"percent": VALUE, "admissions_exempt": VALUE, "admissions_total": VALUE})


@given(VALUES, VALUES)
def test_the_hash_changes_if_and_only_if_a_value_shown_changes(one: dict[str, Any], two: dict[str, Any]) -> None:
    same = {name: shown(value) for name, value in one.items()} == {name: shown(value) for name, value in two.items()}
    assert (warning_of(one).values_hash == warning_of(two).values_hash) == same


@given(VALUES, VALUE, VALUE)
def test_what_is_expected_counts_too(values: dict[str, Any], one: Any, two: Any) -> None:
    absent = {None: None}
    same = absent.get(one, one) is absent.get(two, two) or (None not in (one, two) and shown(one) == shown(two))
    assert (warning_of(values, expected=one).values_hash == warning_of(values, expected=two).values_hash) == same


@given(VALUES)
def test_no_spreadsheet_takes_a_hash_for_a_number(values: dict[str, Any]) -> None:
    found = str(warning_of(values).values_hash)
    assert len(found) == 12
    assert found[0].isalpha()
    assert set(found) <= set("0123456789abcdef")


FIGURES = {"percent": 25.0, "admissions_exempt": 5, "admissions_total": 20}


def test_wording_places_limits_and_values_not_spoken_of_change_nothing() -> None:
    first = warning_of(FIGURES)
    reworded = replace(GTK_11, message="Exempt: {admissions_exempt} of {admissions_total} ({percent}%).", title="Other")
    place = Place("gatekeeping", "GATEKEEPING.CSV", 9, "C", "admissions_exempt")
    stricter = replace(GTK_11, limits={**GTK_11.limits, "highest_exempt_percent": 15})
    same = [
        warning_of(FIGURES, reworded),
        warning_of(FIGURES, place=place),
        warning_of(FIGURES, stricter),
        warning_of({**FIGURES, "not_gatekept": 3}),
    ]
    assert {one.values_hash for one in same} == {first.values_hash}


def test_a_limit_and_its_wording_are_no_value_of_a_threshold_rule() -> None:
    rule, spoken = STANDARD.rules["GTK-08"], {"value": "94%", "numerator": 94, "denominator": 100}
    hashed = {
        warning_of({**spoken, "limit": limit}, rule, expected=limit).values_hash
        for limit in ("at least 95%", "95% or more")
    }
    changed = warning_of({**spoken, "numerator": 93, "limit": "at least 95%"}, rule, expected="at least 95%")
    assert len(hashed) == 1
    assert changed.values_hash not in hashed


def test_another_record_or_rule_has_another_hash() -> None:
    other = warning_of(FIGURES, key={"team_id": "RZA-T02", "legal_status": "voluntary"})
    renamed = warning_of(FIGURES, replace(GTK_11, id="GTK-99"))
    assert len({one.values_hash for one in (warning_of(FIGURES), other, renamed)}) == 3


NHS_NUMBERS = ("943 476 5919", "401 023 2137")


def test_a_hash_does_not_tell_which_nhs_number_was_hidden() -> None:
    in_a_value = [warning_of({**FIGURES, "percent": number}) for number in NHS_NUMBERS]
    across_two = [
        warning_of({**FIGURES, "percent": number[:8], "admissions_total": number[8:]}, replace(GTK_11, message=message))
        for number in NHS_NUMBERS
        for message in ["{percent}{admissions_total}"]
    ]
    for one, two in (in_a_value, across_two):
        assert one.message == two.message, "hidden alike"
        assert one.values_hash == two.values_hash


@pytest.mark.parametrize("severity", ["error", "info"])
def test_only_warnings_are_to_be_explained(severity: Any) -> None:
    found = finding(GTK_11, severity, Place("gatekeeping"), values=FIGURES)
    assert (found.values_hash, found.explained) == (None, None)


@pytest.fixture(scope="module")
def rich() -> Run:
    return run(RICH, prior=PREVIOUS)


@pytest.mark.slow
def test_no_two_warnings_of_a_return_have_one_record_key(rich: Run) -> None:
    warnings = warnings_of(rich.report)
    assert len(hashes(rich.report)) == len(warnings)
    assert len(warnings) > 20


@pytest.mark.parametrize("rule", WARNING_RULES)
def test_a_rule_tells_its_warnings_apart_by_their_record_keys(rule: Rule) -> None:
    for example in [] if rule.check else rule.examples["fails"]:
        keys = [one.record_key for one in judged_example(rule, example, STANDARD).findings]
        assert len(keys) == len(set(keys))


@pytest.mark.slow
def test_warnings_are_listed_past_the_cap(rich: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["crt_return.validate"], "DEFAULT_CAP", 1)
    assert hashes(validate(RICH, prior=PREVIOUS)) == hashes(rich.report)


def test_the_key_of_a_file_is_nothing_a_spreadsheet_would_run(tmp_path: Path) -> None:
    folder = written(VALID, tmp_path / "return")
    (folder / "=HYPERLINK(1).csv").write_bytes(b"a\n")
    (warning,) = warnings_of(validate(folder))
    assert warning.record_key == "./=HYPERLINK(1).csv"
    written(explained_by(VALID, answer(warning)), folder)
    assert validate(folder).outcome == "accepted_with_explanations"


# In the reports


def test_the_terminal_marks_each_warning_and_shows_what_to_copy(tmp_path: Path) -> None:
    two = with_faults("REG-06/1", "REG-06/2")
    first = warnings_of(validate(written(two, tmp_path / "first")))
    half = of_status(explained_by(two, answer(first[0])), "provisional")
    text = " ".join(terminal.text(validate(written(half, tmp_path / "half")), STANDARD).split())
    assert f"[record key RZA-T01, values {first[0].values_hash}] Explained." in text
    assert f"[record key RZA-T02, values {first[1].values_hash}] Not explained." in text
    assert text.index("RZA-T02, values") < text.index("RZA-T01, values"), "what is to be done comes first"


def test_the_report_of_an_explained_return_meets_its_schema(large: Finding, tmp_path: Path) -> None:
    schema = json.loads((schema_folder() / "metaschema/report.json").read_text(encoding="utf-8"))
    report = validate(written(explained_by(LARGE, answer(large)), tmp_path / "return")).as_dict()
    jsonschema.validate(json.loads(json.dumps(report)), schema)
    (found,) = report["findings"]
    assert (found["explained"], found["values_hash"]) == (True, large.values_hash)


# The draft


def rows_of(file: Path) -> list[Row]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def drafted(tables: Tables, tmp_path: Path, prior: Path | None = None) -> tuple[list[Row], str]:
    """The rows of the draft for a return, and what is said of it."""
    made = draft.draft(run(written(tables, tmp_path / "drafted"), prior=prior), STANDARD)
    assert made
    draft.write(made, tmp_path / "draft.csv")
    return rows_of(tmp_path / "draft.csv"), draft.said(made, Path("draft.csv"))


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with mock.patch.object(sys, "argv", ["crt-return", *arguments]), pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


@pytest.mark.parametrize("status", ["provisional", "final"])
def test_a_draft_filled_in_is_accepted_with_explanations(
    status: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, file = written(of_status(MANY, status), tmp_path / "return"), tmp_path / "draft.csv"
    result, out, _ = command(capsys, "validate", str(folder), "--draft-explanations", str(file))
    assert result == (status == "final"), "a final return must explain its warnings"
    rows = rows_of(file)
    assert out.endswith(f"{file}: {len(rows)} rows to fill in.\n")
    filled = [{**row, "reason_code": "other", "explanation": TEXT, "explained_by_role": "Analyst"} for row in rows]
    written(of_status(explained_by(MANY, *filled), status), folder)
    assert validate(folder).outcome == "accepted_with_explanations"


def test_the_file_is_the_table_as_excel_opens_it(large: Finding, tmp_path: Path) -> None:
    drafted(LARGE, tmp_path)
    content = (tmp_path / "draft.csv").read_bytes()
    header = ",".join(STANDARD.tables["explanations"].names)
    row = f"RZA,2006-07-Q4,REG-06,RZA-T01,{large.values_hash},,,"
    assert content == b"\xef\xbb\xbf" + f"{header}\r\n{row}\r\n".encode()


def test_rows_that_still_hold_come_first_and_as_they_were(large: Finding, tmp_path: Path) -> None:
    rows, said = drafted(explained_by(with_population(with_faults("REG-06/2"), "301000"), answer(large)), tmp_path)
    assert rows[0] == answer(large)
    assert (rows[1]["record_key"], rows[1]["reason_code"], rows[1]["explanation"]) == ("RZA-T02", "", "")
    assert said == "draft.csv: 1 row to fill in, and 1 row as before."


def test_a_lapsed_row_keeps_its_text_has_the_new_hash_and_waits_for_a_person(large: Finding, tmp_path: Path) -> None:
    lapsed = with_population(explained_by(LARGE, answer(large)), "302000")
    (row,), said = drafted(lapsed, tmp_path)
    now = published_hash("REG-06", "RZA-T01", value="302000", expected=None, population_served="302000")
    assert row == answer(large, values_hash=now, reason_code="")
    assert said == "draft.csv: 1 row to fill in (1 with an earlier text to read again)."
    report = validate(written(explained_by(lapsed, row), tmp_path / "unread"))
    assert failed(report) == {"REG-06", "PKG-04", "EXP-02"}, "put back unread, it explains nothing"


def test_a_row_half_filled_in_is_offered_as_it_is(large: Finding, tmp_path: Path) -> None:
    half = answer(large, explanation="too short", explained_by_role="")
    assert drafted(explained_by(LARGE, half), tmp_path)[0] == [half]


def test_an_explanation_of_nothing_is_left_out(large: Finding, tmp_path: Path) -> None:
    rows, said = drafted(explained_by(VALID, answer(large)), tmp_path)
    assert (rows, said) == ([], "draft.csv: nothing to fill in. It holds the header only.")


@pytest.mark.slow
def test_an_explanation_that_was_let_stand_is_kept(tmp_path: Path) -> None:
    prior, tables = written(BEFORE, tmp_path / "before"), with_faults("STF-10/1")
    (warning,) = warnings_of(validate(written(tables, tmp_path / "now"), prior=prior))
    rows, said = drafted(explained_by(tables, answer(warning)), tmp_path)
    assert rows == [answer(warning)], "without the previous return nothing is known against it"
    assert said == "draft.csv: nothing to fill in, and 1 row as before."


def test_explanations_of_thresholds_are_kept_where_thresholds_are_left_out(tmp_path: Path) -> None:
    tables = with_faults("GTK-08/1")
    rows = [answer(one) for one in warnings_of(validate(written(tables, tmp_path / "now")))]
    done = run(written(explained_by(tables, *rows), tmp_path / "explained"), thresholds=False)
    made = draft.draft(done, STANDARD)
    assert made
    assert {row["rule_id"] for row in rows} >= {"GTK-08"}
    assert done.report.outcome == "accepted"
    assert (list(made.standing), made.to_fill) == (rows, ())


def test_explanations_that_cannot_be_read_are_said_not_to_be_taken_over(tmp_path: Path) -> None:
    folder = written(LARGE, tmp_path / "return")
    (folder / "explanations.csv").write_bytes(b"provider_code,period,rule_id,record_key,explanation\n")
    made = draft.draft(run(folder), STANDARD)
    assert made
    assert len(made.to_fill) == 1
    assert draft.said(made, Path("d.csv")).endswith("Nothing was taken over: explanations.csv has the wrong columns.")


def test_a_text_that_looks_like_a_formula_or_a_patient_is_made_harmless(large: Finding, tmp_path: Path) -> None:
    row = answer(large, explanation="=HYPERLINK(1) seen by 943 476 5919", explained_by_role="+x")
    (offered,), _ = drafted(explained_by(LARGE, row), tmp_path)
    assert offered["explanation"] == "'=HYPERLINK(1) seen by [NHS number hidden]"
    assert offered["explained_by_role"] == "'+x"


def test_the_apostrophe_is_put_once(large: Finding, tmp_path: Path) -> None:
    row = answer(large, explanation="'- since April the area takes in two districts")
    assert drafted(explained_by(LARGE, row), tmp_path)[0] == [row]


def test_a_row_twice_gives_one_row_to_fill_in(large: Finding, tmp_path: Path) -> None:
    rows, _ = drafted(explained_by(LARGE, answer(large), answer(large, explanation=TEXT + " Twice.")), tmp_path)
    assert [row["record_key"] for row in rows] == ["RZA-T01"]
    assert (rows[0]["reason_code"], rows[0]["explanation"]) == ("", f"{TEXT} / {TEXT} Twice."), "no text is lost"


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = written(LARGE, tmp_path / "return")
    file = folder / "explanations.csv"
    before = file.read_bytes()
    status, out, err = command(capsys, "validate", str(folder), "--draft-explanations", str(file))
    assert (status, out, file.read_bytes()) == (2, "", before)
    assert "is there already, and may hold answers" in err


@pytest.mark.slow
def test_a_missing_explanations_file_may_be_drafted_in_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(VALID, tmp_path / "return")
    file = folder / "explanations.csv"
    file.unlink()
    assert command(capsys, "validate", str(folder), "--draft-explanations", str(file))[0] == 1
    assert validate(folder).outcome == "accepted"


@pytest.mark.parametrize("name", ["draft.xlsx", "no-such-folder/draft.csv", "."])
def test_a_draft_that_cannot_be_written_is_refused_before_the_work(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = command(capsys, "validate", str(RICH), "--draft-explanations", str(tmp_path / name))
    assert (status, out) == (2, "")
    assert "Error: " in err


def test_a_draft_without_thresholds_says_that_there_may_be_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "draft.csv"
    _, out, _ = command(
        capsys,
        "validate",
        str(written(LARGE, tmp_path / "return")),
        "--no-thresholds",
        "--draft-explanations",
        str(file),
    )
    says = "There may be more warnings: completeness and fidelity were left out (--no-thresholds).\n"
    assert out.endswith(f"1 row to fill in. {says}")


def test_what_is_no_return_has_no_draft(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "draft.csv"
    status, out, _ = command(capsys, "validate", str(tmp_path / "nothing"), "--draft-explanations", str(file))
    assert status == 2
    assert out.endswith("No draft of explanations was written: the return could not be read.\n")
    assert not file.exists()
