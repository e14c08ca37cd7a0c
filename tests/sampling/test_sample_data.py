"""The committed samples are as made; those called valid are valid, and the others break every rule together."""

from __future__ import annotations

import csv
import importlib.util
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from crt_return.finding import Report
from crt_return.standard import load_standard
from crt_return.validate import validate
from tests.batches import Scenario, judge
from tests.shown import faults

STANDARD = load_standard()
SAMPLES = Path(__file__).parents[2] / "sample_data"
INVALID = SAMPLES / "invalid"
PREVIOUS = SAMPLES / "previous"
NEEDS_PRIOR = ("rich",)


@cache
def maker() -> ModuleType:
    """The script as a module; it lies outside every package."""
    spec = importlib.util.spec_from_file_location("sample_data_make", SAMPLES / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return module


def invalid_samples() -> Iterator[str]:
    yield from sorted(path.name for path in INVALID.iterdir() if path.name != "faults.csv")


def broken_on_purpose() -> dict[str, set[str]]:
    with (INVALID / "faults.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {folder: {row["rule"] for row in rows if row["folder"] == folder} for folder in {r["folder"] for r in rows}}


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    """Judge all invalid samples in one batch."""
    paths = {name: INVALID / name for name in invalid_samples()}
    runs = judge({name: Scenario(path, PREVIOUS if name in NEEDS_PRIOR else None) for name, path in paths.items()})
    return {name: run.report for name, run in runs.items()}


@pytest.mark.slow
def test_the_files_are_as_made() -> None:
    made = maker()
    assert made.differences(made.sample_files(STANDARD)) == [], "run: python sample_data/make.py"


@pytest.mark.slow
def test_valid_sample_and_previous_one_have_no_fault() -> None:
    valid = SAMPLES / "valid"
    runs = judge({"previous": PREVIOUS, "valid": valid, "valid with previous": Scenario(valid, PREVIOUS)})
    assert [fault for run in runs.values() for fault in faults(run.report)] == []


@pytest.mark.slow
@pytest.mark.parametrize("folder", sorted(broken_on_purpose()))
def test_every_rule_broken_on_purpose_is_found_broken(folder: str, reports: dict[str, Report]) -> None:
    assert set(reports[folder].rules.failed) >= broken_on_purpose()[folder]


@pytest.mark.slow
def test_invalid_samples_break_every_rule_together(reports: dict[str, Report]) -> None:
    broken = {rule for report in reports.values() for rule in report.rules.failed}
    assert sorted(set(STANDARD.rules) - broken) == []


@pytest.mark.parametrize("name", ["corrupt.zip", "nothing-of-a-return", "path-traversal.zip", "picture.jpg"])
def test_what_is_no_return_is_unreadable_rather_than_clean(name: str) -> None:
    assert validate(INVALID / name).outcome == "unreadable"


def test_every_folder_of_the_samples_says_that_it_is_synthetic() -> None:
    folders = {path.parent for path in SAMPLES.rglob("*.csv") if path.parent != INVALID}
    assert folders
    for folder in folders:
        assert (folder / "README.txt").read_text(encoding="utf-8").startswith("SYNTHETIC DATA - not a real trust")


def test_the_readme_names_every_sample() -> None:
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert [name for name in invalid_samples() if f"`{name}" not in readme] == []


def test_a_changed_a_missing_and_a_strange_file_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = maker()
    monkeypatch.setattr(made, "HERE", tmp_path)
    made.write({"valid/a.csv": b"1", "valid/b.csv": b"2"})
    (tmp_path / "valid/a.csv").write_bytes(b"9")
    (tmp_path / "strange.txt").write_bytes(b"")
    wanted = {"valid/a.csv": b"1", "valid/b.csv": b"2", "valid/c.csv": b"3"}
    assert made.differences(wanted) == ["strange.txt", "valid/a.csv", "valid/c.csv"]
