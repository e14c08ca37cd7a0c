"""The HTML report: all of the report and nothing beside it, in an order that helps, with no patient's data in it."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crt_return.cli import commands
from crt_return.reports.grouped import first_to_mend, sections
from crt_return.reports.html import page_bytes
from crt_return.reports.words import place
from crt_return.validate import Run
from crt_return.validate import run as validated
from tests.batches import STANDARD
from tests.explaining import TEXT, warnings_of
from tests.reports.returns import (
    FURTHER,
    NHS_NUMBER,
    NHS_TOTAL,
    RETURNS,
    SCRIPT,
    checked,
    tables_of,
    written,
)
from tests.reports.seen import Element, excerpt, findings, hashes, links, marked, policy, read
from tests.shown import faults

PAGES = (*RETURNS, *FURTHER)


@cache
def page_of(name: str) -> Element:
    return read(written(name, ".html"))


@pytest.fixture(scope="module")
def without_thresholds(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Run]:
    """Let the command write the page of a valid return without thresholds, and return it with the command's run."""
    module, file, kept = import_module("crt_return.validate"), tmp_path_factory.mktemp("page") / "report.HTML", []

    def run(*paths: Path, **options: Any) -> Run:
        kept.append(validated(*paths, **options))
        return kept[0]

    words = ["validate", str(RETURNS["accepted"]), "--no-thresholds", "--report", str(file)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "run", run)
        assert CliRunner().invoke(commands, words, standalone_mode=False).return_value == 0
    return file.read_bytes(), kept[0]


def part(page: Element, name: str) -> Element | None:
    """A part of the page by the id of its heading."""
    return next((one for one in page.all("section") if one.given.get("aria-labelledby") == name), None)


def marked_in(fault: Element) -> list[str]:
    """The columns marked in the excerpt of a finding; none where it has no excerpt."""
    return marked(fault) if list(fault.all("div", "row")) else []


def fault_of(page: Element, rule: str) -> Element:
    group = page.named(rule)
    assert group, f"{rule} has no group"
    return next(group.all("li", "fault"))


# What it holds


@pytest.mark.parametrize("most_a_rule", [1, 100])
@pytest.mark.parametrize("name", PAGES)
def test_page_has_each_finding_once_under_its_rule(name: str, most_a_rule: int) -> None:
    report = checked(name).report
    seen = findings(read(page_bytes(checked(name), STANDARD, most_a_rule=most_a_rule)))
    assert [one.number for one in seen] == list(range(1, len(report.findings) + 1))
    for one, found in zip(seen, report.findings, strict=True):
        assert (one.rule, one.message) == (found.rule, found.message)
        assert not place(found) or one.where[0] == place(found)


def test_a_finding_has_its_value_what_was_expected_and_its_field() -> None:
    shown = fault_of(page_of("rejected"), "GTK-01")
    assert [one.words for one in next(shown.all("dl", "values")).all("div")] == ["Found27", "Expected28"]
    assert next(shown.all("p", "where")).words.startswith("gatekeeping.csv, cell G6")
    assert "(admissions_eligible)" in next(shown.all("p", "where")).words


def test_rule_shows_its_fix_its_reason_and_its_count() -> None:
    for section in sections(checked("rejected").report, STANDARD):
        for group in section.groups:
            shown = page_of("rejected").named(group.id)
            assert shown
            assert group.rule.fix in shown.text
            assert group.rule.why in shown.text
            assert f"({group.count:,})" in next(shown.all("h3")).words


def test_excerpt_shows_key_and_read_cells_and_marks_the_fault() -> None:
    shown = fault_of(page_of("rejected"), "GTK-01")
    assert excerpt(shown) == {
        "C team_id": "RZA-T04",
        "D legal_status": "voluntary",
        "E admissions_total": "30",
        "F admissions_exempt": "2",
        "G admissions_eligible": "27look here",
    }
    assert marked(shown) == ["G admissions_eligible"]
    assert next(next(shown.all("div", "row")).all("p")).words == "Row 6"


def test_excerpt_of_a_blank_cell_says_blank_and_has_neighbours() -> None:
    shown = fault_of(page_of("faulty cells"), "PKG-04")
    assert marked(shown) == ["L gatekept_out_of_hours"]
    assert excerpt(shown)["L gatekept_out_of_hours"] == "blanklook here"
    assert {"K not_gatekept", "M mha_assessments"} <= set(excerpt(shown))


def test_rules_not_evaluated_are_named_with_their_reasons() -> None:
    readable = [name for name in PAGES if checked(name).package]
    for name in readable:
        report, shown = checked(name).report, part(page_of(name), "not-evaluated")
        assert shown
        for one in report.rules.not_evaluated:
            assert one.rule in shown.text
            assert " ".join(one.because.split()) in shown.words
    heading = page_of("rejected").named("not-evaluated")
    assert heading and f"({len(checked('rejected').report.rules.not_evaluated)} rules)" in heading.words


def test_every_level_status_and_measure_stands_there_as_text() -> None:
    page, report = page_of("queried"), checked("queried").report
    complete, fidelity = part(page, "completeness"), part(page, "fidelity")
    assert complete and fidelity
    for level in report.completeness["levels"]:
        assert level["title"] in complete.text
    assert "3 of 4 (75.0%)" in complete.text
    rows = [[cell.words for cell in row.all() if cell.tag in ("th", "td")] for row in fidelity.all("tr")]
    for team in report.fidelity:
        for requirement in team["requirements"]:
            claimed = [row for row in rows if row[0] == requirement["title"] and len(row) == 5]
            assert any(row[1:3] == [requirement["claimed"], requirement["computed"]] for row in claimed)
            for one in requirement["measures"]:
                (own,) = [row for row in rows if row[0].startswith(f"{one['measure']} ")][len(claimed) - 3 :][:1]
                assert one["title"] in own[0]
    gaps = [one["gap"] for team in report.fidelity for of in team["requirements"] for one in of["measures"]]
    assert all(gap in fidelity.text for gap in gaps if gap)


def test_what_is_in_order_is_said_too() -> None:
    shown = part(page_of("rejected"), "well")
    assert shown
    assert f"{len(checked('rejected').report.rules.passed)} rules of {len(STANDARD.rules)} passed" in shown.text
    assert "measures met" in shown.text


def test_page_shows_the_versions_the_hash_and_the_rows_read() -> None:
    shown, report = part(page_of("accepted"), "about"), checked("accepted").report
    assert shown
    for words in (report.submission.content_sha256, report.standard["version"], report.tool["version"], "January"):
        assert words and words in page_of("accepted").text
    rows = {next(row.all("th")).words: row.words for row in shown.all("tr")}
    assert "gatekeeping.csv" in rows["Gatekeeping"]
    assert "6 rows" in rows["Gatekeeping"]


# What comes first


def test_causes_and_errors_come_first() -> None:
    report = checked("rejected").report
    first = first_to_mend(sections(report, STANDARD))
    assert [group.holds_back for group in first] == sorted((group.holds_back for group in first), reverse=True)
    assert {group.severity for group in first} == {"error"}
    assert "EXP-02" not in [group.rule.id for group in first], "it goes away once the warnings are explained"
    shown = part(page_of("rejected"), "first")
    assert shown
    assert [one.given["href"] for one in shown.all("a")] == [f"#{group.id}" for group in first]
    assert f"until then {first[0].holds_back} other rules cannot be judged in full" in shown.words


@pytest.mark.parametrize(("name", "waiting"), [("open warning", 1), ("explained warning", 0)])
def test_explained_warnings_wait_for_nobody(name: str, waiting: int) -> None:
    assert len(first_to_mend(sections(checked(name).report, STANDARD))) == waiting
    (tiles,) = page_of(name).all("ul", "tiles")
    assert f"{waiting} warning" in tiles.words.replace("0 errors to mend", "")
    assert ("1 warning explained" in tiles.words) == (waiting == 0)


def test_a_file_that_is_missing_comes_before_everything() -> None:
    assert first_to_mend(sections(checked("missing file").report, STANDARD))[0].rule.check == "reading"


# The outcomes


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_empty_part_and_no_broken_link(name: str) -> None:
    page = page_of(name)
    assert links(page)
    assert {link for link in links(page) if link.startswith("#") and not page.named(link[1:])} == set()
    for table in page.all("table"):
        assert next(table.all("caption")).words
        assert len(list(table.all("tr"))) >= 2 or not list(table.all("thead"))
    for one in page.all("section"):
        assert len(one.words) > len("".join(heading.words for heading in one.all("h2")))
    names = [one.given["id"] for one in page.all() if "id" in one.given]
    assert len(names) == len(set(names))


def test_an_accepted_return_has_a_confident_page() -> None:
    page = page_of("accepted")
    assert next(page.all("p", "headline")).text == "This return can be submitted"
    assert [part(page, name) for name in ("first", "error", "warning", "explained")] == [None] * 4
    titles = [one.given["id"] for one in page.all("h2")]
    assert titles[:3] == ["well", "completeness", "fidelity"], "what is good comes first"


def test_page_without_thresholds_promises_nothing(without_thresholds: tuple[bytes, Run]) -> None:
    page = read(without_thresholds[0])
    assert "can be submitted" not in page.text
    assert "so this is the outcome of the other rules alone" in page.text
    assert (part(page, "completeness"), part(page, "fidelity")) == (None, None)


def test_what_cannot_be_read_says_why_and_shows_no_figures() -> None:
    page = page_of("damaged zip")
    assert "corrupt.zip is a damaged zip file" in next(page.all("div", "unreadable")).text
    assert [part(page, name) for name in ("first", "completeness", "fidelity", "well")] == [None] * 4
    assert list(page.all("ul", "tiles")) == []


def test_explained_warning_is_shown_with_its_explanation() -> None:
    answered, page = checked("explained warning"), page_of("explained warning")
    assert answered.report.outcome == "accepted_with_explanations"
    warnings = warnings_of(checked("open warning").report)
    assert warnings
    shown = part(page, "explained")
    assert shown
    assert part(page, "warning") is None
    for fault in shown.all("li", "fault"):
        assert f"Local service model: {TEXT} (Service manager)" in fault.words
        assert "Stateexplained" in fault.words
    assert len(list(shown.all("li", "fault"))) == len(warnings)


def test_an_open_warning_gives_what_a_row_of_explanations_copies() -> None:
    report, page = checked("queried").report, page_of("queried")
    for number, one in enumerate(report.findings, start=1):
        if one.severity == "warning":
            shown = page.named(f"f{number}")
            assert shown
            assert {one.record_key, one.values_hash} <= {code.text for code in shown.all("code")}
            assert "not explained yet" in shown.text


# One file, and nothing in it that should not be


def test_page_of_the_same_report_has_the_same_bytes() -> None:
    assert page_bytes(checked("rejected"), STANDARD) == written("rejected", ".html")


def test_page_fetches_nothing_and_runs_only_its_scripts() -> None:
    text, page = written("rejected", ".html").decode(), page_of("rejected")
    asked = [one.given[name] for one in page.all() for name in ("src", "srcset", "action") if name in one.given]
    assert asked == []
    assert {link for link in links(page) if not link.startswith("#")} == set()
    assert [one.given["href"] for one in page.all("link")] == ["data:,"]
    assert not re.search(r"@import|url\(", text)
    own = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", text, re.DOTALL)
    assert hashes(policy(page)) == [b64encode(sha256(one.encode()).digest()).decode() for one in own]
    assert policy(page).startswith("default-src 'none'; ")
    assert [one for one in page.all() if "style" in one.given or any(name.startswith("on") for name in one.given)] == []


@pytest.mark.parametrize("most_a_rule", [1, 100])
def test_text_like_html_is_shown_as_it_was_written(most_a_rule: int) -> None:
    content = page_bytes(checked("scripts"), STANDARD, most_a_rule=most_a_rule)
    page = read(content)
    assert b"<script>alert" not in content
    assert len([found for found in findings(page) if found.rule == "REG-02" and SCRIPT in found.message]) == 2
    assert excerpt(fault_of(page, "REG-02"))["D team_name"] == f"{SCRIPT}look here"


def test_nhs_number_near_a_fault_is_hidden_with_its_sum() -> None:
    content = written("NHS number", ".html").decode()
    assert "gatekept_total" in content
    assert NHS_NUMBER not in content
    assert NHS_TOTAL not in content


def test_excerpt_of_a_single_person_shows_only_ids_and_fault() -> None:
    content, episode = written("single person", ".html").decode(), tables_of("single person")["episodes"][0]
    shown_faults = page_of("single person").all("li", "fault")
    (shown,) = [fault for fault in shown_faults if marked_in(fault) == ["F referral_received"]]
    assert set(excerpt(shown)) == {"C team_id", "D episode_id", "F referral_received"}
    assert episode["person_pseudonym"] not in content
    assert "crt.rza@example.nhs.uk" not in content


def test_what_stands_for_several_rows_says_so() -> None:
    (repeated,) = [one for one in faults(checked("faulty cells").report) if one.rule == "PKG-06"]
    assert repeated.count == 2
    assert "stands for 2 rows" in next(fault_of(page_of("faulty cells"), "PKG-06").all("p", "where")).text


def test_command_writes_the_page_by_the_ending_of_the_name(without_thresholds: tuple[bytes, Run]) -> None:
    content, run = without_thresholds
    assert content == page_bytes(run, STANDARD)
