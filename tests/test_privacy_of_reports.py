"""Test that an NHS number typed into any cell is in no form of the report, nor is a sum that gives it away."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from crt_return.publishing.zipped import entries
from crt_return.reports import github, terminal
from crt_return.reports.forms import FORMS
from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import valid_return
from crt_return.standard import EXPLANATIONS
from tests.batches import STANDARD, judge

pytestmark = pytest.mark.slow
NHS_NUMBER = "9434765919"
A_WORKBOOK = ".xlsx"  # takes long to write: one for each table is enough, with the number in all its cells


@cache
def valid() -> Tables:
    return valid_return(STANDARD, "RZA", 2, "2006-07-Q4", 1)


def with_number(table: str, *fields: str) -> Tables:
    """Return the valid return with the number in cells of the first row of a table."""
    first, *rest = valid()[table]
    return {**valid(), table: [{**first, **dict.fromkeys(fields, NHS_NUMBER)}, *rest]}


@pytest.fixture(params=[table for table in STANDARD.tables if table != EXPLANATIONS])  # a valid return has none
def table(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_no_form_holds_the_number_or_a_sum_with_it(table: str, tmp_path: Path) -> None:
    """Put the number into each field of the table, each in a return of its own."""
    runs = judge({name: with_number(table, name) for name in STANDARD.tables[table].names}, tmp_path)
    for field, run in runs.items():
        assert_hidden(terminal.text(run.report, STANDARD) + github.lines(run, STANDARD), f"{field} on the terminal")
        for form in FORMS.keys() - {A_WORKBOOK}:
            assert_hidden(FORMS[form](run, STANDARD).decode(), f"{field} in {form}")


def test_marked_workbook_holds_neither_the_number_nor_a_sum(table: str, tmp_path: Path) -> None:
    given = with_number(table, *STANDARD.tables[table].names[2:])
    book = FORMS[A_WORKBOOK](judge({table: given}, tmp_path)[table], STANDARD)
    for name, part in entries(book).items():
        assert_hidden(part.decode(), name)


def assert_hidden(written: str, where: str) -> None:
    shown = re.sub(r'"content_sha256": "[0-9a-f]{64}"|\b[0-9a-f]{64}\b', "", written)
    assert NHS_NUMBER not in shown, where
    sums = re.findall(r"(?<![0-9a-z.])9[0-9]{9}(?![0-9a-z])", shown)
    assert sums == [], f"{where}: a sum with the number gives it away"
