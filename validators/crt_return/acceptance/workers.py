"""Workers: processes, here or on a cluster, that examine returns side by side, a batch at a time.

Each keeps Great Expectations at hand, which takes seconds to start. What they do is in `examining.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from crt_return.acceptance.accept import LANES, Workers
from crt_return.acceptance.examining import Examination, Task, examinations
from crt_return.acceptance.store import Store
from crt_return.expectations import Expectations
from crt_return.processes import cores, processes
from crt_return.standard import load_standard
from crt_return.tables import load_pandera

if TYPE_CHECKING:
    from crt_return.engines.spark import Spark

BATCH = 32
POLARS_THREADS = "POLARS_MAX_THREADS"


def spark_workers(store: Store, spark: Spark) -> Workers:
    """Workers of a Spark cluster, all of which must reach the inbox and the store under the same paths."""

    def examine_all(tasks: Sequence[Task]) -> Iterator[Examination]:
        return chain.from_iterable(spark.shared_out(partial(_examined, store.folder), _batches(tasks, BATCH)))

    return examine_all


@contextmanager
def local_workers(store: Store, at_once: int | None = None) -> Iterator[Workers]:
    """Workers on this machine: as many as it has cores, unless told."""
    number = at_once or cores()
    with _one_thread_each(), processes(number, _tools, store.folder) as pool:

        def examine_all(tasks: Sequence[Task]) -> Iterator[Examination]:
            size = max(1, min(BATCH, -(-LANES * len(tasks) // number)))  # of all lanes, each worker has its share
            return chain.from_iterable(pool.map(partial(_examined, store.folder), _batches(tasks, size)))

        yield examine_all


def _batches(tasks: Sequence[Task], size: int) -> list[Sequence[Task]]:
    return [tasks[start : start + size] for start in range(0, len(tasks), size)]


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes started meanwhile keep Polars to one thread: they share the cores already, and their tables are small.

    It takes the number from the environment at its import, which in a worker comes before anything of ours.
    """
    before = os.environ.get(POLARS_THREADS)
    os.environ[POLARS_THREADS] = before or "1"
    try:
        yield
    finally:
        del os.environ[POLARS_THREADS]
        os.environ |= {POLARS_THREADS: before} if before else {}


@cache
def _tools(folder: Path) -> tuple[Store, Expectations]:
    """What a worker keeps from one batch to the next."""
    expectations = Expectations()  # before all else, for it takes the longest
    load_pandera()
    return Store(folder), expectations


def _examined(folder: Path, tasks: Sequence[Task]) -> list[Examination]:
    store, expectations = _tools(folder)
    return examinations(tasks, store, load_standard(), expectations)
