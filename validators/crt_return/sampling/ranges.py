"""The ranges of the suites judged in plain Python, where Great Expectations would take longer than all else together.

A test shows that the library finds the same. Returns that somebody sends are judged by the library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crt_return.expectations import Missed, Rows, Suite
from crt_return.standard import Standard
from crt_return.thresholds import Question, suites


def missed(question: Question, standard: Standard) -> list[Missed]:
    """What the rows of a question miss."""
    return missed_of(suites(standard, question.day), question.rows)


def missed_of(asked: Sequence[Suite], rows: Rows) -> list[Missed]:
    """What rows miss of some suites."""
    expectations = [one for suite in asked for one in suite["expectations"]]
    return [Missed(one["meta"]["measure"], one["meta"]["level"], _outside(one["kwargs"], rows)) for one in expectations]


def _outside(asked: Mapping[str, Any], rows: Rows) -> tuple[int, ...]:
    """The rows whose value lies outside the range that is asked for; a blank one lies in any."""
    values = [row[asked["column"]] for row in rows]
    return tuple(n for n, value in enumerate(values) if value is not None and not _within(asked, value))


def _within(asked: Mapping[str, Any], value: float) -> bool:
    low, high = asked.get("min_value"), asked.get("max_value")
    above = low is None or (value > low if asked.get("strict_min") else value >= low)
    below = high is None or (value < high if asked.get("strict_max") else value <= high)
    return above and below
