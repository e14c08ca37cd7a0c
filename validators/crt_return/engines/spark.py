"""Apache Spark: the same SQL on a cluster, and work shared out over it. The one door to pyspark.

It speaks to Spark in plain rows and in Parquet files as they lie; the rules' SQL is transpiled. A name such as
`acceptance.submission` stands for a view `acceptance__submission`, because Spark's own views have no schema.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
from py4j.protocol import Py4JError  # type: ignore[import-untyped]  # the library has no types
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession, types

from crt_return.sql import for_spark, view_name

Item = TypeVar("Item")
Result = TypeVar("Result")

_TYPES: dict[type[pl.DataType], types.DataType] = {
    pl.Boolean: types.BooleanType(),
    pl.Date: types.DateType(),
    pl.Datetime: types.TimestampNTZType(),
    pl.Float64: types.DoubleType(),
    pl.Int64: types.LongType(),
    pl.String: types.StringType(),
}
_SETTINGS: dict[str, bool | float | int | str | None] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.ansi.enabled": "false",  # a division by zero gives nothing, as everywhere in the standard
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",  # the national tables are small
}


class SparkUnreachable(Exception):  # noqa: N818 - the words a caller reads
    """Spark cannot be started or reached; the message is a sentence for the user."""


class Spark:
    """A session on a cluster, or on this machine where the master is `local[2]`. End it with `stop`."""

    def __init__(self, session: SparkSession) -> None:
        self._session = session

    @classmethod
    def start(cls, master: str) -> Spark:
        """A session at a master. Raises SparkUnreachable where no Java is found, or the master does not answer."""
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master(master).appName("crt-return").config(map=_SETTINGS)
        try:
            session = builder.getOrCreate()
        except (PySparkException, Py4JError, OSError) as error:
            raise SparkUnreachable(
                f"Spark at {master} cannot be started ({type(error).__name__}). It needs Java 17 or 21 (set JAVA_HOME) "
                "and a master that answers, such as local[2] or spark://host:7077."
            ) from None
        session.sparkContext.setLogLevel("OFF")
        return cls(session)

    def apart(self) -> Spark:
        """The same cluster with tables of its own."""
        return Spark(self._session.newSession())

    def stop(self) -> None:
        """End the session."""
        self._session.stop()

    def load(self, name: str, frame: pl.DataFrame) -> None:
        """Hold a frame as the table `table` or `schema.table`, made anew if it is there."""
        fields = [types.StructField(column, _TYPES[_base(kind)]) for column, kind in frame.schema.items()]
        rows = self._session.createDataFrame(frame.rows(), types.StructType(fields))
        rows.createOrReplaceTempView(view_name(name))

    def read(self, name: str, files: Sequence[Path], empty: pl.DataFrame) -> None:
        """Let a name stand for Parquet files as they lie; `empty` has the columns where there is no file."""
        if not files:
            self.load(name, empty)
            return
        rows = self._session.read.parquet(*(str(file) for file in files))
        rows.createOrReplaceTempView(view_name(name))

    def view(self, name: str, query: str | None) -> None:
        """Let `schema.table` stand for a query from now on; None takes the view away."""
        if query is None:
            self._session.catalog.dropTempView(view_name(name))
        else:
            self._session.sql(for_spark(query)).createOrReplaceTempView(view_name(name))

    def query(self, sql: str) -> pl.DataFrame:
        """The rows a SELECT gives, columns in its order."""
        found = self._session.sql(for_spark(sql))
        rows = [tuple(_plain(value) for value in row) for row in found.collect()]
        kinds = {field.name: _polars(field.dataType) for field in found.schema.fields}
        return pl.DataFrame(rows, schema=kinds, orient="row")

    def any(self, sql: str) -> bool:
        """Whether a SELECT gives any row."""
        return bool(self._session.sql(for_spark(sql)).head(1))

    def numbers(self, sql: str) -> set[int]:
        """The numbers that a SELECT of one column gives."""
        return {number for (number,) in self._session.sql(for_spark(sql)).collect()}

    def shared_out(self, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """What a piece of work gives for each item, in their order; the items are shared out over the cluster."""
        if not items:
            return iter(())
        return (
            self._session.sparkContext.parallelize(items, len(items)).map(work).toLocalIterator(prefetchPartitions=True)
        )


def _base(kind: pl.DataType) -> type[pl.DataType]:
    return kind.base_type()


def _polars(kind: types.DataType) -> type[pl.DataType]:
    """The type a column of Spark's comes back as; whatever else counts is a number."""
    names = {type(spark): polars for polars, spark in _TYPES.items()}
    if isinstance(kind, types.IntegerType):
        return pl.Int64
    return names.get(type(kind), pl.Float64)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value
