"""The first things a reader is told: what the report may be called and why, and its main figures in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crt_return.indicator import Coverage
from crt_return.national.content import Content
from crt_return.national.coverage import QuarterCoverage, Status, short_of
from crt_return.national.figures import Figure
from crt_return.national.words import about, number, out_of, percent

STATUS_WORDS: Mapping[Status, str] = {
    "final": "Final",
    "provisional": "Provisional",
    "withheld": "Withheld: for the Department's own use, not for publication",
}


@dataclass(frozen=True)
class Banner:
    """What a report is called, and the sentences that say why."""

    title: str
    because: tuple[str, ...]


def banner(content: Content) -> Banner:
    """The banner on the report's status."""
    limits, title = content.limits, STATUS_WORDS[content.status]
    match content.status:
        case "final":
            return Banner(title, (f"Every quarter has {_needs(limits.final)}.",))
        case "provisional":
            first = f"Figures become final when every quarter has {_needs(limits.final)}."
            return Banner(title, (first, *_short(content, limits.final)))
        case "withheld":
            first = f"Figures are published only where every quarter has {_needs(limits.provisional)}."
            return Banner(title, (first, *_short(content, limits.provisional)))


def _needs(level: Coverage) -> str:
    providers, teams = percent_plain(level.providers), percent_plain(level.teams)
    return f"accepted returns from at least {providers} of the expected providers and {teams} of the teams in existence"


def _short(content: Content, level: Coverage) -> list[str]:
    return [coverage_words(one) for one in short_of(content.coverage, level)]


def percent_plain(share: float) -> str:
    """A limit as people write it: "95%"."""
    return f"{number(100 * share)}%"


def coverage_words(one: QuarterCoverage) -> str:
    """The coverage of a quarter in a sentence."""
    if not one.providers_expected:
        return f"{one.period}: nobody said which providers are expected, so the coverage is not known."
    providers = out_of(one.providers_accepted, one.providers_expected, "expected providers")
    return f"{one.period}: {providers} and {out_of(one.teams_returned, one.teams_expected, 'teams')}."


def headlines(content: Content) -> list[str]:
    """The main figures in sentences, each percentage with its counts; those without a value are left out."""
    of = content.figures
    if content.as_at is None:
        return ["No return of this period has been accepted, so there are no figures."]
    sentences = (
        _said(of["N3"], "teams", "say they are fully operational."),
        _said(of["N16"], "teams", "have all five requirements of the guidance fully in place by their own figures."),
        _said(of["N4"], "teams", "can visit people at home round the clock with their own staff."),
        _said(of["N5"], "teams", "say that they do not gatekeep admissions."),
        _said(of["N14"], "eligible admissions", "were seen in person by a team before admission."),
        *_home_treatment(of),
        _said(of["N10"], "assessments", "led to home treatment."),
        _said(of["N2"], "teams in existence", "returned; every figure but the estimate is of them alone."),
    )
    return [sentence for sentence in sentences if sentence]


def _said(one: Figure, things: str, said: str) -> str | None:
    """The sentence on a share; None where it has no value."""
    if one.value is None or not one.denominator:
        return None
    return f"{out_of(one.numerator or 0, one.denominator, things)} {said}"


def _home_treatment(of: Mapping[str, Figure]) -> Iterable[str]:
    episodes, growth, progress = of["N6"], of["N8"], of["N9"]
    if episodes.value is None:
        return
    started = f"{number(episodes.value)} episodes of home treatment"
    yield f"The teams returned started {started}{_times(growth, growth.value)}."
    if growth.estimate is not None and progress.estimate is not None and episodes.estimate is not None:
        target = f"{percent(progress.estimate)} of the target of {number(progress.denominator or 0)}"
        yield (
            f"An estimate for all teams, those that did not return included, is {about(episodes.estimate)} episodes"
            f"{_times(growth, growth.estimate)}, and {target}."
        )


def _times(growth: Figure, value: float | None) -> str:
    return "" if value is None else f", {value:.1f} times the {number(growth.denominator or 0)} of 2003"
