"""How long the thresholds take: 243 teams in one run of the suites, and one ordinary return as a whole process.

    python -m tests.benchmarks.thresholds

Budgets: the thresholds of 243 teams under 5 seconds, the library's own import included; one ordinary return at most
4 seconds with its thresholds and 2 without. Each figure is the best of several runs of whole processes or of the
judge's process, and stands beside the time Python takes to import the library alone. It measures; nothing here fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from crt_return.expectations import Expectations
from crt_return.measured import Measured
from crt_return.scope import Data
from crt_return.standard import Standard, load_standard
from crt_return.thresholds import answers, judge_thresholds, question
from tests.examples import PERIOD, example_return

ROOT = Path(__file__).parents[2]
VALIDATE = ("-m", "crt_return", "validate", "sample_data/valid")
FEW, MANY, RUNS = 3, 243, 5


def measures_of(teams: int, standard: Standard) -> list[Measured]:
    """Every measure of so many teams, with values on both sides of their limits."""
    chance, day = Random(7), standard.quarters[PERIOD].starts
    found = []
    for n in range(teams):
        for measure in standard.measures.values():
            threshold = measure.threshold(day)
            if threshold and measure.of == "team":
                value = threshold.first.number * chance.choice((0.5, 1, 1.5))
                team = f"RZ{n // 90}-T{n % 90:02}"
                found.append(Measured(measure, team[:3], team, threshold, value, None, value, value, "met"))
    return found


def judging(teams: int) -> Callable[[], object]:
    """The thresholds of so many teams, from the start of the library's process to the findings."""
    standard = load_standard()
    measured = measures_of(teams, standard)
    data = Data(standard, *example_return("team_register", {}, standard))

    def judge() -> object:
        asked = question(measured, standard, PERIOD)
        with Expectations() as expectations:
            (missed,) = answers([asked], standard, expectations)
        return judge_thresholds(measured, data, standard, PERIOD, asked, missed)

    return judge


def process(*arguments: str) -> Callable[[], object]:
    """A whole process of this Python, with its modules compiled, as an installed program has them."""
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, *arguments]
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT, env=compiled)


def best(work: Callable[[], object]) -> float:
    """The shortest of several times, in seconds."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> None:
    """Print each time, and how it stands to the library's import."""
    works = {
        "import great_expectations, alone": process("-c", "import great_expectations"),
        f"thresholds of {FEW} teams": judging(FEW),
        f"thresholds of {MANY} teams        (budget 5 s)": judging(MANY),
        "one return, with thresholds    (budget 4 s)": process(*VALIDATE),
        "one return, without thresholds (budget 2 s)": process(*VALIDATE, "--no-thresholds"),
    }
    times = {name: best(work) for name, work in works.items()}
    alone = next(iter(times.values()))
    for name, seconds in times.items():
        print(f"{name:48}{seconds:6.2f} s   {seconds / alone:5.2f} of the import")


if __name__ == "__main__":
    main()
