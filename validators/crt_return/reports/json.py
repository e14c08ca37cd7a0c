"""The report as `report.json`: the published contract for programs."""

from __future__ import annotations

import json

from crt_return.finding import Report


def text(report: Report) -> str:
    """The report as JSON text, the same for the same report."""
    return json.dumps(report.as_dict(), ensure_ascii=False, indent=1) + "\n"
