"""What a case expects beside what a command answered: it agrees, it differs, or it was not run because of something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from crt_return.conformance.command import Answer
from crt_return.conformance.model import COMPARED, Case, Expected

State = Literal["agrees", "differs", "not run"]
NO_PRIOR = "the command takes no {prior}"
NO_SIGN = "the command gives no report, and an exit status does not show what is only information"


@dataclass(frozen=True)
class Result:
    """What became of a case. `said` gives the differences, or why it was not run."""

    case: Case
    state: State
    said: str = ""
    by_status: bool = False


def compared(case: Case, answer: Answer) -> Result:
    """A case held against the answer: by the report, or by the exit status where there is none."""
    if answer.trouble:
        return Result(case, "differs", answer.trouble)
    if answer.report is None:
        return _by_status(case, answer.status)
    said = [*_of_outcome(case.expected, answer.report), *_of_findings(case, answer.report)]
    return Result(case, "differs" if said else "agrees", "; ".join(said))


def _by_status(case: Case, status: int | None) -> Result:
    expected = case.expected
    if case.kind == "fails" and expected.exit_status == 0:
        return Result(case, "not run", NO_SIGN)
    if status == expected.exit_status:
        return Result(case, "agrees", by_status=True)
    said = f"expected exit status {expected.exit_status} ({expected.outcome.replace('_', ' ')}), got {status}"
    return Result(case, "differs", said, by_status=True)


def _of_outcome(expected: Expected, report: Mapping[str, Any]) -> list[str]:
    given = report.get("outcome", expected.outcome)
    return [] if given == expected.outcome else [f"expected the outcome {expected.outcome}, got {_short(given)}"]


def _of_findings(case: Case, report: Mapping[str, Any]) -> list[str]:
    """The findings of the rule that should be there and are not, and those that should not and are."""
    expected = [_comparable(one) for one in case.expected.findings]
    given = [_comparable(one) for one in report["findings"] if one["rule"] == case.rule]
    missing, strange = _without(expected, given), _without(given, expected)
    said = [f"expected {_listed(missing)}"] if missing else []
    if strange:
        said.append(f"found {_listed(strange)}")
    elif missing:
        said.append(f"found no {'other ' if given else ''}finding of {case.rule}")
    return said


def _comparable(finding: Mapping[str, Any]) -> dict[str, Any]:
    """What is compared of a finding; the values of its key as text, as a key may be a number to others."""
    key = finding.get("key")
    own = {name: str(value) for name, value in key.items()} if isinstance(key, dict) else key
    return {name: finding.get(name) or None for name in COMPARED} | {"key": own or None}


def _without(some: Iterable[dict[str, Any]], others: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are not among the others, each of which stands for one."""
    left = list(others)
    rest = []
    for one in some:
        if one in left:
            left.remove(one)
        else:
            rest.append(one)
    return rest


def _listed(findings: list[dict[str, Any]], most: int = 2) -> str:
    more = f" and {len(findings) - most} more" if len(findings) > most else ""
    return ", ".join(_named(one) for one in findings[:most]) + more


def _named(finding: Mapping[str, Any]) -> str:
    """A finding in a few words: "error in gatekeeping.csv, row 2, admissions_eligible (RZA-T01, voluntary)"."""
    row = f"row {finding['row']}" if finding["row"] else None
    places = [_short(part) for part in (finding["file"], row, finding["field"]) if part]
    key = finding["key"]
    whose = f" ({', '.join(_short(part) for part in key.values())})" if isinstance(key, dict) else ""
    return f"{_short(finding['severity'])} in {', '.join(places) or 'the return'}{whose}"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
