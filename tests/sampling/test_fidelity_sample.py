"""The sample to read: three teams whose claims are beyond, below and as their figures, and a report that says so."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from frictionless import Package

from crt_return.finding import Finding, Report
from tests.batches import Scenario, judge

SAMPLES = Path(__file__).parents[2] / "sample_data"
ALL, LITTLE, NIGHTS = "RZA-T01", "RZA-T02", "RZA-T03"
REQUIREMENTS = {"staffing_resources", "gatekeeping", "referral_pathways", "whole_system", "audit_development"}


@cache
def reports() -> tuple[Report, Report]:
    """The report on the sample alone, and the one next to the previous quarter."""
    path = SAMPLES / "fidelity"
    runs = judge({"alone": path, "after another": Scenario(path, SAMPLES / "previous")})
    return runs["alone"].report, runs["after another"].report


def report() -> Report:
    return reports()[0]


def fidelity(team: str) -> Any:
    (found,) = (one for one in report().fidelity if one["team_id"] == team)
    return found


def claims(team: str) -> dict[str, str]:
    return {one["field"]: one["agreement"] for one in fidelity(team)["claims"]}


def requirements(team: str, name: str = "agreement") -> dict[str, str]:
    return {one["requirement"]: one[name] for one in fidelity(team)["requirements"]}


def findings(rule: str, team: str) -> list[Finding]:
    return [one for one in report().findings if one.rule == rule and one.key["team_id"] == team]


def test_it_is_queried_and_never_rejected_with_or_without_the_quarter_before() -> None:
    assert (report().outcome, report().counts["error"]) == ("queried", 0)
    _, after = reports()
    assert (after.outcome, after.counts["error"]) == ("queried", 0)


def test_it_is_a_sound_package_by_frictionless_too() -> None:
    found = Package(SAMPLES / "fidelity/datapackage.json").validate()
    assert found.valid, found.flatten(["type", "message"])


def test_the_team_that_claims_all_and_has_little_claims_too_much_throughout() -> None:
    assert set(requirements(ALL).values()) == set(claims(ALL).values()) == {"claims too much"}
    assert fidelity(ALL)["computed"] == "not_fully_operational"
    assert {one.key["requirement"] for one in findings("FID-03", ALL)} == REQUIREMENTS
    assert {one.rule for one in report().findings if one.key["team_id"] == ALL} >= {"REG-10", "HRS-04", "GTK-13"}


def test_a_telephone_at_night_is_not_round_the_clock() -> None:
    (said,) = findings("HRS-04", ALL)
    assert "home visits for 112 hours a week only" in said.message
    assert findings("HRS-08", ALL)


def test_the_team_that_claims_little_and_has_all_claims_too_little_throughout() -> None:
    assert set(requirements(LITTLE).values()) == set(claims(LITTLE).values()) == {"claims too little"}
    assert set(requirements(LITTLE, "computed").values()) == {"fully"}
    assert fidelity(LITTLE)["computed"] == "fully_operational"
    assert {one.key["requirement"] for one in findings("FID-04", LITTLE)} == REQUIREMENTS


def test_the_nights_handed_to_a_and_e_are_named_and_counted() -> None:
    measures = [one for requirement in fidelity(NIGHTS)["requirements"] for one in requirement["measures"]]
    (night,) = (one for one in measures if one["measure"] == "F1.3")
    assert (night["value"], night["state"]) == (70, "not met")
    (said,) = findings("HRS-05", NIGHTS)
    assert said.message.startswith("RZA-T03: Night cover is handed to A&E for 70 hours a week")


def test_what_the_team_honestly_says_agrees() -> None:
    assert set(requirements(NIGHTS).values()) == set(claims(NIGHTS).values()) == {"agrees"}
    assert requirements(NIGHTS, "computed") == dict.fromkeys(REQUIREMENTS, "fully") | {"staffing_resources": "partly"}
    assert not [one for rule in ("FID-03", "FID-04", "REG-10", "HRS-04") for one in findings(rule, NIGHTS)]


def test_each_team_is_named_as_synthetic() -> None:
    register = (SAMPLES / "fidelity/team_register.csv").read_text(encoding="utf-8")
    assert register.count("Synthetic team: ") == 3
