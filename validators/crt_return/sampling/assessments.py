"""The assessments of one team and quarter, one by one, and the three tables that count them.

Source, priority, response time and outcome belong to one list of assessments, so the tables' totals agree
by construction. Everyone gatekept in person was assessed; every episode that started from assessment is here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from statistics import median_low

from crt_return.sampling.chance import apportion, some_of, spread
from crt_return.sampling.history import Episode
from crt_return.sampling.scene import Row, Scene

FOUR_HOURS, DAY = 240, 1440
NOT_KNOWN_SOURCE, NOT_KNOWN_PRIORITY, NOT_KNOWN_OUTCOME = "99", "9", "not_known"
SOURCES = {
    "00": 30,
    "01": 9,
    "02": 5,
    "03": 18,
    "06": 7,
    "07": 6,
    "08": 8,
    "09": 1,
    "10": 1,
    "13": 10,
}
PRIORITIES = {"1": 14, "4": 14, "2": 50, "3": 22}
OTHER_OUTCOMES = {
    "cmht_or_other_mh": 12,
    "primary_care": 5,
    "other_agency": 2,
    "no_further_action": 3,
    "declined_or_left": 2,
}
WARD_SOURCE, TRANSFER_SOURCE = "21", "13"
FIRST_DAYS = 3


@dataclass(frozen=True)
class Habits:
    """How a team takes people on and how fast it comes.

    `conversion` is the part of its assessments that leads to home treatment; with None it is over 43%. `late` is the
    part of emergencies seen after 4 hours, and half of it that of the urgent seen after a day. Nobody comes from the
    sources it is `closed_to`.
    """

    conversion: float | None = None
    late: float = 0.05
    closed_to: frozenset[str] = frozenset()


USUAL = Habits()


@dataclass(frozen=True)
class Assessment:
    """One assessment of one referral. `minutes` is None where the response time is not known."""

    source: str
    priority: str
    minutes: int | None
    outcome: str
    episode: int | None


def assessments(
    scene: Scene,
    started: Sequence[Episode],
    admitted_informal: int,
    admitted_detained: int,
    habits: Habits = USUAL,
) -> tuple[Assessment, ...]:
    """All assessments of the quarter, those that led to an episode first and in the order of the episodes."""
    generator = scene.passing("assessments")
    taken_on = [episode for episode in started if episode.route == "assessment"]
    others = _others(len(taken_on), admitted_informal + admitted_detained, habits, generator)
    outcomes = [
        *["home_treatment"] * len(taken_on),
        *["admitted_informal"] * admitted_informal,
        *["admitted_detained"] * admitted_detained,
        *spread(apportion(others - 1, OTHER_OUTCOMES), generator),
        NOT_KNOWN_OUTCOME,
    ]
    numbers = [*(episode.number for episode in taken_on), *[None] * (len(outcomes) - len(taken_on))]
    soon = sum(in_first_days(episode) for episode in taken_on)
    answered = _answered(scene, len(outcomes), soon, habits.late, generator)
    open_to = {code: weight for code, weight in SOURCES.items() if code not in habits.closed_to}
    sources = spread(_shares(scene, "referral_source", open_to, NOT_KNOWN_SOURCE, len(outcomes)), generator)
    records = zip(sources, answered, outcomes, numbers, strict=True)
    return tuple(
        Assessment(source, priority, minutes, outcome, number)
        for source, (priority, minutes), outcome, number in records
    )


def _others(taken_on: int, admitted: int, habits: Habits, generator: Random) -> int:
    """Assessments that led neither to home treatment nor to a bed, as many as the conversion leaves room for."""
    if habits.conversion:
        return max(2, round(taken_on / habits.conversion) - taken_on - admitted)
    return max(2, min(generator.randint(20, 26), int(taken_on / 0.43) - taken_on - admitted))


def in_first_days(episode: Episode) -> bool:
    """Whether only a fast answer keeps the referral in the quarter the episode started in."""
    return episode.starts.month % 3 == 1 and episode.starts.day <= FIRST_DAYS


def _shares(scene: Scene, codelist: str, weights: dict[str, int], unknown: str, total: int) -> dict[str, int]:
    """A total shared over the codes in force, exactly one of it under `not known`."""
    in_force = {code: weights.get(code, 0) for code in scene.codes(codelist) if code != unknown}
    if not any(in_force.values()):
        in_force = dict.fromkeys(in_force, 1)
    return {**apportion(total - 1, in_force), unknown: 1}


def _answered(scene: Scene, total: int, soon: int, late: float, generator: Random) -> list[tuple[str, int | None]]:
    """Priority and minutes of each assessment: the first few the fastest, one late in the list not known."""
    priorities = _shares(scene, "priority", PRIORITIES, NOT_KNOWN_PRIORITY, total)
    timed = [(code, minutes) for code, n in priorities.items() for minutes in _minutes(code, n, late, generator)]
    fastest_first = sorted(timed, key=lambda one: one[1])
    rest = fastest_first[soon:]
    generator.shuffle(rest)
    answered: list[tuple[str, int | None]] = [*fastest_first[:soon], *rest]
    last_urgent = max((n for n, (code, _) in enumerate(answered) if code == "2"), default=0)
    answered.append((answered.pop(last_urgent)[0], None))
    return answered


def _minutes(priority: str, number: int, late: float, generator: Random) -> list[int]:
    """Response times of one priority: at most so many emergencies late, and half as many of the urgent."""
    if priority in ("1", "4"):
        same_day, very_late = int(number * late), 0
    elif priority == "2":
        same_day, very_late = some_of(number, 0.25, 0.35, generator), int(number * late / 2)
    else:
        same_day, very_late = some_of(number, 0.25, 0.35, generator), some_of(number, 0.35, 0.5, generator)
    return [
        *(generator.randint(20, FOUR_HOURS - 5) for _ in range(number - same_day - very_late)),
        *(generator.randint(FOUR_HOURS + 1, DAY - 20) for _ in range(same_day)),
        *(generator.randint(DAY + 1, 3 * DAY) for _ in range(very_late)),
    ]


def referrals(scene: Scene, assessed: Sequence[Assessment], started: Sequence[Episode]) -> list[Row]:
    """A row for each source that referred. People moved from a ward or another team are not assessed."""
    generator = scene.passing("referrals")
    by_source = Counter(one.source for one in assessed)
    not_assessed = [episode for episode in started if episode.route != "assessment"]
    moved = Counter(source_without_assessment(episode) for episode in not_assessed)
    sources = [code for code in scene.codes("referral_source") if by_source[code] + moved[code]]
    return [_referral(scene, code, by_source[code], moved[code], generator) for code in sources]


def source_without_assessment(episode: Episode) -> str:
    """The source of a person who was moved to the team rather than assessed by it."""
    return WARD_SOURCE if episode.route == "early_discharge" else TRANSFER_SOURCE


def _referral(scene: Scene, code: str, assessed: int, moved: int, generator: Random) -> Row:
    accepted = assessed + moved + some_of(assessed, 0, 0.08, generator)
    not_accepted = some_of(assessed, 0.12, 0.3, generator)
    return scene.row(
        "referrals",
        source_code=code,
        received=accepted + not_accepted,
        accepted_for_assessment=accepted,
        not_accepted=not_accepted,
        assessed=assessed,
    )


def response_times(scene: Scene, assessed: Sequence[Assessment]) -> list[Row]:
    """A row for each priority in force."""
    generator = scene.passing("response_times")
    by_priority = {code: [one.minutes for one in assessed if one.priority == code] for code in scene.codes("priority")}
    return [_response(scene, code, minutes, generator) for code, minutes in by_priority.items()]


def _response(scene: Scene, code: str, minutes: Sequence[int | None], generator: Random) -> Row:
    known = [one for one in minutes if one is not None]
    return scene.row(
        "response_times",
        priority_code=code,
        assessed=len(minutes),
        within_4h=sum(one <= FOUR_HOURS for one in known),
        over_4h_to_24h=sum(FOUR_HOURS < one <= DAY for one in known),
        over_24h=sum(one > DAY for one in known),
        time_unknown=len(minutes) - len(known),
        median_minutes=median_low(known) if known else None,
        referrer_reply_30m=len(minutes) - some_of(len(minutes), 0, 0.07, generator),
    )


def assessment_outcomes(scene: Scene, assessed: Sequence[Assessment]) -> list[Row]:
    """A row for each outcome."""
    by_outcome = Counter(one.outcome for one in assessed)
    return [
        scene.row("assessment_outcomes", outcome_code=code, assessments=by_outcome[code])
        for code in scene.codes("outcome")
    ]
