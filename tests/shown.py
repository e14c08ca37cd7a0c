"""Tell findings of faults from findings that every report shows."""

from __future__ import annotations

from crt_return.finding import Finding, Report

ALWAYS_SHOWN = {"FID-06"}  # the score of a team that sends its items


def faults(report: Report) -> list[Finding]:
    """Return the findings without those that every report shows."""
    return [found for found in report.findings if found.rule not in ALWAYS_SHOWN]
