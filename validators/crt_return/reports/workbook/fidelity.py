"""The sheet on completeness and fidelity: what each team claims beside what its return shows, measure by measure.

It shows what the report says, and judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crt_return.finding import Report
from crt_return.measured import JUDGED
from crt_return.reports.words import ClaimWords, claims, level_words, not_judged, score_words
from crt_return.reports.workbook.sheets import Cell, Look, Row, Sheet
from crt_return.standard import Standard
from crt_return.workbook_layout import FIDELITY

WIDTHS = (13, 30, 48, 34, 22, 22, 16, 9, 46, 46)
LEVELS = ("Of", "Level", "What it counts", "How complete")
CLAIMS = ("Team", "Requirement or claim", "Claimed", "Shown by this return", "The two together")
MEASURES = (
    "Team",
    "Requirement",
    "What it measures",
    "Value",
    "Asked for",
    "Strong level",
    "State",
    "Measure",
    "To meet it",
    "Why it was not judged",
)
LOOKS: Mapping[str, Look] = {
    "not met": "warning",
    "strong": "good",
    "claims too much": "warning",
    "claims too little": "info",
}
NOT_JUDGED = "Completeness and fidelity were not judged: see the sheet of rules."


def fidelity_sheet(report: Report, standard: Standard) -> Sheet:
    """The sheet; where nothing was judged, it says so."""
    if not report.completeness and not report.fidelity:
        return Sheet(FIDELITY, [[Cell(NOT_JUDGED, "section")]], WIDTHS)
    above = [*_completeness(report.completeness), *_claims(report.fidelity, standard)]
    measures = [
        _measure(team, of, one, standard)
        for team in report.fidelity
        for of in team["requirements"]
        for one in of["measures"]
    ]
    heading = [[Cell("Measures", "section")], _head(MEASURES)] if measures else []
    header = len(above) + len(heading) if measures else None
    return Sheet(FIDELITY, [*above, *heading, *measures], WIDTHS, header, in_sight=False)


def _head(names: Sequence[str]) -> Row:
    return [Cell(name, "head") for name in names]


def _completeness(completeness: Mapping[str, Any]) -> Iterator[Row]:
    """The levels of the return and of each team, and the score of its data."""
    if not completeness:
        return
    yield [Cell("Completeness", "section")]
    yield _head(LEVELS)
    of = [("the return", completeness["levels"]), *((one["team_id"], one["levels"]) for one in completeness["teams"])]
    for whose, levels in of:
        yield from (_level(whose, one) for one in levels)
    score = score_words(completeness["data_quality"])
    yield [Cell("the return"), Cell("score"), Cell("Data quality score"), Cell(score)]
    yield []


def _level(whose: str, one: Mapping[str, Any]) -> Row:
    look: Look = "warning" if one["value"] is not None and one["value"] < 1 else "text"
    return [Cell(whose), Cell(one["level"]), Cell(one["title"]), Cell(level_words(one), look)]


def _claims(fidelity: Sequence[Mapping[str, Any]], standard: Standard) -> Iterator[Row]:
    """What each team claims of its requirements, of itself as a whole and one by one, beside what is computed."""
    if not fidelity:
        return
    yield [Cell("Fidelity, as claimed and as computed from this return", "section")]
    yield _head(CLAIMS)
    for team in fidelity:
        yield from (_claim(team["team_id"], one) for one in claims(team, standard))
    yield []


def _claim(team: str, one: ClaimWords) -> Row:
    agreement = Cell(one.agreement, LOOKS.get(one.agreement, "text"))
    return [Cell(team), Cell(one.title), Cell(one.claimed), Cell(one.computed), agreement]


def _measure(team: Mapping[str, Any], of: Mapping[str, Any], one: Mapping[str, Any], standard: Standard) -> Row:
    name = f"{one['title']}{' (core)' if one['core'] else ''}"
    return [
        Cell(team["team_id"]),
        Cell(of["title"]),
        Cell(name),
        Cell(" ".join(part for part in (one["shown"], one["detail"] and f"({one['detail']})") if part)),
        Cell(one["met"]),
        Cell(one["strong"]),
        Cell(one["state"], LOOKS.get(one["state"], "text")),
        Cell(one["measure"]),
        Cell(one["gap"]),
        Cell(None if one["state"] in JUDGED else not_judged(one, standard)),
    ]
