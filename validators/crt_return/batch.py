"""Returns in one engine: a question is asked of all of them at once, and each gets the answer it would get alone.

A query costs the same over one small table as over thirty on top of each other, and that alone is why returns share
an engine. The query is run for each return by itself (SQL says so with LATERAL): no row of one return can be joined,
counted or compared with a row of another, whatever the query is. One return by itself is a batch of one, and is
asked the query as it is written. It judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import polars as pl

from crt_return.engines import Engine
from crt_return.reading.model import ROW
from crt_return.scope import BAD, Data, Scope, reference_frame
from crt_return.sql import OF_THE_STANDARD, RETURN, Reads, for_each_return, place_of_all
from crt_return.standard import Standard

OPEN_SCOPE = Scope()


class Batch:
    """Returns, each with its predecessor where one was given, in an engine under the names that rules use.

    Returns are known by their number in `returns`.
    """

    def __init__(self, engine: Engine, standard: Standard, returns: Sequence[Data]) -> None:
        """Nothing is loaded yet."""
        self.engine = engine
        self.returns = tuple(returns)
        self._standard = standard
        self._loaded: set[str] = set()

    @property
    def _several(self) -> bool:
        return len(self.returns) > 1

    def load(self, names: Iterable[str]) -> None:
        """Load the tables of these names, as rules call them, that are not loaded yet."""
        for name in sorted(set(names) - self._loaded):
            if name.startswith(OF_THE_STANDARD):
                self.engine.load(name, reference_frame(name, self._standard))
            elif any(name in one.tables for one in self.returns):
                self.engine.load(self._base(name), self._stacked([_marked(one, name) for one in self.returns]))
                self.engine.view(self._place(name), self._query(name, {}))
            self._loaded.add(name)

    def hold(self, name: str, frames: Sequence[pl.DataFrame]) -> None:
        """Hold a table that is none of a return's own, such as what its measures show: a frame for each return."""
        self.engine.load(self._place(name), self._stacked(frames))

    @contextmanager
    def narrowed(self, read: Reads, scopes: Mapping[int, Scope]) -> Iterator[None]:
        """The tables a query reads without what each return's scope leaves out, for as long as the query runs."""
        changed = [name for name in read if any(self.returns[n].narrows(name, one) for n, one in scopes.items())]
        for name in changed:
            self.engine.view(self._place(name), self._query(name, scopes))
        yield
        for name in changed:
            self.engine.view(self._place(name), self._query(name, {}))

    def rows(
        self, sql: str, of: Iterable[int], *, order: str | None = None, limit: int | None = None
    ) -> dict[int, pl.DataFrame]:
        """The rows the query gives for each of these returns, ordered by `order` (`ALL`: by every column)."""
        numbers = sorted(of)
        if not numbers:
            return {}
        if not self._several:
            ordered = f"SELECT * FROM ({sql}) ORDER BY {order}" if order else sql
            return {0: self.engine.query(ordered + (f" LIMIT {limit}" if limit is not None else ""))}
        ordered = {None: "", "ALL": " ORDER BY ALL"}.get(order, f" ORDER BY {RETURN}, {order}")
        rows = self.engine.query(for_each_return(sql, numbers) + ordered)
        return _parted(rows, numbers, limit)

    def any(self, sql: str, of: Iterable[int]) -> set[int]:
        """Those of these returns for which the query gives any row."""
        numbers = sorted(of)
        if not numbers:
            return set()
        if not self._several:
            return {0} if self.engine.any(sql) else set()
        return self.engine.numbers(f"SELECT DISTINCT {RETURN} FROM ({for_each_return(sql, numbers)})")

    def _place(self, name: str) -> str:
        """Where the engine holds a table. A query on one return cannot find by its own name what is of several."""
        if self._several:
            return place_of_all(name)
        return name if "." in name else f"main.{name}"

    def _base(self, name: str) -> str:
        """Where the engine holds a table with its marks: a large one where it lies, small ones in its own form."""
        plain = "submitted_" + name.replace(".", "_")
        return place_of_all(plain) if self._several else plain

    def _stacked(self, frames: Sequence[pl.DataFrame | None]) -> pl.DataFrame:
        """The frames of the returns on top of each other, each row with the number of its return if need be."""
        if not self._several and frames[0] is not None:
            return frames[0]
        own = [
            frame.with_columns(pl.lit(n, pl.Int32).alias(RETURN)) for n, frame in enumerate(frames) if frame is not None
        ]
        return pl.concat(own, how="diagonal", rechunk=True)

    def _query(self, name: str, scopes: Mapping[int, Scope]) -> str:
        """The query behind a table's name: its rows without those that the scope of their return leaves out."""
        having = {n: one for n, one in enumerate(self.returns) if name in one.tables}
        names = next(iter(having.values())).tables[name].table.names
        conditions = [
            f"({RETURN} <> {n} OR ({condition}))" if self._several else condition
            for n, one in having.items()
            if (condition := one.condition(name, scopes.get(n, OPEN_SCOPE)))
        ]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"SELECT {', '.join([*names, ROW, *([RETURN] if self._several else [])])} FROM {self._base(name)}{where}"


def _marked(one: Data, name: str) -> pl.DataFrame | None:
    """A return's table with a mark at each faulty cell; None where it has no such table."""
    table = one.tables.get(name)
    if table is None:
        return None
    return table.values.with_columns(mark.alias(BAD + field) for field, mark in table.bad.items())


def _parted(rows: pl.DataFrame, numbers: Iterable[int], limit: int | None) -> dict[int, pl.DataFrame]:
    """The rows of each return."""
    parts = rows.partition_by(RETURN, as_dict=True, include_key=False)
    nothing = rows.drop(RETURN).clear()
    return {n: parts.get((n,), nothing).head(rows.height if limit is None else limit) for n in numbers}
