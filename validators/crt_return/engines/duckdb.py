"""DuckDB, embedded: the engine of a return, or of several. The one door to the library.

It is shut off from files, network and extensions, so that no rule can reach outside the return.
"""

from __future__ import annotations

import duckdb
import polars as pl

_SHUT: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
SEARCH_PATH = "scoped,main"


class DuckDB:
    """A database in memory, gone with the object."""

    def __init__(self, threads: int | None = None) -> None:
        """On as many threads as the machine has, unless told: small tables are not worth sharing out."""
        self._connection = duckdb.connect(":memory:", config={**_SHUT, **({"threads": threads} if threads else {})})
        self._schemas = {"main"}
        self._schema("scoped")
        self._connection.execute(f"SET search_path = '{SEARCH_PATH}'")

    def load(self, name: str, frame: pl.DataFrame) -> None:
        """Hold a frame as a table, made anew if it is there.

        A plain name is read where the frame lies, without a copy; `schema.table` is copied, for the database can
        hold nothing else in a schema.
        """
        schema, _, table = name.rpartition(".")
        self._connection.register(table if not schema else "incoming", frame)
        if schema:
            self._schema(schema)
            self._connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
            self._connection.unregister("incoming")

    def view(self, name: str, query: str | None) -> None:
        """Let `schema.table` stand for a query from now on; None takes the view away."""
        self._schema(name.partition(".")[0])
        self._connection.execute(
            f"CREATE OR REPLACE VIEW {name} AS {query}" if query else f"DROP VIEW IF EXISTS {name}"
        )

    def execute(self, sql: str) -> None:
        """Run a statement that changes what is held."""
        self._connection.execute(sql)

    def query(self, sql: str) -> pl.DataFrame:
        """The rows a SELECT gives, columns in its order."""
        rows: pl.DataFrame = self._connection.sql(sql).pl()
        return rows

    def any(self, sql: str) -> bool:
        """Whether a SELECT gives any row."""
        return bool(self._connection.execute(f"SELECT 1 FROM ({sql}) LIMIT 1").fetchall())

    def numbers(self, sql: str) -> set[int]:
        """The numbers that a SELECT of one column gives."""
        return {number for (number,) in self._connection.execute(sql).fetchall()}

    def _schema(self, schema: str) -> None:
        if schema not in self._schemas:
            self._connection.execute(f"CREATE SCHEMA {schema}")
            self._schemas.add(schema)
