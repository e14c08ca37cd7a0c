"""A fault repeated thousands of times is listed to a cap, and counted to the last row."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crt_return import Finding, Report, validate
from crt_return.finding import DEFAULT_CAP
from tests.benchmarks.episodes import make_return

pytestmark = pytest.mark.slow
ROWS = 1500


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Episodes with a wrong code in every row, and no contact in any."""
    folder = make_return(tmp_path_factory.mktemp("many") / "return", ROWS)
    with (folder / "episodes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "episodes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "priority_code": "7", "contacts_f2f": "0", "contacts_home": "0"} for row in rows)
    return folder


def of(report: Report, rule: str) -> list[Finding]:
    return [one for one in report.findings if one.rule == rule]


@pytest.mark.parametrize("rule", ["PKG-05", "EPI-04"])
def test_rows_past_the_cap_are_one_finding_that_counts_them(faulty: Path, rule: str) -> None:
    found = of(validate(faulty), rule)
    every = of(validate(faulty, all_rows=True), rule)
    assert len(found) == DEFAULT_CAP + 1
    assert sum(one.count for one in found) == len(every)
    assert len(every) > DEFAULT_CAP
    assert [one.cell for one in found[:-1]] == [one.cell for one in every[:DEFAULT_CAP]]
    assert f"{len(every) - DEFAULT_CAP} more of the same fault are not listed" in found[-1].message
    assert "--all-rows" in found[-1].message


def test_the_counts_of_the_report_are_true(faulty: Path) -> None:
    assert validate(faulty).counts == validate(faulty, all_rows=True).counts
