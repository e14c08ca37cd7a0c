"""The report as SARIF 2.1.0, for the tools that programmers' pipelines show faults with.

Where a fault lies is given as these tools want it: the file, and its line, which is the row of a CSV file (a line
break inside quotation marks aside). A column of SARIF counts characters, and a table's does not: the cell stands
among the properties. An explained warning is one that is suppressed. The pages of the rules have no lasting address
of their own, so `help` gives them as the published site names them. What a report says of completeness and fidelity is
left to other forms.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import quote

from crt_return.finding import HASH_LENGTH, Finding, Report, help_page
from crt_return.reports.files import file_path
from crt_return.reports.words import verdict
from crt_return.standard import Rule, Severity, Standard
from crt_return.validate import Run

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: Mapping[Severity, Literal["error", "warning", "note"]] = {
    "error": "error",
    "warning": "warning",
    "info": "note",
}
SAID_ELSEWHERE = ("rule", "message", "count")

Json = dict[str, Any]


def text(run: Run, standard: Standard) -> str:
    """The report as SARIF."""
    return json.dumps(
        {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(run, standard)]}, ensure_ascii=False, indent=1
    )


def _run(run: Run, standard: Standard) -> Json:
    report, index = run.report, {rule: n for n, rule in enumerate(standard.rules)}
    return {
        "tool": {"driver": {**report.tool, "rules": [_rule(rule) for rule in standard.rules.values()]}},
        "automationDetails": {"id": _of(report)},
        "invocations": [_invocation(report, index)],
        "results": [_result(one, run, index[one.rule]) for one in report.findings],
        "properties": {
            "outcome": report.outcome,
            "verdict": verdict(report),
            "counts": report.counts,
            "standard": report.standard,
            "submission": vars(report.submission),
        },
    }


def _rule(rule: Rule) -> Json:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why} To mend: {rule.fix}"},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"table": rule.table, "source": rule.source, "since": rule.since, "help": help_page(rule.id)},
    }


def _of(report: Report) -> str:
    """Which return it is, from the large to the small, as SARIF tells runs apart."""
    of = report.submission
    return "/".join(quote(str(part)) for part in (report.tool["name"], of.provider_code, of.period) if part)


def _invocation(report: Report, index: Mapping[str, int]) -> Json:
    """That the tool ran, and each rule that could not be evaluated, with the reason."""
    notes = [
        {
            "level": "note",
            "message": {"text": f"Not evaluated: {one.because}"},
            "associatedRule": {"id": one.rule, "index": index[one.rule]},
        }
        for one in report.rules.not_evaluated
    ]
    return {"executionSuccessful": report.outcome != "unreadable", "toolExecutionNotifications": notes}


def _result(one: Finding, run: Run, index: int) -> Json:
    return {
        "ruleId": one.rule,
        "ruleIndex": index,
        "level": LEVELS[one.severity],
        "message": {"text": one.message},
        "locations": [_location(one, run)],
        "occurrenceCount": one.count,
        "partialFingerprints": _fingerprints(one),
        "suppressions": [{"kind": "external", "status": "accepted"}] if one.explained else [],
        "properties": {
            **{name: value for name, value in vars(one).items() if name not in SAID_ELSEWHERE},
            "record_key": one.record_key,
        },
    }


def _location(one: Finding, run: Run) -> Json:
    physical: Json = {"artifactLocation": {"uri": quote(file_path(one, run))}}
    if one.row and not one.sheet:
        physical["region"] = {"startLine": one.row}
    names = [name for name in (one.table, one.field) if name]
    logical = [{"fullyQualifiedName": "/".join([*names, one.record_key]), "kind": "record"}]
    return {"physicalLocation": physical, "logicalLocations": logical}


def _fingerprints(one: Finding) -> Json:
    """What is the same when the same record is at fault again: and, of a warning, its values too."""
    named = "\n".join(str(part) for part in (one.rule, one.table, one.field, one.record_key))
    record = {"ruleAndRecord/v1": sha256(named.encode(errors="backslashreplace")).hexdigest()[:HASH_LENGTH]}
    return {**record, "values/v1": one.values_hash} if one.values_hash else record
