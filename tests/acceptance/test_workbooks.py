"""A workbook in the inbox is a submission like any other, and the same one as the CSV files of the same return."""

from __future__ import annotations

from pathlib import Path

import pytest

from crt_return.publishing.workbook import return_workbook
from crt_return.sampling.scene import Tables
from crt_return.sampling.writing import files_of
from tests.acceptance.runs import LATER, STANDARD, Place, a_return
from tests.acceptance.test_commands import receipt_of, run
from tests.reading.workbooks import rows_of


def put_workbook(place: Place, name: str, tables: Tables) -> Path:
    files = files_of(tables, STANDARD, described=False)
    sheets = {file.removesuffix(".csv"): rows_of(data) for file, data in files.items() if file.endswith(".csv")}
    path = place.inbox / name
    path.write_bytes(return_workbook(sheets))
    return path


def test_a_workbook_is_accepted_and_its_receipt_holds_for_the_csv_files_too(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    put_workbook(place, "RZA.xlsx", a_return("RZA"))
    place.accept()
    (entry,) = place.entries()
    assert (entry.provider_code, entry.period, entry.outcome) == ("RZA", LATER, "accepted")
    same = place.put("RZA.zip", a_return("RZA"))
    status, out, _ = run(capsys, "verify", receipt_of(place, entry), same)
    assert (status, out.splitlines()[-1]) == (0, f"Receipt {entry.submission} holds for this return.")


@pytest.mark.slow
def test_the_same_return_as_csv_and_as_a_workbook_is_known_to_be_the_same(place: Place) -> None:
    place.put("RZA.zip", a_return("RZA"))
    place.accept()
    put_workbook(place, "RZA.xlsx", a_return("RZA"))
    place.accept()
    hashes = {entry.content_sha256 for entry in place.entries()}
    assert len(hashes) == 1
