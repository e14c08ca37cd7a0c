"""Test that a rule starts as a warning and becomes an error later, by the quarter of the return."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crt_return.standard import load_standard

RULE = replace(
    load_standard().rules["GTK-01"],
    warn_from="2006-07-Q2",
    fail_from="2006-07-Q4",
    until="2007-08-Q1",
    reason="A trial",
)


@pytest.mark.parametrize(
    ("period", "severity"),
    [
        ("2006-07-Q1", None),
        ("2006-07-Q2", "warning"),
        ("2006-07-Q3", "warning"),
        ("2006-07-Q4", "error"),
        ("2007-08-Q1", "error"),
        ("2007-08-Q2", None),
        (None, "error"),
    ],
)
def test_severity_follows_the_quarter(period: str | None, severity: str | None) -> None:
    assert RULE.severity_in(period) == severity
