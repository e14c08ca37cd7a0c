"""What follows from the measures: states keep their order, teams do not touch each other, claims are compared."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crt_return.fidelity import Claims, Status, agreement, operational_status, requirement_status, team_fidelity
from crt_return.measure import Measure
from crt_return.measured import Measured, State
from crt_return.sampling.valid import valid_return
from crt_return.sampling.writing import files_of, write_folder
from crt_return.standard import COMPLETENESS, load_standard
from crt_return.validate import run
from tests.examples import PERIOD, measured_examples

STANDARD = load_standard()
ORDER: tuple[State, ...] = ("not met", "met", "strong")
OF_TEAMS = [pytest.param(one, id=one.id) for one in STANDARD.measures.values() if one.of == "team"]

# Cells of which more is better: with the best value, or None for a number to be raised, and a code that the row has
# where not every row counts.
FAVOURABLE: Mapping[str, list[tuple[str, str, Any, str | None]]] = {
    "F1.1": [("team_staffing", "wte_in_post", None, None)],
    "F1.2": [("team_hours", "end_time", "24:00", None), ("team_hours", "cover_model", "crt_on_shift", None)],
    "F1.3": [("team_hours", "cover_model", "crt_on_call", None)],
    "F1.4": [("team_hours", "end_time", "24:00", None)],
    "F1.5": [("team_staffing", "wte_in_post", None, None)],
    "F1.6": [("team_hours", "min_staff", None, None)],
    "F1.7": [("team_staffing", "wte_in_post", None, None), ("team_staffing", "dedicated_time", True, None)],
    "F1.8": [("team_staffing", "wte_in_post", None, None)],
    "F1.9": [("team_staffing", "wte_in_post", None, None)],
    "F2.1": [("gatekeeping", "gatekept_total", None, None)],
    "F2.2": [("gatekeeping", "gatekept_face_to_face", None, None)],
    "F2.3": [("gatekeeping", "gatekept_face_to_face", None, None)],
    "F2.4": [("gatekeeping", "mha_notified", None, None)],
    "F2.5": [("audit_development", "last_completed_on", "2007-03-31", None)],
    "F3.1": [("team_register", name, True, None) for name in ("accepts_gp", "accepts_self_known", "accepts_self_new")],
    "F3.2": [("response_times", "within_4h", None, None)],
    "F3.3": [("response_times", "within_4h", None, None), ("response_times", "over_4h_to_24h", None, None)],
    "F3.4": [("response_times", "referrer_reply_30m", None, None)],
    "F3.5": [("assessment_outcomes", "assessments", None, "home_treatment")],
    "F3.6": [("team_register", "paperwork_precondition", False, None)],
    "F3.7": [("team_register", "age_min", 0, None), ("team_register", "age_max", 120, None)],
    "F4.1": [("whole_system", "protocol_status", "in_place", None)],
    "F4.2": [("whole_system", "review_due", "2008-03-31", None)],
    "F4.3": [("whole_system", "protocol_status", "in_place", None), ("team_staffing", "wte_in_post", None, None)],
    "F4.4": [("home_treatment", "ended_over_42_days", 0, None)],
    "F4.5": [("home_treatment", "started_early_discharge", None, None)],
    "F4.6": [("home_treatment", "contacts_face_to_face", None, None)],
    "F5.1": [("audit_development", "last_completed_on", "2007-03-31", None)],
    "F5.2": [("audit_development", "last_completed_on", "2007-03-31", None)],
    "F5.3": [("audit_development", "coverage_pct", 100, None)],
    "F5.4": [("audit_development", "actions_overdue", 0, None)],
    "F5.5": [("audit_development", "last_completed_on", "2007-03-31", None)],
}


@dataclass(frozen=True)
class Raised:
    """An example with one cell made better, and the state it had before."""

    state: State
    tables: Mapping[str, Any]


RAISABLE = [
    pytest.param(STANDARD.measures[name], *cell, id=f"{name}-{cell[1]}")
    for name, cells in FAVOURABLE.items()
    for cell in cells
]


def test_every_measure_of_fidelity_has_an_input_to_raise() -> None:
    assert set(FAVOURABLE) == {one.id for one in STANDARD.measures.values() if one.requirement != COMPLETENESS}


def raised(measure: Measure, table: str, field: str, best: Any, code: str | None) -> Iterator[Raised]:
    """The judged examples of a measure, each with such a cell set to its best value, or raised by several amounts."""
    chance = Random(f"{measure.id} {field}")
    for example in measure.examples:
        rows = example["tables"].get(table, ()) if example["state"] in ORDER else ()
        for n, row in enumerate(rows):
            if row.get(field) is not None and (code is None or code in row.values()):
                for more in (0, 1, chance.randint(2, 29), 30) if best is None else (0,):
                    tables = copy.deepcopy(dict(example["tables"]))
                    tables[table][n][field] = row[field] + more if best is None else best
                    yield Raised(example["state"], tables)


@pytest.mark.parametrize(("measure", "table", "field", "best", "code"), RAISABLE)
def test_raising_a_favourable_input_never_lowers_a_state(
    measure: Measure, table: str, field: str, best: Any, code: str | None
) -> None:
    cases = list(raised(measure, table, field, best, code))
    results = measured_examples(measure, [case.tables for case in cases], STANDARD)
    assert cases
    for case, (after,) in zip(cases, results, strict=True):
        # a shortfall known from one input alone may turn open when that input is good
        if after.state != "not evaluated":
            assert ORDER.index(after.state) >= ORDER.index(case.state), (case.tables[table], after.value)


@pytest.mark.parametrize("measure", OF_TEAMS)
def test_adding_a_team_never_changes_another_team(measure: Measure) -> None:
    given = [example["tables"] for example in measure.examples]
    first = [as_team(tables, "RZA-T01") for tables in given]
    second = [as_team(tables, "RZA-T02") for tables in given]
    pairs = [(n, (n + step) % len(given)) for step in (0, 1, 2) for n in range(len(given))]
    both = [joined(first[n], second[m]) for n, m in pairs]
    results = measured_examples(measure, [*first, *second, *both], STANDARD)
    alone_first, alone_second, together = (
        results[: len(given)],
        results[len(given) : 2 * len(given)],
        results[2 * len(given) :],
    )
    for (n, m), found in zip(pairs, together, strict=True):
        assert found == [*alone_first[n], *alone_second[m]], (n, m)


def joined(*teams: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """The tables of several teams as one return."""
    names = dict.fromkeys(name for tables in teams for name in tables)
    return {name: [row for tables in teams for row in tables.get(name, ())] for name in names}


def as_team(tables: Mapping[str, Any], team: str) -> dict[str, list[Any]]:
    """The tables of an example as another team's, with its register entry."""
    own = {"team_register": [{}], **tables}
    return {name: [{**row, "team_id": team} for row in rows] for name, rows in own.items()}


@given(st.lists(st.sampled_from([*ORDER, "not assessed", "not applicable", "not evaluated"]), max_size=6), st.data())
def test_a_better_measure_never_lowers_a_requirement(states: list[State], data: st.DataObject) -> None:
    rank: tuple[Status, ...] = ("not", "partly", "fully")
    before = requirement_status(states)
    if "not met" in states:
        better = list(states)
        better[states.index("not met")] = data.draw(st.sampled_from(["met", "strong"]))
        after = requirement_status(better)
        assert (before == "not assessed") == (after == "not assessed")
        assert before == "not assessed" or rank.index(after) >= rank.index(before)


@pytest.mark.parametrize(
    ("core", "status"),
    [
        (["met", "strong"], "fully"),
        (["met", "not met"], "partly"),
        (["met", "not met", "not met"], "not"),
        (["met", "not applicable"], "fully"),
        (["met", "not assessed"], "not assessed"),
        (["not met", "not evaluated"], "not assessed"),
        (["not applicable"], "not assessed"),
        ([], "not assessed"),
    ],
)
def test_the_status_of_a_requirement(core: list[State], status: Status) -> None:
    assert requirement_status(core) == status


def test_fully_operational_is_all_five_fully_in_place() -> None:
    four: list[Status] = ["fully"] * 4
    assert operational_status([*four, "fully"], [*four, "fully"]) == "fully_operational"
    assert operational_status([*four, "partly"], [*four, "partly"]) == "not_fully_operational"
    not_known: list[Status] = [*four, "not assessed"]
    assert operational_status([*four, "fully"], not_known) == "not assessed"
    assert operational_status([*four, "partly"], not_known) == "not_fully_operational"
    assert operational_status(not_known, not_known) == "not assessed"


@pytest.mark.parametrize(
    ("claimed", "at_worst", "at_best", "said"),
    [
        ("fully", "partly", "partly", "claims too much"),
        ("partly", "not", "not", "claims too much"),
        ("not", "partly", "partly", "claims too little"),
        ("partly", "fully", "fully", "claims too little"),
        ("partly", "partly", "partly", "agrees"),
        ("fully", "not", "partly", "claims too much"),
        ("not", "partly", "fully", "claims too little"),
        ("partly", "not", "fully", "not assessed"),
        ("partly", "not", "partly", "not assessed"),
        ("fully", "not assessed", "not assessed", "not assessed"),
        (None, "fully", "fully", "not assessed"),
    ],
)
def test_a_claim_beside_the_evidence(claimed: str | None, at_worst: Status, at_best: Status, said: str) -> None:
    assert agreement(claimed, at_worst, at_best) == said


def of_team(states: Mapping[str, State]) -> list[Measured]:
    """Every measure of a team in a given state: met unless said otherwise."""
    day = STANDARD.quarters[PERIOD].starts
    plain = [Measured(one, "RZA", "RZA-T01", one.threshold(day), state="met") for one in STANDARD.measures.values()]
    return [replace(one, state=states.get(one.measure.id, "met")) for one in plain if one.measure.of == "team"]


def test_what_small_numbers_could_make_of_a_requirement_is_said() -> None:
    claims = Claims({"gatekeeping": "fully"}, {})
    team = team_fidelity(of_team({"F2.2": "not assessed", "F2.3": "not met"}), claims, STANDARD)
    (one,) = (one for one in team.requirements if one.requirement == "gatekeeping")
    assert (one.computed, one.at_worst, one.at_best) == ("not assessed", "not", "partly")
    assert (one.agreement, one.not_met) == ("claims too much", STANDARD.measures["F2.3"].title)
    assert one.because == "F2.2 is not assessed: None"
    assert (team.computed, team.not_met, team.because) == ("not_fully_operational", "Gatekeeping role", None)


def test_what_a_broken_rule_leaves_open_is_open_at_worst(tmp_path: Path) -> None:
    """A rota with nobody on it is a slip of one field or the other: its hours may be none, whatever the row says."""
    tables = valid_return(STANDARD, "RZA", 1, PERIOD, 1)
    rows = [dict(row) for row in tables["team_hours"]]
    visits = [row for row in rows if (row["function"], row["day_type"]) == ("home_visit_known", "saturday")]
    visits[0]["min_staff"] = "0"
    made = run(write_folder(files_of({**tables, "team_hours": rows}, STANDARD), tmp_path / "return"))
    (hours,) = (one for one in made.measured if one.measure.id == "F1.2")
    assert (hours.state, hours.because) == ("not evaluated", "HRS-09 failed")
    assert hours.bounds is not None
    assert (hours.bounds.worst, hours.bounds.best) == (0, 168)


def test_yes_and_no_claims_stand_beside_their_measures() -> None:
    claims = Claims(
        {}, {"offers_24_7_self": True, "gatekeeps_self": False, "operational_status_self": "fully_operational"}
    )
    team = team_fidelity(of_team({"F1.2": "not met"}), claims, STANDARD)
    assert {one.field: one.agreement for one in team.claims} == {
        "operational_status_self": "claims too much",
        "offers_24_7_self": "claims too much",
        "gatekeeps_self": "claims too little",
    }
