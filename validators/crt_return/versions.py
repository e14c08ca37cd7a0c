"""The versions of the standard: what changed from one to the next, why, and how a return is taken over.

It exists so that an earlier version can still be read when the standard has moved on: an earlier one is there as its
catalogue, frozen beside its own file in `schema/versions/`. It reads and arranges, and neither compares nor migrates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from crt_return.standard import Code, Standard, read_yaml, schema_folder, table_of

FOLDER = "versions"
Covers = Mapping[str, tuple[str, ...]]
_PART = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Reason:
    """Why something changed, and what: names by kind (`rules`: `STF-01`), in which a `*` stands for anything."""

    reason: str
    covers: Covers


@dataclass(frozen=True)
class Rename:
    """A table, or a field of it, gets another name; its cells stay as they are."""

    table: str
    field: str | None
    to: str
    by_hand: str | None = None


@dataclass(frozen=True)
class Split:
    """A field becomes several: a cell is `written` as its parts with what stands between, each by its pattern."""

    table: str
    field: str
    into: Mapping[str, str]
    written: str
    by_hand: str | None = None

    @property
    def pattern(self) -> str:
        """The pattern of a whole cell, a named group a part: put together again, the parts give the cell."""
        texts = _PART.split(self.written)
        between, parts = texts[::2], texts[1::2]
        groups = [f"(?P<{name}>{self.into[name]})" for name in parts]
        pairs = zip(between, [*groups, ""], strict=True)
        return "".join(re.escape(text) + group for text, group in pairs)


@dataclass(frozen=True)
class Recode:
    """Each value of a field is replaced by another; a value that is not listed stops the migration."""

    table: str
    field: str
    codes: Mapping[str, str]
    by_hand: str | None = None


@dataclass(frozen=True)
class Default:
    """A new field gets a value in every row, fixed or by SQL over the row; a new table (no field) has no rows."""

    table: str
    field: str | None
    value: str | None = None
    sql: str | None = None
    by_hand: str | None = None


@dataclass(frozen=True)
class Drop:
    """A table, or a field of it, is left behind, for a reason that the migration repeats."""

    table: str
    field: str | None
    reason: str
    by_hand: str | None = None


Step = Rename | Split | Recode | Default | Drop
STEPS: Mapping[str, Callable[..., Step]] = {
    "rename": Rename,
    "split": Split,
    "recode": Recode,
    "default": Default,
    "drop": Drop,
}


def described(step: Step) -> str:
    """What a step does, in plain words."""
    place = f"{step.table}.{step.field}" if step.field else step.table
    match step:
        case Rename():
            return f"{place} is called {f'{step.table}.{step.to}' if step.field else step.to}."
        case Split():
            return f"{place} is split into {' and '.join(step.into)}, as {step.written}."
        case Recode():
            return f"{place} is coded anew: {', '.join(f'{old} becomes {new}' for old, new in step.codes.items())}."
        case Default(field=None):
            return f"{place} is added, without rows."
        case Default(sql=None):
            return f"{place} is added, {f'holding {step.value}' if step.value else 'left blank'}."
        case Default():
            return f"{place} is added, worked out as {step.sql}."
        case Drop():
            return f"{place} is left out. {step.reason}"


@dataclass(frozen=True)
class Version:
    """One version: the day it was published, what it changed since the one it is compared with, and the steps there.

    `snapshot_sha256` is the fingerprint of its frozen catalogue; None for a version that still may change.
    """

    version: str
    summary: str
    published: date | None = None
    compares_with: str | None = None
    changes: tuple[Reason, ...] = ()
    migration: tuple[Step, ...] = ()
    snapshot_sha256: str | None = None


def versions_folder(schema: Path | None = None) -> Path:
    """Where the versions lie, in a folder like `schema/` (the packaged one when None)."""
    return (schema or schema_folder()) / FOLDER


def load_versions(folder: Path | None = None) -> dict[str, Version]:
    """Every version by its number, the oldest first, from a folder like `schema/versions/`."""
    files = (folder or versions_folder()).glob("*.yaml")
    versions = [version_of(read_yaml(file)) for file in files]
    return {one.version: one for one in sorted(versions, key=lambda one: in_order(one.version))}


def in_order(version: str) -> tuple[int, ...]:
    """What sorts version numbers by their size."""
    return tuple(int(part) for part in version.split("."))


def version_of(raw: Mapping[str, Any]) -> Version:
    """A version from its file's content."""
    changes = tuple(Reason(one["reason"], _covers(one["covers"])) for one in raw.get("changes", ()))
    steps = tuple(step_of(one) for one in raw.get("migration", ()))
    return Version(**{**raw, "changes": changes, "migration": steps})


def _covers(raw: Mapping[str, Any]) -> Covers:
    return {kind: tuple(names) for kind, names in raw.items()}


def step_of(raw: Mapping[str, Any]) -> Step:
    """A declared step; its place is a `table`, or a `field` written `table.field`."""
    given = {name: value for name, value in raw.items() if name not in ("step", "table", "field")}
    table, _, field = raw.get("field", raw.get("table", "")).partition(".")
    made = STEPS[raw["step"]]
    return made(table=table, field=field or None, **given)


def snapshot(version: str, folder: Path | None = None) -> dict[str, Any]:
    """The catalogue of an earlier version, as it was frozen."""
    text = ((folder or versions_folder()) / f"{version}.json").read_text(encoding="utf-8")
    catalogue: dict[str, Any] = json.loads(text)
    return catalogue


def as_of(catalogue: Mapping[str, Any], standard: Standard) -> Standard:
    """The standard with the tables and code lists of an earlier version, to read and write its returns by.

    Nothing may be judged by it: its rules and measures are those of today.
    """
    tables = {raw["name"]: table_of(raw) for raw in catalogue["tables"]}
    codelists = {name: tuple(_code(one) for one in codes) for name, codes in catalogue["codelists"].items()}
    return replace(standard, version=catalogue["version"], tables=tables, codelists=codelists)


def _code(raw: Mapping[str, Any]) -> Code:
    days = {name: date.fromisoformat(raw[name]) if name in raw else None for name in ("since", "until")}
    return Code(**{"definition": "", "flags": {}, **raw, **days})


def path_between(old: str, new: str, versions: Mapping[str, Version]) -> list[Version]:
    """The versions that a return of `old` is taken through, one after another, to become one of `new`.

    A ValueError where there is no way, as from a newer version to an older.
    """
    path = []
    at: str | None = new
    while at is not None and at != old:
        path.append(versions[at])
        at = versions[at].compares_with
    if at is None:
        raise ValueError(f"There is no way from version {old} of the standard to version {new}.")
    return path[::-1]
