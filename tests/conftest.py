"""What all tests share: one Great Expectations a process, where it would otherwise be imported for every return."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from crt_return import expectations


@cache
def library() -> ModuleType:
    """The library, imported once; its imports warn of what is deprecated in its own code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return expectations.great_expectations()


class InThisProcess:
    """Judges as the process of its own does, without starting one."""

    def __enter__(self) -> InThisProcess:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was started."""

    def missed(
        self, suites: Sequence[expectations.Suite], rows: expectations.Rows, results: Path | None = None
    ) -> list[expectations.Missed]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = expectations.missed(library(), suites, rows, str(results) if results else None)
        return [expectations.Missed(one["measure"], one["level"], tuple(one["rows"])) for one in found]


@pytest.fixture(autouse=True)
def one_great_expectations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that validate many returns share the library; `test_thresholds.py` shows the process of its own."""
    monkeypatch.setattr(import_module("crt_return.validate"), "Expectations", InThisProcess)
