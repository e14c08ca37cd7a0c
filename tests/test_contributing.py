"""The pages on contributing show the very edit they tell of: it is made in a copy of the standard, and works there."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from crt_return.finding import Report
from crt_return.sampling.faults import plant
from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import valid_return
from crt_return.sampling.writing import files_of, write_folder
from crt_return.standard import Standard, load_standard, read_yaml, schema_folder
from crt_return.thresholds import suites
from crt_return.validate import run
from tests.examples import judged_example, measured_examples
from tests.following import blocks, commands, follow
from tests.standard.test_standard import holds_to

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs/contributing"
PROGRAMS = ("validators", "schema", "sample_data", "docs", "mkdocs.yml")
OUR_MODULE = re.compile(r"crt_return\.(\w+)")


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def put(root: Path, file: str, entry: str) -> None:
    """Make the edit of a page in a copy of the project: where the page says it goes."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    path.write_text(edited(text, file, entry), encoding="utf-8")


def edited(text: str, file: str, entry: str) -> str:
    """A file of the standard with an entry: fields before the keys, thresholds in the first measure, others last."""
    if file.startswith("schema/tables/"):
        return text.replace("primaryKey:", entry + "primaryKey:", 1)
    if entry.startswith("- from:"):
        return re.sub(
            r"  thresholds:\n(?:    .*\n)+", lambda own: own[0] + textwrap.indent(entry, " " * 4), text, count=1
        )
    return text + ("\n" if file.endswith(".yaml") else "") + entry


@pytest.fixture
def changed(request: pytest.FixtureRequest, tmp_path: Path) -> Standard:
    """The standard as the page leaves it."""
    shutil.copytree(schema_folder(), tmp_path / "schema")
    (block,) = (one for one in blocks(page(request.param)) if one.title)
    put(tmp_path, block.title, block.text)
    return load_standard(tmp_path / "schema")


def of_page(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("changed", [name], indirect=True)


def made(standard: Standard, period: str = "2006-07-Q4") -> Tables:
    return valid_return(standard, "RZA", 1, period, 1)


def judged(tables: Tables, standard: Standard, folder: Path) -> Report:
    return run(write_folder(files_of(tables, standard), folder / "return"), standard=standard).report


@pytest.mark.slow
@of_page("add-a-rule")
def test_the_rule_added_on_the_page_is_one_edit_in_one_file(changed: Standard, tmp_path: Path) -> None:
    """The entry, put at the end of one file of a copy of the standard, is a rule in every respect."""
    (added,) = set(changed.rules) - set(load_standard().rules)
    rule = changed.rules[added]
    assert judged_example(rule, rule.examples["fails"][0], changed).findings
    assert not judged_example(rule, rule.examples["passes"][0], changed).findings
    planted = plant(made(changed), added, changed, "RZA-T01")
    report = judged(planted.tables, changed, tmp_path)
    assert added in report.rules.failed
    (found,) = [one for one in report.findings if one.rule == added]
    assert (found.file, found.field, found.expected, found.key["team_id"]) == (
        "home_treatment.csv",
        "contacts_total",
        "0",
        "RZA-T01",
    )


@of_page("change-a-threshold")
def test_the_threshold_added_on_the_page_holds_from_its_day_on(changed: Standard) -> None:
    days = [changed.quarters[period].starts for period in ("2006-07-Q4", "2007-08-Q1")]
    in_force = [changed.measures["F2.1"].threshold(day) for day in days]
    assert [one and one.first.number for one in in_force] == [0.95, 0.96]
    suite = next(one for one in suites(changed, days[1]) if one["name"] == "gatekeeping")
    assert suite["expectations"][0]["kwargs"] == {"column": "F2.1", "min_value": 0.96}


@pytest.mark.slow
@of_page("add-a-field")
def test_the_field_added_on_the_page_is_asked_for_and_checked(changed: Standard, tmp_path: Path) -> None:
    holds_to("table", read_yaml(tmp_path / "schema/tables/home_treatment.yaml"))
    (added,) = set(changed.tables["home_treatment"].names) - set(load_standard().tables["home_treatment"].names)
    assert "PKG-02" in run(ROOT / "sample_data/valid", standard=changed).report.rules.failed
    tables = made(changed)
    assert judged(tables, changed, tmp_path).outcome == "accepted"
    tables["home_treatment"][0][added] = "-1"
    (found,) = [one for one in judged(tables, changed, tmp_path).findings if one.severity == "error"]
    assert (found.rule, found.field) == ("PKG-21", added)


@pytest.mark.slow
@of_page("add-a-code")
def test_the_code_added_on_the_page_is_taken_from_its_day_on(changed: Standard, tmp_path: Path) -> None:
    (added,) = {one.code for one in changed.codelists["end_reason"]} - {
        one.code for one in load_standard().codelists["end_reason"]
    }
    failed = {}
    for period in ("2006-07-Q3", "2006-07-Q4"):
        tables = made(changed, period)
        next(row for row in tables["episodes"] if row["end_reason"])["end_reason"] = added
        failed[period] = "PKG-05" in judged(tables, changed, tmp_path).rules.failed
    assert failed == {"2006-07-Q3": True, "2006-07-Q4": False}


@pytest.mark.slow
@of_page("add-a-measure")
def test_the_measure_added_on_the_page_is_worked_out_and_reported(changed: Standard, tmp_path: Path) -> None:
    holds_to("measure", read_yaml(tmp_path / "schema/measures/referral_pathways.yaml"))
    (added,) = set(changed.measures) - set(load_standard().measures)
    for example in changed.measures[added].examples:
        ((one,),) = measured_examples(changed.measures[added], [example["tables"]], changed)
        assert (one.numerator, one.denominator, one.value, one.state) == (
            *(example.get(name) for name in ("numerator", "denominator", "value")),
            example["state"],
        ), example["shows"]
        assert "gap" not in example or one.gap == example["gap"]
    report = judged(made(changed), changed, tmp_path)
    assert added in str(report.fidelity)


def test_an_entry_that_is_no_rule_would_not_pass() -> None:
    """What the pages show is held to the metaschemas; so it matters that those refuse something."""
    with pytest.raises(jsonschema.ValidationError):
        holds_to("rule", [{"id": "HTX-90"}])


def test_the_layers_of_the_page_are_those_the_linter_holds_to() -> None:
    settings: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (one for one in settings["tool"]["importlinter"]["contracts"] if one["type"] == "layers")
    table = page("index").split("| layer |")[1].split("\n\n")[0].splitlines()[2:]
    shown = [re.findall(r"`(\w+)`", line.split("|")[1]) for line in table]
    assert shown == [OUR_MODULE.findall(layer) for layer in contract["layers"]], (
        "write the layers of pyproject.toml into docs/contributing/index.md"
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", [path.stem for path in sorted(PAGES.glob("*.md")) if commands(page(path.stem))])
def test_a_page_on_contributing_can_be_followed_in_a_copy_of_the_project(name: str, tmp_path: Path) -> None:
    for part in PROGRAMS:
        source = ROOT / part
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / part)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "validators")}
    follow(page(name), tmp_path, lambda file, entry: put(tmp_path, file, entry), environment)
