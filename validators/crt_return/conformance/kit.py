"""Makes the kit: returns for every rule, and what this package's own validator says of them, as files.

The same standard gives the same files. What is expected is what the one path of `validate` finds, all returns examined
together; that it is found where the fault was planted is for the tests to say.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crt_return.conformance.model import (
    CASES,
    CASES_SCHEMA,
    COMPARED,
    README,
    Case,
    Cases,
    Expected,
    Kind,
    NoCase,
)
from crt_return.conformance.returns import NEVER_PASSES, Made, Start, starts, valid_returns
from crt_return.finding import Finding, Outcome, Report
from crt_return.reading import Package, Unreadable, read_package
from crt_return.rules import reads_from
from crt_return.sampling.ranges import missed
from crt_return.sampling.writing import write_folder, zip_bytes
from crt_return.scope import NO_PRIOR, PRIOR
from crt_return.standard import Standard, schema_folder
from crt_return.tables import Checked, check_tables
from crt_return.validate import Progress, assessed, concluded, examine, silent, unreadable

EXIT_STATUS: Mapping[Outcome, int] = {"unreadable": 2, "rejected": 1}
PLANTED = ("file", "change", "row", "field", "was", "now")


@dataclass(frozen=True)
class Judged:
    """A return of the kit and the report on it."""

    made: Made
    report: Report


def kit(standard: Standard, progress: Progress = silent) -> dict[str, bytes]:
    """The files of the kit by their paths in it, the same bytes each time."""
    progress("Making the valid returns of the kit")
    valid = judged([*valid_returns(standard)], standard)
    faulty, untripped = _tripped(standard, {one.made.path: one.made for one in valid}, progress)
    passing, never = _passing(standard, valid)
    cases = [*passing, *(_case(standard, one, _rule_of(one), "fails") for one in faulty)]
    order = {rule: number for number, rule in enumerate(standard.rules)}
    ordered = sorted(cases, key=lambda case: (order[case.rule], case.kind != "passes"))
    content = Cases({"name": standard.name, "version": standard.version}, ordered, [*never, *untripped])
    every = {one.made.path: one.made for one in (*valid, *faulty)} | _previous(standard)
    used = {path for case in cases for path in (case.path, case.prior)}
    stored = {name: data for path in sorted(used) for name, data in every[path].stored().items()}
    return {
        README: Path(__file__).with_name(README).read_bytes(),
        CASES: f"{json.dumps(content.as_dict(), indent=1, ensure_ascii=False)}\n".encode(),
        CASES_SCHEMA: (schema_folder() / "metaschema" / "conformance_cases.json").read_bytes(),
        **stored,
    }


def kit_zip(standard: Standard) -> bytes:
    """The kit as one zip, without the time of day."""
    return zip_bytes(kit(standard), zipfile.ZIP_DEFLATED)


def judged(returns: Sequence[Made], standard: Standard, *, prior: bool = True) -> list[Judged]:
    """The report on each return, beside the one of the quarter before unless `prior` is false, all judged together.

    Returns that others name as theirs must stand before them.
    """
    with TemporaryDirectory() as folder:
        root = Path(folder)
        packages = {one.path: _read(one, root, standard) for one in returns}
    readable = {path: one for path, one in packages.items() if isinstance(one, Package)}
    before = _checked({one.prior for one in returns if prior} - {""}, readable, standard)
    priors = [before.get(one.prior, NO_PRIOR) for one in returns if one.path in readable]
    reports = dict(zip(readable, _reports([*readable.values()], priors, standard), strict=True))
    for path, package in packages.items():
        if isinstance(package, Unreadable):
            reports[path] = unreadable(path, package.fault, standard)
    return [Judged(one, reports[one.path]) for one in returns]


def _read(one: Made, root: Path, standard: Standard) -> Package | Unreadable:
    write_folder(one.stored(), root)
    try:
        return read_package(root / one.path, standard)
    except Unreadable as error:
        return error


def _checked(paths: Iterable[str], packages: Mapping[str, Package], standard: Standard) -> dict[str, Checked]:
    named = sorted(paths)
    return dict(zip(named, check_tables([packages[path] for path in named], standard, None), strict=True))


def _reports(packages: Sequence[Package], priors: Sequence[Checked | str], standard: Standard) -> list[Report]:
    examined = examine(packages, priors, standard)
    assessments = assessed(examined)
    asked = [missed(one.question, standard) for one in assessments]
    return [one.report for one in concluded(examined, assessments, asked)]


def _passing(standard: Standard, valid: Sequence[Judged]) -> tuple[list[Case], list[NoCase]]:
    """A case for each rule with the plainest return it passes on, and the rules that pass on none."""
    found = {rule: next((one for one in valid if _passes(one, rule)), None) for rule in standard.rules}
    cases = [_case(standard, one, rule, "passes") for rule, one in found.items() if one]
    never = [NoCase(rule, "passes", _why_none(rule, valid)) for rule, one in found.items() if not one]
    return cases, never


def _passes(one: Judged, rule: str) -> bool:
    return bool(one.made.prior) and rule in one.report.rules.passed and not EXIT_STATUS.get(one.report.outcome)


def _why_none(rule: str, valid: Sequence[Judged]) -> str:
    """Why a rule passes on none of the returns: as known, or as the reports on them say."""
    because = [open_.because for one in valid for open_ in one.report.rules.not_evaluated if open_.rule == rule]
    return NEVER_PASSES.get(rule) or "; ".join(dict.fromkeys(because)) or "It has a finding in every return made for it."


def _tripped(
    standard: Standard, known: Mapping[str, Made], progress: Progress
) -> tuple[list[Judged], list[NoCase]]:
    """A return for every fault of every rule, with the smallest start in which the fault trips its rule."""
    left = [(rule.id, variant) for rule in standard.rules.values() for variant in rule.faults]
    tripped: dict[str, Judged] = {}
    for start in starts(standard):
        progress(f"Planting {len(left)} faults in a return of {start.teams}")
        found = _planted(start, left, standard)
        tripped |= {one.made.name: one for one in found if _rule_of(one) in one.report.rules.failed}
        left = [(rule, variant) for rule, variant in left if f"{rule}/{variant}" not in tripped]
        if not left:
            break
    never = [NoCase(rule, "fails", f"The fault '{variant}' does not trip it.") for rule, variant in left]
    return list(tripped.values()), never


def _planted(start: Start, faults: Sequence[tuple[str, str]], standard: Standard) -> list[Judged]:
    made = [one for rule, variant in faults if (one := start.faulty(rule, variant))]
    return judged([start.before(), *made], standard)[1:] if made else []


def _previous(standard: Standard) -> dict[str, Made]:
    """The returns of the quarter before, by their paths."""
    return {start.prior: start.before() for start in starts(standard) if not start.whole}


def _rule_of(one: Judged) -> str:
    """The rule whose fault was planted in a return."""
    return one.made.name.partition("/")[0]


def _case(standard: Standard, one: Judged, rule: str, kind: Kind) -> Case:
    made, report = one.made, one.report
    planted = [{name: getattr(change, name) for name in PLANTED} for change in made.planted]
    return Case(
        id=f"{rule}/{kind}/{made.name.partition('/')[2]}",
        rule=rule,
        kind=kind,
        path=made.path,
        prior=made.prior,
        needs_prior=any(reads_from(standard.rules[name], PRIOR) for name in {rule, *report.rules.failed}),
        expected=_expected(report, rule),
        planted=planted if kind == "fails" else [],
    )


def _expected(report: Report, rule: str) -> Expected:
    return Expected(
        outcome=report.outcome,
        exit_status=EXIT_STATUS.get(report.outcome, 0),
        verdict="failed" if rule in report.rules.failed else "passed",
        findings=[_finding(one) for one in report.findings if one.rule == rule],
    )


def _finding(one: Finding) -> dict[str, Any]:
    """What is compared of a finding, and its message for whoever reads it."""
    of = asdict(one)
    return {name: of[name] for name in (*COMPARED, "message")}
