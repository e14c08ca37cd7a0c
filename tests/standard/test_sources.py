"""Where the standard comes from: every source that anything names is in the register, and the page shows each."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.standard.test_standard import holds_to

from crt_return.publishing.sources import sources_page
from crt_return.sources import Source, sources_named
from crt_return.standard import load_standard, read_yaml, schema_folder

STANDARD = load_standard()
SCHEMA = schema_folder()
REGISTER = "schema/sources.csv"
BACKGROUND = Path(__file__).parents[2] / "docs/background.md"


def texts(value: Any) -> Iterator[str]:
    """What stands under `source` anywhere in a file of the standard."""
    if isinstance(value, dict):
        if isinstance(value.get("source"), str):
            yield value["source"]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from texts(one)


@cache
def named_in_schema() -> dict[str, str]:
    """Each text of `source`, and a file it stands in."""
    paths = sorted(SCHEMA.rglob("*.yaml"))
    return {text: path.relative_to(SCHEMA).as_posix() for path in paths for text in texts(read_yaml(path))}


def named(text: str) -> list[str]:
    return [source.short_name for source in sources_named(text, STANDARD.sources)]


def test_the_register_has_the_shape_of_one_and_no_two_sources_share_a_name_or_an_anchor() -> None:
    with (SCHEMA / "sources.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    holds_to("sources", rows)
    assert len(rows) == len(STANDARD.sources)
    assert len({source.anchor for source in STANDARD.sources.values()}) == len(rows)


def test_every_source_of_the_standard_is_in_the_register() -> None:
    faults = []
    for text, file in named_in_schema().items():
        try:
            assert named(text)
        except ValueError as error:
            faults.append(f"schema/{file}: {error}")
    assert faults == []
    assert len(named_in_schema()) > 50


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PIG p.21; CORE 5; 2018", ["PIG", "CORE", "2018"]),
        ("GS, as quoted by HSJ; night hours of this standard", ["GS", "HSJ", "this standard"]),
        ("HSJ 2004; HSJ, 243 being two-thirds", ["HSJ 2004", "HSJ"]),
        ("CORE 7, of the caseload; CORE 10", ["CORE"]),
        ("CORE pack", ["CORE pack"]),
    ],
)
def test_a_text_names_its_sources_by_short_name_whatever_the_detail(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize("text", ["PIGS p.21", "PIG; the minister", ""])
def test_a_text_that_names_a_source_of_no_register_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=REGISTER):
        named(text)


@pytest.mark.parametrize("source", STANDARD.sources.values(), ids=lambda source: source.short_name)
def test_every_source_is_named_in_the_standard_or_in_its_background(source: Source) -> None:
    in_schema = any(source in sources_named(text, STANDARD.sources) for text in named_in_schema())
    assert in_schema or f"(sources.md#{source.anchor})" in BACKGROUND.read_text(encoding="utf-8")


def test_the_page_of_sources_has_a_section_for_each_with_what_was_read_of_it() -> None:
    page = sources_page(STANDARD)
    headings = re.findall(r"^## (.+) \{ #(.+) \}$", page, re.MULTILINE)
    assert headings == [(source.short_name, source.anchor) for source in STANDARD.sources.values()]
    assert all(source.note in page for source in STANDARD.sources.values())


def test_every_link_of_the_background_to_a_source_leads_to_one() -> None:
    anchors = re.findall(r"\(sources\.md#([^)]+)\)", BACKGROUND.read_text(encoding="utf-8"))
    assert anchors
    assert set(anchors) <= {source.anchor for source in STANDARD.sources.values()}
