"""The sheet of lists: every code that may be used in the quarter with what it stands for, and where each list lies.

The drop-downs of the other sheets point here, so a code stands in the workbook once, beside its meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crt_return.finding import column_letter
from crt_return.publishing.template.rows import Template
from crt_return.quarters import months
from crt_return.standard import REGISTER, TEAM, Field, Table
from crt_return.workbook_layout import LISTS

HEADER = ("List", "Code", "Stands for", "Meaning")
FIRST_ROW, CODE = 2, 1  # rows as Excel counts them, columns from 0: row 1 has the header
TRUE_FALSE, MONTHS = "true_false", "months"
MONTH_FIELD = "month"


@dataclass(frozen=True)
class Entry:
    """One code on the sheet of lists."""

    list: str
    code: str
    label: str
    definition: str


@dataclass(frozen=True, eq=False)
class Lists:
    """The entries in their order; each list is one run of them."""

    entries: Sequence[Entry]

    def rows(self, name: str) -> tuple[int, int]:
        """First and last row of a list on its sheet, as Excel counts them."""
        own = [n for n, entry in enumerate(self.entries, start=FIRST_ROW) if entry.list == name]
        return own[0], own[-1]

    def source(self, name: str) -> str:
        """The cells of a list's codes, as a drop-down takes them."""
        first, last = self.rows(name)
        letter = column_letter(CODE)
        return f"={LISTS}!${letter}${first}:${letter}${last}"


def lists_of(template: Template) -> Lists:
    """Every list that a field of the return has, in the order of the tables."""
    return Lists([*_entries(template)])


def list_of(field: Field) -> str | None:
    """The list a field's cells are chosen from."""
    if field.type == "boolean":
        return TRUE_FALSE
    return MONTHS if field.name == MONTH_FIELD else field.codelist


def _entries(template: Template) -> Iterator[Entry]:
    yield Entry(TRUE_FALSE, "true", "Yes", "The statement of the column holds.")
    yield Entry(TRUE_FALSE, "false", "No", "The statement of the column does not hold.")
    named = template.quarter.starts
    for n, month in enumerate(months(template.quarter)):
        yield Entry(MONTHS, month, f"{named.replace(month=named.month + n):%B %Y}", "A month of the quarter.")
    fields = (field for table in template.standard.tables.values() for field in table.fields)
    for name, field in {field.codelist: field for field in fields if field.codelist}.items():
        for code in template.standard.codes(field, template.quarter.ends):
            yield Entry(str(name), code.code, code.label, code.definition)


def meanings(template: Template, field: Field) -> Mapping[str, str]:
    """For codes that do not speak for themselves, such as 00, what they stand for."""
    codes = template.standard.codes(field, template.quarter.ends)
    return {code.code: f"{code.code}: {code.label}\n{code.definition}" for code in codes if not code.code.islower()}


def teams_source(register: Table, last_row: int) -> str:
    """The teams of the register as a drop-down: as far down as there are any."""
    letter = column_letter(register.names.index(TEAM))
    top, cells = f"{REGISTER}!${letter}$2", f"{REGISTER}!${letter}$2:${letter}${last_row}"
    return f"=OFFSET({top},0,0,MAX(1,COUNTA({cells})),1)"
