"""The rules of acceptance prove themselves: their shape, their SQL, and their own examples."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import polars as pl
import pytest
import sqlglot
from tests.examples import GIVEN, judged_example
from tests.standard.test_standard import SCHEMA, holds_to, open_words

from crt_return.acceptance.between import TABLES, between_rules
from crt_return.engines.duckdb import DuckDB
from crt_return.rules import faulty_rows
from crt_return.sql import for_spark, tables_of
from crt_return.standard import Rule, load_standard, read_yaml

STANDARD = load_standard()
BETWEEN = between_rules(STANDARD)
OF_A_RETURN = [rule for rule in STANDARD.acceptance_rules.values() if rule not in BETWEEN]
USUAL = {"submission": "9", "file": "b.zip", "submission_version": 1, "content_sha256": "z9", "teams_expected": 3}


def cases(rules: list[Rule]) -> list[Any]:
    return [
        pytest.param(rule, kind, example, id=f"{rule.id}-{kind}-{number}")
        for rule in rules
        for kind, examples in rule.examples.items()
        for number, example in enumerate(examples)
    ]


@cache
def database() -> DuckDB:
    return DuckDB(threads=1)


def loaded(example: Mapping[str, Any]) -> DuckDB:
    """Load the tables of an example; cells left out hold what is usual."""
    engine = database()
    for name, types in TABLES.items():
        rows = [{**GIVEN, **USUAL, **row} for row in example.get(name, [])]
        plain = [{column: row.get(column) for column in types} for row in rows]
        engine.load(name, pl.DataFrame(plain, schema=types))
    return engine


def test_the_rules_have_the_shape_of_rules() -> None:
    raw = read_yaml(SCHEMA / "acceptance" / "rules.yaml")
    holds_to("rule", raw)
    assert [one["id"] for one in raw] == list(STANDARD.acceptance_rules)
    assert not set(STANDARD.acceptance_rules) & set(STANDARD.rules)


@pytest.mark.parametrize(("rule", "kind", "example"), cases(BETWEEN))
def test_a_rule_between_submissions_holds_its_examples(rule: Rule, kind: str, example: dict[str, Any]) -> None:
    rows = loaded(example).query(faulty_rows(rule))
    assert (kind == "fails") == (rows.height > 0)
    assert open_words(rule.message) <= set(rows.columns)


@pytest.mark.parametrize(("rule", "kind", "example"), cases(OF_A_RETURN))
def test_a_rule_on_the_return_itself_holds_its_examples(rule: Rule, kind: str, example: dict[str, Any]) -> None:
    judged = judged_example(rule, example, STANDARD)
    assert (kind == "fails") == bool(judged.findings)


@pytest.mark.parametrize("rule", STANDARD.acceptance_rules.values(), ids=lambda rule: rule.id)
def test_each_rule_names_tables_there_are_and_parses_for_spark(rule: Rule) -> None:
    assert tables_of(rule) <= {*TABLES, *STANDARD.tables}
    assert sqlglot.parse_one(for_spark(rule.sql), read="spark")
