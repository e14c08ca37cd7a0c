"""The staff of a team with traits: posts in proportion to its caseload, some of them held by nobody.

Small teams have fewer disciplines, as their shares come to less than a post. It leaves hours to `cover.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from crt_return.sampling.scene import Row, Scene
from crt_return.sampling.staffing import SKILL_HELD_BY_OTHERS
from crt_return.sampling.traits import Traits

CONSULTANT, APPROVED, NURSE, SUPPORT = (
    "consultant_psychiatrist",
    "approved_social_worker",
    "nurse",
    "support_worker",
)
# Shares of the clinical posts; nurses have what the other groups leave.
SHARES = {
    CONSULTANT: 0.05,
    "other_psychiatrist": 0.06,
    "social_worker": 0.07,
    APPROVED: 0.06,
    "occupational_therapist": 0.05,
    "psychologist": 0.035,
    "pharmacist": 0.015,
    "cbt_therapist": 0.015,
    SUPPORT: 0.19,
    "service_user_employee": 0.02,
    "team_leader": 0.07,
}
ADMINISTRATORS = 0.07
SMALLEST_POST, SMALLEST_OF = 0.2, {CONSULTANT: 0.4, APPROVED: 0.4}
FEWEST_NURSES = 1.0
UNFILLED_CONSULTANT_POSTS = 0.6


def team_staffing(scene: Scene, traits: Traits) -> list[Row]:
    """A row for each staff group, those with nobody included."""
    funded = _funded(scene, traits)
    vacant = _vacant(funded, traits, scene)
    return [
        _staff(scene, group, funded.get(group, 0.0), vacant.get(group, 0.0)) for group in scene.codes("staff_group")
    ]


def _funded(scene: Scene, traits: Traits) -> dict[str, float]:
    """Funded whole-time equivalents. A team without a consultant may still have the post."""
    clinical = traits.caseload * traits.staff_for_each
    funded = {group: _post(group, clinical * share) for group, share in SHARES.items()}
    if not traits.consultant and scene.lasting("consultant").random() > UNFILLED_CONSULTANT_POSTS:
        funded[CONSULTANT] = 0.0
    if not traits.approved_social_worker:
        funded[APPROVED] = 0.0
    funded[NURSE] = max(FEWEST_NURSES, round(clinical - sum(funded.values()), 1))
    return funded | {"administrator": max(0.5, round(2 * clinical * ADMINISTRATORS) / 2)}


def _post(group: str, wte: float) -> float:
    """Whole-time equivalents that can be a post: none at all, or not too small a part of one."""
    smallest = SMALLEST_OF.get(group)
    if smallest:
        return max(smallest, round(wte, 1))
    return round(wte, 1) if wte >= SMALLEST_POST else 0.0


def _vacant(funded: Mapping[str, float], traits: Traits, scene: Scene) -> dict[str, float]:
    """Posts nobody holds: the consultant's where there is none, and for the rest nurses and support workers."""
    consultant = 0.0 if traits.consultant else funded[CONSULTANT]
    wanted = traits.vacant * sum(funded.values()) + scene.passing("vacant").choice((-0.1, 0.0, 0.1))
    rest = max(0.0, wanted - consultant)
    support = round(min(rest / 3, funded[SUPPORT] / 2), 1)
    nurses = round(min(max(0.0, rest - support), funded[NURSE] / 2), 1)
    return {CONSULTANT: consultant, NURSE: nurses, SUPPORT: support}


def _staff(scene: Scene, group: str, funded: float, vacant: float) -> Row:
    in_post = round(funded - vacant, 2)
    part_time = scene.lasting("part time", group).choice((0, 1)) if in_post > 2 else 0
    temporary = vacant * scene.passing("temporary", group).choice((0.0, 0.5, 0.8)) if in_post else 0.0
    return scene.row(
        "team_staffing",
        staff_group=group,
        wte_funded=f"{funded:.2f}",
        wte_in_post=f"{in_post:.2f}",
        wte_temporary=f"{temporary:.2f}",
        headcount=ceil(in_post) + part_time,
        dedicated_time=in_post > 0 or group == SKILL_HELD_BY_OTHERS,
    )
