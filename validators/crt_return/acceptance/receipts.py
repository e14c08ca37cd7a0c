"""Receipts: what a provider can show of its submission, made from the register alone, and whether one still holds.

The same submission always has the same receipt but for its times. Nothing of a return but its identity and its counts
is in it. It judges nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from crt_return.acceptance.problem import Stopped, cannot_read
from crt_return.acceptance.register import Entry, Failure
from crt_return.acceptance.store import Store
from crt_return.pages import page
from crt_return.rules import FINDINGS_READ, reads_from
from crt_return.standard import SEVERITIES, Standard, rule_set_sha256
from crt_return.wording import is_synthetic

RECEIPTS = "receipts"
LATE = "HDR-09"
MEANINGS: Mapping[str, str] = {
    "accepted": "The return has no errors and no warnings. Its figures are used.",
    "accepted_with_explanations": "The return has no errors, and every warning is explained. Its figures are used.",
    "queried": (
        "The return has no errors, but warnings that nobody has explained. Its figures are not used yet: add the "
        "explanations, raise the submission version and send it again."
    ),
    "rejected": "The return has errors. Its figures are not used: mend them, raise the version and send it again.",
    "unreadable": "What was sent cannot be read as a return. Nothing of it is used: mend the file and send it again.",
}
SENT_TWICE = "ACC-03"
RECEIVED_BEFORE = "The same data were received before, and the verdict on them stands. Nothing of this one is used."


def failures(findings: Iterable[Mapping[str, Any]]) -> list[Failure]:
    """What each rule found, and how much of it is warnings without an explanation."""
    count: Counter[tuple[str, str]] = Counter()
    unexplained: Counter[tuple[str, str]] = Counter()
    for one in findings:
        key = (one["rule"], one["severity"])
        count[key] += one["count"]
        unexplained[key] += one["count"] if one["explained"] is False else 0
    return [Failure(*key, count[key], unexplained[key]) for key in count]


def receipt(entry: Mapping[str, Any], report: Mapping[str, Any], failed: Sequence[Failure], **further: Any) -> str:
    """The receipt of a submission as JSON. `entry` is its row in the register, `report` the report on it."""
    made = {
        "receipt": entry["submission"],
        "received_at": entry["received_at"],
        "submission": {
            name: entry[name]
            for name in ("file", "file_sha256", "content_sha256", "provider_code", "period", "submission_version")
        },
        "judged_by": {
            "standard": report["standard"],
            "rule_set_sha256": entry["rule_set_sha256"],
            "tool": report["tool"],
        },
        **further,
        "outcome": entry["outcome"],
        "late": entry["late"],
        "counts": {name: entry[f"{name}s"] for name in SEVERITIES},
        "rules": {
            "failed": [vars(one) for one in failed],
            "not_evaluated": report["rules"]["not_evaluated"],
            "passed": len(report["rules"]["passed"]),
        },
        "messages": [
            {"rule": one["rule"], "message": one["message"], "fix": one["fix"]}
            for one in report["findings"]
            if one["rule"].startswith("ACC-") or report["outcome"] == "unreadable"
        ],
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def place(entry: Entry) -> PurePosixPath:
    """Where in the store the receipt of a submission lies, without its ending."""
    version = f"v{entry.submission_version}-" if entry.submission_version is not None else ""
    return PurePosixPath(RECEIPTS, _named(entry.period), _named(entry.provider_code), version + entry.submission)


def _named(part: str | None) -> str:
    """A part of a return's name as a folder; what is not letters, digits and hyphens alone is nobody's code."""
    return part if part and part.replace("-", "").isalnum() and part.isascii() and len(part) < 20 else "not-known"


def write(entry: Entry, store: Store, standard: Standard) -> None:
    """Write both forms of a receipt; those that are there already stay as they are."""
    stem = place(entry)
    store.write(stem.with_name(f"{stem.name}.json"), entry.receipt)
    store.write(stem.with_name(f"{stem.name}.html"), html(entry, f"{stem.name}.json", standard))


def html(entry: Entry, json_name: str, standard: Standard) -> str:
    """The receipt as a page."""
    made = json.loads(entry.receipt)
    every = {**standard.rules, **standard.acceptance_rules}
    return page(
        "receipt.html",
        receipt=made,
        outcome=outcome_words(entry),
        meaning=_meaning(made),
        synthetic=is_synthetic(entry.provider_code, standard),
        rows=[(name, value) for name, value in _rows(made) if value not in (None, "")],
        codes=("SHA-256 of the file", "SHA-256 of the data", "Rule set"),
        titles={one["rule"]: every[one["rule"]].title for one in made["rules"]["failed"]},
        messages=made["messages"],
        json_name=json_name,
    )


def _meaning(made: Mapping[str, Any]) -> str:
    """What an outcome comes to; data that are only sent twice need no mending."""
    errors = {one["rule"] for one in made["rules"]["failed"] if one["severity"] == "error"}
    return RECEIVED_BEFORE if errors == {SENT_TWICE} else MEANINGS[made["outcome"]]


def _rows(made: Mapping[str, Any]) -> list[tuple[str, Any]]:
    sent, by, counts = made["submission"], made["judged_by"], made["counts"]
    standard, tool = by["standard"], by["tool"]
    return [
        ("Receipt", made["receipt"]),
        ("File", sent["file"]),
        ("Provider", sent["provider_code"]),
        ("Quarter", sent["period"]),
        ("Submission version", sent["submission_version"]),
        ("Received at", made["received_at"]),
        ("After the deadline", ("yes" if made["late"] else "no") if sent["period"] else None),
        ("Takes the place of", made["supersedes"]),
        ("Errors, warnings, notes", ", ".join(f"{counts[name]:,}" for name in SEVERITIES)),
        ("SHA-256 of the file", sent["file_sha256"]),
        ("SHA-256 of the data", sent["content_sha256"]),
        ("Judged by", f"{standard['name']} {standard['version']}, {tool['name']} {tool['version']}"),
        ("Rule set", by["rule_set_sha256"]),
    ]


def outcome_words(entry: Entry) -> str:
    """An outcome as people read it."""
    return entry.outcome.replace("_", " ") + (", late" if entry.late else "")


def read(file: Path) -> dict[str, Any]:
    """A receipt from its JSON file. Raises Stopped where it is none."""
    try:
        made = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise cannot_read(f"The receipt {file}", error) from None
    except ValueError:
        raise Stopped(f"{file} is not a receipt. Give the receipt's file with the ending .json.") from None
    if not isinstance(made, dict) or not {"receipt", "submission", "judged_by", "outcome", "rules"} <= set(made):
        raise Stopped(f"{file} is not a receipt. Give the receipt's file with the ending .json.")
    return made


@dataclass(frozen=True)
class Line:
    """One thing a receipt says, held against what is found now; `agrees` is None where it could not be compared."""

    what: str
    receipt: str
    now: str
    agrees: bool | None


def compared(
    made: Mapping[str, Any], report: Mapping[str, Any], standard: Standard, file_sha256: str, prior: str | None
) -> list[Line]:
    """What a receipt says beside a report made now; `prior` is the SHA-256 of the data of the quarter before, if given.

    What cannot be read as a return has no data, and is the same file or another. Rules that need what was not given
    are not compared.
    """
    sent, found = made["submission"], {**report["submission"], "file_sha256": file_sha256}
    of_data = ("SHA-256 of the data", "content_sha256")
    lines = [
        _line(words, sent[name], found[name])
        for words, name in (
            of_data if sent["content_sha256"] else ("SHA-256 of the file", "file_sha256"),
            ("provider", "provider_code"),
            ("quarter", "period"),
            ("submission version", "submission_version"),
        )
    ]
    lines.append(_rule_set_line(made["judged_by"], rule_set_sha256()))
    if made["prior"]:
        lines.append(_prior_line(made["prior"]["content_sha256"], prior))
    lines += _rule_lines(made, report, _open(made, report, standard, prior=prior is not None))
    late = any(one.rule == LATE for one in failures(report["findings"]))
    return [
        *lines,
        _followed("late", str(made["late"]).lower(), str(late).lower(), lines),
        _followed("counts", _counted(made["counts"]), _counted(report["counts"]), lines),
        _followed("outcome", made["outcome"], report["outcome"], lines),
    ]


def _prior_line(then: str, now: str | None) -> Line:
    """The return of the quarter before that was used then, beside the one given now."""
    return Line("SHA-256 of the return of the quarter before", then, now or "not given", then == now if now else None)


def _rule_set_line(by: Mapping[str, Any], rule_set: str) -> Line:
    """Another rule set may come to the same; only where it does not is that a difference."""
    same = by["rule_set_sha256"] == rule_set
    judged_by = f"{by['rule_set_sha256']} ({by['tool']['name']} {by['tool']['version']})"
    return Line("rule set", judged_by, rule_set, True if same else None)


def _followed(what: str, then: str, now: str, lines: Iterable[Line]) -> Line:
    """What follows from the rules may differ for what could not be compared."""
    unknown = any(line.agrees is None for line in lines)
    return Line(what, then, now, True if then == now else None if unknown else False)


def _open(made: Mapping[str, Any], report: Mapping[str, Any], standard: Standard, *, prior: bool) -> set[str]:
    """The rules that can come out otherwise now: those of acceptance, and what wants the quarter before."""
    own = set(standard.acceptance_rules)
    if prior or made["prior"] is None:
        return own
    on_findings = {rule.id for rule in standard.rules.values() if reads_from(rule, FINDINGS_READ)}
    return own | on_findings | {one["rule"] for one in report["rules"]["not_evaluated"]}


def _rule_lines(made: Mapping[str, Any], report: Mapping[str, Any], unknown: set[str]) -> list[Line]:
    """Each rule that failed then or fails now, by how often."""
    then = {(one["rule"], one["severity"]): one["count"] for one in made["rules"]["failed"]}
    now = {(one.rule, one.severity): one.count for one in failures(report["findings"])}
    lines = []
    for rule, severity in sorted({*then, *now}):
        before, after = then.get((rule, severity), 0), now.get((rule, severity), 0)
        agrees = None if rule in unknown and before != after else before == after
        lines.append(
            Line(f"{rule} ({severity})", f"{before:,}", "not judged" if agrees is None else f"{after:,}", agrees)
        )
    return lines


def _line(what: str, then: Any, now: Any) -> Line:
    return Line(what, _known(then), _known(now), then == now)


def _known(value: Any) -> str:
    return "not known" if value is None else str(value)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[name]:,} {name}" for name in SEVERITIES)
