"""A page for each requirement and for completeness: its measures, their SQL, thresholds and worked examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crt_return.measure import LEVELS, Measure, Threshold
from crt_return.measured import limit_words
from crt_return.pages import markdown, plain_text
from crt_return.publishing.site.examples import exact
from crt_return.publishing.site.links import Links
from crt_return.publishing.site.references import References
from crt_return.publishing.site.words import day, measure_anchor
from crt_return.standard import COMPLETENESS, REQUIREMENT, Standard

NONE = "none"
KINDS = {
    "share": "A share",
    "rate": "A rate",
    "quantity": "A quantity",
    "yes_no": "Yes or no",
}
ABOUT_A_REQUIREMENT = (
    "The requirement is **fully** in place where every core measure is met, **partly** where at least half are, "
    "otherwise **not**. Figures come from the return alone; what the team says of itself stands beside them."
)
ABOUT_COMPLETENESS = (
    "How much of a return is there. The data quality score has [a page of its own](../data-quality.md)."
)
COMPLETENESS_TITLE = "Completeness"


def requirement_pages(references: References) -> dict[str, str]:
    """The index, a page for each of the five requirements, and one for completeness."""
    names = [one[0] for one in _requirements(references.standard)]
    pages = {f"requirements/{name}.md": _page(name, references) for name in names}
    return {"requirements/index.md": _index(references), **pages}


def _requirements(standard: Standard) -> Iterator[tuple[str, str, list[Measure], str]]:
    """Name, title, measures and definition, in the order of the code list, completeness last."""
    for code in standard.codelists[REQUIREMENT]:
        yield code.code, code.label, _measures(code.code, standard), code.definition
    about = "How much of what has to be returned is there."
    yield COMPLETENESS, COMPLETENESS_TITLE, _measures(COMPLETENESS, standard), about


def _measures(requirement: str, standard: Standard) -> list[Measure]:
    return [one for one in standard.measures.values() if one.requirement == requirement]


def _index(references: References) -> str:
    standard = references.standard
    return markdown(
        "site/requirements.md",
        requirements=list(_requirements(standard)),
        small_number=standard.small_numbers[-1].number,
    )


def _page(name: str, references: References) -> str:
    named = {one: (title, own, about) for one, title, own, about in _requirements(references.standard)}
    title, measures, definition = named[name]
    links = Links(references.standard, "../")
    return markdown(
        "site/requirement.md",
        title=title,
        intro=definition,
        about=ABOUT_COMPLETENESS if name == COMPLETENESS else ABOUT_A_REQUIREMENT,
        suite=name,
        measures=[_measure(one, references, links) for one in measures],
        sources=links.sources,
    )


def _measure(measure: Measure, references: References, links: Links) -> Mapping[str, Any]:
    latest = _threshold(measure, measure.thresholds[-1], links)
    return {
        "measure": measure,
        "anchor": measure_anchor(measure.id),
        "kind": f"{KINDS[measure.kind]} ({plain_text(measure.unit)}) of each {measure.of}",
        "met": latest["met"],
        "strong": latest["strong"],
        "standing": latest["standing"],
        "thresholds": [_threshold(measure, one, links) for one in measure.thresholds],
        "rules": references.rules_of_measure(measure),
        "reads": references.measured_from(measure),
        "codelists": references.codelists_measured_from(measure),
        "queries": list(_queries(measure)),
        "examples": [_example(one) for one in measure.examples],
    }


def _threshold(measure: Measure, threshold: Threshold, links: Links) -> dict[str, str]:
    limits = {level: threshold.limit(level) for level in LEVELS}
    return {
        "since": day(threshold.since),
        **{level: plain_text(limit_words(measure, limit)) if limit else NONE for level, limit in limits.items()},
        "source": links.sources(threshold.source),
        "standing": threshold.standing,
    }


def _queries(measure: Measure) -> Iterator[tuple[str, str]]:
    yield ("Numerator" if measure.denominator else "The figure"), measure.numerator
    if measure.denominator:
        yield ("Denominator" if measure.divides else "Out of"), measure.denominator
    if measure.strong_numerator:
        yield f"For the strong level, {plain_text(measure.strong_title or '')}", measure.strong_numerator


def _example(example: Mapping[str, Any]) -> dict[str, str]:
    figures = {name: example.get(name) for name in ("numerator", "denominator", "value")}
    return {
        "shows": example["shows"],
        **{name: exact(figure) or NONE for name, figure in figures.items()},
        "state": str(example["state"]),
    }
