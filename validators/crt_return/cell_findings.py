"""Findings on cells and keys: which rows one finding stands for, and the words for it.

A cell is one finding; rows with the same key are one; all the rows of an unknown team in a file are one; all the
rows of another return in a file are one. It finds nothing itself: `cells` says which cells are at fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from crt_return.finding import Finding, finding, place_of, shown
from crt_return.reading.model import ROW, TextTable
from crt_return.standard import TEAM, Field, Standard, Table
from crt_return.wording import KINDS, counted, expected, rows_named

COUNTED = ("integer", "number")
SAYS_EXPECTED = ("PKG-03", "PKG-05", "PKG-21")
LISTED_ROWS = 10


@dataclass(frozen=True)
class Release:
    """Which return this is, by its header; None where the header does not say."""

    provider_code: str | None
    period: str | None
    ends: date | None


@dataclass(frozen=True)
class CheckedTable:
    """One table typed. `bad` has a True for each faulty cell, for the fields that have any."""

    table: Table
    text: TextTable
    values: pl.DataFrame
    bad: Mapping[str, pl.Series]

    def key(self, index: int) -> dict[str, str | None]:
        """The key of a row (by its place in the frame), as submitted."""
        names = self.table.record or self.table.primary_key
        return {name: self.text.frame[name][index] for name in names}


@dataclass(frozen=True)
class Fault:
    """The rows of one table at fault by one rule, in one field (None: in the table's key)."""

    rule: str
    checked: CheckedTable
    field: str | None
    rows: pl.Series


@dataclass(frozen=True)
class Unit:
    """The rows one finding stands for, by their place in the frame: one cell's, or all of a key or a team."""

    fault: Fault
    rows: list[int]

    @property
    def field(self) -> Field:
        """The field to point at."""
        table = self.fault.checked.table
        default = TEAM if self.fault.rule == "PKG-07" else table.primary_key[-1]
        return table.field[self.fault.field or default]


def cell_findings(faults: list[Fault], standard: Standard, release: Release, cap: int | None) -> Iterator[Finding]:
    """The findings of each rule in turn, to the cap; one more stands for all the rows past it."""
    for rule_id in sorted({fault.rule for fault in faults}):
        own = [fault for fault in faults if fault.rule == rule_id]
        units = [unit for fault in own for unit in _units(fault, cap)][:cap]
        yield from (_worded(unit, standard, release) for unit in units)
        rest = sum(fault.rows.len() for fault in own) - sum(len(unit.rows) for unit in units)
        if rest:
            yield _rest(units[-1], rest, standard, release)


def stray(text: TextTable, own: TextTable, release: Release, standard: Standard) -> Finding:
    """The one finding on all rows of a file that belong to another return than `release`."""
    strays = text.frame.join(own.frame.select(ROW), on=ROW, how="anti", maintain_order="left")
    first = strays.row(0, named=True)
    field = "period" if first["provider_code"] == release.provider_code else "provider_code"
    rule = standard.rules["PKG-08"]
    return finding(
        rule,
        rule.severity_found(release.period),
        place_of(standard.tables[text.table], text.file, text.header, first[ROW], field, text.sheet),
        value=first[field],
        expected=release.period if field == "period" else release.provider_code,
        values={
            "rows": counted(strays.height, "row"),
            "provider": first["provider_code"],
            "period": first["period"],
            "header_provider": release.provider_code,
            "header_period": release.period,
        },
        count=strays.height,
    )


def _units(fault: Fault, cap: int | None) -> list[Unit]:
    if fault.rule == "PKG-07":
        return _grouped(fault, [TEAM])
    if fault.rule == "PKG-06":
        return _grouped(fault, fault.checked.table.primary_key)
    rows = fault.rows if cap is None else fault.rows.head(cap)
    return [Unit(fault, [row]) for row in rows]


def _grouped(fault: Fault, by: Iterable[str]) -> list[Unit]:
    rows = fault.checked.text.frame.select(by)[fault.rows].with_columns(fault.rows.alias(ROW))
    groups = rows.group_by(list(by), maintain_order=True).agg(ROW)[ROW]
    return [Unit(fault, group.to_list()) for group in groups]


def _worded(unit: Unit, standard: Standard, release: Release) -> Finding:
    rule, checked, first = standard.rules[unit.fault.rule], unit.fault.checked, unit.rows[0]
    text, field = checked.text, unit.field
    says = expected(field, standard.codes(field, release.ends)) if rule.id in SAYS_EXPECTED else None
    return finding(
        rule,
        rule.severity_found(release.period),
        place_of(checked.table, text.file, text.header, text.frame[ROW][first], field.name, text.sheet),
        key=checked.key(first),
        value=text.frame[field.name][first],
        expected=says,
        values=_values(unit),
        count=len(unit.rows),
    )


def _values(unit: Unit) -> dict[str, Any]:
    """What the message of a cell rule needs besides the place and the value."""
    frame, count = unit.fault.checked.text.frame, len(unit.rows)
    numbers = [shown(frame[ROW][row]) for row in unit.rows[:LISTED_ROWS]]
    return {
        "type": KINDS[unit.field.type],
        "zero": " Enter 0 if the count is zero." if unit.field.type in COUNTED else "",
        "team_id": frame[TEAM][unit.rows[0]] if TEAM in frame.columns else None,
        "count": count,
        "rows": counted(count, "row") if unit.fault.rule == "PKG-07" else rows_named(numbers, count),
    }


def _rest(last: Unit, rest: int, standard: Standard, release: Release) -> Finding:
    """The finding that stands for every row past the cap."""
    rule, checked = standard.rules[last.fault.rule], last.fault.checked
    place = place_of(checked.table, checked.text.file, (), None, None, checked.text.sheet)
    return finding(rule, rule.severity_found(release.period), place, count=rest, more=True)
