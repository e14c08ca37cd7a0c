"""Run this package's validator over the kit, as a supplier runs theirs: it agrees with every case."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Hashable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crt_return import cli
from crt_return.conformance.command import Answer
from crt_return.conformance.comparing import Result, compared
from crt_return.conformance.files import OpenKit, read_folder
from crt_return.conformance.model import CASES, Case
from crt_return.reports.forms import FORMS
from crt_return.standard import load_standard
from tests.batches import Scenario, judge

pytestmark = pytest.mark.slow
STANDARD = load_standard()
VALIDATE = f'"{sys.executable}" -m crt_return validate {{path}}'


def own_results(kit: OpenKit, *, prior: bool) -> list[Result]:
    """Judge the returns of the kit in one batch, and compare each case with the report as the command writes it."""
    cases = [case for case in kit.cases.cases if prior or not case.needs_prior]
    priors = {case.prior: kit.folder / case.prior for case in cases}
    scenarios = {
        f"{case.path} {case.prior}": Scenario(kit.folder / case.path, priors[case.prior] if prior else None)
        for case in cases
    }
    answers = {
        name: Answer(cli.exit_status(run.report), json.loads(FORMS[".json"](run, STANDARD)))
        for name, run in judge(scenarios).items()
    }
    found = [(case, answers[f"{case.path} {case.prior}"]) for case in cases]
    assert [case.id for case, answer in found if answer.status != case.expected.exit_status] == []
    return [compared(case, answer) for case, answer in found]


def disagreeing(results: list[Result]) -> list[tuple[str, str]]:
    return [(result.case.id, result.said) for result in results if result.state != "agrees"]


def test_every_case_agrees_with_validator(open_kit: OpenKit) -> None:
    results = own_results(open_kit, prior=True)
    assert disagreeing(results) == []
    assert len(results) == len(open_kit.cases.cases)


def test_cases_that_need_no_prior_agree_without_prior(open_kit: OpenKit) -> None:
    assert disagreeing(own_results(open_kit, prior=False)) == []
    assert {case.rule for case in open_kit.cases.cases if case.needs_prior} == {
        "HDR-11", "REG-08", "STF-10", "GTK-14", "HTX-08", "HTX-15"
    }  # fmt: skip


def kinds(case: Case) -> Iterator[Hashable]:
    """What a case is an example of: a form and result of a return, a previous return, a group of rules."""
    severities = {finding["severity"] for finding in case.expected.findings}
    yield case.kind, Path(case.path).suffix, case.needs_prior, case.expected.outcome, *sorted(severities)
    yield case.prior
    yield case.kind, case.rule.partition("-")[0]


def chosen(kit: OpenKit) -> list[Case]:
    """Choose the first case of each kind, and the cases that share its return."""
    first: dict[Hashable, Case] = {}
    for case in kit.cases.cases:
        for kind in kinds(case):
            first.setdefault(kind, case)
    paths = {(case.path, case.prior) for case in first.values()}
    return [case for case in kit.cases.cases if (case.path, case.prior) in paths]


@pytest.fixture(scope="module")
def small_kit(open_kit: OpenKit, tmp_path_factory: pytest.TempPathFactory) -> OpenKit:
    """Write a kit of cases of every kind, with about twenty returns."""
    folder = tmp_path_factory.mktemp("small-kit")
    cases = chosen(open_kit)
    for path in {path for case in cases for path in (case.path, case.prior)}:
        given, copy = open_kit.folder / path, folder / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if given.is_dir() else shutil.copy)(given, copy)
    (folder / CASES).write_text(json.dumps(replace(open_kit.cases, cases=cases).as_dict()), encoding="utf-8")
    return read_folder(folder)


def conformance(kit: OpenKit, command: str, *more: str) -> tuple[int, list[str]]:
    """Run the command in its own process: exit status and printed lines."""
    words = [sys.executable, "-m", "crt_return", "conformance", "--kit", str(kit.folder), "--command", command, *more]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_chosen_cases_are_of_every_form_and_result(small_kit: OpenKit) -> None:
    cases = small_kit.cases.cases
    assert {Path(case.path).suffix for case in cases} == {"", ".zip", ".xlsx"}
    assert {(case.kind, case.needs_prior) for case in cases} == {
        (kind, needed) for kind in ("passes", "fails") for needed in (True, False)
    }
    assert {finding["severity"] for case in cases for finding in case.expected.findings} == {"info", "warning", "error"}
    assert {case.expected.outcome for case in cases} == {
        "accepted", "accepted_with_explanations", "rejected", "unreadable"
    }  # fmt: skip
    assert 20 <= len({case.path for case in cases}) <= 30


def test_command_agrees_with_every_chosen_case(small_kit: OpenKit) -> None:
    status, lines = conformance(small_kit, VALIDATE + " --prior {prior} --report {report}")
    every = len(small_kit.cases.cases)
    assert lines == [f"{every} of {every} cases agree (crt-national-return 1.0.0)."]
    assert status == 0


def test_command_agrees_by_exit_status_alone(open_kit: OpenKit) -> None:
    rules = ["GTK-01", "STF-10", "PKG-10", "PKG-20", "REG-06"]
    status, lines = conformance(open_kit, VALIDATE, *(word for rule in rules for word in ("--rule", rule)))
    assert status == 0
    assert [line.partition(",")[0] for line in lines] == [
        "2 not run",
        "1 not run",
        "7 judged by the exit status alone",
        "7 of 7 cases agree (crt-national-return 1.0.0).",
    ]
