"""The generated pages: each rule, field, code and measure is on its page with what it is published with."""

from __future__ import annotations

import html
import re
from functools import cache

import pytest

from crt_return.cli import commands
from crt_return.cli_reference import command_line_page
from crt_return.measured import limit_words
from crt_return.publishing.site import pages
from crt_return.publishing.site.references import References
from crt_return.publishing.site.words import measure_anchor
from crt_return.standard import Rule, load_standard

STANDARD = load_standard()
RULES = {**STANDARD.rules, **STANDARD.acceptance_rules, **STANDARD.national_rules}
EVERY_RULE = [pytest.param(rule, id=name) for name, rule in RULES.items()]


@cache
def made() -> dict[str, str]:
    return pages(STANDARD)


@cache
def references() -> References:
    return References(STANDARD)


def read(path: str) -> str:
    """Read the words of a page as its reader sees them: signs for entities."""
    return html.unescape(made()[path])


def test_every_rule_of_the_standard_has_a_page() -> None:
    assert set(RULES) == set(references().rules)


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_a_rules_page_says_all_that_the_rule_says(rule: Rule) -> None:
    page = read(f"rules/{rule.id}.md")
    assert page.startswith(f"# {rule.id}: {rule.title}\n")
    for said in (rule.why, rule.fix, rule.standing, rule.since):
        assert plain(said) in plain(page)
    for sql in (rule.must, rule.select, rule.when, rule.expected):
        assert (sql or "").strip() in page
    headings = {"passes": "### Passes", "fails": "### Fails", "not_judged": "### Not judged"}
    for kind, examples in rule.examples.items():
        assert page.count(headings[kind]) == 1
        assert page.count(f"*{headings[kind].removeprefix('### ')}, ") == len(examples)


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_a_rule_and_the_fields_it_reads_are_linked_both_ways(rule: Rule) -> None:
    page = made()[f"rules/{rule.id}.md"]
    for table in references().read_by(rule):
        for field in table.fields:
            assert f"(../tables/{table.table.name}.md#{field.name})" in page
            back = made()[f"tables/{table.table.name}.md"].split(f"### `{field.name}`")[1].split("\n### ")[0]
            assert f"[{rule.id}](../rules/{rule.id}.md)" in back


def test_a_rules_message_shows_its_limits_and_sets_apart_what_a_finding_fills_in() -> None:
    page = made()["rules/STF-09.md"]
    assert "<var>percent</var>" in page
    assert "below 90%" in page


def test_the_examples_of_a_rule_are_small_tables() -> None:
    passes, fails = made()["rules/GTK-01.md"].split("### Fails")
    row = "| legal_status | admissions_total | admissions_exempt | admissions_eligible |"
    assert row in passes
    assert "| voluntary | 10 | 2 | 8 |" in passes
    assert "| voluntary | 10 | 2 | 9 |" in fails


@pytest.mark.parametrize("name", STANDARD.tables)
def test_a_tables_page_has_every_field_with_all_its_attributes(name: str) -> None:
    page = read(f"tables/{name}.md")
    for field in STANDARD.tables[name].fields:
        own = plain(page.split(f"### `{field.name}`")[1].split("\n### ")[0])
        assert f"**{field.title}.** {plain(field.description)}" in own
        assert f"`{field.example}`" in own
        assert field.type in own
        assert field.standing in own
        assert field.unit is None or field.unit in own
        assert field.codelist is None or f"(../codelists/{field.codelist}.md)" in own
        assert all(str(limit) in own for name, limit in field.constraints.items() if name == "pattern")


@pytest.mark.parametrize("name", STANDARD.codelists)
def test_a_code_lists_page_has_every_code_with_its_definition(name: str) -> None:
    page = read(f"codelists/{name}.md")
    assert all(f"| `{one.code}` | {one.label} | {plain(one.definition)} |" in page for one in STANDARD.codelists[name])


@pytest.mark.parametrize("measure", STANDARD.measures.values(), ids=lambda one: one.id)
def test_a_measure_is_on_its_requirements_page_with_its_sql_thresholds_and_standing(measure: object) -> None:
    from crt_return.measure import Measure

    assert isinstance(measure, Measure)
    page = read(f"requirements/{measure.requirement}.md")
    own = page.split(f"{{ #{measure_anchor(measure.id)} }}")[1].split("\n## ")[0]
    assert plain(measure.why) in plain(own)
    assert all(sql.strip() in own for sql in (measure.numerator, measure.denominator) if sql)
    for threshold in measure.thresholds:
        limits = [limit_words(measure, one) for one in (threshold.met, threshold.strong) if one]
        assert all(f"| {limit} |" in own for limit in limits)
        assert threshold.standing in own
    assert len(re.findall(r"\| (?:met|strong|not met|not assessed|not applicable|not evaluated) \|", own)) == len(
        measure.examples
    )


def test_every_option_of_every_command_is_on_its_page_with_what_it_does() -> None:
    page = html.unescape(command_line_page(commands))
    for name, command in commands.commands.items():
        own = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
        for option in command.params:
            assert all(word in own for word in option.opts) or option.param_type_name == "argument"
            assert plain(getattr(option, "help", None) or "") in plain(own)


def test_every_foreign_key_is_an_arrow_of_the_diagram() -> None:
    keys = {(name, key.table) for name, table in STANDARD.tables.items() for key in table.foreign_keys}
    assert made()["assets/diagram.svg"].count("marker-end=") == len({pair for pair in keys if pair[0] != pair[1]})
    assert all(f">{name}</text>" in made()["assets/diagram.svg"] for name in STANDARD.tables)
