"""The `crt-return` command: what it prints, what it writes and its exit status.

Tests of what a run shows share one batch of runs. The others run the command itself.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from unittest import mock

import jsonschema
import pytest

from crt_return import cli, explain
from crt_return.reports import terminal
from crt_return.reports.forms import FORMS
from crt_return.standard import load_standard, schema_folder
from crt_return.validate import Run
from crt_return.validate import run as validated
from tests.batches import judge

SAMPLE = Path(__file__).parents[1] / "sample_data"
VALID, PREVIOUS, RICH = str(SAMPLE / "valid"), str(SAMPLE / "previous"), str(SAMPLE / "invalid/rich")


def crt_return(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run([sys.executable, "-m", "crt_return", *arguments], capture_output=True, text=True, check=False)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The command in this process: exit status, output, error output."""
    with mock.patch.object(sys, "argv", ["crt-return", *arguments]), pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Judge two faulty samples, and the valid one without the nurses of a team, in one batch."""
    no_nurse = Path(shutil.copytree(VALID, tmp_path_factory.mktemp("no-nurse") / "return"))
    file = no_nurse / "team_staffing.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "RZA-T01,nurse" not in line), encoding="utf-8")
    return judge(
        {
            "wrong-cells": SAMPLE / "invalid/wrong-cells",
            "late": SAMPLE / "invalid/late",
            "no-nurse": no_nurse,
        }
    )


@pytest.fixture(scope="module")
def rich() -> Run:
    """Judge a return with many faults alone, as `explain` queries its tables."""
    return validated(RICH, prior=PREVIOUS)


def shown(run: Run) -> str:
    """What the terminal shows of a run."""
    return terminal.text(run.report, load_standard())


def test_valid_return_is_accepted_without_error_output(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "validate", VALID, "--prior", PREVIOUS)
    assert (status, err) == (0, "")
    assert "ACCEPTED: no errors and no warnings." in out


@pytest.mark.slow
def test_command_in_its_own_process_accepts_valid_return() -> None:
    done = crt_return("validate", VALID, "--prior", PREVIOUS)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ACCEPTED: no errors and no warnings." in done.stdout


def test_faulty_return_shows_team_file_and_how_to_fix_it(runs: dict[str, Run]) -> None:
    out = shown(runs["wrong-cells"])
    assert cli.exit_status(runs["wrong-cells"].report) == 1
    assert "REJECTED" in out
    assert "gatekeeping.csv" in out
    assert "RZA-T01" in out
    assert "To mend:" in out


@pytest.mark.parametrize("path", ["no-such-path", "picture.jpg", "nothing-of-a-return", "path-traversal.zip"])
def test_what_is_no_return_ends_with_2_and_a_sentence(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "validate", str(SAMPLE / "invalid" / path))
    assert (status, err) == (2, "")
    assert "UNREADABLE" in out
    assert "Traceback" not in out


def test_an_empty_folder_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "validate", str(tmp_path))
    assert status == 2
    assert "is an empty folder" in out


def test_report_of_faulty_return_meets_schema_and_is_the_same_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rich: Run
) -> None:
    schema = json.loads((schema_folder() / "metaschema/report.json").read_text(encoding="utf-8"))
    file = tmp_path / "report.json"
    status, out, _ = run(capsys, "validate", RICH, "--prior", PREVIOUS, "--report", str(file))
    assert (status, out) == (1, shown(rich))
    assert file.read_bytes() == FORMS[".json"](rich, load_standard())
    jsonschema.validate(json.loads(file.read_text(encoding="utf-8")), schema)


def test_an_unreadable_path_has_a_report_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "validate", str(SAMPLE / "invalid/picture.jpg"), "--report", str(tmp_path / "r.json"))[0] == 2
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert report["outcome"] == "unreadable"
    assert len(report["findings"]) == 1
    assert not report["rules"]["passed"], "nothing was judged, so nothing has passed"


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate",),
        ("validate", VALID, "--report", "report.docx"),
        ("validate", VALID, "--report", "no-such-folder/report.json"),
        ("validate", VALID, "--prior", "no-such-path"),
        ("validate", VALID, "--report", f"{VALID}/report.json"),
        ("sample", "--out", f"{VALID}/return_header.csv/made"),
        ("validate", VALID, "--no-such-option"),
        ("explain", "GKT-01"),
        ("sample", "--providers", "99", "--out", "made"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_sentence(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert "Error: " in err
    assert list(tmp_path.iterdir()) == []


def test_unexplained_warning_of_final_return_rejects_it(runs: dict[str, Run]) -> None:
    report = runs["late"].report
    assert {cli.exit_status(report), cli.exit_status(report, strict=True)} == {1}


def test_unexplained_warning_counts_only_with_strict(runs: dict[str, Run]) -> None:
    report = replace(runs["late"].report, outcome="queried")
    assert (cli.exit_status(report), cli.exit_status(report, strict=True)) == (0, 1)


def test_explain_prints_a_rule_with_its_sql_and_examples(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "explain", "gtk-01")
    rule = load_standard().rules["GTK-01"]
    assert status == 0
    assert all(
        part in out for part in (rule.title, rule.why, rule.fix, rule.source, rule.must or "?", "Examples: fails")
    )


@pytest.mark.parametrize("rule", load_standard().rules)
def test_explain_shows_messages_of_rule_in_given_return(rule: str, rich: Run) -> None:
    standard = load_standard()
    text = explain.own_rows(standard.rules[rule], rich, standard)
    assert text.startswith(f"In {RICH}: ")
    found = [finding for finding in rich.report.findings if finding.rule == rule]
    assert all(finding.message in text for finding in found[: explain.OWN_ROWS])
    open_rules = {open_rule.rule for open_rule in rich.report.rules.not_evaluated}
    assert ("not evaluated" in text.partition("\n")[0]) == (rule in open_rules)


def test_explain_counts_the_findings_it_does_not_list(rich: Run) -> None:
    (found, *_) = [finding for finding in rich.report.findings if finding.rule == "GTK-01"]
    many = replace(rich, report=replace(rich.report, findings=(found,) * (explain.OWN_ROWS + 7)))
    assert "  ... and 7 more\n" in explain.own_rows(load_standard().rules["GTK-01"], many, load_standard())


def test_explain_measures_the_return_for_rules_that_need_it() -> None:
    needing = {rule.id for rule in load_standard().rules.values() if explain.needs_thresholds(rule)}
    assert needing >= {"GTK-08", "GTK-13", "EXP-02"}
    assert not needing & {"GTK-01", "PKG-04", "HDR-01"}


def test_a_fault_of_ours_ends_with_70_and_shows_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    with mock.patch("crt_return.validate.read_package", side_effect=RuntimeError("patient 943 476 5919")):
        status, out, err = run(capsys, "validate", VALID)
    assert (status, out) == (70, "")
    assert "fault of the program" in err
    assert "943" not in err
    assert "Traceback" not in err


def test_a_stop_that_a_library_makes_an_error_of_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> None:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        raise RuntimeError("query interrupted")

    with mock.patch("crt_return.validate.read_package", interrupted):
        assert run(capsys, "validate", VALID) == (130, "", "Stopped.\n")


@pytest.mark.parametrize(("rule", "command"), [("ACC-03", "accept"), ("NAT-01", "national")])
def test_a_rule_that_is_not_of_one_return_says_where_it_is_judged(
    rule: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(capsys, "explain", rule, VALID)
    assert status == 0
    assert f"{rule} is not a question to one return: it is judged by `crt-return {command}`" in out


def test_a_measure_is_explained_as_a_rule_is(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "explain", "f2.1", VALID)
    assert status == 0
    assert "Judged by GTK-08." in out
    assert "at least 95%" in out
    assert "RZA-T01  F2.1" in out
    assert run(capsys, "explain", "F2.1", str(SAMPLE / "invalid/picture.jpg"))[0] == 2


def test_terminal_says_why_core_measure_is_not_judged(runs: dict[str, Run]) -> None:
    out = shown(runs["no-nurse"])
    assert re.search(r"F4\.3 \(core\) not evaluated: .*STF-01\s+failed", out, re.DOTALL)
    assert "whatever is missing, it is" in out
    assert "not assessed (partly to fully)" in out
