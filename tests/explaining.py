"""Explain warnings in tests: work out the published hash without the validator, and write rows of explanations."""

from __future__ import annotations

import json
import re
from hashlib import sha256

from crt_return.finding import Finding, Report
from crt_return.sampling.scene import Row

TEXT = "The area takes in two former districts since April."


def published_hash(rule: str, record_key: str, **values: str | None) -> str:
    """Work out the hash as docs/explanations.md describes."""
    pairs = [["rule", rule], ["record_key", record_key], *sorted([*pair] for pair in values.items())]
    digest = sha256(json.dumps(pairs, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
    found = re.search("[a-f][0-9a-f]{11}", digest)
    assert found
    return found[0]


def population_hash(population: str) -> str:
    """Work out the hash of the warning (REG-06) that the first team of RZA serves so many people."""
    return published_hash("REG-06", "RZA-T01", value=population, expected=None, population_served=population)


def warnings_of(report: Report) -> list[Finding]:
    """Return the warnings among the findings."""
    return [found for found in report.findings if found.severity == "warning"]


def hashes(report: Report) -> dict[tuple[str, str], str | None]:
    """Return the hash of each warning by its rule and record key."""
    return {(warning.rule, warning.record_key): warning.values_hash for warning in warnings_of(report)}


def explanation(rule: str, record_key: str, values_hash: str, **cells: str) -> Row:
    """Return a row of explanations, with other cells where they are given."""
    return {
        "provider_code": "RZA",
        "period": "2006-07-Q4",
        "rule_id": rule,
        "record_key": record_key,
        "values_hash": values_hash,
        "reason_code": "local_service_model",
        "explanation": TEXT,
        "explained_by_role": "Service manager",
        **cells,
    }


def answer(warning: Finding, **cells: str) -> Row:
    """Return a row of explanations for a warning."""
    return explanation(warning.rule, warning.record_key, str(warning.values_hash), **cells)
