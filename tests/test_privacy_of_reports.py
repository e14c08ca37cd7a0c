"""An NHS number typed into any cell stands in nothing that is written, nor does a sum that gives it away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crt_return.publishing.zipped import entries
from crt_return.reports import github, terminal
from crt_return.reports.forms import FORMS
from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import valid_return
from crt_return.sampling.writing import files_of, write_folder
from crt_return.standard import load_standard
from crt_return.validate import Run, run

STANDARD = load_standard()
NHS_NUMBER = "9434765919"
TABLES = valid_return(STANDARD, "RZA", 2, "2006-07-Q4", 1)
CELLS = [
    pytest.param(table.name, field.name, id=f"{table.name}-{field.name}")
    for table in STANDARD.tables.values()
    for field in table.fields
    if TABLES.get(table.name)
]
A_WORKBOOK = ".xlsx"  # it takes its time: a run for each table is enough, with the number in all its cells


def checked(tables: Tables, folder: Path) -> Run:
    return run(write_folder(files_of(tables, STANDARD), folder / "return"))


def assert_hidden(written: str) -> None:
    shown = re.sub(r'"content_sha256": "[0-9a-f]{64}"|\b[0-9a-f]{64}\b', "", written)
    assert NHS_NUMBER not in shown
    assert not re.search(r"(?<![0-9a-z.])9[0-9]{9}(?![0-9a-z])", shown), "a sum with the number gives it away"


@pytest.mark.slow
@pytest.mark.parametrize(("table", "field"), CELLS)
def test_nothing_written_holds_the_number_or_a_sum_with_it(table: str, field: str, tmp_path: Path) -> None:
    rows = [dict(row) for row in TABLES[table]]
    rows[0][field] = NHS_NUMBER
    made = checked({**TABLES, table: rows}, tmp_path)
    assert_hidden(terminal.text(made.report, STANDARD) + github.lines(made, STANDARD))
    for form in FORMS:
        if form != A_WORKBOOK:
            assert_hidden(FORMS[form](made, STANDARD).decode())


@pytest.mark.slow
@pytest.mark.parametrize("table", [name for name in STANDARD.tables if TABLES.get(name)])
def test_no_part_of_a_marked_workbook_holds_the_number_or_a_sum_with_it(table: str, tmp_path: Path) -> None:
    rows = [dict(row) for row in TABLES[table]]
    rows[0] |= dict.fromkeys(STANDARD.tables[table].names[2:], NHS_NUMBER)
    book = FORMS[A_WORKBOOK](checked({**TABLES, table: rows}, tmp_path), STANDARD)
    for part in entries(book).values():
        assert_hidden(part.decode())
