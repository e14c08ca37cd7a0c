"""What our own sheets of the marked workbook say: issues and rules. Plain data, which `writing.py` writes.

The list of issues has every finding of the report. What is judged of teams is in `fidelity.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crt_return.finding import Report, counts
from crt_return.reports.grouped import by_rule
from crt_return.reports.words import checked, human_key, notes, title, verdict
from crt_return.reports.workbook.issues import LEVELS, Issue, Level, level, link
from crt_return.standard import SEVERITIES, Rule, Severity, Standard
from crt_return.wording import counted
from crt_return.workbook_layout import ISSUES, RULES

Look = Level | Literal["title", "section", "head", "line", "text", "link", "number", "good"]


@dataclass(frozen=True)
class Cell:
    """A cell of ours: a number is a number, a text is text whatever it begins with. A `line` runs on to the right."""

    value: str | int | None
    look: Look = "text"
    link: str | None = None


Row = Sequence[Cell]


@dataclass(frozen=True)
class Sheet:
    """A sheet of ours: its rows from the first on, and the row of the header that its filters stand on.

    Where `in_sight`, that header stays there. A width is of a column, in characters; so many columns are `printed`.
    """

    name: str
    rows: Sequence[Row]
    widths: Sequence[int]
    header: int | None = None
    in_sight: bool = True
    printed: int | None = None


ISSUE_COLUMNS: Mapping[str, int] = {
    "No.": 7,
    "What it is": 13,
    "Where": 26,
    "Whose row": 24,
    "What is wrong": 60,
    "How to mend it": 50,
    "Column": 26,
    "Value": 18,
    "Expected": 24,
    "Rule": 9,
    "Rows": 8,
    "Column's name": 24,
    "Record key": 26,
    "Values": 15,
}
RULE_COLUMNS: Mapping[str, int] = {
    "Rule": 9,
    "What it asks": 70,
    "Table": 24,
    "What became of it": 28,
    "Errors": 10,
    "Warnings": 11,
    "Notes": 10,
    "Why it was not evaluated": 80,
}


def opening(report: Report, said: Iterable[str]) -> list[Row]:
    """What stands above the list of issues: whose return it is, the outcome in a sentence, what else to know."""
    known = f"; content hash {report.submission.content_sha256}" if report.submission.content_sha256 else ""
    heading = [Cell(named, "title")] if (named := title(report)) else []
    lines = [verdict(report), f"{checked(report)} by {report.tool['name']} {report.tool['version']}{known}"]
    rows = [[Cell(line, "section" if line == lines[0] else "line")] for line in [*lines, *notes(report), *said]]
    return [*([heading] if heading else []), *rows, []]


def issues_sheet(top: Sequence[Row], listed: Sequence[Issue], standard: Standard) -> Sheet:
    """The first sheet: what stands above, and a row for each finding."""
    header = [Cell(name, "head") for name in ISSUE_COLUMNS]
    rows = [_issue(n, one, standard) for n, one in enumerate(listed, start=1)]
    printed = [*ISSUE_COLUMNS].index("Rows") + 1
    return Sheet(ISSUES, [*top, header, *rows], [*ISSUE_COLUMNS.values()], len(top) + 1, printed=printed)


def _issue(n: int, issue: Issue, standard: Standard) -> Row:
    one = issue.finding
    about = (
        standard.tables[one.table].field.get(one.field or "") if one.table and one.table in standard.tables else None
    )
    texts = (human_key(one), one.message, one.fix, about.title if about else None, one.value, one.expected)
    return [
        Cell(n, "number"),
        Cell(LEVELS[level(one)], level(one)),
        Cell(_where(issue), "link" if issue.link else "text", issue.link),
        *(Cell(text) for text in texts),
        Cell(one.rule),
        Cell(one.count, "number"),
        Cell(one.field),
        Cell(one.record_key),
        Cell(one.values_hash),
    ]


def _where(issue: Issue) -> str:
    """`gatekeeping F14`, or the file where the workbook has no such sheet."""
    one = issue.finding
    cell = one.cell or (f"row {one.row}" if one.row else None)
    return " ".join(part for part in (issue.sheet or one.sheet or one.file or "the return", cell) if part)


def rules_sheet(report: Report, listed: Sequence[Issue], standard: Standard) -> Sheet:
    """Every rule by what became of it, with true counts: those that found something, those left open, the rest."""
    because = {one.rule: one.because for one in report.rules.not_evaluated}
    first = {one.finding.rule: one for one in reversed(listed)}
    groups = (
        report.rules.failed,
        [rule for rule in because if rule not in report.rules.failed],
        report.rules.passed,
    )
    found = by_rule(report.findings)
    rows = [
        _rule(standard.rules[rule], counts(found.get(rule, ())), because.get(rule), first.get(rule))
        for group in groups
        for rule in group
    ]
    said = [f"{counted(len(group), 'rule')} {words}" for group, words in zip(groups, BECAME, strict=True)]
    top: list[Row] = [[Cell("; ".join(said), "section")], []]
    header = [Cell(name, "head") for name in RULE_COLUMNS]
    return Sheet(RULES, [*top, header, *rows], [*RULE_COLUMNS.values()], len(top) + 1)


BECAME = ("failed", "not evaluated", "passed")
FAILED: Mapping[Level, str] = {
    "error": "Failed",
    "warning": "Failed, to be explained",
    "explained": "Failed, and explained",
    "info": "For information",
}


def _rule(rule: Rule, found: Mapping[Severity, int], because: str | None, first: Issue | None) -> Row:
    to_first = link(ISSUES, f"A{first.row}") if first else None
    return [
        Cell(rule.id, "link" if to_first else "text", to_first),
        Cell(rule.title),
        Cell(rule.table),
        Cell(*_result(because, first)),
        *(Cell(found[severity] or None, "number") for severity in SEVERITIES),
        Cell(because),
    ]


def _result(because: str | None, first: Issue | None) -> tuple[str, Look]:
    """In words, what became of a rule; of what it found, the gravest is said."""
    if first:
        found = FAILED[level(first.finding)]
        return (f"{found}; in part not evaluated" if because else found), level(first.finding)
    return ("Not evaluated", "text") if because else ("Passed", "good")
