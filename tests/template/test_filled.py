"""A return filled into the template is the return that its CSV files are: the same verdict, the same fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from crt_return.standard import REGISTER, TEAM
from crt_return.validate import Run
from tests.batches import Scenario, judge
from tests.template.made import PREVIOUS, VALID, assert_same_return, rows_in, template

BLANK = {"PKG-04"}


@pytest.fixture(scope="module")
def runs(filled: Mapping[str, Path], new: Path) -> Mapping[str, Run]:
    """Judge the filled templates, the template as made and the valid return's files in one batch."""
    paths = {**filled, "as made": new, "files": VALID}
    return judge({name: Scenario(path, PREVIOUS) for name, path in paths.items()})


@pytest.mark.parametrize("made", ["new", "after"])
def test_template_filled_with_a_valid_return_is_that_return(made: str, runs: Mapping[str, Run]) -> None:
    assert_same_return(runs[made].report, runs["files"].report)


def test_template_as_made_has_no_fault_but_blank_cells(runs: Mapping[str, Run]) -> None:
    report = runs["as made"].report
    assert report.outcome == "rejected"
    assert {found.rule for found in report.findings if found.rule.startswith("PKG-")} == BLANK


@pytest.mark.slow
def test_the_filled_workbook_is_next_quarters_prior(filled: Mapping[str, Path], tmp_path: Path) -> None:
    result = template(tmp_path / "next.xlsx", "--prior", str(filled["after"]), period="2007-08-Q1")
    assert result.exit_code == 0, result.output
    rows = rows_in(tmp_path / "next.xlsx", REGISTER)
    assert [row[TEAM] for row in rows] == ["RZA-T01", "RZA-T02", "RZA-T03", "RZA-T04"]
    assert {row["period"] for row in rows} == {"2007-08-Q1"}
