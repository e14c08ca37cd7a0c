"""The one path from a return to its report, short enough to read as a table of contents.

It puts the stages in order and gathers what they say. Each stage's work is in its own module.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from crt_return.assessment import LEFT_OUT, Assessment, assess, judge_assessments
from crt_return.batch import Batch
from crt_return.engines.duckdb import DuckDB
from crt_return.expectations import Expectations, Missed
from crt_return.finding import (
    DEFAULT_CAP,
    Finding,
    NotEvaluated,
    Outcome,
    Place,
    Report,
    Submission,
    Verdicts,
    counts,
    finding,
    outcome,
    with_explained,
)
from crt_return.measured import Measured
from crt_return.privacy import holds_nhs_number, masked
from crt_return.reading import read_package
from crt_return.reading.model import FAULTY_CELLS, FileFault, Package, Unreadable
from crt_return.rules import Judged, explained_records, judge, judge_explanations
from crt_return.scope import NO_PRIOR, WRONG_PRIOR, Data
from crt_return.standard import EXPLANATIONS, HEADER, REGISTER, TEAM, Rule, Standard, load_standard
from crt_return.tables import Checked, check_tables
from crt_return.thresholds import answers
from crt_return.version import __version__

Progress = Callable[[str], None]
WORTH_SHARING = 100_000  # rows


class PriorUnreadable(Exception):  # noqa: N818 - the words a caller reads
    """The return given as the previous one cannot be read; the message is a sentence for the user."""


@dataclass(frozen=True)
class Run:
    """A validation with what it was made from: the return is the one of that number in the batch.

    There is no package and no batch where the path could not be read. `path` is as it was given: a report shows it
    masked.
    """

    report: Report
    path: Path
    package: Package | None = None
    judged: tuple[Judged, ...] = ()
    batch: Batch | None = None
    number: int = 0
    assessment: Assessment | None = None

    @property
    def data(self) -> Data | None:
        """The return's tables."""
        return self.batch.returns[self.number] if self.batch else None

    @property
    def measured(self) -> Sequence[Measured]:
        """The measures of every team; none where they were left out."""
        return self.assessment.measured if self.assessment else ()


@dataclass(frozen=True)
class Examined:
    """Returns whose cells and rules are judged; what is left is completeness and fidelity."""

    packages: Sequence[Package]
    batch: Batch
    judged: Sequence[Sequence[Judged]]
    standard: Standard
    cap: int | None


def silent(_: str) -> None:
    """Show no progress."""


def validate(
    path: str | Path,
    *,
    prior: str | Path | None = None,
    all_rows: bool = False,
    thresholds: bool = True,
    gx_results: str | Path | None = None,
    progress: Progress = silent,
) -> Report:
    """Check a return against the standard.

    `path` is a folder, a zip, a workbook (.xlsx) or a datapackage.json; `prior` the previous quarter's return, in the
    same forms, for the history rules. At most 1,000 faulty rows a rule are listed unless `all_rows`; counts are always
    true.
    Without `thresholds`, completeness and fidelity are not judged, and the report says so. `gx_results` is a folder
    in which Great Expectations keeps its own results. A path that cannot be read gives a report with the outcome
    "unreadable". Raises PriorUnreadable where `prior` cannot be read.
    """
    return run(
        path, prior=prior, all_rows=all_rows, thresholds=thresholds, gx_results=gx_results, progress=progress
    ).report


def run(
    path: str | Path,
    *,
    prior: str | Path | None = None,
    all_rows: bool = False,
    thresholds: bool = True,
    gx_results: str | Path | None = None,
    progress: Progress = silent,
    standard: Standard | None = None,
    started: Expectations | None = None,
) -> Run:
    """Check a return, and keep the tables and verdicts the report was made from.

    `standard` is the packaged one unless another is given, such as a draft of the next version. `started` is the
    process that judges thresholds, where the caller has started it already.
    """
    standard = standard or load_standard()
    judge = started or (Expectations() if thresholds else None)
    with judge or nullcontext() as expectations:
        try:
            package = read_package(Path(path), standard, progress)
        except Unreadable as error:
            return Run(unreadable(path, error.fault, standard), Path(path))
        before = _read_prior(prior, standard, progress)
        examined = examine([package], [before], standard, cap=None if all_rows else DEFAULT_CAP, progress=progress)
        if expectations is None:
            return concluded(examined, None)[0]
        progress("Judging completeness and fidelity")
        assessments = assessed(examined)
        asked = [one.question for one in assessments]
        missed = answers(asked, standard, expectations, Path(gx_results) if gx_results else None)
        return concluded(examined, assessments, missed)[0]


def examine(
    packages: Sequence[Package],
    priors: Sequence[Checked | str],
    standard: Standard,
    *,
    cap: int | None = DEFAULT_CAP,
    progress: Progress = silent,
) -> Examined:
    """Returns checked cell by cell and rule by rule, all at once, each as if it were alone.

    `priors` gives the checked previous return of each, or why there is none.
    """
    progress("Checking cells")
    checked = check_tables(packages, standard, cap)
    fitting = [_fitting(prior, one, standard) for prior, one in zip(priors, checked, strict=True)]
    returns = [Data(standard, one, prior) for one, prior in zip(checked, fitting, strict=True)]
    batch = Batch(DuckDB(threads=_threads(returns)), standard, returns)
    return Examined(packages, batch, judge(batch, standard, cap, progress), standard, cap)


def _threads(returns: Sequence[Data]) -> int | None:
    """One thread for tables too small to be worth sharing out; else as many as the machine has."""
    rows = sum(table.values.height for one in returns for table in one.tables.values())
    return 1 if rows < WORTH_SHARING else None


def assessed(examined: Examined) -> list[Assessment]:
    """The measures of each return that was examined, and what is to be asked of them."""
    return assess(examined.batch, examined.standard, examined.judged)


def concluded(
    examined: Examined, assessments: Sequence[Assessment] | None, missed: Sequence[Sequence[Missed]] = ()
) -> list[Run]:
    """The report on each return, by what its measures miss; without assessments, thresholds were left out."""
    batch, standard = examined.batch, examined.standard
    more = judge_assessments(assessments, missed, batch, standard, examined.judged)
    judged = [[*own, *of_measures] for own, of_measures in zip(examined.judged, more, strict=True)]
    built_in = [_built_in(one, examined.packages[n], standard) for n, one in enumerate(batch.returns)]
    first = [[*found, *_findings(own)] for found, own in zip(built_in, judged, strict=True)]
    last = judge_explanations(batch, standard, first, judged, () if assessments else (LEFT_OUT,))
    return [
        _concluded(examined, n, built_in[n], [*judged[n], *last[n]], assessments[n] if assessments else None)
        for n in range(len(batch.returns))
    ]


def _built_in(data: Data, package: Package, standard: Standard) -> list[Finding]:
    """What reading and the checks of cells found."""
    return [*(_file_finding(fault, standard, data.period) for fault in package.faults), *data.checked.findings]


def _findings(judged: Iterable[Judged]) -> list[Finding]:
    return [one for rule in judged for one in rule.findings]


def _concluded(
    examined: Examined, n: int, built_in: Sequence[Finding], judged: Sequence[Judged], assessment: Assessment | None
) -> Run:
    """The report on one return of a batch, from all its verdicts."""
    data, standard = examined.batch.returns[n], examined.standard
    found = _in_order([*built_in, *_findings(judged)], standard, examined.cap)
    verdicts = _verdicts(standard, judged, {one.rule for one in built_in}, _unchecked(data.checked, standard))
    found = with_explained(found, explained_records(data.tables.get(EXPLANATIONS)))
    submission = _submission(examined.packages[n], data.checked)
    report = _report(standard, submission, outcome(found), verdicts, found)
    if assessment:
        report = replace(report, completeness=assessment.completeness, fidelity=assessment.fidelity)
    package = examined.packages[n]
    return Run(report, Path(package.path), package, tuple(judged), examined.batch, n, assessment)


def _read_prior(prior: str | Path | None, standard: Standard, progress: Progress) -> Checked | str:
    """The checked return at a path, or that none was given."""
    if prior is None:
        return NO_PRIOR
    try:
        return check_tables([read_package(Path(prior), standard, progress)], standard, None)[0]
    except Unreadable as error:
        sentence = _file_finding(error.fault, standard, None).message
        raise PriorUnreadable(f"The previous return (--prior) cannot be read. {sentence}") from None


def _fitting(before: Checked | str, checked: Checked, standard: Standard) -> Checked | str:
    """The previous return, or why the history rules have none."""
    if isinstance(before, str):
        return before
    quarter = standard.quarters.get(checked.release.period or "")
    wanted = (checked.release.provider_code, quarter.previous_period if quarter else None)
    given = (before.release.provider_code, before.release.period)
    if given == wanted:
        return before
    return f"{WRONG_PRIOR} {_named(given)}, not {_named(wanted)}"


def _named(release: tuple[str | None, str | None]) -> str:
    return " ".join(part or "(not known)" for part in release)


def _file_finding(fault: FileFault, standard: Standard, period: str | None) -> Finding:
    rule = standard.rules[fault.rule]
    place = Place(fault.table, fault.file, fault.row, fault.column, fault.field, fault.sheet)
    severity = rule.severity_found(period)
    return finding(rule, severity, place, value=fault.value, values={**fault.values}, count=max(fault.count, 1))


def _in_order(findings: Iterable[Finding], standard: Standard, cap: int | None) -> list[Finding]:
    """Findings by rule, in the standard's order, each rule's in its own order and to the cap.

    Warnings are never capped: each of them is explained by itself.
    """
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        by_rule[one.rule].append(one)
    return [one for rule in standard.rules.values() for one in _capped(rule, by_rule[rule.id], cap)]


def _capped(rule: Rule, found: list[Finding], cap: int | None) -> list[Finding]:
    if cap is None or len(found) <= cap + 1 or found[0].severity == "warning":
        return found
    rest = sum(one.count for one in found[cap:])
    last = found[cap]
    place = Place(last.table, last.file, sheet=last.sheet)
    return [*found[:cap], finding(rule, last.severity, place, count=rest, more=True)]


def _unchecked(checked: Checked, standard: Standard) -> dict[str, list[str]]:
    """Why the built-in checks of cells could not look everywhere, by rule."""
    required = (why for name, why in checked.unread.items() if standard.tables[name].presence == "required")
    missing = list(dict.fromkeys(required))
    because = {
        rule.id: [why for why in missing if f"({rule.id})" not in why]  # what a rule found does not stop it itself
        for rule in standard.rules.values()
        if rule.check == "cells"
    }
    if HEADER in checked.unread:
        because["PKG-08"] = [checked.unread[HEADER]]
    if REGISTER in checked.unread:
        because["PKG-07"] = [checked.unread[REGISTER]]
    elif REGISTER in checked.tables and TEAM in checked.tables[REGISTER].text.faulty:
        because["PKG-07"] = [f"a team in {checked.tables[REGISTER].text.called} cannot be read ({FAULTY_CELLS})"]
    return because


def _verdicts(
    standard: Standard, judged: Sequence[Judged], built_in_failed: set[str], unchecked: dict[str, list[str]]
) -> Verdicts:
    failed = built_in_failed | {one.rule.id for one in judged if one.findings}
    because = {**unchecked, **{one.rule.id: list(one.because) for one in judged if one.because}}
    open_rules = [NotEvaluated(rule, masked("; ".join(because[rule]))) for rule in standard.rules if because.get(rule)]
    untouched = failed | {one.rule for one in open_rules}
    return Verdicts(
        passed=tuple(rule for rule in standard.rules if rule not in untouched),
        failed=tuple(rule for rule in standard.rules if rule in failed),
        not_evaluated=tuple(open_rules),
    )


def _submission(package: Package, checked: Checked) -> Submission:
    release, header = checked.release, checked.tables.get(HEADER)
    version = None if header is None or header.values.is_empty() else header.values["submission_version"][0]
    provider, period = (masked(part) if part else None for part in (release.provider_code, release.period))
    if version is not None and holds_nhs_number(str(version)):
        version = None
    return Submission(masked(package.path), provider, period, version, package.content_sha256)


def unreadable(path: str | Path, fault: FileFault, standard: Standard) -> Report:
    """The report on a path that is no return: one finding, and every other rule not evaluated."""
    found = [_file_finding(fault, standard, None)]
    why = {rule.id: ["the package could not be read"] for rule in standard.rules.values() if rule.id != fault.rule}
    verdicts = _verdicts(standard, [], {fault.rule}, why)
    return _report(standard, Submission(masked(str(path))), "unreadable", verdicts, found)


def _report(
    standard: Standard, submission: Submission, reached: Outcome, verdicts: Verdicts, found: Sequence[Finding]
) -> Report:
    return Report(
        standard={"name": standard.name, "version": standard.version},
        tool={"name": "crt-return", "version": __version__},
        submission=submission,
        outcome=reached,
        counts=counts(found),
        rules=verdicts,
        findings=tuple(found),
    )


__all__ = ["PriorUnreadable", "Run", "assessed", "concluded", "examine", "run", "unreadable", "validate"]
