"""Disclosure control: what may be shown of a provider beside an England figure that is not rounded. Pure functions.

Below England a count under the small number is hidden, nought too; any other is rounded. A percentage is shown only
where both its counts are. Then further providers are hidden until no small count can be worked out, even by a reader
who takes every rounded count for exact (percentages beside them can make it so), who knows which counts are hidden for
being small and which only to protect them, that the latter are no larger than any count shown, and that no numerator
is larger than its denominator. What is hidden only to protect others is no secret by itself. Where all are hidden the
table says no more than the England figure does. It knows nothing of indicators, files or forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, inf

from crt_return.indicator import DisclosureControl

HIDDEN = "*"
NO_RETURN = "[x]"
DECIMALS = 6

Counts = Mapping[str, float]
Column = frozenset[tuple[str, float]]  # a count of each provider; equal for figures that rest on the same count
Shown = int | str


@dataclass(frozen=True)
class Shares:
    """One figure of each provider: its count, and what it is out of where it is a share."""

    numerators: Counts
    denominators: Counts | None = None


@dataclass(frozen=True)
class ShownFigure:
    """One figure of one provider as it may be published; what it does not have is None."""

    numerator: Shown
    denominator: Shown | None = None
    percentage: Shown | None = None


@dataclass(frozen=True)
class Range:
    """The least and the most a hidden count can be, for all that a reader knows of it by itself."""

    least: float
    most: float


ANYTHING = Range(0, inf)


def rounded(count: float, to: int) -> int:
    """The nearest multiple, halves upwards."""
    return floor(_exact(count) / to + Fraction(1, 2)) * to


def percentage(numerator: float, denominator: float) -> int:
    """The nearest whole per cent, halves upwards."""
    return floor(100 * _exact(numerator) / _exact(denominator) + Fraction(1, 2))


def _exact(count: float) -> Fraction:
    """A count as a fraction, without the noise of its storage."""
    return Fraction(str(round(count, DECIMALS)))


def controlled(figures: Sequence[Shares], control: DisclosureControl) -> list[dict[str, ShownFigure]]:
    """Every figure of a publication as it may be shown, by provider. The same count is hidden wherever it stands."""
    hidden = hidden_everywhere(figures, control)
    return [{provider: _shown(provider, one, hidden, control) for provider in one.numerators} for one in figures]


def _shown(
    provider: str,
    one: Shares,
    hidden: Mapping[frozenset[tuple[str, float]], frozenset[str]],
    control: DisclosureControl,
) -> ShownFigure:
    def count(counts: Counts) -> Shown:
        return HIDDEN if provider in hidden[_column(counts)] else rounded(counts[provider], control.rounded_to)

    if one.denominators is None:
        return ShownFigure(count(one.numerators))
    numerator, denominator = count(one.numerators), count(one.denominators)
    share = HIDDEN if HIDDEN in (numerator, denominator) else percentage(*_pair(provider, one))
    return ShownFigure(numerator, denominator, share)


def _pair(provider: str, one: Shares) -> tuple[float, float]:
    return one.numerators[provider], (one.denominators or {})[provider]


def _column(counts: Counts) -> Column:
    return frozenset(counts.items())


def hidden_everywhere(figures: Sequence[Shares], control: DisclosureControl) -> dict[Column, frozenset[str]]:
    """The providers to hide in each count, which may be the numerator of one figure and the denominator of another.

    What a count is out of bounds it where it is shown: so what each column hides by itself is found out first.
    """
    columns = {
        _column(counts) for one in figures for counts in (one.numerators, one.denominators) if counts is not None
    }
    alone = {column: hidden(dict(column), {}, control) for column in columns}
    bounds = _bounds(figures, alone)
    return {column: hidden(dict(column), bounds[column], control) for column in columns}


def _bounds(figures: Iterable[Shares], alone: Mapping[Column, frozenset[str]]) -> dict[Column, dict[str, Range]]:
    """What a reader knows of each count from those it is out of, and from those that are out of it."""
    bounds: dict[Column, dict[str, Range]] = {column: {} for column in alone}
    for one in figures:
        numerators, denominators = _column(one.numerators), _column(one.denominators or {})
        if one.denominators is None or numerators == denominators:
            continue
        for provider, numerator in one.numerators.items():
            denominator = one.denominators[provider]
            if provider not in alone[denominators]:
                _narrow(bounds[numerators], provider, Range(0, denominator))
            if provider not in alone[numerators]:
                _narrow(bounds[denominators], provider, Range(numerator, inf))
    return bounds


def _narrow(bounds: dict[str, Range], provider: str, own: Range) -> None:
    known = bounds.get(provider, ANYTHING)
    bounds[provider] = Range(max(known.least, own.least), min(known.most, own.most))


def hidden(counts: Counts, bounds: Mapping[str, Range], control: DisclosureControl) -> frozenset[str]:
    """The providers to hide in one column beside its exact total: the small ones, and the next smallest as needed."""
    small = {provider for provider, count in counts.items() if count < control.small_number}
    others = sorted(counts.keys() - small, key=lambda provider: (counts[provider], provider))
    protecting: list[str] = []
    while small and others and _derivable(counts, small, protecting, others, bounds, control):
        protecting.append(others.pop(0))
    return frozenset({*small, *protecting})


def _derivable(
    counts: Counts,
    small: Iterable[str],
    protecting: Sequence[str],
    others: Sequence[str],
    bounds: Mapping[str, Range],
    control: DisclosureControl,
) -> bool:
    """Whether a small count follows from the sum of the hidden ones and from what each can be by itself."""
    whole = all(float(count).is_integer() for count in counts.values())
    largest_small = control.small_number - (1 if whole else 0)
    smallest_shown = min(counts[provider] for provider in others)
    ranges = {provider: Range(0, largest_small) for provider in small}
    for provider in protecting:
        own = bounds.get(provider, ANYTHING)
        ranges[provider] = Range(max(control.small_number, own.least), min(smallest_shown, own.most))
    total = round(sum(counts[provider] for provider in ranges), DECIMALS)
    return any(_fixed(provider, ranges, total) for provider in small)


def _fixed(provider: str, ranges: Mapping[str, Range], total: float) -> bool:
    """Whether one hidden count can only be one number, given the sum of all of them."""
    rest = [own for name, own in ranges.items() if name != provider]
    least = max(ranges[provider].least, total - sum(own.most for own in rest))
    most = min(ranges[provider].most, total - sum(own.least for own in rest))
    return round(most - least, DECIMALS) <= 0
