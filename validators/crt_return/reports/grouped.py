"""The findings of a report as people take them up: by rule, in sections by what must be done, and what comes first.

It exists so that every form that orders findings orders them alike. It changes no finding and judges nothing: what
holds other rules back is read from the reasons the report gives.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from crt_return.finding import Finding, Report
from crt_return.reports.words import EXPLAINED, HEADINGS
from crt_return.rules import FINDINGS_READ, reads_from
from crt_return.standard import SEVERITIES, Rule, Severity, Standard

MOST_IMPORTANT = 5
RULE_ID = r"\b[A-Z]{3}-[0-9]{2}\b"


@dataclass(frozen=True)
class Group:
    """What one rule found; of warnings, those that are explained are a group of their own."""

    rule: Rule
    severity: Severity
    explained: bool
    findings: Sequence[Finding]
    holds_back: int

    @property
    def id(self) -> str:
        """The group's anchor in a document."""
        return f"{self.rule.id}-explained" if self.explained else self.rule.id

    @cached_property
    def count(self) -> int:
        """The true number of faults, however many are listed."""
        return sum(one.count for one in self.findings)

    @property
    def to_do(self) -> bool:
        """Whether somebody has to do something about it."""
        return self.severity == "error" or (self.severity == "warning" and not self.explained)


@dataclass(frozen=True)
class Section:
    """The groups about which the same is to be done."""

    name: str
    heading: str
    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        """The true number of faults in it."""
        return sum(one.count for one in self.groups)


def sections(report: Report, standard: Standard) -> list[Section]:
    """The findings by what is to be done and by rule, in the standard's order; sections without any are left out."""
    made = [
        Section(name, heading, tuple(_groups(own, explained, report, standard)))
        for name, heading, own, explained in _parts(report.findings)
    ]
    return [one for one in made if one.groups]


def _parts(findings: Iterable[Finding]) -> Iterator[tuple[str, str, list[Finding], bool]]:
    every = list(findings)
    for severity in SEVERITIES:
        own = [one for one in every if one.severity == severity]
        yield severity, HEADINGS[severity], [one for one in own if not one.explained], False
        if severity == "warning":
            yield "explained", EXPLAINED, [one for one in own if one.explained], True


def _groups(findings: Iterable[Finding], explained: bool, report: Report, standard: Standard) -> Iterator[Group]:
    for rule, own in by_rule(findings).items():
        yield Group(standard.rules[rule], own[0].severity, explained, own, _held_back(rule, own, report, standard))


def by_rule(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings by their rule, as both come."""
    found: dict[str, list[Finding]] = {}
    for one in findings:
        found.setdefault(one.rule, []).append(one)
    return found


def _held_back(rule: str, findings: Iterable[Finding], report: Report, standard: Standard) -> int:
    """How many rules were not evaluated, in whole or in part, because of what this one found."""
    of_cells = standard.rules[rule].check == "cells"
    cells = {(one.file, one.field) for one in findings if one.file and one.field} if of_cells else set()
    return sum(_names(one.because, rule, cells) for one in report.rules.not_evaluated)


def _names(because: str, rule: str, cells: Iterable[tuple[str | None, str | None]]) -> bool:
    """Whether a reason names a rule, or one of these cells as being at fault."""
    return rule in named_rules(because) or any(
        f"in {file}" in because and f"{field} is at fault" in because for file, field in cells
    )


def named_rules(text: str) -> list[str]:
    """The rules a text names, such as `STF-02`."""
    return re.findall(RULE_ID, text)


def first_to_mend(of: Sequence[Section]) -> list[Group]:
    """The few groups to take up first: errors before warnings, causes before what follows from them."""
    to_do = [group for section in of for group in section.groups if group.to_do]
    return sorted(to_do, key=_urgency)[:MOST_IMPORTANT]


def _urgency(group: Group) -> tuple[int, bool, bool, int, int]:
    """A file that cannot be read hides all the rest; what is said of other findings goes away with them."""
    of_file, of_findings = group.rule.check == "reading", reads_from(group.rule, FINDINGS_READ)
    return SEVERITIES.index(group.severity), of_findings, not of_file, -group.holds_back, -group.count


def reasons(report: Report) -> Mapping[str, list[str]]:
    """Why rules were not evaluated, each reason with its rules."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in report.rules.not_evaluated:
        found[one.because].append(one.rule)
    return found
