"""The optional file of episodes: one row for each episode open at any time in the quarter.

Each row agrees with the assessment its episode came from and with the contacts the monthly figures count.
Pseudonyms are random figures; nobody stands behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from crt_return.sampling.assessments import Assessment, in_first_days, source_without_assessment
from crt_return.sampling.chance import chance
from crt_return.sampling.history import Episode
from crt_return.sampling.scene import Row, Scene
from crt_return.sampling.visits import contacts

END_REASONS = {
    "to_community_team": 55,
    "to_primary_care": 22,
    "no_further_care": 6,
    "admitted_informal": 7,
    "admitted_detained": 4,
    "other_crt": 2,
    "declined_or_lost": 4,
}
PLACES = {
    "own_home": 70,
    "family_or_friend_home": 8,
    "team_base": 8,
    "health_centre": 6,
    "accident_and_emergency": 8,
}
NEEDED_BED = {"Y": 90, "N": 6, "U": 4}


def episode_row(scene: Scene, episode: Episode, assessment: Assessment | None) -> Row:
    """The row of one episode; `assessment` is None for a person moved from a ward or another team."""
    ended = episode.ends <= scene.quarter.ends
    counted = contacts(scene, episode, episode.starts, min(episode.ends, scene.quarter.ends))
    generator = scene.lasting("episode", episode.number)
    end_reason, needed = _pick(END_REASONS, generator), _pick(NEEDED_BED, generator)
    return scene.row(
        "episodes",
        episode_id=f"{scene.team_id.replace('-', '')}E{episode.number:06d}",
        person_pseudonym=_pseudonym(scene, episode.person),
        ht_start=episode.starts,
        ht_end=episode.ends if ended else None,
        end_reason=end_reason if ended else None,
        contacts_f2f=counted.face_to_face,
        contacts_home=counted.at_home,
        age_at_referral=scene.lasting("age", episode.person).randint(18, 64),
        would_have_been_admitted=needed,
        **_way_in(episode, assessment, generator),
    )


def _way_in(episode: Episode, assessment: Assessment | None, generator: Random) -> Mapping[str, Any]:
    minutes = _minutes(assessment, generator)
    eve = 0 if in_first_days(episode) else generator.choice((0, 0, 1))
    seen = _seen(episode.starts - timedelta(eve), minutes, generator)
    return {
        "referral_received": seen - timedelta(minutes=minutes),
        "priority_code": assessment.priority if assessment else "2",
        "source_code": assessment.source if assessment else source_without_assessment(episode),
        "first_f2f": seen,
        "first_f2f_location": _pick(PLACES, generator) if assessment else "psychiatric_ward",
    }


def _minutes(assessment: Assessment | None, generator: Random) -> int:
    if assessment is None:
        return generator.randint(90, 235)
    if assessment.minutes is None:
        raise ValueError("an episode starts from an assessment whose time is known")
    return assessment.minutes


def _seen(day: date, minutes: int, generator: Random) -> datetime:
    """When the person was seen; the referral falls neither at midnight nor in the hour of clock changes."""
    seen = datetime.combine(day, time(generator.randint(12, 20), generator.randint(0, 59)))
    referred = seen - timedelta(minutes=minutes)
    if referred.hour == 1:
        seen += timedelta(hours=1)
    if (referred.hour, referred.minute) == (0, 0):
        seen += timedelta(minutes=1)
    return seen


def _pick(weights: Mapping[str, int], generator: Random) -> str:
    return generator.choices(list(weights), list(weights.values()))[0]


def _pseudonym(scene: Scene, person: int) -> str:
    return f"{chance(scene.seed, scene.team_id, 'pseudonym', person).getrandbits(256):064x}"
