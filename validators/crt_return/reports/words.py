"""The words that reports for people share: outcomes, headings, places, levels and claims. It decides nothing.

Each is written here once, so that the terminal and the page say the same of the same report.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crt_return.assessment import LEFT_OUT
from crt_return.finding import Finding, Outcome, Report, shown
from crt_return.measure import COMPARED_DECIMALS
from crt_return.measured import value_words
from crt_return.scope import WRONG_PRIOR
from crt_return.standard import REGISTER, SEVERITIES, Severity, Standard
from crt_return.wording import counted
from crt_return.workbook_layout import sheet_words

HEADINGS: Mapping[Severity, str] = {
    "error": "Errors: each must be mended",
    "warning": "Warnings: each must be mended or explained",
    "info": "For information",
}
EXPLAINED = "Warnings, each explained"
VERDICTS: Mapping[Outcome, str] = {
    "accepted": "ACCEPTED: no errors and no warnings.",
    "accepted_with_explanations": "ACCEPTED WITH EXPLANATIONS: no errors, and every warning is explained.",
    "queried": "QUERIED: no errors, but not every warning has an explanation ({warning}).",
    "rejected": "REJECTED: {error} to mend before this return can be accepted.",
    "unreadable": "UNREADABLE: this could not be read as a return.",
}


def verdict(report: Report) -> str:
    """The outcome in a sentence, with the counts it rests on."""
    return VERDICTS[report.outcome].format_map(
        {severity: counted(report.counts[severity], severity) for severity in SEVERITIES}
    )


def title(report: Report) -> str | None:
    """Whose return it is, of which quarter; None where it does not say."""
    submission = report.submission
    if not submission.provider_code:
        return None
    version = f", version {submission.submission_version}" if submission.submission_version else ""
    return f"Return of {submission.provider_code} for {submission.period or 'a quarter that is not given'}{version}"


def checked(report: Report) -> str:
    """What was checked, and against which version of the standard."""
    return f"{report.submission.path}, checked against {report.standard['name']} {report.standard['version']}"


def notes(report: Report) -> list[str]:
    """What the outcome leaves out."""
    wrong_prior = {one.because for one in report.rules.not_evaluated if one.because.startswith(WRONG_PRIOR)}
    said = [f"Note: {because}, so the rules on change were not evaluated." for because in sorted(wrong_prior)]
    if thresholds_left_out(report):
        said.append(f"Note: {LEFT_OUT}, so this is the outcome of the other rules alone.")
    return said


def thresholds_left_out(report: Report) -> bool:
    """Whether completeness and fidelity were not judged."""
    return any(LEFT_OUT in one.because for one in report.rules.not_evaluated)


def place(one: Finding) -> str:
    """Where a finding lies: "gatekeeping.csv, cell G6", or as much of it as is known."""
    where = f"cell {one.cell}" if one.cell else f"row {one.row}" if one.row else None
    sheet = sheet_words(one.sheet) if one.sheet else None
    return ", ".join(part for part in (one.file, sheet, where) if part)


def human_key(one: Finding) -> str:
    """The record as people name it: "RZA-T01, voluntary"."""
    return ", ".join(one.key.values())


def level_words(level: Mapping[str, Any]) -> str:
    """A level of completeness: its counts and percentage, or why it has none."""
    if level["value"] is None:
        return f"{level['state']}, because {level['because']}" if level["because"] else level["state"]
    return f"{level['numerator']:,} of {level['denominator']:,} ({down(100 * level['value'])}%)"


def score_words(quality: Mapping[str, Any]) -> str:
    """The data quality score, or why there is none."""
    if quality["score"] is None:
        return f"none, because {quality['because']}"
    left_out = f". Levels and score are of what could be read: {quality['because']}" if quality["because"] else ""
    return f"{down(quality['score'])} of 100{left_out}"


def down(value: float) -> str:
    """A number to one decimal, rounded down: 100 is said of nothing less."""
    return f"{math.floor(10 * round(value, COMPARED_DECIMALS)) / 10:.1f}"


@dataclass(frozen=True)
class ClaimWords:
    """One claim of a team, what the measures show beside it, and how the two agree."""

    title: str
    claimed: str
    computed: str
    agreement: str


def claims(team: Mapping[str, Any], standard: Standard) -> Iterator[ClaimWords]:
    """What a team claims of the five requirements, then of the team as a whole, then what else it says of itself."""
    operational, *fields = team["claims"]
    for one in team["requirements"]:
        yield ClaimWords(one["title"], plain(one["claimed"]), computed_words(one), one["agreement"])
    whole = (plain(operational["claimed"]), plain(operational["computed"]), operational["agreement"])
    yield ClaimWords("The team as a whole", *whole)
    titles = standard.tables[REGISTER].field
    for one in fields:
        yield ClaimWords(titles[one["field"]].title, plain(one["claimed"]), shown_by(one), one["agreement"])


def computed_words(requirement: Mapping[str, Any]) -> str:
    """The computed status; of one not assessed, what it could be."""
    computed, worst, best = (str(requirement[name]) for name in ("computed", "at_worst", "at_best"))
    if computed in (worst, best):
        return computed
    return f"{computed} ({worst}, either way)" if worst == best else f"{computed} ({worst} to {best})"


def not_judged(one: Mapping[str, Any], standard: Standard) -> str:
    """Why a measure was not judged and, where something is known of its value all the same, its worst and its best."""
    measure = standard.measures[one["measure"]]
    known = {word: one[word] for word in ("worst", "best") if one[word] is not None}
    if not known or set(known.values()) == set(measure.range):
        return str(one["because"])
    bounds = " and ".join(f"{value_words(measure, value)} at {word}" for word, value in known.items())
    return f"{one['because']}; whatever is missing, it is {bounds}"


def shown_by(claim: Mapping[str, Any]) -> str:
    """What the measures show beside a yes-or-no claim."""
    return "not assessed" if claim["computed"] is None else shown(claim["computed"])


def plain(cell: object) -> str:
    """A code as words."""
    return "not given" if cell is None else shown(cell).replace("_", " ")
