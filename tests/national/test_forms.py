"""The forms of the report hold what their readers need: a page for every reader, files that no spreadsheet runs."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from crt_return.national.csv_files import cell_text
from tests.national.made import EVIL, PERIOD, STANDARD, england

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
VOID = {"meta", "br", "link", "img", "path", "use", "rect", "input", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> Iterator[Element]:
        for child in self.children:
            if child.tag == tag:
                yield child
            yield from child.all(tag)

    def every(self) -> Iterator[Element]:
        for child in self.children:
            yield child
            yield from child.every()


class Page(HTMLParser):
    """A page as a tree; it fails where a tag is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]
        self.feed(text)
        assert self._open == [self.root], [one.tag for one in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        one = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(one)
        if tag not in VOID:
            self._open.append(one)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self._open[-1].text += data


@pytest.fixture(scope="module")
def page(year: Path) -> Element:
    return Page((year / "index.html").read_text(encoding="utf-8")).root


def test_the_page_says_its_language_and_title_and_leads_past_its_head(page: Element) -> None:
    (html,) = page.all("html")
    assert html.attributes["lang"] == "en-GB"
    (title,) = (one for one in page.all("title") if "England" in one.text)
    assert "withheld" in title.text
    assert next(iter(page.all("a"))).attributes == {"class": "skip", "href": "#main"}
    assert [one.attributes.get("id") for one in page.all("main")] == ["main"]


def test_headings_go_down_one_step_at_a_time(page: Element) -> None:
    levels = [int(one.tag[1]) for one in page.every() if re.fullmatch("h[1-6]", one.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_has_a_caption_of_its_own_and_headers_with_a_scope(page: Element) -> None:
    captions = []
    for table in page.all("table"):
        (caption,) = table.all("caption")
        captions.append(caption.text)
        assert all(one.attributes.get("scope") in ("col", "row") for one in table.all("th"))
        widths = {len(row.children) for row in table.all("tr")}
        assert len(widths) == 1, caption.text
    assert len(captions) == len(set(captions)) >= 13


def test_every_chart_is_named_described_and_followed_by_its_figures(page: Element) -> None:
    charts = list(page.all("svg"))
    assert len(charts) == 10
    for chart in charts:
        assert chart.attributes["role"] == "img"
        (title,), (description,) = chart.all("title"), chart.all("desc")
        assert chart.attributes["aria-labelledby"] == f"{title.attributes['id']} {description.attributes['id']}"
        assert title.text
        assert re.search("[0-9]", description.text)
    beside = [one for one in page.every() if one.attributes.get("class") in ("pair", "whole")]
    assert [one.children[0].tag for one in beside] == ["figure"] * 10
    assert all(list(one.all("table")) for one in beside)


def test_no_id_stands_twice(page: Element) -> None:
    ids = [one.attributes["id"] for one in page.every() if "id" in one.attributes]
    assert len(ids) == len(set(ids))


def test_what_an_id_is_named_for_is_there(page: Element) -> None:
    ids = {one.attributes["id"] for one in page.every() if "id" in one.attributes}
    attributes = [pair for one in page.every() for pair in one.attributes.items()]
    links = {value[1:] for name, value in attributes if name.endswith("href") and value.startswith("#")}
    patterns = {name for _, value in attributes for name in re.findall(r"url\(#(.+?)\)", value)}
    assert "main" in links
    assert patterns
    assert links | patterns <= ids


def test_the_page_fetches_nothing_and_runs_nothing(page: Element, year: Path) -> None:
    assert not {"script", "link", "iframe", "img", "object"} & {one.tag for one in page.every()}
    addresses = set(re.findall(r"https?://[^\"' <)]+", (year / "index.html").read_text(encoding="utf-8")))
    assert addresses == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "https://example.invalid&#34;"}
    links = {one.attributes["href"] for one in page.all("a")} - {"#main"}
    assert links == {one.name for one in year.iterdir()} - {"index.html"}


def test_a_region_that_scrolls_can_be_reached_and_is_named(page: Element) -> None:
    regions = [one for one in page.every() if "scroll" in one.attributes.get("class", "").split()]
    assert all(one.attributes["tabindex"] == "0" and one.attributes["aria-label"] for one in regions)


def test_every_percentage_of_the_main_figures_stands_with_its_counts(page: Element) -> None:
    (main,) = (one for one in page.all("ul") if one.attributes.get("class") == "headlines")
    sentences = [one.text for one in main.all("li")]
    assert sentences[0] == "9 of 17 teams (52.9%) say they are fully operational."
    for sentence in sentences:
        alone = re.sub(r"[\d,.]+ of [\d,.]+ [a-z ]+\([\d.]+%\)|[\d.]+% of the target of 100,000", "", sentence)
        assert "%" not in alone, sentence


def test_series_differ_by_pattern_and_not_by_colour_alone() -> None:
    from crt_return.national.charts import Bar, BarChart, Group, svg

    chart = BarChart("two", "Two", "Two bars.", (Group("a", (Bar(1, "1"), Bar(2, "2", 1))),), 2, ("One", "Other"))
    assert "<pattern" in svg(chart)
    assert "<pattern" not in svg(replace(chart, groups=(Group("a", (Bar(1, "1"),)),), series=()))


def test_a_chart_is_the_same_every_time_and_its_words_are_words() -> None:
    from crt_return.national.charts import Bar, BarChart, Group, svg

    label = "Teams & <others> with $ signs $ and a name that takes more than one line to write"
    group = Group(label, (Bar(None, "none"),))
    chart = BarChart("words", "A <title>", "It & that.", (group,), 1)
    drawn = svg(chart)
    assert drawn == svg(chart)
    assert "Teams &amp; &lt;others&gt; with $ signs $" in drawn
    assert '<title id="chart-words-title">A &lt;title&gt;</title>' in drawn
    ElementTree.fromstring(drawn)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_a_spreadsheet_would_run_is_written_as_text(start: str) -> None:
    assert cell_text(f"{start}1") == f"'{start}1"


@pytest.mark.parametrize(
    ("cell", "text"), [(None, ""), (0, "0"), (97, "97"), (0.399176955, "0.399176955"), (-1.5, "-1.5"), ("*", "*")]
)
def test_a_cell_is_written_plainly(cell: Any, text: str) -> None:
    assert cell_text(cell) == text


def test_no_csv_cell_begins_like_a_formula(year: Path) -> None:
    for file in year.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as opened:
            cells = [cell for row in csv.reader(opened) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))], file.name
        assert file.stem not in ("providers", "returns") or f"'{EVIL}" in cells


@dataclass(frozen=True)
class Workbook:
    names: list[str]
    sheets: dict[str, ElementTree.Element]
    texts: list[str]

    def cells(self, sheet: str) -> list[list[str | float | None]]:
        """The cells of a sheet: a text as text, a number as a number."""
        found = []
        for row in self.sheets[sheet].iter(f"{SHEET}row"):
            found.append([self._cell(cell) for cell in row.iter(f"{SHEET}c")])
        return found

    def _cell(self, cell: ElementTree.Element) -> str | float | None:
        value = cell.find(f"{SHEET}v")
        if value is None or value.text is None:
            return None
        return self.texts[int(value.text)] if cell.get("t") == "s" else float(value.text)


@pytest.fixture(scope="module")
def workbook(year: Path) -> Workbook:
    with zipfile.ZipFile(year / "national.xlsx") as book:
        sheets = [one.get("name") or "" for one in tree(book, "xl/workbook.xml").iter(f"{SHEET}sheet")]
        strings = tree(book, "xl/sharedStrings.xml").iter(f"{SHEET}si")
        texts = ["".join(part.text or "" for part in one.iter(f"{SHEET}t")) for one in strings]
        parts = {name: tree(book, f"xl/worksheets/sheet{n}.xml") for n, name in enumerate(sheets, start=1)}
        return Workbook(sheets, parts, texts)


def tree(book: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(book.read(name))


def test_the_workbook_has_notes_first_and_a_sheet_for_each_file(workbook: Workbook, year: Path) -> None:
    assert workbook.names[0] == "notes"
    assert set(workbook.names[1:]) == {file.stem for file in year.glob("*.csv")}
    notes = [row[0] for row in workbook.cells("notes")]
    assert any(str(one).startswith("SYNTHETIC") for one in notes)
    assert any(str(one).startswith("Withheld") for one in notes)


def test_no_cell_of_the_workbook_is_a_formula(workbook: Workbook) -> None:
    assert not [name for name, sheet in workbook.sheets.items() if list(sheet.iter(f"{SHEET}f"))]
    assert EVIL in workbook.texts


def test_numbers_are_numbers_and_headers_stay_in_sight(workbook: Workbook) -> None:
    header, *rows = workbook.cells("indicators")[2:]
    assert header[:2] == ["Indicator", "Title"]
    fully = next(row for row in rows if row[0] == "N3")
    assert [cell for cell in fully if isinstance(cell, float)] == [9, 17, 0.529411765]
    for name, sheet in workbook.sheets.items():
        frozen = list(sheet.iter(f"{SHEET}pane"))
        assert [pane.get("topLeftCell") for pane in frozen] == ([] if name == "notes" else ["A4"])


def test_the_workbook_shows_what_the_files_do(workbook: Workbook, year: Path) -> None:
    for file in year.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as opened:
            _, *rows = csv.reader(opened)
        of_file = [[cell for cell in row if cell] for row in rows]
        of_sheet = [[written(cell) for cell in row if cell is not None] for row in workbook.cells(file.stem)[3:]]
        assert of_sheet == of_file, file.name


def written(cell: str | float) -> str:
    return cell_text(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)


@pytest.mark.slow
def test_the_command_line_loads_no_drawing_and_no_template_until_it_is_asked_to() -> None:
    seen = "import sys; from crt_return import cli; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", seen], capture_output=True, check=True, text=True).stdout
    assert not [name for name in ("matplotlib", "jinja2", "xlsxwriter") if f"'{name}'" in loaded]


def test_a_report_of_one_quarter_has_every_form_too(tmp_path: Path) -> None:
    from crt_return.national.write import write_national

    made = write_national(england({"RZA": 6, "RZB": 7}, quarters=[PERIOD]), STANDARD, tmp_path)
    assert made.status == "final"
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    Page(text)
    assert "January 2007 to March 2007" in text
    assert 'class="status final"' in text
