"""The standard proves itself before any data: its files have the right shape and every name in them resolves."""

from __future__ import annotations

import csv
import json
import re
import string
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import frictionless
import holidays
import jsonschema
import polars as pl
import pytest
import sqlglot

from crt_return.assessment import MEASURE_TABLES
from crt_return.cell_counts import CELL_TYPES, ROW_TYPES
from crt_return.cells import bad_cells, typed
from crt_return.completeness import CELLS, ROWS
from crt_return.engines.duckdb import DuckDB
from crt_return.measure import Measure
from crt_return.publishing.descriptor import descriptor
from crt_return.reading.model import ROW, empty_table
from crt_return.rules import FINDINGS, faulty_rows, judged_rows
from crt_return.scope import PRIOR, reference_frame
from crt_return.sql import first_field, for_spark, reads, tables_of
from crt_return.standard import COMPLETENESS, REGISTER, Rule, load_standard, read_yaml, schema_folder
from crt_return.tables import codes_in_force

STANDARD = load_standard()
SCHEMA = schema_folder()
SQL_RULES = [pytest.param(rule, id=rule.id) for rule in STANDARD.rules.values() if not rule.check]
EVERY_RULE = [pytest.param(rule, id=rule.id) for rule in STANDARD.rules.values()]
GIVEN_BY_THE_TOOL = {"file", "row", "field", "table", "column", "value", "expected"}
MEASURE_FILES = {f"{name}.yaml" for name in (*(code.code for code in STANDARD.codelists["requirement"]), COMPLETENESS)}
THRESHOLD_WORDS = {"title", "value", "limit", "numerator", "denominator", "detail", "gap"}
BUILT_IN_WORDS = {
    *("near", "problems", "problem", "entry", "delimiter", "looks_like", "count", "rows", "detail", "what", "lines"),
    *("found", "current", "package", "kind"),
    *("encoding", "type", "zero", "team_id", "provider", "period", "header_provider", "header_period"),
}


def files(kind: str) -> list[Any]:
    return [pytest.param(path, id=path.name) for path in sorted((SCHEMA / kind).glob("*.yaml"))]


@cache
def validator(metaschema: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((SCHEMA / "metaschema" / f"{metaschema}.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def holds_to(metaschema: str, value: Any) -> None:
    validator(metaschema).validate(json.loads(json.dumps(value, default=lambda one: one.isoformat())))


@pytest.mark.parametrize("path", sorted((SCHEMA / "metaschema").glob("*.json")), ids=lambda path: path.name)
def test_each_metaschema_is_a_json_schema(path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", files("tables"))
def test_each_table_has_the_shape_of_one_and_frictionless_takes_it(path: Path) -> None:
    holds_to("table", read_yaml(path))
    report = frictionless.Schema.metadata_validate(read_yaml(path))
    assert list(report) == []


@pytest.mark.parametrize(
    "path", [*files("rules"), *(SCHEMA / name / "rules.yaml" for name in ("acceptance", "national"))]
)
def test_each_file_of_rules_has_the_shape_of_one(path: Path) -> None:
    holds_to("rule", read_yaml(path))


@pytest.mark.parametrize("path", [path for path in files("measures") if path.id in MEASURE_FILES])
def test_each_file_of_measures_has_the_shape_of_one(path: Path) -> None:
    holds_to("measure", read_yaml(path))


def test_the_settings_of_measures_have_the_shape_of_them() -> None:
    holds_to("settings", read_yaml(SCHEMA / "measures/settings.yaml"))


@pytest.mark.parametrize(
    ("file", "metaschema"),
    [
        ("indicators", "indicator"),
        ("breakdowns", "breakdown"),
        ("distributions", "distribution"),
        ("settings", "national_settings"),
    ],
)
def test_each_file_of_the_national_report_has_the_shape_of_one(file: str, metaschema: str) -> None:
    holds_to(metaschema, read_yaml(SCHEMA / f"national/{file}.yaml"))


@pytest.mark.parametrize("path", files("reference"))
def test_each_reference_file_has_the_shape_of_one(path: Path) -> None:
    holds_to("reference", read_yaml(path))


def test_the_reference_files_hold_to_their_schemas() -> None:
    resources = [
        {"name": path.stem, "path": f"{path.stem}.csv", "schema": read_yaml(path)}
        for path in sorted((SCHEMA / "reference").glob("*.yaml"))
    ]
    package = frictionless.Package({"resources": resources}, basepath=str(SCHEMA / "reference"))
    assert len(resources) == len(STANDARD.reference)
    report = package.validate()
    assert report.valid, report.flatten(["message"])


@pytest.mark.parametrize("path", sorted((SCHEMA / "codelists").glob("*.csv")), ids=lambda path: path.stem)
def test_each_code_list_has_the_shape_of_one_and_is_used(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        holds_to("codelist", list(csv.DictReader(file)))
    codes = [code.code for code in STANDARD.codelists[path.stem]]
    assert len(codes) == len(set(codes))
    assert any(field.codelist == path.stem for table in STANDARD.tables.values() for field in table.fields)


def test_the_calendar_has_the_shape_of_one() -> None:
    holds_to("calendar", read_yaml(SCHEMA / "calendar.yaml"))


def test_frictionless_takes_the_data_package() -> None:
    assert list(frictionless.Package.metadata_validate(read_yaml(SCHEMA / "datapackage.yaml"))) == []
    assert list(frictionless.Package.metadata_validate(descriptor(STANDARD))) == []


def test_the_tables_of_the_package_are_the_tables_there_are() -> None:
    assert set(STANDARD.tables) == {path.stem for path in (SCHEMA / "tables").glob("*.yaml")}
    assert all(table.name == name for name, table in STANDARD.tables.items())


def test_every_code_list_named_by_a_field_exists() -> None:
    named = {field.codelist for table in STANDARD.tables.values() for field in table.fields if field.codelist}
    assert named <= set(STANDARD.codelists)


@pytest.mark.parametrize("name", ["provider_code", "period", "team_id"])
def test_a_common_field_is_the_same_in_every_table(name: str) -> None:
    fields = {repr(table.field[name]) for table in STANDARD.tables.values() if name in table.field}
    assert len(fields) == 1, f"{name} is written in several ways; copy it from return_header or team_register"


def test_every_key_names_fields_and_tables_there_are() -> None:
    for table in STANDARD.tables.values():
        assert set(table.primary_key) <= set(table.names)
        for key in table.foreign_keys:
            assert set(key.fields) <= set(table.names)
            assert set(key.to) <= set(STANDARD.tables[key.table].names)
        assert not table.of_teams or REGISTER in {key.table for key in table.foreign_keys}


@pytest.mark.parametrize("table", STANDARD.tables.values(), ids=lambda table: table.name)
def test_the_example_of_every_field_is_a_good_cell(table: Any) -> None:
    text = pl.DataFrame({field.name: [field.example] for field in table.fields}).with_row_index(ROW, offset=2)
    assert bad_cells(text, typed(text, table), table, codes_in_force(table, STANDARD, None)) == []


def test_bank_holidays_are_those_of_england() -> None:
    days = STANDARD.bank_holidays
    computed = holidays.country_holidays("GB", subdiv="ENG", years=range(2005, 2031))
    first, last = min(days), max(days)
    expected = {day for day in computed if first <= day <= last and day.weekday() < 5}
    assert {day for day in days if day.weekday() < 5} == expected


def test_the_deadline_is_twenty_working_days_after_the_quarter() -> None:
    assert STANDARD.quarters["2006-07-Q4"].ends == date(2007, 3, 31)
    assert STANDARD.quarters["2006-07-Q4"].deadline == date(2007, 5, 1)  # Good Friday and Easter Monday fall between
    assert STANDARD.quarters["2006-07-Q4"].previous_period == "2006-07-Q3"


def test_rule_ids_are_unique_and_stand_in_the_file_of_their_table() -> None:
    listed = [raw for path in (SCHEMA / "rules").glob("*.yaml") for raw in read_yaml(path)]
    ids = [raw["id"] for raw in listed]
    assert sorted(ids) == sorted(set(ids))
    assert len(STANDARD.rules) == len(ids), "a file of rules is named after no table"
    assert {rule.table for rule in STANDARD.rules.values()} <= {*STANDARD.tables, "package"}


def test_no_id_stands_for_two_rules_of_returns_acceptance_and_the_national_report() -> None:
    sets = (STANDARD.rules, STANDARD.acceptance_rules, STANDARD.national_rules)
    assert len({name for rules in sets for name in rules}) == sum(len(rules) for rules in sets)


def test_no_rule_id_is_ever_reused() -> None:
    """`schema/ids.csv` holds every id of a released version: a retired rule stays in its file, with `until`."""
    with (SCHEMA / "ids.csv").open(encoding="utf-8", newline="") as file:
        released = list(csv.DictReader(file))
    assert len(released) >= 90
    for one in released:
        rule = {**STANDARD.rules, **STANDARD.acceptance_rules, **STANDARD.national_rules}.get(one["id"])
        assert rule, f"{one['id']} was released and is gone: put the rule back, with `until` and a reason"
        now = (rule.table, rule.since)
        assert now == (one["table"], one["since"]), f"{one['id']} was released for another rule: take a new id"


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_a_rule_comes_after_rules_there_are(rule: Rule) -> None:
    assert set(rule.after) <= set(STANDARD.rules) - {rule.id}


@pytest.fixture(scope="module")
def engine() -> DuckDB:
    """Every table a rule may name, empty."""
    empty = DuckDB(threads=1)
    for name, table in STANDARD.tables.items():
        frame = typed(empty_table(table).frame, table)
        empty.load(f"main.{name}", frame)
        empty.load(PRIOR + name, frame)
    for name in STANDARD.codelists:
        empty.load(f"codelist.{name}", reference_frame(f"codelist.{name}", STANDARD))
    for name in ("quarter", "working_day", "standard_version", *STANDARD.reference):
        empty.load(f"reference.{name}", reference_frame(f"reference.{name}", STANDARD))
    for name, types in {**FINDINGS, **MEASURE_TABLES, CELLS: CELL_TYPES, ROWS: ROW_TYPES}.items():
        empty.load(name, pl.DataFrame(schema=types))
    return empty


@pytest.mark.parametrize("rule", SQL_RULES)
def test_each_rule_binds_against_the_tables_and_parses_for_spark(rule: Rule, engine: DuckDB) -> None:
    for sql in (faulty_rows(rule), judged_rows(rule)):
        if sql:
            assert engine.query(f"SELECT * FROM ({sql})").height == 0
    for sql in (rule.must, rule.select, rule.when, rule.expected, *rule.values.values()):
        if sql:
            assert sqlglot.parse_one(for_spark(sql), read="spark")
    assert reads(rule, STANDARD), "the rule reads no table of the return"
    assert all(
        "." not in name or name.split(".")[0] in ("prior", "codelist", "reference", "finding", "measure")
        for name in tables_of(rule)
    )


@pytest.mark.parametrize("rule", SQL_RULES)
def test_each_word_a_message_leaves_open_is_one_the_query_gives(rule: Rule, engine: DuckDB) -> None:
    given = set(engine.query(f"SELECT * FROM ({faulty_rows(rule)})").columns) | set(rule.limits) | GIVEN_BY_THE_TOOL
    assert open_words(rule.message) <= given


@pytest.mark.parametrize("rule", [one for one in EVERY_RULE if one.values[0].check])  # type: ignore[union-attr]
def test_each_word_a_built_in_message_leaves_open_is_one_the_tool_gives(rule: Rule) -> None:
    own = THRESHOLD_WORDS if rule.check == "thresholds" else GIVEN_BY_THE_TOOL | BUILT_IN_WORDS
    assert open_words(rule.message) <= own


@pytest.mark.parametrize("rule", [one for one in EVERY_RULE if one.values[0].check == "thresholds"])  # type: ignore[union-attr]
def test_a_threshold_rule_names_measures_that_have_its_level(rule: Rule) -> None:
    for name in rule.measures:
        assert all(threshold.limit(rule.level) for threshold in STANDARD.measures[name].thresholds)


@pytest.mark.parametrize("measure", [pytest.param(one, id=one.id) for one in STANDARD.measures.values()])
def test_each_measure_binds_against_the_tables_and_parses_for_spark(measure: Measure, engine: DuckDB) -> None:
    for sql in measure.sql:
        assert {"provider_code", "value"} <= set(engine.query(sql).columns)
        assert sqlglot.parse_one(for_spark(sql), read="spark")
    assert set(measure.after) <= set(STANDARD.rules)
    assert [one.since for one in measure.thresholds] == sorted(one.since for one in measure.thresholds)


def test_the_claims_name_fields_and_measures_there_are() -> None:
    fields = STANDARD.tables[REGISTER].field
    for field, measure in STANDARD.claims.items():
        assert field in fields
        assert measure in STANDARD.measures


@pytest.mark.parametrize("rule", SQL_RULES)
def test_each_rule_points_at_a_field_of_its_table_or_at_none(rule: Rule) -> None:
    field = first_field(rule, STANDARD.tables[rule.table])
    assert field is None or field in STANDARD.tables[rule.table].field


@pytest.mark.parametrize("rule", SQL_RULES)
def test_every_limit_of_a_rule_is_used_and_none_is_left_in_its_sql(rule: Rule) -> None:
    assert "$" not in "".join(filter(None, (rule.must, rule.select, rule.when, rule.expected, *rule.values.values())))


def test_no_wording_of_the_core_items_is_in_the_standard() -> None:
    described = STANDARD.tables["core_items"].field["item_no"].description
    assert len(described) < 600
    assert not re.search(r"\bitem (?:[1-9]|[12][0-9]|3[0-9])\b[:.]", described, re.IGNORECASE)


def open_words(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}
