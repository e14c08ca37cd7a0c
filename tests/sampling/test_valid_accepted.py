"""A valid return is accepted with nothing to correct or explain, with and without the quarter before."""

from __future__ import annotations

from pathlib import Path

import pytest

from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import two_quarters
from crt_return.sampling.writing import files_of, write_folder, write_zip
from crt_return.standard import load_standard
from tests.batches import Scenario, judge
from tests.shown import ALWAYS_SHOWN

STANDARD = load_standard()
ALWAYS_UNJUDGED = {"HDR-05", "HDR-11", "FID-02", "FID-04", "EXP-01", "EXP-03"}
NOT_APPLICABLE = {"AUD-04"}  # no admission bypassed some of the teams
CASES = {
    "one team": (1, 1, "RZA", "2006-07-Q4"),
    "three teams": (2, 3, "RZ9", "2006-07-Q4"),
    "another year": (3, 2, "RZM", "2010-11-Q3"),
}


@pytest.mark.slow
def test_a_valid_return_has_no_finding(tmp_path: Path) -> None:
    scenarios: dict[str, Scenario | Tables] = {}
    for name, (seed, teams, provider, period) in CASES.items():
        before, now = two_quarters(STANDARD, provider, teams, period, seed)
        scenarios |= {f"{name}, before": before, f"{name}, now": now, f"{name}, with prior": Scenario(now, before)}
    for name, run in judge(scenarios, tmp_path).items():
        report = run.report
        assert {found.rule for found in report.findings} == ALWAYS_SHOWN, name
        assert report.outcome == "accepted", name
        if name.endswith("with prior"):
            assert {rule.rule for rule in report.rules.not_evaluated} <= ALWAYS_UNJUDGED | NOT_APPLICABLE, name


def test_the_zip_of_a_return_is_the_same_return(tmp_path: Path) -> None:
    _, now = two_quarters(STANDARD, "RZA", 1, "2006-07-Q4", 4)
    files = files_of(now, STANDARD)
    runs = judge({"folder": write_folder(files, tmp_path / "now"), "zip": write_zip(files, tmp_path / "now.zip")})
    reports = {name: run.report for name, run in runs.items()}
    assert {name: report.outcome for name, report in reports.items()} == {"folder": "accepted", "zip": "accepted"}
    assert reports["zip"].submission.content_sha256 == reports["folder"].submission.content_sha256
