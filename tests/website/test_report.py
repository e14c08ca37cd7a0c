"""The HTML report in a real browser: open to everyone, quiet, led by keys that can be turned off, and fit for paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from crt_return.reports.html import page_bytes
from crt_return.standard import load_standard
from crt_return.validate import Run, run
from tests.website.conftest import ROOT
from tests.website.test_browser import WIDTHS, violations

STANDARD = load_standard()
SAMPLE = ROOT / "sample_data"
RETURNS = ("valid", "fidelity", "invalid/rich", "invalid/wrong-cells", "invalid/low-fidelity", "invalid/corrupt.zip")
RICH, LOW = "invalid/rich", "invalid/low-fidelity"
Shown = Callable[..., Page]


@cache
def ran(name: str) -> Run:
    return run(SAMPLE / name, prior=SAMPLE / "previous")


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Shown]:
    """Opens the report on a return in a window; what is amiss there fails the test."""
    faults: list[str] = []
    windows = []

    def opened(name: str, width: int = 1280, most_a_rule: int = 100, **given: bool) -> Page:
        file = tmp_path / "report.html"
        file.write_bytes(page_bytes(ran(name), STANDARD, most_a_rule=most_a_rule))
        page = browser.new_page(viewport={"width": width, "height": 900}, **given)  # type: ignore[arg-type]  # typed one by one
        windows.append(page)
        page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda asked: None if asked.url == file.as_uri() else faults.append(asked.url))
        page.goto(file.as_uri())
        return page

    yield opened
    for window in windows:
        window.close()
    assert [fault for fault in faults if not fault.startswith("data:")] == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", RETURNS)
def test_it_passes_axe_with_every_part_open_and_is_no_wider_than_the_window(
    name: str, width: int, shown: Shown
) -> None:
    page = shown(name, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_n_and_p_go_from_finding_to_finding_and_can_be_turned_off(shown: Shown) -> None:
    page = shown(RICH)
    page.keyboard.press("n")
    assert (focused(page), page.inner_text("#where")) == ("f1", f"Finding 1 of {len(ran(RICH).report.findings)}")
    page.keyboard.press("n")
    assert focused(page) == "f2"
    page.keyboard.press("p")
    assert focused(page) == "f1"
    page.keyboard.press("Control+n")
    page.click("#tools summary")
    page.uncheck("#keys")
    page.keyboard.press("n")
    assert page.inner_text("#where").startswith("Finding 1 of")


def test_a_letter_typed_into_the_search_is_no_key(shown: Shown) -> None:
    page = shown(RICH)
    page.click("#tools summary")
    page.focus("#words")
    page.keyboard.type("n")
    assert focused(page) == "words"


@pytest.mark.parametrize("width", WIDTHS)
def test_the_finding_gone_to_is_not_covered_by_the_buttons(width: int, shown: Shown) -> None:
    page = shown(RICH, width)
    page.click("#tools summary")
    for _ in range(30):
        page.click("#next")
    top = "document.activeElement.getBoundingClientRect().top"
    assert page.evaluate(top) >= page.evaluate("document.getElementById('tools').getBoundingClientRect().bottom")


def test_the_first_stop_of_the_tab_key_skips_to_the_content(shown: Shown) -> None:
    page = shown("valid")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"


def visible_faults(page: Page) -> int:
    return page.locator(".fault:visible").count()


def test_the_filter_keeps_what_was_asked_for_and_says_what_it_hides(shown: Shown) -> None:
    page, findings = shown(RICH, most_a_rule=1), ran(RICH).report.findings
    page.click("#tools summary")
    page.select_option("#what", "warning")
    warnings = [one for one in findings if one.severity == "warning"]
    hidden = len(findings) - len(warnings)
    assert page.inner_text("#where") == f"{len(warnings)} findings shown, {hidden} hidden by the filter"
    assert page.locator("#error").is_hidden()
    page.select_option("#table", "gatekeeping")
    of_table = [one for one in warnings if one.table == "gatekeeping"]
    assert page.inner_text("#where").startswith(f"{len(of_table)} findings shown")
    page.click("#clear")
    assert page.inner_text("#where") == f"{len(findings)} findings"
    page.fill("#words", "REG-02")
    named = len([one for one in findings if one.rule == "REG-02"])
    expect(page.locator("#where")).to_contain_text(f"{named} findings")
    page.click("#next")
    assert page.evaluate("document.activeElement.closest('.group').id") == "REG-02"


def test_the_page_script_draws_a_finding_as_the_template_does(shown: Shown) -> None:
    for name in (RICH, LOW, "invalid/wrong-cells"):
        texts = "[...document.querySelectorAll('.fault')].map((one) => [one.id, one.outerHTML.replace(/\\n/g, '')])"
        whole = dict(shown(name).evaluate(texts))
        page, drawn = shown(name, most_a_rule=1), {}
        for _ in ran(name).report.findings:
            page.click("#next")
            drawn[focused(page)] = page.evaluate("document.activeElement.outerHTML.replace(/\\n/g, '')")
        assert drawn == whole
        assert any(page.locator(".pages").all())


def test_a_rule_with_many_findings_has_pages_to_leaf_through(shown: Shown) -> None:
    page = shown(RICH, most_a_rule=2)
    rule = page.locator("#REG-02")
    assert rule.locator(".pages p").first.inner_text() == "Findings 1 to 2 of 5 listed."
    assert rule.get_by_role("button", name="Page before").is_disabled()
    rule.get_by_role("button", name="Last page").click()
    expect(rule.locator(".pages p").first).to_have_text("Findings 5 to 5 of 5 listed.")
    expect(rule.locator(".fault")).to_have_count(1)
    expect(rule.get_by_role("button", name="Next page")).to_be_disabled()


def test_without_scripts_the_first_findings_are_there_and_no_button_that_does_nothing(shown: Shown) -> None:
    page = shown(RICH, most_a_rule=2, java_script_enabled=False)
    assert page.locator("#tools").is_hidden()
    assert page.locator("#REG-02 .fault").count() == 2
    assert page.locator("button:visible").count() == 0
    assert "Without scripts" in page.inner_text("main")


def test_on_paper_everything_is_open_and_no_button_is_left(shown: Shown) -> None:
    page = shown(LOW)
    page.emulate_media(media="print")
    assert page.locator("button:visible").count() == 0
    assert page.locator("#tools").is_hidden()
    for table in page.locator("table.measures").all():
        assert table.bounding_box(), "the measures of a team stand inside what is closed on a screen"
    printed = page.pdf(format="A4")
    assert printed.count(b"/Type /Page\n") > 5, "findings and measures of three teams do not fit on five pages"
