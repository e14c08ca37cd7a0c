"""The sheet of totals: how much is filled in, and what the counts add up to. It is for the eye; nobody reads it in.

Its formulas carry the figures of the template as made, so that a program that does not calculate shows them as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crt_return.finding import column_letter
from crt_return.publishing.template import looks as style
from crt_return.publishing.template.looks import Looks
from crt_return.publishing.template.rows import Template
from crt_return.publishing.template.settings import settings
from crt_return.publishing.template.sheets import last_row, required_runs
from crt_return.standard import REGISTER, TEAM, Table

SPARE_TEAMS = 3
NOTE = (
    "This sheet shows how far you are. It adds up as you type, it is not part of the return, and you need not fill "
    "in anything here. A figure that is typed as text is not added up."
)
FILLED = ("Sheet", "Rows filled", "Required, still blank")
ADDED = ("Sheet", "Column", "All teams")


def write_totals(page: Any, template: Template, looks: Looks) -> None:
    """Write the sheet of totals."""
    page.set_column(0, 1, 28)
    page.set_column(2, len(ADDED) - 1 + len(template.teams) + SPARE_TEAMS, 12)
    page.write_string(0, 0, "Totals", looks(style.TITLE))
    page.merge_range(1, 0, 1, len(ADDED) + SPARE_TEAMS, NOTE, looks(style.TEXT))
    page.set_row(1, 34)
    next_row = _write_filled(page, 3, template, looks)
    _write_added(page, next_row + 1, template, looks)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.protect()


def _write_filled(page: Any, row: int, template: Template, looks: Looks) -> int:
    """How much of each sheet is filled in; the row after it."""
    _headings(page, row, FILLED, 1, looks)
    for number, table in enumerate(template.standard.tables.values(), start=row + 1):
        rows, blanks = rows_formula(table, template), blanks_formula(table, template)
        page.write_url(number, 0, f"internal:'{table.name}'!A1", looks(style.LINK), table.name)
        page.write_formula(number, 1, rows, None, len(template.rows[table.name]))
        page.write_formula(number, 2, blanks, None, blanks_now(table, template))
    return row + 1 + len(template.standard.tables)


def _headings(page: Any, row: int, words: Sequence[str], texts: int, looks: Looks) -> None:
    """The headings of a block, the first so many of them over texts and the rest over numbers."""
    page.set_row(row, 32)
    for place, word in enumerate(words):
        page.write_string(row, place, word, looks(style.COLUMN if place < texts else style.OF_NUMBERS))


def _cells(table: Table, first: int, last: int, template: Template) -> str:
    """The cells of some columns, from the first row of data to the last that is added up."""
    end = last_row(table, template)
    return f"{table.name}!${column_letter(first)}$2:${column_letter(last)}${end}"


def rows_formula(table: Table, template: Template) -> str:
    """The rows in use."""
    return f"=COUNTA({_cells(table, 0, 0, template)})"


def blanks_formula(table: Table, template: Template) -> str:
    """The required cells of the rows in use that are blank."""
    used = f'({_cells(table, 0, 0, template)}<>"")'
    parts = [f'SUMPRODUCT({used}*({_cells(table, *run, template)}=""))' for run in required_runs(table)]
    return f"={'+'.join(parts)}"


def blanks_now(table: Table, template: Template) -> int:
    """The required cells that the template leaves to be filled."""
    required = [field.name for field in table.fields if field.required]
    return sum(name not in row.values for row in template.rows[table.name] for name in required)


def _write_added(page: Any, row: int, template: Template, looks: Looks) -> None:
    """The columns that add up, over all teams and team by team."""
    register = template.standard.tables[REGISTER]
    _headings(page, row, ADDED, 2, looks)
    slots = range(len(template.teams) + SPARE_TEAMS)
    for slot in slots:
        cell = f"{REGISTER}!${column_letter(register.names.index(TEAM))}${slot + 2}"
        known = template.teams[slot] if slot < len(template.teams) else ""
        page.write_formula(row, len(ADDED) + slot, f'=IF({cell}="","",{cell})', looks(style.OF_NUMBERS), known)
    number = row
    for name, fields in settings().totals.items():
        for field in fields:
            number += 1
            _write_sums(page, number, row, template.standard.tables[name], field, template)


def _write_sums(page: Any, number: int, heading: int, table: Table, field: str, template: Template) -> None:
    place, teams = table.names.index(field), table.names.index(TEAM)
    counted, of = _cells(table, place, place, template), _cells(table, teams, teams, template)
    page.write_string(number, 0, table.name)
    page.write_string(number, 1, field)
    page.write_formula(number, 2, f"=SUM({counted})", None, _sum_now(table, field, None, template))
    for slot in range(len(template.teams) + SPARE_TEAMS):
        column = len(ADDED) + slot
        team = f"{column_letter(column)}${heading + 1}"
        known = template.teams[slot] if slot < len(template.teams) else ""
        now = _sum_now(table, field, known, template) if known else ""
        page.write_formula(number, column, f'=IF({team}="","",SUMIFS({counted},{of},{team}))', None, now)


def _sum_now(table: Table, field: str, team: str | None, template: Template) -> float:
    """What the template's own cells add up to, for one team or all."""
    rows = [row for row in template.rows[table.name] if team in (None, row.values[TEAM])]
    return sum(float(str(row.values[field])) for row in rows if row.values.get(field) is not None)
