"""Thresholds judged by Great Expectations: the same teams as the measures' own states, named by their rules."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crt_return.expectations import Expectations
from crt_return.measure import LEVELS, Level, Measure
from crt_return.measured import MET, Measured, state_of
from crt_return.publishing.downloads import downloads
from crt_return.scope import Data
from crt_return.standard import TEAM, Rule, load_standard
from crt_return.thresholds import answers, judge_thresholds, question, suites, threshold_rules
from tests.conftest import PlainJudge
from tests.examples import PERIOD, example_return

STANDARD = load_standard()
STARTS = STANDARD.quarters[PERIOD].starts
ROOT = Path(__file__).parents[1]
NEAR = 1e-6


def with_value(measure: Measure, team: str, value: float | None, level: Level = "met") -> Measured:
    """A measure whose value is given; the other level of a measure with two counts stands far on the good side."""
    threshold = measure.threshold(STARTS)
    assert threshold is not None
    on_strong = level == "strong" and measure.strong_numerator is not None
    plain = threshold.first.number if on_strong else value
    strong = value if on_strong else None
    denominator = 1.0 if measure.kind != "share" else 100.0
    numerator = None if plain is None or value is None else plain * (denominator if measure.divides else 1)
    state, because = state_of(measure, threshold, numerator, denominator, strong, STANDARD.small_number(STARTS))
    return Measured(
        measure, "RZA", team, threshold, numerator, denominator, None if value is None else plain, strong, state,
        because=because,
    )  # fmt: skip


def judged(found: list[Measured], by: Any, results: Path | None = None) -> dict[str, Any]:
    data = Data(STANDARD, *example_return("team_register", {}, STANDARD))
    asked = question(found, STANDARD, PERIOD)
    (missed,) = answers([asked], STANDARD, by, results)
    return {one.rule.id: one for one in judge_thresholds(found, data, STANDARD, PERIOD, asked, missed)}


@dataclass(frozen=True)
class Case:
    rule: Rule
    kind: str
    team: str
    measured: list[Measured]


def cases() -> Iterator[Case]:
    number = 0
    for rule in threshold_rules(STANDARD):
        for kind, examples in rule.examples.items():
            for example in examples:
                number += 1
                team = f"RZA-X{number:03}"
                values = [
                    with_value(STANDARD.measures[name], team, value, rule.level) for name, value in example.items()
                ]
                yield Case(rule, kind, team, values)


def test_threshold_rule_finds_its_examples_and_names_the_team(expectations: Expectations) -> None:
    every = list(cases())
    verdicts = judged([measure for case in every for measure in case.measured], expectations)
    for case in every:
        own = verdicts[case.rule.id]
        found = [one for one in own.findings if one.key[TEAM] == case.team]
        open_for = [because for because in own.because if case.team in because]
        assert bool(found) == (case.kind == "fails"), (case.rule.id, case.kind, case.measured)
        assert bool(open_for) or case.kind != "not_judged", (case.rule.id, own.because)
        assert not open_for or case.kind != "passes", (case.rule.id, open_for)
        assert all(one.severity in ("warning", "info") for one in found), "no shortfall ever rejects a return"
    assert {case.rule.id for case in every} == {rule.id for rule in threshold_rules(STANDARD)}


def test_great_expectations_agrees_with_the_states(expectations: Expectations) -> None:
    """Two readers of one number: on the limit, a hair to each side of it, and far from it."""
    found = [
        with_value(measure, f"RZA-{measure.id}-{level}-{n}", value, level)
        for measure in STANDARD.measures.values()
        for level in LEVELS
        if (limit := (measure.threshold(STARTS) or pytest.fail(measure.id)).limit(level))
        for n, value in enumerate((0.0, limit.number - NEAR, limit.number, limit.number + NEAR, 2 * limit.number + 1))
        if measure.of == "team"
    ]
    verdicts, plainly = judged(found, expectations), judged(found, PlainJudge())
    for rule in threshold_rules(STANDARD):
        missed = {one.key[TEAM] for one in verdicts[rule.id].findings}
        own = [one for one in found if one.measure.id in rule.measures]
        values = {one.team_id: (one.limit(rule.level), one.judged_value(rule.level)) for one in own}
        short = {team for team, (limit, value) in values.items() if value is not None and not limit.holds(value)}
        assert missed == short, rule.id
        assert missed == {one.key[TEAM] for one in plainly[rule.id].findings}, "the other tests' judge finds the same"
        assert rule.level == "strong" or missed == {one.team_id for one in own if one.state not in MET}


def test_rule_with_one_of_two_measures_open_may_hide_a_warning() -> None:
    open_, met, small = (
        [with_value(STANDARD.measures[name], "RZA-T01", value) for name, value in measures.items()]
        for measures in ({"F2.2": None, "F2.3": 1.0}, {"F2.2": 1.0, "F2.3": 1.0}, {"F2.2": None, "F2.3": None})
    )
    assert [judged(found, PlainJudge())["GTK-09"].unseen for found in (open_, met, small)] == [True, False, True]


def test_published_suites_are_those_that_run() -> None:
    files = downloads(STANDARD, kit=b"")
    kept = {Path(name).stem: json.loads(files[name]) for name in files if name.startswith("expectations/")}
    assert kept == {suite["name"]: suite for suite in suites(STANDARD, None)}
    # a new version of the library changes nothing that is published
    assert not any("great_expectations_version" in suite["meta"] for suite in kept.values())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the library's own imports, in its own code
def test_great_expectations_reads_the_published_suites() -> None:
    from crt_return.expectations import great_expectations

    gx = great_expectations()
    for suite in suites(STANDARD, None):
        read = gx.ExpectationSuite(**json.loads(json.dumps(suite)))
        columns = [expectation["kwargs"]["column"] for expectation in suite["expectations"]]
        assert [expectation.column for expectation in read.expectations] == columns


def test_results_are_kept_for_the_archive(tmp_path: Path, expectations: Expectations) -> None:
    measure = STANDARD.measures["F2.1"]
    judged([with_value(measure, "RZA-T01", 0.5), with_value(measure, "RZA-T02", 1.0)], expectations, tmp_path)
    kept = json.loads((tmp_path / "results" / "gatekeeping.json").read_text(encoding="utf-8"))
    assert kept["success"] is False
    assert (tmp_path / "data_docs" / "index.html").is_file()
    assert {path.stem for path in (tmp_path / "results").iterdir()} == {
        suite["name"] for suite in suites(STANDARD, None)
    }


NO_NETWORK = """
import socket

def refused(*_, **__):
    open({log!r}, "a").write("called\\n")
    raise OSError("no network here")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refused
"""


@pytest.mark.slow
@pytest.mark.parametrize("extra", [[], ["--gx-results", "kept"]], ids=["plain", "with results"])
def test_no_network_call_leaves_the_machine(tmp_path: Path, extra: list[str]) -> None:
    log = tmp_path / "calls.txt"
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK.format(log=str(log)), encoding="utf-8")
    inherited = [part for part in (os.environ.get("PYTHONPATH"),) if part]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *inherited])}
    probe = "import socket; socket.create_connection(('127.0.0.1', 9))"
    assert subprocess.run([sys.executable, "-c", probe], env=environment, capture_output=True).returncode != 0
    assert log.read_text() == "called\n", "the trap works"
    command = [sys.executable, "-m", "crt_return", "validate", str(ROOT / "sample_data" / "valid"), *extra]
    done = subprocess.run(command, env=environment, capture_output=True, cwd=tmp_path, text=True)
    assert done.returncode == 0, done.stderr
    assert log.read_text() == "called\n"
