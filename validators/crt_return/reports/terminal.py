"""The report as plain text for a terminal: the verdict first, then each fault with its place and its mending.

Only the first few rows of a rule are shown; the report file lists them. No colour carries meaning.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crt_return.finding import Finding, Report
from crt_return.reports.grouped import by_rule, reasons
from crt_return.reports.words import (
    EXPLAINED,
    HEADINGS,
    checked,
    claims,
    level_words,
    not_judged,
    notes,
    score_words,
    title,
    verdict,
)
from crt_return.standard import SEVERITIES, Standard
from crt_return.wording import columns, counted

SHOWN_ROWS = 5
WIDTH = 110


def text(report: Report, standard: Standard) -> str:
    """The whole report as lines of text."""
    return "\n".join(_lines(report, standard)) + "\n"


def _lines(report: Report, standard: Standard) -> Iterator[str]:
    yield from _heading(report)
    for severity in SEVERITIES:
        found = [one for one in report.findings if one.severity == severity]
        if found:
            heading = EXPLAINED if all(one.explained for one in found) else HEADINGS[severity]
            yield from ["", f"{heading} ({sum(one.count for one in found):,})"]
            yield from _by_rule(found, standard)
    if report.outcome != "unreadable":
        yield from _completeness(report)
        yield from _fidelity(report, standard)
        yield from _not_evaluated(report)
        yield from ["", f"Passed: {counted(len(report.rules.passed), 'rule')} of {len(standard.rules)}."]


def _heading(report: Report) -> Iterator[str]:
    if named := title(report):
        yield named
    yield checked(report)
    yield from ["", verdict(report), *notes(report)]


def _by_rule(found: Sequence[Finding], standard: Standard) -> Iterator[str]:
    for rule, own in by_rule(found).items():
        yield from ["", f"{rule}  {standard.rules[rule].title}"]
        own.sort(key=lambda one: one.explained is True)  # what is still to be done comes first
        for one in own[:SHOWN_ROWS]:
            yield from _wrapped(f"{_where(one)}{one.message}{_to_explain(one)}", "  ")
        if len(own) > SHOWN_ROWS:
            yield f"  ... and {sum(one.count for one in own[SHOWN_ROWS:]):,} more; --report FILE.html lists them."
        yield from _wrapped(f"To mend: {own[0].fix}", "  ")


def _to_explain(one: Finding) -> str:
    """What a row of explanations says of a warning, to be copied, and whether there is such a row."""
    if one.severity != "warning":
        return ""
    return (
        f" [record key {one.record_key}, values {one.values_hash}] {'Explained' if one.explained else 'Not explained'}."
    )


def _where(one: Finding) -> str:
    """`gatekeeping.csv F14: `, or as much as is known."""
    if one.called is None or _is_told(one):
        return ""
    return f"{one.called} {one.cell or (f'row {one.row}' if one.row else '')}".strip() + ": "


def _is_told(one: Finding) -> bool:
    """Whether the message says the place itself."""
    if one.sheet is None:
        return one.row is None and str(one.file) in one.message
    return one.sheet in one.message and (one.row is None or (one.cell or str(one.row)) in one.message)


def _completeness(report: Report) -> Iterator[str]:
    """The levels of the return, and of a team where it is behind; the score of its data."""
    if not report.completeness:
        return
    yield from ["", "Completeness of the return"]
    for level in report.completeness["levels"]:
        yield from _wrapped(f"{level['level']} {level['title']}: {level_words(level)}", "  ")
    for team in report.completeness["teams"]:
        behind = [f"{one['level']} {level_words(one)}" for one in team["levels"] if one["value"] not in (None, 1)]
        if behind:
            yield from _wrapped(f"{team['team_id']}: {'; '.join(behind)}", "    ")
    quality = report.completeness["data_quality"]
    yield f"  Data quality score: {score_words(quality)}"


def _fidelity(report: Report, standard: Standard) -> Iterator[str]:
    """A small table a team: the five requirements as claimed and as computed, and what is not met."""
    if report.fidelity:
        yield from ["", "Fidelity to the model, as claimed and as computed from this return"]
    for team in report.fidelity:
        yield from ["", f"  {team['team_id']}"]
        rows = [(one.title, one.claimed, one.computed, one.agreement) for one in claims(team, standard)]
        yield from columns([("", "claimed", "computed", ""), *rows], "    ")
        yield from _not_met(team, standard)


def _not_met(team: Mapping[str, Any], standard: Standard) -> Iterator[str]:
    """The measures not met, with what would meet them, and the core ones not judged; the core ones first.

    That a core measure has nothing to judge is said where it is so of all of its requirement, which is why that is not
    assessed.
    """
    core = [[one for one in of["measures"] if one["core"]] for of in team["requirements"]]
    idle = {one["measure"] for of in core if all(one["state"] == "not applicable" for one in of) for one in of}
    every = [one for of in team["requirements"] for one in of["measures"]]
    for one in sorted(every, key=lambda one: not one["core"]):
        name = f"{one['measure']}{' (core)' if one['core'] else ''} {one['state']}: {one['title']}"
        if one["state"] == "not met" and one["met"]:
            gap = f" To meet it: {one['gap']}." if one["gap"] else ""
            yield from _wrapped(f"{name}: {one['shown']} (the standard asks for {one['met']}).{gap}", "    ")
        elif one["core"] and (one["state"] in ("not assessed", "not evaluated") or one["measure"] in idle):
            yield from _wrapped(f"{name}: {not_judged(one, standard)}.", "    ")


def _not_evaluated(report: Report) -> Iterator[str]:
    found = reasons(report)
    if found:
        total = len(report.rules.not_evaluated)
        yield from [
            "",
            f"Not evaluated, in whole or in part ({counted(total, 'rule')}): neither passed nor failed there",
        ]
    for because, rules in found.items():
        yield from _wrapped(f"{', '.join(rules)}: {because}", "  ")


def _wrapped(line: str, indent: str) -> list[str]:
    return textwrap.wrap(
        line,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,  # a record key is copied whole
    )
