"""Test the data quality score against its published worked example, figure by figure."""

from __future__ import annotations

from datetime import date

import pytest

from crt_return.data_quality import DefaultThreshold, Item, Vodim, data_quality_score

# DQMI methodology, appendix 1: records, complete and valid, defaults, default threshold in per cent, score in per cent.
PUBLISHED = [
    (2500, 2400, 100, 2, 94.0),
    (2500, 2500, 100, 100, 100.0),
    (2500, 2000, 100, 0, 76.0),
    (1000, 900, 900, 0, 0.0),
    (1000, 800, 800, 100, 80.0),
    (1000, 900, 450, 0, 45.0),
    (1000, 1000, 100, 3.5, 93.5),
    (10000, 10000, 0, None, 100.0),
    (10000, 10000, 0, None, 100.0),
    (50000, 50000, 100, 2, 100.0),
    (50000, 49000, 5000, 100, 98.0),
    (50000, 45000, 5000, 3.5, 83.5),
]
# Of the three data sets they are from: one sent in each of three months, one in one of them, one in two.
COVERAGES = [1.0] * 3 + [1 / 3] * 6 + [2 / 3] * 3


def published(records: int, complete: int, default: int, threshold: float | None) -> Vodim:
    allowed = None if threshold is None else threshold / 100
    return Vodim(records, complete - default, 0, default, records - complete, 0, allowed)


@pytest.mark.parametrize(("records", "complete", "default", "threshold", "score"), PUBLISHED)
def test_item_has_the_published_score(
    records: int, complete: int, default: int, threshold: float | None, score: float
) -> None:
    item = published(records, complete, default, threshold)
    assert item.score is not None
    assert 100 * item.score == pytest.approx(score)


def test_the_published_score_is_47_2() -> None:
    score = data_quality_score([published(*row[:4]) for row in PUBLISHED], COVERAGES)
    assert score is not None
    assert round(score, 1) == 47.2
    assert score == pytest.approx(9.7 / 12 * 7 / 12 * 100)


def test_item_without_records_is_left_out() -> None:
    none, all_of_it = Vodim(0, 0, 0, 0, 0, 0, 0.05), Vodim(10, 9, 0, 0, 1, 0)
    assert none.score is None
    assert data_quality_score([none, all_of_it], [1.0]) == pytest.approx(90)
    assert data_quality_score([none], [1.0]) is None
    assert data_quality_score([all_of_it], []) is None


def test_period_not_submitted_scores_nothing() -> None:
    whole = [Vodim(4, 4, 0, 0, 0, 0)]
    assert data_quality_score(whole, [1, 1, 0, 1]) == pytest.approx(75)
    assert data_quality_score(whole, [0]) == 0


@pytest.mark.parametrize(("records", "default"), [(60, 3), (100, 5), (140, 7), (1_000_000, 50_000)])
def test_defaults_up_to_the_threshold_cost_nothing(records: int, default: int) -> None:
    assert Vodim(records, records - default, 0, default, 0, 0, 0.05).score == 1
    assert Vodim(records, records - default - 1, 0, default + 1, 0, 0, 0.05).excess_default == pytest.approx(1)


def test_invalid_costs_the_same_as_missing_and_other_nothing() -> None:
    assert Vodim(4, 2, 2, 0, 0, 0, 0).score == 1
    assert Vodim(4, 3, 0, 0, 1, 0, 0).score == Vodim(4, 3, 0, 0, 0, 1, 0).score == 0.75


def test_quarter_has_the_last_threshold_begun_by_its_start() -> None:
    shares = [(date(2005, 4, 1), 0.05), (date(2008, 4, 1), 0.02)]
    item = Item("a", "b", thresholds=tuple(DefaultThreshold(day, share, "", "") for day, share in shares))
    assert item.allowed(date(2005, 4, 1)) == 0.05
    assert item.allowed(date(2008, 1, 1)) == 0.05
    assert item.allowed(date(2008, 4, 1)) == 0.02
    assert item.allowed(date(2005, 3, 31)) is None
    assert Item("a", "b").allowed(date(2008, 4, 1)) is None
