"""Last quarter's return, as far as the template takes it over: sound cells of tables that rarely change.

It takes nothing that the checker would fault, nor a code that is no longer in force. Whether a return may be taken
over at all (its provider, its quarter, a register that can be read) is decided here; which cells are, by `rows`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from crt_return.cell_findings import CheckedTable, Release
from crt_return.publishing.template.settings import settings
from crt_return.quarters import Quarter
from crt_return.reading import Unreadable, read_package
from crt_return.standard import HEADER, OPEN, REGISTER, TEAM, Field, Standard
from crt_return.tables import Checked, check_tables, load_pandera

Value = str | int | float | date | datetime | None
Record = Mapping[str, Value]


class PriorUnfit(Exception):  # noqa: N818 - the words a caller reads
    """The return cannot be taken over; the message is a sentence for the user."""


@dataclass(frozen=True)
class Prior:
    """A quarter, its open teams and those that keep only their row of the register, and the records of each table.

    `unread` says of each table that was to be taken over, and could not be read, why.
    """

    period: str
    open_teams: tuple[str, ...]
    other_teams: tuple[str, ...]
    records: Mapping[str, Sequence[Record]]
    unread: Mapping[str, str]


def read_prior(path: Path, provider: str, quarter: Quarter, standard: Standard) -> Prior:
    """The return at a path, to be taken over for a provider's next quarter.

    Raises PriorUnfit where it cannot be read, is of another provider or not of the quarter before, or names no team.
    """
    load_pandera()
    try:
        package = read_package(path, standard)
    except Unreadable as error:
        raise PriorUnfit(f"The return given with --prior cannot be read. {error}") from None
    (checked,) = check_tables([package], standard, None)
    for name in (HEADER, REGISTER):
        if name in checked.unread:
            raise PriorUnfit(f"The return at {path} cannot be taken over: {checked.unread[name]}.")
    _refuse_other(path, checked.release, provider, quarter)
    prior = _prior(checked, quarter, standard)
    if not prior.open_teams and not prior.other_teams:
        raise PriorUnfit(f"The return at {path} has no team to take over. Give the number of teams with --teams.")
    return prior


def _refuse_other(path: Path, release: Release, provider: str, quarter: Quarter) -> None:
    """Refuse a return of another provider, or not of the quarter before."""
    if release.provider_code != provider:
        raise PriorUnfit(f"The return at {path} is of {release.provider_code or 'no provider'}, not of {provider}.")
    if quarter.previous_period is None:
        raise PriorUnfit(f"{quarter.period} is the first quarter of the standard; no return comes before it.")
    if release.period != quarter.previous_period:
        raise PriorUnfit(
            f"The return at {path} is for {release.period or 'no quarter'}; "
            f"the quarter before {quarter.period} is {quarter.previous_period}."
        )


def _prior(checked: Checked, quarter: Quarter, standard: Standard) -> Prior:
    taken = settings()
    tables = [name for name in taken.carried if name in checked.tables]
    records = {name: [*_records(checked.tables[name], quarter, standard)] for name in tables}
    status = {str(one[TEAM]): one["team_status"] for one in records[REGISTER] if one[TEAM] is not None}
    return Prior(
        period=str(checked.release.period),
        open_teams=tuple(team for team, is_now in status.items() if is_now == OPEN),
        other_teams=tuple(team for team, is_now in status.items() if is_now in taken.register_only),
        records=records,
        unread={
            name: checked.unread[name]
            for name in taken.carried
            if name in checked.unread and standard.tables[name].presence == "required"
        },
    )


def _records(checked: CheckedTable, quarter: Quarter, standard: Standard) -> Iterator[Record]:
    """The rows of a table: each sound cell with its value, the others None."""
    bad = {name: marks.to_list() for name, marks in checked.bad.items()}
    fields = checked.table.fields
    codes = {one.name: {code.code for code in standard.codes(one, quarter.ends)} for one in fields if one.codelist}
    for n, row in enumerate(checked.values.iter_rows(named=True)):
        yield {
            one.name: None if one.name in bad and bad[one.name][n] else _value(row[one.name], one, codes)
            for one in fields
        }


def _value(value: Any, field: Field, codes: Mapping[str, set[str]]) -> Value:
    """A value as the template holds it: true and false as the standard writes them, a code only if still in force."""
    if field.name in codes and value not in codes[field.name]:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value  # type: ignore[no-any-return]  # what Polars hands out of a typed column
