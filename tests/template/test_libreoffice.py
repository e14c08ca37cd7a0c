"""LibreOffice opens the template as it is, and what it saves says the same."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from crt_return.workbook_layout import TOTALS
from tests.template.made import STANDARD, VALID, Cell, fill, opened, records

OFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed"),
    pytest.mark.xdist_group("libreoffice"),
]


def converted(path: Path, form: str, folder: Path) -> Path:
    """The file as LibreOffice saves it in another form, with a profile of its own."""
    profile = (folder / "profile").as_uri()
    words = [str(OFFICE), f"-env:UserInstallation={profile}", "--headless", "--convert-to", form]
    subprocess.run([*words, "--outdir", str(folder), str(path)], check=True, capture_output=True, timeout=180)
    return folder / f"{path.stem}.{form}"


def in_use(sheet: Worksheet) -> list[dict[str, Cell]]:
    """The rows with anything in them: LibreOffice writes out rows that are only formatted."""
    return [row for row in records(sheet) if any(value is not None for value in row.values())]


def test_it_is_printed(after: Path, tmp_path: Path) -> None:
    assert converted(after, "pdf", tmp_path).read_bytes().startswith(b"%PDF")


def test_what_it_saves_again_has_the_same_rows_notes_and_checks(after: Path, tmp_path: Path) -> None:
    made, saved = opened(after), opened(converted(after, "xlsx", tmp_path))
    assert saved.sheetnames == made.sheetnames
    for table in STANDARD.tables.values():
        old, new = made[table.name], saved[table.name]
        assert in_use(new) == in_use(old)
        assert [bool(cell.comment) for cell in new[1]] == [True] * len(table.fields)
        assert new.data_validations.count >= len({one.formula1 for one in old.data_validations.dataValidation}) / 2


def test_the_totals_it_works_out_are_those_of_the_figures(after: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    filled = fill(after, VALID, tmp_path / "filled.xlsx")
    (tmp_path / "saved").mkdir()
    totals = load_workbook(converted(filled, "xlsx", tmp_path / "saved"), data_only=True)[TOTALS]
    rows = {(row[0], row[1]): row for row in totals.iter_rows(values_only=True)}
    blanks = {row[0]: row[2] for row in totals.iter_rows(max_row=20, values_only=True) if row[0] in STANDARD.tables}
    assert blanks == dict.fromkeys(STANDARD.tables, 0)
    table = STANDARD.tables["referrals"]
    received = [row["received"] for row in records(opened(filled)["referrals"]) if row["provider_code"]]
    assert rows[table.name, "received"][2] == sum(int(str(one)) for one in received)
    assert rows[table.name, "received"][2] == sum(int(str(one)) for one in rows[table.name, "received"][3:6])
