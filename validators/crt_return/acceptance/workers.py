"""Workers: processes that examine returns side by side, a batch at a time, and end with the run that started them.

Each keeps Great Expectations at hand, which takes seconds to start. They are started anew rather than copied, because
the libraries keep threads of their own. What they do is in `examining.py`.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from crt_return.acceptance.accept import Workers
from crt_return.acceptance.examining import Examination, Task, examinations
from crt_return.acceptance.store import Store
from crt_return.expectations import Expectations
from crt_return.standard import load_standard
from crt_return.tables import load_pandera

BATCH = 12


class _Tools(NamedTuple):
    store: Store
    expectations: Expectations


_tools: list[_Tools] = []


@contextmanager
def local_workers(store: Store, processes: int | None = None) -> Iterator[Workers]:
    """Workers on this machine: as many as it has cores, unless told."""
    number = processes or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(number, context, _start, (store.folder,)) as pool:

        def examine_all(tasks: Sequence[Task]) -> Iterator[Examination]:
            size = max(1, min(BATCH, -(-len(tasks) // number)))
            batches = [tasks[start : start + size] for start in range(0, len(tasks), size)]
            return chain.from_iterable(pool.map(_examined, batches))

        yield examine_all


def _start(folder: Path) -> None:
    """Make a worker ready, and let it end when the run that started it is gone."""
    parent = multiprocessing.parent_process()
    if parent:
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    load_pandera()
    _tools.append(_Tools(Store(folder), Expectations()))


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _examined(tasks: Sequence[Task]) -> list[Examination]:
    tools = _tools[0]
    return examinations(tasks, tools.store, load_standard(), tools.expectations)
