"""The register of sources: what the short names stand for by which fields, rules and measures say where they come from.

It knows the sources and how a text names them. It does not read `schema/`, and does not draw the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SEPARATOR = "; "


@dataclass(frozen=True)
class Source:
    """One source: what it is, where it is to be had, and what was and was not read of it."""

    short_name: str
    title: str
    year: str
    published_by: str
    address: str
    note: str
    standing: str

    @property
    def anchor(self) -> str:
        """Where the source stands on the page of sources."""
        return re.sub(r"[^a-z0-9]+", "-", self.short_name.lower()).strip("-")


def sources_of(records: Iterable[Mapping[str, str]]) -> dict[str, Source]:
    """The sources by short name, in the order of the file."""
    return {record["short_name"]: Source(**record) for record in records}


def sources_named(text: str, sources: Mapping[str, Source]) -> tuple[Source, ...]:
    """The sources that a text such as "PIG p.21; CORE 5" or "GS, as quoted by HSJ" names, in its order, each once.

    A ValueError says which part of the text names none.
    """
    found = [(part, _short_names(part, sources)) for part in text.split(SEPARATOR)]
    nameless = [part for part, names in found if not names]
    if nameless:
        raise ValueError(
            f"'{nameless[0]}' names no source of schema/sources.csv: add the source, or use its short name."
        )
    return tuple(sources[name] for name in dict.fromkeys(name for _, names in found for name in names))


def _short_names(part: str, sources: Mapping[str, Source]) -> list[str]:
    """The short names that stand in a text as whole words; where one begins another, the longer is meant."""
    longest_first = sorted(sources, key=len, reverse=True)
    return re.findall(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", part)
