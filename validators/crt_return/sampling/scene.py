"""What the tables of one team are made from: the standard, the team, the quarter, and how cells are written.

It decides what is the same in every quarter of a team; what changes with the quarter is the tables' matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from crt_return.quarters import Quarter, quarter_dates
from crt_return.sampling.chance import chance
from crt_return.standard import Standard, team_id

Row = dict[str, str]
Tables = dict[str, list[Row]]


@dataclass(frozen=True)
class Scene:
    """One team in one quarter."""

    standard: Standard
    provider: str
    number: int
    quarter: Quarter
    seed: int

    @property
    def team_id(self) -> str:
        """The team's identifier in the return."""
        return team_id(self.provider, self.number)

    def lasting(self, *purpose: object) -> Random:
        """Chance that falls the same way in every quarter of the team."""
        return chance(self.seed, self.team_id, *purpose)

    def passing(self, *purpose: object) -> Random:
        """Chance that falls anew in each quarter."""
        return chance(self.seed, self.team_id, self.quarter.period, *purpose)

    def codes(self, codelist: str) -> list[str]:
        """The codes of a list that may be used in this quarter, in the list's order."""
        listed = self.standard.codelists[codelist]
        return [code.code for code in listed if code.in_force(self.quarter.ends)]

    def row(self, table: str, **values: Any) -> Row:
        """A row of a table for this team; fields not given are blank."""
        common = {"provider_code": self.provider, "period": self.quarter.period, "team_id": self.team_id}
        return row(self.standard, table, {**common, **values})


def quarter_before(standard: Standard, quarter: Quarter) -> Quarter:
    """The quarter before one, also before the first the standard knows."""
    if quarter.previous_period:
        return standard.quarters[quarter.previous_period]
    year, number = int(quarter.period[:4]), int(quarter.period[-1])
    year, number = (year, number - 1) if number > 1 else (year - 1, 4)
    period = f"{year}-{(year + 1) % 100:02d}-Q{number}"
    starts, ends = quarter_dates(period)
    return Quarter(period, starts, ends, None, quarter.starts)


def row(standard: Standard, table: str, values: dict[str, Any]) -> Row:
    """A row in the order of the table's fields, as text; a field without a value is blank."""
    names = standard.tables[table].names
    unknown = set(values) - set(names)
    if unknown:
        raise KeyError(f"{table} has no field {sorted(unknown)}")
    return {name: cell(values.get(name)) for name in names}


def refilled(row: Row, **values: Any) -> Row:
    """A row with other values in some of its fields."""
    unknown = set(values) - set(row)
    if unknown:
        raise KeyError(f"the row has no field {sorted(unknown)}")
    return row | {name: cell(value) for name, value in values.items()}


def cell(value: Any) -> str:
    """A value as the standard has it written."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
