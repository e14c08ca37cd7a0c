"""Explaining warnings in tests: the hash as published, worked out without the validator, and rows that answer."""

from __future__ import annotations

import json
import re
from hashlib import sha256

from crt_return.finding import Finding, Report
from crt_return.sampling.scene import Row

TEXT = "The area takes in two former districts since April."


def published_hash(rule: str, record_key: str, **values: str | None) -> str:
    """The hash as docs/explanations.md says anyone can work it out."""
    pairs = [["rule", rule], ["record_key", record_key], *sorted([*pair] for pair in values.items())]
    digest = sha256(json.dumps(pairs, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
    found = re.search("[a-f][0-9a-f]{11}", digest)
    assert found
    return found[0]


def warnings_of(report: Report) -> list[Finding]:
    return [one for one in report.findings if one.severity == "warning"]


def answer(warning: Finding, **cells: str) -> Row:
    """A row of explanations that answers a warning."""
    return {
        "provider_code": "RZA",
        "period": "2006-07-Q4",
        "rule_id": warning.rule,
        "record_key": warning.record_key,
        "values_hash": str(warning.values_hash),
        "reason_code": "local_service_model",
        "explanation": TEXT,
        "explained_by_role": "Service manager",
        **cells,
    }
