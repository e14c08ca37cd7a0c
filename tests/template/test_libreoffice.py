"""LibreOffice opens the template as it is, and what it saves says the same."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from crt_return.workbook_layout import TOTALS
from tests.batches import Scenario, judge
from tests.template.made import PREVIOUS, STANDARD, VALID, Cell, assert_same_return, opened, records, rows_in

OFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed"),
    pytest.mark.xdist_group("libreoffice"),
]


def converted(form: str, folder: Path, *paths: Path) -> Path:
    """Let LibreOffice save files in another form, in one process with a profile of its own."""
    words = [str(OFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", form]
    subprocess.run([*words, "--outdir", str(folder), *map(str, paths)], check=True, capture_output=True, timeout=180)
    return folder


@pytest.fixture(scope="module")
def saved(after: Path, filled: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Let LibreOffice save the template after last quarter's return, as made and filled in."""
    folder = tmp_path_factory.mktemp("saved")
    names = {"as made": after, "filled": filled["after"]}
    assert after.name != filled["after"].name
    converted("xlsx", folder, *names.values())
    return {name: folder / path.name for name, path in names.items()}


def in_use(sheet: Worksheet) -> list[dict[str, Cell]]:
    """The rows with anything in them: LibreOffice writes out rows that are only formatted."""
    return [row for row in records(sheet) if any(value is not None for value in row.values())]


def test_template_is_printed(after: Path, tmp_path: Path) -> None:
    assert (converted("pdf", tmp_path, after) / "return.pdf").read_bytes().startswith(b"%PDF")


def test_saved_template_has_the_same_rows_notes_and_checks(after: Path, saved: Mapping[str, Path]) -> None:
    made, again = opened(after), opened(saved["as made"])
    assert again.sheetnames == made.sheetnames
    for table in STANDARD.tables.values():
        old, new = made[table.name], again[table.name]
        assert in_use(new) == in_use(old)
        assert [bool(cell.comment) for cell in new[1]] == [True] * len(table.fields)
        assert new.data_validations.count >= len({one.formula1 for one in old.data_validations.dataValidation}) / 2


def test_totals_that_libreoffice_works_out_are_of_the_figures(
    filled: Mapping[str, Path], saved: Mapping[str, Path]
) -> None:
    totals = load_workbook(saved["filled"], data_only=True)[TOTALS]
    rows = {(row[0], row[1]): row for row in totals.iter_rows(values_only=True)}
    blanks = {row[0]: row[2] for row in totals.iter_rows(max_row=20, values_only=True) if row[0] in STANDARD.tables}
    assert blanks == dict.fromkeys(STANDARD.tables, 0)
    table = STANDARD.tables["referrals"]
    received = [row["received"] for row in rows_in(filled["after"], "referrals") if row["provider_code"]]
    assert rows[table.name, "received"][2] == sum(int(str(one)) for one in received)
    assert rows[table.name, "received"][2] == sum(int(str(one)) for one in rows[table.name, "received"][3:6])


def test_filled_template_saved_by_libreoffice_is_that_return(saved: Mapping[str, Path]) -> None:
    paths = {"saved": saved["filled"], "files": VALID}
    runs = judge({name: Scenario(path, PREVIOUS) for name, path in paths.items()})
    assert_same_return(runs["saved"].report, runs["files"].report)
