"""The pages on the versions of the standard: what changed and why, and what follows for those who implement it.

They are made from `schema/versions/` and from the comparison of two versions, so that no change can be left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from crt_return.pages import markdown, plain_text
from crt_return.publishing.catalogue import catalogue
from crt_return.publishing.difference import (
    KINDS,
    Attribute,
    Catalogue,
    Difference,
    difference,
    reasons,
    things,
)
from crt_return.publishing.implementing import to_do
from crt_return.standard import Standard
from crt_return.versions import Version, described, load_versions, snapshot

Link = Callable[[Difference], str]
Line = tuple[str, str, str, str]
Key = TypeVar("Key")
CHANGES = ("added", "changed", "retired")
SQL = ("must", "select", "when", "expected", "values", "numerator", "denominator", "strong_numerator", "detail")
LONGEST_SHOWN, MOST_NAMED = 60, 12
CALLED: Mapping[str, tuple[str, str]] = {
    "tables": ("table", "tables"),
    "fields": ("column", "columns"),
    "codelists": ("code list", "code lists"),
    "codes": ("code", "codes"),
    "rules": ("rule", "rules"),
    "measures": ("measure", "measures"),
    "thresholds": ("threshold", "thresholds"),
    "indicators": ("national indicator", "national indicators"),
    "breakdowns": ("national table by code", "national tables by code"),
    "distributions": ("national distribution", "national distributions"),
    "settings": ("setting", "settings"),
    "quarters": ("quarter", "quarters"),
}


def page_name(version: Version) -> str:
    """The file of the page on what differs from the version before."""
    return f"{version.compares_with}-to-{version.version}.md"


def compared() -> list[Version]:
    """The versions that have such a page, the newest first."""
    return [one for one in newest_first() if one.compares_with]


def newest_first() -> list[Version]:
    """Every version."""
    return [*reversed(load_versions().values())]


def differences_of(version: Version, standard: Standard) -> tuple[Difference, ...]:
    """What differs between a version and the one before it."""
    old, new = (_catalogue(name, standard) for name in (version.compares_with, version.version))
    return difference(old, new)


def _catalogue(version: str | None, standard: Standard) -> Catalogue:
    return catalogue(standard) if version in (None, standard.version) else snapshot(version or "")


def changes_page(standard: Standard) -> str:
    """The page of every version, the newest first: what changed, and why."""
    link = linking(standard)
    told = [(version, _reasons(version, link, standard)) for version in newest_first()]
    return markdown("site/changes.md", versions=told, page_name=page_name)


def _reasons(version: Version, link: Link, standard: Standard) -> list[tuple[str, list[str]]]:
    """Each reason of a version with what it covers, in words."""
    found = differences_of(version, standard) if version.compares_with else ()
    covered = [(one.reason, [of for of in found if one.reason in reasons(of, version)]) for one in version.changes]
    return [(reason, [*_covered(of, link, page_name(version))]) for reason, of in covered]


def _covered(found: Iterable[Difference], link: Link, page: str) -> Iterator[str]:
    """What came, changed and went, by kind: named where that can be read, else counted."""
    for (kind, change), own in gathered(found, lambda one: (one.kind, one.change)).items():
        one_called, many_called = CALLED[kind]
        if len(own) > MOST_NAMED:
            yield f"[{len(own)} {many_called}]({page}#{many_called.replace(' ', '-')}) {change}"
        else:
            yield f"{one_called if len(own) == 1 else many_called} {change}: {', '.join(link(one) for one in own)}"


def difference_page(standard: Standard, version: Version) -> str:
    """The page of what differs between a version and the one before: what, why, and what an implementer must do."""
    by_kind = gathered(differences_of(version, standard), lambda one: one.kind)
    link = linking(standard)
    return markdown(
        "site/difference.md",
        version=version,
        counts=[(CALLED[kind], [_count(by_kind[kind], change) for change in CHANGES]) for kind in by_kind],
        sections=[(CALLED[kind][1], _sections(by_kind[kind], version, link)) for kind in by_kind],
        steps=[(described(step), step.by_hand) for step in version.migration],
    )


def _count(found: Iterable[Difference], change: str) -> int:
    return sum(one.change == change for one in found)


def _sections(found: Iterable[Difference], version: Version, link: Link) -> list[tuple[str, list[Line]]]:
    """Reason by reason, a line for all that was changed in the same way and asks the same of an implementer."""
    by_reason = gathered(found, lambda one: " ".join(reasons(one, version)))
    return [(reason, [*_lines(own, link)]) for reason, own in by_reason.items()]


def _lines(found: Iterable[Difference], link: Link) -> Iterator[Line]:
    for (change, how, do), own in gathered(found, lambda one: (one.change, _how(one), to_do(one))).items():
        yield change, how, ", ".join(link(one) for one in own), do


def _how(one: Difference) -> str:
    return "; ".join(_attribute(attribute) for attribute in one.attributes)


def _attribute(attribute: Attribute) -> str:
    """What changed of a thing: from what to what, where that is short."""
    name, old, new = attribute.name.rpartition(".")[2], _shown(attribute.old), _shown(attribute.new)
    short = max(len(old), len(new)) <= LONGEST_SHOWN and attribute.name not in SQL
    return plain_text(f"{name}: {old} → {new}" if short else name)


def _shown(value: Any) -> str:
    if value is None:
        return "not given"
    return (value or "blank") if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def linking(standard: Standard) -> Link:
    """How a difference is named on a page of changes: with a link, where the thing still has a page."""
    now = catalogue(standard)
    here = {kind: {*things(kind, now)} for kind in KINDS}

    def link(one: Difference) -> str:
        page = _page(one) if one.change != "retired" and one.name in here[one.kind] else None
        return f"[{plain_text(one.name)}]({page})" if page else plain_text(one.name)

    return link


def _page(one: Difference) -> str | None:
    """Where a thing stands in the site, from the folder of the pages of changes."""
    name, _, part = one.name.partition(".")
    match one.kind:
        case "tables" | "codelists" | "rules":
            return f"../{one.kind}/{one.name}.md"
        case "fields":
            return f"../tables/{name}.md#{part}"
        case "codes":
            return f"../codelists/{name}.md"
        case "measures":
            return _measure_page(one.thing["requirement"], one.name)
        case "thresholds":
            return _measure_page(one.thing["requirement"], one.thing["measure"])
        case "indicators":
            return f"../indicators.md#{one.name.lower()}"
    return None


def _measure_page(requirement: str, measure: str) -> str:
    return f"../requirements/{requirement}.md#{measure.lower().replace('.', '')}"


def gathered(found: Iterable[Difference], key: Callable[[Difference], Key]) -> dict[Key, list[Difference]]:
    """What has the same key, together, in the order of first appearance."""
    groups: dict[Key, list[Difference]] = {}
    for one in found:
        groups.setdefault(key(one), []).append(one)
    return groups
