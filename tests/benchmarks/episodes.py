"""How long a million episodes take, beside Polars reading the same file as text and Frictionless validating it.

    python -m tests.benchmarks.episodes [--rows 1000000] [--frictionless-rows 100000]

Each task runs in a process of its own, after its imports, three times (Frictionless once); the best time counts, and
the process's peak memory. Frictionless may be given fewer rows, its time then being scaled to the whole, and the
printed line says so. It measures; nothing here fails.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from crt_return.publishing.descriptor import table_schema
from crt_return.sampling.valid import valid_return
from crt_return.sampling.writing import files_of
from crt_return.standard import load_standard

PERIOD, TEAMS = "2006-07-Q4", 3
BUDGETS = {"clean to polars": 4.0, "frictionless to clean": 40.0, "wrong to clean": 3.0, "memory wrong to clean": 1.5}


def make_return(folder: Path, rows: int) -> Path:
    """A valid return whose episodes file has so many rows: its own, and ones that ended before the quarter."""
    standard = load_standard()
    folder.mkdir()
    for name, content in files_of(valid_return(standard, "RZA", TEAMS, PERIOD, 1), standard).items():
        (folder / name).write_bytes(content)
    own = pl.read_csv(folder / "episodes.csv", infer_schema=False)
    pl.concat([own, earlier_episodes(rows - own.height).select(own.columns)]).write_csv(folder / "episodes.csv")
    return folder


def earlier_episodes(rows: int) -> pl.DataFrame:
    """Synthetic episodes that began in October to December; a tenth of the people come twice, a year apart."""
    chance = np.random.default_rng(7)
    standard = load_standard()
    fields = standard.tables["episodes"].field
    minutes = chance.integers(0, 60 * 24 * 60, rows)
    people = chance.integers(0, 2**62, rows)
    repeats = rows // 20
    people[:repeats] = people[repeats : 2 * repeats]
    start = pl.datetime(2006, 10, 1)
    frame = pl.DataFrame(
        {"n": np.arange(rows), "minutes": minutes, "wait": chance.integers(10, 600, rows), "p": people}
    )
    year_before = pl.duration(days=pl.when(pl.col("n") < repeats).then(365).otherwise(0))
    referred = start + pl.duration(minutes="minutes") - year_before
    seen = referred + pl.duration(minutes="wait")
    ended = seen + pl.duration(days=pl.col("wait") % 30 + 1)

    def code(name: str) -> pl.Series:
        codes = [one.code for one in standard.codes(fields[name], None)]
        return pl.Series(name, chance.choice(codes, rows))

    return frame.select(
        provider_code=pl.lit("RZA"),
        period=pl.lit(PERIOD),
        team_id=pl.format("RZA-T0{}", pl.col("n") % TEAMS + 1),
        episode_id=pl.format("X{}", pl.col("n").cast(pl.String).str.zfill(11)),
        person_pseudonym=pl.col("p").map_elements(lambda p: f"{p:016x}" * 4, return_dtype=pl.String),
        referral_received=referred.dt.strftime("%Y-%m-%dT%H:%M"),
        first_f2f=seen.dt.strftime("%Y-%m-%dT%H:%M"),
        ht_start=seen.dt.strftime("%Y-%m-%d"),
        ht_end=ended.dt.strftime("%Y-%m-%d"),
        contacts_f2f=(pl.col("wait") % 30 + 10).cast(pl.String),
        contacts_home=(pl.col("wait") % 9).cast(pl.String),
        age_at_referral=(pl.col("wait") % 49 + 16).cast(pl.String),
    ).with_columns(
        code(name)
        for name in ("priority_code", "source_code", "first_f2f_location", "end_reason", "would_have_been_admitted")
    )


def make_wrong(clean: Path, folder: Path) -> Path:
    """The same return with every cell of its episodes wrong but provider and quarter, which say whose it is."""
    folder.mkdir()
    for file in clean.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    episodes = pl.read_csv(clean / "episodes.csv", infer_schema=False)
    wrong = pl.all().exclude("provider_code", "period", "episode_id") + "?"
    episodes.with_columns(wrong, episode_id=pl.lit("?") + pl.col("episode_id")).write_csv(folder / "episodes.csv")
    return folder


def polars_reads(folder: Path) -> str:
    """Polars reading the file as text."""
    return f"{pl.read_csv(folder / 'episodes.csv', infer_schema=False).height:,} rows"


def we_validate(folder: Path) -> str:
    """The whole validation, every table, cell and rule."""
    from crt_return import validate

    report = validate(folder, thresholds=False)
    return f"{report.outcome}, {report.counts['error']:,} errors"


def frictionless_validates(folder: Path) -> str:
    """Frictionless on the episodes file alone, by its published descriptor without the key to another file."""
    import frictionless

    schema = table_schema(load_standard(), load_standard().tables["episodes"])
    schema.pop("foreignKeys")
    resource = frictionless.Resource(
        path="episodes.csv", basepath=str(folder), schema=frictionless.Schema.from_descriptor(schema)
    )
    return f"valid: {resource.validate().valid}"


TASKS: dict[str, tuple[Callable[[Path], str], int]] = {
    "polars": (polars_reads, 3),
    "ours": (we_validate, 3),
    "frictionless": (frictionless_validates, 1),
}


def measured(task: str, folder: Path) -> dict[str, float | str]:
    """A task in a process of its own: best seconds, peak memory in MiB, and what it said."""
    command = [sys.executable, "-m", "tests.benchmarks.episodes", "--task", task, str(folder)]
    result: dict[str, float | str] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return result


def run_task(task: str, folder: Path) -> None:
    """Run a task here and print what it took."""
    import crt_return.cells  # noqa: F401 - its import is no part of the work

    work, times = TASKS[task]
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        said = work(folder)
        seconds.append(time.perf_counter() - began)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": min(seconds), "memory": memory, "said": said}))


def show(name: str, result: dict[str, float | str]) -> None:
    """One line of the table."""
    print(f"{name:<34}{result['seconds']:>9.2f} s {result['memory']:>8.0f} MiB   {result['said']}")


def compare(rows: int, frictionless_rows: int) -> None:
    """Make the files, run every task and print times and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        clean = make_return(Path(folder) / "clean", rows)
        wrong = make_wrong(clean, Path(folder) / "wrong")
        part = make_return(Path(folder) / "part", frictionless_rows)
        size = (clean / "episodes.csv").stat().st_size / 2**20
        print(f"{rows:,} episodes of 17 columns, {size:.0f} MiB; compiled bytecode, imports not counted")
        read, ours, bad = measured("polars", clean), measured("ours", clean), measured("ours", wrong)
        theirs = measured("frictionless", part)
    scaled = float(theirs["seconds"]) * rows / frictionless_rows
    show("polars.read_csv as text", read)
    show("crt-return, clean", ours)
    show("crt-return, every cell wrong", bad)
    show(f"frictionless on {frictionless_rows:,} rows", theirs)
    ratios = {
        "clean to polars": float(ours["seconds"]) / float(read["seconds"]),
        "frictionless to clean": scaled / float(ours["seconds"]),
        "wrong to clean": float(bad["seconds"]) / float(ours["seconds"]),
        "memory wrong to clean": float(bad["memory"]) / float(ours["memory"]),
    }
    for name, ratio in ratios.items():
        side = "at least" if name.startswith("frictionless") else "at most"
        print(f"{name:<34}{ratio:>9.2f}   budget: {side} {BUDGETS[name]:g}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--frictionless-rows", type=int, default=100_000)
    parser.add_argument("--task", nargs=2, metavar=("TASK", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.task:
        run_task(given.task[0], Path(given.task[1]))
    else:
        compare(given.rows, given.frictionless_rows)


if __name__ == "__main__":
    main()
