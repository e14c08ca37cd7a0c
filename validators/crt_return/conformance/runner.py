"""Runs a command over a kit, several returns at a time, and says of each case whether the command agrees.

Cases of one return share one run. The runner reads the kit's files and nothing else of this package's standard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from crt_return.conformance.command import PRIOR, Command, Runner
from crt_return.conformance.comparing import NO_PRIOR, Result, compared
from crt_return.conformance.files import OpenKit
from crt_return.conformance.model import Case

TIMEOUT = 120.0


def results(
    kit: OpenKit, command: Command, *, rules: Collection[str] = (), jobs: int = 1, timeout: float = TIMEOUT
) -> Generator[list[Result]]:
    """What becomes of the cases of some rules (of all where none are named): those of each run as it ends.

    `jobs` runs are made at a time, each ended after `timeout` seconds.
    """
    cases = kit.of(rules)
    asked = [case for case in cases if command.takes(PRIOR) or not case.needs_prior]
    yield [Result(case, "not run", NO_PRIOR) for case in cases if case not in asked]
    runner = Runner(command, timeout)
    pool = ThreadPoolExecutor(jobs)
    try:
        runs = [pool.submit(_judged, runner, kit, together) for together in runs_of(asked, command)]
        for one in as_completed(runs):
            yield one.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        runner.stop()


def runs_of(cases: Sequence[Case], command: Command) -> list[list[Case]]:
    """The cases of each run: those of one return, and of one previous return where the command takes it."""
    runs: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        runs[case.path, case.prior if command.takes(PRIOR) else ""].append(case)
    return list(runs.values())


def _judged(runner: Runner, kit: OpenKit, cases: Sequence[Case]) -> list[Result]:
    answer = runner.answer(kit.folder / cases[0].path, kit.folder / cases[0].prior)
    return [compared(case, answer) for case in cases]
