"""What the built site holds: every link leads somewhere, and everything in the standard has its page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

from crt_return.publishing.site.words import measure_anchor
from crt_return.standard import load_standard
from tests.website.conftest import QUIET, ROOT

STANDARD = load_standard()
ELSEWHERE = ("http://", "https://", "mailto:", "data:")


@dataclass
class Anatomy(HTMLParser):
    """The links, the things fetched and the anchors of a page."""

    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: Mapping[str, str | None] = dict(attrs)
        self.anchors |= {value for name in ("id", "name") if (value := given.get(name))}
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        self.fetched += [str(given[name]) for name in ("src", "srcset") if given.get(name)]
        if tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload", "preconnect", "dns-prefetch"):
            self.fetched.append(str(given["href"]))


@cache
def anatomy(page: Path) -> Anatomy:
    found = Anatomy()
    found.feed(page.read_text(encoding="utf-8"))
    return found


def target(page: Path, link: str, site: Path) -> tuple[Path, str]:
    """The file a link of a page leads to, and the anchor in it."""
    path, anchor = urldefrag(link)
    base = site if path.startswith("/") else page.parent
    file = (base / unquote(path).lstrip("/")).resolve() if path else page
    return (file / "index.html" if file.is_dir() else file), unquote(anchor)


def test_every_link_and_anchor_of_every_page_leads_somewhere(site: Path) -> None:
    broken = []
    pages = [page for page in site.rglob("*.html") if page.name != "404.html"]  # whose links are for a server's root
    for page in pages:
        for link in [*anatomy(page).links, *anatomy(page).fetched]:
            if link.startswith(ELSEWHERE):
                continue
            file, anchor = target(page, link, site)
            if not file.is_file() or (anchor and file.suffix == ".html" and anchor not in anatomy(file).anchors):
                broken.append(f"{page.relative_to(site)} -> {link}")
    assert broken == []
    assert len(pages) > len(STANDARD.rules)


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    fetched = {(page, one) for page in site.rglob("*.html") for one in anatomy(page).fetched}
    assert {(page.name, one) for page, one in fetched if one.startswith(("http:", "https:", "//"))} == set()


def test_everything_in_the_standard_has_its_page_and_every_field_and_measure_its_anchor(site: Path) -> None:
    rules = [*STANDARD.rules, *STANDARD.acceptance_rules, *STANDARD.national_rules]
    assert [rule for rule in rules if not (site / "rules" / rule / "index.html").is_file()] == []
    assert [name for name in STANDARD.codelists if not (site / "codelists" / name / "index.html").is_file()] == []
    for name, table in STANDARD.tables.items():
        assert set(table.names) <= anatomy(site / "tables" / name / "index.html").anchors, name
    for measure in STANDARD.measures.values():
        page = site / "requirements" / measure.requirement / "index.html"
        assert measure_anchor(measure.id) in anatomy(page).anchors, measure.id


def test_the_help_of_a_finding_is_the_address_of_its_rules_page(site: Path) -> None:
    from crt_return import validate

    (found, *_) = validate(ROOT / "sample_data/invalid/rich", thresholds=False).findings
    assert (site / found.help / "index.html").is_file()


def test_everything_that_is_public_in_python_is_on_its_page(site: Path) -> None:
    import crt_return

    page = (site / "api/index.html").read_text(encoding="utf-8")
    public = [name for name in crt_return.__all__ if name != "__version__"]
    assert [name for name in public if f".{name}" not in page] == []


def test_mike_keeps_a_version_and_offers_the_choice(published: Path, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True, capture_output=True)
    shutil.copytree(published / "docs", checkout / "docs", dirs_exist_ok=True)
    who = {f"GIT_{role}_{part}": "test@example.org" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [Path(sys.executable).with_name("mike"), "deploy", "--update-aliases", "1.0", "latest"],
        cwd=checkout,
        env={**os.environ, **QUIET, **who, "PATH": path, "VERSIONS": "mike"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    show = ["git", "-C", str(checkout), "show"]
    versions = json.loads(subprocess.run([*show, "gh-pages:versions.json"], check=True, capture_output=True).stdout)
    assert [(version["version"], version["aliases"]) for version in versions] == [("1.0", ["latest"])]
    front = subprocess.run([*show, "gh-pages:1.0/index.html"], check=True, capture_output=True, text=True).stdout
    assert '"provider": "mike"' in front
    descriptor = "gh-pages:1.0/downloads/datapackage.json"
    assert subprocess.run([*show, descriptor], check=True, capture_output=True).stdout


def test_the_site_offers_no_versions_unless_mike_keeps_them(site: Path) -> None:
    assert '"provider": "mike"' not in (site / "index.html").read_text(encoding="utf-8")
    assert not (site / "nav.yml").exists()
