"""Test that junk in a cell is a finding and never a failure: the return is judged, its thresholds too."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import valid_return
from crt_return.standard import RELEASE_KEY, load_standard
from tests.batches import judge

pytestmark = pytest.mark.slow
STANDARD = load_standard()
JUNK = ("8:00", "half past eight", "-", "99999999999999")


@cache
def valid() -> Tables:
    return valid_return(STANDARD, "RZA", 1, "2006-07-Q4", 1)


def with_junk(table: str, junk: str) -> Tables:
    """Return the valid tables with junk in every cell of one table but the key."""
    key = (*RELEASE_KEY, *STANDARD.tables[table].primary_key)
    spoilt = [name for name in STANDARD.tables[table].names if name not in key]
    return {**valid(), table: [{**row, **dict.fromkeys(spoilt, junk)} for row in valid()[table]]}


def with_junk_hours(field: str, junk: str) -> Tables:
    """Return the valid tables with junk in one cell of the first row of hours."""
    first, *rest = valid()["team_hours"]
    return {**valid(), "team_hours": [{**first, field: junk}, *rest]}


def test_junk_in_every_cell_but_the_key_is_named(tmp_path: Path) -> None:
    tables = [name for name in STANDARD.tables if valid().get(name)]
    cases = {f"{table} with {junk}": (table, junk) for table in tables for junk in JUNK}
    runs = judge({name: with_junk(*case) for name, case in cases.items()}, tmp_path)
    for name, (table, _) in cases.items():
        report = runs[name].report
        found = {fault.rule for fault in report.findings if fault.table == table}
        assert report.outcome == "rejected", name
        assert found & {"PKG-03", "PKG-05", "PKG-21", "EXP-01", "EXP-02"}, name


def test_junk_in_one_cell_of_the_hours_is_named_once(tmp_path: Path) -> None:
    cases = {f"{field} of {junk}": (field, junk) for field in ("start_time", "end_time") for junk in JUNK}
    runs = judge({name: with_junk_hours(*case) for name, case in cases.items()}, tmp_path)
    for name, (field, _) in cases.items():
        errors = [fault for fault in runs[name].report.findings if fault.severity == "error"]
        assert [(error.rule, error.row, error.field) for error in errors] == [("PKG-21", 2, field)], name
