"""The findings as annotations of GitHub, which shows them beside the files in the run that printed them.

GitHub takes ten of a kind from a step: the first ten of each are printed, and how many there are. A value of the
return must not be a command to GitHub: while the summary is printed, it is told to take none.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Literal

from crt_return.finding import Finding
from crt_return.reports.files import file_path
from crt_return.reports.safe import fit_for_xml
from crt_return.standard import SEVERITIES, Severity, Standard
from crt_return.validate import Run
from crt_return.wording import counted

MOST_OF_A_KIND = 10
KINDS: Mapping[Severity, Literal["error", "warning", "notice"]] = {
    "error": "error",
    "warning": "warning",
    "info": "notice",
}


def runs_here(environment: Mapping[str, str]) -> bool:
    """Whether this is a run of GitHub Actions."""
    return environment.get("GITHUB_ACTIONS") == "true"


def plain(text: str) -> str:
    """Lines for the log in which GitHub finds no command."""
    token = secrets.token_hex(16)
    return f"::stop-commands::{token}\n{text}::{token}::\n"


def lines(run: Run, standard: Standard) -> str:
    """The lines that GitHub makes annotations of, and the true numbers."""
    return "".join(f"{line}\n" for line in _lines(run, standard))


def _lines(run: Run, standard: Standard) -> Iterator[str]:
    for severity in SEVERITIES:
        own = [one for one in run.report.findings if one.severity == severity and not one.explained]
        yield from (_annotation(one, run, standard) for one in own[:MOST_OF_A_KIND])
        if len(own) > MOST_OF_A_KIND:
            total = counted(sum(one.count for one in own), severity)
            yield f"The first {MOST_OF_A_KIND} of {total} are annotations here; a report (--report) lists them."


def _annotation(one: Finding, run: Run, standard: Standard) -> str:
    line = {"line": str(one.row)} if one.row and not one.sheet else {}
    where = {"file": file_path(one, run), **line, "title": f"{one.rule} {standard.rules[one.rule].title}"}
    cell = f"{one.sheet or one.field or ''} {one.cell}: ".lstrip() if one.cell else ""
    parts = ",".join(f"{name}={_property(value)}" for name, value in where.items())
    return f"::{KINDS[one.severity]} {parts}::{_escaped(f'{cell}{one.message} To mend: {one.fix}')}"


def _escaped(text: str) -> str:
    return fit_for_xml(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
