"""A workbook that went through another office program is the same return."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from crt_return.publishing.workbook import return_workbook
from crt_return.standard import load_standard
from crt_return.validate import validate
from tests.reading.workbooks import rows_of

SAMPLES = Path(__file__).parents[2] / "sample_data"
STANDARD = load_standard()


@pytest.fixture(scope="module")
def saved_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The valid sample as a workbook, opened and saved by LibreOffice, which `.ci/run` installs."""
    folder = tmp_path_factory.mktemp("office")
    given = folder / "given" / "return.xlsx"
    given.parent.mkdir()
    tables = {path.stem: rows_of(path.read_bytes()) for path in (SAMPLES / "valid").glob("*.csv")}
    given.write_bytes(return_workbook(tables))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder), str(given)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return folder / "return.xlsx"


@pytest.mark.slow
def test_a_workbook_saved_again_by_libreoffice_is_the_same_return(saved_again: Path) -> None:
    prior = SAMPLES / "previous"
    csv, book = (validate(path, prior=prior) for path in (SAMPLES / "valid", saved_again))
    assert book.submission.content_sha256 == csv.submission.content_sha256
    assert (book.outcome, book.counts, book.rules.passed) == (csv.outcome, csv.counts, csv.rules.passed)
