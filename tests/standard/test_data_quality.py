"""What completeness counts is what the rules ask for: rows, conditional cells and shares of defaults, compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import polars as pl
import pytest
import sqlglot
from tests.examples import rows_of, table_of
from tests.standard.test_standard import holds_to

from crt_return.cell_counts import row_frames, stacked
from crt_return.cell_findings import Release
from crt_return.data_quality import ConditionalCell, Item, RequiredRows
from crt_return.engines.duckdb import DuckDB
from crt_return.reading.model import ROW
from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import valid_return
from crt_return.sql import for_spark
from crt_return.standard import Rule, load_standard, read_yaml, schema_folder
from crt_return.tables import Checked

STANDARD = load_standard()
QUALITY = STANDARD.data_quality
FIRST_DAY = min(quarter.starts for quarter in STANDARD.quarters.values())
ENDS = STANDARD.quarters["2006-07-Q4"].ends
CONDITIONS = [pytest.param(one, id=f"{one.table}.{one.field}") for one in QUALITY.conditional]
ROWS = [pytest.param(one, id=f"{one.table}.{one.field}") for one in QUALITY.rows]
ITEMS = [pytest.param(one, id=f"{one.table}.{one.field}") for one in QUALITY.items]


@cache
def valid() -> Tables:
    return valid_return(STANDARD, "RZA", 1, "2006-07-Q4", 1)


def rows_counted(checked: Checked) -> pl.DataFrame:
    """The table `completeness.row` of one return."""
    stack = stacked({0: checked}, STANDARD.quarters[str(checked.release.period)], STANDARD)
    return row_frames(stack, STANDARD)[0]


def example_tables(rule: Rule, kind: str) -> Iterator[Mapping[str, list[dict[str, Any]]]]:
    """The examples of a rule, each as tables of partial rows."""
    for example in rule.examples.get(kind, ()):
        yield rows_of(example) or {rule.table: [dict(example)]}


def test_the_file_has_the_shape_of_one() -> None:
    holds_to("data_quality", read_yaml(schema_folder() / "measures/data_quality.yaml"))


def test_every_table_field_and_rule_named_exists_and_none_is_named_twice() -> None:
    rows, cells = ([(one.table, one.field) for one in group] for group in (QUALITY.rows, QUALITY.conditional))
    for named in (rows, cells, [(one.table, one.field) for one in QUALITY.items]):
        assert all(field in STANDARD.tables[table].field for table, field in named)
        assert len(named) == len(set(named))
    rules = [(row.rule, row.table) for row in QUALITY.rows] + [(cell.rule, cell.table) for cell in QUALITY.conditional]
    assert all(STANDARD.rules[rule].table == table for rule, table in rules)
    assert all(one.only in STANDARD.codelists["partner"][0].flags for one in QUALITY.rows if one.only)


@pytest.mark.parametrize("one", CONDITIONS)
def test_a_condition_means_the_same_to_every_engine(one: ConditionalCell) -> None:
    table = STANDARD.tables[one.table]
    rows = [*valid()[one.table], dict.fromkeys(table.names, "")]
    frame = table_of(table, [{name: value or None for name, value in row.items()} for row in rows]).values
    here = frame.select(pl.sql_expr(one.when).alias("needed"))["needed"].to_list()
    engine = DuckDB(threads=1)
    engine.load("main.rows", frame)
    there = engine.query(f"SELECT ({one.when}) AS needed FROM main.rows ORDER BY {ROW}")["needed"].to_list()
    assert here == there
    assert sqlglot.parse_one(for_spark(one.when), read="spark")
    assert not table.field[one.field].required


@pytest.mark.parametrize("one", CONDITIONS)
def test_a_cell_is_needed_where_its_rule_fails_without_it(one: ConditionalCell) -> None:
    """The rule's own examples say so: the cell needed and blank is in one that fails, and in none that passes."""
    rule, table = STANDARD.rules[one.rule], STANDARD.tables[one.table]
    lacking = {
        kind: [
            bool(table_of(table, rows).values.filter(pl.sql_expr(one.when) & pl.col(one.field).is_null()).height)
            for tables in example_tables(rule, kind)
            if (rows := tables.get(one.table))
        ]
        for kind in ("passes", "fails")
    }
    assert any(lacking["fails"])
    assert not any(lacking["passes"])


@pytest.mark.parametrize("one", ROWS)
def test_a_row_is_asked_for_where_its_rule_fails_without_it(one: RequiredRows) -> None:
    rule = STANDARD.rules[one.rule]

    def lacks(tables: Mapping[str, list[dict[str, Any]]]) -> bool:
        made = {name: table_of(STANDARD.tables[name], rows) for name, rows in tables.items()}
        period = made["team_register"].values["period"][0]
        release = Release("RZA", period, STANDARD.quarters[period].ends)
        rows = rows_counted(Checked(release, made, {}, (), frozenset()))
        own = rows.filter(pl.col("table_name") == one.table)
        assert own.height
        return bool((own["present"] < own["required"]).any())

    assert any(lacks(tables) for tables in example_tables(rule, "fails"))
    assert not any(lacks(tables) for tables in example_tables(rule, "passes"))


def test_the_numbers_of_rows_are_those_of_the_standard() -> None:
    made = {name: table_of(table, []) for name, table in STANDARD.tables.items()}
    made["team_register"] = table_of(STANDARD.tables["team_register"], [{}])
    rows = rows_counted(Checked(Release("RZA", "2006-07-Q4", ENDS), made, {}, (), frozenset()))
    asked = {name: number for name, number in rows.select("table_name", "required").iter_rows() if number}
    assert asked == {
        "team_staffing": 16,
        "gatekeeping": 2,
        "home_treatment": 3,
        "whole_system": 8,
        "audit_development": 8,
        "fidelity_self": 5,
    }
    assert set(rows["table_name"]) - set(asked) == {
        "team_hours",
        "referrals",
        "response_times",
        "assessment_outcomes",
    }


@pytest.mark.parametrize("item", ITEMS)
def test_an_item_that_can_be_a_default_says_how_many_may_be_from_the_first_quarter_on(item: Item) -> None:
    table = STANDARD.tables[item.table]
    codes = STANDARD.codes(table.field[item.field], None)
    if item.default_values or item.defaults_in or any(code.flags.get("vodim") == "default" for code in codes):
        assert item.allowed(FIRST_DAY) is not None
    assert all(
        item.allowed(quarter.starts) is not None or not item.thresholds for quarter in STANDARD.quarters.values()
    )
    assert [one.starts for one in item.thresholds] == sorted(one.starts for one in item.thresholds)
    counts = [name for name in (item.weight, item.defaults_in) if name]
    assert all(table.field[name].type == "integer" and table.field[name].required for name in counts)
    assert not (item.default_values and codes), "the class of a code stands in its list"


def test_the_core_items_are_those_of_the_standard() -> None:
    assert [item.field for item in QUALITY.items if item.core] == [
        *("provider_code", "period", "team_type_code", "population_served", "operational_status_self"),
        *("wte_in_post", "wte_funded", "cover_model", "admissions_eligible", "gatekept_total"),
        *("gatekept_face_to_face", "received", "source_code", "assessed", "priority_code", "within_4h"),
        *("outcome_code", "episodes_started", "people_treated_quarter", "caseload_median"),
        *("protocol_status", "activity_status", "status"),
    ]


@pytest.mark.parametrize(
    ("field", "rule"), [("source_code", "REF-04"), ("within_4h", "RSP-06"), ("outcome_code", "OUT-03")]
)
def test_the_score_allows_as_many_defaults_as_a_rule_warns_above(field: str, rule: str) -> None:
    item = next(one for one in QUALITY.items if one.field == field)
    limit = STANDARD.rules[rule].limits["highest_unknown_percent"]
    assert item.allowed(ENDS) == pytest.approx(limit / 100)
