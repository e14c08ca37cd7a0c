"""England by code, and teams by band: the counts behind the charts that are not indicators.

It runs the SQL of the standard, fills in what nobody counted with 0, and names nothing of a single team.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from statistics import median, quantiles

from crt_return.indicator import Breakdown, Dimension, DisclosureControl, Distribution
from crt_return.measure import COMPARED_DECIMALS
from crt_return.national.data import Answers
from crt_return.standard import Standard


@dataclass(frozen=True)
class Counted:
    """A breakdown with its counts, by the codes of its dimensions in order; `labels` names the codes of each."""

    breakdown: Breakdown
    labels: Mapping[str, Mapping[str, str]]
    counts: Mapping[tuple[str, ...], int]

    def total(self, **codes: str) -> int:
        """The sum of the counts with these codes."""
        places = [(self.columns.index(column), code) for column, code in codes.items()]
        return sum(count for key, count in self.counts.items() if all(key[place] == code for place, code in places))

    @property
    def columns(self) -> list[str]:
        """The dimensions' columns in order."""
        return list(self.labels)


def counted(breakdown: Breakdown, answers: Answers, standard: Standard) -> Counted:
    """A breakdown for England; every combination of known codes is there, and of codes met beside them."""
    columns = [one.column for one in breakdown.by]
    rows = answers.query(breakdown.select).select(*columns, "value").rows()
    met = {tuple(str(part) for part in row[:-1]): int(row[-1]) for row in rows}
    known = [known_codes(one, standard) for one in breakdown.by]
    labels = {
        column: {**codes, **{key[place]: key[place] for key in sorted(met) if key[place] not in codes}}
        for place, (column, codes) in enumerate(zip(columns, known, strict=True))
    }
    return Counted(breakdown, labels, {key: met.get(key, 0) for key in product(*labels.values())})


def known_codes(dimension: Dimension, standard: Standard) -> dict[str, str]:
    """The codes of a dimension with their labels."""
    if dimension.codelist is None:
        return dict(dimension.codes)
    return {code.code: code.label for code in standard.codelists[dimension.codelist]}


@dataclass(frozen=True)
class Spread:
    """How many teams lie in each band. `because` says why there is nothing to show."""

    distribution: Distribution
    teams: int
    bands: tuple[tuple[str, int], ...] = ()
    quartiles: tuple[float, float, float] | None = None
    because: str | None = None


def spread(distribution: Distribution, answers: Answers, control: DisclosureControl) -> Spread:
    """The spread of a figure over the teams of England; fewer teams than the small number are not shown."""
    found = answers.query(distribution.select)["value"].drop_nulls().to_list()
    values = sorted(round(float(value), COMPARED_DECIMALS) for value in found)
    if len(values) < control.small_number:
        because = f"fewer than {control.small_number} teams have a value, too few to be shown"
        return Spread(distribution, len(values), because=because)
    counts = Counter(bisect_right(distribution.edges, value) - 1 for value in values)
    bands = tuple((label, counts[place]) for place, label in enumerate(band_names(distribution)))
    return Spread(distribution, len(values), bands, _quartiles(values))


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    lower, _, upper = quantiles(values, n=4, method="inclusive")
    return lower, median(values), upper


def band_names(distribution: Distribution) -> list[str]:
    """The bands in words, the last by its own name."""
    edges = [_edge(edge, distribution) for edge in distribution.edges]
    return [*(f"{low} to under {high}" for low, high in pairwise(edges)), distribution.last]


def _edge(edge: float, distribution: Distribution) -> str:
    return f"{round(100 * edge, 6):g}%" if distribution.kind == "share" else f"{edge:g}"
