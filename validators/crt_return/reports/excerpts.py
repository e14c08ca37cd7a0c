"""A few cells of the row around a fault, as they were submitted: the row's key, and what the rule looks at.

It exists to show a fault in its place without opening the file. What may be a patient's data is masked, and columns
that are about a single person are never shown as neighbours. It finds no fault.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from crt_return.cell_findings import COUNTED
from crt_return.finding import Finding, column_letter
from crt_return.privacy import EMAIL_FIELD, MASK_NHS_NUMBER, masked, without_long_numbers
from crt_return.reading.model import ROW, TextTable
from crt_return.scope import Data
from crt_return.sql import reads
from crt_return.standard import RELEASE_KEY, Rule, Standard, Table

MOST_FIELDS = 7
BESIDE = 2
LONGEST = 60
PSEUDONYM = "person_pseudonym"
NEVER_BESIDE = (PSEUDONYM, EMAIL_FIELD)  # of one person: shown only where it is itself at fault


@dataclass(frozen=True)
class Layout:
    """Which columns an excerpt shows: the letter a spreadsheet gives each, its name, and which is at fault.

    `counts` names those that hold a count: none of a quarter has nine digits, so one that has may give a person away.
    """

    columns: tuple[tuple[str, str], ...]
    at_fault: int | None
    counts: frozenset[str]


@dataclass(frozen=True)
class Excerpt:
    """Cells of one row, in the columns of a layout; None where a cell is blank."""

    layout: Layout
    row: int
    cells: tuple[str | None, ...]


class Excerpts:
    """The excerpts of a return, each row being looked up once."""

    def __init__(self, data: Data | None, findings: Iterable[Finding], standard: Standard) -> None:
        self._standard = standard
        self._texts = {name: one.text for name, one in data.checked.tables.items()} if data else {}
        self._rows = {name: _rows(self._texts[name], of) for name, of in _wanted(findings, self._texts).items()}
        self._layouts: dict[tuple[str, str, str | None], Layout] = {}

    def of(self, finding: Finding) -> Excerpt | None:
        """The row of a finding; None where it has none, or where the row is not among those read."""
        row = self._rows.get(finding.table or "", {}).get(finding.row or 0)
        if finding.table is None or finding.row is None or row is None:
            return None
        layout = self._layout(finding.table, finding.rule, finding.field)
        return Excerpt(layout, finding.row, _cells(row, layout))

    def _layout(self, table: str, rule: str, field: str | None) -> Layout:
        asked = (table, rule, field)
        if asked not in self._layouts:
            own, header = self._standard.tables[table], self._texts[table].header
            named = shown_fields(own, header, self._read(rule, table), field)
            at_fault = named.index(field) if field in named else None
            counts = frozenset(name for name in named if own.field[name].type in COUNTED)
            columns = tuple((column_letter(header.index(name)), name) for name in named)
            self._layouts[asked] = Layout(columns, at_fault, counts)
        return self._layouts[asked]

    def _read(self, rule: str, table: str) -> frozenset[str]:
        """The fields of a table that a rule reads; none of one that is built in."""
        own: Rule = self._standard.rules[rule]
        return reads(own, self._standard).get(table, frozenset()) if own.must or own.select else frozenset()


def shown_fields(table: Table, header: Sequence[str], read: Iterable[str], field: str | None) -> list[str]:
    """The columns to show, as the file has them: the key, the one at fault, and what the rule reads or stands by.

    Of a table whose rows are single people's, nothing is shown that the rule does not read.
    """
    stands_by = [] if PSEUDONYM in table.field else _neighbours(header, field)
    beside = [name for name in header if name in set(read)] or stands_by
    wanted = [*table.record, *([field] if field else []), *_nearest(beside, header, field)]
    fit = [name for name in dict.fromkeys(wanted) if name in header and _may_show(name, field)]
    return sorted(fit[:MOST_FIELDS], key=header.index)


def _may_show(name: str, field: str | None) -> bool:
    return name == field or (name not in RELEASE_KEY and name not in NEVER_BESIDE)


def _neighbours(header: Sequence[str], field: str | None) -> list[str]:
    """The columns on both sides of a field."""
    at = header.index(field) if field in header else 0
    return list(header[max(0, at - BESIDE) : at + BESIDE + 1])


def _nearest(names: Iterable[str], header: Sequence[str], field: str | None) -> list[str]:
    """The names in the order of their distance from a field."""
    at = header.index(field) if field in header else 0
    return sorted(names, key=lambda name: abs(header.index(name) - at))


def _wanted(findings: Iterable[Finding], texts: Mapping[str, TextTable]) -> Mapping[str, set[int]]:
    """The rows with a finding, by table."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in findings:
        if one.row is not None and one.table is not None and one.table in texts:
            wanted[one.table].add(one.row)
    return wanted


def _rows(text: TextTable, numbers: set[int]) -> dict[int, dict[str, str | None]]:
    """The rows of a table by their number."""
    wanted = pl.DataFrame({ROW: sorted(numbers)}, schema={ROW: text.frame.schema[ROW]})
    found = text.frame.join(wanted, on=ROW, how="semi")
    return {row[ROW]: row for row in found.iter_rows(named=True)}


def _cells(row: Mapping[str, str | None], layout: Layout) -> tuple[str | None, ...]:
    """The cells as they may be shown; beside an NHS number no long number is."""
    clean = [_cell(row[name], name, layout) for _, name in layout.columns]
    if any(text and MASK_NHS_NUMBER in text for text in clean):
        return tuple(text and without_long_numbers(text) for text in clean)
    return tuple(clean)


def _cell(text: str | None, name: str, layout: Layout) -> str | None:
    if text is None:
        return None
    clean = _clean(text, name == EMAIL_FIELD)
    return without_long_numbers(clean) if name in layout.counts else clean


@lru_cache(maxsize=50_000)
def _clean(text: str, email_belongs: bool) -> str:
    """A cell without patient data, cut where it is too long for an excerpt."""
    text = masked(text, email_belongs=email_belongs)
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} ..."
