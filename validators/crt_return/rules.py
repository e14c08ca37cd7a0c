"""Rules by SQL: typed tables to findings, with three outcomes for each rule.

It runs each rule's own SQL on an engine, over what the rule's scope leaves it, and words the findings. It holds
no rule itself, and does not know how the engine runs a query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from typing import Any

import polars as pl

from crt_return.cell_findings import CheckedTable
from crt_return.finding import Explained, Finding, finding, place_of, with_explained
from crt_return.reading.model import ROW
from crt_return.scope import Data
from crt_return.sql import first_field, reads, tables_of
from crt_return.standard import EXPLANATIONS, RELEASE_KEY, TEAM, Rule, Severity, Standard, Table

MEASURES = "measure."
FINDINGS_READ = "finding."
WARNINGS = "finding.warning"
NOT_EVALUATED = "finding.not_evaluated"
FINDINGS: dict[str, dict[str, type[pl.DataType]]] = {
    WARNINGS: {"rule_id": pl.String, "record_key": pl.String, "values_hash": pl.String, "explained": pl.Boolean},
    NOT_EVALUATED: {"rule_id": pl.String},
}


@dataclass(frozen=True)
class Judged:
    """What became of one rule: its findings, and the reasons why all or part of it was not evaluated."""

    rule: Rule
    findings: tuple[Finding, ...] = ()
    because: tuple[str, ...] = ()

    @property
    def failed_teams(self) -> frozenset[str] | None:
        """The teams with a finding; None where a finding is not of a team."""
        teams = {one.key.get(TEAM) for one in self.findings}
        return None if None in teams else frozenset(team for team in teams if team)


def judge(
    data: Data, standard: Standard, period: str | None, cap: int | None, progress: Callable[[str], None]
) -> list[Judged]:
    """Every rule written in SQL on the return itself, in the standard's order."""
    judged: dict[str, Judged] = {}
    for rule in sql_rules(standard):
        if not (reads_from(rule, MEASURES) or reads_from(rule, FINDINGS_READ)):
            progress(f"Judging {rule.id}")
            judged[rule.id] = judge_rule(rule, data, standard, period, cap, judged)
    return list(judged.values())


def judge_claims(data: Data, standard: Standard, period: str | None, judged: Iterable[Judged]) -> list[Judged]:
    """The rules on what the measures show, which must have been loaded."""
    before = {one.rule.id: one for one in judged}
    return [judge_rule(rule, data, standard, period, None, before) for rule in claim_rules(standard)]


def claim_rules(standard: Standard) -> list[Rule]:
    """The rules that read what the measures show."""
    return [rule for rule in sql_rules(standard) if reads_from(rule, MEASURES)]


def reads_from(rule: Rule, schema: str) -> bool:
    """Whether a rule reads a table of this schema, such as `measure.`."""
    return any(name.startswith(schema) for name in tables_of(rule))


def judge_explanations(
    data: Data,
    standard: Standard,
    period: str | None,
    findings: Iterable[Finding],
    judged: Iterable[Judged],
    because: tuple[str, ...] = (),
) -> list[Judged]:
    """The rules on the findings themselves: whether every warning is explained, and every explanation explains one.

    `because` says why some warnings are not known, which leaves these rules open in part.
    """
    marked = with_explained(findings, explained_records(data.tables.get(EXPLANATIONS)))
    load_findings(data, marked, [one.rule.id for one in judged if one.because])
    rules = [rule for rule in sql_rules(standard) if reads_from(rule, FINDINGS_READ)]
    found = [judge_rule(rule, data, standard, period, None, {}) for rule in rules]
    return [replace(one, because=(*one.because, *because)) for one in found]


def load_findings(data: Data, findings: Iterable[Finding], not_evaluated: Iterable[str]) -> None:
    """Give the engine the warnings raised and the rules not evaluated, as rules on the findings read them."""
    warnings = [
        (one.rule, one.record_key, one.values_hash, one.explained) for one in findings if one.severity == "warning"
    ]
    for name, rows in ((WARNINGS, warnings), (NOT_EVALUATED, [(rule,) for rule in not_evaluated])):
        data.engine.load(name, pl.DataFrame(rows, schema=FINDINGS[name], orient="row"))


def explained_records(explanations: CheckedTable | None) -> set[Explained]:
    """What the explanations table explains, in rows without a fault: rule, record key and hash of the values."""
    if explanations is None:
        return set()
    faulty = pl.any_horizontal(*explanations.bad.values()) if explanations.bad else pl.lit(False)
    return set(explanations.values.filter(~faulty).select("rule_id", "record_key", "values_hash").rows())


def sql_rules(standard: Standard) -> list[Rule]:
    """The rules that are SQL, in the standard's order, each after the rules it names in `after`."""
    own = {rule.id: rule for rule in standard.rules.values() if not rule.check}
    order = TopologicalSorter({name: [parent for parent in rule.after if parent in own] for name, rule in own.items()})
    return [own[name] for name in order.static_order()]


def judge_rule(
    rule: Rule, data: Data, standard: Standard, period: str | None, cap: int | None, judged: Mapping[str, Judged]
) -> Judged:
    """One rule: failed, passed or not evaluated, and for which part."""
    severity = rule.severity_in(period)
    if severity is None:
        return Judged(rule, (), (f"it is not in force in {period}",))
    read = reads(rule, standard)
    failed = {parent: judged[parent].failed_teams for parent in rule.after if parent in judged}
    scope = data.scope(rule.table, read, failed, by_row=rule.must is not None)
    if scope.blocked:
        return Judged(rule, (), scope.blocked)
    data.load(tables_of(rule))
    with data.narrowed(read, scope):
        found = _found(rule, severity, data, standard.tables[rule.table], None if severity == "warning" else cap)
        empty = () if found or _judges_any(rule, data) else (f"there are no {rule.applies_to}",)
    return Judged(rule, tuple(found), (*scope.because, *empty))


def faulty_rows(rule: Rule, limit: int | None = None) -> str:
    """The query that gives the rule's faulty rows, as the engine runs it."""
    end = f" LIMIT {limit}" if limit is not None else ""
    if rule.select:
        return f"SELECT * FROM ({rule.select.strip().rstrip(';')}) ORDER BY ALL{end}"
    extra = {**({"expected": rule.expected} if rule.expected else {}), **rule.values}
    columns = "".join(f', ({sql}) AS "{name}"' for name, sql in extra.items())
    condition = f"({rule.when}) AND " if rule.when else ""
    return f"SELECT *{columns} FROM {rule.table} WHERE {condition}NOT ({rule.must}) ORDER BY {ROW}{end}"


def judged_rows(rule: Rule) -> str | None:
    """The query that gives the rows a rule with `when` can judge; None for a rule that judges every row."""
    if not rule.when:
        return None
    return rule.when.strip().rstrip(";") if rule.select else f"SELECT * FROM {rule.table} WHERE {rule.when}"


def _judges_any(rule: Rule, data: Data) -> bool:
    rows = judged_rows(rule)
    return rows is None or data.engine.any(rows)


def _count(data: Data, sql: str) -> int:
    return int(data.engine.query(f"SELECT count(*) AS n FROM ({sql})")["n"][0])


def _found(rule: Rule, severity: Severity, data: Data, table: Table, cap: int | None) -> list[Finding]:
    """The findings of a rule, to the cap; one more stands for the rows past it."""
    faulty = faulty_rows(rule, None if cap is None else cap + 1)
    if not data.engine.any(faulty):  # a rule is mostly kept to, and to ask that is half the work of fetching nothing
        return []
    rows = data.engine.query(faulty)
    listed = rows if cap is None else rows.head(cap)
    checked = data.tables.get(rule.table)
    findings = [_worded(rule, severity, table, checked, row) for row in _placed(listed, checked).iter_rows(named=True)]
    if listed.height < rows.height:
        rest = _count(data, faulty_rows(rule)) - listed.height
        file = checked.text.file if checked else table.file
        findings.append(finding(rule, severity, place_of(table, file, (), None, None), count=rest, more=True))
    return findings


def _placed(rows: pl.DataFrame, checked: CheckedTable | None) -> pl.DataFrame:
    """Faulty rows with the row number each has in the file, where its key tells (null otherwise)."""
    if ROW in rows.columns:
        return rows
    names = (checked.table.row_key or checked.table.primary_key) if checked else ()
    if rows.is_empty() or not names or checked is None or not set(names) <= set(rows.columns):
        return rows.with_columns(pl.lit(None, pl.UInt32).alias(ROW))
    keys = checked.values.select(*(pl.col(name).cast(pl.String).alias(_as_key(name)) for name in names), ROW)
    wanted = rows.with_columns(pl.col(name).cast(pl.String).alias(_as_key(name)) for name in names)
    on = [_as_key(name) for name in names]
    first = keys.join(wanted, on=on, how="semi").unique(subset=on, keep="first", maintain_order=True)
    return wanted.join(first, on=on, how="left", maintain_order="left").drop(on)


def _as_key(name: str) -> str:
    return f"_key_{name}"


def _worded(rule: Rule, severity: Severity, table: Table, checked: CheckedTable | None, row: dict[str, Any]) -> Finding:
    number, field = row[ROW], row.get("field") or first_field(rule, table)
    text = checked.text if checked else None
    own = [name for name in dict.fromkeys((TEAM, *table.row_key)) if row.get(name) is not None] or list(RELEASE_KEY)
    value = None
    if text is not None and number is not None and field is not None:
        value = text.frame[field][text.frame[ROW].search_sorted(number)]
    return finding(
        rule,
        severity,
        place_of(table, text.file if text else table.file, text.header if text else (), number, field),
        key={name: row.get(name) for name in own},
        value=value,
        expected=row.get("expected"),
        values=row,
    )
