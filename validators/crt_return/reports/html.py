"""The report as one page that stands by itself: what became of the return, what to mend first, and every finding.

It puts what the report says into the template's places, and the findings past the first of each rule into the page
as data, from which its script draws them when they are asked for. It fetches nothing, holds no clock (the same report
gives the same bytes), and judges nothing.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from crt_return.finding import Outcome, Report, counts
from crt_return.pages import page
from crt_return.privacy import masked
from crt_return.quarters import months_of
from crt_return.reports import bars, words
from crt_return.reports.grouped import RULE_ID, Section, first_to_mend, reasons, sections
from crt_return.reports.shown import MOST_A_RULE, Findings, page_size
from crt_return.scope import Data
from crt_return.standard import Standard
from crt_return.validate import Run
from crt_return.wording import counted, is_synthetic, noun

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
SIGNS: Mapping[Outcome, str] = {
    "accepted": "✓",
    "accepted_with_explanations": "✓",
    "queried": "?",
    "rejected": "✗",
    "unreadable": "✗",
}
FIRST, FIRST_TO_EXPLAIN = "What to mend first", "What to mend or explain first"
ELSEWHERE = "The report in another form, such as .json, lists every one."
NONE = "'none'"
NOTHING_IN_WHAT_WAS_CHECKED = "Nothing is at fault in what was checked"


def page_bytes(run: Run, standard: Standard, *, most_a_rule: int = MOST_A_RULE) -> bytes:
    """The page on a return; of each rule at most `most_a_rule` findings are written out, the others kept as data."""
    return _guarded(page("report.html", **_filled(run, standard, most_a_rule))).encode()


def _filled(run: Run, standard: Standard, most_a_rule: int) -> dict[str, Any]:
    """All that the template asks for."""
    report, found = run.report, sections(run.report, standard)
    parts = {
        **_top(report, standard),
        **_findings(run, found, standard, most_a_rule),
        **_assessed(run, standard),
        "reasons": _reasons(report, standard),
        "files": _files(run.data, report, standard),
        "about": _about(report),
        "counted": counted,
    }
    contents = [one for one in _contents(parts, report) if one[2]]
    return {**parts, "parts": [part for part, _, _ in contents], "contents": [*_links(contents, found)]}


def _top(report: Report, standard: Standard) -> dict[str, Any]:
    """What is said first: whose return it is, and what became of it."""
    state, _, sentence = words.verdict(report).partition(": ")
    return {
        "report": report,
        "title": words.title(report) or "Report on what was sent",
        "sign": SIGNS[report.outcome],
        "state": state,
        "headline": _headline(report),
        "sentence": _sentence(report, sentence),
        "next": " ".join(_next(report, standard)),
        "months": _months(report, standard),
        "notes": words.notes(report),
        "synthetic": is_synthetic(report.submission.provider_code, standard),
        "tiles": _tiles(report),
    }


def _findings(run: Run, found: Sequence[Section], standard: Standard, most_a_rule: int) -> dict[str, Any]:
    """The findings by section and rule, and those to take up first."""
    groups = [group for section in found for group in section.groups]
    shown, size = Findings(run, standard), page_size(groups, most_a_rule)
    first = first_to_mend(found)
    return {
        "first": first if len(groups) > 1 else [],
        "first_heading": FIRST if any(one.severity == "error" for one in first) else FIRST_TO_EXPLAIN,
        "sections": [(section, [shown.group(group, size) for group in section.groups]) for section in found],
        "tables": sorted({one.table for one in run.report.findings if one.table}),
        "size": size,
        "listed": len(run.report.findings),
        "elsewhere": ELSEWHERE,
    }


def _assessed(run: Run, standard: Standard) -> dict[str, Any]:
    """Completeness, fidelity, and what is in order."""
    complete = run.report.completeness
    teams = bars.team_parts(run.report.fidelity, run.measured, standard)
    return {
        "levels": bars.level_rows(complete.get("levels", ())),
        "team_levels": bars.team_levels(complete.get("teams", ())),
        "quality": complete.get("data_quality"),
        "score": words.score_words(complete["data_quality"]) if complete else None,
        "teams": teams,
        "well": list(_well(run.report, teams, standard)),
        "status_signs": bars.STATUS_SIGNS,
        "not_judged": bars.NOT_JUDGED,
    }


def _contents(parts: Mapping[str, Any], report: Report) -> list[tuple[str, str, bool]]:
    """The parts of the page in order, each with its title and whether there is any of it."""
    findings = [
        ("first", parts["first_heading"], bool(parts["first"])),
        ("findings", "", bool(parts["sections"])),
        ("not_evaluated", f"Not evaluated ({len(report.rules.not_evaluated):,})", bool(parts["reasons"])),
    ]
    assessed = [
        ("well", "What is working well", bool(parts["well"])),
        ("completeness", "Completeness", bool(parts["levels"])),
        ("fidelity", "Fidelity to the model", bool(parts["teams"])),
    ]
    about = ("about", "About this report", True)
    in_order = report.outcome in ("accepted", "accepted_with_explanations")
    return [*assessed, *findings, about] if in_order else [*findings, *assessed, about]


def _links(contents: Iterable[tuple[str, str, bool]], found: Iterable[Section]) -> Iterator[tuple[str, str]]:
    """The links at the top; the findings have one for each of their sections."""
    for part, title, _ in contents:
        if part == "findings":
            yield from ((one.name, f"{one.heading.partition(':')[0]} ({one.count:,})") for one in found)
        else:
            yield part.replace("_", "-"), title


def _headline(report: Report) -> str:
    if report.outcome.startswith("accepted") and words.thresholds_left_out(report):
        return NOTHING_IN_WHAT_WAS_CHECKED
    return TITLES[report.outcome]


def _sentence(report: Report, verdict: str) -> str:
    """The outcome in a sentence; of what could not be read, why it could not."""
    if report.outcome == "unreadable":
        return report.findings[0].message
    return verdict[0].upper() + verdict[1:]


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
    """The counts at the top: a name for the look of each, the count, and what it counts; none where nothing is read."""
    if report.outcome == "unreadable":
        return []
    explained = sum(one.count for one in report.findings if one.explained)
    open_warnings = report.counts["warning"] - explained
    every = [
        ("error", report.counts["error"], noun(report.counts["error"], "error") + " to mend"),
        ("warning", open_warnings, noun(open_warnings, "warning") + " to mend or explain"),
        ("explained", explained, noun(explained, "warning") + " explained"),
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
    unread = report.outcome == "unreadable"
    held = [one for one in every if unread or one.held_back]
    others = [one for one in every if not (unread or one.held_back)]
    parts = [("Held back by faults listed in this report", held), ("Nothing to judge, or left out", others)]
    return [(heading, of) for heading, of in parts if of]


def _reason(because: str, rules: Iterable[str], failed: set[str], standard: Standard) -> Reason:
    parts = [(part, part in failed) for part in re.split(f"({RULE_ID})", because) if part]
    held_back = any(link for _, link in parts) or "at fault" in because
    return Reason([(rule, standard.rules[rule].title) for rule in rules], parts, held_back)


def _well(report: Report, teams: Sequence[bars.TeamPart], standard: Standard) -> Iterator[str]:
    """What is in order, in sentences."""
    passed = len(report.rules.passed)
    if passed:
        yield f"{counted(passed, 'rule')} of {len(standard.rules)} passed in full."
    for level in report.completeness.get("levels", ()):
        if level["value"] == 1:
            yield f"{level['title']}: all {level['denominator']:,}."
    yield from bars.done_well(teams)


def _files(data: Data | None, report: Report, standard: Standard) -> list[tuple[str, str, str, list[int]]]:
    """The files that were read: title, name, rows, and what was found in each."""
    return [
        (
            standard.tables[name].title,
            masked(one.text.file),
            counted(one.text.frame.height, "row"),
            _found_in(name, report),
        )
        for name, one in (data.checked.tables if data else {}).items()
    ]


def _found_in(table: str, report: Report) -> list[int]:
    """How many errors, warnings and notes were found in a table."""
    return [*counts(one for one in report.findings if one.table == table).values()]


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
    others = "img-src data:; base-uri 'none'; form-action 'none'"
    policy = f"default-src 'none'; style-src {style}; script-src {script or NONE}; {others}"
    return text.replace("CONTENT-POLICY", policy, 1)


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
