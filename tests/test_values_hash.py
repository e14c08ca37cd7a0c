"""Test the hash of a warning's values: it changes with the record and what is shown of it, and with nothing else."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crt_return import Report, validate
from crt_return.assessment import MEASURE_TABLES
from crt_return.batch import Batch
from crt_return.engines.duckdb import DuckDB
from crt_return.finding import Finding, Place, finding, shown
from crt_return.rules import FINDINGS, judge_rule
from crt_return.scope import Data
from crt_return.standard import Rule, load_standard
from tests.batches import Scenario, judge
from tests.examples import example_return, given_rows, rows_of
from tests.explaining import hashes, warnings_of

STANDARD = load_standard()
SAMPLES = Path(__file__).parents[1] / "sample_data"
RICH, PREVIOUS = SAMPLES / "invalid/rich", SAMPLES / "previous"
GTK_11 = STANDARD.rules["GTK-11"]


def warning_of(values: Mapping[str, Any], rule: Rule = GTK_11, **given: Any) -> Finding:
    key = given.pop("key", {"team_id": "RZA-T01", "legal_status": "voluntary"})
    return finding(rule, "warning", given.pop("place", Place("gatekeeping")), key=key, values=values, **given)


VALUE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(-1e6, 1e6),
    st.dates(date(2000, 1, 1), date(2010, 1, 1)),
    st.text(alphabet='ab ",[]=\\\n', max_size=8),
)
VALUES = st.fixed_dictionaries({"percent": VALUE, "admissions_exempt": VALUE, "admissions_total": VALUE})


@given(VALUES, VALUES)
def test_hash_changes_if_and_only_if_a_shown_value_changes(one: dict[str, Any], two: dict[str, Any]) -> None:
    same = {name: shown(value) for name, value in one.items()} == {name: shown(value) for name, value in two.items()}
    assert (warning_of(one).values_hash == warning_of(two).values_hash) == same


@given(VALUES, VALUE, VALUE)
def test_hash_changes_with_what_is_expected(values: dict[str, Any], one: Any, two: Any) -> None:
    absent = {None: None}
    same = absent.get(one, one) is absent.get(two, two) or (None not in (one, two) and shown(one) == shown(two))
    assert (warning_of(values, expected=one).values_hash == warning_of(values, expected=two).values_hash) == same


@given(VALUES)
def test_hash_is_never_a_number_to_a_spreadsheet(values: dict[str, Any]) -> None:
    found = str(warning_of(values).values_hash)
    assert len(found) == 12
    assert found[0].isalpha()
    assert set(found) <= set("0123456789abcdef")


FIGURES = {"percent": 25.0, "admissions_exempt": 5, "admissions_total": 20}


def test_hash_ignores_wording_places_and_limits() -> None:
    first = warning_of(FIGURES)
    reworded = replace(GTK_11, message="Exempt: {admissions_exempt} of {admissions_total} ({percent}%).", title="Other")
    place = Place("gatekeeping", "GATEKEEPING.CSV", 9, "C", "admissions_exempt")
    stricter = replace(GTK_11, limits={**GTK_11.limits, "highest_exempt_percent": 15})
    same = [
        warning_of(FIGURES, reworded),
        warning_of(FIGURES, place=place),
        warning_of(FIGURES, stricter),
        warning_of({**FIGURES, "not_gatekept": 3}),
    ]
    assert {found.values_hash for found in same} == {first.values_hash}


def test_hash_of_a_threshold_ignores_its_limit() -> None:
    rule, spoken = STANDARD.rules["GTK-08"], {"value": "94%", "numerator": 94, "denominator": 100}
    hashed = {
        warning_of({**spoken, "limit": limit}, rule, expected=limit).values_hash
        for limit in ("at least 95%", "95% or more")
    }
    changed = warning_of({**spoken, "numerator": 93, "limit": "at least 95%"}, rule, expected="at least 95%")
    assert len(hashed) == 1
    assert changed.values_hash not in hashed


def test_hash_differs_by_record_and_rule() -> None:
    other = warning_of(FIGURES, key={"team_id": "RZA-T02", "legal_status": "voluntary"})
    renamed = warning_of(FIGURES, replace(GTK_11, id="GTK-99"))
    assert len({found.values_hash for found in (warning_of(FIGURES), other, renamed)}) == 3


NHS_NUMBERS = ("943 476 5919", "401 023 2137")


def test_hash_does_not_reveal_a_hidden_nhs_number() -> None:
    in_a_value = [warning_of({**FIGURES, "percent": number}) for number in NHS_NUMBERS]
    across_two = [
        warning_of({**FIGURES, "percent": number[:8], "admissions_total": number[8:]}, replace(GTK_11, message=message))
        for number in NHS_NUMBERS
        for message in ["{percent}{admissions_total}"]
    ]
    for one, two in (in_a_value, across_two):
        assert one.message == two.message, "hidden alike"
        assert one.values_hash == two.values_hash


@pytest.mark.parametrize("severity", ["error", "info"])
def test_errors_and_notes_have_no_hash(severity: Any) -> None:
    found = finding(GTK_11, severity, Place("gatekeeping"), values=FIGURES)
    assert (found.values_hash, found.explained) == (None, None)


@pytest.fixture(scope="module")
def rich() -> Report:
    return judge({"rich": Scenario(RICH, PREVIOUS)})["rich"].report


@pytest.mark.slow
def test_no_two_warnings_of_a_return_have_one_record_key(rich: Report) -> None:
    warnings = warnings_of(rich)
    assert len(hashes(rich)) == len(warnings)
    assert len(warnings) > 20


@pytest.mark.slow
def test_warnings_are_listed_past_the_cap(rich: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["crt_return.validate"], "DEFAULT_CAP", 1)
    assert hashes(validate(RICH, prior=PREVIOUS)) == hashes(rich)


def test_record_keys_tell_warnings_of_a_rule_apart() -> None:
    rules = [rule for rule in STANDARD.rules.values() if rule.severity == "warning" and not rule.check]
    examples = [(rule, example) for rule in rules for example in rule.examples["fails"]]
    returns = [Data(STANDARD, *example_return(rule.table, example, STANDARD)) for rule, example in examples]
    batch = Batch(DuckDB(threads=1), STANDARD, returns)
    for name, types in {**FINDINGS, **MEASURE_TABLES}.items():
        batch.hold(name, [given_rows(rows_of(example).get(name, []), types) for _, example in examples])
    nothing: list[dict[str, Any]] = [{} for _ in returns]
    judged = {rule.id: judge_rule(rule, batch, STANDARD, None, nothing) for rule in rules}
    for n, (rule, example) in enumerate(examples):
        keys = [found.record_key for found in judged[rule.id][n].findings]
        assert len(keys) == len(set(keys)), (rule.id, example)
        assert keys, (rule.id, example)
