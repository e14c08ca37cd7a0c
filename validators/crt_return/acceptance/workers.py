"""Workers: processes, here or on a cluster, that examine returns side by side, a batch at a time.

Each keeps Great Expectations at hand, which takes seconds to start. Those of this machine are started anew rather than
copied, because the libraries keep threads of their own, and end with the run. What they do is in `examining.py`.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from itertools import chain
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from crt_return.acceptance.accept import Workers
from crt_return.acceptance.examining import Examination, Task, examinations
from crt_return.acceptance.store import Store
from crt_return.expectations import Expectations
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
def local_workers(store: Store, processes: int | None = None) -> Iterator[Workers]:
    """Workers on this machine: as many as it has cores, unless told."""
    number = processes or _cores()
    context = multiprocessing.get_context("spawn")
    with _one_thread_each(), ProcessPoolExecutor(number, context, _start, (store.folder,)) as pool:

        def examine_all(tasks: Sequence[Task]) -> Iterator[Examination]:
            size = max(1, min(BATCH, -(-len(tasks) // number)))
            return chain.from_iterable(pool.map(partial(_examined, store.folder), _batches(tasks, size)))

        yield examine_all


def _cores() -> int:
    """The cores this process may use; not every system can tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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


def _start(folder: Path) -> None:
    """Make a worker ready, and let it end when the run that started it is gone."""
    parent = multiprocessing.parent_process()
    if parent:
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _tools(folder)


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


@cache
def _tools(folder: Path) -> tuple[Store, Expectations]:
    """What a worker keeps from one batch to the next."""
    load_pandera()
    return Store(folder), Expectations()


def _examined(folder: Path, tasks: Sequence[Task]) -> list[Examination]:
    store, expectations = _tools(folder)
    return examinations(tasks, store, load_standard(), expectations)
