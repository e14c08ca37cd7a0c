"""Importing a library without the large ones that it would load beside, or not before they are used.

It changes how this process imports, and so is for processes that are ours alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader


class _LoadedWhenUsed(MetaPathFinder):
    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def find_spec(self, fullname: str, path: Sequence[str] | None, *_: object) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path) if fullname in self.names else None
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec


class _NotInstalled(MetaPathFinder):
    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname in self.names:
            raise ModuleNotFoundError(f"No module named '{fullname}'", name=fullname)
        return None


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Let these libraries look as if they were not installed, unless they are loaded already.

    What is imported meanwhile stays without them.
    """
    with _finding(_NotInstalled(names)):
        yield


@contextmanager
def when_used(*names: str) -> Iterator[None]:
    """Let these modules be loaded only when something of them is first asked for."""
    with _finding(_LoadedWhenUsed(names)):
        yield


@contextmanager
def _finding(finder: MetaPathFinder) -> Iterator[None]:
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
