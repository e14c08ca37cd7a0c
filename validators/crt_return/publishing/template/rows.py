"""The rows that a template lays out: which keys, and what is in them already.

A row is laid out where every open team has to send one, as the code lists and data_quality.yaml say. What is counted
is never filled in: a blank shows that a figure is missing, and only a person can say that it is zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from crt_return.cell_counts import asked_for, mandatory
from crt_return.publishing.template.prior import Prior, Record, Value
from crt_return.publishing.template.settings import settings
from crt_return.quarters import Quarter
from crt_return.standard import HEADER, REGISTER, TEAM, Standard, Table, team_id

MOST_TEAMS = 99  # an id has two figures


@dataclass(frozen=True)
class Row:
    """One row as laid out: the cells filled in already, and which of them come from last quarter."""

    values: Mapping[str, Value]
    carried: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Template:
    """What a workbook is made of: whose return, for which quarter, the rows of each table."""

    standard: Standard
    provider: str
    quarter: Quarter
    rows: Mapping[str, Sequence[Row]]
    prior: Prior | None = None

    @property
    def teams(self) -> tuple[str, ...]:
        """The teams of the register, in its order."""
        return tuple(str(row.values[TEAM]) for row in self.rows[REGISTER])

    @property
    def carried(self) -> Mapping[str, int]:
        """By table, how many cells were taken over from last quarter."""
        counted = {name: sum(len(row.carried) for row in rows) for name, rows in self.rows.items()}
        return {name: count for name, count in counted.items() if count}


def template(standard: Standard, provider: str, quarter: Quarter, teams: int) -> Template:
    """The template of a provider for a quarter, with so many teams."""
    ids = [team_id(provider, number) for number in range(1, teams + 1)]
    laid = _Layout(standard, provider, quarter, None)
    return Template(standard, provider, quarter, laid.tables(ids, ids))


def template_after(standard: Standard, provider: str, quarter: Quarter, prior: Prior) -> Template:
    """The template of a provider for a quarter, after the return of the quarter before."""
    laid = _Layout(standard, provider, quarter, prior)
    teams = [*prior.open_teams, *prior.other_teams]
    return Template(standard, provider, quarter, laid.tables(teams, prior.open_teams), prior)


@dataclass(frozen=True)
class _Layout:
    """Rows in the making."""

    standard: Standard
    provider: str
    quarter: Quarter
    prior: Prior | None

    def tables(self, registered: Sequence[str], open_teams: Sequence[str]) -> dict[str, list[Row]]:
        """The rows of every table: the register's of all teams, the other tables' of the open ones."""
        return {table.name: [*self._rows(table, registered, open_teams)] for table in self.standard.tables.values()}

    def _rows(self, table: Table, registered: Sequence[str], open_teams: Sequence[str]) -> Iterator[Row]:
        if table.name == HEADER:
            yield self._row(table, self._of_quarter(), self._before(table)[0] if self._before(table) else {})
        elif table.name == REGISTER:
            known = {one[TEAM]: one for one in self._before(table)}
            yield from (self._row(table, {TEAM: team}, known.get(team, {})) for team in registered)
        elif table.of_teams:
            for team in open_teams:
                yield from self._of_team(table, team)

    def _of_quarter(self) -> dict[str, Value]:
        """What the header of a first submission for the quarter holds."""
        return {
            "period_start": self.quarter.starts,
            "period_end": self.quarter.ends,
            "standard_version": self.standard.version,
            "submission_version": 1,
        }

    def _of_team(self, table: Table, team: str) -> Iterator[Row]:
        """A team's rows: last quarter's where there are any, one for each key asked for and not among them."""
        codes = coded(table, self.standard)
        before: dict[tuple[Value, ...], list[Record]] = {}
        for one in self._before(table):
            if one[TEAM] == team and all(one[name] is not None for name in table.row_key):
                before.setdefault(tuple(one[name] for name in codes), []).append(one)
        asked = keys_asked_for(table, self.standard, self.quarter)
        for key in dict.fromkeys([*asked, *before]):
            named = dict(zip(codes, key, strict=True))
            for one in before.get(key, [{}]):
                yield self._row(table, {TEAM: team, **named}, one)

    def _row(self, table: Table, given: Mapping[str, Value], before: Record) -> Row:
        fixed: dict[str, Value] = {"provider_code": self.provider, "period": self.quarter.period}
        names = settings().carried.get(table.name, ())
        taken = {name: before[name] for name in names if before.get(name) is not None}
        return Row({**fixed, **given, **taken}, frozenset(taken))

    def _before(self, table: Table) -> Sequence[Record]:
        return self.prior.records.get(table.name, ()) if self.prior else ()


def keys_asked_for(table: Table, standard: Standard, quarter: Quarter) -> list[tuple[str, ...]]:
    """The codes and months of each row that an open team has to send of a table, in the order of its key."""
    if not mandatory(table):
        return []
    asked, wanted = asked_for(table, quarter, standard)
    codes = ((name, _codes(table, name, standard, quarter)) for name in coded(table, standard))
    return [*product(*(wanted if name == asked else listed for name, listed in codes))]


def _codes(table: Table, name: str, standard: Standard, quarter: Quarter) -> list[str]:
    return [code.code for code in standard.codes(table.field[name], quarter.ends)]


def coded(table: Table, standard: Standard) -> list[str]:
    """The fields of a row's key that take a code or a month; the rest of the key is the sender's own."""
    months = {one.field for one in standard.data_quality.rows if one.table == table.name}
    return [name for name in table.row_key if name != TEAM and (table.field[name].codelist or name in months)]


def is_expected(template: Template) -> bool:
    """Whether the provider is on the standard's list, as it stood on the last day of the quarter."""
    day = template.quarter.ends.isoformat()
    return any(
        one["code"] == template.provider and one["opened"] <= day and (not one["closed"] or day <= one["closed"])
        for one in template.standard.reference["provider"]
    )
