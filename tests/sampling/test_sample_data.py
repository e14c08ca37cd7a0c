"""The committed sample data: as made, valid where it says so, and together breaking every rule of the standard."""

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
from tests.shown import faults

STANDARD = load_standard()
SAMPLES = Path(__file__).parents[2] / "sample_data"
INVALID = SAMPLES / "invalid"
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


@cache
def report_on(name: str) -> Report:
    return validate(INVALID / name, prior=SAMPLES / "previous" if name in NEEDS_PRIOR else None)


def invalid_samples() -> Iterator[str]:
    yield from sorted(path.name for path in INVALID.iterdir() if path.name != "faults.csv")


def broken_on_purpose() -> dict[str, set[str]]:
    with (INVALID / "faults.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {folder: {row["rule"] for row in rows if row["folder"] == folder} for folder in {r["folder"] for r in rows}}


@pytest.mark.slow
def test_the_files_are_as_made() -> None:
    made = maker()
    assert made.differences(made.sample_files(STANDARD)) == [], "run: python sample_data/make.py"


def test_the_valid_sample_and_the_previous_one_have_no_fault() -> None:
    reports = [
        validate(SAMPLES / "previous"),
        validate(SAMPLES / "valid"),
        validate(SAMPLES / "valid", prior=SAMPLES / "previous"),
    ]
    assert [faults(report) for report in reports] == [[], [], []]


@pytest.mark.slow
@pytest.mark.parametrize("folder", sorted(broken_on_purpose()))
def test_every_rule_broken_on_purpose_is_found_broken(folder: str) -> None:
    assert set(report_on(folder).rules.failed) >= broken_on_purpose()[folder]


@pytest.mark.slow
def test_together_the_invalid_samples_break_every_rule_of_the_standard() -> None:
    broken = {rule for name in invalid_samples() for rule in report_on(name).rules.failed}
    assert sorted(set(STANDARD.rules) - broken) == []


@pytest.mark.parametrize("name", ["corrupt.zip", "nothing-of-a-return", "path-traversal.zip", "picture.jpg"])
def test_what_is_no_return_is_unreadable_rather_than_clean(name: str) -> None:
    assert report_on(name).outcome == "unreadable"


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
