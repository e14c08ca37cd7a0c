"""Valid returns: every rule kept, nothing to explain, every requirement met.

Made from a seed and nothing else. The modules beside this one make the tables; this one puts them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crt_return.quarters import Quarter
from crt_return.sampling.assessments import (
    Assessment,
    assessment_outcomes,
    assessments,
    referrals,
    response_times,
)
from crt_return.sampling.development import audit_development, core_items, fidelity_self, whole_system
from crt_return.sampling.episodes import episode_row
from crt_return.sampling.gatekeeping import (
    COMPULSORY,
    VOLUNTARY,
    Admissions,
    admissions,
    gatekeeping,
    gatekeeping_exemption,
)
from crt_return.sampling.history import WARM_UP, Episode, history
from crt_return.sampling.register import open_team, planned_team, return_header
from crt_return.sampling.scene import Row, Scene, Tables, quarter_before
from crt_return.sampling.staffing import team_hours, team_staffing
from crt_return.sampling.visits import home_treatment
from crt_return.standard import Standard

MOST_TEAMS = 98
TEAMS_WITH_A_PLANNED_ONE = 3


@dataclass(frozen=True)
class Activity:
    """What a team did in one quarter, before it is counted."""

    scene: Scene
    episodes: tuple[Episode, ...]
    admissions: tuple[Admissions, Admissions]
    assessments: tuple[Assessment, ...]

    @property
    def started(self) -> list[Episode]:
        """The episodes that started in the quarter."""
        return started_in(self.episodes, self.scene.quarter)


def two_quarters(standard: Standard, provider_code: str, teams: int, period: str, seed: int) -> tuple[Tables, Tables]:
    """The returns of the quarter before `period` and of `period` itself; they agree with each other."""
    before = _quarter(standard, period).previous_period
    if before is None:
        raise ValueError(f"{period} is the first quarter of the standard; there is none before it.")
    return (
        valid_return(standard, provider_code, teams, before, seed),
        valid_return(standard, provider_code, teams, period, seed),
    )


def valid_return(standard: Standard, provider_code: str, teams: int, period: str, seed: int) -> Tables:
    """A whole return of some open teams (and, from three on, a planned one) that no rule finds fault with."""
    if not 1 <= teams <= MOST_TEAMS:
        raise ValueError(f"A synthetic return has 1 to {MOST_TEAMS} teams, not {teams}.")
    quarter = _quarter(standard, period)
    scenes = [Scene(standard, provider_code, number, quarter, seed) for number in range(1, teams + 1)]
    of_teams = [_team_tables(scene) for scene in scenes]
    tables: Tables = {name: [row for tables in of_teams for row in tables.get(name, ())] for name in standard.tables}
    tables["return_header"] = [return_header(standard, provider_code, quarter, teams)]
    if teams >= TEAMS_WITH_A_PLANNED_ONE:
        tables["team_register"].append(planned_team(Scene(standard, provider_code, teams + 1, quarter, seed)))
    return tables


def _quarter(standard: Standard, period: str) -> Quarter:
    if period not in standard.quarters:
        first, *_, last = standard.quarters
        raise ValueError(f"'{period}' is not a quarter of the standard; it has {first} to {last}.")
    return standard.quarters[period]


def _team_tables(scene: Scene) -> dict[str, list[Row]]:
    now = activity(scene)
    return {
        "team_register": [open_team(scene)],
        "team_staffing": team_staffing(scene),
        "team_hours": team_hours(scene),
        **counted(now),
        "whole_system": whole_system(scene),
        "audit_development": audit_development(scene),
        "fidelity_self": fidelity_self(scene),
        "core_items": core_items(scene),
        "episodes": _episodes(now),
    }


def counted(now: Activity) -> dict[str, list[Row]]:
    """The tables that count what a team did; they agree because they count the same."""
    scene = now.scene
    return {
        "gatekeeping": gatekeeping(scene, now.admissions),
        "gatekeeping_exemption": gatekeeping_exemption(scene, now.admissions),
        "referrals": referrals(scene, now.assessments, now.started),
        "response_times": response_times(scene, now.assessments),
        "assessment_outcomes": assessment_outcomes(scene, now.assessments),
        "home_treatment": home_treatment(scene, now.episodes),
    }


def activity(scene: Scene, until: Quarter | None = None) -> Activity:
    """The episodes, admissions and assessments of a team's quarter, from its history up to a quarter's end."""
    first = min(quarter.starts for quarter in scene.standard.quarters.values()) - WARM_UP
    known = history(scene.seed, scene.team_id, first, (until or scene.quarter).ends)
    episodes = tuple(one for one in known if one.touches(scene.quarter.starts, scene.quarter.ends))
    both = (admissions(scene, VOLUNTARY), admissions(scene, COMPULSORY))
    assessed = assessments(scene, started_in(episodes, scene.quarter), both[0].in_person, both[1].in_person)
    return Activity(scene, episodes, both, assessed)


def started_in(episodes: Sequence[Episode], quarter: Quarter) -> list[Episode]:
    """The episodes that started in a quarter."""
    return [episode for episode in episodes if quarter.starts <= episode.starts <= quarter.ends]


def _episodes(now: Activity) -> list[Row]:
    """A row for each episode open in the quarter; those carried over were assessed the quarter before."""
    scene = now.scene
    earlier = replace(scene, quarter=quarter_before(scene.standard, scene.quarter))
    before = activity(earlier, until=scene.quarter)
    by_episode = {one.episode: one for one in (*before.assessments, *now.assessments)}
    return [episode_row(scene, episode, by_episode.get(episode.number)) for episode in now.episodes]
