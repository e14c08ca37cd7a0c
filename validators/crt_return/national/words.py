"""Figures in words: "97 of 243 (39.9%)", "about 95,200", "April 2006 to March 2007". It computes no figure."""

from __future__ import annotations

from collections.abc import Sequence

from crt_return.indicator import Indicator
from crt_return.national.figures import Figure
from crt_return.quarters import Quarter

ESTIMATE_TO = 100


def number(value: float) -> str:
    """A number with commas, and decimals only where it has them."""
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def percent(share: float) -> str:
    """A share of England as a percentage to one decimal."""
    return f"{100 * share:.1f}%"


def out_of(numerator: float, denominator: float, things: str = "") -> str:
    """A share with both its counts: "97 of 243 teams (39.9%)"."""
    counts = f"{number(numerator)} of {number(denominator)} {things}".rstrip()
    return f"{counts} ({percent(numerator / denominator)})" if denominator else counts


def about(estimate: float) -> str:
    """An estimate, to the nearest hundred where it is large: more digits would promise more than it holds."""
    if estimate < 10 * ESTIMATE_TO:
        return f"about {number(round(estimate))}"
    return f"about {number(ESTIMATE_TO * round(estimate / ESTIMATE_TO))}"


def value_words(one: Figure) -> str:
    """The value of a figure with what it is out of; or its outcome and the reason."""
    if one.state == "not applicable":
        return f"Not applicable: {one.because}."
    if one.value is None:
        return f"Not evaluated: {one.because}."
    match one.indicator.kind:
        case "count":
            return f"{number(one.value)} {one.indicator.unit}"
        case "share":
            return out_of(one.numerator or 0, one.denominator or 0)
        case "ratio":
            return f"{one.value:.2f} {one.indicator.unit}"


def beside_words(one: Figure) -> list[str]:
    """What stands beside a value: how far it is not known, the estimate, the most it can be."""
    said = []
    if one.unknown:
        said.append(f"Not known for {number(one.unknown)}.")
    if one.estimate is not None:
        said.append(f"Estimate for all teams in existence: {estimate_words(one.indicator, one.estimate)}.")
    elif one.estimate_because:
        said.append(f"No estimate for all teams: {one.estimate_because}.")
    if one.upper_bound is not None:
        said.append(f"At most {number(one.upper_bound)} {one.indicator.unit} among the teams returned.")
    return said


def estimate_words(indicator: Indicator, estimate: float) -> str:
    """An estimate in the indicator's own kind."""
    match indicator.kind:
        case "count":
            return about(estimate)
        case "share":
            return f"about {100 * estimate:.0f}%"
        case "ratio":
            return f"about {estimate:.1f} times"


def span(quarters: Sequence[Quarter]) -> str:
    """The months of a period: "April 2006 to March 2007"."""
    return f"{quarters[0].starts:%B %Y} to {quarters[-1].ends:%B %Y}"


def quarter_words(quarter: Quarter) -> str:
    """A quarter with its months, which its name leaves to be guessed: "2006-07-Q1 (April to June 2006)"."""
    return f"{quarter.period} ({quarter.starts:%B} to {quarter.ends:%B %Y})"


def day(quarter: Quarter) -> str:
    """The last day of a quarter: "31 March 2007"."""
    return f"{quarter.ends.day} {quarter.ends:%B %Y}"


def outcome(code: str) -> str:
    """An outcome of a return as people write it."""
    return code.replace("_", " ")
