"""A valid return is accepted with nothing to mend or explain, with and without the quarter before."""

from __future__ import annotations

from pathlib import Path

import pytest

from crt_return.sampling.valid import two_quarters
from crt_return.sampling.writing import files_of, write_folder, write_zip
from crt_return.standard import load_standard
from crt_return.validate import validate
from tests.shown import ALWAYS_SHOWN

STANDARD = load_standard()
ALWAYS_UNJUDGED = {"HDR-05", "HDR-11", "FID-02", "FID-04", "EXP-01", "EXP-03"}
NOT_APPLICABLE = {"AUD-04"}  # no admission bypassed some of the teams


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "teams", "provider", "period"),
    [(1, 1, "RZA", "2006-07-Q4"), (2, 3, "RZ9", "2006-07-Q4"), (3, 2, "RZM", "2010-11-Q3")],
)
def test_a_valid_return_has_no_finding(tmp_path: Path, seed: int, teams: int, provider: str, period: str) -> None:
    before, now = two_quarters(STANDARD, provider, teams, period, seed)
    prior = write_folder(files_of(before, STANDARD), tmp_path / "before")
    path = write_folder(files_of(now, STANDARD), tmp_path / "now")
    reports = [validate(prior), validate(path), validate(path, prior=prior)]
    assert [{one.rule for one in report.findings} for report in reports] == [ALWAYS_SHOWN] * 3
    assert {report.outcome for report in reports} == {"accepted"}
    assert {one.rule for one in reports[2].rules.not_evaluated} <= ALWAYS_UNJUDGED | NOT_APPLICABLE


def test_the_zip_of_a_return_is_the_same_return(tmp_path: Path) -> None:
    _, now = two_quarters(STANDARD, "RZA", 1, "2006-07-Q4", 4)
    folder = validate(write_folder(files_of(now, STANDARD), tmp_path / "now"))
    zipped = validate(write_zip(files_of(now, STANDARD), tmp_path / "now.zip"))
    assert zipped.outcome == "accepted"
    assert zipped.submission.content_sha256 == folder.submission.content_sha256
