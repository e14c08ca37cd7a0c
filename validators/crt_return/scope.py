"""What a rule may look at: the tables of a return, and what is left out of them for one rule.

Cells that an earlier stage faulted must not raise a second finding, and what is left out must be said. For a rule
over single rows the rows with a faulty cell are left out; for a rule over several rows, the teams they belong to.
It judges nothing, and runs no query.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute

import polars as pl

from crt_return.cell_findings import CheckedTable
from crt_return.finding import Place, place_of
from crt_return.quarters import working_days
from crt_return.reading.model import ROW
from crt_return.sql import Reads
from crt_return.standard import OPEN, REGISTER, TEAM, Standard, Table
from crt_return.tables import Checked
from crt_return.wording import rows_named

BAD = "_bad_"
PRIOR = "prior."
NOT_REGISTERED = "is not in the register (PKG-07)"
NOT_OPEN = "is not open by the register: rows of such a team are left out"
NO_PRIOR = "no previous return was given (--prior)"
WRONG_PRIOR = "the return given as the previous one is"


@dataclass(frozen=True)
class Scope:
    """What one rule or measure may look at. `blocked` says why it may look at nothing, `left_out` why a team is."""

    blocked: tuple[str, ...] = ()
    rows: Mapping[str, str] | None = None
    left_out: Mapping[str, tuple[str, ...]] = attribute(default_factory=dict)
    because: tuple[str, ...] = ()

    @property
    def teams(self) -> frozenset[str]:
        """The teams left out."""
        return frozenset(self.left_out)


class Data:
    """A checked return and, where one was given, its predecessor, by the names that rules use."""

    def __init__(self, standard: Standard, checked: Checked, prior: Checked | str) -> None:
        """`prior` is the checked previous return, or why there is none."""
        self.checked = checked
        self.tables: dict[str, CheckedTable] = dict(checked.tables)
        self.unread: dict[str, str] = dict(checked.unread)
        self._not_open = not_open(checked)
        self._left_out = {"": self._not_open | checked.orphans}
        if isinstance(prior, str):
            self.unread |= {PRIOR + name: prior for name in standard.tables}
        else:
            self.tables |= {PRIOR + name: table for name, table in prior.tables.items()}
            self.unread |= {PRIOR + name: f"in the previous return, {why}" for name, why in prior.unread.items()}
            self._left_out[PRIOR] = not_open(prior) | prior.orphans

    @property
    def period(self) -> str | None:
        """The quarter of the return."""
        return self.checked.release.period

    def place(self, table: Table, row: int | None, field: str | None) -> Place:
        """The place of a cell of a table, which may not be there."""
        checked = self.tables.get(table.name)
        if checked is None:
            workbook = self.checked.workbook
            return place_of(table, workbook or table.file, (), row, field, table.name if workbook else None)
        text = checked.text
        return place_of(table, text.file, text.header, row, field, text.sheet)

    def scope(
        self, table: str, read: Reads, failed: Mapping[str, frozenset[str] | None], *, by_row: bool = False
    ) -> Scope:
        """What a question about `table` may look at, asked of each row or of the table whole.

        `failed` gives the failing teams of the rules it comes after (None: all).
        """
        blocked = self._missing(table, read) or [f"{parent} failed" for parent, of in failed.items() if of is None]
        if blocked:
            return Scope(blocked=tuple(dict.fromkeys(blocked)))
        faulty = {name: sorted(fields & set(self.tables[name].bad)) for name, fields in read.items()}
        rows = self.faulty_rows({name: fields for name, fields in faulty.items() if by_row and name == table})
        teams = {name: self._teams(name, fields) for name, fields in faulty.items() if fields and name not in rows}
        unsure = [self._fault_words(name, faulty[name]) for name, of in teams.items() if of is None]
        if unsure:
            return Scope(blocked=tuple(unsure))
        because = [
            *self._left_out_words(read),
            *(self._fault_words(name, fields) for name, fields in faulty.items() if fields),
        ]
        because += [f"{parent} failed for {', '.join(sorted(of))}" for parent, of in failed.items() if of]
        cells = {self._fault_words(name, faulty[name]): of or frozenset() for name, of in teams.items()}
        parents = {f"{parent} failed": of or frozenset() for parent, of in failed.items()}
        return Scope((), rows, _by_team({**cells, **parents}), tuple(because))

    def faulty_rows(self, faulty: Mapping[str, Iterable[str]]) -> dict[str, str]:
        """For tables and their faulty fields, the condition that a row has a fault in one of them."""
        return {name: " OR ".join(BAD + field for field in fields) for name, fields in faulty.items() if fields}

    def _missing(self, table: str, read: Reads) -> list[str]:
        """Why nothing can be looked at: a table that was not read, or that has no row to judge."""
        unread = [self.unread[name] for name in read if name in self.unread]
        if not unread and table in self.tables and self.tables[table].values.is_empty():
            return [f"{self.tables[table].text.called} has no rows"]
        return unread

    def narrows(self, name: str, scope: Scope) -> bool:
        """Whether a scope leaves out rows of a table that are not left out always."""
        if name not in self.tables:
            return False
        return name in (scope.rows or {}) or bool(scope.teams and TEAM in self.tables[name].table.field)

    def condition(self, name: str, scope: Scope) -> str | None:
        """What the rows of a table must keep to: not of a team that is closed, unknown or left out, nor at fault."""
        table, bad = self.tables[name].table, (scope.rows or {}).get(name)
        always = self._left_out[PRIOR if name.startswith(PRIOR) else ""] if table.of_teams else set()
        out = scope.teams | always
        conditions = [f"({TEAM} IS NULL OR {TEAM} NOT IN ({_quoted(out)}))"] if out and TEAM in table.field else []
        conditions += [f"NOT ({bad})"] if bad else []
        return " AND ".join(conditions) or None

    def _teams(self, name: str, faulty: Iterable[str]) -> frozenset[str] | None:
        """The teams with a faulty cell in these fields; None where a row does not say which team it is of."""
        checked = self.tables[name]
        if TEAM not in checked.table.field:
            return None
        mask = pl.select(pl.any_horizontal(checked.bad[field] for field in faulty)).to_series()
        teams = checked.values[TEAM].filter(mask)
        unsure = teams.null_count() or (TEAM in checked.bad and checked.bad[TEAM].filter(mask).any())
        return None if unsure else frozenset(teams)

    def _fault_words(self, name: str, faulty: Iterable[str]) -> str:
        checked = self.tables[name]
        words = [f"{field} is at fault in {_rows(checked, checked.bad[field])}" for field in faulty]
        return (
            f"in {checked.text.called}{' of the previous return' if name.startswith(PRIOR) else ''}, {'; '.join(words)}"
        )

    def _left_out_words(self, read: Reads) -> list[str]:
        """The teams whose rows are left out of the tables read: nobody registered them, or they are not open."""
        own = [name for name in read if not name.startswith(PRIOR) and self.tables[name].table.of_teams]
        return [
            f"{', '.join(of)} in {self.tables[name].text.called} {why}"
            for teams, why in ((self.checked.orphans, NOT_REGISTERED), (self._not_open, NOT_OPEN))
            for name in (own if teams else ())
            if (of := sorted(teams.intersection(self.tables[name].values[TEAM].unique())))
        ]


def reference_frame(name: str, standard: Standard) -> pl.DataFrame:
    """A code list (`codelist.priority`), the calendar or a reference file as rules see it."""
    kind, _, own = name.partition(".")
    if kind == "codelist":
        return _codelist_frame(standard, own)
    quarters = list(standard.quarters.values())
    match own:
        case "quarter":
            return pl.DataFrame([vars(quarter) for quarter in quarters])
        case "working_day":
            days = working_days(quarters[0].starts, quarters[-1].deadline, standard.bank_holidays)
            return pl.DataFrame({"day": days})
        case "standard_version":
            return pl.DataFrame(list(standard.versions), schema_overrides={"last_period": pl.String})
        case _:
            return _dated(pl.DataFrame(list(standard.reference[own])))


def _codelist_frame(standard: Standard, name: str) -> pl.DataFrame:
    codes = standard.codelists[name]
    plain = [{"code": c.code, "label": c.label, "definition": c.definition, "standing": c.standing} for c in codes]
    flags = pl.DataFrame([dict(code.flags) for code in codes]) if codes[0].flags else pl.DataFrame()
    dates = pl.DataFrame(
        {"since": [c.since for c in codes], "until": [c.until for c in codes]}, schema_overrides=_DATES
    )
    return pl.concat(
        [pl.DataFrame(plain), dates, flags.select(_flag(flags[f]) for f in flags.columns)], how="horizontal"
    )


_DATES = {"since": pl.Date, "until": pl.Date}


def _flag(series: pl.Series) -> pl.Series:
    """A flag column of true and false as booleans; any other column as it is, blanks as null."""
    if set(series) <= {"true", "false"}:
        return (series == "true").alias(series.name)
    return series.replace({"": None})


def _dated(frame: pl.DataFrame) -> pl.DataFrame:
    dates = [pl.col(name).replace({"": None}).str.to_date("%Y-%m-%d") for name in ("opened", "closed")]
    return frame.with_columns(*dates)


def _by_team(reasons: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """For each team, the reasons it is left out, from the teams of each reason."""
    teams = {team for of in reasons.values() for team in of}
    return {team: tuple(why for why, of in reasons.items() if team in of) for team in sorted(teams)}


def not_open(checked: Checked) -> set[str]:
    """The teams the register says are planned, closed or merged."""
    register = checked.tables.get(REGISTER)
    if register is None:
        return set()
    known = register.values.filter(pl.col("team_status").is_not_null() & (pl.col("team_status") != OPEN))
    return set(known[TEAM].drop_nulls())


def _rows(checked: CheckedTable, mask: pl.Series) -> str:
    numbers = checked.text.frame[ROW].filter(mask)
    return f"row{'s' if numbers.len() > 1 else ''} {rows_named([str(n) for n in numbers.head(3)], numbers.len())}"


def _quoted(texts: Iterable[str]) -> str:
    return ", ".join("'" + text.replace("'", "''") + "'" for text in sorted(texts))
