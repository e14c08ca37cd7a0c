"""A cell of a workbook: its text as Excel shows it, and what is wrong with it that no CSV file can have.

It exists so that what people see is what is read, and never a guess: a percentage is not its share, a date is not a
count, a dash is not 0. Each cell has one cause at most. It looks at one cell and its field; which cells are one
finding is the business of `sheets`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from crt_return.standard import Field

SPACES = " \t\n\r\u00a0\u2007\u202f\u200b\ufeff"
_DIGITS = 15  # as many as Excel keeps
_ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!")
_DASHES = ("-", "--", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212")
_SEPARATED = re.compile(r"[+-]?[0-9]{1,3}(?:[,' \u00a0\u2009\u202f][0-9]{3})+(?:\.[0-9]+)?")
_PERCENTAGE = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?\s?%")
_NUMBERS = {"integer": re.compile(r"[+-]?[0-9]+"), "number": re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?")}
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2})?")
_OTHER_DATE = re.compile(
    r"(?:[0-9]{1,4}(?:st|nd|rd|th)?[./\- ]+(?:[0-9]{1,2}|[a-z]{3,9})[./\-, ]+[0-9]{1,4}"
    r"|[a-z]{3,9} [0-9]{1,2},? [0-9]{2,4}|(?:19|20)[0-9]{6})(?:[T ,]+[0-9]{1,2}[:.][0-9]{2}.*)?",
    re.IGNORECASE,
)
_TIME_OF_DAY = re.compile(r"[0-9]{2}:[0-9]{2}")

ERROR, UNCALCULATED, MERGED, PERCENTAGE = "error", "uncalculated", "merged", "percentage"
NOT_A_COUNT, NOT_A_DATE, SEPARATED, DASH, OTHER_DATE = "not a count", "not a date", "separated", "dash", "other date"
AS_TEXT, PADDED = "as text", "padded"


# What is said of one cell and of several: a cause that hides the value, and one in spite of which it is read.
FAULTY = {
    ERROR: ("shows an error of Excel", "show an error of Excel"),
    UNCALCULATED: ("has a formula that was never calculated", "have a formula that was never calculated"),
    MERGED: ("is merged with another cell", "are merged, so that it cannot be told whose value stands there"),
    PERCENTAGE: ("shows a percentage", "show a percentage"),
    NOT_A_COUNT: ("shows a date or a time where none belongs", "show a date or a time where none belongs"),
    NOT_A_DATE: ("holds a number where a date belongs", "hold a number where a date belongs"),
    SEPARATED: ("is a text with separators between thousands", "are texts with separators between thousands"),
    DASH: ("holds a dash, which may mean 0 or nothing", "hold a dash, which may mean 0 or nothing"),
    OTHER_DATE: (
        "is a text, not a date, and not written like 2007-03-31",
        "are texts, not dates, and not written like 2007-03-31",
    ),
}
NAMED = {
    AS_TEXT: (
        "is a number stored as text; it was read as the number",
        "are numbers stored as text; they were read as numbers",
    ),
    PADDED: ("has spaces around its value; they were left out", "have spaces around their values; they were left out"),
}

TOLD = (ERROR, PERCENTAGE, NOT_A_COUNT, NOT_A_DATE, SEPARATED, OTHER_DATE)  # where the value makes it plainer


@dataclass(frozen=True)
class Marked:
    """What stands in a cell that is marked: the cause, and the text to show for it."""

    cause: str
    text: str


def shown_text(value: Any) -> str:
    """The text of a cell as Excel shows it, without a format of its own; blank for nothing."""
    match value:
        case str():
            return value.replace("\r\n", "\n").replace("\r", "\n")
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number_text(value)
        case datetime():
            return _moment_text(value)
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M:%S" if value.second else "%H:%M")
        case timedelta():
            return _hours_text(value)
        case Marked():
            return value.text
    raise TypeError(f"a cell holds a {type(value).__name__}")


def number_text(value: float) -> str:
    """A number at the 15 digits that Excel keeps, without needless noughts: 10, 0.3, 0.0000001."""
    text = f"{value:.{_DIGITS}g}"
    if "e" in text:
        text = format(Decimal(text), "f")
    return "0" if text == "-0" else text


def _moment_text(value: datetime) -> str:
    rounded = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    return rounded.isoformat(timespec="seconds" if rounded.second else "minutes")


def _hours_text(value: timedelta) -> str:
    hours, minutes = divmod(round(value.total_seconds() / 60), 60)
    return f"{hours:02d}:{minutes:02d}"


def field_text(value: Any, field: Field) -> str:
    """The text of a cell as its field wants it: without spaces around it, midnight with its hour."""
    text = shown_text(value)
    if type(value) is date and field.type == "datetime":
        return f"{text}T00:00"
    bare = text.strip(SPACES)
    return text if bare and is_free(field) else bare


def cause_of(value: Any, field: Field) -> str | None:
    """What is to be said of a cell, if anything; a cell of nothing but spaces is blank, and blank cells are fine."""
    match value:
        case Marked():
            return value.cause
        case str():
            return None if is_free(field) else _cause_of_text(value, field)
        case date():
            return None if field.type in ("date", "datetime") else NOT_A_COUNT
        case time() | timedelta():
            return None if _TIME_OF_DAY.fullmatch(field.example) else NOT_A_COUNT
        case int() | float() if not isinstance(value, bool) and field.type in ("date", "datetime"):
            return NOT_A_DATE
    return None


def is_free(field: Field) -> bool:
    """Whether a field holds text of people's own words, which is left as it is."""
    return field.type == "string" and not field.codelist and "pattern" not in field.constraints


def _cause_of_text(text: str, field: Field) -> str | None:
    bare = text.strip(SPACES)
    if bare in _ERRORS:
        return ERROR
    if bare in _DASHES:
        return DASH
    found = _cause_of_typed_text(bare, field)
    return found or (PADDED if bare and bare != text else None)


def _cause_of_typed_text(bare: str, field: Field) -> str | None:
    if field.type in _NUMBERS:
        if _SEPARATED.fullmatch(bare):
            return SEPARATED
        if _PERCENTAGE.fullmatch(bare):
            return PERCENTAGE
        return AS_TEXT if _NUMBERS[field.type].fullmatch(bare) else None
    if field.type in ("date", "datetime") and not _ISO_DATE.fullmatch(bare) and _OTHER_DATE.fullmatch(bare):
        return OTHER_DATE
    return None
