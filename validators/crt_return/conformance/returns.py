"""The returns of the kit: valid ones for every rule to pass on, and valid ones with one fault planted.

Each is as small as its rule allows: one team, without the optional tables, unless it takes more. What a validator says
of them is not this module's matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath, PureWindowsPath

from crt_return.sampling.changes import Change
from crt_return.sampling.explaining import explained
from crt_return.sampling.faults import Planted, changed, plant
from crt_return.sampling.file_steps import Content
from crt_return.sampling.make import PERIOD
from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import two_quarters
from crt_return.sampling.writing import DESCRIPTOR, zip_bytes
from crt_return.scope import NO_PRIOR
from crt_return.standard import Standard, team_id

PROVIDER, SEED = "RZA", 1
RETURNS = "returns"
WORKBOOK, ZIP = ".xlsx", ".zip"


@dataclass(frozen=True)
class Made:
    """A return of the kit: its place there, its files, and what was changed in a valid one to get it."""

    name: str
    files: Mapping[str, Content]
    prior: str = ""
    planted: Sequence[Change] = ()

    @cached_property
    def form(self) -> str:
        """The ending of its path in the kit: none for a folder, else that of a workbook or a zip."""
        if len(self.files) == 1 and (ending := PurePosixPath(next(iter(self.files))).suffix) == WORKBOOK:
            return ending
        return "" if is_plain(self.files) else ZIP

    @property
    def path(self) -> str:
        """Its path in the kit."""
        return f"{RETURNS}/{self.name}{self.form}"

    def stored(self) -> dict[str, bytes]:
        """The files that hold it, by their paths in the kit."""
        if self.form == WORKBOOK:
            (data,) = self.files.values()
            return {self.path: data} if isinstance(data, bytes) else {}
        if self.form == ZIP:
            return {self.path: zip_bytes(self.files)}
        return {f"{self.path}/{name}": data for name, data in self.files.items() if isinstance(data, bytes)}


@dataclass(frozen=True)
class Start:
    """What a fault is planted in: the two quarters of a provider, and what the kit calls the earlier one."""

    standard: Standard
    teams: int
    whole: bool
    previous: str

    @cached_property
    def quarters(self) -> tuple[Tables, Tables]:
        """The quarter before and the quarter itself, both valid; not `whole`, without the optional tables."""
        both = two_quarters(self.standard, PROVIDER, self.teams, PERIOD, SEED)
        return both if self.whole else (self._fewer(both[0]), self._fewer(both[1]))

    @property
    def team(self) -> str:
        """The team in which faults are planted."""
        return team_id(PROVIDER, self.teams)

    def _fewer(self, tables: Tables) -> Tables:
        return {name: rows for name, rows in tables.items() if self.standard.tables[name].presence == "required"}

    def before(self) -> Made:
        """The return of the quarter before."""
        return made(self.previous, Planted(self.quarters[0]), self.standard)

    def valid(self, name: str) -> Made:
        """The valid return."""
        return made(name, Planted(self.quarters[1]), self.standard, self.prior)

    def faulty(self, rule: str, variant: str) -> Made | None:
        """The return with a fault planted; None where it has nothing for the fault to change."""
        try:
            planted = plant(self.quarters[1], rule, self.standard, self.team, variant)
        except ValueError:
            return None
        return made(f"{rule}/{variant}", planted, self.standard, self.prior)

    def mended(self, mended: Mended, prior: str = "") -> Made:
        """The return with a fault planted and mended."""
        tables = mended.tables(self.quarters[1], self.standard, self.team)
        return made(f"valid/{mended.name}", Planted(tables), self.standard, prior or self.prior)

    @property
    def prior(self) -> str:
        """The path of the return of the quarter before."""
        return f"{RETURNS}/{self.previous}"


@dataclass(frozen=True)
class Mended:
    """A fault planted and then mended, so that its rule has something to judge and finds it right."""

    name: str
    rule: str
    variant: str
    statements: Sequence[str] = ()
    explained: bool = False

    def tables(self, valid: Tables, standard: Standard, team: str) -> Tables:
        """The tables of a valid return after fault and mending."""
        faulty = plant(valid, self.rule, standard, team, self.variant).tables
        if self.explained:
            return explained(faulty, NO_PRIOR, standard, SEED)[0]
        return changed(faulty, self.statements, standard, team)


NIL = Mended(
    "nil-return",
    "HDR-11",
    "nil-without-reason",
    ["UPDATE return_header SET nil_reason = 'The service is provided by the neighbouring trust.'"],
)
MENDED = (
    Mended(
        "resubmission",
        "HDR-05",
        "no-reason",
        ["UPDATE return_header SET revision_reason = 'Two wards were left out of the admissions.'"],
    ),
    Mended(
        "bypassed-and-reviewed",
        "AUD-04",
        "bypassed-and-not-reviewed",
        [
            "UPDATE audit_development SET activity_status = 'completed', last_completed_on = '2007-02-28' "
            "WHERE team_id = '{team}' AND activity = 'gatekeeping_failure_review'"
        ],
    ),
    Mended(
        "partly-in-place",
        "FID-03",
        "an-overdue-action",
        [
            "UPDATE fidelity_self SET status = 'partly', action_plan_due = '2007-09-30' "
            "WHERE team_id = '{team}' AND requirement = 'audit_development'"
        ],
    ),
    Mended("explained", "EXP-02", "unexplained", explained=True),
)
NEVER_PASSES = {
    "FID-06": (
        "A team that scores every item has its total shown, which is a finding; one that scores fewer fails FID-05, "
        "and FID-06 is then not evaluated for it."
    )
}
"""Rules that no return can be judged on and pass."""


def starts(standard: Standard) -> list[Start]:
    """What faults are planted in, in the order they are tried: the first that trips its rule is taken."""
    return [
        Start(standard, teams, whole, previous)
        for whole in (False, True)
        for teams, previous in ((1, "previous"), (2, "previous-of-two-teams"))
    ]


def valid_returns(tried: Sequence[Start]) -> Iterator[Made]:
    """Valid returns in which rules can pass, the plainest first, each after the returns of the quarter before."""
    plain, _, whole, _ = tried
    standard = plain.standard
    yield plain.valid("valid/plain")
    yield whole.valid("valid/with-optional-tables")
    yield from (plain.mended(one) for one in MENDED)
    nil_before = Planted(NIL.tables(plain.quarters[0], standard, plain.team))
    yield made("previous-nil-return", nil_before, standard)
    yield plain.mended(NIL, f"{RETURNS}/previous-nil-return")


def made(name: str, planted: Planted, standard: Standard, prior: str = "") -> Made:
    """A return of the kit."""
    return Made(name, _files(planted, standard), prior, planted.changes)


def is_plain(files: Mapping[str, Content]) -> bool:
    """Whether a folder can hold these files on every system: no links, no strange or clashing names, not empty."""
    names = {name.casefold() for name in files}
    ordinary = all(isinstance(one, bytes) for one in files.values()) and all(_is_ordinary(name) for name in files)
    return ordinary and 0 < len(files) == len(names)


def _is_ordinary(name: str) -> bool:
    return PureWindowsPath(name).name == PurePosixPath(name).name == name and not set(name) & set('<>:"|?*')


def _files(planted: Planted, standard: Standard) -> dict[str, Content]:
    """The files of a return, without the long descriptor unless the fault is in it."""
    return planted.files(standard, described=any(step["file"] == DESCRIPTOR for step in planted.file_steps))
