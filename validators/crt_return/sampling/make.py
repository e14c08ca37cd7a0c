"""Makes a folder of synthetic returns, two quarters for each provider, with faults planted where asked.

Faults go into the later quarter of one provider after another, and `faults.csv` beside the returns says where
each one is. It never writes into a folder that holds anything.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from pathlib import Path

from crt_return.sampling.changes import write_changes
from crt_return.sampling.faults import Planted, plant
from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import two_quarters
from crt_return.sampling.writing import files_of, write_folder
from crt_return.standard import Standard, team_id

PERIOD = "2006-07-Q4"
PROVIDERS = tuple(f"RZ{character}" for character in string.ascii_uppercase + string.digits)
FAULTS_FILE = "faults.csv"


def make_samples(
    standard: Standard, providers: int, teams: int, seed: int, out: Path, faults: Sequence[str] = ()
) -> list[Path]:
    """Write the returns and give their folders, in order. A ValueError says what cannot be done."""
    _refuse(standard, providers, out, faults)
    made: list[Path] = []
    planted: list[Planted] = []
    for n, provider in enumerate(PROVIDERS[:providers]):
        before, now = two_quarters(standard, provider, teams, PERIOD, seed)
        made.append(write_folder(files_of(before, standard), out / provider / _period(before)))
        mine = [(fault, i % teams) for i, fault in enumerate(faults) if i % providers == n]
        folder = f"{provider}/{PERIOD}"
        faulty = plant_all(Planted(now), mine, standard, provider).within(folder)
        made.append(write_folder(faulty.files(standard), out / folder))
        planted.append(faulty)
    if faults:
        write_changes([change for one in planted for change in one.changes], out / FAULTS_FILE)
    return made


def plant_all(planted: Planted, faults: Sequence[tuple[str, int]], standard: Standard, provider: str) -> Planted:
    """Plant one fault after another, each given as a rule and the number of a team, counted from 0.

    Faults of cells and files come last: the others reckon with cells that can still be read.
    """
    for rule, team in sorted(faults, key=lambda fault: standard.rules[fault[0]].check is not None):
        planted = planted.and_also(plant(planted.tables, rule, standard, team_id(provider, team + 1)))
    return planted


def _period(tables: Tables) -> str:
    return tables["return_header"][0]["period"]


def _refuse(standard: Standard, providers: int, out: Path, faults: Sequence[str]) -> None:
    if not 1 <= providers <= len(PROVIDERS):
        raise ValueError(f"There are 1 to {len(PROVIDERS)} synthetic providers to be had, not {providers}.")
    for fault in faults:
        standard.rule(fault)
    refuse_filled(out)


def refuse_filled(out: Path) -> None:
    """Raise a ValueError where a folder holds anything."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"{out} is not an empty folder; give a new one.")
