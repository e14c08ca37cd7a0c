"""The forms a report is written in, by the ending of the file's name: the one list of them.

Each form is a module beside this one, imported only when it is asked for. What they show is the same report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crt_return.standard import Standard
    from crt_return.validate import Run

    Form = Callable[[Run, Standard], bytes]


def _json(run: Run, _: Standard) -> bytes:
    from crt_return.reports import json

    return json.text(run.report).encode()


def _csv(run: Run, standard: Standard) -> bytes:
    from crt_return.reports import csv

    return csv.text(run.report, standard).encode("utf-8-sig")


def _sarif(run: Run, standard: Standard) -> bytes:
    from crt_return.reports import sarif

    return sarif.text(run, standard).encode()


def _junit(run: Run, standard: Standard) -> bytes:
    from crt_return.reports import junit

    return junit.xml(run.report, standard)


def _html(run: Run, standard: Standard) -> bytes:
    from crt_return.reports import html

    return html.page_bytes(run, standard)


def _workbook(run: Run, standard: Standard) -> bytes:
    from crt_return.reports.workbook import marked

    return marked.marked_bytes(run, standard)


FORMS: Mapping[str, Form] = {
    ".html": _html,
    ".json": _json,
    ".xlsx": _workbook,
    ".csv": _csv,
    ".sarif": _sarif,
    ".xml": _junit,
}
