"""The header of a return and the teams in its register.

Names and places are taken from the synthetic providers and sites of the reference files.
"""

from __future__ import annotations

from datetime import date, timedelta

from crt_return.quarters import Quarter, working_days
from crt_return.sampling.scene import Row, Scene, row
from crt_return.standard import Standard

NAME_ENDS = "Crisis Resolution Team"
NOT_NAMED = "Example Trust (synthetic)"


def return_header(standard: Standard, provider: str, quarter: Quarter, teams: int) -> Row:
    """The one row of the header: final, signed off by the chief executive, in time."""
    in_time = working_days(quarter.ends + timedelta(1), quarter.deadline, standard.bank_holidays)
    return row(
        standard,
        "return_header",
        {
            "provider_code": provider,
            "period": quarter.period,
            "provider_name": provider_name(standard, provider),
            "period_start": quarter.starts,
            "period_end": quarter.ends,
            "standard_version": standard.version,
            "submission_version": 1,
            "submission_status": "final",
            "nil_return": False,
            "teams_expected": teams,
            "prepared_on": in_time[len(in_time) // 2],
            "signed_off": True,
            "signatory_role": "chief_executive",
            "signed_off_on": in_time[-4],
            "submitted_on": in_time[-2],
            "contact_email": f"crt-return.{provider.lower()}@example.nhs.uk",
        },
    )


def provider_name(standard: Standard, provider: str) -> str:
    """The provider's name in the reference file."""
    names = {known["code"]: known["label"] for known in standard.reference["provider"]}
    return names.get(provider, NOT_NAMED)


def open_team(scene: Scene) -> Row:
    """The register's row of a team that takes everybody directly, at all hours, and says so."""
    generator = scene.lasting("register")
    return scene.row(
        "team_register",
        **_common(scene),
        population_served=generator.randrange(120_000, 190_000, 500),
        area_type=generator.choice(scene.codes("area_type")),
        team_status="open",
        operational_since=_opened(scene),
        age_max=generator.choice((65, 120)),
        operational_status_self="fully_operational",
        offers_24_7_self=True,
        gatekeeps_self=True,
        accepts_gp=True,
        accepts_self_known=True,
        accepts_self_new=True,
    )


def planned_team(scene: Scene) -> Row:
    """The register's row of a team that is commissioned and has not begun."""
    return scene.row(
        "team_register",
        **_common(scene),
        population_served=150_000,
        area_type="mixed",
        team_status="planned",
        age_max=65,
        operational_status_self="not_operational",
        offers_24_7_self=False,
        gatekeeps_self=False,
        accepts_gp=False,
        accepts_self_known=False,
        accepts_self_new=False,
    )


def _common(scene: Scene) -> dict[str, object]:
    site = _site(scene)
    return {
        "team_name": _name(scene, site),
        "team_type_code": "A02",
        "service_model": "integrated",
        "site_code": site["code"],
        "commissioner_code": f"5Z{chr(ord('A') + (scene.number - 1) % 26)}",
        "age_min": 16,
        "paperwork_precondition": False,
    }


def _site(scene: Scene) -> dict[str, str]:
    """One of the provider's open sites, in turn."""
    ends = scene.quarter.ends.isoformat()
    sites = [
        dict(site)
        for site in scene.standard.reference["site"]
        if site["provider_code"] == scene.provider
        and site["opened"] <= ends
        and (not site["closed"] or ends <= site["closed"])
    ]
    if not sites:
        raise ValueError(f"The reference file of sites has none of {scene.provider} open on {ends}.")
    return sites[(scene.number - 1) % len(sites)]


def _name(scene: Scene, site: dict[str, str]) -> str:
    """The site's name with the team's number, so that no two teams share one."""
    place = site["label"].split(" Site")[0]
    return f"{place} {NAME_ENDS} {scene.number}"


def _opened(scene: Scene) -> date:
    """A day before the first quarter of the standard."""
    first = min(quarter.starts for quarter in scene.standard.quarters.values())
    return first - timedelta(scene.lasting("opened").randint(100, 900))
