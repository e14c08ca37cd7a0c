"""Deals traits out over England's teams, so that as many have each of them as the survey of 2006 found, to the team.

A team that has one thing is likelier to have the next, and yet all but a few lack something. The totals are those of
the survey and of the audit office where they are known; the others are chosen for this synthetic England and say
nothing of the real one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from crt_return.sampling.chance import chance, spread
from crt_return.sampling.traits import (
    A_AND_E,
    CMHT,
    CORE_PARTNERS,
    DIRECT,
    FULLY,
    GATEKEPT,
    GP,
    IN_PERSON,
    KNOWN,
    LIAISON,
    NEW,
    NOBODY,
    NOT_YET,
    ON_SHIFT,
    OTHER_TEAM,
    PARTLY,
    SOCIAL_SERVICES,
    WARDS,
    Traits,
)

Held = dict[str, frozenset[str]]

# Teams by the caseload each sets out from: lowest, highest, how many.
CASELOADS = ((5, 7, 62), (8, 12, 76), (13, 19, 55), (20, 28, 30), (30, 43, 15), (44, 48, 5))
COMPLETE, MIDDLE_SIZED = 9, range(16, 29)

# How many teams say or have something: first what is known of the real ones.
SAY_FULLY = 97
REPORTED = {
    "round_the_clock": 129,
    "says_gatekeeps": 162,
    "consultant": 165,
    "approved_social_worker": 109,
}
VACANT, SEEN_IN_PERSON = 0.1, 0.5
MODEST, SAY_NOT_YET, ONLY_SAY_ROUND_THE_CLOCK = 2, 10, 24
CHOSEN = {
    "community": 170,
    WARDS: 219,
    LIAISON: 183,
    "reviews_in_date": 193,
    "psychiatrist_at_all_hours": 150,
    "enough_staff": 208,
    "prompt": 150,
    "always_told": 60,
    "audited": 140,
    "heard": 125,
    "actions_in_time": 180,
}
TAKING = {GP: 200, KNOWN: 140, NEW: 85}  # who takes a later kind takes the earlier ones too
AT_NIGHT = {A_AND_E: 30, OTHER_TEAM: 44, NOBODY: 40}
ONLY_CMHT_MISSING, BOTH_MISSING = 22, 16
WELL_GATEKEPT, HIGH_CONVERSION = 45, 45
LARGEST_POPULATION = 330_000

# Between what the shares of a team lie.
ENOUGH_STAFF, TOO_FEW_STAFF = (0.68, 0.95), (0.38, 0.44)
MANY_TAKEN_ON, FEW_TAKEN_ON = (0.43, 0.52), (0.26, 0.37)
SOMETIMES_TOLD = (0.3, 0.95)
GATEKEEPING, LITTLE_GATEKEEPING, OF_THEM_IN_PERSON = (0.35, 0.85), (0.05, 0.45), (0.8, 1.0)


@dataclass(frozen=True)
class Deal:
    """The teams by how well they are set up, and those that have everything."""

    seed: int
    strength: Mapping[str, float]
    complete: frozenset[str]

    def having(self, what: str, number: int, among: Collection[str] | None = None) -> frozenset[str]:
        """So many teams that have something: the complete, and of others the stronger more often than the weaker."""
        generator = chance(self.seed, "having", what)
        luck = {team: strength + generator.random() for team, strength in self.strength.items()}
        others = [team for team in luck if team not in self.complete and (among is None or team in among)]
        others.sort(key=lambda team: luck[team], reverse=True)
        return self.complete | frozenset(others[: number - len(self.complete)])

    def without(self, having: Collection[str]) -> list[str]:
        """The other teams, the weakest first."""
        others = [team for team in self.strength if team not in having]
        return sorted(others, key=lambda team: self.strength[team])


def england_traits(teams: Sequence[str], seed: int) -> dict[str, Traits]:
    """The traits of each team, of which there must be as many as `CASELOADS` counts."""
    sizes = _sizes(teams, seed)
    deal = _deal(sizes, seed)
    held = _held(deal)
    dealt = {team: _traits(team, size, held, seed) for team, size in sizes.items()}
    return _seen_in_person(_with_vacancies(dealt, seed), held["well_gatekept"])


def _sizes(teams: Sequence[str], seed: int) -> dict[str, int]:
    """The caseload of each team, those of a band evenly spread over it."""
    sizes = [low + (high - low) * n // (number - 1) for low, high, number in CASELOADS for n in range(number)]
    chance(seed, "caseloads").shuffle(sizes)
    return dict(zip(teams, sizes, strict=True))


def _deal(sizes: Mapping[str, int], seed: int) -> Deal:
    """The complete teams are of a middle size; the larger a team, the stronger it is on the whole."""
    generator = chance(seed, "strength")
    rank = {size: n / len(sizes) for n, size in enumerate(sorted(sizes.values()))}
    strength = {team: (rank[size] + generator.random()) / 2 for team, size in sizes.items()}
    complete = generator.sample([team for team, size in sizes.items() if size in MIDDLE_SIZED], COMPLETE)
    return Deal(seed, strength, frozenset(complete))


def _held(deal: Deal) -> Held:
    """The teams that have each thing, by its name."""
    held = {what: deal.having(what, number) for what, number in {**REPORTED, **CHOSEN}.items()}
    among: Collection[str] = deal.strength
    for kind, number in TAKING.items():
        held[kind] = among = deal.having(kind, number, among)
    # Whoever is not complete converts few assessments, unless something else is plainly missing: nobody else has all.
    plainly_short = deal.without(held["round_the_clock"] & held["consultant"])
    return {
        **held,
        "well_gatekept": deal.having("well_gatekept", WELL_GATEKEPT, held["says_gatekeeps"]),
        "high_conversion": deal.having("high_conversion", HIGH_CONVERSION, plainly_short),
        **_claims(deal, held["round_the_clock"]),
        **_nights(deal, held["round_the_clock"]),
        **_community(deal, held["community"]),
    }


def _claims(deal: Deal, round_the_clock: frozenset[str]) -> Held:
    """What teams say. Two of the complete do not say so; some say they are round the clock and are not."""
    modest = frozenset(sorted(deal.complete)[:MODEST])
    say_fully = deal.having("says_fully", SAY_FULLY + MODEST) - modest
    wrongly = sorted(say_fully - round_the_clock)[:ONLY_SAY_ROUND_THE_CLOCK]
    return {
        "says_fully": say_fully,
        "says_not_yet": frozenset(deal.without(say_fully | deal.complete)[:SAY_NOT_YET]),
        "says_round_the_clock": round_the_clock.union(wrongly),
    }


def _nights(deal: Deal, round_the_clock: frozenset[str]) -> Held:
    """The teams whose nights are covered by others, by whom."""
    others = deal.without(round_the_clock)
    covers = spread(AT_NIGHT, chance(deal.seed, "nights"))
    return {cover: frozenset(t for t, c in zip(others, covers, strict=True) if c == cover) for cover in AT_NIGHT}


def _community(deal: Deal, both: frozenset[str]) -> Held:
    """The teams with a protocol with community teams, and with social services."""
    lacking = sorted(deal.without(both))
    only_cmht, missing_both = lacking[:ONLY_CMHT_MISSING], lacking[-BOTH_MISSING:]
    return {
        CMHT: frozenset(deal.without({*only_cmht, *missing_both})),
        SOCIAL_SERVICES: both.union(only_cmht),
    }


def _traits(team: str, size: int, held: Held, seed: int) -> Traits:
    has = {what: team in teams for what, teams in held.items()}
    generator = chance(seed, team, "traits")
    gatekept, in_person = _gatekept(has, generator)
    return Traits(
        caseload=size,
        population=min(20_000 + size * generator.randrange(5_000, 8_000, 500), LARGEST_POPULATION),
        says_operational=FULLY if has["says_fully"] else NOT_YET if has["says_not_yet"] else PARTLY,
        says_round_the_clock=has["says_round_the_clock"],
        says_gatekeeps=has["says_gatekeeps"],
        night=next((cover for cover in AT_NIGHT if has[cover]), ON_SHIFT),
        psychiatrist_at_all_hours=has["psychiatrist_at_all_hours"],
        consultant=has["consultant"],
        approved_social_worker=has["approved_social_worker"],
        staff_for_each=generator.uniform(*ENOUGH_STAFF if has["enough_staff"] else TOO_FEW_STAFF),
        vacant=VACANT,
        gatekept=gatekept,
        in_person=in_person,
        told=1.0 if has["always_told"] else generator.uniform(*SOMETIMES_TOLD),
        accepts=frozenset(kind for kind in DIRECT if has[kind]),
        prompt=has["prompt"],
        conversion=generator.uniform(*MANY_TAKEN_ON if has["high_conversion"] else FEW_TAKEN_ON),
        without_protocol=frozenset(partner for partner in CORE_PARTNERS if not has[partner]),
        review_overdue=not has["reviews_in_date"],
        audited=has["audited"],
        heard=has["heard"],
        actions_overdue=not has["actions_in_time"],
    )


def _gatekept(has: Mapping[str, bool], generator: Random) -> tuple[float, float]:
    """The shares of admissions gatekept, and gatekept in person."""
    if has["well_gatekept"]:
        gatekept = generator.uniform(GATEKEPT, 1)
        return gatekept, generator.uniform(IN_PERSON, gatekept)
    gatekept = generator.uniform(*GATEKEEPING if has["says_gatekeeps"] else LITTLE_GATEKEEPING)
    return gatekept, gatekept * generator.uniform(*OF_THEM_IN_PERSON)


def _with_vacancies(dealt: Mapping[str, Traits], seed: int) -> dict[str, Traits]:
    """The vacant shares: of two teams next to each other in size, one is as far above England's as the other below."""
    generator = chance(seed, "vacant")
    by_size = sorted(dealt, key=lambda team: dealt[team].caseload * dealt[team].staff_for_each)
    vacant = dict.fromkeys(by_size, VACANT)
    for one, other in zip(by_size[::2], by_size[1::2], strict=False):
        aside = generator.uniform(-0.08, 0.08)
        vacant[one], vacant[other] = VACANT - aside, VACANT + aside
    return {team: replace(traits, vacant=vacant[team]) for team, traits in dealt.items()}


def _seen_in_person(dealt: Mapping[str, Traits], well_gatekept: Collection[str]) -> dict[str, Traits]:
    """The shares seen in person, moved so that England's is half; those of the teams that gatekeep well stay."""
    seen = {team: traits.caseload * traits.in_person for team, traits in dealt.items()}
    wanted = SEEN_IN_PERSON * sum(traits.caseload for traits in dealt.values())
    kept = sum(seen[team] for team in well_gatekept)
    factor = (wanted - kept) / (sum(seen.values()) - kept)
    moved = {team: min(t.in_person * factor, t.gatekept) for team, t in dealt.items() if team not in well_gatekept}
    return {team: replace(traits, in_person=moved.get(team, traits.in_person)) for team, traits in dealt.items()}
