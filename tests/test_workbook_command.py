"""The command on a workbook, as its users run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crt_return.publishing.workbook import return_workbook
from tests.reading.workbooks import rows_of
from tests.test_cli import PREVIOUS, SAMPLE, VALID, run

HABITS = str(SAMPLE / "invalid/excel-habits.xlsx")


def workbook_of(folder: str, to: Path) -> str:
    """The CSV files of a folder as a workbook."""
    path = to / f"{Path(folder).name}.xlsx"
    path.write_bytes(return_workbook({file.stem: rows_of(file.read_bytes()) for file in Path(folder).glob("*.csv")}))
    return str(path)


def test_workbooks_of_two_quarters_are_checked_like_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given, prior = workbook_of(VALID, tmp_path), workbook_of(PREVIOUS, tmp_path)
    status, out, err = run(capsys, "validate", given, "--prior", prior)
    assert (status, err) == (0, "")
    assert "ACCEPTED: no errors and no warnings." in out


def test_faulty_cells_end_with_1_and_are_named_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.json"
    status, out, _ = run(capsys, "validate", HABITS, "--report", str(report))
    assert status == 1
    assert "In sheet gatekeeping, F2 shows an error of Excel ('#REF!')." in out
    assert out.count("sheet gatekeeping, F2") == 1
    findings = json.loads(report.read_text(encoding="utf-8"))["findings"]
    places = {(found["rule"], found["file"], found["sheet"], found["cell"]) for found in findings}
    assert ("PKG-23", "excel-habits.xlsx", "referrals", "E2") in places
    assert ("PKG-24", "excel-habits.xlsx", "audit_development", "D2") in places


def test_explain_shows_what_a_rule_finds_in_a_workbook(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "explain", "PKG-23", HABITS)
    assert status == 0
    assert "sheet referrals E2: In sheet referrals, E2 is a text with separators between thousands ('1,204')." in out


def test_text_named_as_workbook_ends_with_2_and_advice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "return.xlsx").write_bytes(b"provider_code,period\n")
    status, out, err = run(capsys, "validate", str(tmp_path / "return.xlsx"))
    assert status == 2
    said = " ".join((out + err).split())
    assert "is no Excel workbook, though its name says so" in said
    assert "save it as 'Excel Workbook (*.xlsx)'" in said
    assert "Traceback" not in said
