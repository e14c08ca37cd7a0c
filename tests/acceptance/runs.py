"""Acceptance runs for the tests: small inboxes, and workers in this process that judge thresholds plainly."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from crt_return.acceptance.accept import Acceptance, Done
from crt_return.acceptance.examining import Examination, Task, examinations
from crt_return.acceptance.inbox import expected_file
from crt_return.acceptance.register import Entry, Register
from crt_return.acceptance.store import Store
from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import valid_return
from crt_return.sampling.writing import files_of, write_zip
from crt_return.standard import load_standard
from tests.conftest import PlainJudge

STANDARD = load_standard()
LATER, EARLIER = "2006-07-Q4", "2006-07-Q3"


@cache
def valid_tables(provider: str, period: str) -> Tables:
    return valid_return(STANDARD, provider, 1, period, seed=1)


def a_return(provider: str = "RZA", period: str = LATER, version: int = 1, **header: str) -> Tables:
    """A valid return of one team; a later version says why it was sent."""
    tables = deepcopy(valid_tables(provider, period))
    revised = {"revision_reason": "A count was corrected."} if version > 1 else {}
    tables["return_header"][0] |= {"submission_version": str(version), **revised, **header}
    return tables


def rejected_return(provider: str = "RZA", period: str = LATER, version: int = 1) -> Tables:
    """A return with one error: eligible admissions that do not add up."""
    tables = a_return(provider, period, version)
    tables["gatekeeping"][0]["admissions_eligible"] = "1"
    return tables


@dataclass(frozen=True)
class Place:
    """An inbox with the register and the store it is judged into.

    Examinations are kept in the folder `kept`, if there is one, and taken from it where the same return comes again.
    """

    folder: Path
    url: str
    kept: Path | None = None

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def store(self) -> Store:
        return Store(self.folder / "store")

    def put_unreadable(self, name: str = "a.txt") -> Path:
        """A submission that is no return, which costs next to nothing to judge."""
        path = self.inbox / name
        path.write_text("hello", encoding="utf-8")
        return path

    def put(self, name: str, tables: Tables) -> Path:
        return write_zip(files_of(tables, STANDARD), self.inbox / name)

    def expect(self, *rows: tuple[str, str, int]) -> None:
        lines = [f"{provider},{period},{teams}" for provider, period, teams in rows]
        text = "\n".join(["provider_code,period,teams_expected", *lines]) + "\n"
        (self.folder / "expected_providers.csv").write_text(text, encoding="utf-8")

    def workers(self) -> Any:
        return examined_once(self.store, self.kept) if self.kept else plainly(self.store)

    def accept(self, workers: Any = None) -> list[Done]:
        """Judge the inbox to its end."""
        store = self.store
        with store.locked(), Register(self.url) as register:
            run = Acceptance(register, store, STANDARD, workers or self.workers())
            return list(run.accept(self.inbox, expected_file(self.inbox, None)))

    def entries(self) -> list[Entry]:
        with Register(self.url) as register:
            return register.entries()

    def standing(self) -> dict[tuple[str | None, str | None], str]:
        """The file that stands for each provider and quarter."""
        with Register(self.url) as register:
            return {(one.provider_code, one.period): one.file for one in register.standing()}

    def state(self) -> dict[str, Any]:
        """Everything that lasts, without times and without the names of runs."""
        return {
            "register": [without_times(vars(one)) for one in self.entries()],
            "standing": self.standing(),
            "store": files_under(self.store.folder),
        }


def empty_place(folder: Path, kept: Path | None = None) -> Place:
    """An empty inbox in a folder, with a register in SQLite."""
    (folder / "inbox").mkdir(parents=True)
    return Place(folder, f"sqlite:///{folder / 'register.db'}", kept)


def plainly(store: Store) -> Any:
    """Workers in this process."""

    def examine_all(tasks: Sequence[Task]) -> Iterator[Examination]:
        yield from examinations(tasks, store, STANDARD, PlainJudge())  # type: ignore[arg-type]  # the same to ask

    return examine_all


def examined_once(store: Store, kept: Path) -> Any:
    """Workers in this process that keep every examination, and copy the ones they have kept."""

    def place(task: Task) -> Path:
        return kept / f"{task.submission}-{task.prior.submission if task.prior else 'none'}"

    def examine_all(tasks: Sequence[Task]) -> Iterator[Examination]:
        new = [task for task in tasks if not place(task).exists()]
        for task, made in zip(new, plainly(store)(new), strict=True):
            shutil.copytree(task.staged, place(task) / "staged")
            (place(task) / "examination.pickle").write_bytes(pickle.dumps(made))
        for task in tasks:
            examination: Examination = pickle.loads((place(task) / "examination.pickle").read_bytes())
            shutil.copytree(place(task) / "staged", task.staged, dirs_exist_ok=True)
            yield replace(examination, staged=task.staged)

    return examine_all


def without_times(row: Mapping[str, Any]) -> dict[str, Any]:
    receipt = json.loads(row["receipt"])
    receipt.pop("received_at")
    return {**{name: value for name, value in row.items() if name != "received_at"}, "receipt": receipt}


def files_under(folder: Path) -> dict[str, Any]:
    """Every file of the store by its name; receipts without their times, pages left to a test of their own."""
    found = {}
    for file in sorted(one for one in folder.rglob("*") if one.is_file() and one.name != ".lock"):
        if file.suffix != ".html":
            content: Any = file.read_bytes()
            if "receipts" in file.parts:
                content = json.loads(content)
                content.pop("received_at")
            found[file.relative_to(folder).as_posix()] = content
    return found
