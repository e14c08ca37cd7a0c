"""The catalogue holds the whole standard, as JSON, in the same order each time."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from crt_return.publishing.catalogue import catalogue, plain
from crt_return.standard import load_standard

STANDARD = load_standard()


@cache
def made() -> dict[str, Any]:
    return catalogue(STANDARD)


def rules() -> dict[str, Any]:
    return {rule["id"]: rule for rule in made()["rules"]}


@pytest.mark.parametrize(
    ("kind", "things"),
    [
        ("rules", STANDARD.rules),
        ("acceptance_rules", STANDARD.acceptance_rules),
        ("national_rules", STANDARD.national_rules),
        ("measures", STANDARD.measures),
        ("indicators", STANDARD.indicators),
        ("breakdowns", STANDARD.national.breakdowns),
        ("distributions", STANDARD.national.distributions),
        ("comparators", STANDARD.national.comparators),
    ],
)
def test_everything_with_an_id_is_in_it_in_the_order_of_the_standard(kind: str, things: Any) -> None:
    assert [thing["id"] for thing in made()[kind]] == [*things]


def test_every_table_is_in_it_with_every_field_in_order() -> None:
    assert [table["name"] for table in made()["tables"]] == [*STANDARD.tables]
    for table in made()["tables"]:
        assert [field["name"] for field in table["fields"]] == [*STANDARD.tables[table["name"]].names]


def test_a_field_has_its_attributes_and_only_those_given() -> None:
    table = next(table for table in made()["tables"] if table["name"] == "explanations")
    reason = next(field for field in table["fields"] if field["name"] == "reason_code")
    assert reason["codelist"] == "explanation_reason"
    assert reason["constraints"] == {"required": True}
    assert "unit" not in reason
    assert table["foreignKeys"] == [
        {
            "fields": ["provider_code", "period"],
            "reference": {"resource": "return_header", "fields": ["provider_code", "period"]},
        }
    ]


def test_every_code_is_in_it_with_its_flags() -> None:
    assert [*made()["codelists"]] == [*STANDARD.codelists]
    for name, codes in made()["codelists"].items():
        assert [code["code"] for code in codes] == [code.code for code in STANDARD.codelists[name]]
    assert made()["codelists"]["priority"][0]["flags"] == {"vodim": "valid"}


def test_a_rule_has_its_sql_with_the_limits_filled_in_its_examples_and_what_it_reads() -> None:
    rule = rules()["GTK-01"]
    assert rule["must"] == STANDARD.rules["GTK-01"].must
    assert rule["examples"]["fails"]
    assert rule["reads"] == {"gatekeeping": ["admissions_eligible", "admissions_exempt", "admissions_total"]}
    assert "faults" not in rule


def test_only_a_rule_on_thresholds_has_a_level() -> None:
    assert {name for name, rule in rules().items() if "level" in rule} == {
        rule.id for rule in STANDARD.rules.values() if rule.check == "thresholds"
    }


def test_a_rule_of_acceptance_says_which_tables_it_reads() -> None:
    reads = {rule["id"]: [*rule["reads"]] for rule in made()["acceptance_rules"]}
    assert reads["ACC-01"] == ["acceptance.expected_provider", "acceptance.submission"]


def test_a_measure_has_its_thresholds_with_the_day_from_which_they_hold() -> None:
    measure = next(measure for measure in made()["measures"] if measure["id"] == "F2.1")
    limits = STANDARD.measures["F2.1"].thresholds[0]
    assert limits.met
    assert measure["thresholds"][0]["since"] == limits.since.isoformat()
    assert measure["thresholds"][0]["met"] == {limits.met.comparison: limits.met.number}
    assert measure["reads"]["gatekeeping"]


def test_the_calendar_says_which_version_holds_for_which_quarters() -> None:
    calendar = made()["calendar"]
    assert calendar["standard_versions"] == [{"version": STANDARD.version, "first_period": "2005-06-Q1"}]
    assert [quarter["period"] for quarter in calendar["quarters"]] == [*STANDARD.quarters]
    assert calendar["bank_holidays"] == sorted(calendar["bank_holidays"])


def test_it_comes_through_json_as_it_was_and_is_the_same_each_time() -> None:
    assert json.loads(json.dumps(made())) == made()
    assert json.dumps(catalogue(load_standard())) == json.dumps(made())


def test_a_blank_in_an_example_stays_where_an_attribute_not_given_goes() -> None:
    assert plain({"rows": [{"value": None, "text": ""}]}) == {"rows": [{"value": None, "text": ""}]}
    quantity = next(one for one in STANDARD.measures.values() if one.denominator is None)
    assert "denominator" not in plain(quantity)
