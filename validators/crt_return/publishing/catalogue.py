"""The whole standard as plain data, for pages, downloads and the comparison of versions.

It exists so that what is published, and what a later version is compared with, is taken from the standard in one
place. Everything is in the order of the standard's own files; dates are ISO text, and an attribute that is not given
is left out. It judges nothing and writes no file. What a rule's `faults` plant is left out: it makes sample data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from crt_return.indicator import Indicator
from crt_return.measure import Limit, Measure
from crt_return.sql import Reads, reads, reads_of, tables_of
from crt_return.standard import ForeignKey, Rule, Standard, Table

NOT_PUBLISHED = ("faults",)
EMPTY: tuple[object, ...] = ("", [], {})


def catalogue(standard: Standard) -> dict[str, Any]:
    """The standard as JSON can hold it: the same for the same standard."""
    return {
        "name": standard.name,
        "title": standard.title,
        "version": standard.version,
        "tables": [_table(table) for table in standard.tables.values()],
        "codelists": plain(standard.codelists),
        "rules": [_rule(rule, reads(rule, standard)) for rule in standard.rules.values()],
        "acceptance_rules": [_rule_between(rule, standard) for rule in standard.acceptance_rules.values()],
        "national_rules": [_rule_between(rule, standard) for rule in standard.national_rules.values()],
        "measures": [_measure(measure, standard) for measure in standard.measures.values()],
        "small_numbers": plain(standard.small_numbers),
        "claims": plain(standard.claims),
        "data_quality": plain(standard.data_quality),
        "indicators": [_indicator(one, standard) for one in standard.indicators.values()],
        "breakdowns": plain([*standard.national.breakdowns.values()]),
        "distributions": plain([*standard.national.distributions.values()]),
        "coverage": plain(standard.national.coverage),
        "disclosure": plain(standard.national.disclosure),
        "comparators": plain([*standard.national.comparators.values()]),
        "calendar": _calendar(standard),
        "reference": plain(standard.reference),
    }


def plain(value: Any) -> Any:
    """A value of the standard as JSON can hold it. What is not given is left out of objects, and only of them."""
    match value:
        case Limit():
            return {value.comparison: value.number}
        case date():
            return value.isoformat()
        case Mapping():
            return {str(name): plain(one) for name, one in value.items()}
        case frozenset():
            return sorted(plain(one) for one in value)
        case list() | tuple():
            return [plain(one) for one in value]
        case _ if is_dataclass(value):
            return _given({field.name: plain(getattr(value, field.name)) for field in fields(value)})
        case _:
            return value


def _given(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in attributes.items()
        if value is not None and value not in EMPTY and name not in NOT_PUBLISHED
    }


def _table(table: Table) -> dict[str, Any]:
    """The table, its parts called as a Table Schema calls them."""
    own = {name: getattr(table, name) for name in ("name", "title", "description", "presence", "rows")}
    keys = [_foreign_key(key) for key in table.foreign_keys]
    return {
        **own,
        "primaryKey": [*table.primary_key],
        **({"foreignKeys": keys} if keys else {}),
        "fields": plain(table.fields),
    }


def _foreign_key(key: ForeignKey) -> dict[str, Any]:
    return {"fields": [*key.fields], "reference": {"resource": key.table, "fields": [*key.to]}}


def _rule(rule: Rule, read: Reads) -> dict[str, Any]:
    own = plain(rule)
    if rule.check != "thresholds":
        del own["level"]
    return {**own, **_reads(read)}


def _rule_between(rule: Rule, standard: Standard) -> dict[str, Any]:
    """A rule on more than one return: the fields of the register's and the report's own tables are not listed."""
    fields = reads(rule, standard)
    return _rule(rule, {name: fields.get(name, frozenset()) for name in tables_of(rule)})


def _measure(measure: Measure, standard: Standard) -> dict[str, Any]:
    return {**plain(measure), **_reads(reads_of(measure.sql, standard))}


def _indicator(indicator: Indicator, standard: Standard) -> dict[str, Any]:
    return {**plain(indicator), **_reads(reads_of(indicator.sql.values(), standard))}


def _reads(read: Reads) -> dict[str, Any]:
    """The tables read and their fields in the order of the alphabet."""
    return {"reads": {name: sorted(of) for name, of in sorted(read.items())}} if read else {}


def _calendar(standard: Standard) -> dict[str, Any]:
    return {
        "standard_versions": [_given(plain(one)) for one in standard.versions],
        "quarters": plain([*standard.quarters.values()]),
        "bank_holidays": plain(standard.bank_holidays),
    }
