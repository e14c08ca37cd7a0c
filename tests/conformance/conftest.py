"""The kit on disk, as a supplier has it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from crt_return.conformance.files import OpenKit, opened


@pytest.fixture(scope="session")
def made(made_kit: Path) -> Mapping[str, bytes]:
    """The files of the kit by their paths in it."""
    files = sorted(path for path in (made_kit / "kit").rglob("*") if path.is_file())
    return {path.relative_to(made_kit / "kit").as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="session")
def open_kit(made_kit: Path) -> OpenKit:
    """The kit, opened in its folder."""
    with opened(made_kit / "kit") as kit:
        return kit
