"""Small texts that several pages share: what a cell must keep to, a value as shown, a rule's message.

They say in words what the standard says as data, and decide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from crt_return.finding import shown
from crt_return.pages import plain_text
from crt_return.standard import Code, Field, Rule

_PLACEHOLDER = re.compile(r"&#123;(\w+)&#125;")
MONTHS_IN_FORCE = "always"


def message_of(rule: Rule) -> str:
    """A rule's message as Markdown: its limits filled in, what each finding fills in set apart."""
    text = rule.message
    for name, limit in rule.limits.items():
        text = text.replace(f"{{{name}}}", shown(limit))
    return _PLACEHOLDER.sub(r"<var>\1</var>", plain_text(text))


def constraints_of(field: Field) -> list[str]:
    """What a cell of the field must keep to beside its type, in words, as Markdown."""
    return [*_constraint_words(field.constraints)]


def _constraint_words(constraints: Mapping[str, Any]) -> Iterator[str]:
    for name, words in (("minimum", "at least {}"), ("maximum", "at most {}")):
        if name in constraints:
            yield words.format(shown(constraints[name]))
    for name, words in (("minLength", "at least {} characters"), ("maxLength", "at most {} characters")):
        if name in constraints:
            yield words.format(f"{constraints[name]:,}")
    if "pattern" in constraints:
        yield f"matches <code>{plain_text(constraints['pattern'])}</code>"
    if constraints.get("unique"):
        yield "no two alike"


def in_force_words(code: Code) -> str:
    """When a code may be used."""
    parts = [f"from {day(code.since)}"] if code.since else []
    parts += [f"until {day(code.until)}"] if code.until else []
    return " ".join(parts) or MONTHS_IN_FORCE


def day(one: date) -> str:
    """A day as people write it: 1 April 2006."""
    return f"{one.day} {one:%B %Y}"


def listed(parts: Iterable[str]) -> str:
    """Parts as a list in a sentence."""
    return ", ".join(parts)


def measure_anchor(measure: str) -> str:
    """The anchor of a measure on its requirement's page."""
    return measure.lower().replace(".", "")
