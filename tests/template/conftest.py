"""The templates that the tests look at, each made once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.template.made import PREVIOUS, VALID, fill, opened, template


def made(folder: Path, *words: str) -> Path:
    out = folder / "return.xlsx"
    result = template(out, *words)
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture(scope="session")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template for two teams that sent nothing before."""
    return made(tmp_path_factory.mktemp("new"), "--teams", "2")


@pytest.fixture(scope="session")
def after(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template after last quarter's return."""
    return made(tmp_path_factory.mktemp("after"), "--prior", str(PREVIOUS))


@pytest.fixture(scope="session")
def filled(new: Path, after: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Fill the valid return into both templates."""
    folder = tmp_path_factory.mktemp("filled")
    return {name: fill(path, VALID, folder / f"{name}.xlsx") for name, path in {"new": new, "after": after}.items()}


@pytest.fixture(scope="module")
def book(new: Path) -> Workbook:
    return opened(new)


@pytest.fixture(scope="module")
def book_after(after: Path) -> Workbook:
    return opened(after)
