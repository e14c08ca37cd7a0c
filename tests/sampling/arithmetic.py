"""Sums over rows of text cells, for tests that check the arithmetic without the validator."""

from __future__ import annotations

from collections.abc import Iterable

from crt_return.sampling.scene import Row, Tables


def of_team(tables: Tables, table: str, team: str) -> list[Row]:
    return [row for row in tables[table] if row["team_id"] == team]


def total(rows: Iterable[Row], field: str) -> int:
    return sum(int(row[field]) for row in rows)


def real_total(rows: Iterable[Row], field: str) -> float:
    return sum(float(row[field]) for row in rows)


def number(row: Row, field: str) -> int:
    return int(row[field])
