"""The words of a template: the note on each heading, what a sheet asks for, what a cell refuses.

Excel shows at most 255 characters of a message and 32 of its title.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten

from crt_return.publishing.template.lists import Lists, list_of
from crt_return.publishing.template.rows import Template, coded
from crt_return.publishing.template.settings import settings
from crt_return.standard import TEAM, Field, Standard, Table
from crt_return.wording import counted, expected, span
from crt_return.workbook_layout import LISTS

TITLE_LENGTH, MESSAGE_LENGTH = 32, 255
FIGURES = {"integer": "a whole number", "number": "a number"}


def note(table: Table, field: Field, template: Template, lists: Lists) -> str:
    """What a heading says when the pointer rests on it."""
    return "\n".join(_note(table, field, template, lists))


def _note(table: Table, field: Field, template: Template, lists: Lists) -> Iterator[str]:
    yield field.title
    yield f"{_need(table, field, template)}\n"
    yield f"{field.description}\n"
    yield f"Write: {form(field, lists)}"
    if field.unit:
        yield f"Unit: {field.unit}"
    yield f"Example: {field.example}"


def _need(table: Table, field: Field, template: Template) -> str:
    if field.required:
        return "REQUIRED in every row."
    sometimes = {(one.table, one.field) for one in template.standard.data_quality.conditional}
    return "Required in some rows: see below." if (table.name, field.name) in sometimes else "May be blank."


def form(field: Field, lists: Lists) -> str:
    """How a cell of the field is written."""
    name = list_of(field)
    if name and field.type != "boolean":
        first, last = lists.rows(name)
        return f"a code of the list (sheet {LISTS}, rows {first} to {last})."
    if field.type in FIGURES:
        return f"{FIGURES[field.type]}{span(field)}."
    return f"{'text, ' if 'pattern' in field.constraints else ''}{expected(field, ())}."


def title(text: str) -> str:
    """A text short enough to be the title of a message."""
    return shorten(text, TITLE_LENGTH, placeholder="…")


def refusal(table: Table, field: Field, lists: Lists) -> str:
    """What a cell says when it takes no such value."""
    said = f"Expected: {form(field, lists)}"
    counted = table.of_teams and field.required and field.constraints.get("minimum") == 0
    zero = " If there is nothing to count, type 0." if counted else ""
    return shorten(f"{said}{zero} The note on the heading says more.", MESSAGE_LENGTH, placeholder="…")


def presence(table: Table) -> str:
    """Whether a sheet has to be filled in, in a word or two."""
    if table.presence == "optional":
        return "optional"
    return "required" if table.rows == "required" else "may stay empty"


def hint(table: Table, template: Template) -> str:
    """What to know of a sheet before filling it in."""
    count = len(template.rows[table.name])
    if table.presence == "optional" and count:
        return f"{counted(count, 'row')} from last quarter: check them, or delete them all."
    if table.presence == "optional":
        return "Leave it as it is if you have nothing to send here."
    if table.rows == "optional":
        return "Leave it as it is, with its headings, if there is nothing to report."
    if table.name in settings().where_it_occurred:
        return f"{counted(count, 'row')} laid out. Where nothing occurred, type 0 or delete the row."
    more = " Add rows where you need them." if can_grow(table, template.standard) else ""
    return f"{_laid_out(count)}{more}"


def _laid_out(count: int) -> str:
    return "1 row is laid out." if count == 1 else f"{count:,} rows are laid out; keep them all."


def can_grow(table: Table, standard: Standard) -> bool:
    """Whether a team may have rows of a table beside those that every team has to send."""
    only_some = any(one.only for one in standard.data_quality.rows if one.table == table.name)
    return only_some or len(coded(table, standard)) < len([name for name in table.row_key if name != TEAM])
