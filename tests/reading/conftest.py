"""A clean return in a folder, to be spoilt one fault at a time."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from crt_return.standard import Standard, load_standard
from tests.reading.returns import HEADER, ROW, Return, Zipped, example_files


@pytest.fixture(scope="session")
def standard() -> Standard:
    return load_standard()


@pytest.fixture
def clean(tmp_path: Path, standard: Standard) -> Return:
    """A whole return without a file-level fault."""
    folder = tmp_path / "return"
    folder.mkdir()
    made = Return(folder, standard)
    for file, content in example_files(standard).items():
        made.write(file, content)
    return made.explanations(HEADER + ROW)


@pytest.fixture
def zipped(tmp_path: Path) -> Zipped:
    """Writes a zip of named contents."""

    def write(files: Mapping[str, bytes]) -> Path:
        path = tmp_path / "return.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return path

    return write
