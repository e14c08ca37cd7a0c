"""Frictionless is the oracle: it and our pandera schemas find the same bad cells in whatever is thrown at them.

Where they are meant to differ, the difference is named in `MEANT`, with the reason; nothing else may differ.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

import frictionless
import polars as pl
import pytest

from crt_return.cells import bad_cells, typed
from crt_return.publishing.descriptor import table_schema
from crt_return.reading.model import ROW
from crt_return.standard import Field, Table, load_standard
from crt_return.tables import codes_in_force

STANDARD = load_standard()
CELL_ERRORS = ("type-error", "constraint-error")

FULL_DATE = r"[1-9]\d{3}-\d{2}-\d{2}"
MEANT: dict[str, tuple[tuple[str, ...], Callable[[str], bool]]] = {
    "spaces round a value": (
        ("integer", "number", "date", "datetime", "boolean"),
        lambda text: text != text.strip(),
    ),
    "spaces, which do not count towards the least length of a text": (("string",), lambda text: text != text.strip()),
    "underscores between digits": (("integer", "number"), lambda text: "_" in text),
    "figures of other scripts": (("integer", "number", "date", "datetime"), lambda text: not text.isascii()),
    "powers of ten, NaN and infinity": (("number",), lambda text: bool(re.search("[A-Za-z]", text))),
    "whole numbers of more than 12 digits": (("integer",), lambda text: len(text) > 12),
    "numbers of more digits than a number holds": (("number",), lambda text: len(text) > 15),
    "dates without leading zeros, or before the year 1000": (("date",), lambda text: not re.fullmatch(FULL_DATE, text)),
    "times without leading zeros, before the year 1000, with seconds or with a zone": (
        ("datetime",),
        lambda text: not re.fullmatch(FULL_DATE + r"T\d{2}:\d{2}", text),
    ),
    "a line break at the end, which Python's $ lets pass": (("string",), lambda text: text.endswith("\n")),
}
NASTY = [
    *(
        "0",
        "-0",
        "+1",
        "007",
        "5_0",
        "5.0",
        "1e3",
        "NaN",
        "inf",
        "-1",
        "1,000",
        " 1",
        "1 ",
        "٥",
        "9" * 20,
        "0.5",
        ".5",
        "5.",
    ),
    *("true", "TRUE", "True", "yes", "Y", "0", "1", "false", "FALSE", "False", "tRUE"),
    *("2007-03-31", "2007-3-1", "31/03/2007", "2007-02-30", "0000-01-01", "2007-03-31T09:05", "2007-03-31T24:00"),
    *("2007-03-31T9:05", "2007-03-31T09:05:00", "2007-03-31T09:05Z", "2007-03-31 09:05", "24:00", "23:59", "24:01"),
    *(
        "NA",
        "n/a",
        "-",
        "nil",
        "NULL",
        " ",
        "None",
        "RZA",
        "rza",
        "A1B2C",
        "2006-07-Q4",
        "2006-07-Q5",
        "RZA-T01",
        "a@b.uk",
        "RZA\n",
        "RZA-T01\n",
    ),
]


def kind_of(field: Field) -> tuple[Any, ...]:
    return (field.type, field.codelist, field.format, repr(sorted(field.constraints.items())))


# One field for each different type, set of constraints and code list; fields alike need not be tried twice.
FIELDS = {kind_of(field): (table, field) for table in STANDARD.tables.values() for field in table.fields}


def dirty(field: Field, chance: Random) -> str:
    """A cell good or bad: the field's example, one of its codes, either with a slip, a figure, or any letters."""
    good: str = chance.choice([field.example, *(code.code for code in STANDARD.codes(field, None))])
    place, slip = chance.randint(0, len(good) + 1), chance.choice([*" -+0:._aZé9", ""])
    cells: list[str] = [
        good,
        good[:place] + slip + good[place + 1 :],
        str(chance.randint(-(10 ** chance.randint(1, 6)), 10**6)),
        f"{chance.randint(-100_000, 100_000) / 100:.2f}",
        letters(chance),
    ]
    return cells[chance.randrange(5)]


def letters(chance: Random) -> str:
    """Up to 130 characters of any script, but for control characters and surrogates."""
    highest = chance.choice([0x7E, 0x24F, 0x2FFF, 0x10FFFF])
    drawn = (chr(chance.randint(0x20, highest)) for _ in range(chance.choice([1, 2, 3, 5, 8, 13, 60, 130])))
    return "".join(letter for letter in drawn if unicodedata.category(letter) not in ("Cs", "Cc"))


def cells_of(field: Field) -> list[str]:
    """All nasty cells, the blank one, and 160 drawn cells; the same in every run."""
    chance = Random(repr(kind_of(field)))
    return list(dict.fromkeys([*NASTY, "", *(dirty(field, chance) for _ in range(160))]))


@cache
def published_fields(table: str) -> list[dict[str, Any]]:
    """The fields of a table's published descriptor."""
    fields: list[dict[str, Any]] = table_schema(STANDARD, STANDARD.tables[table])["fields"]
    return fields


def by_frictionless(table: Table, field: Field, cells: list[str]) -> set[int]:
    """The places of the cells Frictionless faults, by the field's published descriptor."""
    published = next(one for one in published_fields(table.name) if one["name"] == field.name)
    schema = frictionless.Schema.from_descriptor({"fields": [published], "missingValues": [""]})
    # A second column keeps a row with a blank cell from being a blank row.
    schema.add_field(frictionless.fields.StringField(name="beside"))
    resource = frictionless.Resource(data=[[field.name, "beside"], *([cell, "x"] for cell in cells)], schema=schema)
    report = resource.validate(limit_errors=10_000)
    errors = report.flatten(["type", "rowNumber"])
    assert {kind for kind, _ in errors} <= set(CELL_ERRORS), errors
    return {number - 2 for _, number in errors}


def by_us(table: Table, field: Field, cells: list[str]) -> set[int]:
    """The places of the cells our pandera schema faults."""
    only = Table(table.name, table.title, table.description, table.presence, table.rows, (field,), (field.name,), ())
    text = pl.DataFrame({field.name: [cell or None for cell in cells]}, schema={field.name: pl.String})
    text = text.with_row_index(ROW, offset=2)
    bad = bad_cells(text, typed(text, only), only, codes_in_force(only, STANDARD, None))
    return {place for one in bad if one.rule != "PKG-09" for place in one.mask.arg_true()}


def meant_to_differ(field: Field, cell: str) -> bool:
    return any(field.type in types and differs(cell) for types, differs in MEANT.values())


@pytest.mark.parametrize(("table", "field"), FIELDS.values(), ids=lambda one: one.name)
def test_frictionless_and_pandera_find_the_same_bad_cells(table: Table, field: Field) -> None:
    cells = cells_of(field)
    ours, theirs = by_us(table, field, cells), by_frictionless(table, field, cells)
    unexplained = {cells[place] for place in ours ^ theirs if not meant_to_differ(field, cells[place])}
    assert not unexplained
    missed = {cells[place] for place in theirs - ours}
    assert not missed, "we may only be stricter"


def test_every_type_and_constraint_of_the_standard_is_tried() -> None:
    tried = [field for _, field in FIELDS.values()]
    assert {field.type for field in tried} == {"string", "integer", "number", "boolean", "date", "datetime"}
    constraints = {name for field in tried for name in field.constraints}
    every = {name for table in STANDARD.tables.values() for field in table.fields for name in field.constraints}
    assert constraints == every
