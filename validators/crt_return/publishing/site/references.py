"""What reads what: the fields and code lists each rule and measure reads, and the way back.

It exists so that every page links both ways from one finding-out. Nothing is listed by hand: the reading is taken from
the SQL itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from crt_return.measure import Measure
from crt_return.sql import reads, reads_of, tables_in, tables_of
from crt_return.standard import Field, Rule, Standard, Table

PRIOR = "prior."
CODELIST = "codelist."


@dataclass(frozen=True)
class TableRead:
    """One table that a rule or measure reads, of this quarter or the last, and the fields read, in their order."""

    table: Table
    prior: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True, eq=False)
class References:
    """The references of one standard, both ways."""

    standard: Standard

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """Every rule by id: of a return, of acceptance, of the national report."""
        standard = self.standard
        return {**standard.rules, **standard.acceptance_rules, **standard.national_rules}

    def read_by(self, rule: Rule) -> list[TableRead]:
        """The tables a rule reads; for a rule on thresholds, those its measures read."""
        found = {**reads(rule, self.standard)}
        for name in rule.measures:
            for table, fields in self._measured(self.standard.measures[name]).items():
                found[table] = found.get(table, frozenset()) | fields
        return self._tables(found)

    def measured_from(self, measure: Measure) -> list[TableRead]:
        """The tables a measure reads."""
        return self._tables(self._measured(measure))

    def codelists_read_by(self, rule: Rule) -> list[str]:
        """The code lists a rule's own SQL reads."""
        return _codelists(tables_of(rule))

    def codelists_measured_from(self, measure: Measure) -> list[str]:
        """The code lists a measure's SQL reads."""
        return _codelists(tables_in(measure.sql))

    @cached_property
    def rules_of_field(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The ids of the rules that read a field, in this quarter or the last, by table and field."""
        return _inverse((rule.id, self.read_by(rule)) for rule in self.rules.values())

    @cached_property
    def measures_of_field(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The ids of the measures that read a field, by table and field."""
        return _inverse((one.id, self.measured_from(one)) for one in self.standard.measures.values())

    def rules_of_measure(self, measure: Measure) -> list[Rule]:
        """The rules that hold a measure to one of its levels."""
        return [rule for rule in self.standard.rules.values() if measure.id in rule.measures]

    def rules_on(self, table: str) -> list[Rule]:
        """The rules whose fault lies in a table."""
        return [rule for rule in self.rules.values() if rule.table == table]

    def fields_with(self, codelist: str) -> list[tuple[Table, Field]]:
        """The fields that hold codes of a list."""
        return [(t, f) for t in self.standard.tables.values() for f in t.fields if f.codelist == codelist]

    def rules_reading(self, codelist: str) -> list[Rule]:
        """The rules whose SQL reads a code list."""
        return [rule for rule in self.rules.values() if codelist in self.codelists_read_by(rule)]

    def measures_reading(self, codelist: str) -> list[Measure]:
        """The measures whose SQL reads a code list."""
        return [one for one in self.standard.measures.values() if codelist in self.codelists_measured_from(one)]

    def waiting_for(self, rule: Rule) -> list[str]:
        """The ids of the rules and measures that are not evaluated where a rule has failed."""
        every: list[Rule | Measure] = [*self.rules.values(), *self.standard.measures.values()]
        return [one.id for one in every if rule.id in one.after]

    def _measured(self, measure: Measure) -> Mapping[str, frozenset[str]]:
        return reads_of(measure.sql, self.standard)

    def _tables(self, found: Mapping[str, frozenset[str]]) -> list[TableRead]:
        tables = self.standard.tables
        own = [(tables[name.removeprefix(PRIOR)], name.startswith(PRIOR), read) for name, read in found.items()]
        return [TableRead(table, prior, tuple(f for f in table.fields if f.name in read)) for table, prior, read in own]


def _inverse(found: Iterable[tuple[str, list[TableRead]]]) -> dict[tuple[str, str], tuple[str, ...]]:
    inverse: dict[tuple[str, str], dict[str, None]] = {}
    for name, tables in found:
        for one in tables:
            for field in one.fields:
                inverse.setdefault((one.table.name, field.name), {})[name] = None
    return {place: tuple(names) for place, names in inverse.items()}


def _codelists(tables: Iterable[str]) -> list[str]:
    return sorted(name.removeprefix(CODELIST) for name in tables if name.startswith(CODELIST))
