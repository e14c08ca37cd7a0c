"""The command, as its users run it: what it prints, what it writes and how it ends."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import jsonschema
import pytest

from crt_return import cli, explain
from crt_return.standard import load_standard, schema_folder
from crt_return.validate import Run
from crt_return.validate import run as validated

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


def test_a_valid_return_is_accepted_and_the_error_output_stays_silent() -> None:
    done = crt_return("validate", VALID, "--prior", PREVIOUS)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ACCEPTED: no errors and no warnings." in done.stdout


def test_a_faulty_return_ends_with_1_and_names_team_cell_value_and_mending(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "validate", str(SAMPLE / "invalid/wrong-cells"))
    assert status == 1
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


def test_the_report_meets_its_schema_and_is_the_same_each_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = json.loads((schema_folder() / "metaschema/report.json").read_text(encoding="utf-8"))
    texts = []
    for name in ("one.json", "two.json"):
        assert run(capsys, "validate", RICH, "--prior", PREVIOUS, "--report", str(tmp_path / name))[0] == 1
        texts.append((tmp_path / name).read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    jsonschema.validate(json.loads(texts[0]), schema)


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


def test_strict_counts_a_warning_that_nothing_explains(capsys: pytest.CaptureFixture[str]) -> None:
    late = str(SAMPLE / "invalid/late")
    statuses = {run(capsys, "validate", late)[0], run(capsys, "validate", late, "--strict")[0]}
    assert statuses == {1}, "a final return must explain its warnings"


def test_explain_prints_a_rule_with_its_sql_and_examples(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "explain", "gtk-01")
    rule = load_standard().rules["GTK-01"]
    assert status == 0
    assert all(
        part in out for part in (rule.title, rule.why, rule.fix, rule.source, rule.must or "?", "Examples: fails")
    )


@pytest.fixture(scope="module")
def rich() -> Run:
    return validated(RICH, prior=PREVIOUS)


@pytest.mark.parametrize("rule", load_standard().rules)
def test_explain_shows_every_rule_against_ones_own_rows(rule: str, rich: Run) -> None:
    standard = load_standard()
    text = explain.own_rows(standard.rules[rule], rich, standard)
    assert text.startswith(f"In {RICH}: ")
    found = [one for one in rich.report.findings if one.rule == rule]
    assert all(one.message in text for one in found[: explain.OWN_ROWS])


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


def test_the_terminal_says_why_a_core_measure_is_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(VALID, tmp_path / "return")
    file = tmp_path / "return/team_staffing.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "RZA-T01,nurse" not in line), encoding="utf-8")
    _, out, _ = run(capsys, "validate", str(tmp_path / "return"))
    assert re.search(r"F4\.3 \(core\) not evaluated: .*STF-01\s+failed", out, re.DOTALL)
    assert "whatever is missing, it is" in out
    assert "not assessed (partly to fully)" in out
