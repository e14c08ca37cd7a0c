"""What all tests share: thresholds judged in plain Python, where the library would be imported for every return.

`test_thresholds.py` shows that the library, in the process of its own, finds the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from crt_return.expectations import Missed, Rows, Suite


class PlainJudge:
    """Judges the ranges of the suites without Great Expectations."""

    def __enter__(self) -> PlainJudge:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was started."""

    def missed(self, suites: Sequence[Suite], rows: Rows, results: Path | None = None) -> list[Missed]:
        assert results is None, "only the library has results to keep"
        expectations = [one for suite in suites for one in suite["expectations"]]
        return [
            Missed(one["meta"]["measure"], one["meta"]["level"], outside(one["kwargs"], rows)) for one in expectations
        ]


def outside(asked: Mapping[str, Any], rows: Rows) -> tuple[int, ...]:
    """The rows whose value lies outside the range that is asked for; a blank one lies in any."""
    values = [row[asked["column"]] for row in rows]
    return tuple(n for n, value in enumerate(values) if value is not None and not within(asked, value))


def within(asked: Mapping[str, Any], value: float) -> bool:
    low, high = asked.get("min_value"), asked.get("max_value")
    above = low is None or (value > low if asked.get("strict_min") else value >= low)
    below = high is None or (value < high if asked.get("strict_max") else value <= high)
    return above and below


@pytest.fixture(autouse=True)
def judged_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that validate returns in their own process do not start another."""
    monkeypatch.setattr(import_module("crt_return.validate"), "Expectations", PlainJudge)
