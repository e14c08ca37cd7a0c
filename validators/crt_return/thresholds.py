"""Thresholds: the suites that judge the measures, and what a missed threshold becomes, with three outcomes a rule.

The suites are made from the standard, in the form Great Expectations reads: what is run is what is published. The
library itself is behind `expectations.py`. No shortfall found here is ever an error.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from crt_return.expectations import Expectations, Missed, Rows, Suite
from crt_return.finding import Finding, Place, finding
from crt_return.measure import LEVELS, Level, Limit, Measure, Threshold
from crt_return.measured import JUDGED, Measured, wide, words
from crt_return.reading.model import ROW
from crt_return.rules import Judged
from crt_return.scope import Data
from crt_return.standard import COMPLETENESS, REQUIREMENT, TEAM, Rule, Severity, Standard
from crt_return.wording import listed

RANGE = "expect_column_values_to_be_between"
KWARGS: Mapping[str, tuple[str, str | None]] = {
    "at_least": ("min_value", None),
    "at_most": ("max_value", None),
    "above": ("min_value", "strict_min"),
    "below": ("max_value", "strict_max"),
}


def suites(standard: Standard, day: date | None) -> list[Suite]:
    """A suite for each requirement and one for completeness, with the thresholds of a quarter that starts on `day`."""
    names = [*(code.code for code in standard.codelists[REQUIREMENT]), COMPLETENESS]
    return [_suite(name, standard, day) for name in names]


def _suite(name: str, standard: Standard, day: date | None) -> Suite:
    own = [measure for measure in standard.measures.values() if measure.requirement == name]
    asked = [
        _expectation(measure, level, threshold, limit, standard)
        for measure in own
        if (threshold := measure.threshold(day))
        for level in LEVELS
        if (limit := threshold.limit(level))
    ]
    return {"name": name, "expectations": asked, "meta": {"standard": standard.name, "version": standard.version}}


def _expectation(
    measure: Measure, level: Level, threshold: Threshold, limit: Limit, standard: Standard
) -> dict[str, Any]:
    side, strict = KWARGS[limit.comparison]
    rules = [rule.id for rule in threshold_rules(standard) if measure.id in rule.measures and rule.level == level]
    about = {"measure": measure.id, "level": level, "title": measure.title, "rules": rules}
    return {
        "type": RANGE,
        "kwargs": {
            "column": measure.column(level),
            side: float(limit.number),
            **({strict: True} if strict else {}),
        },
        "severity": "warning" if level == "met" else "info",
        "meta": {
            **about,
            "from": threshold.since.isoformat(),
            "source": threshold.source,
            "standing": threshold.standing,
        },
    }


def threshold_rules(standard: Standard) -> list[Rule]:
    """The rules that hold a measure to a threshold."""
    return [rule for rule in standard.rules.values() if rule.check == "thresholds"]


@dataclass(frozen=True)
class Question:
    """What Great Expectations is asked of a return: the quarter's suites, on a row for each team (and provider)."""

    day: date | None
    rows: Rows


def question(measured: Sequence[Measured], standard: Standard, period: str | None) -> Question:
    """The question whether these measures miss a threshold of the quarter."""
    quarter = standard.quarters.get(period or "")
    return Question(quarter.starts if quarter else None, wide(measured, standard.measures.values()).to_dicts())


def answers(
    questions: Sequence[Question], standard: Standard, expectations: Expectations, results: Path | None = None
) -> list[list[Missed]]:
    """What the rows of each question miss. Those of one quarter are answered in one run of the library."""
    found: list[list[Missed]] = [[] for _ in questions]
    for day in dict.fromkeys(one.day for one in questions):
        own = [(n, row) for n, one in enumerate(questions) if one.day == day for row in range(len(one.rows))]
        rows = [questions[n].rows[row] for n, row in own]
        for one in expectations.missed(suites(standard, day), rows, results) if rows else ():
            for n in dict.fromkeys(own[row][0] for row in one.rows):
                mine = tuple(own[row][1] for row in one.rows if own[row][0] == n)
                found[n].append(Missed(one.measure, one.level, mine))
    return found


def judge_thresholds(
    measured: Sequence[Measured],
    data: Data,
    standard: Standard,
    period: str | None,
    asked: Question,
    missed: Sequence[Missed],
) -> list[Judged]:
    """Every threshold rule, by what the rows of the question miss."""
    units = [(row["provider_code"], row[TEAM]) for row in asked.rows]
    short = {(one.measure, one.level, *units[row]) for one in missed for row in one.rows}
    return [_judged(rule, measured, short, data, standard, period) for rule in threshold_rules(standard)]


def _judged(
    rule: Rule,
    measured: Sequence[Measured],
    short: set[tuple[str, str, str, str | None]],
    data: Data,
    standard: Standard,
    period: str | None,
) -> Judged:
    severity = rule.severity_in(period)
    if severity is None:
        return Judged(rule, (), (f"it is not in force in {period}",))
    own = [one for one in measured if one.measure.id in rule.measures]
    failing = [one for one in own if (one.measure.id, rule.level, one.provider_code, one.team_id) in short]
    found = tuple(_finding(rule, severity, one, data, standard) for one in failing)
    because = tuple(_because(own)) or (() if own else ("the return has no open team",))
    return Judged(rule, found, because, idle=all(one.state != "not evaluated" for one in own))


def _because(own: Iterable[Measured]) -> list[str]:
    """Why a rule was not judged for some teams, a sentence a measure, state and reason."""
    teams: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for one in own:
        if one.state not in JUDGED:
            teams[one.measure.id, one.state, one.because or ""].append(one.team_id or one.provider_code)
    return [f"{measure} is {state} for {listed(of)}: {why}" for (measure, state, why), of in teams.items()]


def _finding(rule: Rule, severity: Severity, one: Measured, data: Data, standard: Standard) -> Finding:
    spoken = words(one, rule.level)
    measure = {"measure": one.measure.id} if len(rule.measures) > 1 else {}
    key = {TEAM: one.team_id, **measure} if one.team_id else {"provider_code": one.provider_code, **measure}
    return finding(
        rule,
        severity,
        _place(rule, one, data, standard),
        key=key,
        value=spoken["value"],
        expected=spoken["limit"],
        values=spoken,
    )


def _place(rule: Rule, one: Measured, data: Data, standard: Standard) -> Place:
    """The cell where the table has one row for the team (or the provider); else the column."""
    table, checked = standard.tables[rule.table], data.tables.get(rule.table)
    if checked is None:
        return data.place(table, None, rule.field)
    values = checked.values
    rows = values.filter(values[TEAM] == one.team_id)[ROW] if one.team_id and TEAM in values.columns else values[ROW]
    return data.place(table, rows[0] if len(rows) == 1 else None, rule.field)
