"""How long the Department's command takes over an inbox of 243 returns, and whether twice as many take twice as long.

    python -m tests.benchmarks.acceptance [--returns 243] [--inbox FOLDER]

Budgets: 243 returns of three teams in 60 seconds on two cores, twice as many in at most 2.2 times as long, and the
peak memory of all its processes together no more than a tenth higher. There are 36 synthetic providers, so the returns
are of several quarters, each the next one's previous return. The command is run whole, in a process of its own; to
make the inbox takes longer, and is not counted. With `--inbox` the inboxes are kept in that folder, and used again.
It measures; nothing here fails.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path

from crt_return.sampling.valid import valid_return
from crt_return.sampling.writing import files_of, write_zip
from crt_return.standard import load_standard

FIRST_PERIOD, TEAMS, EVERY_SECONDS = "2006-07-Q1", 3, 0.2
PROVIDERS = [f"RZ{last}" for last in string.ascii_uppercase + string.digits]
BUDGETS = {"seconds": 60.0, "seconds of twice as many": 2.2, "memory of twice as many": 1.1}


@dataclass(frozen=True)
class Taken:
    """What one run of the command took: seconds by the clock, seconds of all processors, and megabytes at its peak."""

    returns: int
    seconds: float
    processor: float
    memory: float


def make_inbox(folder: Path, returns: int) -> Path:
    """An inbox of so many returns, quarter by quarter, with the list of expected providers beside it."""
    inbox = folder / f"{returns}" / "inbox"
    if not inbox.is_dir():
        periods = list(load_standard().quarters)
        wanted = list(islice(product(periods[periods.index(FIRST_PERIOD) :], PROVIDERS), returns))
        making = inbox.with_name("making")
        making.mkdir(parents=True, exist_ok=True)
        with ProcessPoolExecutor(2) as pool:
            list(pool.map(make_return, [making] * returns, wanted, chunksize=8))
        lines = ["provider_code,period,teams_expected", *(f"{code},{period},{TEAMS}" for period, code in wanted)]
        (inbox.parent / "expected_providers.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        making.rename(inbox)
    return inbox


def make_return(folder: Path, of: tuple[str, str]) -> None:
    """One valid return as a zip."""
    (period, provider), standard = of, load_standard()
    tables = valid_return(standard, provider, TEAMS, period, 1)
    write_zip(files_of(tables, standard), folder / f"{provider}-{period}.zip")


def accepted(inbox: Path, folder: Path, returns: int) -> Taken:
    """One run of the command over an inbox, from nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    places = ("--register", f"sqlite:///{folder / 'register.db'}", "--store", str(folder / "store"))
    started, before = time.perf_counter(), processor_seconds()
    command = subprocess.Popen(
        [sys.executable, "-m", "crt_return", "accept", str(inbox), *places], stdout=subprocess.DEVNULL
    )
    peak = 0.0
    while command.poll() is None:
        peak = max(peak, memory_of(command.pid))
        time.sleep(EVERY_SECONDS)
    if command.returncode:
        raise SystemExit("the command has failed")
    return Taken(returns, time.perf_counter() - started, processor_seconds() - before, peak)


def processor_seconds() -> float:
    """What the ended children of this process, and theirs, have used of the processors."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory_of(process: int) -> float:
    """The megabytes that a process and all it started hold now; what they share is counted once for each."""
    parents = {int(one.name): fields_of(one) for one in Path("/proc").iterdir() if one.name.isdigit()}
    tree, pages = {process}, 0
    for _ in parents:
        found = {pid for pid, (parent, _) in parents.items() if parent in tree} | tree
        if found == tree:
            break
        tree = found
    pages = sum(parents[pid][1] for pid in tree if pid in parents)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def fields_of(process: Path) -> tuple[int, int]:
    """The parent of a process and its resident pages; nothing where it has just ended."""
    try:
        parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        return int(parent), int((process / "statm").read_text().split()[1])
    except OSError:
        return 0, 0


def shown(taken: Sequence[Taken]) -> list[str]:
    """What was taken, a line a run and a line a budget."""
    once, twice = taken
    runs = [
        f"{one.returns} returns: {one.seconds:6.1f} s, {one.returns / one.seconds:5.1f} returns a second, "
        f"{one.processor / one.returns:5.2f} s of a processor each, {one.memory:,.0f} MB at the peak"
        for one in taken
    ]
    found = {
        "seconds": once.seconds,
        "seconds of twice as many": twice.seconds / once.seconds,
        "memory of twice as many": twice.memory / once.memory,
    }
    return runs + [f"{name:26}{found[name]:8.2f}   (budget {budget})" for name, budget in BUDGETS.items()]


def main() -> None:
    """Make the inboxes, run the command over each, and print what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--returns", type=int, default=243)
    parser.add_argument("--inbox", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        kept, began = given.inbox or Path(temporary), time.perf_counter()
        inboxes = {returns: make_inbox(kept, returns) for returns in (given.returns, 2 * given.returns)}
        print(f"the inboxes were made in {time.perf_counter() - began:.0f} s, which does not count", flush=True)
        taken = [accepted(inbox, Path(temporary) / f"of {returns}", returns) for returns, inbox in inboxes.items()]
    print("\n".join(shown(taken)))


if __name__ == "__main__":
    main()
