"""Everything the national report shows, after disclosure control: what each of its forms is made from.

No count of a single provider gets past this module unless it may be published. It decides no wording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from crt_return.engines import Engine
from crt_return.indicator import CoverageLimits, DisclosureControl, Time
from crt_return.measure import in_force
from crt_return.national.counting import Counted, Spread, counted, spread
from crt_return.national.coverage import QuarterCoverage, Status, coverage_of, status_of
from crt_return.national.data import EXPECTED, SUBMISSION, Answers, NationalData, quarters_of
from crt_return.national.disclosure import NO_RETURN, Shares, ShownFigure, controlled
from crt_return.national.figures import Figure, figures
from crt_return.quarters import Quarter
from crt_return.standard import TRUE_VALUES, Standard

NOT_RECEIVED = "not_received"
BY_QUARTER = ("C1", "N1", "N2", "N6", "N10", "N14")


@dataclass(frozen=True)
class Provider:
    """One provider as it may be published: the quarters it is in the figures with, and its figures by indicator."""

    code: str
    name: str
    quarters: tuple[str, ...]
    figures: Mapping[str, ShownFigure]


@dataclass(frozen=True)
class Return:
    """What became of one return that was expected or sent."""

    provider_code: str
    provider_name: str
    period: str
    outcome: str
    late: bool | None


@dataclass(frozen=True)
class Content:
    """The whole report. `as_at` is the quarter that status is read in, None where nothing was accepted."""

    period: str
    quarters: tuple[Quarter, ...]
    as_at: Quarter | None
    status: Status
    limits: CoverageLimits
    control: DisclosureControl
    synthetic: bool
    coverage: tuple[QuarterCoverage, ...]
    figures: Mapping[str, Figure]
    by_quarter: Mapping[str, Mapping[str, Figure]]
    breakdowns: Mapping[str, Counted]
    spreads: Mapping[str, Spread]
    providers: tuple[Provider, ...]
    returns: tuple[Return, ...]


def content_of(data: NationalData, standard: Standard, engine: Callable[[], Engine]) -> Content:
    """The content of the report on a period. Raises NoSuchPeriod where there is no such period."""
    quarters = quarters_of(data.period, standard)
    answers = Answers(data, standard, engine(), [quarter.period for quarter in quarters])
    limits, control = _limits(standard, quarters), _control(standard, quarters)
    found = figures(answers, standard)
    own = {q.period: figures(Answers(data, standard, engine(), [q.period]), standard, BY_QUARTER) for q in quarters}
    coverage = tuple(coverage_of(period, of) for period, of in own.items())
    return Content(
        period=data.period,
        quarters=quarters,
        as_at=_as_at(answers, standard),
        status=status_of(coverage, limits),
        limits=limits,
        control=control,
        synthetic=_synthetic(answers, standard),
        coverage=coverage,
        figures=_england_only(found),
        by_quarter={period: _england_only(of) for period, of in own.items()},
        breakdowns={name: counted(one, answers, standard) for name, one in standard.national.breakdowns.items()},
        spreads={name: spread(one, answers, control) for name, one in standard.national.distributions.items()},
        providers=tuple(_providers(found, answers, standard, control)),
        returns=tuple(_returns(answers, standard)),
    )


def _limits(standard: Standard, quarters: Sequence[Quarter]) -> CoverageLimits:
    limits = in_force(standard.national.coverage, quarters[0].starts)
    if limits is None:
        raise ValueError(f"the standard has no limits of coverage for {quarters[0].period}")
    return limits


def _control(standard: Standard, quarters: Sequence[Quarter]) -> DisclosureControl:
    control = in_force(standard.national.disclosure, quarters[0].starts)
    if control is None:
        raise ValueError(f"the standard has no disclosure control for {quarters[0].period}")
    return control


def _as_at(answers: Answers, standard: Standard) -> Quarter | None:
    """The last quarter with an accepted return."""
    last = max((period for _, period in answers.accepted()), default=None)
    return standard.quarters[last] if last else None


def _england_only(found: Mapping[str, Figure]) -> dict[str, Figure]:
    return {name: replace(one, numerators=None, denominators=None) for name, one in found.items()}


def _synthetic(answers: Answers, standard: Standard) -> bool:
    """Whether there are providers, and every one of them was invented."""
    invented = {one["code"] for one in standard.reference["provider"] if one["synthetic"] in TRUE_VALUES}
    codes = set(_codes(answers))
    return bool(codes) and codes <= invented


def _codes(answers: Answers) -> list[str]:
    """Every provider that was expected, sent something or is in the figures."""
    known = {code for code, _ in answers.accepted()}
    for name in (EXPECTED, SUBMISSION):
        known |= set(answers.table(name)["provider_code"].drop_nulls())
    return sorted(known)


def _names(standard: Standard) -> dict[str, str]:
    return {one["code"]: one["label"] for one in standard.reference["provider"]}


def _providers(
    found: Mapping[str, Figure], answers: Answers, standard: Standard, control: DisclosureControl
) -> Iterable[Provider]:
    """Every provider with its figures as they may be shown; without an accepted return it has none."""
    accepted = answers.accepted()
    last = max((period for _, period in accepted), default=None)
    there: Mapping[Time, set[str]] = {
        "flow": {code for code, _ in accepted},
        "status": {code for code, period in accepted if period == last},
    }
    published = [one for one in found.values() if one.indicator.providers]
    shares = [_shares(one, there[one.indicator.time]) for one in published]
    shown = dict(zip((one.indicator.id for one in published), controlled(shares, control), strict=True))
    names = _names(standard)
    for code in _codes(answers):
        own = {name: of.get(code, _no_return(found[name])) for name, of in shown.items()}
        yield Provider(code, names.get(code, ""), tuple(q for c, q in accepted if c == code), own)


def _shares(one: Figure, providers: Iterable[str]) -> Shares:
    """The counts of an indicator for each provider with an accepted return; one without any rows has none of it."""

    def counts(given: Mapping[str, float] | None) -> dict[str, float]:
        return {code: (given or {}).get(code, 0) for code in sorted(providers)}

    return Shares(counts(one.numerators), counts(one.denominators) if one.indicator.kind != "count" else None)


def _no_return(one: Figure) -> ShownFigure:
    out_of = None if one.indicator.kind == "count" else NO_RETURN
    return ShownFigure(NO_RETURN, out_of, out_of)


def _returns(answers: Answers, standard: Standard) -> Iterable[Return]:
    """What became of each return that was expected or sent, by quarter and provider."""
    names = _names(standard)
    sent = {
        (row["period"], row["provider_code"]): (row["outcome"], row["late"])
        for row in answers.table(SUBMISSION).iter_rows(named=True)
    }
    expected = answers.table(EXPECTED).select("period", "provider_code").rows()
    for period, code in sorted({*expected, *sent}):
        outcome, late = sent.get((period, code), (NOT_RECEIVED, None))
        yield Return(code, names.get(code, ""), period, outcome, late)
