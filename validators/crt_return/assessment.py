"""How complete a return is and how faithful its teams are: measures, thresholds and claims, in order.

Each of the three has its own module; here is only their order, what they leave for the report, and what is said
when the thresholds are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from crt_return.batch import Batch
from crt_return.completeness import Completeness, completeness
from crt_return.expectations import Missed
from crt_return.fidelity import (
    OPERATIONAL_CLAIM,
    REQUIREMENT_TABLE,
    TEAM_TABLE,
    Claims,
    TeamFidelity,
    requirement_table,
    team_dict,
    team_fidelity,
    team_table,
)
from crt_return.measured import TIDY, Measured, tidy
from crt_return.measures import measured
from crt_return.rules import Judged, claim_rules, judge_claims
from crt_return.scope import Data
from crt_return.standard import COMPLETENESS, REGISTER, REQUIREMENT, TEAM, Standard
from crt_return.thresholds import Question, judge_thresholds, question, threshold_rules

MEASURE_TABLES: Mapping[str, Mapping[str, type[pl.DataType]]] = {
    "measure.value": TIDY,
    "measure.requirement": REQUIREMENT_TABLE,
    "measure.team": TEAM_TABLE,
}
LEFT_OUT = "completeness and fidelity were left out (--no-thresholds)"
FIDELITY_CLAIMS = "fidelity_self"


@dataclass(frozen=True)
class Assessment:
    """The measures of a return, what they are asked, the two blocks of the report, and the tables rules read."""

    completeness: Mapping[str, Any]
    fidelity: Sequence[Mapping[str, Any]]
    measured: Sequence[Measured]
    question: Question
    tables: Mapping[str, pl.DataFrame]


def assess(batch: Batch, standard: Standard, judged: Sequence[Sequence[Judged]]) -> list[Assessment]:
    """Measure every open team of each return, and lay its claims beside the result."""
    levels = [measure for measure in standard.measures.values() if measure.requirement == COMPLETENESS]
    complete = completeness(batch, standard, levels)
    found = measured(batch, standard, judged)
    return [_assessment(own, of, one, standard) for own, of, one in zip(complete, found, batch.returns, strict=True)]


def _assessment(complete: Completeness, found: Sequence[Measured], data: Data, standard: Standard) -> Assessment:
    teams = _teams(found, data, standard)
    frames = (tidy(found), requirement_table(teams), team_table(teams))
    blocks = (complete.as_dict(), [team_dict(team) for team in teams])
    asked = question(found, standard, data.period)
    return Assessment(*blocks, found, asked, dict(zip(MEASURE_TABLES, frames, strict=True)))


def judge_assessments(
    assessments: Sequence[Assessment] | None,
    missed: Sequence[Sequence[Missed]],
    batch: Batch,
    standard: Standard,
    judged: Sequence[Sequence[Judged]],
) -> list[list[Judged]]:
    """The verdicts of the rules on measures and claims; without assessments, that they were left out."""
    if assessments is None:
        rules = (*threshold_rules(standard), *claim_rules(standard))
        return [[Judged(rule, (), (LEFT_OUT,)) for rule in rules] for _ in batch.returns]
    for name in MEASURE_TABLES:
        batch.hold(name, [one.tables[name] for one in assessments])
    verdicts = [
        judge_thresholds(one.measured, data, standard, data.period, one.question, own)
        for one, data, own in zip(assessments, batch.returns, missed, strict=True)
    ]
    claims = judge_claims(batch, standard, [[*own, *more] for own, more in zip(judged, verdicts, strict=True)])
    return [[*own, *more] for own, more in zip(verdicts, claims, strict=True)]


def _teams(found: Iterable[Measured], data: Data, standard: Standard) -> list[TeamFidelity]:
    by_team: dict[str, list[Measured]] = defaultdict(list)
    for one in found:
        if one.team_id:
            by_team[one.team_id].append(one)
    return [team_fidelity(own, _claims(team, data, standard), standard) for team, own in by_team.items()]


def _claims(team: str, data: Data, standard: Standard) -> Claims:
    """What the return says of a team; a cell at fault says nothing."""
    register = _own_rows(REGISTER, team, data)
    answers = _own_rows(FIDELITY_CLAIMS, team, data)
    fields = (OPERATIONAL_CLAIM, *standard.claims)
    return Claims(
        {row[REQUIREMENT]: row["status"] for row in answers},
        {name: register[0][name] if register else None for name in fields},
    )


def _own_rows(table: str, team: str, data: Data) -> list[dict[str, Any]]:
    checked = data.tables.get(table)
    if checked is None:
        return []
    sound = checked.values.with_columns(
        pl.when(~mask).then(pl.col(name)).alias(name) for name, mask in checked.bad.items() if name != TEAM
    )
    return sound.filter(pl.col(TEAM) == team).to_dicts()
