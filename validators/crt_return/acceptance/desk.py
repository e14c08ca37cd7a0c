"""The desk: what the Department's staff need to see of each quarter, and what to write to each provider.

All of it follows from the register. It judges nothing, and shows nothing of a return but its identity and its counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from crt_return.acceptance.receipts import MEANINGS, outcome_words, place
from crt_return.acceptance.register import Entry, Failure, Register
from crt_return.acceptance.store import Store
from crt_return.pages import page
from crt_return.quarters import months_of
from crt_return.standard import Standard
from crt_return.wording import is_synthetic

FILE = "desk.html"
SILENT_ZERO = "ACC-06"
NOT_RECEIVED = "not received"
Entries = Mapping[tuple[str | None, str | None], Entry]
SEVERITY_SHOWN = ("error", "warning")


@dataclass(frozen=True)
class Failing:
    """A rule that found something in a provider's last submission; `repeated` where it did the quarter before too."""

    rule: str
    title: str
    severity: str
    count: int
    unexplained: int
    repeated: bool


@dataclass(frozen=True)
class Provider:
    """One provider in one quarter: its last submission, and what is to be said of it. `entry` is None without one."""

    code: str
    name: str
    entry: Entry | None
    standing: Entry | None
    failing: tuple[Failing, ...]
    silent_zeros: int
    receipt: str | None
    message: str

    @property
    def outcome(self) -> str:
        """The outcome in words."""
        return outcome_words(self.entry) if self.entry else NOT_RECEIVED

    @property
    def unexplained(self) -> int:
        """The warnings nobody explained."""
        return sum(one.unexplained for one in self.failing)

    def counted(self, *, repeated: bool) -> int:
        """How many rules failed anew, or again."""
        return sum(one.repeated == repeated for one in self.failing if one.severity in SEVERITY_SHOWN)


@dataclass(frozen=True)
class RuleCount:
    """How many providers a rule found something in, and for how many of them it did the quarter before too."""

    rule: str
    title: str
    severity: str
    providers: int
    repeated: int
    count: int


@dataclass(frozen=True)
class QuarterDesk:
    """One quarter: everybody expected, and everybody who sent something."""

    period: str
    months: str
    deadline: str
    providers: tuple[Provider, ...]
    teams_expected: int | None

    @property
    def outcomes(self) -> list[tuple[str, int]]:
        """How many providers have each outcome, the most common first."""
        count: dict[str, int] = {}
        for one in self.providers:
            count[one.outcome] = count.get(one.outcome, 0) + 1
        return sorted(count.items(), key=lambda pair: (-pair[1], pair[0]))

    @property
    def rules(self) -> list[RuleCount]:
        """The rules that failed, by how many providers they failed for."""
        own: dict[str, list[Failing]] = {}
        for provider in self.providers:
            for one in provider.failing:
                own.setdefault(one.rule, []).append(one)
        counts = [
            RuleCount(rule, of[0].title, of[0].severity, len(of), sum(x.repeated for x in of), sum(x.count for x in of))
            for rule, of in own.items()
        ]
        return sorted(counts, key=lambda one: (-one.providers, one.rule))


def write(register: Register, store: Store, standard: Standard) -> None:
    """Write the desk's page."""
    entries = register.entries()
    desks = list(quarter_desks(entries, register, standard))
    synthetic = bool(entries) and all(is_synthetic(one.provider_code, standard) for one in entries if one.provider_code)
    unknown = [(one, _link(one)) for one in entries if one.period is None or one.provider_code is None]
    store.write(PurePath(FILE), page("desk.html", desks=desks, unknown=unknown, synthetic=synthetic))


def quarter_desks(entries: Sequence[Entry], register: Register, standard: Standard) -> Iterator[QuarterDesk]:
    """The quarters with a list of expected providers or a submission, the latest first."""
    expected = register.expected()
    teams: dict[tuple[str | None, str | None], int] = {
        (provider, period): number for provider, period, number in expected.rows()
    }
    last: Entries = {(one.provider_code, one.period): one for one in entries if one.provider_code and one.period}
    standing = {(one.provider_code, one.period): one for one in register.standing()}
    failures = register.failures([one.submission for one in last.values()])
    for period in sorted({period for _, period in (*teams, *last) if period}, reverse=True):
        codes = sorted({code for code, own in (*teams, *last) if code and own == period})
        providers = tuple(_provider(code, period, last, standing, failures, standard) for code in codes)
        quarter = standard.quarters.get(period)
        number = sum(number for (_, own), number in teams.items() if own == period)
        yield QuarterDesk(
            period,
            months_of(quarter) if quarter else "not a quarter of the calendar",
            quarter.deadline.isoformat() if quarter else "",
            providers,
            number or None,
        )


def _provider(
    code: str,
    period: str,
    last: Entries,
    standing: Entries,
    failures: Mapping[str, Sequence[Failure]],
    standard: Standard,
) -> Provider:
    entry, quarter = last.get((code, period)), standard.quarters.get(period)
    before = last.get((code, quarter.previous_period)) if quarter else None
    earlier = {one.rule for one in failures[before.submission]} if before else set()
    failing = tuple(_failing(failures[entry.submission], earlier, standard)) if entry else ()
    name = next((one["label"] for one in standard.reference["provider"] if one["code"] == code), "not in the list")
    zeros = sum(one.count for one in failing if one.rule == SILENT_ZERO)
    stands = standing.get((code, period))
    text = message(code, name, period, entry, stands, failing, standard)
    return Provider(code, name, entry, stands, failing, zeros, _link(entry) if entry else None, text)


def _failing(failures: Iterable[Failure], earlier: set[str], standard: Standard) -> Iterator[Failing]:
    every = {**standard.rules, **standard.acceptance_rules}
    for one in failures:
        title = every[one.rule].title if one.rule in every else "a rule of another version"
        yield Failing(one.rule, title, one.severity, one.count, one.unexplained, one.rule in earlier)


def _link(entry: Entry) -> str:
    """The receipt's page, as the desk's page reaches it."""
    return f"{place(entry)}.html"


def message(
    code: str,
    name: str,
    period: str,
    entry: Entry | None,
    standing: Entry | None,
    failing: Sequence[Failing],
    standard: Standard,
) -> str:
    """What to write to a provider, ready to paste."""
    quarter = standard.quarters.get(period)
    months = f" ({months_of(quarter)})" if quarter else ""
    subject = f"{code} {name}: return of Crisis Resolution Teams for {period}{months}"
    if entry is None:
        due = f" It was due on {quarter.deadline.isoformat()}." if quarter else ""
        return f"{subject}\n\nWe have not received your return.{due} Please send it, or tell us when it will come.\n"
    version = f"version {entry.submission_version}" if entry.submission_version is not None else "a return"
    lines = [
        subject,
        "",
        f"We received {version} ({entry.file}) on {entry.received_at[:10]}. Outcome: {outcome_words(entry)}.",
        MEANINGS[entry.outcome],
        *_standing_line(entry, standing),
        *_failing_lines(failing),
        "",
        f"Your receipt is {entry.submission}.",
    ]
    return "\n".join(lines) + "\n"


def _standing_line(entry: Entry, standing: Entry | None) -> list[str]:
    if standing is None or standing.submission == entry.submission:
        return []
    return [f"Version {standing.submission_version}, received on {standing.received_at[:10]}, stands until then."]


def _failing_lines(failing: Sequence[Failing]) -> list[str]:
    """The rules a provider has to do something about."""
    own = [one for one in failing if one.severity == "error" or one.unexplained]
    if not own:
        return []
    return ["", "What to mend or to explain:"] + [
        f"- {one.rule} {one.title}: {_times(one)}{', as last quarter' if one.repeated else ''}" for one in own
    ]


def _times(one: Failing) -> str:
    if one.severity == "error":
        return "1 error" if one.count == 1 else f"{one.count:,} errors"
    return f"{one.unexplained:,} of {one.count:,} not explained"
