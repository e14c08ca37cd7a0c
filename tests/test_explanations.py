"""Test explanations: a warning stays explained while its rule, record and values stay the same.

And the draft that `--draft-explanations` writes: its rows, what a person must add, and what it never overwrites.
"""

from __future__ import annotations

import csv
import json
import random
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from unittest import mock

import jsonschema
import pytest

from crt_return import cli, validate
from crt_return.finding import NOT_VALUES, Finding
from crt_return.reports import draft, terminal
from crt_return.sampling.faults import plant
from crt_return.sampling.scene import Row, Tables
from crt_return.sampling.valid import two_quarters
from crt_return.sampling.writing import files_of, write_folder
from crt_return.standard import load_standard, schema_folder
from crt_return.validate import Run, run
from tests.batches import Scenario, judge
from tests.explaining import TEXT, answer, explanation, hashes, population_hash, published_hash, warnings_of

STANDARD = load_standard()
ROOT = Path(__file__).parents[1]
RICH = ROOT / "sample_data/invalid/rich"
STATUSES = ("provisional", "final")
LENGTHS = {"19": "x" * 19, "20": "x" * 20, "1000": "x" * 1000, "1001": "x" * 1001, "spaces alone": "\u00a0" * 33}
FAULTY_CELLS = {
    "no reason": ({"reason_code": ""}, "PKG-04"),
    "no such reason": ({"reason_code": "because"}, "PKG-05"),
    "spoilt hash": ({"values_hash": "1.23E+11"}, "PKG-21"),
    "nobody's role": ({"explained_by_role": " "}, "PKG-21"),
}
MANY_FAULTS = (
    *("REG-06/1", "REG-06/2", "GTK-11/1", "STF-09/2", "OUT-03/1", "REF-06/2", "RSP-06/1", "HTX-13/2"),
    *("GTK-08/1", "STF-03/2", "STF-08/1", "HTX-11/2", "WSA-03/1", "FID-03/2"),
)
HARMFUL = {"explanation": "=HYPERLINK(1) seen by 943 476 5919", "explained_by_role": "+x"}
APOSTROPHE = {"explanation": "'- since April the area takes in two districts"}
WRONG_COLUMNS = b"provider_code,period,rule_id,record_key,explanation\n"
HALF_FILLED = {"explanation": "too short", "explained_by_role": ""}

Runs = Mapping[str, Run]


# The scenarios, judged in two batches: the second explains the warnings of the first


@cache
def quarters() -> tuple[Tables, Tables]:
    """Return the previous quarter and a valid return without optional tables, which give no findings."""
    before, whole = two_quarters(STANDARD, "RZA", 2, "2006-07-Q4", 3)
    return before, {**whole, "core_items": [], "episodes": []}


def with_faults(*faults: str) -> Tables:
    """Return the valid return with faults planted in its teams: rule/team."""
    _, tables = quarters()
    for fault in faults:
        rule, _, team = fault.partition("/")
        tables = plant(tables, rule, STANDARD, f"RZA-T0{team}").tables
    return tables


@cache
def many() -> Tables:
    """Return the valid return with warnings of many rules."""
    return with_faults(*MANY_FAULTS)


def large(population: str = "301000", *, given: Tables | None = None) -> Tables:
    """Return a return with one warning (REG-06): its first team serves a large population."""
    tables = quarters()[1] if given is None else given
    first, *rest = tables["team_register"]
    return {**tables, "team_register": [{**first, "population_served": population}, *rest]}


def of_status(tables: Tables, status: str) -> Tables:
    return {**tables, "return_header": [{**tables["return_header"][0], "submission_status": status}]}


def explained_by(tables: Tables, *rows: Row) -> Tables:
    return {**tables, "explanations": list(rows)}


def large_explained(**cells: str) -> Row:
    """Return a row that explains the warning of the large team."""
    return {**explanation("REG-06", "RZA-T01", population_hash("301000")), **cells}


def shuffled(tables: Tables, seed: int) -> Tables:
    chance = random.Random(seed)
    return {name: chance.sample(rows, len(rows)) for name, rows in tables.items()}


def written(tables: Tables, folder: Path, **files: bytes | None) -> Path:
    """Write a return; `files` are other contents by table, None for no file."""
    contents = files_of(tables, STANDARD)
    changed = {f"{name}.csv": content for name, content in files.items()}
    kept = {name: content for name, content in {**contents, **changed}.items() if content is not None}
    return write_folder(kept, folder)


def first_scenarios(folder: Path) -> dict[str, Scenario | Tables | Path]:
    """Return the scenarios whose explanations, if any, have a hash that is known in advance."""
    before, valid = quarters()
    explained, lapsed = (explained_by(large(population), large_explained()) for population in ("301000", "302000"))
    faulty = [{"rule_id": ""}, {"record_key": "RZA-T09"}, {"values_hash": "0" * 12}]
    not_24_7 = [{**row, "offers_24_7_self": "false"} for row in valid["team_register"]]
    of_no_claim = large_explained(rule_id="HRS-04", values_hash="a" * 12)
    texts = {name: large_explained(explanation=text) for name, text in LENGTHS.items()}
    return {
        "large": large(),
        "rows at fault": explained_by(large(), *(large_explained(**cells) for cells in faulty)),
        **{f"explained, {status}": of_status(explained, status) for status in STATUSES},
        **{f"lapsed, {status}": of_status(lapsed, status) for status in STATUSES},
        "of nothing": explained_by(valid, large_explained()),
        "of no claim": explained_by({**valid, "team_register": not_24_7}, of_no_claim),
        "no file": written(of_status(large(), "final"), folder / "no-file", explanations=None),
        **{name: of_status(explained_by(large(), row), "provisional") for name, row in texts.items()},
        **{name: explained_by(large(), large_explained(**cells)) for name, (cells, _) in FAULTY_CELLS.items()},
        **{f"many, {status}": of_status(many(), status) for status in STATUSES},
        "two warnings": with_faults("REG-06/1", "REG-06/2"),
        "one answered": explained_by(large(given=with_faults("REG-06/2")), large_explained()),
        "formula in a file's name": written(valid, folder / "formula", **{"=HYPERLINK(1)": b"a\n"}),
        "staff left": Scenario(with_faults("STF-10/1"), before),
        "threshold missed": with_faults("GTK-08/1"),
        "wrong columns": written(large(), folder / "columns", explanations=WRONG_COLUMNS),
        "half filled in": explained_by(large(), large_explained(**HALF_FILLED)),
        "harmful": explained_by(large(), large_explained(**HARMFUL)),
        "apostrophe": explained_by(large(), large_explained(**APOSTROPHE)),
        "twice": explained_by(large(), large_explained(), large_explained(explanation=TEXT + " Twice.")),
    }


def second_scenarios(first: Runs, folder: Path) -> dict[str, Scenario | Tables | Path]:
    """Return the scenarios that explain warnings of the first."""

    def answers(name: str) -> list[Row]:
        return [answer(warning) for warning in warnings_of(first[name].report)]

    def filled(name: str) -> Tables:
        rows, _ = drafted(first[name], folder / f"{name}.csv")
        cells = {"reason_code": "other", "explanation": TEXT, "explained_by_role": "Analyst"}
        return explained_by(many(), *({**row, **cells} for row in rows))

    tables, two = explained_by(many(), *answers("many, final")), with_faults("REG-06/1", "REG-06/2")
    named = explained_by(quarters()[1], *answers("formula in a file's name"))
    staff_left = explained_by(with_faults("STF-10/1"), *answers("staff left"))
    unread, _ = drafted(first["lapsed, final"], folder / "lapsed.csv")
    return {
        **{f"shuffled {seed}": shuffled(tables, seed) for seed in range(3)},
        "formula in a file's name": written(named, folder / "formula", **{"=HYPERLINK(1)": b"a\n"}),
        "half answered": of_status(explained_by(two, answers("two warnings")[0]), "provisional"),
        **{f"filled in, {status}": of_status(filled(f"many, {status}"), status) for status in STATUSES},
        "draft put back unread": explained_by(large("302000"), *unread),
        "no previous return": staff_left,
        "the previous return": Scenario(staff_left, quarters()[0]),
    }


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    folder = tmp_path_factory.mktemp("first")
    return judge(first_scenarios(folder / "by hand"), folder)


@pytest.fixture(scope="module")
def second(first: Runs, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    folder = tmp_path_factory.mktemp("second")
    return judge(second_scenarios(first, folder), folder)


def failed(run: Run) -> set[str]:
    return set(run.report.rules.failed)


def only_warning(run: Run) -> Finding:
    (warning,) = warnings_of(run.report)
    return warning


# Explained, lapsed, of nothing


def test_faulty_rows_leave_the_other_rows_judged(first: Runs) -> None:
    findings = first["rows at fault"].report.findings
    found = {(each.rule, each.row) for each in findings if each.file == "explanations.csv"}
    assert found == {("PKG-04", 2), ("EXP-01", 3), ("EXP-03", 4)}


@pytest.mark.parametrize("status", STATUSES)
def test_explained_warning_is_accepted(status: str, first: Runs) -> None:
    report = first[f"explained, {status}"].report
    assert report.outcome == "accepted_with_explanations"
    assert [found.explained for found in report.findings] == [True]


@pytest.mark.parametrize(("status", "also"), [("provisional", set()), ("final", {"EXP-02"})])
def test_explanation_lapses_when_the_figure_changes(status: str, also: set[str], first: Runs) -> None:
    judged = first[f"lapsed, {status}"]
    assert (judged.report.outcome, failed(judged)) == ("rejected", {"REG-06", "EXP-03", *also})
    warning = only_warning(judged)
    (lapsed,) = (found for found in judged.report.findings if found.rule == "EXP-03")
    assert warning.explained is False
    assert (lapsed.value, lapsed.expected) == (only_warning(first["large"]).values_hash, warning.values_hash)
    assert lapsed.file == "explanations.csv"
    assert lapsed.cell == "E2"


def test_explanation_of_nothing_is_an_error(first: Runs) -> None:
    assert first["of nothing"].report.outcome == "rejected"
    assert failed(first["of nothing"]) == {"EXP-01"}


def test_explanation_of_a_dropped_claim_is_an_error(first: Runs) -> None:
    judged = first["of no claim"]
    open_rules = {open_rule.rule for open_rule in judged.report.rules.not_evaluated}
    assert "HRS-04" in open_rules, "no team says that it is open at all hours"
    assert failed(judged) == {"EXP-01"}


def test_explanation_of_an_open_rule_is_let_be(second: Runs) -> None:
    assert second["no previous return"].report.outcome == "accepted"
    assert second["the previous return"].report.outcome == "accepted_with_explanations"


def test_rules_of_explanations_are_open_without_the_file(first: Runs) -> None:
    judged = first["no file"]
    assert failed(judged) == {"REG-06", "PKG-01"}
    because = {open_rule.rule: open_rule.because for open_rule in judged.report.rules.not_evaluated}
    assert {because[rule] for rule in ("EXP-01", "EXP-02", "EXP-03")} == {"explanations.csv is missing"}


@pytest.mark.parametrize("length", LENGTHS)
def test_explanation_has_20_to_1000_characters(length: str, first: Runs) -> None:
    fits = length in ("20", "1000")
    assert (first[length].report.outcome == "accepted_with_explanations") == fits
    assert (failed(first[length]) == {"REG-06", "PKG-21"}) == (not fits)


@pytest.mark.parametrize(("fault", "rule"), [(name, rule) for name, (_, rule) in FAULTY_CELLS.items()])
def test_row_with_a_faulty_cell_explains_nothing(fault: str, rule: str, first: Runs) -> None:
    assert failed(first[fault]) == {"REG-06", "EXP-02", rule}
    assert only_warning(first[fault]).explained is False


# The hash as published (test_values_hash.py tests what changes it)


def test_rows_in_another_order_stay_explained(first: Runs, second: Runs) -> None:
    expected = first["many, final"].report
    rules = {warning.rule for warning in warnings_of(expected)}
    assert rules >= {"REG-06", "GTK-11", "STF-09", "OUT-03", "HTX-13", "GTK-08", "FID-03"}
    for seed in range(3):
        report = second[f"shuffled {seed}"].report
        assert report.outcome == "accepted_with_explanations"
        assert hashes(report) == hashes(expected)


def test_hash_is_the_published_one(first: Runs) -> None:
    expected = published_hash("REG-06", "RZA-T01", value="301000", expected=None, population_served="301000")
    assert only_warning(first["large"]).values_hash == expected


def test_page_computes_the_hash(capsys: pytest.CaptureFixture[str], first: Runs) -> None:
    page = (ROOT / "docs/explanations.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    exec(code, {})
    values_hash = only_warning(first["large"]).values_hash
    assert capsys.readouterr().out == f"{values_hash}\n"
    assert f"values {values_hash}] Not explained." in page
    listed = re.findall(r"^\| `(\w+)` \|", page.partition("| reason |")[2], re.MULTILINE)
    assert listed == [code.code for code in STANDARD.codelists["explanation_reason"]]
    assert all(f"`{name}`" in page for name in NOT_VALUES)


def test_key_of_a_file_is_no_formula(first: Runs, second: Runs) -> None:
    name = "formula in a file's name"
    assert only_warning(first[name]).record_key == "./=HYPERLINK(1).csv"
    assert second[name].report.outcome == "accepted_with_explanations"


# In the reports


def test_terminal_marks_warnings_and_shows_what_to_copy(first: Runs, second: Runs) -> None:
    explained, open_ = warnings_of(first["two warnings"].report)
    text = " ".join(terminal.text(second["half answered"].report, STANDARD).split())
    assert f"[record key RZA-T01, values {explained.values_hash}] Explained." in text
    assert f"[record key RZA-T02, values {open_.values_hash}] Not explained." in text
    assert text.index("RZA-T02, values") < text.index("RZA-T01, values"), "what is to be done comes first"


def test_report_of_an_explained_return_meets_its_schema(first: Runs) -> None:
    schema = json.loads((schema_folder() / "metaschema/report.json").read_text(encoding="utf-8"))
    report = first["explained, final"].report.as_dict()
    jsonschema.validate(json.loads(json.dumps(report)), schema)
    (found,) = report["findings"]
    assert (found["explained"], found["values_hash"]) == (True, only_warning(first["large"]).values_hash)


# The draft


def drafted(judged: Run, file: Path) -> tuple[list[Row], str]:
    """Write the draft for a return, and return its rows and what is said of it."""
    made = draft.draft(judged, STANDARD)
    assert made
    draft.write(made, file)
    return rows_in(file), draft.said(made, Path("draft.csv"))


def rows_in(file: Path) -> list[Row]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def command(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Run the command, and return its exit status and what it printed to the output and as errors."""
    given = ["crt-return", *(str(argument) for argument in arguments)]
    with mock.patch.object(sys, "argv", given), pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


@pytest.mark.parametrize("status", STATUSES)
def test_filled_in_draft_is_accepted(status: str, second: Runs) -> None:
    assert second[f"filled in, {status}"].report.outcome == "accepted_with_explanations"


@pytest.mark.parametrize("status", STATUSES)
def test_command_writes_the_draft(status: str, first: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judged, file = first[f"many, {status}"], tmp_path / "draft.csv"
    result, out, _ = command(capsys, "validate", judged.path, "--draft-explanations", file)
    assert result == (status == "final"), "a final return must explain its warnings"
    rows, _ = drafted(judged, tmp_path / "expected.csv")
    assert out.endswith(f"{file}: {len(rows)} rows to fill in.\n")
    assert file.read_bytes() == (tmp_path / "expected.csv").read_bytes()


def test_draft_is_the_table_as_excel_opens_it(first: Runs, tmp_path: Path) -> None:
    drafted(first["large"], tmp_path / "draft.csv")
    header = ",".join(STANDARD.tables["explanations"].names)
    row = f"RZA,2006-07-Q4,REG-06,RZA-T01,{population_hash('301000')},,,"
    assert (tmp_path / "draft.csv").read_bytes() == b"\xef\xbb\xbf" + f"{header}\r\n{row}\r\n".encode()


def test_draft_begins_with_the_rows_that_still_hold(first: Runs, tmp_path: Path) -> None:
    rows, said = drafted(first["one answered"], tmp_path / "draft.csv")
    assert rows[0] == large_explained()
    assert (rows[1]["record_key"], rows[1]["reason_code"], rows[1]["explanation"]) == ("RZA-T02", "", "")
    assert said == "draft.csv: 1 row to fill in, and 1 row as before."


def test_draft_of_a_lapsed_row_waits_for_a_person(first: Runs, second: Runs, tmp_path: Path) -> None:
    (row,), said = drafted(first["lapsed, final"], tmp_path / "draft.csv")
    assert row == large_explained(values_hash=population_hash("302000"), reason_code="")
    assert said == "draft.csv: 1 row to fill in (1 with an earlier text to read again)."
    assert failed(second["draft put back unread"]) == {"REG-06", "PKG-04", "EXP-02"}, "it explains nothing"


def test_draft_offers_a_half_filled_row_unchanged(first: Runs, tmp_path: Path) -> None:
    rows, _ = drafted(first["half filled in"], tmp_path / "draft.csv")
    assert rows == [large_explained(**HALF_FILLED)]


def test_draft_leaves_out_an_explanation_of_nothing(first: Runs, tmp_path: Path) -> None:
    rows, said = drafted(first["of nothing"], tmp_path / "draft.csv")
    assert (rows, said) == ([], "draft.csv: nothing to fill in. It holds the header only.")


def test_draft_keeps_a_row_whose_rule_is_open(first: Runs, second: Runs, tmp_path: Path) -> None:
    rows, said = drafted(second["no previous return"], tmp_path / "draft.csv")
    expected = [answer(only_warning(first["staff left"]))]
    assert rows == expected, "without the previous return nothing is known against it"
    assert said == "draft.csv: nothing to fill in, and 1 row as before."


def test_draft_without_thresholds_keeps_their_rows(first: Runs, tmp_path: Path) -> None:
    rows = [answer(warning) for warning in warnings_of(first["threshold missed"].report)]
    done = run(written(explained_by(with_faults("GTK-08/1"), *rows), tmp_path / "explained"), thresholds=False)
    made = draft.draft(done, STANDARD)
    assert made
    assert {row["rule_id"] for row in rows} >= {"GTK-08"}
    assert done.report.outcome == "accepted"
    assert (list(made.standing), made.to_fill) == (rows, ())


def test_draft_says_when_explanations_cannot_be_read(first: Runs, tmp_path: Path) -> None:
    rows, said = drafted(first["wrong columns"], tmp_path / "draft.csv")
    assert len(rows) == 1
    assert said.endswith("Nothing was taken over: explanations.csv has the wrong columns.")


def test_draft_makes_formulas_and_patients_harmless(first: Runs, tmp_path: Path) -> None:
    (offered,), _ = drafted(first["harmful"], tmp_path / "draft.csv")
    assert offered["explanation"] == "'=HYPERLINK(1) seen by [NHS number hidden]"
    assert offered["explained_by_role"] == "'+x"


def test_draft_adds_no_second_apostrophe(first: Runs, tmp_path: Path) -> None:
    rows, _ = drafted(first["apostrophe"], tmp_path / "draft.csv")
    assert rows == [large_explained(**APOSTROPHE)]


def test_draft_of_a_row_given_twice_has_one_row(first: Runs, tmp_path: Path) -> None:
    rows, _ = drafted(first["twice"], tmp_path / "draft.csv")
    assert [row["record_key"] for row in rows] == ["RZA-T01"]
    assert (rows[0]["reason_code"], rows[0]["explanation"]) == ("", f"{TEXT} / {TEXT} Twice."), "no text is lost"


def test_existing_file_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = written(large(), tmp_path / "return")
    file = folder / "explanations.csv"
    before = file.read_bytes()
    status, out, err = command(capsys, "validate", folder, "--draft-explanations", file)
    assert (status, out, file.read_bytes()) == (2, "", before)
    assert "is there already, and may hold answers" in err


@pytest.mark.slow
def test_missing_explanations_file_may_be_drafted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = written(quarters()[1], tmp_path / "return", explanations=None)
    assert command(capsys, "validate", folder, "--draft-explanations", folder / "explanations.csv")[0] == 1
    assert validate(folder).outcome == "accepted"


@pytest.mark.parametrize("name", ["draft.xlsx", "no-such-folder/draft.csv", "."])
def test_unwritable_draft_is_refused_before_the_work(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = command(capsys, "validate", RICH, "--draft-explanations", tmp_path / name)
    assert (status, out) == (2, "")
    assert "Error: " in err


def test_draft_without_thresholds_says_there_may_be_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, file = written(large(), tmp_path / "return"), tmp_path / "draft.csv"
    _, out, _ = command(capsys, "validate", folder, "--no-thresholds", "--draft-explanations", file)
    says = "There may be more warnings: completeness and fidelity were left out (--no-thresholds).\n"
    assert out.endswith(f"1 row to fill in. {says}")


def test_path_that_is_no_return_has_no_draft(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "draft.csv"
    status, out, _ = command(capsys, "validate", tmp_path / "nothing", "--draft-explanations", file)
    assert status == 2
    assert out.endswith("No draft of explanations was written: the return could not be read.\n")
    assert not file.exists()
