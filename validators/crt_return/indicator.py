"""What the national report is made of, as published: indicators, tables by code, spreads over teams, and limits.

It holds the SQL and the numbers of `schema/national/` and computes nothing; `crt_return.national` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date
from typing import Any, Literal

Kind = Literal["count", "share", "ratio"]
Time = Literal["status", "flow"]


@dataclass(frozen=True)
class Target:
    """What was published at the time; `value` is None where only words were."""

    value: float | None
    words: str
    source: str
    standing: str


@dataclass(frozen=True)
class Indicator:
    """One national indicator: SQL that gives a row for each provider, England being their sum.

    `derived_from` is another indicator, divided by a `comparator`. `unknown` counts what the numerator could not judge,
    `estimate` is the value as it would be if every team had returned, `upper_bound` the most it can be where
    `not_evaluated` says why it cannot be told. `providers` says whether it is published below England.
    """

    id: str
    title: str
    kind: Kind
    unit: str
    time: Time
    providers: bool
    why: str
    source: str
    standing: str
    since: str
    examples: tuple[Mapping[str, Any], ...]
    numerator: str | None = None
    denominator: str | None = None
    derived_from: str | None = None
    comparator: str | None = None
    unknown: str | None = None
    estimate: str | None = None
    estimate_title: str | None = None
    upper_bound: str | None = None
    not_evaluated: str | None = None
    target: Target | None = None

    @property
    def sql(self) -> Mapping[str, str]:
        """Every query of the indicator by its part."""
        parts = {
            "numerator": self.numerator,
            "denominator": self.denominator,
            "unknown": self.unknown,
            "estimate": self.estimate,
            "upper_bound": self.upper_bound,
        }
        return {part: sql for part, sql in parts.items() if sql}


@dataclass(frozen=True)
class Dimension:
    """One column that counts are broken down by, with its values: the codes of a list, or its own."""

    column: str
    title: str
    codelist: str | None = None
    codes: Mapping[str, str] = attribute(default_factory=dict)


@dataclass(frozen=True)
class Breakdown:
    """Counts for England by code."""

    id: str
    title: str
    unit: str
    time: Time
    by: tuple[Dimension, ...]
    select: str
    why: str
    source: str
    standing: str
    since: str
    examples: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Distribution:
    """How many teams of England lie in each band of a figure; `last` is the name of the band without an upper end."""

    id: str
    title: str
    unit: str
    kind: Literal["number", "share"]
    edges: tuple[float, ...]
    last: str
    select: str
    why: str
    source: str
    standing: str
    since: str
    examples: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Coverage:
    """A share of expected providers and of expected teams."""

    providers: float
    teams: float


@dataclass(frozen=True)
class CoverageLimits:
    """The coverage a report needs to be final, and to be published at all, from a day on."""

    since: date
    final: Coverage
    provisional: Coverage
    source: str
    standing: str


@dataclass(frozen=True)
class DisclosureControl:
    """Under how many a count below England is hidden, and what others are rounded to, from a day on."""

    since: date
    small_number: int
    rounded_to: int
    source: str
    standing: str


@dataclass(frozen=True)
class Comparator:
    """A published figure that an indicator is divided by."""

    id: str
    title: str
    value: int
    dated: str
    source: str
    standing: str
    note: str


@dataclass(frozen=True)
class National:
    """All of `schema/national/` but its rules; what has a day is newest last."""

    indicators: Mapping[str, Indicator]
    breakdowns: Mapping[str, Breakdown]
    distributions: Mapping[str, Distribution]
    coverage: tuple[CoverageLimits, ...]
    disclosure: tuple[DisclosureControl, ...]
    comparators: Mapping[str, Comparator]


NATIONAL_FILES = ("indicators.yaml", "breakdowns.yaml", "distributions.yaml", "settings.yaml")


def national_of(
    indicators: Iterable[Mapping[str, Any]],
    breakdowns: Iterable[Mapping[str, Any]],
    distributions: Iterable[Mapping[str, Any]],
    settings: Mapping[str, Any],
) -> National:
    """The content of the standard's national files as objects."""
    return National(
        indicators={one["id"]: _indicator(one) for one in indicators},
        breakdowns={one["id"]: _breakdown(one) for one in breakdowns},
        distributions={one["id"]: _distribution(one) for one in distributions},
        coverage=tuple(_limits(one) for one in settings["coverage"]),
        disclosure=tuple(_control(one) for one in settings["disclosure"]),
        comparators={name: Comparator(id=name, **one) for name, one in settings["comparators"].items()},
    )


def _indicator(raw: Mapping[str, Any]) -> Indicator:
    target = Target(**raw["target"]) if "target" in raw else None
    return Indicator(**{**raw, "target": target, "examples": tuple(raw["examples"])})


def _breakdown(raw: Mapping[str, Any]) -> Breakdown:
    by = tuple(Dimension(**one) for one in raw["by"])
    return Breakdown(**{**raw, "by": by, "examples": tuple(raw["examples"])})


def _distribution(raw: Mapping[str, Any]) -> Distribution:
    return Distribution(**{**raw, "edges": tuple(raw["edges"]), "examples": tuple(raw["examples"])})


def _limits(raw: Mapping[str, Any]) -> CoverageLimits:
    final, provisional = (Coverage(**raw[level]) for level in ("final", "provisional"))
    return CoverageLimits(raw["from"], final, provisional, raw["source"], raw["standing"])


def _control(raw: Mapping[str, Any]) -> DisclosureControl:
    return DisclosureControl(raw["from"], raw["small_number"], raw["rounded_to"], raw["source"], raw["standing"])
