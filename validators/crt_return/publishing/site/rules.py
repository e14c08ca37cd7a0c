"""A page for each rule, from its one entry: what it says, why, its SQL, its examples, what it reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crt_return.measure import Measure
from crt_return.measured import limit_words
from crt_return.pages import markdown, plain_text
from crt_return.publishing.site.examples import examples_of, note_on
from crt_return.publishing.site.links import Links
from crt_return.publishing.site.references import References
from crt_return.publishing.site.words import day, message_of
from crt_return.sql import first_field
from crt_return.standard import Rule, Standard

SEVERITY = {
    "error": "**Error.** A return that breaks it is rejected.",
    "warning": "**Warning.** Mend the figure, or [explain](../explanations.md) it.",
    "info": "**Information.** Shown, and nothing more is asked.",
}
OTHER_PLACES = {
    "package": "the package, its files and their cells",
    "acceptance.submission": "the submission, as the Department receives it",
    "publication.coverage": "the national report, before it goes out",
    "publication.cell": "the national report, before it goes out",
}
READS_NOTHING = {
    "reading": "The files themselves, before any cell is read.",
    "cells": "Every cell it can apply to: each field's page says what its cells must keep to.",
    "thresholds": "The measures named above.",
    None: "No table of a return: the tables it names are the Department's own.",
}


def rule_pages(references: References) -> dict[str, str]:
    """The index of the rules, and a page for each, of returns, acceptance and the national report."""
    pages = {f"rules/{name}.md": _rule(rule, references) for name, rule in references.rules.items()}
    return {"rules/index.md": _index(references), **pages}


def _index(references: References) -> str:
    counts = Counter(rule.severity for rule in references.rules.values())
    return markdown("site/rules.md", counts=counts, groups=list(_groups(references)))


def _groups(references: References) -> Iterator[tuple[str, str | None, list[Rule]]]:
    """The rules of a return under the table at fault, then those of the Department."""
    standard = references.standard
    own = standard.rules.values()
    yield "Package, files and cells", None, [rule for rule in own if rule.table not in standard.tables]
    for name, table in standard.tables.items():
        rules = [rule for rule in own if rule.table == name]
        if rules:
            yield table.title, f"../tables/{name}.md", rules
    yield "Acceptance of returns", "../acceptance.md", list(standard.acceptance_rules.values())
    yield "The national report", "../national.md", list(standard.national_rules.values())


def _rule(rule: Rule, references: References) -> str:
    standard, links = references.standard, Links(references.standard, "../")
    return markdown(
        "site/rule.md",
        rule=rule,
        severity_words=SEVERITY[rule.severity],
        where=_where(rule, references),
        in_force=_in_force(rule, standard),
        message=message_of(rule),
        measures=[standard.measures[name] for name in rule.measures],
        levels=[level for name in rule.measures for level in _levels(standard.measures[name], rule, links)],
        waiting=references.waiting_for(rule),
        reads=references.read_by(rule),
        codelists=references.codelists_read_by(rule),
        reads_nothing=READS_NOTHING[rule.check],
        examples=examples_of(rule),
        examples_note=note_on(rule),
        measure_link=links.measure,
        any_link=links.any,
        sources=links.sources,
    )


def _where(rule: Rule, references: References) -> str:
    table = references.standard.tables.get(rule.table)
    if table is None:
        return OTHER_PLACES[rule.table]
    field = first_field(rule, table)
    place = f"[{plain_text(table.title)}](../tables/{table.name}.md)"
    return f"{place}, [`{field}`](../tables/{table.name}.md#{field})" if field else place


def _levels(measure: Measure, rule: Rule, links: Links) -> Iterator[str]:
    """What a rule asks of a measure: each number with its day, its source and its standing."""
    for threshold in measure.thresholds:
        limit = threshold.limit(rule.level) if rule.level else None
        if limit:
            words, since = plain_text(limit_words(measure, limit)), day(threshold.since)
            yield f"{measure.id}: {words}, from {since} ({links.sources(threshold.source)}; {threshold.standing})"


def _in_force(rule: Rule, standard: Standard) -> str:
    """When a rule is in force; one that judges thresholds, from the first day on which there is one."""
    words = in_force_words(rule)
    days = [standard.measures[name].thresholds[0].since for name in rule.measures]
    return f"{words} that begins on {day(min(days))} or later, from when there is a threshold" if days else words


def in_force_words(rule: Rule) -> str:
    """When a rule is in force, and when it warns only."""
    parts = []
    if rule.warn_from:
        parts.append(f"from {rule.warn_from}")
    if rule.fail_from:
        parts.append(f"as a warning before {rule.fail_from}, from then on as an error")
    if rule.until:
        parts.append(f"until {rule.until}")
    return ", ".join(parts) or "in every quarter"
