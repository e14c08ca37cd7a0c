"""What each chart of the report shows, and the same figures as the table beside it.

It takes figures from the content and puts them into words; how a chart is drawn is the business of `charts.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crt_return.national.charts import Bar, BarChart, Group, longest
from crt_return.national.content import Content
from crt_return.national.counting import Spread
from crt_return.national.words import about, number, out_of, percent, quarter_words, value_words
from crt_return.standard import REQUIREMENT, Standard

FULLY, FULLY_OPERATIONAL = "fully", "fully_operational"
BESIDE_THE_ARTICLE = ("N2", "N3", "N4", "N5", "N11", "N12", "N13", "N14")
NO_FIGURE = "not evaluated"


@dataclass(frozen=True)
class Grid:
    """A table for people: the first cell of each row names the row; `numeric` are the columns that line up right."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: bool = True


@dataclass(frozen=True)
class Picture:
    """A chart and the table with the same figures."""

    chart: BarChart
    grid: Grid


def growth(content: Content, standard: Standard) -> Picture:
    """Home treatment in 2003, now, and the target."""
    comparators = standard.national.comparators
    episodes, compared = content.figures["N6"], content.figures["N8"]
    rows = [("2003, as published", float(comparators["home_treatment_2003"].value), 0)]
    if compared.value is not None:
        rows.append((f"{content.period}, reported by the teams returned", episodes.value or 0, 0))
    if compared.estimate is not None:
        rows.append((f"{content.period}, estimate for all teams", episodes.estimate or 0, 1))
    rows.append(("The target, due by December 2005", float(comparators["home_treatment_target"].value), 0))
    groups = tuple(Group(label, (Bar(value, _counted(value, series), series),)) for label, value, series in rows)
    chart = BarChart(
        "growth",
        "Home treatment a year",
        "; ".join(f"{label}: {_counted(value, series)}" for label, value, series in rows) + ".",
        groups,
        longest([value for _, value, _ in rows]),
        series=("Counted", "Estimated") if compared.estimate is not None else (),
    )
    grid = Grid(
        f"{chart.title}: the figures",
        ("What", "Home treatment"),
        tuple((label, _counted(value, series)) for label, value, series in rows),
    )
    return Picture(chart, grid)


def _counted(value: float, series: int) -> str:
    return about(value) if series else number(value)


def by_quarter(content: Content) -> Picture:
    """Episodes of each quarter, reported and estimated for all teams."""
    groups, rows = [], []
    for quarter in content.quarters:
        one, teams = (content.by_quarter[quarter.period][name] for name in ("N6", "N2"))
        named = quarter_words(quarter)
        reported = NO_FIGURE if one.value is None else number(one.value)
        estimate = NO_FIGURE if one.estimate is None else about(one.estimate)
        groups.append(Group(named, (Bar(one.value, reported, 0), Bar(one.estimate, estimate, 1))))
        rows.append((named, out_of(teams.numerator or 0, teams.denominator or 0), reported, estimate))
    chart = BarChart(
        "quarters",
        "Episodes of home treatment started, by quarter",
        " ".join(f"{row[0]}: {row[2]} reported, {row[3]} for all teams." for row in rows),
        tuple(groups),
        longest([bar.value for group in groups for bar in group.bars]),
        series=("Reported by the teams returned", "Estimate for all teams in existence"),
    )
    headings = ("Quarter", "Teams returned", "Episodes reported", "Estimate for all teams")
    return Picture(chart, Grid(f"{chart.title}: the figures", headings, tuple(rows)))


def beside_the_article(content: Content) -> Picture:
    """The shares that something was published on at the time, beside it."""
    shares = [content.figures[name] for name in BESIDE_THE_ARTICLE]
    groups, rows = [], []
    for one in shares:
        target = one.indicator.target
        words = target.words if target else "no figure found"
        shown = out_of(one.numerator or 0, one.denominator or 0) if one.value is not None else NO_FIGURE
        bar = Bar(one.value, shown, 0, target.value if target else None)
        groups.append(Group(f"{one.indicator.title} (at the time: {words})", (bar,)))
        rows.append((one.indicator.title, value_words(one), words, target.source if target else ""))
    chart = BarChart(
        "article",
        "What these returns show, and what was published at the time",
        " ".join(f"{row[0]}: {row[1]}; at the time, {row[2]}." for row in rows),
        tuple(groups),
        1,
        series=("These returns",),
        mark="Published at the time, where it was a number",
    )
    headings = ("Indicator", "These returns", "Published at the time", "Source")
    return Picture(chart, Grid(f"{chart.title}: the figures", headings, tuple(rows), False))


def fidelity(content: Content) -> Picture:
    """Full operation and the five requirements: how many teams claim them, and how many show them."""
    compared = [_claims(content), *_requirements(content)]
    claimed, computed = "Claimed by the team", "Shown by its figures"
    groups = tuple(
        Group(one.label, (_share_bar(one.claimed, one.teams, 0), _share_bar(one.computed, one.teams, 1)))
        for one in compared
    )
    rows = tuple(
        (
            one.label,
            out_of(one.claimed, one.teams),
            out_of(one.computed, one.teams),
            number(one.not_assessed),
            number(one.too_much),
            number(one.too_little),
        )
        for one in compared
    )
    chart = BarChart(
        "fidelity",
        "Teams with each requirement fully in place, claimed and computed",
        " ".join(f"{row[0]}: claimed by {row[1]}, shown by {row[2]}." for row in rows),
        groups,
        1,
        series=(claimed, computed),
    )
    headings = ("Requirement", claimed, computed, "Not assessed", "Claimed and not shown", "Shown and not claimed")
    return Picture(chart, Grid(f"{chart.title}: the figures", headings, rows))


@dataclass(frozen=True)
class Compared:
    """How many teams claim something fully, how many show it, and how many do the one without the other."""

    label: str
    teams: int
    claimed: int
    computed: int
    not_assessed: int
    too_much: int
    too_little: int


def _claims(content: Content) -> Compared:
    own = content.breakdowns["claims"]
    shown = own.total(computed=FULLY_OPERATIONAL)
    both = own.total(claimed=FULLY_OPERATIONAL, computed=FULLY_OPERATIONAL)
    claimed, unknown = own.total(claimed=FULLY_OPERATIONAL), own.total(computed="not assessed")
    open_claims = own.total(claimed=FULLY_OPERATIONAL, computed="not assessed")
    label = "Fully operational: all five requirements"
    return Compared(label, own.total(), claimed, shown, unknown, claimed - both - open_claims, shown - both)


def _requirements(content: Content) -> Iterable[Compared]:
    own = content.breakdowns["fidelity"]
    for code, label in own.labels[REQUIREMENT].items():
        claimed, shown = own.total(requirement=code, claimed=FULLY), own.total(requirement=code, computed=FULLY)
        both = own.total(requirement=code, claimed=FULLY, computed=FULLY)
        unknown = own.total(requirement=code, computed="not assessed")
        open_claims = own.total(requirement=code, claimed=FULLY, computed="not assessed")
        teams = own.total(requirement=code)
        yield Compared(label, teams, claimed, shown, unknown, claimed - both - open_claims, shown - both)


def _share_bar(part: int, whole: int, series: int) -> Bar:
    return Bar(part / whole if whole else None, out_of(part, whole), series)


def outcomes(content: Content) -> Picture:
    """What assessments led to."""
    own = content.breakdowns["outcomes"]
    total = own.total()
    counts = [(own.labels["outcome"][code], count) for (code,), count in own.counts.items()]
    groups = tuple(Group(label, (_share_bar(count, total, 0),)) for label, count in counts)
    rows = tuple((label, number(count), percent(count / total) if total else "") for label, count in counts)
    chart = BarChart(
        "outcomes",
        "What followed from assessments",
        f"Of {number(total)} assessments: " + ", ".join(f"{label} {number(count)}" for label, count in counts) + ".",
        groups,
        max((count / total for _, count in counts), default=1) if total else 1,
    )
    headings = ("Outcome", "Assessments", "Share of all")
    return Picture(chart, Grid(f"What followed from {number(total)} assessments", headings, rows))


def spreads(content: Content) -> list[tuple[Spread, Picture | None]]:
    """The spread of each figure over the teams, and its picture where there are enough of them."""
    return [(one, _spread(name, one) if one.bands else None) for name, one in content.spreads.items()]


def _spread(name: str, one: Spread) -> Picture:
    own = one.distribution
    groups = tuple(Group(band, (Bar(float(teams), number(teams)),)) for band, teams in one.bands)
    rows = tuple((band, number(teams), percent(teams / one.teams)) for band, teams in one.bands)
    chart = BarChart(
        f"spread-{name}",
        f"{own.title}: teams in each band",
        ", ".join(f"{band}: {number(teams)} {'team' if teams == 1 else 'teams'}" for band, teams in one.bands) + ".",
        groups,
        longest([float(teams) for _, teams in one.bands]),
        labels_left=True,
    )
    headings = (f"{own.title} ({own.unit})", "Teams", "Share of teams")
    return Picture(chart, Grid(f"{own.title}: {number(one.teams)} teams by band", headings, rows))
