"""How much of England is in the figures, quarter by quarter, and what the report may be called on the strength of it.

A limit is asked of every quarter: a year is no more final than its worst quarter. The limits are the standard's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crt_return.indicator import Coverage, CoverageLimits
from crt_return.measure import COMPARED_DECIMALS
from crt_return.national.figures import Figure

Status = Literal["final", "provisional", "withheld"]
PROVIDERS, TEAMS = "C1", "N2"


@dataclass(frozen=True)
class QuarterCoverage:
    """What was expected of a quarter and what was accepted."""

    period: str
    providers_accepted: int
    providers_expected: int
    teams_returned: int
    teams_expected: int

    @property
    def shares(self) -> tuple[float | None, float | None]:
        """The share of providers and of teams; None where none was expected."""
        return (
            _share(self.providers_accepted, self.providers_expected),
            _share(self.teams_returned, self.teams_expected),
        )

    def reaches(self, level: Coverage) -> bool:
        """Whether both shares are at least those of a level; a share of nothing reaches none."""
        asked = zip(self.shares, (level.providers, level.teams), strict=True)
        return all(share is not None and round(share - least, COMPARED_DECIMALS) >= 0 for share, least in asked)

    def status(self, limits: CoverageLimits) -> Status:
        """What a report of this quarter alone may be called."""
        if self.reaches(limits.final):
            return "final"
        return "provisional" if self.reaches(limits.provisional) else "withheld"


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def coverage_of(period: str, figures: Mapping[str, Figure]) -> QuarterCoverage:
    """The coverage of a quarter by its indicators."""
    providers, teams = figures[PROVIDERS], figures[TEAMS]
    counts = (providers.numerator, providers.denominator, teams.numerator, teams.denominator)
    return QuarterCoverage(period, *(int(count or 0) for count in counts))


def status_of(quarters: Sequence[QuarterCoverage], limits: CoverageLimits) -> Status:
    """What the report may be called: by the quarter with the least coverage."""
    reached = {one.status(limits) for one in quarters}
    if "withheld" in reached:
        return "withheld"
    return "provisional" if "provisional" in reached else "final"


def short_of(quarters: Sequence[QuarterCoverage], level: Coverage) -> list[QuarterCoverage]:
    """The quarters whose coverage does not reach a level."""
    return [one for one in quarters if not one.reaches(level)]
