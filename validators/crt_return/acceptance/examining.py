"""Returns of the inbox examined: each by the same one path as the trust used, and written aside.

A batch of returns shares one run of Great Expectations; what a worker gives back is small, whatever the return holds,
so that memory does not grow with the inbox. It decides nothing about acceptance and writes to no register.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from crt_return.acceptance.problem import cannot_write
from crt_return.acceptance.register import ACCEPTED, Entry
from crt_return.acceptance.store import Store, write_staged
from crt_return.assessment import Assessment
from crt_return.expectations import Expectations, Missed
from crt_return.reading import read_package
from crt_return.reading.model import ROW, Package, Unreadable
from crt_return.rules import Judged, judge_rule, reads_from
from crt_return.standard import REGISTER, TEAM, Standard
from crt_return.tables import Checked
from crt_return.thresholds import answers
from crt_return.validate import Examined, Run, assessed, concluded, examine, unreadable

ACCEPTANCE = "acceptance."
REPORT = "report.json"
MOST_ROWS = 100_000
NO_PRIOR_ACCEPTED = "no accepted return of the quarter before is in the store"


@dataclass(frozen=True)
class Task:
    """One return to examine, where to write it, and the accepted return of the quarter before, if there is one."""

    submission: str
    name: str
    path: Path
    staged: Path
    prior: Entry | None = None


@dataclass(frozen=True)
class Examination:
    """What became of one return: its report lies in `staged`; `fault` says where we failed, if we did."""

    submission: str
    staged: Path
    prior: str | None = None
    prior_content_sha256: str | None = None
    teams: tuple[str, ...] = ()
    further: tuple[Judged, ...] = ()
    fault: str | None = None

    def report(self) -> dict[str, Any]:
        """The report on the return, as published."""
        found: dict[str, Any] = json.loads((self.staged / REPORT).read_text(encoding="utf-8"))
        return found


@dataclass(frozen=True)
class _Read:
    """A return as read, with the one before it, or why there is none."""

    task: Task
    package: Package
    prior: Checked | str


@dataclass(frozen=True)
class _Group:
    """Returns examined together but for their thresholds."""

    read: Sequence[_Read]
    examined: Examined
    assessments: Sequence[Assessment]


@dataclass(frozen=True)
class _Settled:
    """What became of one return before it is written; `fault` says where we failed, if we did."""

    task: Task
    run: Run | None = None
    further: tuple[Judged, ...] = ()
    fault: str | None = None


def examinations(
    tasks: Sequence[Task], store: Store, standard: Standard, expectations: Expectations
) -> list[Examination]:
    """Each return examined and written aside. A failure of ours on one leaves the others as they are."""
    begun = [_read(task, store, standard) for task in tasks]
    found = [_examination(one) for one in begun if isinstance(one, _Settled)]
    for read in _groups(one for one in begun if isinstance(one, _Read)):
        found += [_examination(one) for one in _judged(read, standard, expectations)]
    by_submission = {one.submission: one for one in found}
    return [by_submission[task.submission] for task in tasks]


def _read(task: Task, store: Store, standard: Standard) -> _Read | _Settled:
    try:
        package = read_package(task.path, standard)
        return _Read(task, package, store.checked(task.prior, standard) if task.prior else NO_PRIOR_ACCEPTED)
    except Unreadable as error:
        return _Settled(task, Run(unreadable(task.name, error.fault, standard), task.path))
    except Exception as error:
        return _Settled(task, fault=our_fault(error))


def _groups(read: Iterable[_Read]) -> list[list[_Read]]:
    """The returns in groups that are examined together: as many as make a small load, or a large one by itself."""
    groups: list[list[_Read]] = []
    for one in read:
        if groups and sum(map(_rows, groups[-1])) + _rows(one) <= MOST_ROWS:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _rows(read: _Read) -> int:
    return sum(text.frame.height for text in read.package.tables.values())


def _judged(read: Sequence[_Read], standard: Standard, expectations: Expectations) -> list[_Settled]:
    """Returns taken to their reports, the thresholds of all of them in one run of the library."""
    groups = _examined(read, standard)
    asked = [one.question for group in groups if isinstance(group, _Group) for one in group.assessments]
    missed = iter(answers(asked, standard, expectations))
    return [one for group in groups for one in _settled(group, missed)]


def _examined(read: Sequence[_Read], standard: Standard) -> list[_Group | _Settled]:
    """The returns examined together, or each by itself where we fail on one of them."""
    try:
        examined = examine([one.package for one in read], [one.prior for one in read], standard)
        return [_Group(read, examined, assessed(examined))]
    except Exception as error:
        if len(read) == 1:
            return [_Settled(read[0].task, fault=our_fault(error))]
        return [group for one in read for group in _examined([one], standard)]


def _settled(group: _Group | _Settled, missed: Iterator[Sequence[Missed]]) -> list[_Settled]:
    """What became of the returns of a group, by what their measures miss."""
    if isinstance(group, _Settled):
        return [group]
    own = list(islice(missed, len(group.read)))
    try:
        runs = concluded(group.examined, group.assessments, own)
        further = _further(group.examined, runs)
        return [_Settled(one.task, run, more) for one, run, more in zip(group.read, runs, further, strict=True)]
    except Exception as error:
        if len(group.read) == 1:
            return [_Settled(group.read[0].task, fault=our_fault(error))]
        alone = [(_examined([one], group.examined.standard)[0], of) for one, of in zip(group.read, own, strict=True)]
        return [one for by_itself, of in alone for one in _settled(by_itself, iter([of]))]


def our_fault(error: Exception) -> str:
    """A failure of ours by its kind alone: its text may hold a patient's data."""
    return type(error).__name__


def _examination(settled: _Settled) -> Examination:
    task, run = settled.task, settled.run
    if run is None:
        return Examination(task.submission, task.staged, fault=settled.fault)
    try:
        _write(task, run)
    except OSError as error:
        raise cannot_write(task.staged, error) from None
    return Examination(
        task.submission,
        task.staged,
        prior=task.prior.submission if task.prior else None,
        prior_content_sha256=task.prior.content_sha256 if task.prior else None,
        teams=_teams(run),
        further=settled.further,
    )


def _write(task: Task, run: Run) -> None:
    """The report always; the tables only of a return that may be accepted."""
    task.staged.mkdir(parents=True, exist_ok=True)
    report = run.report.as_dict()
    report["submission"]["path"] = task.name
    (task.staged / REPORT).write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
    if run.report.outcome in ACCEPTED:
        write_staged(task.staged, task.submission, dict(_tables(run)))


def _tables(run: Run) -> Iterator[tuple[str, pl.DataFrame]]:
    """The tables of an accepted return, and what was measured in it, each row with its quarter."""
    if run.data is None or run.assessment is None:
        return
    for name, table in run.data.tables.items():
        if not name.startswith("prior."):
            yield name, table.values.drop(ROW)
    for name, frame in run.assessment.tables.items():
        yield name, frame.with_columns(pl.lit(run.report.submission.period).alias("period"))


def _teams(run: Run) -> tuple[str, ...]:
    register = run.data.tables.get(REGISTER) if run.data else None
    return tuple(register.values[TEAM].drop_nulls().unique().sort()) if register else ()


def _further(examined: Examined, runs: Sequence[Run]) -> list[tuple[Judged, ...]]:
    """The verdicts on each return of those rules of acceptance that read its own tables."""
    standard, batch = examined.standard, examined.batch
    before = [{one.rule.id: one for one in run.judged} for run in runs]
    own = [rule for rule in standard.acceptance_rules.values() if not reads_from(rule, ACCEPTANCE)]
    judged = [judge_rule(rule, batch, standard, None, before) for rule in own]
    return [tuple(of_rule[n] for of_rule in judged) for n in range(len(runs))]
