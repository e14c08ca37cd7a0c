"""A case of the kit: a return, and what a validator has to say of it on one rule. The words of `cases.json`.

It is made by `kit` and read by `runner`, and holds no more than both need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from crt_return.finding import Outcome

Kind = Literal["passes", "fails"]
KINDS: tuple[Kind, ...] = ("passes", "fails")
CASES, CASES_SCHEMA, README = "cases.json", "cases.schema.json", "README.md"
COMPARED = ("rule", "severity", "file", "row", "field", "key")


@dataclass(frozen=True)
class Expected:
    """What there is to be said of the whole return, and the findings of the case's rule."""

    outcome: Outcome
    exit_status: int
    verdict: Literal["passed", "failed"]
    findings: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Case:
    """One case. `path` and `prior` are those of returns in the kit; `planted` is what was changed in a valid one."""

    id: str
    rule: str
    kind: Kind
    path: str
    prior: str
    needs_prior: bool
    expected: Expected
    planted: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class NoCase:
    """A rule that has no case of a kind, and why."""

    rule: str
    kind: Kind
    because: str


@dataclass(frozen=True)
class Cases:
    """Every case of a kit, for one version of the standard."""

    standard: Mapping[str, str]
    cases: Sequence[Case]
    no_case: Sequence[NoCase]

    def as_dict(self) -> dict[str, Any]:
        """The content of `cases.json`."""
        return {"$schema": CASES_SCHEMA, **asdict(self)}


def cases_of(content: Mapping[str, Any]) -> Cases:
    """The cases that `cases.json` holds. A KeyError or TypeError says what is not as it should be."""
    return Cases(
        content["standard"],
        [_case(one) for one in content["cases"]],
        [NoCase(**one) for one in content["no_case"]],
    )


def _case(content: Mapping[str, Any]) -> Case:
    return Case(**{**content, "expected": Expected(**content["expected"])})
