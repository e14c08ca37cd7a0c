"""Made-up national data: the examples of the standard as tables, and a small England of invented providers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import polars as pl

from crt_return.national.data import EXPECTED, SUBMISSION, NationalData, empty_frame
from crt_return.standard import HEADER, REGISTER, TEAM, Standard, load_standard

STANDARD = load_standard()
YEAR, PERIOD = "2006-07", "2006-07-Q4"
QUARTERS = ("2006-07-Q1", "2006-07-Q2", "2006-07-Q3", "2006-07-Q4")
GIVEN = {"provider_code": "RZA", "period": PERIOD, "team_id": "RZA-T01", "team_status": "open"}
TEAMS = {"RZA": 9, "RZB": 6, "RZC": 2}
SILENT = {"RZD": 3}
EVIL = '=HYPERLINK("https://example.invalid")'
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def with_evil_name() -> Standard:
    """The standard, with a provider whose name a spreadsheet would run."""
    providers = tuple({**one, "label": EVIL} if one["code"] == "RZB" else one for one in STANDARD.reference["provider"])
    return replace(STANDARD, reference={**STANDARD.reference, "provider": providers})


def example_data(tables: Rows, period: str = YEAR) -> NationalData:
    """Partial rows as national data: provider, quarter and team are filled in, and every row is of an accepted return.

    Headers and register entries that no example names are those of the providers and teams it does name.
    """
    named = {name: [{**GIVEN, **row} for row in rows] for name, rows in tables.items()}
    returned = {name: rows for name, rows in named.items() if not name.startswith("acceptance.")}
    if HEADER not in named:
        named[HEADER] = unique(returned, ("provider_code", "period"))
    if REGISTER not in named:
        named[REGISTER] = unique(
            {n: of for n, of in returned.items() if n != HEADER}, ("provider_code", "period", TEAM)
        )
    return NationalData(period, {name: frame(name, rows) for name, rows in named.items()})


def unique(tables: Rows, names: Sequence[str]) -> list[dict[str, Any]]:
    keys = {tuple(row[name] for name in names) for rows in tables.values() for row in rows}
    return [{**GIVEN, **dict(zip(names, key, strict=True))} for key in sorted(keys)]


def frame(name: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as a table of the national data; cells not given are blank."""
    schema = columns(name)
    return pl.DataFrame([{column: row.get(column) for column in schema} for row in rows], schema=schema)


@cache
def columns(name: str) -> pl.Schema:
    """The columns of a table of the national data."""
    return empty_frame(name, STANDARD).schema


Teams = Mapping[str, int]
Change = Callable[[str, dict[str, Any]], dict[str, Any] | None]


def as_it_is(_: str, row: dict[str, Any]) -> dict[str, Any]:
    return row


def england(
    teams: Teams, *, silent: Teams | None = None, quarters: Sequence[str] = QUARTERS, change: Change = as_it_is
) -> NationalData:
    """A made-up England: providers with their teams returned, and silent ones with teams that did not return.

    `change` may alter each row of each table, or leave it out by giving None.
    """
    rows: dict[str, list[dict[str, Any]]] = {}

    def add(table: str, row: dict[str, Any]) -> None:
        changed = change(table, row)
        if changed is not None:
            rows.setdefault(table, []).append(changed)

    for period in quarters:
        for provider, number in [*teams.items(), *(silent or {}).items()]:
            add(EXPECTED, {"provider_code": provider, "period": period, "teams_expected": number})
        for provider, number in teams.items():
            own = {"provider_code": provider, "period": period}
            add(HEADER, own)
            add(SUBMISSION, {**own, "submission_version": 1, "outcome": "accepted", "late": False})
            for team in range(1, number + 1):
                for table, row in of_team(team):
                    add(table, {**own, "team_id": f"{provider}-T{team:02d}", **row})
    period = quarters[0] if len(quarters) == 1 else quarters[0][:7]
    return NationalData(period, {name: frame(name, of) for name, of in rows.items()})


def of_team(team: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of one team's quarter. Teams differ by their number alone, so that every sum can be done by hand."""
    full, odd = team % 5 in (1, 2), team % 2 == 1
    yield (
        REGISTER,
        {
            "team_status": "open",
            "service_model": "integrated",
            "operational_status_self": "fully_operational" if full else "partly_operational",
            "gatekeeps_self": team % 3 != 0,
        },
    )
    for group, funded, in_post in (
        ("consultant_psychiatrist", 1.0, 0.0 if team % 3 == 0 else 1.0),
        ("approved_social_worker", 1.0, 1.0 if odd else 0.0),
        ("nurse", 12.0, 10.0 + team % 4),
    ):
        yield "team_staffing", {"staff_group": group, "wte_funded": funded, "wte_in_post": in_post}
    for month in (1, 2, 3):
        last = {"people_treated_quarter": 40} if month == 3 else {}
        yield (
            "home_treatment",
            {"month": str(month), "episodes_started": 15 + team, "caseload_median": 10.0 + 2 * team, **last},
        )
    for outcome, count in (("home_treatment", 30), ("primary_care", 40), ("cmht_or_other_mh", 20), ("not_known", 3)):
        yield "assessment_outcomes", {"outcome_code": outcome, "assessments": count}
    yield "gatekeeping", {"legal_status": "voluntary", "admissions_eligible": 20, "gatekept_face_to_face": 8 + team % 5}
    yield "gatekeeping", {"legal_status": "compulsory", "admissions_eligible": 6, "gatekept_face_to_face": 3}
    for partner in ("cmht", "social_services"):
        yield "whole_system", {"partner_type": partner, "protocol_status": "in_place" if odd else "draft"}
    yield from fidelity(full, odd)
    hours = 168.0 if odd else 60.0 + team
    yield "measure.value", {"measure": "F1.2", "value": hours, "state": "met" if odd else "not met"}
    yield "measure.value", {"measure": "F1.3", "value": 0.0, "state": "not met" if team % 4 == 0 else "met"}
    yield "measure.value", {"measure": "F2.1", "value": 0.9, "state": "not met"}
    yield "measure.value", {"measure": "F3.5", "value": min(0.06 * team, 1.0), "state": "not met"}


def fidelity(full: bool, odd: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, code in enumerate(code.code for code in STANDARD.codelists["requirement"]):
        claimed = "fully" if full or number % 2 else "partly"
        computed = "not assessed" if number == 4 and not odd else "fully" if odd else "partly"
        yield "fidelity_self", {"requirement": code, "status": claimed}
        yield "measure.requirement", {"requirement": code, "computed": computed}
    yield "measure.team", {"computed": "fully_operational" if odd and full else "not_fully_operational"}
