"""What all tests share: thresholds judged in plain Python, where the library would be imported for every return.

`test_thresholds.py` shows that the library, in the process of its own, finds the same. The tests share the cores, so
each of their processes keeps Polars to one thread.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

import pytest

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before anything imports it

from crt_return.expectations import Expectations, Missed, Rows, Suite
from crt_return.sampling.ranges import missed_of
from crt_return.standard import load_standard
from tests.once import once

ROOT = Path(__file__).parents[1]


class PlainJudge:
    """Judges the ranges of the suites without Great Expectations."""

    def __enter__(self) -> PlainJudge:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was started."""

    def missed(self, suites: Sequence[Suite], rows: Rows, results: Path | None = None) -> list[Missed]:
        assert results is None, "only the library has results to keep"
        return missed_of(suites, rows)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the file that makes the kit first and the others that need it last, so that no process waits for it."""
    needing = {item.path for item in items if "made_kit" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: (item.path.name != "test_golden.py", item.path in needing))


@pytest.fixture(autouse=True)
def judged_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that validate returns, or run the command, in their own process do not start another."""
    for module in ("crt_return.validate", "crt_return.expectations"):
        monkeypatch.setattr(import_module(module), "Expectations", PlainJudge)


@pytest.fixture(scope="session")
def expectations() -> Iterator[Expectations]:
    """Start Great Expectations in a process of its own, once for all tests that need the library."""
    with Expectations() as started:
        yield started


@pytest.fixture(scope="session")
def made_kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the conformance kit once a test run: its files in `kit` and `kit.zip`, the report on each in `reports`."""
    from crt_return.conformance.kit import judge_kit, kit_files
    from crt_return.publishing.zipped import zipped
    from crt_return.sampling.writing import write_folder
    from tests.golden import kit_reports, write

    def make(folder: Path) -> None:
        judged = judge_kit(load_standard())
        files = kit_files(judged)
        write_folder(files, folder / "kit")
        (folder / "kit.zip").write_bytes(zipped(files))
        write({name.removeprefix("kit/"): text for name, text in kit_reports(judged).items()}, folder / "reports")

    return once(tmp_path_factory, "made-kit", make)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, made_kit: Path) -> Path:
    """A copy of `docs/` and `mkdocs.yml`, made once a test run, with all that `crt-return publish` writes."""
    from crt_return.cli import commands
    from crt_return.cli_reference import command_line_page
    from crt_return.publishing.generated import DOCS, generated, write

    def make(folder: Path) -> None:
        shutil.copytree(ROOT / DOCS, folder / DOCS)
        shutil.copy(ROOT / "mkdocs.yml", folder)
        (folder / "validators").symlink_to(ROOT / "validators")  # whose docstrings the site shows
        kit = (made_kit / "kit.zip").read_bytes()
        write(generated(load_standard(), kit, command_line_page(commands)), folder)

    return once(tmp_path_factory, "published", make)
