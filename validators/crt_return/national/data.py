"""What the national report is made from, and the quarters it is of: accepted returns, and who was expected.

The tables come in from outside, so that this package knows neither store nor register. It answers queries over them;
what is asked is written in `schema/national/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

import polars as pl

from crt_return.assessment import MEASURE_TABLES
from crt_return.cells import typed
from crt_return.engines import Engine
from crt_return.quarters import Quarter
from crt_return.reading.model import ROW, empty_table
from crt_return.scope import reference_frame
from crt_return.sql import tables_in
from crt_return.standard import HEADER, Standard

EXPECTED, SUBMISSION = "acceptance.expected_provider", "acceptance.submission"
ACCEPTANCE_TABLES: Mapping[str, Mapping[str, type[pl.DataType]]] = {
    EXPECTED: {"provider_code": pl.String, "period": pl.String, "teams_expected": pl.Int64},
    SUBMISSION: {
        "provider_code": pl.String,
        "period": pl.String,
        "submission_version": pl.Int64,
        "outcome": pl.String,
        "late": pl.Boolean,
    },
}
_YEAR = re.compile(r"20[0-9]{2}-[0-9]{2}")


class NoSuchPeriod(ValueError):  # noqa: N818 - the words a caller reads
    """The period asked for is neither a quarter nor a year of the standard; the message is a sentence for the user."""


@dataclass(frozen=True)
class NationalData:
    """The accepted returns of a period, a year such as 2006-07 or a quarter such as 2006-07-Q4.

    `tables` holds the standard's tables, typed and without row numbers; `measure.*` with the column `period`;
    `acceptance.expected_provider`; and `acceptance.submission`, with a row for each provider and quarter that sent
    anything. A table left out is empty. `files` holds the Parquet files of tables, each with its quarter, for an engine
    that reads them where they lie; `tables` then needs the headers only.
    """

    period: str
    tables: Mapping[str, pl.DataFrame]
    files: Mapping[str, Sequence[tuple[str, Path]]] = field(default_factory=dict)


@runtime_checkable
class ReadsFiles(Protocol):
    """An engine that reads Parquet files where they lie."""

    def read(self, name: str, files: Sequence[Path], empty: pl.DataFrame) -> None:
        """Let a name stand for the files; `empty` has the columns where there is none."""


def quarters_of(period: str, standard: Standard) -> tuple[Quarter, ...]:
    """The quarters of a year, or the one quarter. Raises NoSuchPeriod for anything else."""
    if period in standard.quarters:
        return (standard.quarters[period],)
    names = [f"{period}-Q{number}" for number in range(1, 5)]
    if _YEAR.fullmatch(period) and all(name in standard.quarters for name in names):
        return tuple(standard.quarters[name] for name in names)
    first, *_, last = standard.quarters
    raise NoSuchPeriod(
        f"'{period}' is neither a financial year, as 2006-07, nor a quarter, as 2006-07-Q4, between {first} and {last}."
    )


class Answers:
    """Answers queries over the accepted returns of some quarters; a table is loaded when a query first names it."""

    def __init__(self, data: NationalData, standard: Standard, engine: Engine, periods: Iterable[str]) -> None:
        """Rows of quarters not among `periods` are not there for any query."""
        self._data, self._standard, self._engine = data, standard, engine
        self.periods = tuple(periods)
        self._loaded: set[str] = set()

    def query(self, sql: str) -> pl.DataFrame:
        """The rows a query gives."""
        for name in sorted(tables_in([sql]) - self._loaded):
            self._load(name)
            self._loaded.add(name)
        return self._engine.query(sql)

    def _load(self, name: str) -> None:
        named = name if "." in name else f"main.{name}"
        if name in self._data.files and isinstance(self._engine, ReadsFiles):
            files = [file for period, file in self._data.files[name] if period in self.periods]
            self._engine.read(named, files, empty_frame(name, self._standard))
        else:
            self._engine.load(named, self.table(name))

    def table(self, name: str) -> pl.DataFrame:
        """A table of these quarters, a code list or a reference file."""
        if name.startswith(("codelist.", "reference.")):
            return reference_frame(name, self._standard)
        given = self._data.tables.get(name)
        frame = empty_frame(name, self._standard) if given is None else given
        return frame.filter(pl.col("period").is_in(self.periods))

    def accepted(self) -> list[tuple[str, str]]:
        """The provider and quarter of each accepted return."""
        return sorted(self.table(HEADER).select("provider_code", "period").unique().rows())


def empty_frame(name: str, standard: Standard) -> pl.DataFrame:
    """A table of the national data without rows."""
    if name in standard.tables:
        return typed(empty_table(standard.tables[name]).frame, standard.tables[name]).drop(ROW)
    if name in ACCEPTANCE_TABLES:
        return pl.DataFrame(schema=dict(ACCEPTANCE_TABLES[name]))
    return pl.DataFrame(schema={**MEASURE_TABLES[name], "period": pl.String})
