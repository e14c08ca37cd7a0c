"""The data quality score by the published method (DQMI), and what it is made of: items, records and their classes.

It exists so that the arithmetic of the score can be checked against the published worked example, apart from any
return. It reads no file and no table: `standard` hands it the content of `schema/measures/data_quality.yaml`, and
`completeness` the counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Any


@dataclass(frozen=True)
class DefaultThreshold:
    """The share of an item's records that may be defaults, and the day from which that holds."""

    starts: date
    at_most: float
    source: str
    standing: str


@dataclass(frozen=True)
class RequiredRows:
    """The field whose codes (those flagged `only`), or the quarter's months, each need a row of every open team."""

    table: str
    field: str
    rule: str
    only: str | None = None


@dataclass(frozen=True)
class ConditionalCell:
    """A cell that has to be filled in the rows where `when` is true."""

    table: str
    field: str
    when: str
    rule: str


@dataclass(frozen=True)
class Item:
    """A data item of the score: where it is, how many records its cell stands for, what counts as a default."""

    table: str
    field: str
    core: bool = True
    weight: str | None = None
    default_values: tuple[float, ...] = ()
    defaults_in: str | None = None
    thresholds: tuple[DefaultThreshold, ...] = ()

    def allowed(self, day: date) -> float | None:
        """The share of records that may be defaults in a quarter that starts on `day`; None where none is set."""
        shares = [threshold.at_most for threshold in self.thresholds if threshold.starts <= day]
        return shares[-1] if shares else None


@dataclass(frozen=True)
class DataQuality:
    """What completeness counts: rows and cells that have to be there, and the items of the score."""

    rows: tuple[RequiredRows, ...]
    conditional: tuple[ConditionalCell, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Vodim:
    """The records of one item, each in exactly one class; `allowed` is the share that may be defaults."""

    records: int
    valid: int
    other: int
    default: int
    invalid: int
    missing: int
    allowed: float | None = None

    @property
    def complete_and_valid(self) -> int:
        """The records filled with something that may stand there, defaults included."""
        return self.valid + self.other + self.default

    @property
    def excess_default(self) -> float:
        """The defaults above what is allowed. Rounded, so that 5% of 60 is 3 and no more."""
        return 0.0 if self.allowed is None else max(0.0, round(self.default - self.allowed * self.records, 9))

    @property
    def score(self) -> float | None:
        """The item's score from 0 to 1; None without records."""
        return (self.complete_and_valid - self.excess_default) / self.records if self.records else None


def data_quality_score(items: Sequence[Vodim], coverages: Sequence[float]) -> float | None:
    """The score from 0 to 100: mean score of the items with records, times mean coverage. None without either.

    A coverage is 0 or 1, or a share of the periods expected; one for each period or for each item, as is wanted.
    """
    scores = [item.score for item in items if item.score is not None]
    return 100 * fmean(scores) * fmean(coverages) if scores and coverages else None


def data_quality_of(raw: Mapping[str, Any]) -> DataQuality:
    """The content of the standard's file as objects."""
    return DataQuality(
        rows=tuple(RequiredRows(**one) for one in raw["rows"]),
        conditional=tuple(ConditionalCell(**one) for one in raw["conditional"]),
        items=tuple(_item(one) for one in raw["items"]),
    )


def _item(raw: Mapping[str, Any]) -> Item:
    thresholds = tuple(
        DefaultThreshold(one["from"], one["at_most"], one["source"], one["standing"])
        for one in raw.get("thresholds", ())
    )
    return Item(**{**raw, "default_values": tuple(raw.get("default_values", ())), "thresholds": thresholds})
