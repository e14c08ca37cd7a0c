"""What differs between two versions of the standard, found from their catalogues, with the reason of each difference.

It exists so that a page of changes cannot leave one out: the differences are computed, and only the reasons are
written by hand. What follows for an implementer is in `implementing`. The list of providers and the bank holidays are
no part of a comparison (the deadlines that follow from them are), nor is what follows from a rule's SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from crt_return.versions import Reason, Version

Change = Literal["added", "changed", "retired"]
Thing = Mapping[str, Any]
Catalogue = Mapping[str, Any]
KINDS = (
    *("tables", "fields", "codelists", "codes", "rules", "measures", "thresholds"),
    *("indicators", "breakdowns", "distributions", "settings", "quarters"),
)
RULE_SETS = ("rules", "acceptance_rules", "national_rules")
SETTINGS = ("small_numbers", "claims", "data_quality", "coverage", "disclosure", "comparators")
PLACE = "after"
NOT_COMPARED = (PLACE, "reads")
NESTED = ("constraints", "flags")


@dataclass(frozen=True)
class Attribute:
    """One attribute of a thing, before and after; None where it was not given."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Difference:
    """One thing that was added, changed or retired; `thing` is how it is now, or was last."""

    kind: str
    name: str
    change: Change
    thing: Thing
    attributes: tuple[Attribute, ...] = ()


def difference(old: Catalogue, new: Catalogue) -> tuple[Difference, ...]:
    """Every difference by kind, in the order of the new version; what was retired comes last."""
    return tuple(one for kind in KINDS for one in _of_kind(kind, things(kind, old), things(kind, new)))


def _of_kind(kind: str, old: Mapping[str, Thing], new: Mapping[str, Thing]) -> Iterator[Difference]:
    for name, thing in new.items():
        if name not in old:
            yield Difference(kind, name, "added", thing)
        elif attributes := _attributes(old[name], thing):
            yield Difference(kind, name, "changed", thing, attributes)
    yield from (Difference(kind, name, "retired", thing) for name, thing in old.items() if name not in new)


def _attributes(old: Thing, new: Thing) -> tuple[Attribute, ...]:
    """The attributes that differ. Fields that came or went are differences of their own: here only order counts."""
    before, after = _flat(old), _flat(new)
    pairs = {name: (before.get(name), after.get(name)) for name in dict.fromkeys([*before, *after])}
    if "columns" in pairs:
        pairs["columns"] = _in_both(*pairs["columns"])
    return tuple(Attribute(name, *pair) for name, pair in pairs.items() if pair[0] != pair[1])


def _flat(thing: Thing) -> dict[str, Any]:
    """What is compared of a thing: a constraint, and a flag of a code, is an attribute by itself."""
    nested = {name: of for name, of in thing.items() if name in NESTED}
    plain = {name: value for name, value in thing.items() if name not in (*nested, *NOT_COMPARED)}
    return {**plain, **{f"{name}.{key}": value for name, of in nested.items() for key, value in of.items()}}


def _in_both(old: Any, new: Any) -> tuple[list[str], list[str]]:
    return [name for name in old if name in new], [name for name in new if name in old]


def things(kind: str, catalogue: Catalogue) -> dict[str, Thing]:
    """All of one kind by name, as they are compared."""
    match kind:
        case "tables":
            return {table["name"]: _without_fields(table) for table in catalogue["tables"]}
        case "fields":
            return {
                f"{table['name']}.{field['name']}": field for table in catalogue["tables"] for field in _placed(table)
            }
        case "codelists":
            return {name: {"name": name} for name in catalogue["codelists"]}
        case "codes":
            lists = catalogue["codelists"].items()
            return {f"{name}.{code['code']}": code for name, codes in lists for code in codes}
        case "rules":
            return {rule["id"]: {**rule, "of": rules} for rules in RULE_SETS for rule in catalogue.get(rules, ())}
        case "measures":
            return {one["id"]: _without(one, "thresholds") for one in catalogue["measures"]}
        case "thresholds":
            return {
                f"{one['id']} from {held['since']}": {**held, "measure": one["id"], "requirement": one["requirement"]}
                for one in catalogue["measures"]
                for held in one["thresholds"]
            }
        case "settings":
            return {name: {"value": catalogue[name]} for name in SETTINGS if any(_values(catalogue.get(name, ())))}
        case "quarters":
            return {quarter["period"]: quarter for quarter in catalogue["calendar"]["quarters"]}
        case _:
            return {one["id"]: one for one in catalogue.get(kind, ())}


def _values(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, Mapping) else value


def _without(thing: Thing, name: str) -> Thing:
    return {key: value for key, value in thing.items() if key != name}


def _without_fields(table: Thing) -> Thing:
    return {**_without(table, "fields"), "columns": [field["name"] for field in table["fields"]]}


def _placed(table: Thing) -> list[Thing]:
    """The fields of a table, each with the one it stands after."""
    before = [None, *(field["name"] for field in table["fields"])]
    return [{**field, PLACE: name} for field, name in zip(table["fields"], before, strict=False)]


def reasons(one: Difference, version: Version) -> list[str]:
    """Why a thing changed, as the version's file says it."""
    return [reason.reason for reason in version.changes if any(_fits(one, *glob) for glob in _globs(reason))]


def unexplained(differences: Iterable[Difference], version: Version) -> list[Difference]:
    """The differences that no reason covers."""
    return [one for one in differences if not reasons(one, version)]


def idle(differences: Iterable[Difference], version: Version) -> list[str]:
    """What a reason names and no difference has, as `rules: STF-99`."""
    found = [*differences]
    globs = [glob for reason in version.changes for glob in _globs(reason)]
    return [f"{kind}: {name}" for kind, name in globs if not any(_fits(one, kind, name) for one in found)]


def _globs(reason: Reason) -> list[tuple[str, str]]:
    return [(kind, name) for kind, names in reason.covers.items() for name in names]


def _fits(one: Difference, kind: str, name: str) -> bool:
    return one.kind == kind and fnmatchcase(one.name, name)
