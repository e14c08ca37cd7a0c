"""The HTML report: all of the report and nothing beside it, in an order that helps, with no patient's data in it."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from crt_return.cli import commands
from crt_return.reports.grouped import first_to_mend, sections
from crt_return.reports.html import page_bytes
from crt_return.reports.words import place
from crt_return.sampling.scene import Row, Tables
from crt_return.sampling.valid import two_quarters
from crt_return.sampling.writing import files_of, write_folder
from crt_return.standard import load_standard
from crt_return.validate import Run, run
from tests.explaining import TEXT, answer, warnings_of
from tests.reports.seen import Element, excerpt, findings, hashes, links, marked, policy, read
from tests.shown import faults

STANDARD = load_standard()
SAMPLE = Path(__file__).parents[2] / "sample_data"
PREVIOUS = SAMPLE / "previous"
RETURNS = ("valid", "invalid/rich", "invalid/wrong-cells", "invalid/low-fidelity", "invalid/missing-file")
UNREADABLE = "invalid/corrupt.zip"
NHS_NUMBER = "9434765919"
_, NOW = two_quarters(STANDARD, "RZA", 2, "2006-07-Q4", 3)


@cache
def ran(name: str, *, thresholds: bool = True) -> Run:
    return run(SAMPLE / name, prior=PREVIOUS, thresholds=thresholds)


@cache
def page_of(name: str, *, thresholds: bool = True) -> Element:
    return read(page_bytes(ran(name, thresholds=thresholds), STANDARD))


def made(tables: Tables, folder: Path) -> Run:
    return run(write_folder(files_of(tables, STANDARD), folder / "return"))


def changed(table: str, place_of_row: int, **cells: str) -> Tables:
    """A valid return with some cells of one row changed."""
    rows: list[Row] = [dict(row) for row in NOW[table]]
    rows[place_of_row] |= cells
    return {**NOW, table: rows}


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
@pytest.mark.parametrize("name", (*RETURNS, UNREADABLE))
def test_every_finding_is_on_the_page_once_under_its_rule_with_its_place(name: str, most_a_rule: int) -> None:
    report = ran(name).report
    seen = findings(read(page_bytes(ran(name), STANDARD, most_a_rule=most_a_rule)))
    assert [one.number for one in seen] == list(range(1, len(report.findings) + 1))
    for one, found in zip(seen, report.findings, strict=True):
        assert (one.rule, one.message) == (found.rule, found.message)
        assert not place(found) or one.where[0] == place(found)


def test_a_finding_has_its_value_what_was_expected_and_its_field() -> None:
    shown = fault_of(page_of("invalid/rich"), "GTK-01")
    assert [one.words for one in next(shown.all("dl", "values")).all("div")] == ["Found27", "Expected28"]
    assert next(shown.all("p", "where")).words.startswith("gatekeeping.csv, cell G6")
    assert "(admissions_eligible)" in next(shown.all("p", "where")).words


def test_a_rule_says_how_to_mend_why_it_matters_and_how_often_it_failed() -> None:
    for section in sections(ran("invalid/rich").report, STANDARD):
        for group in section.groups:
            shown = page_of("invalid/rich").named(group.id)
            assert shown
            assert group.rule.fix in shown.text
            assert group.rule.why in shown.text
            assert f"({group.count:,})" in next(shown.all("h3")).words


def test_the_excerpt_shows_the_key_and_what_the_rule_reads_and_marks_the_cell() -> None:
    shown = fault_of(page_of("invalid/rich"), "GTK-01")
    assert excerpt(shown) == {
        "C team_id": "RZA-T04",
        "D legal_status": "voluntary",
        "E admissions_total": "30",
        "F admissions_exempt": "2",
        "G admissions_eligible": "27look here",
    }
    assert marked(shown) == ["G admissions_eligible"]
    assert next(next(shown.all("div", "row")).all("p")).words == "Row 6"


def test_the_excerpt_of_a_blank_cell_shows_its_neighbours_and_says_that_it_is_blank() -> None:
    shown = fault_of(page_of("invalid/wrong-cells"), "PKG-04")
    assert marked(shown) == ["L gatekept_out_of_hours"]
    assert excerpt(shown)["L gatekept_out_of_hours"] == "blanklook here"
    assert {"K not_gatekept", "M mha_assessments"} <= set(excerpt(shown))


@pytest.mark.slow
def test_every_rule_that_was_not_evaluated_is_named_with_its_reason() -> None:
    for name in RETURNS:
        report, shown = ran(name).report, part(page_of(name), "not-evaluated")
        assert shown
        for one in report.rules.not_evaluated:
            assert one.rule in shown.text
            assert " ".join(one.because.split()) in shown.words
    heading = page_of("invalid/rich").named("not-evaluated")
    assert heading and f"({len(ran('invalid/rich').report.rules.not_evaluated)} rules)" in heading.words


def test_every_level_status_and_measure_stands_there_as_text() -> None:
    page, report = page_of("invalid/low-fidelity"), ran("invalid/low-fidelity").report
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
    shown = part(page_of("invalid/rich"), "well")
    assert shown
    assert f"{len(ran('invalid/rich').report.rules.passed)} rules of {len(STANDARD.rules)} passed" in shown.text
    assert "measures met" in shown.text


def test_it_says_what_was_checked_by_what_and_how_many_rows_were_read() -> None:
    shown, report = part(page_of("valid"), "about"), ran("valid").report
    assert shown
    for words in (report.submission.content_sha256, report.standard["version"], report.tool["version"], "January"):
        assert words and words in page_of("valid").text
    rows = {next(row.all("th")).words: row.words for row in shown.all("tr")}
    assert "gatekeeping.csv" in rows["Gatekeeping"]
    assert "6 rows" in rows["Gatekeeping"]


# What comes first


def test_causes_come_before_what_follows_from_them_and_errors_before_warnings() -> None:
    report = ran("invalid/rich").report
    first = first_to_mend(sections(report, STANDARD))
    assert [group.holds_back for group in first] == sorted((group.holds_back for group in first), reverse=True)
    assert {group.severity for group in first} == {"error"}
    assert "EXP-02" not in [group.rule.id for group in first], "it goes away once the warnings are explained"
    shown = part(page_of("invalid/rich"), "first")
    assert shown
    assert [one.given["href"] for one in shown.all("a")] == [f"#{group.id}" for group in first]
    assert f"until then {first[0].holds_back} other rules cannot be judged in full" in shown.words


def test_a_file_that_is_missing_comes_before_everything() -> None:
    assert first_to_mend(sections(ran("invalid/missing-file").report, STANDARD))[0].rule.check == "reading"


# The outcomes


@pytest.mark.parametrize("name", (*RETURNS, UNREADABLE))
def test_no_part_is_empty_every_table_has_a_caption_and_every_link_leads_somewhere(name: str) -> None:
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
    page = page_of("valid")
    assert next(page.all("p", "headline")).text == "This return can be submitted"
    assert [part(page, name) for name in ("first", "error", "warning", "explained")] == [None] * 4
    titles = [one.given["id"] for one in page.all("h2")]
    assert titles[:3] == ["well", "completeness", "fidelity"], "what is good comes first"


def test_without_thresholds_nothing_promises_that_the_return_can_be_submitted() -> None:
    page = page_of("valid", thresholds=False)
    assert "can be submitted" not in page.text
    assert "so this is the outcome of the other rules alone" in page.text
    assert (part(page, "completeness"), part(page, "fidelity")) == (None, None)


def test_what_cannot_be_read_says_why_and_shows_no_figures() -> None:
    page = page_of(UNREADABLE)
    assert "corrupt.zip is a damaged zip file" in next(page.all("div", "unreadable")).text
    assert [part(page, name) for name in ("first", "completeness", "fidelity", "well")] == [None] * 4
    assert list(page.all("ul", "tiles")) == []


def test_an_explained_warning_stands_by_itself_with_what_was_said_of_it(tmp_path: Path) -> None:
    tables = {**NOW, "return_header": [{**NOW["return_header"][0], "submission_status": "provisional"}]}
    tables["team_register"] = [{**NOW["team_register"][0], "age_min": "18"}, *NOW["team_register"][1:]]
    warnings = warnings_of(made(tables, tmp_path).report)
    assert warnings
    answered = made({**tables, "explanations": [answer(one) for one in warnings]}, tmp_path / "again")
    assert answered.report.outcome == "accepted_with_explanations"
    page = read(page_bytes(answered, STANDARD))
    shown = part(page, "explained")
    assert shown
    assert part(page, "warning") is None
    for one in shown.all("li", "fault"):
        assert f"Local service model: {TEXT} (Service manager)" in one.words
        assert "Stateexplained" in one.words
    assert len(list(shown.all("li", "fault"))) == len(warnings)


def test_an_open_warning_gives_what_a_row_of_explanations_copies() -> None:
    report, page = ran("invalid/low-fidelity").report, page_of("invalid/low-fidelity")
    for number, one in enumerate(report.findings, start=1):
        if one.severity == "warning":
            shown = page.named(f"f{number}")
            assert shown
            assert {one.record_key, one.values_hash} <= {code.text for code in shown.all("code")}
            assert "not explained yet" in shown.text


# One file, and nothing in it that should not be


def test_the_same_report_gives_the_same_bytes_whenever_it_is_written() -> None:
    assert page_bytes(ran("invalid/rich"), STANDARD) == page_bytes(ran("invalid/rich"), STANDARD)


def test_it_fetches_nothing_and_its_policy_lets_nothing_run_but_its_own() -> None:
    text, page = page_bytes(ran("invalid/rich"), STANDARD).decode(), page_of("invalid/rich")
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
def test_what_looks_like_html_in_a_return_is_shown_as_it_was_written(most_a_rule: int, tmp_path: Path) -> None:
    name = "</script><script>alert('CRT & co')</script>"
    tables = changed("team_register", 0, team_name=name)
    tables["team_register"] = [{**row, "team_name": name} for row in tables["team_register"]]
    found = made(tables, tmp_path)
    written = page_bytes(found, STANDARD, most_a_rule=most_a_rule)
    assert b"<script>alert" not in written
    assert len([one for one in findings(read(written)) if one.rule == "REG-02" and name in one.message]) == 2
    assert excerpt(fault_of(read(written), "REG-02"))["D team_name"] == f"{name}look here"


def test_an_nhs_number_beside_a_fault_is_hidden_and_so_is_a_sum_with_it(tmp_path: Path) -> None:
    total = str(int(NHS_NUMBER) + 1)
    tables = changed("gatekeeping", 0, admissions_total=NHS_NUMBER, admissions_eligible=total, gatekept_total="some")
    written = page_bytes(made(tables, tmp_path), STANDARD).decode()
    assert "gatekept_total" in written
    assert NHS_NUMBER not in written
    assert total not in written


def test_of_a_single_person_nothing_is_shown_beside_a_fault(tmp_path: Path) -> None:
    episodes = changed("episodes", 0, referral_received="soon")["episodes"]
    header = [{**NOW["return_header"][0], "submitted_on": "soon", "contact_email": "crt.rza@example.nhs.uk"}]
    tables = {**NOW, "episodes": episodes, "return_header": header}
    written = page_bytes(made(tables, tmp_path), STANDARD).decode()
    (shown,) = [one for one in read(written.encode()).all("li", "fault") if marked_in(one) == ["F referral_received"]]
    assert set(excerpt(shown)) == {"C team_id", "D episode_id", "F referral_received"}
    assert episodes[0]["person_pseudonym"] not in written
    assert "crt.rza@example.nhs.uk" not in written


def test_what_stands_for_several_rows_says_so() -> None:
    (repeated,) = [one for one in faults(ran("invalid/wrong-cells").report) if one.rule == "PKG-06"]
    assert repeated.count == 2
    assert "stands for 2 rows" in next(fault_of(page_of("invalid/wrong-cells"), "PKG-06").all("p", "where")).text


def test_the_command_writes_it_by_the_ending_of_the_name(tmp_path: Path) -> None:
    file = tmp_path / "report.HTML"
    asked = ["validate", str(SAMPLE / "valid"), "--no-thresholds", "--report", str(file)]
    assert CliRunner().invoke(commands, asked, standalone_mode=False).return_value == 0
    assert file.read_bytes() == page_bytes(run(SAMPLE / "valid", thresholds=False), STANDARD)
