"""What the cells of each column take: Excel's own validation, made from a field of the standard.

It catches slips while they are made, and only those: what is pasted passes it by, and the checker has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from crt_return.privacy import LARGEST_COUNT
from crt_return.publishing.template.lists import Lists, list_of, teams_source
from crt_return.publishing.template.rows import Template
from crt_return.publishing.template.words import refusal, title
from crt_return.standard import REGISTER, TEAM, Field, Table
from crt_return.workbook_layout import LISTS

Options = Mapping[str, Any]

EARLIEST = date(1948, 7, 5)  # no service of the NHS is older
YEARS_AHEAD = 20  # for plans and reviews
MOST_TEAM_ROWS = 200
TIME = re.compile(r"[0-9]+(?::[0-9]+)+")
MEANT_FOR_PROGRAMS = "Programs find each column by its heading: leave it as it is."


def heading(name: str, cell: str) -> Options:
    """The check of a heading: it stays as it is."""
    return {
        "validate": "custom",
        "value": f'=EXACT({cell},"{name}")',
        "ignore_blank": False,
        "error_title": "A heading",
        "error_message": f"This heading is {name}. {MEANT_FOR_PROGRAMS}",
    }


def check(table: Table, field: Field, cell: str, template: Template, lists: Lists) -> Options | None:
    """The check of a column; `cell` is its first one, for formulas. None where any text will do."""
    fixed = _fixed(template).get(field.name)
    if fixed:
        said = f"This cell holds {fixed} in every row of this return."
        return {"validate": "list", "source": [fixed], "dropdown": False, **_error(field, said)}
    if field.name == TEAM and table.of_teams:
        said = f"Expected: a team of the sheet {REGISTER}. Put it in there first."
        source = teams_source(template.standard.tables[REGISTER], MOST_TEAM_ROWS)
        return {"validate": "list", "source": source, **_error(field, said)}
    asked = _asked(field, cell, template, lists)
    return asked and {**asked, **_error(field, refusal(table, field, lists)), **_prompt(field, lists)}


def _fixed(template: Template) -> Mapping[str, str]:
    """The fields that are the same in the whole workbook."""
    version = template.standard.version
    return {"provider_code": template.provider, "period": template.quarter.period, "standard_version": version}


def _error(field: Field, said: str) -> Options:
    return {"error_title": title(field.title), "error_message": said}


def _prompt(field: Field, lists: Lists) -> Options:
    """What is said before anything is typed: for a code, where its meaning stands."""
    name = list_of(field)
    if name is None or field.type == "boolean":
        return {}
    first, last = lists.rows(name)
    return {
        "input_title": title(field.title),
        "input_message": f"Choose from the list. What each code means: sheet {LISTS}, rows {first} to {last}.",
    }


def _asked(field: Field, cell: str, template: Template, lists: Lists) -> Options | None:
    name = list_of(field)
    if name:
        return {"validate": "list", "source": lists.source(name)}
    if field.name == TEAM:
        return {"validate": "custom", "value": f'=COUNTIF({cell},"{template.provider}-T??")=1'}
    match field.type:
        case "integer" | "number":
            return _number(field)
        case "date" | "datetime":
            return _date(template)
        case _:
            return _text(field, cell)


def _number(field: Field) -> Options:
    limits = field.constraints
    return {
        "validate": "integer" if field.type == "integer" else "decimal",
        "criteria": "between",
        "minimum": limits.get("minimum", -LARGEST_COUNT),
        "maximum": limits.get("maximum", LARGEST_COUNT),
    }


def _date(template: Template) -> Options:
    ends = template.quarter.ends
    latest = date(ends.year + YEARS_AHEAD, 12, 31)
    return {"validate": "date", "criteria": "between", "minimum": _moment(EARLIEST), "maximum": _moment(latest)}


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def _text(field: Field, cell: str) -> Options | None:
    """A time as two figures, a colon and two figures; any other text by its length."""
    limits = field.constraints
    if TIME.fullmatch(field.example):
        shape = re.sub("[0-9]", "?", field.example)
        return {"validate": "custom", "value": f'=COUNTIF({cell},"{shape}")=1'}
    if "maxLength" in limits:
        least = limits.get("minLength", 1)
        return {"validate": "length", "criteria": "between", "minimum": least, "maximum": limits["maxLength"]}
    return None
