"""Processes that work beside this one: started anew rather than copied, and gone when this one is.

They are started anew because the libraries keep threads of their own, which a copy would lack. What is done in them is
not this module's business.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing.connection import wait
from threading import Thread


def processes(number: int, start: Callable[..., object], *given: object) -> ProcessPoolExecutor:
    """So many processes, each of which calls `start` with what is given before its first work."""
    return ProcessPoolExecutor(number, multiprocessing.get_context("spawn"), partial(_start, partial(start, *given)))


def cores() -> int:
    """The cores this process may use; not every system can tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start(start: Callable[[], object]) -> None:
    parent = multiprocessing.parent_process()
    if parent:
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    start()


def _end_with(sentinel: int) -> None:
    """End this process, whatever it is doing, when the one that started it has ended, however it did."""
    wait([sentinel])
    os._exit(1)
