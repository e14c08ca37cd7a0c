"""All tables of one team and quarter, made from its traits.

What is counted comes from one history of episodes, one list of assessments and one of admissions, as in a valid
return; in the other tables the rows of a team that has everything are changed to what its traits leave of it. It makes
no header and no explanation.
"""

from __future__ import annotations

from datetime import date, timedelta

from crt_return.sampling.assessments import assessments
from crt_return.sampling.cover import team_hours
from crt_return.sampling.development import PROTOCOL_LASTS, audit_development, fidelity_self, whole_system
from crt_return.sampling.gatekeeping import COMPULSORY, VOLUNTARY, Admissions
from crt_return.sampling.history import WARM_UP, history
from crt_return.sampling.posts import team_staffing
from crt_return.sampling.register import open_team
from crt_return.sampling.scene import Row, Scene, refilled
from crt_return.sampling.traits import A_AND_E, DIRECT, FULLY, LIAISON, Traits
from crt_return.sampling.valid import Activity, counted, started_in

FOR_EACH = {VOLUNTARY: 1.1, COMPULSORY: 0.95}  # eligible admissions in a quarter for each person on the caseload
AUDITS = ("response_time_audit", "gatekeeping_audit", "gatekeeping_failure_review")
FEEDBACK = ("service_user_feedback", "carer_feedback")
PLAN_LASTS, LONG_AGO = timedelta(270), timedelta(3 * 365)
OVERDUE_WITH = "assertive_outreach"
OPTIMISM = 0.15


def team_tables(scene: Scene, traits: Traits, first: date, last: date) -> dict[str, list[Row]]:
    """The tables of a team. Its history is told from before `first` to `last`, whichever quarter is looked at."""
    tables = counted(_activity(scene, traits, first, last))
    return {
        **tables,
        "gatekeeping": [_told(row, traits) for row in tables["gatekeeping"]],
        "team_register": [_registered(scene, traits)],
        "team_staffing": team_staffing(scene, traits),
        "team_hours": team_hours(scene, traits),
        "whole_system": [_agreed(row, traits) for row in whole_system(scene)],
        "audit_development": [_audited(row, traits) for row in audit_development(scene)],
        "fidelity_self": [_claimed(scene, row, traits) for row in fidelity_self(scene)],
    }


def _activity(scene: Scene, traits: Traits, first: date, last: date) -> Activity:
    known = history(scene.seed, scene.team_id, first - WARM_UP, last, traits.band)
    episodes = tuple(one for one in known if one.touches(scene.quarter.starts, scene.quarter.ends))
    both = (_admissions(scene, traits, VOLUNTARY), _admissions(scene, traits, COMPULSORY))
    started = started_in(episodes, scene.quarter)
    assessed = assessments(scene, started, both[0].in_person, both[1].in_person, traits.habits)
    return Activity(scene, episodes, both, assessed)


def _admissions(scene: Scene, traits: Traits, legal_status: str) -> Admissions:
    """The quarter's admissions, near as many in every quarter."""
    generator = scene.passing("admissions", legal_status)
    eligible = max(3, round(traits.caseload * FOR_EACH[legal_status] * generator.uniform(0.9, 1.1)))
    gatekept = round(eligible * traits.gatekept)
    in_person = min(gatekept, round(eligible * traits.in_person))
    return Admissions(
        legal_status,
        exempt=max(1, round(eligible * generator.uniform(0.05, 0.15))),
        eligible=eligible,
        bypassed=eligible - gatekept,
        not_in_person=gatekept - in_person,
    )


def _told(row: Row, traits: Traits) -> Row:
    """Of some Mental Health Act assessments a team may not be told, and can then not attend."""
    told = round(int(row["mha_assessments"]) * traits.told)
    return refilled(row, mha_notified=told, mha_attended=min(told, int(row["mha_attended"])))


def _registered(scene: Scene, traits: Traits) -> Row:
    return refilled(
        open_team(scene),
        population_served=traits.population,
        operational_status_self=traits.says_operational,
        offers_24_7_self=traits.says_round_the_clock,
        gatekeeps_self=traits.says_gatekeeps,
        **{field: field in traits.accepts for field in DIRECT},
    )


def _agreed(row: Row, traits: Traits) -> Row:
    """A partner: without a protocol there are no dates of one, and nights handed over are said here too."""
    partner = row["partner_type"]
    if partner in traits.without_protocol:
        row = refilled(row, protocol_status="draft", agreed_on=None, review_due=None)
    elif traits.review_overdue and partner == OVERDUE_WITH:
        agreed_on = date.fromisoformat(row["agreed_on"]) - LONG_AGO
        row = refilled(row, agreed_on=agreed_on, review_due=agreed_on + PROTOCOL_LASTS)
    return refilled(row, hands_over_overnight=partner == LIAISON and traits.night == A_AND_E)


def _audited(row: Row, traits: Traits) -> Row:
    """An activity: not yet done where the team does not audit, or does not ask people."""
    activity = row["activity"]
    if (activity in AUDITS and not traits.audited) or (activity in FEEDBACK and not traits.heard):
        return refilled(row, activity_status="planned", last_completed_on=None, cases_reviewed=0, actions_open=0)
    if traits.actions_overdue and activity == "incident_review":
        return refilled(row, actions_open=max(2, int(row["actions_open"])), actions_overdue=2)
    return row


def _claimed(scene: Scene, row: Row, traits: Traits) -> Row:
    """What the team says of a requirement: all in place if it says it is fully operational, else mostly as it is."""
    requirement = row["requirement"]
    generator = scene.lasting("claim", requirement)
    if traits.says_operational == FULLY or traits.in_place[requirement] or generator.random() < OPTIMISM:
        return row
    status = generator.choice(("partly", "partly", "not"))
    return refilled(row, status=status, action_plan_due=scene.quarter.ends + PLAN_LASTS)
