"""How far a command is, on a terminal: one line that changes. The one door to rich.

Where the error output is no terminal nothing is shown, so that logs stay clean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Something to call with what is being done."""
    from rich.console import Console  # late: most of a command's life needs it not

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("Starting") as status:
        yield status.update
