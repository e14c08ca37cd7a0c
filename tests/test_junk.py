"""Whatever a cell holds, the return is judged, its thresholds among the rest: junk is a finding, never a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from crt_return.sampling.valid import valid_return
from crt_return.sampling.writing import files_of, write_folder
from crt_return.standard import RELEASE_KEY, load_standard
from crt_return.validate import run

STANDARD = load_standard()
TABLES = valid_return(STANDARD, "RZA", 1, "2006-07-Q4", 1)
pytestmark = pytest.mark.slow
JUNK = ("8:00", "half past eight", "-", "99999999999999")


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("table", [name for name in STANDARD.tables if TABLES.get(name)])
def test_junk_in_every_cell_but_the_key_is_named_and_nothing_fails(table: str, junk: str, tmp_path: Path) -> None:
    key = (*RELEASE_KEY, *STANDARD.tables[table].primary_key)
    spoilt = [name for name in STANDARD.tables[table].names if name not in key]
    rows = [{**row, **dict.fromkeys(spoilt, junk)} for row in TABLES[table]]
    report = run(write_folder(files_of({**TABLES, table: rows}, STANDARD), tmp_path / "return")).report
    found = {one.rule for one in report.findings if one.table == table}
    assert report.outcome == "rejected"
    assert found & {"PKG-03", "PKG-05", "PKG-21", "EXP-01", "EXP-02"}


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("field", ["start_time", "end_time"])
def test_junk_among_the_hours_is_named_once(field: str, junk: str, tmp_path: Path) -> None:
    rows = [dict(row) for row in TABLES["team_hours"]]
    rows[0][field] = junk
    report = run(write_folder(files_of({**TABLES, "team_hours": rows}, STANDARD), tmp_path / "return")).report
    assert [(one.rule, one.row, one.field) for one in report.findings if one.severity == "error"] == [
        ("PKG-21", 2, field)
    ]
