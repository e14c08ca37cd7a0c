"""What someone who writes software for the return has to do about a difference between two versions.

It is derived from the kind of difference, so that no release note can forget it; it says nothing of why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crt_return.publishing.difference import PLACE, Difference, Thing
from crt_return.wording import KINDS

NOTHING = "Nothing: only words or examples changed."
WORDING = {
    *("title", "description", "label", "definition", "message", "why", "fix", "note", "name"),
    *(
        "source",
        "standing",
        "since",
        "reason",
        "example",
        "examples",
        "applies_to",
        "strong_title",
        "gap",
        "gap_values",
    ),
}
REPORT = "Nothing in a return. Programs that read the national report's files meet it there."


def to_do(one: Difference) -> str:
    """What an implementer must do, in a sentence or two."""
    if one.change == "changed" and all(attribute.name in WORDING for attribute in one.attributes):
        return NOTHING
    changed = {attribute.name: attribute.new for attribute in one.attributes}
    return BY_KIND[one.kind](one, changed)


def _table(one: Difference, changed: Mapping[str, Any]) -> str:
    match one.change:
        case "added":
            kept = "every return has it" if one.thing["presence"] == "required" else "a return may leave it out"
            return f"Write the file {one.name}.csv with the columns of its page, in their order; {kept}."
        case "retired":
            return f"Leave {one.name}.csv out of the return: a file by that name is asked about (PKG-12)."
    return _sentences(changed, TABLE)


TABLE: Mapping[str, Callable[[Any], str]] = {
    "presence": lambda new: "Send the file always." if new == "required" else "The file may be left out.",
    "rows": lambda new: "The file needs rows." if new == "required" else "The file may be without rows.",
    "primaryKey": lambda new: f"See that each row is the only one with its {', '.join(new)}.",
    "foreignKeys": lambda _: "See that what the keys name is there.",
    "columns": lambda new: f"Put the columns in their new order: {', '.join(new)}.",
}


def _field(one: Difference, changed: Mapping[str, Any]) -> str:
    match one.change:
        case "added":
            return f"{_place(one.thing)} {_filling(one.thing)}"
        case "retired":
            return "Take the column out of the file: one that is not in the table is an error (PKG-02)."
    return _sentences(changed, FIELD)


def _place(field: Thing) -> str:
    return f"Add the column after `{field[PLACE]}`." if field.get(PLACE) else "Add the column as the first."


def _filling(field: Thing) -> str:
    required = field.get("constraints", {}).get("required")
    return (
        f"Fill it in for every row, with {_held(field)}."
        if required
        else f"It may be left blank, or hold {_held(field)}."
    )


def _held(field: Thing) -> str:
    if "codelist" in field:
        return f"a code of the list {field['codelist']}"
    return f"{KINDS[field['type']]} like `{field['example']}`" if field["type"] == "string" else KINDS[field["type"]]


FIELD: Mapping[str, Callable[[Any], str]] = {
    "type": lambda new: f"Write the values as {new}.",
    "format": lambda _: "Write the values in the new format.",
    "unit": lambda new: f"Give the values in {new}.",
    "codelist": lambda new: f"Use the codes of the list {new}." if new else "The values are of no list any more.",
    "constraints.required": lambda new: "Fill the column in for every row." if new else "The column may be left blank.",
    "constraints.pattern": lambda _: "See that the values are written by the new pattern.",
    "constraints.minimum": lambda new: (
        "Smaller values are let stand." if new is None else f"See that no value is under {new}."
    ),
    "constraints.maximum": lambda new: (
        "Larger values are let stand." if new is None else f"See that no value is over {new}."
    ),
    "constraints.minLength": lambda new: f"See that texts have at least {new or 0} characters.",
    "constraints.maxLength": lambda new: (
        f"See that texts have at most {new} characters." if new else "Texts may be of any length."
    ),
}


def _codelist(one: Difference, _: Mapping[str, Any]) -> str:
    return {
        "added": "Load the list: it is among the downloads.",
        "retired": "Take the list away, when no field of yours uses it.",
    }[one.change]


def _code(one: Difference, changed: Mapping[str, Any]) -> str:
    match one.change:
        case "added":
            return "Offer the code where the list is used."
        case "retired":
            return "Do not use the code any more."
    return _sentences(changed, CODE)


CODE: Mapping[str, Callable[[Any], str]] = {
    "since": lambda new: f"Use the code for quarters that end on {new} or later." if new else "The code holds always.",
    "until": lambda new: f"Do not use the code for quarters that end after {new}." if new else "The code has no end.",
}
FLAGS = "Nothing in a return. If you run the rules or measures yourself, load the list anew."


def _rule(one: Difference, changed: Mapping[str, Any]) -> str:
    if one.thing["of"] != "rules":
        return "Nothing in a return: the Department's own programs ask it."
    match one.change:
        case "added":
            return RULE_ADDED[one.thing["severity"]] + _lifecycle(one.thing)
        case "retired":
            return "Take the check out. Its id is never used again."
    return _sentences(changed, RULE)


def _lifecycle(rule: Thing) -> str:
    first = f" It is in force from {rule['warn_from']}." if "warn_from" in rule else ""
    return first + (f" Up to {rule['fail_from']} it only warns." if "fail_from" in rule else "")


RULE_ADDED = {
    "error": "Run the check before a return is sent: what it finds turns the return down.",
    "warning": "Run the check before a return is sent: what it finds has to be mended or explained.",
    "info": "Nothing has to be done about what it finds; show it if you show findings.",
}
RULE: Mapping[str, Callable[[Any], str]] = {
    "severity": lambda new: RULE_ADDED[new],
    "warn_from": lambda new: f"It is in force from {new}." if new else "It is in force for every quarter.",
    "fail_from": lambda new: (
        f"It is an error from {new}; before that it warns." if new else "It is an error from the start."
    ),
    "until": lambda new: f"Leave the check out for quarters after {new}." if new else "It has no last quarter.",
    "table": lambda new: f"Show its findings with the table {new}.",
    "field": lambda new: f"Show its findings at the column {new}.",
}
RULE_LOGIC = "If you run the check yourself, take its new logic from the rule's page."


def _measure(one: Difference, _: Mapping[str, Any]) -> str:
    return {
        "added": "Nothing in a return. If you show measures, compute it by the SQL of its page.",
        "changed": "Nothing in a return. If you show measures, take the new SQL from its page.",
        "retired": "Nothing in a return. If you show measures, leave it out.",
    }[one.change]


def _threshold(one: Difference, _: Mapping[str, Any]) -> str:
    day = one.thing["since"]
    if one.change == "retired":
        return f"Do not hold quarters that start on {day} or later to it any more."
    return f"Nothing in a return. If you show measures, hold quarters that start on {day} or later to it."


def _national(_: Difference, __: Mapping[str, Any]) -> str:
    return REPORT


def _setting(_: Difference, __: Mapping[str, Any]) -> str:
    return "Nothing in a return. If you compute measures or read the national report, read it anew."


def _quarter(one: Difference, _: Mapping[str, Any]) -> str:
    if one.change == "retired":
        return "Do not make returns for the quarter."
    return f"Returns for the quarter are in time up to {one.thing['deadline']}."


def _sentences(changed: Mapping[str, Any], known: Mapping[str, Callable[[Any], str]]) -> str:
    """A sentence for each attribute that matters; what has none of its own shares one."""
    own = [known[name](new) for name, new in changed.items() if name in known]
    rest = [name for name in changed if name not in known and name not in WORDING]
    return " ".join([*own, *([_shared(rest, known)] if rest else [])])


def _shared(names: list[str], known: Mapping[str, Callable[[Any], str]]) -> str:
    if known is CODE:
        return FLAGS
    return RULE_LOGIC if known is RULE else f"Read its page again: {', '.join(names)} changed."


BY_KIND: Mapping[str, Callable[[Difference, Mapping[str, Any]], str]] = {
    "tables": _table,
    "fields": _field,
    "codelists": _codelist,
    "codes": _code,
    "rules": _rule,
    "measures": _measure,
    "thresholds": _threshold,
    "indicators": _national,
    "breakdowns": _national,
    "distributions": _national,
    "settings": _setting,
    "quarters": _quarter,
}
