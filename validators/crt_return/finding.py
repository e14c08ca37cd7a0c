"""What checking says: a finding, an outcome, a report. The model every other part speaks.

It renders a rule's message for one fault and hides patient data on the way, so nothing unmasked can reach a
report. It does not look at data: reading, cells and rules do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from string import Formatter
from typing import Any, Literal

from crt_return.privacy import (
    EMAIL_FIELD,
    LARGEST_COUNT,
    MASK_LARGE_NUMBER,
    holds_nhs_number,
    masked,
    without_long_numbers,
)
from crt_return.standard import RELEASE_KEY, SEVERITIES, Rule, Severity, Table
from crt_return.workbook_layout import column_letter as column_letter
from crt_return.workbook_layout import sheet_words

Outcome = Literal["accepted", "accepted_with_explanations", "queried", "rejected", "unreadable"]
Explained = tuple[str, str, str | None]  # a rule, a record key and a hash of values
RULE_UNREADABLE = ("PKG-10", "PKG-11")
DEFAULT_CAP = 1000
LONGEST_SHOWN = 200
HASH_LENGTH = 12
# What a message may say besides values of the return: places in its files, and words of the standard.
NOT_VALUES = ("table", "file", "row", "rows", "column", "field", "near", "title", "limit", "gap")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Finding:
    """One fault: where it is, what was found, what was expected and how to mend it.

    `row` is the row a spreadsheet shows (the header is 1); `count` is how many rows the finding stands for.
    `values_hash` and `explained` are for warnings, and None otherwise.
    """

    rule: str
    severity: Severity
    table: str | None
    file: str | None
    sheet: str | None
    row: int | None
    column: str | None
    cell: str | None
    field: str | None
    key: Mapping[str, str]
    value: str | None
    expected: str | None
    message: str
    fix: str
    help: str
    count: int = 1
    values_hash: str | None = None
    explained: bool | None = None

    @property
    def called(self) -> str | None:
        """What a sentence calls the file, or the sheet."""
        return sheet_words(self.sheet) if self.sheet else self.file

    @property
    def _whole(self) -> str | None:
        """The file, by the name it has whether it is sent as a file or as a sheet."""
        return (f"{self.table}.csv" if self.table else self.sheet) if self.sheet else self.file

    @property
    def record_key(self) -> str:
        """What `explanations` calls this record: the row's key, or the file's name, or the provider's code."""
        named = (
            "|".join(own_key(self.key))
            or (self._whole if self.row is None else None)
            or self.key.get("provider_code", "return")
        )
        return f"./{named}" if named.startswith(FORMULA) else named  # no spreadsheet must run it


@dataclass(frozen=True)
class NotEvaluated:
    """A rule that could not be judged, for the whole return or for a part of it, and why."""

    rule: str
    because: str


@dataclass(frozen=True)
class Verdicts:
    """Every rule in force by what became of it; a rule may have failed for some teams and be open for others."""

    passed: tuple[str, ...]
    failed: tuple[str, ...]
    not_evaluated: tuple[NotEvaluated, ...]


@dataclass(frozen=True)
class Submission:
    """Which return was checked. Values the return did not give are None."""

    path: str
    provider_code: str | None = None
    period: str | None = None
    submission_version: int | None = None
    content_sha256: str | None = None


@dataclass(frozen=True)
class Report:
    """The result of one validation; `as_dict` is the published `report.json`."""

    standard: Mapping[str, str]
    tool: Mapping[str, str]
    submission: Submission
    outcome: Outcome
    counts: Mapping[Severity, int]
    rules: Verdicts
    findings: tuple[Finding, ...]
    completeness: Mapping[str, Any] = field(default_factory=dict)
    fidelity: Sequence[Mapping[str, Any]] = ()

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, with the published names in the published order."""
        plain = {"completeness": self.completeness, "fidelity": self.fidelity}  # no need to copy what is plain data
        return {**asdict(replace(self, completeness={}, fidelity=())), **plain}


@dataclass(frozen=True)
class Place:
    """Where in the submitted files a fault lies: of a workbook, `file` is its name and `sheet` the table's sheet."""

    table: str | None = None
    file: str | None = None
    row: int | None = None
    column: str | None = None
    field: str | None = None
    sheet: str | None = None

    @property
    def called(self) -> str | None:
        """What a sentence calls the file, or the sheet."""
        return sheet_words(self.sheet) if self.sheet else self.file


def finding(
    rule: Rule,
    severity: Severity,
    place: Place,
    *,
    key: Mapping[str, Any] | None = None,
    value: str | None = None,
    expected: Any = None,
    values: Mapping[str, Any] | None = None,
    count: int = 1,
    more: bool = False,
) -> Finding:
    """The finding for one fault of a rule.

    `values` fills the message's placeholders; `more` marks the finding that stands for all the rows past the cap.
    """
    email_belongs = place.field == EMAIL_FIELD
    given = [*(key or {}).values(), value, *(values or {}).values()]
    patient = any(holds_nhs_number(shown(part)) for part in given)

    def clean(part: Any) -> str:
        if isinstance(part, int | float) and abs(part) > LARGEST_COUNT:
            return MASK_LARGE_NUMBER  # a sum with an NHS number in it would give the number away
        text = masked(_short(shown(part)), email_belongs=email_belongs)
        return without_long_numbers(text) if patient else text

    shown_key = {name: clean(part) for name, part in (key or {}).items() if part is not None}
    known = {**vars(place), "file": place.called, **rule.limits, "value": value, "expected": expected, **(values or {})}
    said = {} if more else {name: clean(known[name]) for name in _placeholders(rule.message)}
    made = Finding(
        rule=rule.id,
        severity=severity,
        table=place.table,
        file=masked(place.file) if place.file else None,
        sheet=masked(place.sheet) if place.sheet else None,
        row=place.row,
        column=place.column,
        cell=f"{place.column}{place.row}" if place.column and place.row else None,
        field=place.field,
        key=shown_key,
        value=None if value is None else clean(value),
        expected=None if expected is None else clean(expected),
        message=_past_cap(rule, count) if more else _named(shown_key) + _sentence(_filled(rule.message, said), place),
        fix=rule.fix,
        help=help_page(rule.id),
        count=count,
    )
    return _to_be_explained(made, rule, said) if severity == "warning" else made


def _to_be_explained(warning: Finding, rule: Rule, said: Mapping[str, str]) -> Finding:
    """A warning with the hash of its values, unexplained so far.

    What its message says is left out where part of it was hidden in the whole: a hash must not tell what a report
    hides.
    """
    hidden = bool(said) and rule.message.format_map(said) != _filled(rule.message, said)
    own = {} if hidden else {name: said[name] for name in said if name not in NOT_VALUES and name not in rule.limits}
    expected = None if rule.check == "thresholds" else warning.expected  # of a threshold, it is the standard's limit
    values = {"value": warning.value, "expected": expected, **own}
    return replace(warning, values_hash=_values_hash(warning, values), explained=False)


def _values_hash(warning: Finding, values: Mapping[str, str | None]) -> str:
    """A short hash of which record it is and of the values shown, blind to wording and to places in the files.

    It is the first twelve characters of the SHA-256 that begin with a letter: a spreadsheet would take
    123456789012 or 12345678e901 for a number, and spoil it.
    """
    pairs = [("rule", warning.rule), ("record_key", warning.record_key), *sorted(values.items())]
    text = json.dumps(pairs, ensure_ascii=False, separators=(",", ":"))
    digest = sha256(text.encode(errors="backslashreplace")).hexdigest()
    start = next((n for n, digit in enumerate(digest[:-HASH_LENGTH]) if digit.isalpha()), 0)
    return digest[start : start + HASH_LENGTH]


def _short(text: str) -> str:
    """A text cut where it is too long to read in a report."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]} ... ({len(text):,} characters)"


@cache
def _placeholders(message: str) -> frozenset[str]:
    """The names a message leaves open."""
    return frozenset(name for _, name, _, _ in Formatter().parse(message) if name)


def _filled(message: str, said: Mapping[str, str]) -> str:
    """A message with its placeholders filled in, and what only shows in the whole hidden too."""
    return masked(message.format_map(said), email_belongs=True)


def _sentence(text: str, place: Place) -> str:
    """A message that starts with the name of a sheet, which is a word of our own, as a sentence."""
    return text[0].upper() + text[1:] if place.sheet and text.startswith(sheet_words("")) else text


def _past_cap(rule: Rule, count: int) -> str:
    return f"{count:,} more of the same fault are not listed ({rule.title}). Use --all-rows to list every one."


def _named(key: Mapping[str, str]) -> str:
    """The words that say whose row it is: "RZA-T01, voluntary: "."""
    own = own_key(key)
    return f"{', '.join(own)}: " if own else ""


def help_page(rule: str) -> str:
    """The page of a rule, as the published site names it."""
    return f"rules/{rule}/"


def own_key(key: Mapping[str, str]) -> list[str]:
    """What of a key names the record, within its provider and quarter."""
    return [value for name, value in key.items() if name not in RELEASE_KEY]


def shown(value: Any) -> str:
    """A value as an analyst would write it: no spare decimals, ISO dates, `blank` for nothing."""
    if value is None:
        return "blank"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def place_of(
    table: Table, file: str, header: Sequence[str], row: int | None, field: str | None, sheet: str | None = None
) -> Place:
    """The place of a cell, with the column's letter as a spreadsheet shows it."""
    column = column_letter(header.index(field)) if field in header else None
    return Place(table.name, file, row, column, field, sheet)


def counts(findings: Iterable[Finding]) -> dict[Severity, int]:
    """True numbers of faults by severity, however many rows are listed."""
    total: dict[Severity, int] = dict.fromkeys(SEVERITIES, 0)
    for one in findings:
        total[one.severity] += one.count
    return total


def with_explained(findings: Iterable[Finding], explained: set[Explained]) -> list[Finding]:
    """The findings with each warning marked as explained or not."""
    return [
        replace(one, explained=(one.rule, one.record_key, one.values_hash) in explained)
        if one.severity == "warning"
        else one
        for one in findings
    ]


def outcome(findings: Sequence[Finding]) -> Outcome:
    """The rung of the acceptance ladder."""
    if any(one.rule in RULE_UNREADABLE for one in findings):
        return "unreadable"
    if any(one.severity == "error" for one in findings):
        return "rejected"
    warnings = [one for one in findings if one.severity == "warning"]
    if not all(one.explained for one in warnings):
        return "queried"
    return "accepted_with_explanations" if warnings else "accepted"
