"""Test that a fault repeated thousands of times is listed to a cap, and counted to the last row."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crt_return import Finding, Report, validate
from crt_return.finding import DEFAULT_CAP
from tests.benchmarks.episodes import make_return

ROWS = 1500


def faulty_episodes(folder: Path) -> Path:
    """Write a return with a wrong code in every row of episodes, and no contact in any."""
    make_return(folder, ROWS)
    with (folder / "episodes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "episodes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "priority_code": "7", "contacts_f2f": "0", "contacts_home": "0"} for row in rows)
    return folder


def findings(report: Report, rule: str) -> list[Finding]:
    return [found for found in report.findings if found.rule == rule]


@pytest.mark.slow
def test_rows_past_the_cap_are_counted_in_one_finding(tmp_path: Path) -> None:
    folder = faulty_episodes(tmp_path / "return")
    capped, whole = validate(folder), validate(folder, all_rows=True)
    assert capped.counts == whole.counts
    for rule in ("PKG-05", "EPI-04"):
        listed, every = findings(capped, rule), findings(whole, rule)
        assert len(listed) == DEFAULT_CAP + 1
        assert sum(found.count for found in listed) == len(every)
        assert len(every) > DEFAULT_CAP
        assert [found.cell for found in listed[:-1]] == [found.cell for found in every[:DEFAULT_CAP]]
        assert f"{len(every) - DEFAULT_CAP} more of the same fault are not listed" in listed[-1].message
        assert "--all-rows" in listed[-1].message
