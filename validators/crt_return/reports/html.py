"""The report as one page that stands by itself: what became of the return, what to mend first, and every finding.

It puts what the report says into the template's places, and the findings past the first of each rule into the page
as data, from which its script draws them when they are asked for. It fetches nothing, holds no clock (the same report
gives the same bytes), and judges nothing.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from crt_return.finding import Finding, Outcome, Report
from crt_return.pages import page
from crt_return.privacy import masked
from crt_return.quarters import months_of
from crt_return.reports import bars, words
from crt_return.reports.excerpts import Excerpt, Excerpts, Layout
from crt_return.reports.grouped import Group, Section, first_to_mend, reasons, sections
from crt_return.scope import Data
from crt_return.standard import EXPLANATIONS, RELEASE_KEY, SEVERITIES, Standard
from crt_return.validate import Run
from crt_return.wording import is_synthetic, rows_counted

MOST_A_RULE, MOST_IN_ALL, FEWEST_A_RULE = 100, 3000, 10  # findings written out; the others are drawn when asked for
TITLES: Mapping[Outcome, str] = {
    "accepted": "This return can be submitted",
    "accepted_with_explanations": "This return can be submitted",
    "queried": "This return has warnings still to explain",
    "rejected": "This return has errors to mend",
    "unreadable": "This could not be read as a return",
}
NEXT: Mapping[Outcome, str] = {
    "accepted": "Nothing needs mending.",
    "accepted_with_explanations": "Nothing needs mending. The explanations go with the return.",
    "queried": "Mend each warning listed here, or explain it in explanations.csv, and check the return again.",
    "rejected": "Mend the errors in the files they came from, and check the return again.",
    "unreadable": "Mend what is said here, and check again. Nothing inside the return has been looked at yet.",
}
NOTHING_IN_WHAT_WAS_CHECKED = "Nothing is at fault in what was checked"


@dataclass(frozen=True)
class Shown:
    """One finding as the page shows it; `lead` is how much of its message is the record's name."""

    number: int
    finding: Finding
    lead: int
    place: str
    field: str
    explanation: str
    excerpt: Excerpt | None


@dataclass(frozen=True)
class ShownGroup:
    """A group of findings: those written out, and the others as data for the page's script."""

    group: Group
    section: str
    first: Sequence[Shown]
    rest: str | None


def page_bytes(run: Run, standard: Standard, *, most_a_rule: int = MOST_A_RULE) -> bytes:
    """The page on a return; of each rule at most `most_a_rule` findings are written out, the others kept as data."""
    return _guarded(page("report.html", **_filled(run, standard, most_a_rule))).encode()


def _filled(run: Run, standard: Standard, most_a_rule: int) -> dict[str, Any]:
    report, found = run.report, sections(run.report, standard)
    shown = _Shown(run, standard)
    size = page_size([group for section in found for group in section.groups], most_a_rule)
    teams = bars.team_parts(report.fidelity, run.measured, standard)
    return {
        "report": report,
        "title": words.title(report) or "Report on what was sent",
        "headline": _headline(report),
        "verdict": words.verdict(report).partition(": ")[::2],
        "next": " ".join(_next(report, standard)),
        "months": _months(report, standard),
        "notes": words.notes(report),
        "synthetic": is_synthetic(report.submission.provider_code, standard),
        "tiles": _tiles(report),
        "first": first_to_mend(found),
        "sections": [(section, [shown.group(group, section, size) for group in section.groups]) for section in found],
        "tables": sorted({one.table for one in report.findings if one.table}),
        "size": size,
        "listed": len(report.findings),
        "reasons": _reasons(report, standard),
        "levels": bars.level_rows(report.completeness.get("levels", ())),
        "team_levels": bars.team_levels(report.completeness.get("teams", ())),
        "quality": report.completeness.get("data_quality"),
        "score": words.score_words(report.completeness["data_quality"]) if report.completeness else None,
        "teams": teams,
        "well": list(_well(report, teams, standard)),
        "files": _files(run.data, report, standard),
        "about": _about(report),
        "counted": words.number,
        "status_signs": bars.STATUS_SIGNS,
    }


def page_size(groups: Sequence[Group], most_a_rule: int) -> int:
    """How many findings of a rule are written out: fewer where many rules found something."""
    return min(most_a_rule, max(FEWEST_A_RULE, MOST_IN_ALL // max(1, len(groups))))


class _Shown:
    """Findings with what the page shows beside them."""

    def __init__(self, run: Run, standard: Standard) -> None:
        self._standard = standard
        self._numbers = {id(one): number for number, one in enumerate(run.report.findings, start=1)}
        self._excerpts = Excerpts(run.data, run.report.findings, standard)
        self._explanations = explanations(run.data, standard)

    def group(self, group: Group, section: Section, size: int) -> ShownGroup:
        """A group with its first findings, and the others as data."""
        every = [self._one(one) for one in group.findings]
        return ShownGroup(group, section.name, every[:size], _data(every[size:]) if every[size:] else None)

    def _one(self, one: Finding) -> Shown:
        record = (one.rule, one.record_key, one.values_hash or "")
        return Shown(
            number=self._numbers[id(one)],
            finding=one,
            lead=_lead(one),
            place=words.place(one),
            field=self._field(one),
            explanation=self._explanations.get(record, "") if one.explained else "",
            excerpt=self._excerpts.of(one),
        )

    def _field(self, one: Finding) -> str:
        """The title and the name of the field at fault."""
        own = self._standard.tables[one.table].field.get(one.field or "") if one.table else None
        return f"{own.title} ({own.name})" if own else one.field or ""


def _lead(one: Finding) -> int:
    """How many letters at the start of a message name the record."""
    named = ", ".join(value for name, value in one.key.items() if name not in RELEASE_KEY)
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
    to_explain = [found.record_key, found.values_hash, one.explanation] if found.severity == "warning" else None
    said = [one.number, found.table, found.message, one.lead, one.place, one.field, found.value, found.expected]
    return [*said, to_explain, row]


def _headline(report: Report) -> str:
    if report.outcome.startswith("accepted") and words.thresholds_left_out(report):
        return NOTHING_IN_WHAT_WAS_CHECKED
    return TITLES[report.outcome]


def _next(report: Report, standard: Standard) -> Iterator[str]:
    """What to do now, and by when."""
    if words.thresholds_left_out(report) and report.outcome.startswith("accepted"):
        yield "Check it once more with completeness and fidelity before it is submitted."
    else:
        yield NEXT[report.outcome]
    quarter = standard.quarters.get(report.submission.period or "")
    if quarter:
        yield f"The return is due by {quarter.deadline.day} {quarter.deadline:%B %Y}."


def _months(report: Report, standard: Standard) -> str | None:
    quarter = standard.quarters.get(report.submission.period or "")
    return months_of(quarter) if quarter else None


def _tiles(report: Report) -> list[tuple[str, int, str]]:
    """The counts at the top: a name for the look of each, the count, and what it counts."""
    explained = sum(one.count for one in report.findings if one.explained)
    open_warnings = report.counts["warning"] - explained
    every = [
        ("error", report.counts["error"], "errors to mend"),
        ("warning", open_warnings, "warnings to mend or explain"),
        ("explained", explained, "warnings explained"),
        ("info", report.counts["info"], "for information"),
    ]
    return [one for one in every if one[1] or one[0] in ("error", "warning")]


@dataclass(frozen=True)
class Reason:
    """Why rules were not evaluated; `parts` is the text, each part with the rule it may link to."""

    rules: Sequence[tuple[str, str]]
    parts: Sequence[tuple[str, bool]]
    held_back: bool


def _reasons(report: Report, standard: Standard) -> list[tuple[str, list[Reason]]]:
    """The reasons, those first that go away once faults are mended."""
    failed = set(report.rules.failed)
    every = [_reason(because, rules, failed, standard) for because, rules in reasons(report).items()]
    held = [one for one in every if one.held_back]
    others = [one for one in every if not one.held_back]
    parts = [("Held back by faults listed above", held), ("Nothing to judge, or left out", others)]
    return [(heading, of) for heading, of in parts if of]


def _reason(because: str, rules: Iterable[str], failed: set[str], standard: Standard) -> Reason:
    parts = [(part, part in failed) for part in re.split(r"\b([A-Z]{3}-[0-9]{2})\b", because) if part]
    held_back = any(link for _, link in parts) or "at fault" in because
    return Reason([(rule, standard.rules[rule].title) for rule in rules], parts, held_back)


def _well(report: Report, teams: Sequence[bars.TeamPart], standard: Standard) -> Iterator[str]:
    """What is in order, in sentences."""
    passed = len(report.rules.passed)
    if passed:
        yield f"{words.number(passed, 'rule')} of {len(standard.rules)} passed in full."
    for level in report.completeness.get("levels", ()):
        if level["value"] == 1:
            yield f"{level['title']}: all {level['denominator']:,}."
    yield from bars.done_well(teams)


def _files(data: Data | None, report: Report, standard: Standard) -> list[tuple[str, str, str, list[int]]]:
    """The files that were read: title, name, rows, and what was found in each."""
    return [
        (standard.tables[name].title, masked(one.text.file), rows_counted(one.text.frame.height), _found_in(name, report))
        for name, one in (data.checked.tables if data else {}).items()
    ]


def _found_in(table: str, report: Report) -> list[int]:
    """How many errors, warnings and notes were found in a table."""
    own = [one for one in report.findings if one.table == table]
    return [sum(one.count for one in own if one.severity == severity) for severity in SEVERITIES]


def _about(report: Report) -> list[tuple[str, str]]:
    submission = report.submission
    every = [
        ("What was checked", submission.path),
        ("Provider", submission.provider_code),
        ("Quarter", submission.period),
        ("Submission version", submission.submission_version),
        ("SHA-256 of the data", submission.content_sha256),
        ("Standard", f"{report.standard['name']} {report.standard['version']}"),
        ("Checked by", f"{report.tool['name']} {report.tool['version']}"),
    ]
    return [(name, str(value)) for name, value in every if value]


def _guarded(text: str) -> str:
    """The page with a policy that lets a browser run and fetch nothing but what stands in it."""
    style, script = (
        " ".join(f"'sha256-{_digest(one)}'" for one in re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL))
        for tag in ("style", "script")
    )
    policy = f"default-src 'none'; style-src {style}; script-src {script}; img-src data:; base-uri 'none'; form-action 'none'"
    return text.replace("CONTENT-POLICY", policy, 1)


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
