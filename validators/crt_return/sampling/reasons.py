"""What a synthetic provider says of a warning: for each rule a reason of the code list and a sentence or two.

Invented, like the figures, and of no person. Rules left out here get an answer that would do for any.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

ROLES = ("Team manager", "Service manager", "Clinical director", "Information manager")
ANY = (
    ("data_right_as_stands", "The figures were checked against the team's own records and are right as they stand."),
)

Reasons = tuple[tuple[str, str], ...]

OF_PROVIDER: Mapping[str, Reasons] = {
    "HDR-10": (
        (
            "local_service_model",
            "One of the commissioned teams is still being set up. It has taken nobody on yet and sends its first "
            "figures when it opens.",
        ),
        (
            "being_mended",
            "One team has no means of counting its work yet. It is to be returned from next year, when it moves to "
            "the same records as the others.",
        ),
    ),
}
OF_REGISTER: Mapping[str, Reasons] = {
    "REG-06": (
        ("local_service_model", "The team serves one district on purpose, with a neighbouring team for the rest."),
        ("data_right_as_stands", "The number was taken from this year's population estimates for the area served."),
    ),
    "REG-09": (
        (
            "local_service_model",
            "By agreement with the commissioner people are referred by their GP or community team, so that somebody "
            "who knows them has seen them first.",
        ),
        ("being_mended", "Direct referral is to be opened in steps over the coming year, as staffing allows."),
    ),
    "REG-10": (
        (
            "data_right_as_stands",
            "The team takes everybody it was set up for, and its board regards it as fully operational. What the "
            "guidance asks beyond that is in the plan for next year.",
        ),
        ("being_mended", "The shortfalls are known. The team was declared operational when it opened its caseload."),
    ),
}
OF_STAFF: Mapping[str, Reasons] = {
    "STF-03": (
        ("temporary_shortage", "Posts that fell vacant are being filled; the caseload was not closed meanwhile."),
        ("being_mended", "Two more posts are in the plan agreed with the commissioner for the coming year."),
    ),
    "STF-05": (
        ("temporary_shortage", "The consultant post has been advertised twice without a candidate; it is out again."),
        (
            "local_service_model",
            "Medical cover comes from the consultants of the sector teams. A post of the team's own was not funded.",
        ),
    ),
    "STF-06": (
        (
            "local_service_model",
            "The team is small. What it does not have itself it borrows from the community teams by arrangement.",
        ),
        ("being_mended", "The next post that falls free is to go to a discipline the team lacks."),
    ),
    "STF-09": (("temporary_shortage", "Posts were held open during the year; recruitment has started again."),),
    "STF-11": (("local_service_model", "The team shares its administrator with the community team in the building."),),
}
OF_HOURS: Mapping[str, Reasons] = {
    "HRS-04": (
        (
            "local_service_model",
            "The trust offers help at any hour, but by night it is other services that give it and not the team.",
        ),
    ),
    "HRS-05": (
        ("being_mended", "A night rota of the team's own is planned for next year, when the new posts are filled."),
        ("local_service_model", "A liaison nurse of the trust sees people in the emergency department at night."),
    ),
    "HRS-06": (
        ("local_service_model", "Few visits fall in these hours; one worker is on call and a second can be called in."),
        ("being_mended", "The rota has too few people for two at all times. More posts have been asked for."),
    ),
    "HRS-07": (
        ("being_mended", "Out of hours a junior doctor can be reached; a rota of seniors is under discussion."),
    ),
}
OF_GATEKEEPING: Mapping[str, Reasons] = {
    "GTK-08": (
        ("being_mended", "Wards still take people without asking the team. A joint policy is before the board."),
        ("local_service_model", "Admission is decided by the sector consultants; the team is asked in part of cases."),
    ),
    "GTK-09": (
        ("being_mended", "At night the team can often only advise by telephone. The rota is under review."),
        ("local_service_model", "Where the community team has just seen a person, the team does not see them again."),
    ),
    "GTK-10": (
        ("local_service_model", "Admissions late at night are talked through by telephone with the duty doctor."),
    ),
    "GTK-11": (("small_numbers", "Few people were admitted, so that one or two exempt admissions exceed the limit."),),
    "GTK-12": (
        ("being_mended", "The approved social workers are to tell the team beforehand; a protocol is being agreed."),
    ),
    "GTK-13": (
        (
            "data_right_as_stands",
            "The team takes part in gatekeeping as its policy says, but is not yet asked about each admission.",
        ),
    ),
    "GTK-14": (("change_in_activity", "More or fewer admissions than last quarter, within what is usual in a year."),),
}
OF_WORK: Mapping[str, Reasons] = {
    "REF-04": (("recording_problem", "The source was not written down at first contact; the form has been changed."),),
    "RSP-03": (
        ("temporary_shortage", "With vacancies and long distances some emergencies waited longer than four hours."),
        ("being_mended", "The shift leader now keeps one worker free for emergencies; the figures should follow."),
    ),
    "RSP-04": (("temporary_shortage", "Urgent referrals waited until the next shift while posts were vacant."),),
    "OUT-02": (
        (
            "change_in_activity",
            "The team is asked for many assessments of people who need no home treatment, above all by emergency "
            "departments and GPs.",
        ),
        ("being_mended", "Referral criteria are being gone through with the services that refer most."),
    ),
    "HTX-09": (
        ("local_service_model", "The area is served by a team of another size than the guide plans, as commissioned."),
        ("data_right_as_stands", "The caseload was checked against the daily list and is right."),
    ),
    "HTX-11": (("recording_problem", "Visits by two services together were in part recorded by the other service."),),
    "HTX-14": (("data_right_as_stands", "Starts were counted again from the daily list, and the population checked."),),
    "HTX-15": (("change_in_activity", "More or fewer people were taken on than last quarter; no change of policy."),),
    "WSA-03": (
        ("being_mended", "The protocol is in draft and is to be agreed with the partner in the coming months."),
        ("local_service_model", "The services work together day by day, but nothing has been signed."),
    ),
    "WSA-04": (("being_mended", "The review has been put off until the partner's own changes are settled."),),
    "AUD-03": (
        ("being_mended", "It is in the audit plan for next year; the trust's audit department has been asked to help."),
        ("temporary_shortage", "There was nobody to do it while posts were vacant."),
    ),
    "AUD-04": (("being_mended", "The wards are to send a list each month, so that the team can look at every case."),),
    "FID-03": (
        (
            "data_right_as_stands",
            "The requirement is regarded as met in the way the service was commissioned; the measures ask for more.",
        ),
        ("being_mended", "The policy is in place, but the figures do not show it yet."),
    ),
}
REASONS = {**OF_PROVIDER, **OF_REGISTER, **OF_STAFF, **OF_HOURS, **OF_GATEKEEPING, **OF_WORK}


def reason(rule: str, generator: Random) -> tuple[str, str]:
    """A reason code and a text for a warning of a rule."""
    return generator.choice(REASONS.get(rule, ANY))
