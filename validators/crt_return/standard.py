"""The standard as frozen objects: the one reader of `schema/`.

It exists so that no other module knows where a field, a code, a rule or a date is written down. It reads
and arranges; it judges nothing, and does not check its own files (the tests of the standard do that,
against `schema/metaschema/`).
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import yaml

from crt_return.data_quality import DataQuality, data_quality_of
from crt_return.indicator import NATIONAL_FILES, Indicator, National, national_of
from crt_return.measure import Comparison, Limit, Measure, SmallNumber, Threshold, in_force
from crt_return.quarters import Quarter, quarters
from crt_return.sources import Source, sources_of

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
RELEASE_KEY = ("provider_code", "period")
HEADER = "return_header"
REGISTER = "team_register"
OPEN = "open"
EXPLANATIONS = "explanations"
TEAM = "team_id"
REQUIREMENT = "requirement"
COMPLETENESS = "completeness"
TRUE_VALUES = ("true", "TRUE", "True", "1")
FALSE_VALUES = ("false", "FALSE", "False", "0")

_LIMIT = re.compile(r"\$(\w+)")


@dataclass(frozen=True)
class Field:
    """One column of a table: its meaning, its type and what a cell of it must keep to."""

    name: str
    title: str
    description: str
    type: str
    example: str
    source: str
    standing: str
    constraints: Mapping[str, Any] = attribute(default_factory=dict)
    unit: str | None = None
    codelist: str | None = None
    format: str | None = None

    @property
    def required(self) -> bool:
        """Whether a blank cell is a fault."""
        return bool(self.constraints.get("required"))


@dataclass(frozen=True)
class ForeignKey:
    """The fields of a table that must be found in another table."""

    fields: tuple[str, ...]
    table: str
    to: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """One table of the return: its fields, in the order the file must hold them."""

    name: str
    title: str
    description: str
    presence: Literal["required", "optional"]
    rows: Literal["required", "optional"]
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]

    @property
    def file(self) -> str:
        """The file's name in a return."""
        return f"{self.name}.csv"

    @cached_property
    def field(self) -> Mapping[str, Field]:
        """Fields by name."""
        return {field.name: field for field in self.fields}

    @property
    def names(self) -> tuple[str, ...]:
        """Field names in order: the header of the file."""
        return tuple(self.field)

    @property
    def row_key(self) -> tuple[str, ...]:
        """The primary key without provider and quarter, which are the same all over a return."""
        return tuple(name for name in self.primary_key if name not in RELEASE_KEY)

    @property
    def record(self) -> tuple[str, ...]:
        """What names a row to the people who sent it: its team, if it has one, and the rest of its key."""
        team = (TEAM,) if TEAM in self.field and TEAM not in self.row_key else ()
        return (*team, *self.row_key)

    @property
    def of_teams(self) -> bool:
        """Whether each row belongs to a team other than by being its register entry."""
        return TEAM in self.field and self.name != REGISTER


@dataclass(frozen=True)
class Code:
    """One code of a list; `since` and `until` are None where it holds always."""

    code: str
    label: str
    definition: str
    since: date | None
    until: date | None
    standing: str
    flags: Mapping[str, str]

    def in_force(self, day: date | None) -> bool:
        """Whether the code may be used for a quarter that ends on `day` (None: not known, so yes)."""
        if day is None:
            return True
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Rule:
    """One rule as published. `must` judges a row; `select` returns the faulty rows; `check` is built in.

    A rule of acceptance or of the national report reads other tables than a return's, and no fault can be planted.

    A check of thresholds names its `measures` and the `level` it asks of them.
    """

    id: str
    title: str
    severity: Severity
    table: str
    message: str
    why: str
    fix: str
    source: str
    standing: str
    since: str
    examples: Mapping[str, list[Any]]
    faults: Mapping[str, list[Any]] = attribute(default_factory=dict)
    check: Literal["reading", "cells", "thresholds"] | None = None
    measures: tuple[str, ...] = ()
    level: Literal["met", "strong"] = "met"
    must: str | None = None
    select: str | None = None
    when: str | None = None
    applies_to: str | None = None
    field: str | None = None
    expected: str | None = None
    values: Mapping[str, str] = attribute(default_factory=dict)
    limits: Mapping[str, float] = attribute(default_factory=dict)
    after: tuple[str, ...] = ()
    warn_from: str | None = None
    fail_from: str | None = None
    until: str | None = None
    reason: str | None = None

    @property
    def sql(self) -> str:
        """The rule's logic as written, limits filled in; empty for a built-in check."""
        return self.must or self.select or ""

    def severity_found(self, period: str | None) -> Severity:
        """The severity of a built-in check's finding: what is found at fault is said, in force or not."""
        return self.severity_in(period) or self.severity

    def severity_in(self, period: str | None) -> Severity | None:
        """The severity for a quarter by the rule's lifecycle; None when it is not in force then."""
        if period is None:
            return self.severity
        if (self.warn_from and period < self.warn_from) or (self.until and period > self.until):
            return None
        if self.fail_from and period < self.fail_from:
            return "warning"
        return self.severity


@dataclass(frozen=True)
class Standard:
    """The whole standard, as published in one version."""

    name: str
    title: str
    version: str
    tables: Mapping[str, Table]
    codelists: Mapping[str, tuple[Code, ...]]
    rules: Mapping[str, Rule]
    acceptance_rules: Mapping[str, Rule]
    national_rules: Mapping[str, Rule]
    quarters: Mapping[str, Quarter]
    bank_holidays: frozenset[date]
    versions: tuple[Mapping[str, str | None], ...]
    reference: Mapping[str, tuple[Mapping[str, str], ...]]
    measures: Mapping[str, Measure]
    small_numbers: tuple[SmallNumber, ...]
    claims: Mapping[str, str]
    data_quality: DataQuality
    national: National
    sources: Mapping[str, Source]

    @property
    def indicators(self) -> Mapping[str, Indicator]:
        """The indicators of the national report by id."""
        return self.national.indicators

    def rule(self, name: str) -> Rule:
        """The rule of that id, whatever its letter case. A ValueError names the nearest where there is none."""
        every = {**self.rules, **self.acceptance_rules, **self.national_rules}
        if name.upper() in every:
            return every[name.upper()]
        plain = {rule.replace("-0", "-"): rule for rule in every}  # GTK-1 is nearer to GTK-01 than to GTK-14
        close = difflib.get_close_matches(name.upper().replace("-0", "-"), plain, n=5, cutoff=0.5)
        near = [plain[one] for one in close]
        raise ValueError(f"There is no rule '{name}'." + (f" Did you mean {', '.join(near)}?" if near else ""))

    def small_number(self, day: date | None) -> int:
        """Under how many a share is not assessed, in a quarter that starts on `day`; 0 before the first day."""
        found = in_force(self.small_numbers, day)
        return found.number if found else 0

    def codes(self, field: Field, day: date | None) -> tuple[Code, ...]:
        """The codes a field may hold in a quarter that ends on `day`; empty for a field without a list."""
        listed = self.codelists[field.codelist] if field.codelist else ()
        return tuple(code for code in listed if code.in_force(day))


def team_id(provider: str, number: int) -> str:
    """The identifier of a provider's team by its number, counted from 1."""
    return f"{provider}-T{number:02d}"


def schema_folder() -> Path:
    """Where `schema/` lies: inside the installed package, or at the top of the repository."""
    inside = Path(__file__).parent / "schema"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "schema"


@cache
def load_standard(folder: Path | None = None) -> Standard:
    """Read the standard from a folder like `schema/` (the packaged one when None)."""
    root = folder or schema_folder()
    package = read_yaml(root / "datapackage.yaml")
    calendar, settings = (read_yaml(root / name) for name in ("calendar.yaml", "measures/settings.yaml"))
    holidays = frozenset(calendar["bank_holidays"]["dates"])
    names = [resource["name"] for resource in package["resources"]]
    return Standard(
        name=package["name"],
        title=package["title"],
        version=package["version"],
        tables={r["name"]: table_of(read_yaml(root / r["schema"])) for r in package["resources"]},
        codelists={path.stem: _codelist(path) for path in sorted((root / "codelists").glob("*.csv"))},
        rules=_rules(root / "rules" / f"{name}.yaml" for name in ("package", *names)),
        acceptance_rules=_rules([root / "acceptance" / "rules.yaml"]),
        national_rules=_rules([root / "national" / "rules.yaml"]),
        quarters=quarters(calendar, holidays),
        bank_holidays=holidays,
        versions=tuple(calendar["standard_versions"]),
        reference={path.stem: _records(path) for path in sorted((root / "reference").glob("*.csv"))},
        measures=_measures(
            root / "measures", [row["code"] for row in _records(root / "codelists" / f"{REQUIREMENT}.csv")]
        ),
        small_numbers=tuple(SmallNumber(one["from"], one["number"]) for one in settings["small_numbers"]),
        claims=settings["claims"],
        data_quality=data_quality_of(read_yaml(root / "measures" / "data_quality.yaml")),
        national=national_of(*(read_yaml(root / "national" / name) for name in NATIONAL_FILES)),
        sources=sources_of(_records(root / "sources.csv")),
    )


@cache
def rule_set_sha256() -> str:
    """The fingerprint of the packaged standard: of every file of `schema/`, by name, whatever its line ends."""
    root = schema_folder()
    files = sorted(one.relative_to(root).as_posix() for one in root.rglob("*") if one.suffix in (".yaml", ".csv"))
    texts = ((root / file).read_bytes().replace(b"\r\n", b"\n") for file in files)
    listing = "".join(f"{sha256(text).hexdigest()}  {file}\n" for text, file in zip(texts, files, strict=True))
    return sha256(listing.encode()).hexdigest()


def read_yaml(path: Path) -> Any:
    """The content of one YAML file of the standard."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def yaml_line(value: Any) -> str:
    """A value of the standard as one line of YAML, for showing."""
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000)
    return text.strip()


def _records(path: Path) -> tuple[dict[str, str], ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def table_of(raw: Mapping[str, Any]) -> Table:
    """A table from its Table Schema, as the standard's files and its catalogue have it."""
    return Table(
        name=raw["name"],
        title=raw["title"],
        description=raw["description"],
        presence=raw["presence"],
        rows=raw["rows"],
        fields=tuple(Field(**field) for field in raw["fields"]),
        primary_key=tuple(raw["primaryKey"]),
        foreign_keys=tuple(_foreign_key(key) for key in raw.get("foreignKeys", ())),
    )


def _foreign_key(raw: dict[str, Any]) -> ForeignKey:
    to = raw["reference"]
    return ForeignKey(tuple(raw["fields"]), to["resource"], tuple(to["fields"]))


def _codelist(path: Path) -> tuple[Code, ...]:
    return tuple(_code(dict(record)) for record in _records(path))


def _code(record: dict[str, str]) -> Code:
    since, until = record.pop("since"), record.pop("until")
    return Code(
        code=record.pop("code"),
        label=record.pop("label"),
        definition=record.pop("definition"),
        standing=record.pop("standing"),
        since=date.fromisoformat(since) if since else None,
        until=date.fromisoformat(until) if until else None,
        flags=record,
    )


def _rules(files: Iterable[Path]) -> dict[str, Rule]:
    """Rules by id, in the order of the files: the package's first, then parent tables before their children."""
    rules = [_rule(raw) for path in files if path.is_file() for raw in read_yaml(path)]
    return {rule.id: rule for rule in rules}


def _rule(raw: dict[str, Any]) -> Rule:
    limits = raw.get("limits", {})
    filled: dict[str, Any] = {
        name: _fill(raw[name], limits) for name in ("must", "select", "when", "expected") if name in raw
    }
    values = {name: _fill(text, limits) for name, text in raw.get("values", {}).items()}
    lists = {name: tuple(raw.get(name, ())) for name in ("after", "measures")}
    given: dict[str, Any] = {**raw, **filled, "values": values, **lists}
    return Rule(**given)


def _fill(sql: str, limits: Mapping[str, float]) -> str:
    """The SQL with each `$limit` replaced by its number, as published."""
    return _LIMIT.sub(lambda match: str(limits[match[1]]), sql)


def _measures(folder: Path, requirements: list[str]) -> dict[str, Measure]:
    """Measures by id: the requirements' in the order of their code list, completeness last."""
    files = [folder / f"{name}.yaml" for name in (*requirements, COMPLETENESS)]
    measures = [_measure(path.stem, raw) for path in files if path.is_file() for raw in read_yaml(path)]
    return {measure.id: measure for measure in measures}


def _measure(requirement: str, raw: dict[str, Any]) -> Measure:
    lists = {name: tuple(raw.get(name, ())) for name in ("additive", "after", "range")}
    thresholds = tuple(_threshold(one) for one in raw["thresholds"])
    given: dict[str, Any] = {**raw, **lists, "requirement": requirement, "thresholds": thresholds}
    return Measure(**given)


def _threshold(raw: dict[str, Any]) -> Threshold:
    levels = {level: _limit(raw[level]) if raw.get(level) else None for level in ("met", "strong")}
    return Threshold(raw["from"], levels["met"], levels["strong"], raw["source"], raw["standing"])


def _limit(raw: dict[Comparison, float]) -> Limit:
    ((comparison, number),) = raw.items()
    return Limit(comparison, number)
