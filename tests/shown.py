"""What a report shows whether or not anything is amiss, and its findings without it."""

from __future__ import annotations

from crt_return.finding import Finding, Report

ALWAYS_SHOWN = {"FID-06"}  # the score of a team that sends its items


def faults(report: Report) -> list[Finding]:
    """The findings but for what is always shown."""
    return [one for one in report.findings if one.rule not in ALWAYS_SHOWN]
