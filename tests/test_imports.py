"""The command leaves out what it does not use, and leaves no trace of having done so."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

from crt_return.imports import without

SEEN = "import sys; from crt_return import cli, tables; tables.load_pandera(); print(sorted(sys.modules))"


def test_the_command_checks_cells_without_loading_pandas() -> None:
    loaded = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, check=True, text=True).stdout
    assert "'pandera.backends.polars.container'" in loaded
    assert "'pandas'" not in loaded


def test_the_judge_of_thresholds_loads_nothing_of_this_package_nor_what_it_never_calls() -> None:
    file = find_spec("crt_return.expectations")
    assert file
    seen = f"import runpy, sys; own = runpy.run_path({file.origin!r}); own['great_expectations'](); "
    lazy = "[type(sys.modules[name]).__name__ for name in ('altair', 'scipy.stats')]"
    show = f"{seen}print('crt_return' in sys.modules, 'polars' in sys.modules, *{lazy})"
    loaded = subprocess.run([sys.executable, "-c", show], capture_output=True, check=True, text=True).stdout
    assert loaded.split() == ["False", "False", "_LazyModule", "_LazyModule"]


def test_a_library_left_out_looks_as_if_it_were_not_installed_and_only_for_as_long() -> None:
    with (
        without("calendar_of_nobody"),
        pytest.raises(ModuleNotFoundError, match="No module named 'calendar_of_nobody'"),
    ):
        find_spec("calendar_of_nobody")
    assert find_spec("calendar_of_nobody") is None
