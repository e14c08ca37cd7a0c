"""A return filled into the template is the return that its CSV files are: the same verdict, the same fingerprint."""

from __future__ import annotations

from pathlib import Path

import pytest

from crt_return.validate import run
from tests.template.made import PREVIOUS, VALID, fill


@pytest.mark.parametrize("made", ["new", "after"])
def test_a_valid_return_filled_into_the_template_is_accepted_with_the_hash_of_the_files(
    made: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    filled = fill(request.getfixturevalue(made), VALID, tmp_path / "filled.xlsx")
    report, of_files = (run(path, prior=PREVIOUS).report for path in (filled, VALID))
    assert report.findings == of_files.findings == ()
    assert report.outcome == "accepted"
    assert report.submission.content_sha256 == of_files.submission.content_sha256
