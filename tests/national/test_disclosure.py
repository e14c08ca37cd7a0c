"""No published set of figures lets a small count be worked out: a reader who knows nearly everything is tried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crt_return.indicator import DisclosureControl
from crt_return.national.disclosure import (
    HIDDEN,
    Column,
    Shares,
    controlled,
    hidden_everywhere,
    percentage,
    rounded,
)

CONTROL = DisclosureControl(date(2005, 4, 1), 5, 5, "NHSE-SDC", "sourced")
SMALL = CONTROL.small_number
CODES = [f"RZ{letter}" for letter in "ABCDEFG"]
# Small numbers, the edges of hiding, and a few that are larger: where suppression is hard.
COUNT = st.one_of(st.integers(0, 9), st.sampled_from([0, 4, 5, 6, 12, 27]))


@st.composite
def pairs(draw: st.DrawFn) -> Shares:
    """Numerators and denominators of up to seven providers."""
    size = draw(st.integers(1, len(CODES)))
    denominators = dict(zip(CODES, draw(st.lists(COUNT, min_size=size, max_size=size)), strict=False))
    numerators = {code: draw(st.integers(0, most)) for code, most in denominators.items()}
    return Shares(numerators, denominators)


@pytest.mark.parametrize(
    ("count", "shown"), [(5, 5), (7, 5), (7.4, 5), (7.5, 10), (8, 10), (12, 10), (12.5, 15), (13, 15), (1234, 1235)]
)
def test_a_count_is_rounded_to_the_nearest_five_halves_upwards(count: float, shown: int) -> None:
    assert rounded(count, 5) == shown


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [(5, 40, 13), (29, 200, 15), (1, 3, 33), (2, 3, 67), (115, 200, 58), (9, 9, 100), (57.5, 100, 58), (8.35, 10, 84)],
)
def test_a_percentage_is_whole_halves_upwards(numerator: float, denominator: float, shown: int) -> None:
    assert percentage(numerator, denominator) == shown


def shown(numerators: Mapping[str, float], denominators: Mapping[str, float] | None = None) -> dict[str, object]:
    (figures,) = controlled([Shares(numerators, denominators)], CONTROL)
    return {code: figure.numerator for code, figure in figures.items()}


@pytest.mark.parametrize("count", [0, 1, 4])
def test_a_count_under_five_is_hidden_nought_too(count: int) -> None:
    assert shown({"RZA": count, "RZB": 3, "RZC": 100})["RZA"] == HIDDEN


def test_five_is_shown() -> None:
    assert shown({"RZA": 5, "RZB": 20}) == {"RZA": 5, "RZB": 20}


def test_one_hidden_provider_takes_the_next_smallest_with_it() -> None:
    assert shown({"RZA": 3, "RZB": 40, "RZC": 22, "RZD": 90}) == {"RZA": "*", "RZB": 40, "RZC": "*", "RZD": 90}


def test_two_hidden_providers_need_no_other() -> None:
    assert shown({"RZA": 3, "RZB": 1, "RZC": 22}) == {"RZA": "*", "RZB": "*", "RZC": 20}


def test_hidden_noughts_that_add_up_to_nought_take_another_with_them() -> None:
    assert shown({"RZA": 0, "RZB": 0, "RZC": 22, "RZD": 60}) == {"RZA": "*", "RZB": "*", "RZC": "*", "RZD": 60}


def test_hidden_counts_that_are_all_the_largest_there_is_take_another_with_them() -> None:
    assert shown({"RZA": 4, "RZB": 4, "RZC": 22, "RZD": 60})["RZC"] == HIDDEN


def test_a_nought_is_not_protected_by_the_smallest_count_that_is_shown_alone() -> None:
    """Five and nought make five: who knows that five is the larger of the two knows both."""
    assert shown({"RZA": 0, "RZB": 5, "RZC": 30, "RZD": 40}) == {"RZA": "*", "RZB": "*", "RZC": "*", "RZD": 40}


def test_a_single_provider_is_hidden_and_so_are_all_where_none_can_protect_another() -> None:
    assert shown({"RZA": 3}) == {"RZA": "*"}
    assert shown({"RZA": 0, "RZB": 5}) == {"RZA": "*", "RZB": "*"}


def test_a_percentage_is_hidden_with_either_of_its_counts() -> None:
    of = Shares(
        {"RZA": 3, "RZB": 22, "RZC": 40, "RZD": 41},
        {"RZA": 30, "RZB": 40, "RZC": 80, "RZD": 82},
    )
    (figures,) = controlled([of], CONTROL)
    assert [(one.numerator, one.denominator, one.percentage) for one in figures.values()] == [
        ("*", 30, "*"),
        ("*", 40, "*"),  # hidden to protect the first, and its percentage would give it back
        (40, 80, 50),
        (40, 80, 50),
    ]


def test_a_count_is_hidden_wherever_it_stands() -> None:
    """The teams returned are the numerator of one share and the denominator of another, whose bounds differ."""
    returned = {"RZA": 0, "RZB": 5, "RZC": 9, "RZD": 30}
    figures = [
        Shares(returned, {"RZA": 3, "RZB": 5, "RZC": 12, "RZD": 30}),
        Shares({"RZA": 0, "RZB": 5, "RZC": 9, "RZD": 8}, returned),
        Shares({"RZA": 0, "RZB": 1, "RZC": 2, "RZD": 8}, returned),
    ]
    first, *others = controlled(figures, CONTROL)
    for other in others:
        assert {code: one.numerator for code, one in first.items()} == {
            code: one.denominator for code, one in other.items()
        }


@settings(max_examples=400, deadline=None)
@given(pairs())
@example(Shares({"RZA": 0, "RZB": 5, "RZC": 6}, {"RZA": 9, "RZB": 5, "RZC": 6}))
def test_who_knows_every_shown_count_exactly_cannot_work_out_a_small_one(of: Shares) -> None:
    hidden = hidden_everywhere([of], CONTROL)
    for counts, least, most in columns(of, hidden):
        own = hidden[frozenset(counts.items())]
        assert {code for code, count in counts.items() if count < SMALL} <= own
        if own != set(counts):  # where all are hidden, the table says no more than its total
            for code, possible in possibilities(counts, own, least, most).items():
                assert len(possible) > 1, f"{code} can only be {possible}"


Bounds = Mapping[str, float]


def columns(of: Shares, hidden: Mapping[Column, frozenset[str]]) -> list[tuple[dict[str, int], Bounds, Bounds]]:
    """Each column with what a reader knows of it from what is shown of the other: the least and the most it can be."""
    numerators = {code: int(count) for code, count in of.numerators.items()}
    denominators = {code: int(count) for code, count in (of.denominators or {}).items()}
    nothing: Bounds = dict.fromkeys(numerators, 0)
    endless: Bounds = dict.fromkeys(numerators, 10**6)
    of_numerators, of_denominators = (hidden[frozenset(counts.items())] for counts in (numerators, denominators))
    least = {code: 0 if code in of_numerators else count for code, count in numerators.items()}
    most = {code: 10**6 if code in of_denominators else count for code, count in denominators.items()}
    return [(numerators, nothing, most), (denominators, least, endless)]


def possibilities(
    counts: Mapping[str, int], hidden: frozenset[str], least: Bounds, most: Bounds
) -> dict[str, set[int]]:
    """Every value that each small count can have, for a reader who knows the total, every count that is shown, which
    counts are hidden for being small, that the others are no larger than any shown, and the other column."""
    smallest_shown = min(count for code, count in counts.items() if code not in hidden)
    total = sum(counts[code] for code in hidden)
    ranges = {
        code: range(SMALL)
        if counts[code] < SMALL
        else range(max(SMALL, int(least[code])), min(smallest_shown, int(most[code])) + 1)
        for code in hidden
    }
    small = [code for code in hidden if counts[code] < SMALL]
    return {
        code: {
            value
            for value in ranges[code]
            if total - value in sums([own for other, own in ranges.items() if other != code])
        }
        for code in small
    }


def sums(ranges: Sequence[range]) -> set[int]:
    """Every sum of one number of each range."""
    reached = {0}
    for own in ranges:
        reached = {before + value for before in reached for value in own}
    return reached


@settings(max_examples=400, deadline=None)
@given(pairs())
def test_who_reads_only_what_is_published_cannot_work_out_any_hidden_count(of: Shares) -> None:
    """The rounded counts alone, without a mark that tells the small from those that protect them."""
    (figures,) = controlled([of], CONTROL)
    for part, counts in (("numerator", of.numerators), ("denominator", of.denominators or {})):
        published = {code: getattr(figure, part) for code, figure in figures.items()}
        hidden = [code for code, cell in published.items() if cell == HIDDEN]
        if not hidden or len(hidden) == len(published):
            continue
        lowest = sum(max(SMALL, cell - 2) for cell in published.values() if cell != HIDDEN)
        assert len(hidden) > 1
        assert sum(counts.values()) - lowest >= 1, "every hidden count must be nought"


@settings(max_examples=200, deadline=None)
@given(pairs())
def test_what_is_shown_is_the_rounded_count_and_never_a_small_one(of: Shares) -> None:
    (figures,) = controlled([of], CONTROL)
    for code, figure in figures.items():
        for cell, count in (
            (figure.numerator, of.numerators[code]),
            (figure.denominator, (of.denominators or {})[code]),
        ):
            assert cell == HIDDEN or (count >= SMALL and cell == rounded(count, 5))
        if HIDDEN in (figure.numerator, figure.denominator):
            assert figure.percentage == HIDDEN
        else:
            assert isinstance(figure.percentage, int)
            assert 0 <= figure.percentage <= 100


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=7))
def test_posts_are_hidden_as_counts_are(hundredths: list[int]) -> None:
    posts = dict(zip(CODES, (number / 100 for number in hundredths), strict=False))
    own = hidden_everywhere([Shares(posts)], CONTROL)[frozenset(posts.items())]
    small = {code for code, count in posts.items() if count < SMALL}
    assert small <= own
    if small and own != set(posts):
        assert len(own) > 1
        assert sum(posts[code] for code in own) > SMALL * len(own - small), "every small count must be nought"
