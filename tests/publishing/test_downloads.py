"""The files for programs: what they hold, that stock tools take them, and that checksums are right."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from crt_return.publishing.downloads import ARCHIVES, SUMS, downloads, whole
from crt_return.publishing.zipped import entries, zipped
from crt_return.reports.json import text
from crt_return.standard import load_standard
from crt_return.validate import validate

STANDARD = load_standard()
ROOT = Path(__file__).parents[2]
KIT = zipped({"cases.json": b"{}"})
RULES = [*STANDARD.rules, *STANDARD.acceptance_rules, *STANDARD.national_rules]


@cache
def files() -> dict[str, bytes]:
    return downloads(STANDARD, KIT)


def data(name: str) -> Any:
    return json.loads(files()[name])


@pytest.mark.slow
def test_the_stock_tool_finds_the_valid_sample_valid_against_the_published_descriptor(tmp_path: Path) -> None:
    folder = tmp_path / "return"
    shutil.copytree(ROOT / "sample_data/valid", folder)
    (folder / "datapackage.json").write_bytes(files()["datapackage.json"])
    done = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "datapackage.json"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    (folder / "gatekeeping.csv").write_text("provider_code\nRZA\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "datapackage.json"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, "the stock tool passes anything"


def test_a_coded_field_has_its_codes_as_enum_in_the_descriptor_and_in_its_table_schema() -> None:
    resources = {one["name"]: one["schema"]["fields"] for one in data("datapackage.json")["resources"]}
    for name, table in STANDARD.tables.items():
        assert data(f"tables/{name}.json")["fields"] == resources[name]
        for field, published in zip(table.fields, resources[name], strict=True):
            codes = [code.code for code in STANDARD.codelists[field.codelist]] if field.codelist else None
            assert published["constraints"].get("enum") == codes


@pytest.mark.parametrize("name", STANDARD.codelists)
def test_a_code_list_is_the_same_as_csv_and_as_json(name: str) -> None:
    rows = list(csv.DictReader(io.StringIO(files()[f"codelists/{name}.csv"].decode())))
    codes = data(f"codelists/{name}.json")["codes"]
    assert [(row["code"], row["label"]) for row in rows] == [(code["code"], code["label"]) for code in codes]
    assert [code["code"] for code in codes] == [code.code for code in STANDARD.codelists[name]]


def test_every_rule_is_in_all_three_forms_of_the_catalogue() -> None:
    rows = list(csv.reader(io.StringIO(files()["rules.csv"].decode())))
    sheet = openpyxl.load_workbook(io.BytesIO(files()["rules.xlsx"])).active
    assert sheet is not None
    cells = [[value or "" for value in row] for row in sheet.iter_rows(values_only=True)]
    assert cells == rows
    assert [row[0] for row in rows[1:]] == [rule["id"] for rule in data("rules.json")["rules"]] == RULES


def test_a_rule_of_the_catalogue_can_be_run_from_what_is_published() -> None:
    (rule,) = (one for one in data("rules.json")["rules"] if one["id"] == "GTK-01")
    assert rule["must"] == "admissions_eligible = admissions_total - admissions_exempt"
    assert set(rule["reads"]["gatekeeping"]) == {"admissions_eligible", "admissions_total", "admissions_exempt"}
    assert {"message", "why", "fix", "examples"} <= set(rule)


def test_every_measure_and_indicator_is_published_with_its_sql() -> None:
    assert [one["id"] for one in data("measures.json")["measures"]] == [*STANDARD.measures]
    assert all(one["numerator"] and one["thresholds"] for one in data("measures.json")["measures"])
    assert [one["id"] for one in data("indicators.json")["indicators"]] == [*STANDARD.indicators]


def test_a_report_meets_the_published_schema() -> None:
    schema = data("report.schema.json")
    report = json.loads(text(validate(ROOT / "sample_data/valid", thresholds=False)))
    Draft202012Validator(schema).validate(report)
    assert list(Draft202012Validator(schema).iter_errors({**report, "outcome": "perfect"}))


def test_the_checksums_are_those_of_the_files_and_the_zip_holds_all_of_them() -> None:
    lines = dict(line.split("  ")[::-1] for line in files()[SUMS].decode().splitlines())
    assert lines == {
        name: sha256(content).hexdigest()
        for name, content in files().items()
        if not name.endswith(ARCHIVES) and name != SUMS
    }
    held = entries(files()[whole(STANDARD)])
    assert all(held[name] == content for name, content in files().items() if not name.endswith(ARCHIVES))
    assert held["conformance-kit.zip/cases.json"] == b"{}"


def test_the_same_standard_gives_the_same_files() -> None:
    again = downloads(STANDARD, KIT)
    archives = {name for name in files() if name.endswith(ARCHIVES)}
    assert {name: again[name] for name in files() if name not in archives} == {
        name: content for name, content in files().items() if name not in archives
    }
    assert all(entries(again[name]) == entries(files()[name]) for name in archives)
