"""Where SQL is run: one file an engine, each the one door to its library.

An engine holds tables and answers queries. It knows nothing of rules, returns or findings.
"""

from __future__ import annotations

from typing import Protocol

import polars as pl


class Engine(Protocol):
    """What the rules ask of an engine."""

    def load(self, name: str, frame: pl.DataFrame) -> None:
        """Hold a frame as the table `table` or `schema.table`, made anew if it is there."""

    def view(self, name: str, query: str | None) -> None:
        """Let `schema.table` stand for a query from now on; None takes the view away."""

    def query(self, sql: str) -> pl.DataFrame:
        """The rows a SELECT gives, columns in its order."""

    def any(self, sql: str) -> bool:
        """Whether a SELECT gives any row."""

    def numbers(self, sql: str) -> set[int]:
        """The numbers that a SELECT of one column gives."""
