"""`crt-return sample`: two quarters for each provider, faults where asked, and a list of where they are."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crt_return.sampling.make import PROVIDERS, make_samples
from crt_return.standard import load_standard

STANDARD = load_standard()


def faults_listed(folder: Path) -> list[dict[str, str]]:
    with (folder / "faults.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_provider_has_the_previous_quarter_and_the_current_one(tmp_path: Path) -> None:
    made = make_samples(STANDARD, 2, 1, 1, tmp_path)
    folders = ["RZA/2006-07-Q3", "RZA/2006-07-Q4", "RZB/2006-07-Q3", "RZB/2006-07-Q4"]
    assert [path.relative_to(tmp_path).as_posix() for path in made] == folders
    assert all((path / "gatekeeping.csv").is_file() and (path / "README.txt").is_file() for path in made)
    assert not (tmp_path / "faults.csv").exists()


def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    for name in ("first", "second"):
        make_samples(STANDARD, 1, 1, 5, tmp_path / name, ["GTK-01"])
    first, second = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.csv")}
        for name in ("first", "second")
    )
    assert first == second


def test_faults_go_to_provider_after_provider_and_team_after_team(tmp_path: Path) -> None:
    make_samples(STANDARD, 2, 2, 1, tmp_path, ["GTK-01", "GTK-02", "STF-01", "GTK-01"])
    where = {(row["rule"], row["folder"]) for row in faults_listed(tmp_path)}
    assert where == {
        ("GTK-01", "RZA/2006-07-Q4"),
        ("GTK-02", "RZB/2006-07-Q4"),
        ("STF-01", "RZA/2006-07-Q4"),
        ("GTK-01", "RZB/2006-07-Q4"),
    }
    removed = [row["was"] for row in faults_listed(tmp_path) if row["rule"] == "STF-01"]
    assert removed == ["RZA|2006-07-Q4|RZA-T01|other_clinical"]


def test_the_previous_quarter_holds_no_fault(tmp_path: Path) -> None:
    make_samples(STANDARD, 1, 1, 1, tmp_path / "faulty", ["GTK-01"])
    make_samples(STANDARD, 1, 1, 1, tmp_path / "valid")
    file = "RZA/2006-07-Q3/gatekeeping.csv"
    assert (tmp_path / "faulty" / file).read_bytes() == (tmp_path / "valid" / file).read_bytes()


def test_there_are_thirty_six_synthetic_providers() -> None:
    assert (len(PROVIDERS), PROVIDERS[0], PROVIDERS[25], PROVIDERS[26], PROVIDERS[35]) == (
        36,
        "RZA",
        "RZZ",
        "RZ0",
        "RZ9",
    )
    known = {provider["code"] for provider in STANDARD.reference["provider"]}
    assert known >= set(PROVIDERS)


@pytest.mark.parametrize("providers", [0, 37])
def test_more_providers_than_there_are_is_refused(tmp_path: Path, providers: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 36 synthetic providers to be had, not {providers}"):
        make_samples(STANDARD, providers, 1, 1, tmp_path)


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ValueError, match="not an empty folder"):
        make_samples(STANDARD, 1, 1, 1, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_an_unknown_rule_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no rule 'GTK-99'"):
        make_samples(STANDARD, 1, 1, 1, tmp_path / "out", ["GTK-99"])
    assert not (tmp_path / "out").exists()
