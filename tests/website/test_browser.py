"""The site in a real browser: open to everyone, quiet, and never asking another site for anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # the library has no types
from playwright.sync_api import Browser, Page

from tests.website.conftest import build

WIDTHS = (1280, 390)
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
EVERY_SO_MANY = {"rules": 20, "codelists": 9, "tables": 4}  # of pages drawn by one template, some are enough
OWN = ("data:", "blob:")


def looked_at(site: Path) -> list[str]:
    """Every page but for some of those that one template draws by the dozen."""
    pages = sorted(path.parent.relative_to(site).as_posix() for path in site.rglob("index.html"))
    found = [page for page in pages if page.split("/")[0] not in EVERY_SO_MANY or "/" not in page]
    for folder, step in EVERY_SO_MANY.items():
        found += [page for page in pages if page.startswith(f"{folder}/")][::step]
    return found


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2, levels A and AA."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": list(WCAG)}}).response
    assert found["passes"], "axe has looked at nothing"
    return [f"{fault['id']} at {fault['nodes'][0]['html'][:120]}" for fault in found["violations"]]


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": request.param, "height": 900})
    yield opened
    opened.close()


def test_every_page_passes_axe_without_a_console_error_or_an_outside_request(
    page: Page, address: str, site: Path
) -> None:
    faults: list[str] = []
    page.on("console", lambda said: faults.append(f"{page.url} says {said.text}") if said.type == "error" else None)
    page.on("request", lambda asked: None if asked.url.startswith((address, *OWN)) else faults.append(asked.url))
    pages = looked_at(site)
    for one in pages:
        page.goto(address + ("" if one == "." else f"{one}/"))
        faults += [f"{one}: {fault}" for fault in violations(page)]
    assert faults == []
    assert len(pages) > 50


def test_axe_would_find_a_fault(page: Page, address: str) -> None:
    page.goto(address)
    page.evaluate("document.querySelector('h1').insertAdjacentHTML('afterend', '<img src=\"assets/favicon.svg\">')")
    (found,) = violations(page)
    assert found.startswith("image-alt")


def searched(page: Page, words: str) -> list[str]:
    """The addresses that the search of a page gives."""
    if not page.is_visible(".md-search__input"):
        page.click("label.md-header__button[for=__search]")
    page.locator(".md-search__input").press_sequentially(words)  # the search listens to keys, as a reader presses them
    page.wait_for_selector("a.md-search-result__link")
    return [str(link.get_attribute("href")) for link in page.query_selector_all("a.md-search-result__link")]


def test_the_search_finds_a_rule_by_its_id(page: Page, address: str) -> None:
    page.goto(address)
    assert any("rules/GTK-01/" in link for link in searched(page, "GTK-01"))


def test_search_works_when_the_site_is_opened_as_files(browser: Browser, published: Path, tmp_path: Path) -> None:
    folder = build(published, tmp_path / "offline", OFFLINE="true")
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.startswith("http") else None)
    page.goto((folder / "index.html").as_uri())
    assert any("rules/GTK-01.html" in link for link in searched(page, "GTK-01"))
    assert asked == []
