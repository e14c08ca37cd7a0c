"""The financial-year quarters a return can be for, and the working days between. It reads no file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True)
class Quarter:
    """A financial-year quarter and the last day its return is in time."""

    period: str
    starts: date
    ends: date
    previous_period: str | None
    deadline: date


def working_days(first: date, last: date, holidays: frozenset[date]) -> list[date]:
    """The days from first to last that are neither weekend nor bank holiday."""
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5 and day not in holidays]


def quarters(calendar: dict[str, Any], holidays: frozenset[date]) -> dict[str, Quarter]:
    """Every quarter of the calendar by its name."""
    periods = list(_periods(calendar["first_period"], calendar["last_period"]))
    after = calendar["working_days_after_quarter_end"]["deadline"]
    return {
        period: _quarter(period, periods[n - 1] if n else None, after, holidays) for n, period in enumerate(periods)
    }


def _periods(first: str, last: str) -> list[str]:
    years = range(int(first[:4]), int(last[:4]) + 1)
    every = [f"{year}-{(year + 1) % 100:02d}-Q{n}" for year in years for n in range(1, 5)]
    return [period for period in every if first <= period <= last]


def _quarter(period: str, previous: str | None, deadline: int, holidays: frozenset[date]) -> Quarter:
    starts, ends = quarter_dates(period)
    return Quarter(period, starts, ends, previous, working_day_after(ends, deadline, holidays))


def working_day_after(day: date, number: int, holidays: frozenset[date]) -> date:
    """The working day of that number after a day: 1 is the first."""
    return working_days(day + timedelta(1), day + timedelta(3 * number + 7), holidays)[number - 1]


def months(quarter: Quarter) -> tuple[str, ...]:
    """The three months of a quarter as the standard writes them: 2007-01, 2007-02, 2007-03."""
    first = quarter.starts
    return tuple(f"{first.year}-{first.month + n:02d}" for n in range(3))


def months_of(quarter: Quarter) -> str:
    """A quarter in words: "January to March 2007"."""
    return f"{quarter.starts:%B} to {quarter.ends:%B %Y}"


def quarter_dates(period: str) -> tuple[date, date]:
    """First and last day of a period such as 2006-07-Q4 (January to March 2007)."""
    year, number = int(period[:4]), int(period[-1])
    starts = date(year, 3 * number + 1, 1) if number < 4 else date(year + 1, 1, 1)
    following = date(starts.year, starts.month + 3, 1) if starts.month < 10 else date(starts.year + 1, 1, 1)
    return starts, following - timedelta(1)
