"""Returns of the inbox examined: each by the same one path as the trust used, and written aside.

A batch of returns shares one run of Great Expectations; what a worker gives back is small, whatever the return holds,
so that memory does not grow with the inbox. It decides nothing about acceptance and writes to no register.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from crt_return.acceptance.problem import cannot_write
from crt_return.acceptance.register import ACCEPTED, Entry
from crt_return.acceptance.store import Store, write_staged
from crt_return.assessment import Assessment
from crt_return.expectations import Expectations
from crt_return.reading import read_package
from crt_return.reading.model import ROW, Unreadable
from crt_return.rules import Judged, judge_rule, reads_from
from crt_return.standard import REGISTER, TEAM, Standard
from crt_return.tables import Checked
from crt_return.thresholds import answers
from crt_return.validate import Examined, Run, assessed, concluded, examine, unreadable

ACCEPTANCE = "acceptance."
REPORT = "report.json"
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
class Part:
    """A return on the way: examined but for its thresholds, or found to be none."""

    task: Task
    examined: Examined | None = None
    assessment: Assessment | None = None
    run: Run | None = None
    fault: str | None = None


def examinations(
    tasks: Sequence[Task], store: Store, standard: Standard, expectations: Expectations
) -> list[Examination]:
    """Each return examined and written aside. A failure of ours on one leaves the others as they are."""
    parts = [_part(task, store, standard) for task in tasks]
    asked = [part for part in parts if part.assessment]
    missed = iter(answers([part.assessment.question for part in asked if part.assessment], standard, expectations))
    return [_examination(part, _concluded(part, missed)) for part in parts]


def _part(task: Task, store: Store, standard: Standard) -> Part:
    try:
        package = read_package(task.path, standard)
    except Unreadable as error:
        return Part(task, run=Run(unreadable(task.name, error.fault, standard)))
    except Exception as error:
        return Part(task, fault=our_fault(error))
    try:
        prior: Checked | str = store.checked(task.prior, standard) if task.prior else NO_PRIOR_ACCEPTED
        examined = examine(package, prior, standard)
        return Part(task, examined, assessed(examined))
    except Exception as error:
        return Part(task, fault=our_fault(error))


def our_fault(error: Exception) -> str:
    """A failure of ours by its kind alone: its text may hold a patient's data."""
    return type(error).__name__


def _concluded(part: Part, missed: Iterator[Any]) -> Run | None:
    if part.examined is None or part.assessment is None:
        return part.run
    return concluded(part.examined, part.assessment, next(missed))


def _examination(part: Part, run: Run | None) -> Examination:
    task = part.task
    if run is None:
        return Examination(task.submission, task.staged, fault=part.fault)
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
        further=_further(part.examined, run) if part.examined else (),
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


def _further(examined: Examined, run: Run) -> tuple[Judged, ...]:
    """The verdicts of those rules of acceptance that read the return's own tables."""
    standard, period = examined.standard, run.report.submission.period
    before = {one.rule.id: one for one in run.judged}
    own = [rule for rule in standard.acceptance_rules.values() if not reads_from(rule, ACCEPTANCE)]
    return tuple(judge_rule(rule, examined.data, standard, period, None, before) for rule in own)
