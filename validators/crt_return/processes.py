"""Processes that work beside this one: started anew rather than copied, and gone when this one is.

They are started anew because the libraries keep threads of their own, which a copy would lack. What is done in them is
not this module's business.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess
from signal import SIG_DFL, SIG_IGN, SIGINT, signal
from threading import Thread


@contextmanager
def processes(number: int, start: Callable[..., object], *given: object) -> Iterator[ProcessPoolExecutor]:
    """So many processes, each of which calls `start` with what is given before its first work.

    After a failure, or where the user stops the program, nobody waits for what they have begun.
    """
    pool = ProcessPoolExecutor(number, _Spawned(), partial(_start, partial(start, *given)))
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


class _Process(SpawnProcess):
    """A process that does not hear of a stop until it has started: till then it could only answer with a traceback."""

    def start(self) -> None:
        """Start the process; what is ignored here is ignored there from its first moment."""
        before = signal(SIGINT, SIG_IGN)
        try:
            super().start()
        finally:
            signal(SIGINT, before)


class _Spawned(SpawnContext):
    Process = _Process


def cores() -> int:
    """The cores this process may use; not every system can tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start(start: Callable[[], object]) -> None:
    signal(SIGINT, SIG_DFL)  # who stops the program has stopped this process, which has nothing to say of it
    parent = multiprocessing.parent_process()
    if parent:
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    start()


def _end_with(sentinel: int) -> None:
    """End this process, whatever it is doing, when the one that started it has ended, however it did."""
    wait([sentinel])
    os._exit(1)
