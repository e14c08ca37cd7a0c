"""The command leaves out what it does not use, and leaves no trace of having done so."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

from crt_return.imports import without

SEEN = "import sys; from crt_return import cli; cli._load_pandera(); print(sorted(sys.modules))"


def test_the_command_checks_cells_without_loading_pandas() -> None:
    loaded = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, check=True, text=True).stdout
    assert "'pandera.backends.polars.container'" in loaded
    assert "'pandas'" not in loaded


def test_a_module_loaded_when_used_is_not_loaded_before() -> None:
    lazy = "import sys; from crt_return.imports import when_used\nwith when_used('wave'): import wave\n"
    kinds = f"{lazy}before = type(wave).__name__; wave.open; print(before, type(wave).__name__)"
    seen = subprocess.run([sys.executable, "-c", kinds], capture_output=True, check=True, text=True).stdout
    assert seen.split() == ["_LazyModule", "module"]


def test_a_library_left_out_looks_as_if_it_were_not_installed_and_only_for_as_long() -> None:
    with (
        without("calendar_of_nobody"),
        pytest.raises(ModuleNotFoundError, match="No module named 'calendar_of_nobody'"),
    ):
        find_spec("calendar_of_nobody")
    assert find_spec("calendar_of_nobody") is None
