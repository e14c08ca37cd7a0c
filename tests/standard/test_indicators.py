"""Every figure of the national report proves itself: its worked examples give what its file says, on every engine."""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import cache
from typing import Any

import polars as pl
import pytest
import sqlglot
from tests.national.made import QUARTERS, STANDARD, YEAR, example_data

from crt_return.engines.duckdb import DuckDB
from crt_return.indicator import Breakdown, Distribution, Indicator
from crt_return.national.checking import PUBLICATION_TABLES, found, load
from crt_return.national.data import ACCEPTANCE_TABLES, Answers, NationalData
from crt_return.national.figures import Figure, derived, figure
from crt_return.rules import faulty_rows
from crt_return.sql import for_spark, tables_in
from crt_return.standard import Rule

INDICATORS = STANDARD.indicators.values()
BREAKDOWNS, DISTRIBUTIONS = STANDARD.national.breakdowns.values(), STANDARD.national.distributions.values()
RULES = STANDARD.national_rules.values()
CONTROL = {"small_number": 5, "rounded_to": 5, "final_providers": 0.95, "final_teams": 0.95}
CELL = {
    "file": "providers.csv",
    "line": 2,
    "cell": "G2",
    "level": "provider",
    "provider_code": "RZA",
    "indicator": "N6",
    "part": "numerator",
    "kind": "count",
}
SQL = [
    *(pytest.param(sql, id=f"{one.id}-{part}") for one in INDICATORS for part, sql in one.sql.items()),
    *(pytest.param(one.select, id=one.id) for one in BREAKDOWNS),
    *(pytest.param(one.select, id=one.id) for one in DISTRIBUTIONS),
    *(pytest.param(one.sql, id=one.id) for one in RULES),
]
ALWAYS, BESIDE = ("numerator", "denominator", "value", "upper_bound"), ("unknown", "estimate")


def cases(of: Any) -> list[Any]:
    return [
        pytest.param(one, example, id=f"{one.id}-{example['shows'].replace(' ', '-')}")
        for one in of
        for example in one.examples
    ]


@cache
def engine() -> DuckDB:
    """The database that all tests here share; each loads the tables it reads."""
    return DuckDB(threads=1)


def answers(data: NationalData) -> Answers:
    return Answers(data, STANDARD, engine(), QUARTERS)


@pytest.mark.parametrize(("indicator", "example"), cases(INDICATORS))
def test_a_worked_example_of_an_indicator_gives_what_its_file_says(
    indicator: Indicator, example: Mapping[str, Any]
) -> None:
    one = worked(indicator, example)
    assert one.state == example.get("state", "value"), one.because
    assert bool(one.because) == (one.state != "value")
    for name in (*ALWAYS, *(name for name in BESIDE if name in example)):
        wanted = example.get(name)
        assert getattr(one, name) == (None if wanted is None else pytest.approx(wanted, abs=5e-4)), name
    for provider, count in example.get("providers", {}).items():
        assert (one.numerators or {})[provider] == count


def worked(indicator: Indicator, example: Mapping[str, Any]) -> Figure:
    if indicator.derived_from:
        source = Figure(STANDARD.indicators[indicator.derived_from], "value", **example["given"])
        return derived(indicator, source, STANDARD.national.comparators[str(indicator.comparator)], None)
    return figure(indicator, answers(whole_year(example["tables"])))


def whole_year(tables: Mapping[str, Any]) -> NationalData:
    """An example, with a header of another provider in each earlier quarter, so that no quarter is without returns."""
    data = example_data(tables)
    if "return_header" in tables:
        return data
    others = example_data({"return_header": [{"provider_code": "RZZ", "period": period} for period in QUARTERS[:3]]})
    header = data.tables["return_header"].extend(others.tables["return_header"])
    return NationalData(data.period, {**data.tables, "return_header": header})


@pytest.mark.parametrize("indicator", [pytest.param(one, id=one.id) for one in INDICATORS if one.denominator])
def test_the_examples_of_a_share_show_a_denominator_of_nought(indicator: Indicator) -> None:
    assert "not applicable" in [example.get("state") for example in indicator.examples]


@pytest.mark.parametrize(("breakdown", "example"), [*cases(BREAKDOWNS), *cases(DISTRIBUTIONS)])
def test_a_worked_example_of_a_query_gives_the_rows_its_file_says(
    breakdown: Breakdown | Distribution, example: Mapping[str, Any]
) -> None:
    given = answers(example_data(example["tables"])).query(breakdown.select).to_dicts()
    rows = [{name: row[name] for name in wanted} for wanted in example["rows"][:1] for row in given]
    assert sorted(rows, key=str) == sorted(example["rows"], key=str)
    assert len(given) == len(example["rows"])


@cache
def empty_engine() -> DuckDB:
    return DuckDB(threads=1)


@cache
def hold_empty(name: str) -> None:
    """Load a table without rows into the database of empty tables."""
    if name in PUBLICATION_TABLES:
        load(empty_engine(), name, [])
    else:
        without_returns = Answers(NationalData(YEAR, {}), STANDARD, empty_engine(), QUARTERS)
        empty_engine().load(name if "." in name else f"main.{name}", without_returns.table(name))


def on_empty_tables(sql: str) -> pl.DataFrame:
    for name in tables_in([sql]):
        hold_empty(name)
    return empty_engine().query(sql)


@pytest.mark.parametrize("sql", SQL)
def test_each_query_binds_in_duckdb_and_parses_for_spark(sql: str) -> None:
    on_empty_tables(sql)
    assert sqlglot.parse_one(for_spark(sql), read="spark")
    schemas = {name.split(".")[0] for name in tables_in([sql]) if "." in name}
    assert schemas <= {"measure", "acceptance", "codelist", "publication"}
    own = {name for name in tables_in([sql]) if not name.startswith("publication.")}
    assert own <= {*STANDARD.tables, *ACCEPTANCE_TABLES} | {
        name for name in own if name.startswith(("measure.", "codelist."))
    }


@pytest.mark.parametrize("indicator", [pytest.param(one, id=one.id) for one in INDICATORS])
def test_each_query_of_an_indicator_gives_a_provider_and_a_value(indicator: Indicator) -> None:
    for sql in indicator.sql.values():
        assert set(on_empty_tables(sql).columns) == {"provider_code", "value"}


def test_the_indicators_are_coverage_and_the_eighteen() -> None:
    assert list(STANDARD.indicators) == ["C1", *(f"N{number}" for number in range(1, 19))]


def test_what_an_indicator_is_derived_from_comes_before_it_and_its_comparator_is_there() -> None:
    order = list(STANDARD.indicators)
    for one in INDICATORS:
        if one.derived_from:
            assert order.index(one.derived_from) < order.index(one.id)
            assert one.comparator in STANDARD.national.comparators


def test_bands_begin_where_the_one_before_ends() -> None:
    for one in DISTRIBUTIONS:
        assert list(one.edges) == sorted(one.edges)


def test_breakdowns_name_code_lists_there_are() -> None:
    for breakdown in BREAKDOWNS:
        assert {one.codelist for one in breakdown.by if one.codelist} <= set(STANDARD.codelists)


RULE_CASES = [
    pytest.param(rule, kind, example, id=f"{rule.id}-{kind}-{number}")
    for rule in RULES
    for kind, examples in rule.examples.items()
    for number, example in enumerate(examples)
]


@pytest.mark.parametrize(("rule", "kind", "example"), RULE_CASES)
def test_the_national_rules_own_examples_hold(rule: Rule, kind: str, example: Mapping[str, Any]) -> None:
    assert bool(found(rule, published(example))) == (kind == "fails")


def published(example: Mapping[str, Any]) -> DuckDB:
    load(engine(), "publication.cell", [{**CELL, **row} for row in example.get("publication.cell", [])])
    load(engine(), "publication.coverage", example.get("publication.coverage", []))
    load(engine(), "publication.control", [CONTROL])
    return engine()


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in RULES])
def test_each_word_a_national_message_leaves_open_is_one_the_query_gives(rule: Rule) -> None:
    given = set(published({}).query(faulty_rows(rule)).columns)
    assert {name for _, name, _, _ in string.Formatter().parse(rule.message) if name} <= given


def test_only_coverage_lets_a_publication_go_out_with_a_warning() -> None:
    assert {rule.id: rule.severity for rule in RULES} == {
        "NAT-01": "warning",
        "NAT-02": "error",
        "NAT-03": "error",
        "NAT-04": "error",
    }
