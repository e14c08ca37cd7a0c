"""Makes the kit: returns for every rule, and what this package's own validator says of them, as files.

The same standard gives the same files. What is expected is what the one path of `validate` finds, all returns examined
together; that it is found where the fault was planted is for the tests to say.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
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
from crt_return.conformance.returns import NEVER_PASSES, WORKBOOK, Made, Start, starts, valid_returns
from crt_return.finding import Finding, Outcome, Report
from crt_return.publishing.zipped import zipped
from crt_return.reading import Package, Unreadable, read_package
from crt_return.rules import reads_from
from crt_return.sampling.ranges import missed
from crt_return.sampling.writing import write_folder
from crt_return.scope import NO_PRIOR, PRIOR
from crt_return.standard import Rule, Standard, schema_folder
from crt_return.tables import Checked, check_tables
from crt_return.validate import Progress, assessed, concluded, examine, silent, unreadable

EXIT_STATUS: Mapping[Outcome, int] = {"unreadable": 2, "rejected": 1}
PLANTED = ("file", "change", "row", "field", "was", "now")


@dataclass(frozen=True)
class Reported:
    """A return of the kit and the report on it."""

    made: Made
    report: Report


@dataclass(frozen=True)
class JudgedKit:
    """The returns of the kit with their reports, the previous returns, and the faults that trip nothing."""

    standard: Standard
    rules: Sequence[Rule]
    valid: Sequence[Reported]
    faulty: Sequence[Reported]
    previous: Sequence[Made]
    untripped: Sequence[NoCase]


def kit(standard: Standard, progress: Progress = silent, rules: Collection[str] = ()) -> dict[str, bytes]:
    """Make the files of the kit by their paths in it, the same bytes each time; only those of `rules`, if any."""
    return kit_files(judge_kit(standard, progress, rules))


def judge_kit(standard: Standard, progress: Progress = silent, rules: Collection[str] = ()) -> JudgedKit:
    """Plant every fault of the chosen rules, and judge the returns of the kit."""
    tried = starts(standard)
    chosen = [rule for rule in standard.rules.values() if not rules or rule.id in rules]
    progress("Planting every fault of every rule")
    valid, faulty, untripped = _judged_returns([*valid_returns(tried)], tried, chosen, progress)
    return JudgedKit(standard, chosen, valid, faulty, _previous(tried), untripped)


def kit_files(judged_kit: JudgedKit) -> dict[str, bytes]:
    """The files of a kit whose returns are judged."""
    standard, valid, faulty = judged_kit.standard, judged_kit.valid, judged_kit.faulty
    passing, never = _passing(standard, judged_kit.rules, valid)
    cases = [*passing, *(_case(standard, one, _rule_of(one), "fails") for one in faulty)]
    order = {rule: number for number, rule in enumerate(standard.rules)}
    ordered = sorted(cases, key=lambda case: (order[case.rule], case.kind != "passes"))
    content = Cases({"name": standard.name, "version": standard.version}, ordered, [*never, *judged_kit.untripped])
    returns = (*(reported.made for reported in (*valid, *faulty)), *judged_kit.previous)
    every = {made.path: made for made in returns}
    used = {path for case in cases for path in (case.path, case.prior)}
    stored = {name: data for path in sorted(used) for name, data in every[path].stored().items()}
    return {
        README: Path(__file__).with_name(README).read_bytes(),
        CASES: f"{json.dumps(content.as_dict(), indent=1, ensure_ascii=False)}\n".encode(),
        CASES_SCHEMA: (schema_folder() / "metaschema" / "conformance_cases.json").read_bytes(),
        **stored,
    }


def kit_zip(standard: Standard, progress: Progress = silent) -> bytes:
    """The kit as one zip, without the time of day. Compressors differ: compare two by their entries."""
    return zipped(kit(standard, progress))


def judged(returns: Sequence[Made], standard: Standard, *, prior: bool = True) -> list[Reported]:
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
    return [Reported(one, reports[one.path]) for one in returns]


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


def _passing(standard: Standard, rules: Iterable[Rule], valid: Sequence[Reported]) -> tuple[list[Case], list[NoCase]]:
    """A case for each rule with the plainest return it passes on, and the rules that pass on none."""
    found = {rule.id: next((one for one in valid if _passes(one, rule.id)), None) for rule in rules}
    cases = [_case(standard, one, rule, "passes") for rule, one in found.items() if one]
    never = [NoCase(rule, "passes", _why_none(rule, valid)) for rule, one in found.items() if not one]
    return cases, never


def _passes(one: Reported, rule: str) -> bool:
    return bool(one.made.prior) and rule in one.report.rules.passed and not EXIT_STATUS.get(one.report.outcome)


def _why_none(rule: str, valid: Sequence[Reported]) -> str:
    """Why a rule passes on none of the returns: as known, or as the reports on them say."""
    because = [open_.because for one in valid for open_ in one.report.rules.not_evaluated if open_.rule == rule]
    return (
        NEVER_PASSES.get(rule) or "; ".join(dict.fromkeys(because)) or "It has a finding in every return made for it."
    )


def _judged_returns(
    valid: Sequence[Made], tried: Sequence[Start], rules: Iterable[Rule], progress: Progress
) -> tuple[list[Reported], list[Reported], list[NoCase]]:
    """The valid returns, one for every fault that trips its rule in the smallest start, and the rules not tripped."""
    left = {fault: _attempts(fault, tried) for rule in rules for fault in _faults(rule)}
    standard = tried[0].standard
    first: list[Reported] = []
    tripped: dict[str, Reported] = {}
    while made := [one for attempts in left.values() if (one := next(attempts, None))]:
        progress(f"Judging {len(made)} returns with a fault each")
        found = judged([*(() if first else valid), *_previous(tried), *made], standard)
        first = first or found[: len(valid)]
        tripped |= {one.made.name: one for one in found[-len(made) :] if _rule_of(one) in one.report.rules.failed}
        left = {fault: attempts for fault, attempts in left.items() if "/".join(fault) not in tripped}
    never = [NoCase(rule, "fails", f"The fault '{variant}' does not trip it.") for rule, variant in left]
    return first, list(tripped.values()), never


def _faults(rule: Rule) -> list[tuple[str, str]]:
    return [(rule.id, variant) for variant in rule.faults]


def _attempts(fault: tuple[str, str], tried: Iterable[Start]) -> Iterator[Made]:
    """The returns with a fault planted, in one start after another, where it finds something to change."""
    return (one for start in tried if (one := start.faulty(*fault)))


def _previous(tried: Iterable[Start]) -> list[Made]:
    """The returns of the quarter before."""
    return [start.before() for start in tried if not start.whole]


def _rule_of(one: Reported) -> str:
    """The rule whose fault was planted in a return."""
    return one.made.name.partition("/")[0]


def _case(standard: Standard, one: Reported, rule: str, kind: Kind) -> Case:
    made, report = one.made, one.report
    return Case(
        id=f"{rule}/{kind}/{made.name.partition('/')[2]}",
        rule=rule,
        kind=kind,
        path=made.path,
        prior=made.prior,
        needs_prior=any(reads_from(standard.rules[name], PRIOR) for name in {rule, *report.rules.failed}),
        expected=_expected(report, rule),
        planted=_planted(made) if kind == "fails" else [],
    )


def _planted(made: Made) -> list[dict[str, Any]]:
    """What was changed in a valid return; a workbook is called what it is called in the kit."""
    called = {"file": PurePosixPath(made.path).name} if made.form == WORKBOOK else {}
    return [{name: getattr(change, name) for name in PLANTED} | called for change in made.planted]


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
