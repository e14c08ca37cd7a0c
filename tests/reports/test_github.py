"""GitHub Actions gets annotations after the summary; elsewhere there are none."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path
from unittest import mock

import pytest

from crt_return import cli
from crt_return.reports import github
from tests.batches import STANDARD
from tests.reports.returns import RETURNS, checked

COMMAND = re.compile(r"^\s*::(\w[\w-]*)", re.MULTILINE)


def printed(capsys: pytest.CaptureFixture[str], path: Path) -> str:
    argv = ["crt-return", "validate", str(path), "--no-thresholds"]
    with mock.patch.object(sys, "argv", argv), pytest.raises(SystemExit):
        cli.main()
    return capsys.readouterr().out


def test_run_on_github_has_annotations_after_its_summary(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    said = printed(capsys, RETURNS["rejected"])
    assert said.index("REJECTED") < said.index("::error file=")
    line = next(one for one in said.splitlines() if "HDR-03" in one and one.startswith("::"))
    assert "/rich/return_header.csv,line=2,title=HDR-03 The dates of the header are those of its quarter::" in line


def test_run_elsewhere_has_no_annotations(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setattr(import_module("crt_return.validate"), "run", lambda *_, **__: checked("rejected"))
    said = printed(capsys, RETURNS["rejected"])
    assert "REJECTED" in said
    assert not COMMAND.search(said)


def test_ten_of_a_kind_are_annotated_and_all_are_counted() -> None:
    report = checked("rejected").report
    said = github.lines(checked("rejected"), STANDARD)
    assert said.count("::error ") == said.count("::warning ") == github.MOST_OF_A_KIND
    assert f"The first 10 of {report.counts['error']} errors" in said
    assert f"The first 10 of {report.counts['warning']} warnings" in said


def test_no_value_of_a_return_is_a_command_to_github() -> None:
    said = github.lines(checked("hostile"), STANDARD)
    assert "%0A::error::" in said, "no finding shows the cell"
    assert all(re.match(r"::(error|warning|notice) file=", line) for line in said.splitlines())
    start, *_, end = github.plain("::error::\n").splitlines()
    assert start == f"::stop-commands::{end.strip(':')}"
