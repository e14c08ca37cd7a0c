"""What submissions say to each other: the rules of acceptance that look beyond one return.

Whether a provider is expected, a quarter open, the data new, the version newer: each a rule of the standard in SQL,
over tables made from the register. It registers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from crt_return.acceptance.examining import ACCEPTANCE
from crt_return.acceptance.inbox import EXPECTED
from crt_return.acceptance.register import Entry
from crt_return.engines import Engine
from crt_return.finding import Finding, Place, finding
from crt_return.rules import Judged, faulty, faulty_rows, reads_from
from crt_return.standard import Rule, Standard

LIST = "acceptance.expected_provider"
SUBMISSION: dict[str, type[pl.DataType]] = {
    "submission": pl.String,
    "file": pl.String,
    "provider_code": pl.String,
    "period": pl.String,
    "submission_version": pl.Int64,
    "content_sha256": pl.String,
}
EARLIER: dict[str, type[pl.DataType]] = {
    **SUBMISSION,
    "number": pl.Int64,
    "received_at": pl.String,
    "outcome": pl.String,
    "standing": pl.Boolean,
}
TEAMS: dict[str, type[pl.DataType]] = {"submission": pl.String, "team_id": pl.String}
TABLES: Mapping[str, Mapping[str, type[pl.DataType]]] = {
    "acceptance.submission": SUBMISSION,
    "acceptance.earlier": EARLIER,
    "acceptance.team": TEAMS,
    LIST: EXPECTED,
}
NO_LIST = "no list of expected providers was given (--expected)"


@dataclass(frozen=True)
class Circumstances:
    """What is known when a submission is judged: itself, those before it, the teams of either, and who is expected."""

    submission: Mapping[str, Any]
    earlier: Iterable[Entry] = ()
    standing: Entry | None = None
    teams: Mapping[str, Iterable[str]] | None = None


def judge_between(about: Circumstances, engine: Engine, standard: Standard, *, listed: bool) -> list[Judged]:
    """Every rule of acceptance that looks beyond one return; `listed` says whether a list of providers was given.

    The engine holds that list already.
    """
    _load(about, engine)
    return [
        Judged(rule, (), (NO_LIST,)) if not listed and reads_from(rule, LIST) else Judged(rule, _found(rule, engine))
        for rule in between_rules(standard)
    ]


def _found(rule: Rule, engine: Engine) -> tuple[Finding, ...]:
    """The findings of a rule. It is mostly kept to, and to ask whether it is costs half of fetching nothing."""
    if not engine.any(faulty(rule)):
        return ()
    return tuple(_worded(rule, row) for row in engine.query(faulty_rows(rule)).to_dicts())


def between_rules(standard: Standard) -> list[Rule]:
    """The rules of acceptance that look beyond one return."""
    return [rule for rule in standard.acceptance_rules.values() if reads_from(rule, ACCEPTANCE)]


def _load(about: Circumstances, engine: Engine) -> None:
    standing = about.standing.submission if about.standing else None
    earlier = [{**vars(one), "standing": one.submission == standing} for one in about.earlier]
    teams = [(submission, team) for submission, of in (about.teams or {}).items() for team in of]
    engine.load("acceptance.submission", _frame([about.submission], SUBMISSION))
    engine.load("acceptance.earlier", _frame(earlier, EARLIER))
    engine.load("acceptance.team", pl.DataFrame(teams, schema=TEAMS, orient="row"))


def _frame(rows: Iterable[Mapping[str, Any]], types: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in types} for row in rows], schema=types)


def _worded(rule: Rule, row: Mapping[str, Any]) -> Finding:
    key = {name: row[name] for name in ("provider_code", "period", "team_id") if row.get(name)}
    severity = rule.severity_found(row.get("period"))
    return finding(rule, severity, Place(), key=key, expected=row.get("expected"), values=row)
