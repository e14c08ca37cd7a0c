"""The findings as the page shows them: the first of each rule to be written out, the others as data for its script.

It brings together a finding, the words for its place, what was explained of it and the excerpt of its row. It renders
nothing and judges nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crt_return.finding import Finding, own_key
from crt_return.privacy import masked
from crt_return.reports import words
from crt_return.reports.excerpts import Excerpt, Excerpts, Layout
from crt_return.reports.grouped import Group
from crt_return.scope import Data
from crt_return.standard import EXPLANATIONS, Standard
from crt_return.validate import Run
from crt_return.wording import counted

MOST_A_RULE, MOST_IN_ALL, FEWEST_A_RULE = 100, 3000, 10


@dataclass(frozen=True)
class Shown:
    """One finding as the page shows it; `lead` is how much of its message is the record's name."""

    number: int
    finding: Finding
    lead: int
    where: tuple[str, ...]
    explanation: str
    excerpt: Excerpt | None


@dataclass(frozen=True)
class ShownGroup:
    """A group of findings: those written out, and the others as data for the page's script."""

    group: Group
    first: Sequence[Shown]
    rest: str | None


def page_size(groups: Sequence[Group], most_a_rule: int) -> int:
    """How many findings of a rule are written out: fewer where many rules found something."""
    return min(most_a_rule, max(FEWEST_A_RULE, MOST_IN_ALL // max(1, len(groups))))


class Findings:
    """Findings with what the page shows beside them."""

    def __init__(self, run: Run, standard: Standard) -> None:
        self._standard = standard
        self._numbers = {id(one): number for number, one in enumerate(run.report.findings, start=1)}
        self._excerpts = Excerpts(run.data, run.report.findings, standard)
        self._explanations = explanations(run.data, standard)

    def group(self, group: Group, size: int) -> ShownGroup:
        """A group with its first findings, and the others as data."""
        every = [self._one(one) for one in group.findings]
        return ShownGroup(group, every[:size], _data(every[size:]) if every[size:] else None)

    def _one(self, one: Finding) -> Shown:
        return Shown(
            number=self._numbers[id(one)],
            finding=one,
            lead=_lead(one),
            where=self._where(one),
            explanation=self._explanation(one) if one.explained else "",
            excerpt=self._excerpts.of(one),
        )

    def _explanation(self, one: Finding) -> str:
        """What the return says of a warning."""
        return self._explanations.get((one.rule, one.record_key, one.values_hash or ""), "")

    def _where(self, one: Finding) -> tuple[str, ...]:
        """The place of a finding, the title and name of its field, and how many rows it stands for."""
        own = self._standard.tables[one.table].field.get(one.field or "") if one.table else None
        field = f"{own.title} ({own.name})" if own else one.field
        rows = f"stands for {counted(one.count, 'row')}" if one.count > 1 else None
        return tuple(part for part in (words.place(one), field, rows) if part)


def _lead(one: Finding) -> int:
    """How many letters at the start of a message name the record."""
    named = ", ".join(own_key(one.key))
    return len(named) + 1 if named and one.message.startswith(f"{named}: ") else 0


def explanations(data: Data | None, standard: Standard) -> Mapping[tuple[str, str, str], str]:
    """What the return says of each warning it explains: the reason, the text and who gives it."""
    table = data.tables.get(EXPLANATIONS) if data else None
    labels = {one.code: one.label for one in standard.codelists["explanation_reason"]}
    rows = table.text.frame.iter_rows(named=True) if table else ()
    return {
        (row["rule_id"] or "", row["record_key"] or "", row["values_hash"] or ""): _explained(row, labels)
        for row in rows
    }


def _explained(row: Mapping[str, str | None], labels: Mapping[str, str]) -> str:
    reason = labels.get(row["reason_code"] or "", row["reason_code"] or "")
    by = f" ({row['explained_by_role']})" if row["explained_by_role"] else ""
    return masked(f"{reason}: {row['explanation'] or ''}{by}")


def _data(rest: Iterable[Shown]) -> str:
    """The findings that are not written out, as JSON that can stand inside a page: each kind of row said once."""
    layouts: dict[Layout, int] = {}
    rows = [_data_row(one, layouts) for one in rest]
    kinds = [{"columns": one.columns, "fault": one.at_fault} for one in layouts]
    text = json.dumps({"layouts": kinds, "rows": rows}, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _data_row(one: Shown, layouts: dict[Layout, int]) -> list[Any]:
    """One finding, in the order in which the page's script reads it."""
    found, excerpt = one.finding, one.excerpt
    row = None if excerpt is None else [layouts.setdefault(excerpt.layout, len(layouts)), excerpt.row, *excerpt.cells]
    warns = found.severity == "warning"
    to_explain = [found.record_key, found.values_hash, found.explained, one.explanation] if warns else None
    said = [one.number, found.table, found.message, one.lead, one.where, found.value, found.expected]
    return [*said, to_explain, row]
