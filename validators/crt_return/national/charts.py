"""Bar charts as SVG. The one door to matplotlib.

A chart is drawn narrow, so that its letters stay readable on a telephone; its text is text, its series differ by
pattern as well as by colour, and every bar carries its figure in words. The same chart gives the same bytes. It knows
nothing of what it shows.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Any

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

WIDTH, MARGIN = 260.0, 2.0
BAR, LINE, GAP, TEXT = 11.0, 12.0, 7.0, 9.0
TEXT_ROOM, SHORT_TEXT_ROOM, LEFT_ROOM = 114.0, 34.0, 84.0
LETTERS_A_LINE = 52
DARK, LIGHT, MARK, INK = "#12436D", "#FFFFFF", "#F46A25", "#212b32"
SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "crt-return",
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "hatch.linewidth": 1.2,
    "text.parse_math": False,
}
POINTS_AN_INCH = 72


@dataclass(frozen=True)
class Bar:
    """One bar: its length, its figure in words, and which series it is of. None: there is no figure, and so no bar.

    `mark` is where another figure lies that the bar is to be compared with.
    """

    value: float | None
    shown: str
    series: int = 0
    mark: float | None = None


@dataclass(frozen=True)
class Group:
    """The bars of one thing, under or beside its name."""

    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class BarChart:
    """Bars from left to right; `limit` is the value of the longest there can be. A legend is drawn where there is one.

    `description` says in words what the chart shows, for those who cannot see it.
    """

    name: str
    title: str
    description: str
    groups: tuple[Group, ...]
    limit: float
    series: tuple[str, ...] = ()
    mark: str | None = None
    labels_left: bool = False


def svg(chart: BarChart) -> str:
    """The chart as an SVG element to put into a page."""
    height = _height(chart)
    with style.context(["default", SETTINGS]):  # whatever the settings of whoever runs it
        figure = Figure(figsize=(WIDTH / POINTS_AN_INCH, height / POINTS_AN_INCH))
        FigureCanvasSVG(figure)
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
        axes.set_axis_off()
        top = _draw_legend(axes, chart)
        for group in chart.groups:
            top = _draw_group(axes, group, chart, top)
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return _for_page(written.getvalue(), chart)


def _height(chart: BarChart) -> float:
    legend = len(_legend(chart)) * LINE + (GAP if _legend(chart) else 0)
    return legend + sum(_group_height(group, chart) for group in chart.groups) + MARGIN


def _group_height(group: Group, chart: BarChart) -> float:
    above = 0 if chart.labels_left else len(_lines(group.label)) * LINE
    return above + len(group.bars) * (BAR + 2) + (2 if chart.labels_left else GAP)


def _lines(label: str) -> list[str]:
    return wrap(label, LETTERS_A_LINE) or [""]


def _legend(chart: BarChart) -> list[str]:
    return [*chart.series, *([chart.mark] if chart.mark else [])]


def _draw_legend(axes: Axes, chart: BarChart) -> float:
    """The legend, and the height at which it ends."""
    top = 0.0
    for number, name in enumerate(_legend(chart)):
        if number < len(chart.series):
            axes.add_patch(_rectangle(MARGIN, top + 2, 14, number))
        else:
            _draw_mark(axes, MARGIN + 7, top + 6)
        _write(axes, MARGIN + 20, top + 6, name)
        top += LINE
    return top + (GAP if top else 0)


def _draw_group(axes: Axes, group: Group, chart: BarChart, top: float) -> float:
    """One group of bars, and the height at which it ends."""
    left, room = MARGIN, TEXT_ROOM
    if chart.labels_left:
        left, room = MARGIN + LEFT_ROOM, SHORT_TEXT_ROOM
        _write(axes, MARGIN, top + BAR / 2 + 1, group.label)
    else:
        for line in _lines(group.label):
            _write(axes, MARGIN, top + LINE / 2, line)
            top += LINE
    scale = (WIDTH - left - room) / chart.limit if chart.limit else 0
    for bar in group.bars:
        _draw_bar(axes, bar, left, top, scale)
        top += BAR + 2
    return top + (2 if chart.labels_left else GAP)


def _draw_bar(axes: Axes, bar: Bar, left: float, top: float, scale: float) -> None:
    length = (bar.value or 0) * scale
    if length:
        axes.add_patch(_rectangle(left, top + 1, length, bar.series))
    axes.plot([left, left], [top, top + BAR + 2], color=INK, linewidth=0.8)
    beyond = max(length, (bar.mark or 0) * scale + 4)
    if bar.mark is not None:
        _draw_mark(axes, left + bar.mark * scale, top + 1 + BAR / 2)
    _write(axes, left + beyond + 4, top + 1 + BAR / 2, bar.shown)


def _rectangle(left: float, top: float, length: float, series: int) -> Rectangle:
    """A bar: the first series is filled, the second hatched."""
    hatch = None if series == 0 else "////"
    fill = DARK if series == 0 else LIGHT
    return Rectangle((left, top), length, BAR - 2, facecolor=fill, edgecolor=DARK, linewidth=0.8, hatch=hatch)


def _draw_mark(axes: Axes, x: float, y: float) -> None:
    axes.plot([x], [y], marker="D", markersize=5, color=MARK, markeredgecolor=INK, markeredgewidth=0.8)


def _write(axes: Axes, x: float, y: float, words: str) -> None:
    axes.text(x, y, words, va="center_baseline", color=INK)


def _for_page(written: str, chart: BarChart) -> str:
    """The SVG without what belongs to a file of its own, named and described, its ids unlike any other chart's."""
    inside = written[written.index(">", written.index("<svg")) + 1 :]
    inside = re.sub(r"<(metadata|style)\b.*?</\1>", "", inside, flags=re.DOTALL)  # its style would be the page's
    inside = re.sub(r'id="([^"]+)"', rf'id="{chart.name}-\1"', inside)
    inside = re.sub(r'(url\(|xlink:href=")#', rf"\1#{chart.name}-", inside)
    inside = inside.replace("'DejaVu Sans'", "Arial, 'Liberation Sans', sans-serif")
    title, description = f"chart-{chart.name}-title", f"chart-{chart.name}-description"
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" class="chart" role="img" '
        f'aria-labelledby="{title} {description}" viewBox="0 0 {WIDTH:g} {_height(chart):g}" stroke-linejoin="round">'
        f'<title id="{title}">{escape(chart.title)}</title><desc id="{description}">{escape(chart.description)}</desc>'
    )
    return head + inside.strip()


def longest(values: Sequence[float | None]) -> float:
    """The value of the longest bar, for charts whose bars have no natural end."""
    return max((value for value in values if value), default=1.0)
