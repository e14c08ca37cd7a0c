"""The report as `report.json`: the published contract for programs."""

from __future__ import annotations

import json
from pathlib import Path

from crt_return.finding import Report


def write(report: Report, path: Path) -> None:
    """Write the report as JSON, in UTF-8, the same bytes for the same report."""
    path.write_text(text(report), encoding="utf-8")


def text(report: Report) -> str:
    """The report as JSON text."""
    return json.dumps(report.as_dict(), ensure_ascii=False, indent=1) + "\n"
