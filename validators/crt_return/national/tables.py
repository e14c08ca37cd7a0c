"""The report as tables: one model for the CSV files, the sheets of the workbook and what is read back from them.

A column says what kind of figure it holds, so that each form can write it as one, and so that a check on what was
published knows which figures are counts. It formats nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from crt_return.national.content import Content, Provider
from crt_return.national.coverage import QuarterCoverage
from crt_return.national.disclosure import ShownFigure
from crt_return.national.figures import Figure
from crt_return.standard import Standard

ColumnKind = Literal["text", "count", "number", "share", "percentage"]
Cell = str | int | float | None
ENGLAND, PROVIDER = "england", "provider"
DECIMALS = 9


@dataclass(frozen=True)
class Column:
    """One column: its name in a CSV file, its heading for people, and the kind of figure in it."""

    name: str
    title: str
    kind: ColumnKind = "text"


@dataclass(frozen=True)
class PublishedTable:
    """One table as it is published."""

    name: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def file(self) -> str:
        """Its CSV file."""
        return f"{self.name}.csv"


def tables_of(content: Content, standard: Standard) -> list[PublishedTable]:
    """Every table of the report, in the order in which they are read."""
    return [
        _indicators(content),
        _coverage(content),
        _activity(content),
        _growth(content, standard),
        *(_breakdown(content, name) for name in content.breakdowns),
        _distributions(content),
        _providers(content),
        _returns(content),
    ]


def plain(number: float | None) -> int | float | None:
    """A number as it is written: whole where it is whole, without the noise past the ninth decimal."""
    if number is None:
        return None
    short = round(number, DECIMALS)
    return int(short) if float(short).is_integer() else short


FIGURE_COLUMNS = (
    Column("numerator", "Numerator", "count"),
    Column("denominator", "Denominator", "count"),
    Column("value", "Value", "number"),
    Column("state", "State"),
    Column("because", "Because"),
    Column("unknown", "Not known for", "count"),
    Column("estimate", "Estimate for all teams", "number"),
    Column("estimate_because", "No estimate because"),
    Column("upper_bound", "At most", "count"),
)


def figure_cells(one: Figure) -> tuple[Cell, ...]:
    """A figure for England, in the order of its columns."""
    value = (plain(one.numerator), plain(one.denominator), plain(one.value), one.state, one.because)
    beside = (plain(one.unknown), estimate(one), one.estimate_because, plain(one.upper_bound))
    return *value, *beside


def estimate(one: Figure) -> int | float | None:
    """An estimate as it is written: of a count, whole."""
    whole = one.estimate is not None and one.indicator.kind == "count"
    return round(one.estimate or 0) if whole else plain(one.estimate)


def _indicators(content: Content) -> PublishedTable:
    columns = (
        Column("indicator", "Indicator"),
        Column("title", "Title"),
        Column("kind", "Kind"),
        Column("unit", "Unit"),
        *FIGURE_COLUMNS,
        Column("target", "Published at the time"),
        Column("target_source", "Source of that"),
        Column("standing", "Standing"),
    )
    return PublishedTable(
        "indicators",
        "The national indicators",
        "England, not rounded. A share is the numerator out of the denominator; a value of 0.4 is 40%.",
        columns,
        tuple(_indicator_row(one) for one in content.figures.values()),
    )


def _indicator_row(one: Figure) -> tuple[Cell, ...]:
    own, target = one.indicator, one.indicator.target
    said = (target.words, target.source) if target else (None, None)
    return own.id, own.title, own.kind, own.unit, *figure_cells(one), *said, own.standing


def _coverage(content: Content) -> PublishedTable:
    columns = (
        Column("period", "Quarter"),
        Column("providers_accepted", "Providers with an accepted return", "count"),
        Column("providers_expected", "Providers expected", "count"),
        Column("providers_share", "Share of providers", "share"),
        Column("teams_returned", "Teams returned", "count"),
        Column("teams_expected", "Teams in existence", "count"),
        Column("teams_share", "Share of teams", "share"),
        Column("status", "Status by this quarter"),
    )
    rows = tuple(_coverage_row(one, content) for one in content.coverage)
    return PublishedTable("coverage", "Coverage by quarter", "How much of England is in the figures.", columns, rows)


def _coverage_row(one: QuarterCoverage, content: Content) -> tuple[Cell, ...]:
    providers, teams = (plain(share) for share in one.shares)
    return (
        one.period,
        one.providers_accepted,
        one.providers_expected,
        providers,
        one.teams_returned,
        one.teams_expected,
        teams,
        one.status(content.limits),
    )


def _activity(content: Content) -> PublishedTable:
    columns = (
        Column("period", "Quarter"),
        Column("starts", "From"),
        Column("ends", "To"),
        Column("teams_returned", "Teams returned", "count"),
        Column("teams_expected", "Teams in existence", "count"),
        Column("episodes_reported", "Episodes reported", "count"),
        Column("episodes_estimated", "Episodes, estimate for all teams", "number"),
        Column("assessments", "Assessments", "count"),
        Column("led_to_home_treatment", "Led to home treatment", "count"),
        Column("conversion", "Share that led to home treatment", "share"),
    )
    rows: list[tuple[Cell, ...]] = []
    for quarter, coverage in zip(content.quarters, content.coverage, strict=True):
        of = content.by_quarter[quarter.period]
        episodes, led = of["N6"], of["N10"]
        days = (quarter.starts.isoformat(), quarter.ends.isoformat())
        teams = (coverage.teams_returned, coverage.teams_expected)
        assessed = (plain(led.denominator), plain(led.numerator), plain(led.value))
        rows.append((quarter.period, *days, *teams, plain(episodes.value), estimate(episodes), *assessed))
    note = "England. The estimate is the reported episodes times teams in existence over teams returned."
    return PublishedTable("activity", "Home treatment and assessments by quarter", note, columns, tuple(rows))


def _growth(content: Content, standard: Standard) -> PublishedTable:
    columns = (
        Column("what", "What"),
        Column("dated", "When"),
        Column("episodes", "Home treatment", "number"),
        Column("source", "Source"),
        Column("note", "Note"),
    )
    episodes, growth = content.figures["N6"], content.figures["N8"]
    note = growth.because and f"Not to be compared: {growth.because}."
    own = (
        ("Reported by the teams returned", content.period, plain(episodes.value), "accepted returns", note),
        ("Estimate for all teams", content.period, estimate(episodes), "accepted returns, grossed up", note),
    )
    published = standard.national.comparators.values()
    rows = [(one.title, one.dated, one.value, one.source, one.note) for one in published]
    about = "Home treatment in this period beside the figures published at the time. Only whole years can be compared."
    return PublishedTable("growth", "Growth of home treatment", about, columns, (*rows, *own))


def _breakdown(content: Content, name: str) -> PublishedTable:
    counted = content.breakdowns[name]
    own = counted.breakdown
    columns: list[Column] = []
    for one in own.by:
        columns += [Column(one.column, f"{one.title} (code)"), Column(f"{one.column}_label", one.title)]
    rows: list[tuple[Cell, ...]] = []
    for codes, count in counted.counts.items():
        named = [
            part
            for column, code in zip(counted.columns, codes, strict=True)
            for part in (code, counted.labels[column][code])
        ]
        rows.append((*named, count))
    return PublishedTable(
        name,
        own.title,
        "England, not rounded.",
        (*columns, Column(own.unit, own.unit.capitalize(), "count")),
        tuple(rows),
    )


def _distributions(content: Content) -> PublishedTable:
    columns = (
        Column("distribution", "Distribution"),
        Column("title", "Title"),
        Column("unit", "Unit"),
        Column("band", "Band"),
        Column("teams", "Teams", "count"),
        Column("because", "Not shown because"),
    )
    rows: list[tuple[Cell, ...]] = []
    for name, one in content.spreads.items():
        own = (name, one.distribution.title, one.distribution.unit)
        rows += [(*own, band, teams, None) for band, teams in one.bands]
        rows += [(*own, None, None, one.because)] if one.because else []
    note = "England: how many teams lie in each band. No figure of a single team is published."
    return PublishedTable("distributions", "Distributions over teams", note, columns, tuple(rows))


PROVIDER_COLUMNS = (
    Column("level", "Level"),
    Column("provider_code", "Provider code"),
    Column("provider_name", "Provider"),
    Column("quarters", "Quarters in the figures"),
    Column("indicator", "Indicator"),
    Column("title", "Title"),
    Column("numerator", "Numerator", "count"),
    Column("denominator", "Denominator", "count"),
    Column("percentage", "Percentage", "percentage"),
)


def _providers(content: Content) -> PublishedTable:
    of_providers = [one for one in content.figures.values() if one.indicator.providers]
    rows = [_england_row(one, content) for one in of_providers]
    rows += [_provider_row(provider, one) for provider in content.providers for one in of_providers]
    note = (
        f"England is not rounded. Below England counts are rounded to the nearest {content.control.rounded_to}, and "
        f"those under {content.control.small_number} are hidden (*), with others where they would give them away. "
        "[x]: no accepted return."
    )
    return PublishedTable("providers", "The indicators by provider", note, PROVIDER_COLUMNS, tuple(rows))


def _england_row(one: Figure, content: Content) -> tuple[Cell, ...]:
    quarters = " ".join(quarter.period for quarter in content.quarters)
    percentage = None if one.value is None or one.indicator.kind == "count" else plain(100 * one.value)
    own = (one.indicator.id, one.indicator.title)
    return ENGLAND, None, "England", quarters, *own, plain(one.numerator), plain(one.denominator), percentage


def _provider_row(provider: Provider, one: Figure) -> tuple[Cell, ...]:
    shown: ShownFigure = provider.figures[one.indicator.id]
    named = (provider.code, provider.name or None, " ".join(provider.quarters) or None)
    own = (one.indicator.id, one.indicator.title)
    return PROVIDER, *named, *own, shown.numerator, shown.denominator, shown.percentage


def _returns(content: Content) -> PublishedTable:
    columns = (
        Column("period", "Quarter"),
        Column("provider_code", "Provider code"),
        Column("provider_name", "Provider"),
        Column("outcome", "Outcome"),
        Column("late", "Late"),
    )
    rows: Iterable[tuple[Cell, ...]] = (
        (one.period, one.provider_code, one.provider_name or None, one.outcome, _yes_no(one.late))
        for one in content.returns
    )
    note = "What became of each return that was expected or sent: the last that stands. Only accepted ones are counted."
    return PublishedTable("returns", "The returns", note, columns, tuple(rows))


def _yes_no(late: bool | None) -> str | None:
    return None if late is None else "yes" if late else "no"
