"""The kit of the packaged standard, made once for all tests of a process and written to a folder."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from crt_return.conformance.files import OpenKit, opened
from crt_return.conformance.kit import kit
from crt_return.sampling.writing import write_folder
from crt_return.standard import load_standard


@pytest.fixture(scope="session")
def made() -> Mapping[str, bytes]:
    """The files of the kit."""
    return kit(load_standard())


@pytest.fixture(scope="session")
def open_kit(made: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> OpenKit:
    """The same on disk, as a supplier has it."""
    folder = write_folder(made, tmp_path_factory.mktemp("kit") / "a kit")
    with opened(folder) as kit_there:
        return kit_there
