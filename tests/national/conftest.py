"""The national report that several tests read, written once a test run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.national.made import SILENT, TEAMS, england, with_evil_name
from tests.once import once


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on a year of three providers and one that sent nothing, in all its forms."""

    def make(folder: Path) -> None:
        from crt_return.national.write import write_national

        write_national(england(TEAMS, silent=SILENT), with_evil_name(), folder)

    return once(tmp_path_factory, "national-year", make)
