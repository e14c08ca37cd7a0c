"""The findings as a CSV file that Excel opens as it is: a row a finding, what people read first on the left.

What a spreadsheet would run as a formula has an apostrophe before it; nothing else of a finding is changed, so a
program can read every field back. The rest of the report (outcome, completeness, fidelity) is in other forms.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping

from crt_return.finding import Finding, Report, shown
from crt_return.reports.safe import guarded
from crt_return.reports.words import human_key
from crt_return.standard import Standard

WHAT = ("severity", "rule", "title", "record")
WHERE = ("file", "sheet", "cell", "row", "column", "field")
FAULT = ("value", "expected", "message", "fix", "count")
FOR_PROGRAMS = ("explained", "values_hash", "record_key", "key", "table", "help")
COLUMNS = (*WHAT, *WHERE, *FAULT, *FOR_PROGRAMS)


def text(report: Report, standard: Standard) -> str:
    """The findings as CSV text."""
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, COLUMNS)
    writer.writeheader()
    writer.writerows(_row(one, standard) for one in report.findings)
    return written.getvalue()


def _row(one: Finding, standard: Standard) -> dict[str, str]:
    beside: Mapping[str, object] = {
        "title": standard.rules[one.rule].title,
        "record": human_key(one),
        "record_key": one.record_key,
        "key": json.dumps(one.key, ensure_ascii=False),
    }
    return {name: _cell(value) for name, value in {**vars(one), **beside}.items()}


def _cell(value: object) -> str:
    return "" if value is None else guarded(shown(value))
