"""The sheet of one table: its headings as the CSV file has them, its rows laid out, its cells checked on typing.

Row 1 is the header and nothing stands above, beside or below the rows, so a cell stands where it stands in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from math import ceil
from typing import Any

from crt_return.finding import column_letter
from crt_return.publishing.template import looks as style
from crt_return.publishing.template.checks import check, heading
from crt_return.publishing.template.lists import Lists, meanings
from crt_return.publishing.template.looks import Looks, of_field
from crt_return.publishing.template.prior import Value
from crt_return.publishing.template.rows import Row, Template
from crt_return.publishing.template.words import note
from crt_return.standard import TEAM, Field, Table

SPARE_ROWS = 2000  # rows beside those laid out that are checked and added up
NARROWEST, WIDEST, WIDEST_TEXT, MOST_FROZEN = 9, 44, 60, 90
ON_A_PAGE = 190  # characters across a landscape page of A4 that can still be read
NOTE_WIDTH, NOTE_LINE, NOTE_CHARACTERS = 380, 17, 58


def write_table(page: Any, table: Table, template: Template, lists: Lists, looks: Looks) -> None:
    """Write the sheet of a table."""
    rows = template.rows[table.name]
    for place, field in enumerate(table.fields):
        _write_column(page, place, table, template, lists, looks)
        _write_heading(page, place, note(table, field, template, lists), field, looks)
    for number, row in enumerate(rows, start=1):
        first = number > 1 and row.values.get(TEAM) != rows[number - 2].values.get(TEAM)
        _write_row(page, number, table, row, looks, first_of_team=first)
    _write_meanings(page, table, template)
    _hatch_blanks(page, table, template, looks)
    _set_up(page, table, template)


def last_row(table: Table, template: Template) -> int:
    """The last row that is checked and added up, as Excel counts rows."""
    return 1 + len(template.rows[table.name]) + SPARE_ROWS


def _write_heading(page: Any, place: int, text: str, field: Field, looks: Looks) -> None:
    look = looks(style.REQUIRED if field.required else style.OPTIONAL)
    page.write_string(0, place, field.name, look)
    page.write_comment(0, place, text, _note_size(text))
    page.data_validation(0, place, 0, place, heading(field.name, f"{column_letter(place)}1"))


def _note_size(text: str) -> dict[str, Any]:
    """A note large enough for its text."""
    lines = sum(max(1, ceil(len(line) / NOTE_CHARACTERS)) for line in text.split("\n"))
    return {"width": NOTE_WIDTH, "height": NOTE_LINE * (lines + 1), "font_size": 9}


def _write_column(page: Any, place: int, table: Table, template: Template, lists: Lists, looks: Looks) -> None:
    field = table.fields[place]
    page.set_column(place, place, width(field, table, template), looks(of_field(field)))
    asked = check(table, field, f"{column_letter(place)}2", template, lists)
    if asked:
        page.data_validation(1, place, last_row(table, template) - 1, place, dict(asked))


def width(field: Field, table: Table, template: Template) -> int:
    """A column as wide as its heading and what stands in it, within reason."""
    if field.constraints.get("maxLength", 0) > style.LONG_TEXT:
        return WIDEST_TEXT
    codes = [code.code for code in template.standard.codes(field, template.quarter.ends)]
    cells = [shown(row.values.get(field.name)) for row in template.rows[table.name]]
    longest = max(map(len, [field.example, *codes, *cells]))
    return min(max(NARROWEST, ceil(len(field.name) * 1.15), longest) + 2, WIDEST)


def shown(value: Value) -> str:
    """A value as its cell shows it."""
    return "" if value is None else str(value)


def _write_row(page: Any, number: int, table: Table, row: Row, looks: Looks, *, first_of_team: bool) -> None:
    above = style.FIRST_OF_TEAM if first_of_team else {}
    for place, field in enumerate(table.fields):
        value = row.values.get(field.name)
        filled = style.OPEN if value is None else style.GIVEN
        kind = style.CARRIED if field.name in row.carried else filled
        write_value(page, number, place, value, looks(of_field(field), kind, above))


def write_value(page: Any, row: int, place: int, value: Value, look: Any) -> None:
    """A number as a number, a day as a date, anything else as text whatever it begins with."""
    match value:
        case None:
            page.write_blank(row, place, None, look)
        case date() | datetime():
            page.write_datetime(row, place, value, look)
        case int() | float():
            page.write_number(row, place, value, look)
        case _:
            page.write_string(row, place, value, look)


def _write_meanings(page: Any, table: Table, template: Template) -> None:
    """A note on each laid-out code that does not speak for itself."""
    for place, field in enumerate(table.fields):
        known = meanings(template, field) if field.name in table.row_key else {}
        for number, row in enumerate(template.rows[table.name], start=1):
            text = known.get(str(row.values.get(field.name)))
            if text:
                page.write_comment(number, place, text, _note_size(text))


def _hatch_blanks(page: Any, table: Table, template: Template, looks: Looks) -> None:
    """Hatch the required cells of a row in use for as long as they are blank."""
    last = last_row(table, template) - 1
    for first, end in required_runs(table):
        criteria = f'=AND($A2<>"",LEN({column_letter(first)}2)=0)'
        options = {"type": "formula", "criteria": criteria, "format": looks(style.STILL_BLANK)}
        page.conditional_format(1, first, last, end, options)


def required_runs(table: Table) -> Iterator[tuple[int, int]]:
    """The required columns after the first, as runs: the first and the last place of each."""
    places = range(1, len(table.fields))
    for required, run in groupby(places, key=lambda place: table.fields[place].required):
        own = list(run)
        if required:
            yield own[0], own[-1]


def _set_up(page: Any, table: Table, template: Template) -> None:
    """Headings and keys stay in sight, on the screen and on paper."""
    widths = [width(field, table, template) for field in table.fields]
    keys = frozen(table, widths)
    page.freeze_panes(1, keys)
    page.ignore_errors({"number_stored_as_text": f"A1:{column_letter(len(widths) - 1)}{last_row(table, template)}"})
    page.set_row(0, 24)
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.repeat_rows(0)
    beside = sum(widths[:keys])
    wide = ceil((sum(widths) - beside) / (ON_A_PAGE - beside))
    if wide > 1:
        page.repeat_columns(0, keys - 1)
    page.fit_to_pages(wide, 0)
    page.set_footer(f"&L&A, {template.provider}, {template.quarter.period}&RPage &P of &N")


def frozen(table: Table, widths: Sequence[int]) -> int:
    """How many columns stay in sight: the key's, as far as they leave room for the rest."""
    keys = max(table.names.index(name) for name in table.primary_key) + 1
    while keys > 1 and sum(widths[:keys]) > MOST_FROZEN:
        keys -= 1
    return keys
