"""The runner, against small validators that are right, wrong, broken, slow or not there."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from crt_return import cli
from crt_return.conformance import command as commands
from crt_return.conformance.command import Command, NoCommand, command_of
from crt_return.conformance.comparing import NO_PRIOR, NO_SIGN, Result
from crt_return.conformance.files import NoKit, opened
from crt_return.conformance.model import CASES, Case, Cases, Expected, Kind, NoCase
from crt_return.conformance.runner import results

FINDING = {
    "rule": "GTK-01",
    "severity": "error",
    "file": "gatekeeping.csv",
    "row": 2,
    "field": "admissions_eligible",
    "key": {"team_id": "RZA-T01", "legal_status": "voluntary"},
}
CHANGE = {**FINDING, "rule": "STF-10", "severity": "warning", "file": "team_staffing.csv", "row": None}
NOTE = {**FINDING, "rule": "PKG-20", "severity": "info", "row": None, "key": {}}


def case(rule: str, kind: Kind, name: str, *findings: Mapping[str, Any], status: int = 0, prior: bool = False) -> Case:
    said = [{**one, "message": "In words of one's own."} for one in findings]
    expected = Expected("rejected" if status else "accepted", status, "failed" if said else "passed", said)
    return Case(f"{rule}/{kind}/{name}", rule, kind, f"returns/{name}", "returns/previous", prior, expected, [])


CASES_OF_KIT = Cases(
    {"name": "crt-national-return", "version": "1.0.0"},
    [
        case("GTK-01", "passes", "plain"),
        case("GTK-01", "fails", "too-high", FINDING, status=1),
        case("STF-10", "passes", "plain", prior=True),
        case("STF-10", "fails", "more", CHANGE, status=1, prior=True),
        case("PKG-20", "passes", "plain"),
        case("PKG-20", "fails", "blank-rows", NOTE),
    ],
    [NoCase("FID-06", "passes", "It cannot.")],
)

RIGHT = """
import json, pathlib, sys
path = pathlib.Path(sys.argv[1])
cases = json.loads((path.parents[1] / "cases.json").read_text())["cases"]
own = [one for one in cases if one["path"].endswith(path.name)]
found = [finding for one in own for finding in one["expected"]["findings"]]
if len(sys.argv) < 4:
    found = [one for one in found if one["rule"] != "STF-10"]
report = {"findings": found, "more": "that nobody asked for"}
status = max(one["expected"]["exit_status"] for one in own)
"""
PRINTS = f"{RIGHT}\nprint(json.dumps(report)); sys.exit(status)"
WRITES = f"{RIGHT}\npathlib.Path(sys.argv[2]).write_text(json.dumps(report)); print('done')"
SAYS_NOTHING = f"{RIGHT}\nprint('Checked.'); sys.exit(status)"
ALWAYS_CONTENT = "print('{\"findings\": []}')"
FINDS_EVERYTHING = f"import json; print(json.dumps({{'findings': [{FINDING!r}, {CHANGE!r}, {NOTE!r}]}}))"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A kit of six cases, in a folder with blanks in its name."""
    kit = tmp_path / "a small kit"
    for path in {path for one in CASES_OF_KIT.cases for path in (one.path, one.prior)}:
        (kit / path).mkdir(parents=True, exist_ok=True)
        (kit / path / "gatekeeping.csv").write_text("team_id\n", encoding="utf-8")
    (kit / CASES).write_text(json.dumps(CASES_OF_KIT.as_dict()), encoding="utf-8")
    return kit


def line(tmp_path: Path, program: str, arguments: str = "{path}") -> str:
    """The command line that runs a small program."""
    script = tmp_path / "a validator.py"
    script.write_text(program, encoding="utf-8")
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(script))} {arguments}"


def run(folder: Path, said: str, **how: Any) -> dict[str, Result]:
    with opened(folder) as kit:
        done = [one for together in results(kit, command_of(said), jobs=4, **how) for one in together]
    return {one.case.id: one for one in done}


def states(done: Mapping[str, Result]) -> dict[str, list[str]]:
    return {state: sorted(name for name, one in done.items() if one.state == state) for state in ("differs", "not run")}


def test_a_right_validator_that_writes_its_report_agrees_with_every_case(folder: Path, tmp_path: Path) -> None:
    done = run(folder, line(tmp_path, WRITES, "{path} {report} {prior}"))
    assert [one.state for one in done.values()] == ["agrees"] * 6
    assert not any(one.by_status for one in done.values())


def test_a_right_validator_that_prints_its_report_agrees_too_whatever_its_exit_status(
    folder: Path, tmp_path: Path
) -> None:
    done = run(folder, line(tmp_path, PRINTS, "{path} --prior={prior} more"))
    assert states(done) == {"differs": [], "not run": []}


def test_cases_that_need_the_previous_quarter_are_not_run_by_a_command_that_does_not_take_it(
    folder: Path, tmp_path: Path
) -> None:
    done = run(folder, line(tmp_path, PRINTS))
    assert states(done) == {"differs": [], "not run": ["STF-10/fails/more", "STF-10/passes/plain"]}
    assert {one.said for one in done.values() if one.state == "not run"} == {NO_PRIOR}


def test_a_command_without_a_report_is_judged_by_its_exit_status_where_that_tells(folder: Path, tmp_path: Path) -> None:
    done = run(folder, line(tmp_path, SAYS_NOTHING, "{path} {prior} more"))
    assert states(done) == {"differs": [], "not run": ["PKG-20/fails/blank-rows"]}
    assert done["PKG-20/fails/blank-rows"].said == NO_SIGN
    assert all(one.by_status for one in done.values() if one.state == "agrees")


def test_a_wrong_exit_status_is_named_with_the_right_one(folder: Path, tmp_path: Path) -> None:
    done = run(folder, line(tmp_path, "import sys; sys.exit(3)"))
    assert done["GTK-01/fails/too-high"].said == "expected exit status 1 (rejected), got 3"


def test_a_validator_that_is_always_content_differs_where_a_rule_fails(folder: Path, tmp_path: Path) -> None:
    done = run(folder, line(tmp_path, ALWAYS_CONTENT, "{path} {prior}"))
    assert states(done)["differs"] == ["GTK-01/fails/too-high", "PKG-20/fails/blank-rows", "STF-10/fails/more"]
    assert done["GTK-01/fails/too-high"].said == (
        "expected error in gatekeeping.csv, row 2, admissions_eligible (RZA-T01, voluntary); found no finding of GTK-01"
    )


def test_a_validator_that_finds_everything_differs_where_a_rule_passes(folder: Path, tmp_path: Path) -> None:
    done = run(folder, line(tmp_path, FINDS_EVERYTHING, "{path} {prior}"))
    assert states(done)["differs"] == ["GTK-01/passes/plain", "PKG-20/passes/plain", "STF-10/passes/plain"]
    assert done["PKG-20/passes/plain"].said == "found info in gatekeeping.csv, admissions_eligible"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"row": 3}, "row 3"),
        ({"severity": "warning"}, "found warning in"),
        ({"file": "referrals.csv"}, "found error in referrals.csv"),
        ({"field": None}, "found error in gatekeeping.csv, row 2 ("),
        ({"key": {"team_id": "RZA-T02"}}, "(RZA-T02)"),
    ],
)
def test_a_finding_in_another_place_is_another_finding(
    changed: dict[str, Any], said: str, folder: Path, tmp_path: Path
) -> None:
    program = f"import json; print(json.dumps({{'findings': [{ ({**FINDING, **changed})!r}]}}))"
    one = run(folder, line(tmp_path, program), rules=["GTK-01"])["GTK-01/fails/too-high"]
    assert one.state == "differs"
    assert "expected error in gatekeeping.csv, row 2, admissions_eligible" in one.said
    assert said in one.said


def test_a_finding_may_be_in_other_words_and_its_key_hold_numbers(folder: Path, tmp_path: Path) -> None:
    numbered = {**FINDING, "key": {"item_no": "3"}}
    kit = Cases(CASES_OF_KIT.standard, [case("GTK-01", "fails", "too-high", numbered, status=1)], [])
    (folder / CASES).write_text(json.dumps(kit.as_dict()), encoding="utf-8")
    own = {**FINDING, "key": {"item_no": 3}, "message": "Another wording.", "cell": "B2"}
    done = run(folder, line(tmp_path, f"import json; print(json.dumps({{'findings': [{own!r}]}}))"))
    assert states(done) == {"differs": [], "not run": []}


def test_the_same_finding_twice_is_one_too_many(folder: Path, tmp_path: Path) -> None:
    program = f"import json; print(json.dumps({{'findings': [{FINDING!r}] * 2}}))"
    one = run(folder, line(tmp_path, program), rules=["GTK-01"])["GTK-01/fails/too-high"]
    assert one.said == "found error in gatekeeping.csv, row 2, admissions_eligible (RZA-T01, voluntary)"


def test_an_outcome_is_compared_where_the_report_has_one(folder: Path, tmp_path: Path) -> None:
    program = 'print(\'{"findings": [], "outcome": "queried"}\')'
    done = run(folder, line(tmp_path, program), rules=["GTK-01"])
    assert done["GTK-01/passes/plain"].said == "expected the outcome accepted, got queried"


@pytest.mark.parametrize(
    ("program", "arguments", "said"),
    [
        ("print('{broken')", "{path}", "its report is not JSON"),
        ("print('{}')", "{path}", 'its report has no list of "findings", each with its "rule"'),
        ("print('{\"findings\": [1]}')", "{path}", 'its report has no list of "findings", each with its "rule"'),
        ("import sys; sys.exit(5)", "{path} {report}", "it wrote no report (exit status 5)"),
        ("open(__import__('sys').argv[2], 'wb').write(b'\\xff\\x00')", "{path} {report}", "its report is not JSON"),
    ],
)
def test_a_broken_report_is_a_sentence(program: str, arguments: str, said: str, folder: Path, tmp_path: Path) -> None:
    done = run(folder, line(tmp_path, program, arguments), rules=["GTK-01"])
    assert {(one.state, one.said) for one in done.values()} == {("differs", said)}


@pytest.mark.skipif(os.name == "nt", reason="groups of processes are POSIX's")
def test_command_that_hangs_is_stopped_with_its_child(folder: Path, tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    child = f"import time, pathlib; time.sleep(1.5); pathlib.Path({str(alive)!r}).touch()"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    started = time.monotonic()
    done = run(folder, line(tmp_path, program), rules=["GTK-01"], timeout=0.5)
    assert {result.said for result in done.values()} == {"the command was stopped after 0.5 s"}
    time.sleep(max(0, started + 2.3 - time.monotonic()))
    assert not alive.exists()


def test_a_command_that_cannot_be_started_is_a_sentence(folder: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with opened(folder) as kit:
        done = [one for runs in results(kit, Command((str(gone), "{path}")), rules=["GTK-01"]) for one in runs]
    assert {one.said for one in done} == {"the command could not be started: No such file or directory"}


@pytest.mark.parametrize(
    ("said", "because"),
    [
        ("", "The command is empty."),
        ("no-such-validator {path}", "There is no program 'no-such-validator' on PATH or in "),
        ("python3 'open {path}", "The command cannot be taken apart: no closing quotation."),
        (f"{sys.executable} --version", "The command has to say where the return goes: put {path} in it."),
    ],
)
def test_a_command_that_cannot_be_run_is_refused_with_a_sentence(said: str, because: str) -> None:
    with pytest.raises(NoCommand) as refused:
        command_of(said)
    assert str(refused.value).startswith(because)


def test_a_program_of_this_environment_is_found_though_it_is_not_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    name = Path(sys.executable).name
    assert command_of(f"{name} {{path}}").words[0] == str(Path(sys.executable).absolute())


def test_words_are_taken_apart_before_paths_are_put_in_and_no_other_brace_is_touched() -> None:
    command = Command(("check", "--in={path}", "{print $1}", "it's {prior}"))
    filled = command.filled({"{path}": "/a b/c", "{prior}": "/d e"})
    assert filled == ["check", "--in=/a b/c", "{print $1}", "it's /d e"]


def test_on_windows_a_backslash_is_a_backslash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "WINDOWS", True)
    monkeypatch.setattr(commands, "_program", lambda name: name)
    words = command_of(r'"C:\Program Files\check.exe" --in={path} --why="it is so" it\'s #1').words
    assert words == (r"C:\Program Files\check.exe", "--in={path}", "--why=it is so", r"it\'s", "#1")


def test_cases_of_one_return_share_one_run(folder: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    program = f"import sys; open({str(seen)!r}, 'a').write(sys.argv[1] + chr(10))"
    run(folder, line(tmp_path, program))
    assert sorted(Path(one).name for one in seen.read_text().splitlines()) == ["blank-rows", "plain", "too-high"]


def test_a_zip_of_a_kit_is_run_like_its_folder(folder: Path, tmp_path: Path) -> None:
    done = run(zip_of(folder, tmp_path / "kit.zip"), line(tmp_path, WRITES, "{path} {report} {prior}"))
    assert states(done) == {"differs": [], "not run": []}


def zip_of(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.rglob("*"):
            archive.write(file, file.relative_to(folder))
    return path


def test_what_is_no_kit_is_a_sentence(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "picture.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "empty").mkdir()
    whole = zip_of(folder, tmp_path / "spoilt.zip").read_bytes()
    (tmp_path / "spoilt.zip").write_bytes(whole[:60] + bytes(200) + whole[260:])
    for name, said in {
        "spoilt.zip": "cannot be opened as a zip",
        "nowhere": "is not there",
        "picture.jpg": "cannot be opened as a zip",
        "empty": "is no conformance kit: it holds no cases.json",
    }.items():
        with pytest.raises(NoKit, match=said), opened(tmp_path / name):
            pass
    (folder / "returns/plain/gatekeeping.csv").unlink()
    (folder / "returns/plain").rmdir()
    with pytest.raises(NoKit, match=r"is not whole: returns/plain is missing\."), opened(folder):
        pass
    for broken in ("{", "[]", "{}", '{"standard": {}, "cases": [{"id": 1}], "no_case": []}'):
        (folder / CASES).write_text(broken, encoding="utf-8")
        with pytest.raises(NoKit, match=r"cannot be read \(.*\): get the kit anew"), opened(folder):
            pass


def crt_return(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The command in this process: exit status, output, error output."""
    with (
        mock.patch.object(sys, "argv", ["crt-return", "conformance", *arguments]),
        pytest.raises(SystemExit) as ended,
    ):
        cli.main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_the_command_ends_with_0_and_n_of_n(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right = line(tmp_path, WRITES, "{path} {report} {prior}")
    status, out, err = crt_return(capsys, "--kit", str(folder), "--command", right)
    assert (status, out, err) == (0, "6 of 6 cases agree (crt-national-return 1.0.0).\n", "")


def test_the_command_ends_with_1_and_a_line_for_each_case_that_differs(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = crt_return(capsys, "--kit", str(folder), "--command", line(tmp_path, ALWAYS_CONTENT))
    assert status == 1
    lines = out.splitlines()
    assert len([one for one in lines if " differs: " in one]) == 2
    assert f"The return is {folder / 'returns/too-high'}." in out
    assert lines[-2:] == [
        "2 not run, because the command takes no {prior}: STF-10/passes/plain, STF-10/fails/more.",
        "2 of 4 cases agree (crt-national-return 1.0.0).",
    ]


def test_by_exit_status_alone_the_command_says_so_plainly(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = crt_return(capsys, "--kit", str(folder), "--command", line(tmp_path, SAYS_NOTHING))
    assert status == 0
    assert "3 judged by the exit status alone, as the command gave no report" in out
    assert "3 of 3 cases agree" in out


def test_a_return_of_a_kit_in_a_zip_is_named_by_its_place_there(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = zip_of(folder, tmp_path / "kit.zip")
    _, out, _ = crt_return(capsys, "--kit", str(packed), "--command", line(tmp_path, ALWAYS_CONTENT))
    assert f"The return is returns/too-high of {packed}." in out


def test_a_run_of_nothing_is_no_success(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only = ("--kit", str(folder), "--rule", "stf-10")
    status, out, _ = crt_return(capsys, *only, "--command", line(tmp_path, PRINTS))
    assert status == 1
    assert "0 of 0 cases agree" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Give the validator's --command, or --out to write the kit out."),
        (["--kit", "KIT", "--out", "x"], "give one of the two"),
        (["--kit", "KIT", "--command", "no-such-validator {path}"], "There is no program 'no-such-validator'"),
        (["--kit", "nowhere", "--command", "RIGHT"], "nowhere is not there"),
        (["--kit", "KIT", "--command", "RIGHT", "--rule", "GTK-99"], "The kit has no case of GTK-99."),
        (["--out", "new", "--rule", "GTK-99"], "The kit has no case of GTK-99."),
        (["--out", "KIT"], "is not an empty folder; give a new one."),
    ],
)
def test_wrong_usage_ends_with_2_and_a_sentence(
    arguments: list[str], said: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = {"KIT": str(folder), "RIGHT": line(tmp_path, PRINTS)}
    status, out, err = crt_return(capsys, *(known.get(one, one) for one in arguments))
    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
