"""Plant every fault of every rule alone in a valid return: it trips that rule, and no other but those listed.

This proves that each rule can fire on real files, from CSV to report.
"""

from __future__ import annotations

import pytest

from crt_return.sampling.faults import plant
from crt_return.sampling.valid import two_quarters
from crt_return.sampling.writing import files_of, return_path, write_folder
from crt_return.standard import load_standard
from tests.batches import Scenario, judge
from tests.shown import ALWAYS_SHOWN

STANDARD = load_standard()
FAULTS = {f"{rule.id}-{variant}": (rule, variant) for rule in STANDARD.rules.values() for variant in rule.faults}

# Rules that always fail with the rule whose fault is planted.
UNEXPLAINED = "EXP-02"  # a final return with a warning and no explanation
CLAIMS = {"FID-03", "REG-10"}  # a team that says all is in place, and now has less
COMPANIONS = {
    "HDR-11": {"REG-08", UNEXPLAINED},  # a nil return is asked about the teams of last quarter
    "STF-03": {"STF-04"},  # above the level asked for is above the stronger one too
    "HRS-08": {"HRS-06", UNEXPLAINED},  # a night without visits is one with nobody to visit
    "HRS-04": {"HRS-06"},  # hours without visits are hours with nobody to visit
    "GTK-08": {"GTK-13"},  # a team that says it gatekeeps, and now does less
    "GTK-13": {"GTK-08"},  # counts that contradict the claim are counts below the threshold
    "FID-02": {"FID-04"},  # a requirement said to be partly in place, which by the figures is fully
    "HTX-15": {"HTX-12"},  # more starts, and no more early discharges
    "EXP-02": {"REG-06"},  # needs a warning without an explanation
    "EXP-03": {"REG-06", UNEXPLAINED},  # needs an explanation that has lapsed
}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Judge a return with each fault, and the valid return, in one batch: the rules that failed in each."""
    folder = tmp_path_factory.mktemp("planted")
    before, now = two_quarters(STANDARD, "RZA", 2, "2006-07-Q4", 1)
    prior = write_folder(files_of(before, STANDARD), folder / "before")
    paths = {"valid": write_folder(files_of(now, STANDARD), folder / "valid")}
    for name, (rule, variant) in FAULTS.items():
        planted = plant(now, rule.id, STANDARD, "RZA-T02", variant)
        paths[name] = return_path(write_folder(planted.files(STANDARD), folder / name))
    runs = judge({name: Scenario(path, prior) for name, path in paths.items()})
    return {name: set(run.report.rules.failed) for name, run in runs.items()}


def test_every_rule_has_a_fault_to_plant() -> None:
    assert [rule.id for rule in STANDARD.rules.values() if not rule.faults] == []


@pytest.mark.slow
def test_return_without_fault_trips_nothing(failed: dict[str, set[str]]) -> None:
    assert failed["valid"] <= ALWAYS_SHOWN


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_planted_fault_trips_its_rule_and_no_other(name: str, failed: dict[str, set[str]]) -> None:
    rule = FAULTS[name][0]
    unexplained = {UNEXPLAINED} if rule.severity == "warning" else set()
    claims = CLAIMS if rule.check == "thresholds" else set()
    assert rule.id in failed[name]
    assert failed[name] - {rule.id} <= COMPANIONS.get(rule.id, set()) | unexplained | claims | ALWAYS_SHOWN
