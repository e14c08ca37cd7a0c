"""A return filled into the template is the return that its CSV files are: the same verdict, the same fingerprint."""

from __future__ import annotations

from pathlib import Path

import pytest

from crt_return.finding import Report
from crt_return.standard import REGISTER, TEAM
from crt_return.validate import run
from tests.template.made import PREVIOUS, VALID, fill, opened, records, template
from tests.template.test_libreoffice import OFFICE, converted

BLANK = {"PKG-04"}


def found(report: Report) -> list[tuple[object, ...]]:
    return [(one.rule, one.table, one.row, one.column, one.key, one.message) for one in report.findings]


def assert_same_return(workbook: Path, folder: Path) -> None:
    report, of_files = (run(path, prior=PREVIOUS).report for path in (workbook, folder))
    assert report.outcome == of_files.outcome == "accepted"
    assert found(report) == found(of_files)
    assert report.submission.content_sha256 == of_files.submission.content_sha256


@pytest.mark.parametrize("made", ["new", "after"])
def test_a_valid_return_filled_into_the_template_is_accepted_with_the_hash_of_the_files(
    made: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert_same_return(fill(request.getfixturevalue(made), VALID, tmp_path / "filled.xlsx"), VALID)


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.xdist_group("libreoffice")
def test_it_is_the_same_return_when_libreoffice_has_saved_it_again(after: Path, tmp_path: Path) -> None:
    filled = fill(after, VALID, tmp_path / "filled.xlsx")
    (tmp_path / "saved").mkdir()
    assert_same_return(converted(filled, "xlsx", tmp_path / "saved"), VALID)


def test_a_template_as_made_has_blanks_to_fill_and_no_other_fault_of_a_file_or_a_cell(new: Path) -> None:
    report = run(new, thresholds=False).report
    assert report.outcome == "rejected"
    assert {one.rule for one in report.findings if one.rule.startswith("PKG-")} == BLANK


def test_the_filled_workbook_is_next_quarters_prior(after: Path, tmp_path: Path) -> None:
    filled = fill(after, VALID, tmp_path / "filled.xlsx")
    result = template(tmp_path / "next.xlsx", "--prior", str(filled), period="2007-08-Q1")
    assert result.exit_code == 0, result.output
    rows = records(opened(tmp_path / "next.xlsx")[REGISTER])
    assert [row[TEAM] for row in rows] == ["RZA-T01", "RZA-T02", "RZA-T03", "RZA-T04"]
    assert {row["period"] for row in rows} == {"2007-08-Q1"}
