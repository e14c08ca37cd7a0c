"""`crt-return sample --national`: the totals are those of the survey, and every return in it is accepted."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import pytest
from click.testing import CliRunner

from crt_return.cli import commands
from crt_return.sampling.england import (
    YEAR,
    make_england,
    provider_return,
    returning,
    silent,
    traits_of_teams,
)
from crt_return.sampling.explaining import explained
from crt_return.sampling.reasons import REASONS, ROLES
from crt_return.sampling.scene import Row, Scene, Tables
from crt_return.sampling.team import team_tables
from crt_return.sampling.traits import A_AND_E, CMHT, FULLY, ON_SHIFT, SOCIAL_SERVICES, Traits
from crt_return.sampling.writing import files_of, write_zip
from crt_return.scope import NO_PRIOR
from crt_return.standard import load_standard
from crt_return.tables import Checked, load_pandera
from crt_return.validate import silent as no_progress
from crt_return.validate import validate

STANDARD = load_standard()
LAST = YEAR[-1]
SEEDS = [1, 2, 2006]


@pytest.fixture(scope="module", params=SEEDS)
def every_team(request: pytest.FixtureRequest) -> list[Traits]:
    return list(traits_of_teams(request.param).values())


def test_the_totals_of_the_survey_are_dealt_out_exactly(every_team: list[Traits]) -> None:
    assert len(every_team) == 243
    assert sum(team.says_operational == FULLY for team in every_team) == 97
    assert sum(team.round_the_clock for team in every_team) == 129
    assert sum(not team.says_gatekeeps for team in every_team) == 81
    assert sum(not team.consultant for team in every_team) == 78
    assert sum(not team.approved_social_worker for team in every_team) == 134
    assert sum(team.night == A_AND_E for team in every_team) == 30
    assert sum(bool(team.without_protocol & {CMHT, SOCIAL_SERVICES}) for team in every_team) == 73


def test_few_teams_have_everything_and_most_of_those_say_so(every_team: list[Traits]) -> None:
    complete = [team for team in every_team if team.complete]
    assert (len(complete), sum(team.says_operational == FULLY for team in complete)) == (9, 7)


def test_teams_that_say_they_are_fully_operational_have_more_than_others(every_team: list[Traits]) -> None:
    def share(teams: list[Traits]) -> float:
        return sum(team.round_the_clock for team in teams) / len(teams)

    say = [team for team in every_team if team.says_operational == FULLY]
    assert share(say) > share([team for team in every_team if team not in say]) + 0.1


def test_whoever_is_round_the_clock_says_so_and_some_say_so_who_are_not(every_team: list[Traits]) -> None:
    assert all(team.says_round_the_clock for team in every_team if team.round_the_clock)
    assert sum(team.says_round_the_clock for team in every_team) == 129 + 24


def test_teams_are_of_many_sizes_and_more_of_them_small(every_team: list[Traits]) -> None:
    sizes = [team.caseload for team in every_team]
    assert (min(sizes), max(sizes)) == (5, 48)
    assert median(sizes) < 29


def test_half_the_admissions_are_seen_in_person(every_team: list[Traits]) -> None:
    people = sum(team.caseload for team in every_team)
    assert sum(team.caseload * team.in_person for team in every_team) / people == pytest.approx(0.5, abs=0.01)
    assert all(team.in_person <= team.gatekept <= 1 for team in every_team)


@pytest.mark.parametrize("seed", SEEDS)
def test_three_quarters_of_providers_return_two_thirds_of_teams(seed: int) -> None:
    assert len(returning(seed)) == 27
    assert sorted(silent(seed).values()) == [10] * 4 + [11] * 5
    assert sum(silent(seed).values()) + 10 * 27 == 365


def one_team(period: str, **wanted: object) -> tuple[Traits, dict[str, list[Row]]]:
    """A team of the synthetic England with some traits, and its tables."""
    every = traits_of_teams(1)
    team = next(name for name, one in every.items() if all(getattr(one, k) == v for k, v in wanted.items()))
    scene = Scene(STANDARD, team.partition("-")[0], int(team[-2:]), STANDARD.quarters[period], 1)
    first, last = STANDARD.quarters[YEAR[0]].starts, STANDARD.quarters[LAST].ends
    return every[team], team_tables(scene, every[team], first, last)


def test_a_team_whose_night_is_handed_to_a_and_e_says_so_in_both_tables() -> None:
    _, tables = one_team(LAST, night=A_AND_E)
    covers = {row["cover_model"] for row in tables["team_hours"] if row["start_time"] == "00:00"}
    (liaison,) = [row for row in tables["whole_system"] if row["partner_type"] == "a_and_e_liaison"]
    assert A_AND_E in covers
    assert liaison["hands_over_overnight"] == "true"


def test_a_team_without_a_consultant_has_nobody_in_post_and_perhaps_the_post() -> None:
    _, tables = one_team(LAST, consultant=False)
    (consultant,) = [row for row in tables["team_staffing"] if row["staff_group"] == "consultant_psychiatrist"]
    assert (consultant["wte_in_post"], consultant["headcount"]) == ("0.00", "0")


def test_a_team_round_the_clock_has_its_own_staff_at_every_hour() -> None:
    _, tables = one_team(LAST, night=ON_SHIFT)
    visits = [row["cover_model"] for row in tables["team_hours"] if row["function"] == "home_visit_known"]
    assert {*visits} <= {"crt_on_shift", "crt_on_call"}


def test_a_quarter_opens_with_the_caseload_the_last_closed_with() -> None:
    closing, opening = (one_team(period)[1]["home_treatment"] for period in YEAR[:2])
    assert closing[-1]["caseload_end"] == opening[0]["caseload_start"]


Explained = tuple[Tables, Checked]


@pytest.fixture(scope="module")
def first_return() -> Explained:
    """The first quarter of one provider with its warnings explained, and as checked."""
    load_pandera()
    return explained(provider_return(STANDARD, returning(1)[0], YEAR[0], 1, traits_of_teams(1)), NO_PRIOR, STANDARD, 1)


@pytest.fixture(scope="module")
def second_return(first_return: Explained) -> Explained:
    """The second quarter of the same provider."""
    tables = provider_return(STANDARD, returning(1)[0], YEAR[1], 1, traits_of_teams(1))
    return explained(tables, first_return[1], STANDARD, 1)


@pytest.mark.slow
def test_a_return_is_accepted_with_explanations(
    first_return: Explained, second_return: Explained, tmp_path: Path
) -> None:
    before = write_zip(files_of(first_return[0], STANDARD), tmp_path / "first.zip")
    now = write_zip(files_of(second_return[0], STANDARD), tmp_path / "second.zip")
    for report in (validate(before), validate(now, prior=before)):
        assert report.outcome == "accepted_with_explanations"
        assert report.counts["error"] == 0
        assert all(one.explained for one in report.findings if one.severity == "warning")


@pytest.mark.slow
@pytest.mark.parametrize("quarter", ["first_return", "second_return"])
def test_every_explanation_is_given_by_a_role_for_a_reason(quarter: str, request: pytest.FixtureRequest) -> None:
    reasons = {code.code for code in STANDARD.codelists["explanation_reason"]}
    rows = request.getfixturevalue(quarter)[0]["explanations"]
    assert rows
    for row in rows:
        assert row["reason_code"] in reasons
        assert 20 <= len(row["explanation"]) <= 1000
        assert row["explained_by_role"] in ROLES


def test_texts_are_kept_for_rules_of_the_standard_that_warn() -> None:
    assert {STANDARD.rules[rule].severity for rule in REASONS} == {"warning"}


def test_an_error_is_a_fault_of_the_generator_and_is_not_explained_away() -> None:
    load_pandera()
    tables = provider_return(STANDARD, returning(1)[0], LAST, 1, traits_of_teams(1))
    tables["gatekeeping"][0]["admissions_total"] = "999"
    with pytest.raises(RuntimeError, match="breaks GTK-01"):
        explained(tables, NO_PRIOR, STANDARD, 1)


@pytest.mark.slow
def test_the_same_seed_makes_the_same_return(first_return: Explained) -> None:
    provider, every = returning(1)[0], traits_of_teams(1)
    assert traits_of_teams(2) != every
    again, _ = explained(provider_return(STANDARD, provider, YEAR[0], 1, every), NO_PRIOR, STANDARD, 1)
    assert files_of(again, STANDARD) == files_of(first_return[0], STANDARD)


@pytest.mark.parametrize("option", ["--providers=2", "--teams=1", "--faults=GTK-01"])
def test_what_has_no_place_beside_national_is_refused(option: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(commands, ["sample", "--national", option, "--out", str(tmp_path / "england")])
    assert done.exit_code == 2
    assert f"{option.partition('=')[0]} cannot be given beside --national" in done.output
    assert not (tmp_path / "england").exists()


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ValueError, match="not an empty folder"):
        make_england(1, tmp_path, no_progress)
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]
