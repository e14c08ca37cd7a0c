"""The HTML report as its reader has it: the findings, whether written out or kept as data, the tables and the links."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

VOID = ("meta", "link", "br", "input", "path", "rect", "circle")


@dataclass
class Element:
    """An element of the page, with what is in it."""

    tag: str
    given: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(one if isinstance(one, str) else one.text for one in self.inside)

    @property
    def words(self) -> str:
        return " ".join(self.text.split())

    def all(self, tag: str = "", kind: str = "") -> Iterator[Element]:
        """Every element inside of a tag and a class."""
        for one in self.inside:
            if isinstance(one, Element):
                if tag in ("", one.tag) and (not kind or kind in one.given.get("class", "").split()):
                    yield one
                yield from one.all(tag, kind)

    @cached_property
    def ids(self) -> dict[str, Element]:
        """Return the first element inside of each id."""
        return {found.given["id"]: found for found in reversed([*self.all()]) if "id" in found.given}

    def named(self, name: str) -> Element | None:
        return self.ids.get(name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read(page: bytes) -> Element:
    """The page; elements have to close as they open."""
    reader = _Reader()
    reader.feed(page.decode())
    assert len(reader.open) == 1, f"never closed: {[one.tag for one in reader.open]}"
    return reader.open[0]


@dataclass(frozen=True)
class Seen:
    """A finding as the page shows it, by its number in the report."""

    number: int
    rule: str
    message: str
    where: tuple[str, ...]


def findings(page: Element) -> list[Seen]:
    """Every finding of the page in the order of the report, those its script draws among them."""
    groups = list(page.all("section", "group"))
    found = [one for group in groups for one in (*_written(group), *_kept(group, page))]
    return sorted(found, key=lambda one: one.number)


def _rule(group: Element) -> str:
    return next(group.all("span", "rule")).text


def _written(group: Element) -> Iterator[Seen]:
    for one in group.all("li", "fault"):
        where = tuple(span.text for of in one.all("p", "where") for span in of.all("span"))
        yield Seen(int(one.given["id"][1:]), _rule(group), next(one.all("p", "says")).text, where)


def _kept(group: Element, page: Element) -> Iterator[Seen]:
    data = page.named(f"rest-{group.given['id']}")
    for number, _, message, _, where, *_ in json.loads(data.text)["rows"] if data else ():
        yield Seen(number, _rule(group), message, tuple(where))


def excerpt(fault: Element) -> dict[str, str]:
    """The cells around a fault: what stands in each column, as `G admissions_eligible`."""
    cells = next(fault.all("div", "row")).all("div")
    return {next(one.all("dt")).words: next(one.all("dd")).words for one in cells}


def marked(fault: Element) -> list[str]:
    """The columns of an excerpt that are marked."""
    return [next(one.all("dt")).words for one in fault.all("div", "here")]


def links(page: Element) -> set[str]:
    return {one.given["href"] for one in page.all("a")}


def policy(page: Element) -> str:
    (meta,) = [one for one in page.all("meta") if one.given.get("http-equiv") == "Content-Security-Policy"]
    return meta.given["content"]


def hashes(policy_words: str) -> list[str]:
    return re.findall(r"'sha256-([^']+)'", policy_words)
