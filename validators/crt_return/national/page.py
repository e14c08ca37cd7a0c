"""The report as one HTML page for people: headline first, then each part with its chart and the table behind it.

It puts figures in their places; words come from `words.py` and `headlines.py`, charts from `charts.py`, and the form
from the template. The page stands by itself and fetches nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crt_return.national import pictures
from crt_return.national.charts import svg
from crt_return.national.content import NOT_RECEIVED, Content, Provider
from crt_return.national.counting import Spread
from crt_return.national.coverage import QuarterCoverage
from crt_return.national.disclosure import HIDDEN, NO_RETURN, ShownFigure
from crt_return.national.figures import Figure
from crt_return.national.headlines import banner, headlines
from crt_return.national.pictures import Grid, Picture
from crt_return.national.tables import PublishedTable
from crt_return.national.words import beside_words, day, number, out_of, outcome, quarter_words, span, value_words
from crt_return.pages import page
from crt_return.standard import Standard

ACTIVITY = ("N6", "N7", "N8", "N9")


@dataclass(frozen=True)
class Drawn:
    """A chart as it stands in the page, and the table behind it."""

    title: str
    svg: str
    grid: Grid


def page_text(content: Content, tables: Sequence[PublishedTable], standard: Standard) -> str:
    """The page."""
    return page("national.html", **_filled(content, tables, standard))


def _filled(content: Content, tables: Sequence[PublishedTable], standard: Standard) -> dict[str, Any]:
    figures = content.figures
    return {
        "period": content.period,
        "months": span(content.quarters),
        "as_at": day(content.as_at) if content.as_at else None,
        "status": content.status,
        "banner": banner(content),
        "synthetic": content.synthetic,
        "headlines": headlines(content),
        "coverage": _coverage_grid(content),
        "indicators": _indicator_grid(content),
        "article": _drawn(pictures.beside_the_article(content)),
        "growth": _drawn(pictures.growth(content, standard)),
        "quarters": _drawn(pictures.by_quarter(content)),
        "activity": [(figures[name], value_words(figures[name]), beside_words(figures[name])) for name in ACTIVITY],
        "estimate_title": figures["N6"].indicator.estimate_title,
        "outcomes": _drawn(pictures.outcomes(content)),
        "conversion": value_words(figures["N10"]),
        "fidelity": _drawn(pictures.fidelity(content)),
        "claim_gap": (figures["N17"], value_words(figures["N17"]), beside_words(figures["N17"])),
        "spreads": [
            (one, _quartile_words(one), picture and _drawn(picture)) for one, picture in pictures.spreads(content)
        ],
        "providers": _provider_grid(content),
        "not_in": _not_in(content),
        "control": content.control,
        "definitions": [one.indicator for one in figures.values()],
        "files": [(table.file, table.title) for table in tables],
        "standard": standard,
    }


def _drawn(picture: Picture) -> Drawn:
    return Drawn(picture.chart.title, svg(picture.chart), picture.grid)


def _coverage_grid(content: Content) -> Grid:
    headings = ("Quarter", "Providers with an accepted return", "Teams returned", "Status by this quarter")
    both = zip(content.quarters, content.coverage, strict=True)
    rows = tuple((quarter_words(quarter), *_coverage_row(one, content)) for quarter, one in both)
    return Grid("What the figures rest on, by quarter", headings, rows, numeric=False)


def _coverage_row(one: QuarterCoverage, content: Content) -> tuple[str, ...]:
    providers = out_of(one.providers_accepted, one.providers_expected)
    return providers, out_of(one.teams_returned, one.teams_expected), one.status(content.limits)


def _indicator_grid(content: Content) -> Grid:
    headings = ("Indicator", "What it is", "England", "Published at the time", "Standing")
    rows = tuple(_indicator_row(one) for one in content.figures.values())
    return Grid("The national indicators, England, not rounded", headings, rows, numeric=False)


def _indicator_row(one: Figure) -> tuple[str, ...]:
    target = one.indicator.target
    said = f"{target.words} ({target.source})" if target else "no figure found"
    value = " ".join([value_words(one) if one.state != "value" else f"{value_words(one)}.", *beside_words(one)])
    return one.indicator.id, one.indicator.title, value, said, one.indicator.standing


def _quartile_words(one: Spread) -> str | None:
    """The middle half of the teams in words."""
    if one.quartiles is None:
        return None
    low, middle, high = (_value(value, one) for value in one.quartiles)
    teams = number(one.teams)
    return (
        f"Of {teams} teams with a value, half lie at {middle} or above; the middle half lie between {low} and {high}."
    )


def _value(value: float, one: Spread) -> str:
    return f"{100 * value:.0f}%" if one.distribution.kind == "share" else f"{value:.4g}"


def _provider_grid(content: Content) -> Grid:
    """What providers did over the period, a row for each that is in the figures; the rest is in the files."""
    shown = [one for one in content.figures.values() if one.indicator.providers and one.indicator.time == "flow"]
    headings = (
        "Provider",
        "Quarters in the figures",
        *(f"{one.indicator.title} ({one.indicator.id})" for one in shown),
    )
    england = ("England, not rounded", _quarters(quarter.period for quarter in content.quarters))
    first = (*england, *(value_words(one) for one in shown))
    rows = [_provider_row(provider, shown) for provider in content.providers if provider.quarters]
    return Grid("Activity by provider, rounded", headings, (first, *rows), numeric=False)


def _provider_row(provider: Provider, shown: Sequence[Figure]) -> tuple[str, ...]:
    named = f"{provider.name} ({provider.code})" if provider.name else provider.code
    return named, _quarters(provider.quarters), *(_shown_words(provider.figures[one.indicator.id]) for one in shown)


def _quarters(periods: Any) -> str:
    """Quarters by their numbers: "Q1, Q2"."""
    return ", ".join(period[-2:] for period in periods)


def _shown_words(one: ShownFigure) -> str:
    """A controlled figure as people write it: "65 of 160 (41%)"."""
    numerator, denominator = (_cell(part) for part in (one.numerator, one.denominator))
    if one.denominator is None or {one.numerator, one.denominator} & {NO_RETURN}:
        return numerator
    share = "" if one.percentage == HIDDEN else f" ({one.percentage}%)"
    return f"{numerator} of {denominator}{share}"


def _cell(part: int | str | None) -> str:
    return number(part) if isinstance(part, int) else str(part)


def _not_in(content: Content) -> list[tuple[str, list[str]]]:
    """The returns that are not in the figures, by quarter, each with what became of it."""
    by_quarter: Mapping[str, list[str]] = {quarter.period: [] for quarter in content.quarters}
    for one in content.returns:
        if not one.outcome.startswith("accepted"):
            named = one.provider_name or one.provider_code
            became = "not received" if one.outcome == NOT_RECEIVED else outcome(one.outcome)
            by_quarter[one.period].append(f"{named} ({became})")
    return [(period, names) for period, names in by_quarter.items() if names]
