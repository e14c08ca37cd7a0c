"""The kit as it is published, opened once for all tests of a process. `crt-return publish --check` says if stale."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from crt_return.conformance.files import OpenKit, opened
from crt_return.publishing.downloads import KIT
from crt_return.sampling.writing import write_folder

PUBLISHED = Path(__file__).parents[2] / "docs/downloads" / KIT


@pytest.fixture(scope="session")
def made() -> Mapping[str, bytes]:
    """The files of the kit."""
    with zipfile.ZipFile(PUBLISHED) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="session")
def open_kit(made: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> OpenKit:
    """The same on disk, as a supplier has it."""
    folder = write_folder(made, tmp_path_factory.mktemp("kit") / "a kit")
    with opened(folder) as kit_there:
        return kit_there
