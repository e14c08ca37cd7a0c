"""Annotations in a run of GitHub Actions, and nothing of them elsewhere."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from unittest import mock

import pytest

from crt_return import cli
from crt_return.reports import github
from crt_return.validate import run
from tests.reports.returns import HOSTILE, RETURNS, STANDARD, checked, with_cells

COMMAND = re.compile(r"^\s*::(\w[\w-]*)", re.MULTILINE)


def printed(capsys: pytest.CaptureFixture[str], path: Path) -> str:
    argv = ["crt-return", "validate", str(path), "--no-thresholds"]
    with mock.patch.object(sys, "argv", argv), pytest.raises(SystemExit):
        cli.main()
    return capsys.readouterr().out


def test_a_run_of_github_has_annotations_after_its_summary(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    said = printed(capsys, RETURNS["rejected"])
    assert said.index("REJECTED") < said.index("::error file=")
    line = next(one for one in said.splitlines() if "HDR-03" in one and one.startswith("::"))
    assert "/rich/return_header.csv,line=2,title=HDR-03 The dates of the header are those of its quarter::" in line


def test_elsewhere_there_are_none(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert not COMMAND.search(printed(capsys, RETURNS["rejected"]))


def test_ten_of_a_kind_are_annotated_and_the_true_number_is_said() -> None:
    report = checked("rejected").report
    said = github.lines(checked("rejected"), STANDARD)
    assert said.count("::error ") == said.count("::warning ") == github.MOST_OF_A_KIND
    assert f"The first 10 of {report.counts['error']} errors" in said
    assert f"The first 10 of {report.counts['warning']} warnings" in said


def test_no_value_of_a_return_is_a_command_to_github(tmp_path: Path) -> None:
    made = run(with_cells(tmp_path / "return", "team_register", HOSTILE), thresholds=False)
    said = github.lines(made, STANDARD)
    assert "%0A::error::" in said, "no finding shows the cell"
    assert all(re.match(r"::(error|warning|notice) file=", line) for line in said.splitlines())
    start, *_, end = github.plain("::error::\n").splitlines()
    assert start == f"::stop-commands::{end.strip(':')}"
