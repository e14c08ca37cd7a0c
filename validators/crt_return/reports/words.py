"""Words that several forms of the report share: the outcome in a sentence, the place of a fault, safe cells.

It decides nothing, and knows no form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from crt_return.finding import FORMULA, Finding, Outcome, Report
from crt_return.standard import SEVERITIES
from crt_return.validate import Run

VERDICTS: dict[Outcome, str] = {
    "accepted": "ACCEPTED: no errors and no warnings.",
    "accepted_with_explanations": "ACCEPTED WITH EXPLANATIONS: no errors, and every warning is explained.",
    "queried": "QUERIED: no errors, but not every warning has an explanation ({warning}).",
    "rejected": "REJECTED: {error} to mend before this return can be accepted.",
    "unreadable": "UNREADABLE: this could not be read as a return.",
}
UNFIT = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def verdict(report: Report) -> str:
    """The outcome in a sentence."""
    return VERDICTS[report.outcome].format_map({name: number(report.counts[name], name) for name in SEVERITIES})


def number(count: int, noun: str) -> str:
    """`1 error`, `2,000 errors`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def place(one: Finding) -> str:
    """Where a fault is, as much as is known: `gatekeeping.csv F14`, `team_hours.csv`, or nothing."""
    cell = one.cell or (f"row {one.row}" if one.row else "")
    return " ".join(part for part in (one.file, one.sheet, cell) if part)


def file_path(one: Finding, run: Run) -> str:
    """The path of the file a finding is about, as the user gave it: of a zip or a workbook, of that itself."""
    given, shown = run.path, PurePath(run.report.submission.path)
    if given.is_file() and given.suffix.casefold() == ".json":
        given, shown = given.parent, shown.parent
    return (shown / one.file if one.file and given.is_dir() else shown).as_posix()


def human_key(one: Finding) -> str:
    """The record as people name it: `RZA-T01, voluntary`."""
    return ", ".join(one.key.values())


def computed(requirement: Mapping[str, Any]) -> str:
    """The computed status of a requirement; of one not assessed, what it could be."""
    status, worst, best = (str(requirement[name]) for name in ("computed", "at_worst", "at_best"))
    if status in (worst, best):
        return status
    return f"{status} ({worst})" if worst == best else f"{status} ({worst} to {best})"


def guarded(text: str) -> str:
    """A cell with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def fit_for_xml(text: str) -> str:
    """A text without the characters that no XML file may hold; line ends are those of XML."""
    return UNFIT.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
