"""The inbox taken to verdicts: the one path of a batch, short enough to read as a table of contents.

Quarter by quarter, every new submission is examined by workers side by side, then judged, registered, published and
given its receipt one after another, while the workers go on with the next. Run again after any end, it goes on where it
was: what the register holds is done.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl

from crt_return.acceptance import desk
from crt_return.acceptance.between import LIST, Circumstances, judge_between
from crt_return.acceptance.examining import Examination, Task
from crt_return.acceptance.inbox import Arrival, Received, arrivals, expected_providers, received
from crt_return.acceptance.problem import Stopped
from crt_return.acceptance.receipts import LATE, failures, receipt, write
from crt_return.acceptance.register import ACCEPTED, Entry, Failure, Register
from crt_return.acceptance.store import Store
from crt_return.engines.duckdb import DuckDB
from crt_return.rules import Judged
from crt_return.standard import REGISTER, TEAM, Standard, rule_set_sha256
from crt_return.version import __version__

Workers = Callable[[Sequence[Task]], Iterator[Examination]]  # they begin at the call, and are waited for one by one
LANES = 2  # parts of a quarter, so that there is work for two workers while one part is judged


@dataclass(frozen=True)
class Done:
    """What became of one file of the inbox; `entry` is None where we failed, and `fault` says how."""

    name: str
    entry: Entry | None
    new: bool
    fault: str | None = None


def now() -> str:
    """The time of day, in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Acceptance:
    """One run over one inbox, with the register and the store it works on."""

    def __init__(self, register: Register, store: Store, standard: Standard, workers: Workers) -> None:
        self.register, self.store, self.standard, self.workers = register, store, standard, workers
        self._run = uuid4().hex
        self._engine = DuckDB(threads=1)
        self._listed = False
        self.changed_lists: dict[str, tuple[int, int]] = {}

    def accept(self, inbox: Path, expected: Path | None) -> Iterator[Done]:
        """Each file of the inbox with what became of it. Raises Stopped where the run cannot go on."""
        files = received(inbox)
        self._list(expected)
        self._complete({one.submission: one for one in files})
        known = self.register.known()
        for one in files:
            if one.submission in known:
                yield self._again(one)
        new = arrivals([one for one in files if one.submission not in known], self.standard)
        yield from self._in_turn(in_lanes(new))
        desk.write(self.register, self.store, self.standard)
        self.store.clear()

    def _list(self, file: Path | None) -> None:
        if file is not None:
            changed = self.register.list_expected(expected_providers(file, self.standard), now())
            self.changed_lists = changed
        listing = self.register.expected()
        self._listed = listing.height > 0
        self._engine.load(LIST, listing)

    def _complete(self, files: dict[str, Received]) -> None:
        """Publish what a run that was killed had registered and not published, examining it again if need be."""
        missing = [one for one in self.register.standing() if not self.store.holds(one)]
        lost = []
        for entry in missing:
            aside = self.store.staged_anywhere(entry.submission)
            if aside:
                self.store.publish(entry, aside)
            else:
                lost.append(entry)
        self._restore(lost, files)
        self.store.clear()

    def _restore(self, lost: Sequence[Entry], files: dict[str, Received]) -> None:
        """Examine accepted returns again whose tables are gone, from the same files of the inbox."""
        gone = [one.file for one in lost if one.submission not in files]
        if gone:
            raise Stopped(
                f"The register says that {gone[0]} was accepted, but the store {self.store.folder} does not hold it. "
                "Give the store it was accepted into, or put the same file into the inbox again."
            )
        tasks = [self._task(files[one.submission], one.prior_submission) for one in lost]
        for entry, examination in zip(lost, self.workers(tasks), strict=True):
            self.store.publish(entry, examination.staged)

    def _task(self, one: Received, prior: str | None) -> Task:
        before = self.register.entry(prior) if prior else None
        return Task(one.submission, one.name, one.path, self.store.staged(self._run, one.submission), before)

    def _again(self, one: Received) -> Done:
        """A file that was judged before: its receipt is written again if it is gone."""
        entry = self.register.entry(one.submission)
        write(entry, self.store, self.standard)
        return Done(one.name, entry, new=False)

    def _in_turn(self, parts: Iterable[Sequence[Arrival]]) -> Iterator[Done]:
        """The new submissions judged part by part; a part is begun when the one before it in its lane is judged."""
        waiting = iter(parts)
        begun = deque(self._begun(part) for part in islice(waiting, LANES))
        while begun:
            for one, examination in begun.popleft():
                yield self._judged(one, examination)
            begun.extend(self._begun(part) for part in islice(waiting, 1))

    def _begun(self, part: Sequence[Arrival]) -> Iterator[tuple[Arrival, Examination]]:
        """Submissions of one quarter that the workers have begun on, each with its provider's quarter before."""
        quarter = self.standard.quarters.get((part[0].period if part else None) or "")
        before = self.register.standing([quarter.previous_period] if quarter and quarter.previous_period else [])
        prior = {one.provider_code: one for one in before}
        tasks = [replace(self._task(one.received, None), prior=prior.get(one.provider_code)) for one in part]
        return zip(part, self.workers(tasks), strict=True)

    def _judged(self, one: Arrival, examination: Examination) -> Done:
        if examination.fault:
            return Done(one.received.name, None, new=True, fault=examination.fault)
        report = examination.report()
        entry, failed, standing = self._entry(one, examination, report)
        supersedes = [standing.submission] if standing and entry.accepted else []
        if not self.register.add(entry, failed, supersedes):
            return self._again(one.received)
        if entry.accepted:
            self.store.publish(entry, examination.staged)
        write(entry, self.store, self.standard)
        return Done(one.received.name, entry, new=True)

    def _entry(
        self, one: Arrival, examination: Examination, report: dict[str, Any]
    ) -> tuple[Entry, list[Failure], Entry | None]:
        """The submission as it is registered: its own verdict, and what the rules between submissions add."""
        sent = report["submission"]
        of_quarter = self._of_quarter(sent["provider_code"], sent["period"])
        standing = of_quarter[1]
        crossed = self._crossed(one, examination, sent, *of_quarter)
        whole = with_verdicts(report, [*crossed, *examination.further])
        failed = failures(whole["findings"])
        row = {
            "submission": one.received.submission,
            "number": self.register.next_number(),
            "file": one.received.name,
            "file_sha256": one.received.file_sha256,
            **{name: sent[name] for name in ("content_sha256", "provider_code", "period", "submission_version")},
            "received_at": now(),
            "standard_version": self.standard.version,
            "rule_set_sha256": rule_set_sha256(),
            "tool_version": __version__,
            "prior_submission": examination.prior,
            "outcome": whole["outcome"],
            "late": any(failure.rule == LATE for failure in failed),
            **{f"{name}s": count for name, count in whole["counts"].items()},
        }
        prior = {"submission": examination.prior, "content_sha256": examination.prior_content_sha256}
        further = {
            "prior": prior if examination.prior else None,
            "supersedes": standing.submission if standing and whole["outcome"] in ACCEPTED else None,
        }
        return Entry(**row, receipt=receipt(row, whole, failed, **further)), failed, standing

    def _of_quarter(self, provider: str | None, period: str | None) -> tuple[list[Entry], Entry | None]:
        """The submissions of a provider's quarter so far, and the one that stands."""
        if provider is None or period is None:
            return [], None
        standing = self.register.standing([period], provider)
        return self.register.entries(period, provider), standing[0] if standing else None

    def _crossed(
        self,
        one: Arrival,
        examination: Examination,
        sent: dict[str, Any],
        of_quarter: Iterable[Entry],
        standing: Entry | None,
    ) -> list[Judged]:
        earlier = {
            entry.submission: entry for entry in (*of_quarter, *self.register.with_content(sent["content_sha256"]))
        }
        submission = {**sent, "submission": one.received.submission, "file": one.received.name}
        teams = {one.received.submission: examination.teams}
        if standing:
            teams[standing.submission] = self._teams(standing)
        about = Circumstances(submission, earlier.values(), standing, teams)
        return judge_between(about, self._engine, self.standard, listed=self._listed)

    def _teams(self, entry: Entry) -> tuple[str, ...]:
        file = self.store.place(entry) / f"{REGISTER}.parquet"
        return tuple(pl.read_parquet(file, columns=[TEAM])[TEAM]) if file.is_file() else ()


def in_lanes(new: Sequence[Arrival]) -> list[list[Arrival]]:
    """New submissions quarter by quarter, each quarter in as many parts as there are lanes, some of them empty.

    A provider keeps its lane from quarter to quarter, so that its return follows its own one before.
    """
    providers = sorted({one.provider_code or "" for one in new})
    lane = {provider: LANES * place // len(providers) for place, provider in enumerate(providers)}
    quarters = [list(of_quarter) for _, of_quarter in groupby(new, lambda one: one.period)]
    return [[one for one in own if lane[one.provider_code or ""] == n] for own in quarters for n in range(LANES)]


def with_verdicts(report: dict[str, Any], judged: Sequence[Judged]) -> dict[str, Any]:
    """A report with the verdicts of acceptance besides, and its outcome by all of them."""
    found = [json.loads(json.dumps(asdict(one))) for rule in judged for one in rule.findings]
    counts = dict(report["counts"])
    for one in found:
        counts[one["severity"]] += one["count"]
    rejected = report["outcome"] != "unreadable" and counts["error"]
    return {
        **report,
        "findings": [*report["findings"], *found],
        "counts": counts,
        "outcome": "rejected" if rejected else report["outcome"],
        "rules": _with_rules(report["rules"], judged),
    }


def _with_rules(rules: dict[str, Any], judged: Sequence[Judged]) -> dict[str, Any]:
    passed = [one.rule.id for one in judged if not one.findings and not one.because]
    failed = [one.rule.id for one in judged if one.findings]
    open_rules = [{"rule": one.rule.id, "because": "; ".join(one.because)} for one in judged if one.because]
    return {
        "passed": [*rules["passed"], *passed],
        "failed": [*rules["failed"], *failed],
        "not_evaluated": [*rules["not_evaluated"], *open_rules],
    }
