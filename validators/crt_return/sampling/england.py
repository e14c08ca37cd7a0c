"""A synthetic England: a year of returns in which a national report reads what the survey of 2006 found.

An inbox with a return for each quarter of each provider that sends any, and a list of those expected. Every return is
an ordinary one that has been through the validator's one path, with its warnings explained. Nothing in it is of a
real trust.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import as_completed
from pathlib import Path

from crt_return.processes import cores, processes
from crt_return.sampling.chance import chance
from crt_return.sampling.dealing import england_traits
from crt_return.sampling.explaining import explained
from crt_return.sampling.make import PROVIDERS, refuse_filled
from crt_return.sampling.register import return_header
from crt_return.sampling.scene import Scene, Tables
from crt_return.sampling.team import team_tables
from crt_return.sampling.traits import Traits
from crt_return.sampling.writing import csv_text, files_of, write_zip
from crt_return.scope import NO_PRIOR
from crt_return.standard import Standard, load_standard, team_id
from crt_return.tables import Checked, load_pandera

YEAR = ("2006-07-Q1", "2006-07-Q2", "2006-07-Q3", "2006-07-Q4")
INBOX, EXPECTED = "inbox", "expected_providers.csv"
TEAMS, TEAMS_RETURNED = 10, 9
TEAMS_OF_SILENT = (11, 11, 11, 11, 11, 10, 10, 10, 10)


def make_england(seed: int, out: Path, progress: Callable[[str], None]) -> list[Path]:
    """Write the inbox and the list of expected providers. A ValueError says why it cannot be done."""
    refuse_filled(out)
    inbox = out / INBOX
    inbox.mkdir(parents=True, exist_ok=True)
    (out / EXPECTED).write_text(_expected(seed), encoding="utf-8", newline="")
    providers = returning(seed)
    with processes(cores(), load_pandera) as pool:
        years = [pool.submit(write_year, provider, seed, inbox) for provider in providers]
        for number, year in enumerate(as_completed(years), start=1):
            year.result()
            progress(f"Made {number} of {len(providers)} providers")
    return [inbox, out / EXPECTED]


def silent(seed: int) -> dict[str, int]:
    """The providers that send nothing, with the teams expected of each."""
    chosen = sorted(chance(seed, "silent").sample(PROVIDERS, len(TEAMS_OF_SILENT)))
    return dict(zip(chosen, TEAMS_OF_SILENT, strict=True))


def returning(seed: int) -> list[str]:
    """The providers that send a return in every quarter."""
    return [provider for provider in PROVIDERS if provider not in silent(seed)]


def teams_of(provider: str) -> list[str]:
    """The teams that a provider returns."""
    return [team_id(provider, number) for number in range(1, TEAMS_RETURNED + 1)]


def traits_of_teams(seed: int) -> dict[str, Traits]:
    """The traits of every team that is returned."""
    return england_traits([team for provider in returning(seed) for team in teams_of(provider)], seed)


def _expected(seed: int) -> str:
    number = dict.fromkeys(PROVIDERS, TEAMS) | silent(seed)
    rows = [
        {"provider_code": provider, "period": period, "teams_expected": str(teams)}
        for period in YEAR
        for provider, teams in number.items()
    ]
    return csv_text(("provider_code", "period", "teams_expected"), rows)


def write_year(provider: str, seed: int, inbox: Path) -> list[Path]:
    """Write a provider's four returns; each is compared with the one before."""
    standard, traits = load_standard(), traits_of_teams(seed)
    before: Checked | str = NO_PRIOR
    written = []
    for period in YEAR:
        tables = provider_return(standard, provider, period, seed, traits)
        tables, before = explained(tables, before, standard, seed)
        written.append(write_zip(files_of(tables, standard), inbox / f"{provider}-{period}.zip"))
    return written


def provider_return(standard: Standard, provider: str, period: str, seed: int, traits: dict[str, Traits]) -> Tables:
    """The tables of one return, its warnings not yet explained."""
    quarter = standard.quarters[period]
    first, last = standard.quarters[YEAR[0]].starts, standard.quarters[YEAR[-1]].ends
    scenes = [Scene(standard, provider, number, quarter, seed) for number in range(1, TEAMS_RETURNED + 1)]
    of_teams = [team_tables(scene, traits[scene.team_id], first, last) for scene in scenes]
    tables: Tables = {name: [row for own in of_teams for row in own.get(name, ())] for name in standard.tables}
    return {**tables, "return_header": [return_header(standard, provider, quarter, TEAMS)]}
