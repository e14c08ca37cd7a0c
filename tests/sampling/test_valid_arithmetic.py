"""A valid return adds up, whatever the seed: checked by hand here, without the validator."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import two_quarters, valid_return
from crt_return.standard import load_standard
from tests.sampling.arithmetic import number, of_team, real_total, total

STANDARD = load_standard()
PERIOD = "2006-07-Q4"
TEAM = "RZA-T01"
SEEDS = st.sampled_from(Random(1).sample(range(10_001), 20))
LIGHT = settings(max_examples=20, deadline=None)


@cache
def one_team(seed: int) -> Tables:
    return valid_return(STANDARD, "RZA", 1, PERIOD, seed)


def test_the_same_seed_gives_the_same_return() -> None:
    assert one_team(7) == one_team(7)


def test_another_seed_gives_another_return() -> None:
    assert one_team(7) != one_team(8)


def test_teams_of_one_return_differ() -> None:
    tables = valid_return(STANDARD, "RZA", 2, PERIOD, 1)
    first, second = (
        [number(row, "episodes_started") for row in of_team(tables, "home_treatment", team)]
        for team in ("RZA-T01", "RZA-T02")
    )
    assert first != second


def test_rows_have_the_fields_of_their_table_in_order() -> None:
    for name, rows in one_team(1).items():
        assert all(tuple(row) == STANDARD.tables[name].names for row in rows)


def test_every_table_is_there_and_explanations_have_no_rows() -> None:
    tables = one_team(1)
    assert set(tables) == set(STANDARD.tables)
    assert [name for name, rows in tables.items() if not rows] == ["explanations"]


def test_three_teams_bring_a_planned_one_that_has_only_a_register_row() -> None:
    tables = valid_return(STANDARD, "RZA", 3, PERIOD, 1)
    planned = [row for row in tables["team_register"] if row["team_status"] == "planned"]
    assert [row["team_id"] for row in planned] == ["RZA-T04"]
    assert planned[0]["operational_since"] == ""
    assert tables["return_header"][0]["teams_expected"] == "3"
    others = (rows for name, rows in tables.items() if name != "team_register")
    assert not [row for rows in others for row in rows if row.get("team_id") == "RZA-T04"]


def test_two_teams_bring_no_planned_one() -> None:
    tables = valid_return(STANDARD, "RZA", 2, PERIOD, 1)
    assert {row["team_status"] for row in tables["team_register"]} == {"open"}


@given(SEEDS)
@LIGHT
def test_admissions_add_up_and_most_are_gatekept_in_person(seed: int) -> None:
    for row in one_team(seed)["gatekeeping"]:
        eligible = number(row, "admissions_eligible")
        gatekept, in_person = number(row, "gatekept_total"), number(row, "gatekept_face_to_face")
        assert number(row, "admissions_total") == number(row, "admissions_exempt") + eligible
        assert eligible == gatekept + number(row, "not_gatekept")
        assert gatekept == in_person + number(row, "gatekept_not_face_to_face")
        assert gatekept >= 0.95 * eligible
        assert in_person >= (0.98 if row["legal_status"] == "voluntary" else 0.9) * eligible
        assert number(row, "gatekept_out_of_hours") < gatekept
        assert number(row, "mha_attended") <= number(row, "mha_notified") == number(row, "mha_assessments")


@given(SEEDS)
@LIGHT
def test_exempt_admissions_are_the_sum_of_their_reasons(seed: int) -> None:
    tables = one_team(seed)
    for row in tables["gatekeeping"]:
        reasons = [r for r in tables["gatekeeping_exemption"] if r["legal_status"] == row["legal_status"]]
        assert total(reasons, "admissions") == number(row, "admissions_exempt")
        assert 5 * number(row, "admissions_exempt") < number(row, "admissions_total")


@given(SEEDS)
@LIGHT
def test_assessments_are_the_same_number_by_source_priority_and_outcome(seed: int) -> None:
    tables = one_team(seed)
    assessed = total(tables["referrals"], "assessed")
    assert total(tables["response_times"], "assessed") == assessed
    assert total(tables["assessment_outcomes"], "assessments") == assessed


@given(SEEDS)
@LIGHT
def test_over_four_in_ten_assessments_lead_to_home_treatment(seed: int) -> None:
    tables = one_team(seed)
    outcomes = {row["outcome_code"]: number(row, "assessments") for row in tables["assessment_outcomes"]}
    assert outcomes["home_treatment"] > 0.4 * sum(outcomes.values())
    assert outcomes["home_treatment"] == total(tables["home_treatment"], "started_from_assessment")


@given(SEEDS)
@LIGHT
def test_referrals_are_accepted_or_not_and_assessed_only_if_accepted(seed: int) -> None:
    for row in one_team(seed)["referrals"]:
        accepted = number(row, "accepted_for_assessment")
        assert number(row, "received") == accepted + number(row, "not_accepted")
        assert number(row, "assessed") <= accepted


@given(SEEDS)
@LIGHT
def test_emergencies_are_seen_within_four_hours_and_the_urgent_within_a_day(seed: int) -> None:
    for row in one_team(seed)["response_times"]:
        assessed, soon = number(row, "assessed"), number(row, "within_4h")
        within_a_day = soon + number(row, "over_4h_to_24h")
        assert within_a_day + number(row, "over_24h") + number(row, "time_unknown") == assessed
        assert row["priority_code"] not in ("1", "4") or soon >= 0.9 * assessed
        assert row["priority_code"] != "2" or within_a_day >= 0.95 * assessed
        assert number(row, "referrer_reply_30m") >= 0.9 * assessed


@given(SEEDS)
@LIGHT
def test_caseloads_run_on_from_month_to_month_and_stay_between_twenty_and_thirty(seed: int) -> None:
    months = one_team(seed)["home_treatment"]
    for row in months:
        start, end = number(row, "caseload_start"), number(row, "caseload_end")
        started, ended = number(row, "episodes_started"), number(row, "episodes_ended")
        assert start + started - ended == end
        assert 20 <= float(row["caseload_median"]) <= number(row, "caseload_max") <= 30
    assert [row["caseload_start"] for row in months[1:]] == [row["caseload_end"] for row in months[:2]]


@given(SEEDS)
@LIGHT
def test_starts_have_one_route_and_a_fifth_come_early_from_a_ward(seed: int) -> None:
    months = one_team(seed)["home_treatment"]
    routes = ("started_from_assessment", "started_early_discharge", "started_other")
    started = total(months, "episodes_started")
    assert sum(total(months, route) for route in routes) == started
    assert total(months, "started_early_discharge") >= 0.2 * started
    assert total(months, "ended_over_42_days") <= 0.1 * total(months, "episodes_ended")


@given(SEEDS)
@LIGHT
def test_people_are_counted_once_and_differ_from_episodes(seed: int) -> None:
    months = one_team(seed)["home_treatment"]
    people = number(months[2], "people_treated_quarter")
    started = total(months, "episodes_started")
    assert [row["people_treated_quarter"] for row in months[:2]] == ["", ""]
    assert started < people <= number(months[0], "caseload_start") + started
    assert people < total(months, "people_treated")


@given(SEEDS)
@LIGHT
def test_people_are_seen_at_least_five_times_a_week(seed: int) -> None:
    for row in one_team(seed)["home_treatment"]:
        face_to_face = number(row, "contacts_face_to_face")
        assert number(row, "contacts_at_home") <= face_to_face <= number(row, "contacts_total")
        assert face_to_face >= 5 * float(row["caseload_median"]) * 31 / 7


@given(SEEDS)
@LIGHT
def test_staff_are_enough_for_the_caseload_and_of_every_discipline(seed: int) -> None:
    tables = one_team(seed)
    clinical = [row for row in tables["team_staffing"] if row["staff_group"] != "administrator"]
    in_post = real_total(clinical, "wte_in_post")
    highest = max(float(row["caseload_median"]) for row in tables["home_treatment"])
    listed = {code.code: code.flags for code in STANDARD.codelists["staff_group"]}
    present = {listed[row["staff_group"]]["core_discipline"] for row in clinical if float(row["wte_in_post"])}
    assert 14 * highest / in_post <= 25
    assert in_post > 0.8 * (in_post + real_total(clinical, "wte_temporary"))
    assert in_post >= 0.9 * real_total(clinical, "wte_funded")
    assert present >= {flags["core_discipline"] for flags in listed.values()} - {""}


@given(SEEDS)
@LIGHT
def test_episodes_are_those_the_monthly_figures_count(seed: int) -> None:
    tables = one_team(seed)
    for row in tables["home_treatment"]:
        started = [e for e in tables["episodes"] if e["ht_start"].startswith(row["month"])]
        ended = [e for e in tables["episodes"] if e["ht_end"].startswith(row["month"])]
        assert len(started) == number(row, "episodes_started")
        assert len(ended) == number(row, "episodes_ended")


@given(SEEDS)
@LIGHT
def test_an_episode_runs_in_order_and_overlaps_no_other_of_the_same_person(seed: int) -> None:
    latest: dict[str, str] = {}
    for row in sorted(one_team(seed)["episodes"], key=lambda row: row["ht_start"]):
        assert row["referral_received"] <= row["first_f2f"]
        assert row["first_f2f"][:10] <= row["ht_start"] <= (row["ht_end"] or "2007-03-31")
        assert latest.get(row["person_pseudonym"], "") < row["ht_start"]
        assert int(row["contacts_f2f"]) >= max(1, int(row["contacts_home"]))
        latest[row["person_pseudonym"]] = row["ht_end"] or "open"


@given(SEEDS)
@LIGHT
def test_referral_times_are_seldom_on_the_hour_and_never_at_midnight_or_in_a_lost_hour(seed: int) -> None:
    times = [row["referral_received"][11:] for row in one_team(seed)["episodes"]]
    assert sum(time.endswith(":00") for time in times) < 0.2 * len(times)
    assert not [time for time in times if time == "00:00" or time.startswith("01:")]


@given(SEEDS, st.sampled_from(["2005-06-Q2", "2006-07-Q1", "2006-07-Q4", "2010-11-Q3"]))
@settings(max_examples=8, deadline=None)
def test_two_quarters_in_a_row_agree(seed: int, period: str) -> None:
    before, now = two_quarters(STANDARD, "RZB", 1, period, seed)
    assert now["home_treatment"][0]["caseload_start"] == before["home_treatment"][2]["caseload_end"]
    started = [total(tables["home_treatment"], "episodes_started") for tables in (before, now)]
    assert abs(started[1] - started[0]) <= 0.3 * started[0]
    admissions = [total(tables["gatekeeping"], "admissions_total") for tables in (before, now)]
    assert abs(admissions[1] - admissions[0]) <= 0.3 * admissions[0]


def test_an_episode_open_at_the_end_of_a_quarter_is_in_the_next_unchanged() -> None:
    before, now = two_quarters(STANDARD, "RZA", 1, PERIOD, 3)
    still_open = {row["episode_id"]: row for row in before["episodes"] if not row["ht_end"]}
    carried_over = {row["episode_id"]: row for row in now["episodes"] if row["ht_start"] < "2007-01-01"}
    assert set(still_open) == set(carried_over)
    lasting = ("person_pseudonym", "referral_received", "first_f2f", "priority_code", "age_at_referral")
    assert all(carried_over[e][name] == still_open[e][name] for e in still_open for name in lasting)


@pytest.mark.parametrize(
    ("teams", "period", "said"),
    [(0, PERIOD, "1 to 98 teams, not 0"), (99, PERIOD, "not 99"), (1, "2006-07-Q5", "not a quarter")],
)
def test_what_cannot_be_made_is_refused_in_a_sentence(teams: int, period: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        valid_return(STANDARD, "RZA", teams, period, 1)


def test_the_first_quarter_of_the_standard_has_none_before_it() -> None:
    first = next(iter(STANDARD.quarters))
    assert valid_return(STANDARD, "RZA", 1, first, 1)["home_treatment"]
    with pytest.raises(ValueError, match="none before it"):
        two_quarters(STANDARD, "RZA", 1, first, 1)
