"""The command leaves out what it does not use, and leaves no trace of having done so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from crt_return.imports import without

ROOT = Path(__file__).parents[1]
SEEN = "import sys; from crt_return import cli, tables; tables.load_pandera(); print(sorted(sys.modules))"


@pytest.mark.slow
def test_the_command_checks_cells_without_loading_pandas() -> None:
    loaded = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, check=True, text=True).stdout
    assert "'pandera.backends.polars.container'" in loaded
    assert "'pandas'" not in loaded


WITHOUT_PARSER = "import sys; sys.modules['sqlglot'] = None; from crt_return.cli import main; main()"


@pytest.mark.slow
def test_sql_of_the_standard_is_parsed_once_per_user(tmp_path: Path) -> None:
    cache = {**os.environ, **dict.fromkeys(("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"), str(tmp_path))}
    words = ["validate", str(ROOT / "sample_data" / "valid"), "--no-thresholds"]
    first = subprocess.run([sys.executable, "-m", "crt_return", *words], env=cache, capture_output=True, text=True)
    again = subprocess.run([sys.executable, "-c", WITHOUT_PARSER, *words], env=cache, capture_output=True, text=True)
    assert (first.returncode, again.returncode, again.stderr) == (0, 0, "")
    assert again.stdout == first.stdout


def of_the_judge(*statements: str, given: str = "") -> list[str]:
    """What the statements print when the judge's file has been read as `own`; `given` is its standard input."""
    file = find_spec("crt_return.expectations")
    assert file
    program = "; ".join([f"import re, runpy, sys; own = runpy.run_path({file.origin!r})", *statements])
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, check=True, text=True, input=given).stdout.splitlines()


SOURCE = "great_expectations.datasource.fluent.sqlite_datasource"


@pytest.mark.slow
def test_the_judge_of_thresholds_loads_nothing_of_this_package_nor_what_it_never_calls() -> None:
    loaded = of_the_judge(
        "own['great_expectations'](own['_Spared']())",
        "print('crt_return' in sys.modules, 'polars' in sys.modules)",
        "print(*[type(sys.modules[name]).__name__ for name in ('altair', 'scipy.stats')])",
        f"print(type(sys.modules[{SOURCE!r}].__spec__.loader).__name__)",
    )
    assert loaded == ["False False", "_LazyModule _LazyModule", "_InNameAlone"]


@pytest.mark.slow
def test_a_library_that_cannot_be_imported_in_part_is_imported_whole() -> None:
    needed = "own['_Spared'].in_name_alone = re.compile('requests')"
    request = {"suites": [], "rows": [{"provider_code": "RZA", "team_id": "RZA-T01", "F1.1": 1}], "results": None}
    answer = of_the_judge(needed, "own['main']()", given=json.dumps(request) + "\n")
    assert [json.loads(line) for line in answer] == [{"missed": []}]


def test_a_library_left_out_looks_as_if_it_were_not_installed_and_only_for_as_long() -> None:
    with (
        without("calendar_of_nobody"),
        pytest.raises(ModuleNotFoundError, match="No module named 'calendar_of_nobody'"),
    ):
        find_spec("calendar_of_nobody")
    assert find_spec("calendar_of_nobody") is None
