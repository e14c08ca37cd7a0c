"""How complete a return is, level by level, and its data quality score: the report's block on completeness.

It exists to bring the counts, the levels and the score together for one return. The formulas of the levels are
SQL in `schema/measures/completeness.yaml`, over the two tables that `cell_counts` makes; the score's are in
`data_quality`. It judges nothing: thresholds do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from crt_return.batch import Batch
from crt_return.cell_counts import CELL_TYPES, ROW_TYPES, Stack, cell_frames, every_cell, row_frames, stacked, vodims
from crt_return.data_quality import Item, Vodim, data_quality_score
from crt_return.measure import Measure
from crt_return.measured import NO_QUARTER
from crt_return.privacy import LARGEST_COUNT, masked
from crt_return.standard import HEADER, REGISTER, TEAM, Standard
from crt_return.tables import Checked

CELLS = "completeness.cell"
ROWS = "completeness.row"
NO_TEAMS = "there are no open teams"
NONE_EXPECTED = "no team is expected"

Counts = Mapping[str | None, tuple[int | None, int | None]]


@dataclass(frozen=True)
class Level:
    """One level, of a team or of the return. `because` says why it has no value, or what its counts leave out."""

    id: str
    title: str
    numerator: int | None
    denominator: int | None
    because: str | None = None

    @property
    def state(self) -> str:
        """Whether there is a value, and if not, why in a word."""
        if self.numerator is None or self.denominator is None:
            return "not evaluated"
        return "measured" if self.denominator else "not applicable"

    @property
    def value(self) -> float | None:
        """The level from 0 to 1, unrounded."""
        return self.numerator / self.denominator if self.numerator is not None and self.denominator else None

    def as_dict(self) -> dict[str, Any]:
        """The level as the report has it."""
        return {
            "level": self.id,
            "title": self.title,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "value": _rounded(self.value),
            "state": self.state,
            "because": masked(self.because) if self.because else None,
        }


@dataclass(frozen=True)
class Quality:
    """The data quality score of a return, and the counts of its items; `because` is as for a level."""

    score: float | None
    coverage: float
    because: str | None
    items: tuple[tuple[Item, Vodim], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The score as the report has it."""
        return {
            "score": _rounded(self.score),
            "coverage": self.coverage,
            "because": masked(self.because) if self.because else None,
            "items": [_item_dict(item, counts) for item, counts in self.items],
        }


@dataclass(frozen=True)
class Completeness:
    """The levels of a return, those of each open team, and the data quality score."""

    levels: tuple[Level, ...]
    teams: Mapping[str, tuple[Level, ...]]
    quality: Quality

    def as_dict(self) -> dict[str, Any]:
        """The report's block `completeness`."""
        return {
            "levels": [level.as_dict() for level in self.levels],
            "teams": [
                {"team_id": masked(team), "levels": [level.as_dict() for level in levels]}
                for team, levels in self.teams.items()
            ],
            "data_quality": self.quality.as_dict(),
        }


# One number for the whole country: the return at hand knows nothing of it.
PROVIDERS = Level("C1", "Expected providers with an accepted return", None, None, "it is worked out at acceptance")


def completeness(
    batch: Batch, standard: Standard, measures: Sequence[Measure], coverage: float = 1.0
) -> list[Completeness]:
    """How complete each return of a batch is by the measures of completeness.

    `coverage` is the share of the expected periods that were submitted: 1 for the return of one quarter, which is here.
    """
    open_ = {n: why for n, one in enumerate(batch.returns) if (why := _blocked(one.checked, standard))}
    counted = {n: own for group in _groups(batch, standard, open_) for n, own in _counted(group, standard).items()}
    nothing = _Counted(pl.DataFrame(schema=CELL_TYPES), pl.DataFrame(schema=ROW_TYPES), (), ())
    by_return = [counted.get(n, nothing) for n in range(len(batch.returns))]
    batch.hold(CELLS, [one.cells for one in by_return])
    batch.hold(ROWS, [one.rows for one in by_return])
    batch.load((HEADER, REGISTER))
    counts = level_counts(measures, batch, counted)
    return [
        _completeness(counts[n], measures, counted[n], one.checked, standard, coverage)
        if n in counted
        else _open(open_[n], measures, coverage)
        for n, one in enumerate(batch.returns)
    ]


@dataclass(frozen=True)
class _Counted:
    """What was counted in one return: the two tables that the levels read, its open teams, the items of the score."""

    cells: pl.DataFrame
    rows: pl.DataFrame
    teams: tuple[str, ...]
    items: Sequence[tuple[Item, Vodim]]


def _groups(batch: Batch, standard: Standard, open_: Container[int]) -> list[Stack]:
    """The returns in which something can be counted, those of a quarter together."""
    by_period: dict[str, dict[int, Checked]] = defaultdict(dict)
    for n, one in enumerate(batch.returns):
        if n not in open_:
            by_period[one.period or ""][n] = one.checked
    return [stacked(of, standard.quarters[period], standard) for period, of in by_period.items()]


def _counted(group: Stack, standard: Standard) -> dict[int, _Counted]:
    """What was counted in each return of a quarter."""
    cells = every_cell(group, standard)
    items, by_cell, by_row = vodims(cells, group, standard), cell_frames(cells, group), row_frames(group, standard)
    return {n: _Counted(by_cell[n], by_row[n], group.teams[n], items[n]) for n in group.returns}


def _open(why: str, measures: Iterable[Measure], coverage: float) -> Completeness:
    """What is said of a return in which nothing can be counted."""
    levels = (Level(measure.id, measure.title, None, None, why) for measure in measures)
    return Completeness((PROVIDERS, *levels), {}, Quality(None, coverage, why))


def _completeness(
    counts: Mapping[str, Counts],
    measures: Iterable[Measure],
    counted: _Counted,
    checked: Checked,
    standard: Standard,
    coverage: float,
) -> Completeness:
    """What is said of a return from the counts of its levels and of its cells."""
    return Completeness(
        (PROVIDERS, *(_of_return(measure, counts[measure.id], checked, standard) for measure in measures)),
        {team: _of_team(team, measures, counts) for team in counted.teams},
        _quality(counted, checked, standard, coverage),
    )


def level_counts(measures: Iterable[Measure], batch: Batch, of: Collection[int]) -> dict[int, dict[str, Counts]]:
    """Numerator and denominator of each level by team, for each of these returns.

    The team None is what belongs to no open team, or a provider's level.
    """
    found: dict[int, dict[str, Counts]] = {n: {} for n in of}
    for measure in measures:
        numerators, denominators = (_by_team(sql or "", batch, of) for sql in (measure.numerator, measure.denominator))
        for n, own in found.items():
            own[measure.id] = {team: (numerators[n].get(team), below) for team, below in denominators[n].items()}
    return found


def _quality(counted: _Counted, checked: Checked, standard: Standard, coverage: float) -> Quality:
    """The data quality score of a return. None without open teams: the header alone says nothing of the data."""
    items = tuple(counted.items)
    if not counted.teams:
        return Quality(None, coverage, NO_TEAMS, items)
    score = data_quality_score([counts for item, counts in items if item.core], [coverage])
    return Quality(score, coverage, _left_out(checked, standard), items)


def _blocked(checked: Checked, standard: Standard) -> str | None:
    """Why nothing can be counted: without header and register nobody knows what had to be sent."""
    unread = [checked.unread[name] for name in (HEADER, REGISTER) if name in checked.unread]
    return "; ".join(unread) or (None if checked.release.period in standard.quarters else NO_QUARTER)


def _left_out(checked: Checked, standard: Standard) -> str | None:
    """What the counts of a return leave out: files that were not read, rows of teams that nobody registered."""
    unread = [why for name, why in checked.unread.items() if standard.tables[name].presence == "required"]
    orphans = ["rows of teams that are not in the register are not counted (PKG-07)"] if checked.orphans else []
    return "; ".join([*unread, *orphans]) or None


def _by_team(sql: str, batch: Batch, of: Iterable[int]) -> dict[int, dict[str | None, int | None]]:
    """What a query counts for each team of each return."""
    found = batch.rows(sql, of)
    return {n: {row.get(TEAM): row["value"] for row in rows.iter_rows(named=True)} for n, rows in found.items()}


def _of_return(measure: Measure, counts: Counts, checked: Checked, standard: Standard) -> Level:
    """A level of the whole return: the provider's, or the teams' and the rest's added up."""
    if measure.of == "provider":
        return _of_provider(measure, counts.get(None, (None, None)), checked, standard)
    numerator, denominator = (sum(pair[n] or 0 for pair in counts.values()) for n in (0, 1))
    because = _left_out(checked, standard) if denominator else NO_TEAMS
    return Level(measure.id, measure.title, numerator, denominator, because)


def _of_provider(
    measure: Measure, counts: tuple[int | None, int | None], checked: Checked, standard: Standard
) -> Level:
    header = checked.tables[HEADER]
    if header.values.height > 1:
        return Level(measure.id, measure.title, None, None, "the header has more than one row (HDR-01)")
    if "teams_expected" in header.bad or (counts[1] or 0) > LARGEST_COUNT:
        return Level(measure.id, measure.title, None, None, "teams_expected is blank or at fault")
    return Level(measure.id, measure.title, *counts, _left_out(checked, standard) if counts[1] else NONE_EXPECTED)


def _of_team(team: str, measures: Iterable[Measure], counts: Mapping[str, Counts]) -> tuple[Level, ...]:
    of_teams = [measure for measure in measures if measure.of == "team"]
    return tuple(Level(measure.id, measure.title, *counts[measure.id].get(team, (None, None))) for measure in of_teams)


def _item_dict(item: Item, counts: Vodim) -> dict[str, Any]:
    return {
        "table": item.table,
        "field": item.field,
        "core": item.core,
        "records": counts.records,
        "valid": counts.valid,
        "other": counts.other,
        "default": counts.default,
        "invalid": counts.invalid,
        "missing": counts.missing,
        "excess_default": _rounded(counts.excess_default),
        "score": _rounded(counts.score),
    }


def _rounded(value: float | None) -> float | None:
    """A value without the noise of floating point, for showing."""
    return None if value is None else round(value, 6)
