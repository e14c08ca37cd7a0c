"""Rules by SQL: typed tables to findings, with three outcomes for each rule.

It runs each rule's own SQL on an engine, over what the rule's scope leaves it, and words the findings. It holds
no rule itself, and does not know how the engine runs a query.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from typing import Any

import polars as pl

from crt_return.batch import Batch
from crt_return.cell_findings import CheckedTable
from crt_return.finding import Explained, Finding, finding, with_explained
from crt_return.reading.model import ROW
from crt_return.scope import PRIOR, Data, Scope
from crt_return.sql import Reads, first_field, names, reads, tables_of
from crt_return.standard import EXPLANATIONS, REGISTER, RELEASE_KEY, TEAM, Rule, Severity, Standard, Table
from crt_return.wording import listed

MEASURES = "measure."
FINDINGS_READ = "finding."
BECAUSE = "because"
WARNINGS = "finding.warning"
NOT_EVALUATED = "finding.not_evaluated"
FINDINGS: dict[str, dict[str, type[pl.DataType]]] = {
    WARNINGS: {"rule_id": pl.String, "record_key": pl.String, "values_hash": pl.String, "explained": pl.Boolean},
    NOT_EVALUATED: {"rule_id": pl.String},
}


@dataclass(frozen=True)
class Judged:
    """What became of one rule: its findings, and the reasons why all or part of it was not evaluated.

    `idle` says that no reason can hide a warning: there was nothing to judge, or too little.
    """

    rule: Rule
    findings: tuple[Finding, ...] = ()
    because: tuple[str, ...] = ()
    idle: bool = False

    @property
    def unseen(self) -> bool:
        """Whether a warning may be there that was not seen."""
        return bool(self.because) and not self.idle

    @property
    def failed_teams(self) -> frozenset[str] | None:
        """The teams with a finding; None where a finding is not of a team."""
        teams = {one.key.get(TEAM) for one in self.findings}
        return None if None in teams else frozenset(team for team in teams if team)


Before = Sequence[Mapping[str, Judged]]


def judge(batch: Batch, standard: Standard, cap: int | None, progress: Callable[[str], None]) -> list[list[Judged]]:
    """Every rule written in SQL on the returns themselves, in the standard's order, for each return."""
    judged: list[dict[str, Judged]] = [{} for _ in batch.returns]
    for rule in sql_rules(standard):
        if not (reads_from(rule, MEASURES) or reads_from(rule, FINDINGS_READ)):
            progress(f"Judging {rule.id}")
            for own, one in zip(judged, judge_rule(rule, batch, standard, cap, judged), strict=True):
                own[rule.id] = one
    return [list(own.values()) for own in judged]


def judge_claims(batch: Batch, standard: Standard, judged: Sequence[Iterable[Judged]]) -> list[list[Judged]]:
    """The rules on what the measures show, which must have been loaded, for each return."""
    before = [{one.rule.id: one for one in own} for own in judged]
    return _by_return(batch, [judge_rule(rule, batch, standard, None, before) for rule in claim_rules(standard)])


def _by_return(batch: Batch, by_rule: Sequence[Sequence[Judged]]) -> list[list[Judged]]:
    """The verdicts of each return, from those of each rule."""
    return [[of_rule[n] for of_rule in by_rule] for n in range(len(batch.returns))]


def history_tables(standard: Standard) -> list[str]:
    """The tables of the previous return that rules read; its register says which of its teams were open."""
    read = {
        name.removeprefix(PRIOR)
        for rule in standard.rules.values()
        for name in tables_of(rule)
        if name.startswith(PRIOR)
    }
    return [name for name in standard.tables if name in read | {REGISTER}]


def claim_rules(standard: Standard) -> list[Rule]:
    """The rules that read what the measures show."""
    return [rule for rule in sql_rules(standard) if reads_from(rule, MEASURES)]


def reads_from(rule: Rule, schema: str) -> bool:
    """Whether a rule reads a table of this schema, such as `measure.`."""
    return any(name.startswith(schema) for name in tables_of(rule))


def judge_explanations(
    batch: Batch,
    standard: Standard,
    findings: Sequence[Iterable[Finding]],
    judged: Sequence[Iterable[Judged]],
    because: tuple[str, ...] = (),
) -> list[list[Judged]]:
    """The rules on the findings themselves, for each return: is every warning explained, and does every
    explanation explain one?

    `because` says why some warnings are not known, which leaves these rules open in part.
    """
    load_findings(batch, findings, [[one.rule.id for one in own if one.unseen] for own in judged])
    rules = [rule for rule in sql_rules(standard) if reads_from(rule, FINDINGS_READ)]
    nothing: Before = [{} for _ in batch.returns]
    found = [judge_rule(rule, batch, standard, None, nothing) for rule in rules]
    return [
        [_with_reasons(one, data, because) for one in own]
        for data, own in zip(batch.returns, _by_return(batch, found), strict=True)
    ]


def _with_reasons(one: Judged, data: Data, because: tuple[str, ...]) -> Judged:
    """A verdict on explanations, left open where they could not be read: that is a finding of its own."""
    if EXPLANATIONS in data.unread:
        return Judged(one.rule, (), (data.unread[EXPLANATIONS],))
    return replace(one, because=(*one.because, *because))


def load_findings(batch: Batch, findings: Sequence[Iterable[Finding]], not_evaluated: Sequence[Iterable[str]]) -> None:
    """Give the engine the warnings raised and the rules not evaluated, as rules on the findings read them."""
    warnings = [
        _warnings(with_explained(own, explained_records(one.tables.get(EXPLANATIONS))))
        for one, own in zip(batch.returns, findings, strict=True)
    ]
    batch.hold(WARNINGS, warnings)
    batch.hold(NOT_EVALUATED, [_frame(NOT_EVALUATED, [(rule,) for rule in own]) for own in not_evaluated])


def _warnings(findings: Iterable[Finding]) -> pl.DataFrame:
    rows = [(one.rule, one.record_key, one.values_hash, one.explained) for one in findings if one.severity == "warning"]
    return _frame(WARNINGS, rows)


def _frame(name: str, rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=FINDINGS[name], orient="row")


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


def judge_rule(rule: Rule, batch: Batch, standard: Standard, cap: int | None, judged: Before) -> list[Judged]:
    """One rule, for each return: failed, passed or not evaluated, and for which part.

    `judged` gives the verdicts so far on each return.
    """
    severities = {n: own for n, one in enumerate(batch.returns) if (own := rule.severity_in(one.period))}
    read = reads(rule, standard)
    scopes = {n: _scope(rule, batch.returns[n], read, judged[n]) for n in severities}
    of = {n: scope for n, scope in scopes.items() if not scope.blocked}
    batch.load(tables_of(rule) if of else ())
    with batch.narrowed(read, of):
        found = _found(rule, {n: severities[n] for n in batch.any(faulty(rule), of)}, batch, standard, cap)
        judging = _judging(rule, batch, [n for n in of if n not in found])
        open_ = _open(rule, batch, of)
    return [
        _verdict(rule, one, scopes.get(n), found.get(n, []), open_.get(n, ()), judges=n in found or n in judging)
        for n, one in enumerate(batch.returns)
    ]


def _scope(rule: Rule, one: Data, read: Reads, judged: Mapping[str, Judged]) -> Scope:
    """What the rule may look at in one return."""
    failed = {parent: judged[parent].failed_teams for parent in rule.after if parent in judged}
    return one.scope(rule.table, read, failed, by_row=rule.must is not None)


def _verdict(
    rule: Rule, one: Data, scope: Scope | None, found: Sequence[Finding], open_: Sequence[str], *, judges: bool
) -> Judged:
    """What became of the rule in one return; `scope` is None where it is not in force, `judges` whether it had rows.

    `open_` says which rows could not be judged, and why.
    """
    if scope is None:
        return Judged(rule, (), (f"it is not in force in {one.period}",))
    if scope.blocked:
        return Judged(rule, (), scope.blocked)
    because = (*scope.because, *open_)
    if judges or open_:
        return Judged(rule, tuple(found), because)
    return Judged(rule, (), (*because, f"there are no {rule.applies_to}"), idle=not because)


def faulty_rows(rule: Rule, limit: int | None = None) -> str:
    """The query that gives the rule's faulty rows in their order, as the engine runs it."""
    return f"{faulty(rule)} ORDER BY {_order(rule)}" + (f" LIMIT {limit}" if limit is not None else "")


def faulty(rule: Rule) -> str:
    """The query that gives the rule's faulty rows, in no order."""
    if rule.select:
        return f"SELECT * FROM ({_query(rule.select)})"
    extra = {**({"expected": rule.expected} if rule.expected else {}), **rule.values}
    columns = "".join(f', ({sql}) AS "{name}"' for name, sql in extra.items())
    condition = f"({rule.when}) AND " if rule.when else ""
    return f"SELECT *{columns} FROM {rule.table} WHERE {condition}NOT ({rule.must})"


def _order(rule: Rule) -> str:
    return "ALL" if rule.select else ROW


def judged_rows(rule: Rule) -> str | None:
    """The query that gives the rows a rule with `when` can judge; None for a rule that judges every row."""
    if not rule.when:
        return None
    if not rule.select:
        return f"SELECT * FROM {rule.table} WHERE {rule.when}"
    asked = _query(rule.when)
    return f"SELECT * EXCLUDE ({BECAUSE}) FROM ({asked}) WHERE {BECAUSE} IS NULL" if leaves_open(rule) else asked


def _query(sql: str) -> str:
    """A query as it can stand in another."""
    return sql.strip().rstrip(";")


def leaves_open(rule: Rule) -> bool:
    """Whether the rule's `when` gives, beside rows it can judge, rows that it cannot, and why."""
    return bool(rule.select and rule.when and BECAUSE in names(rule.when).fields)


def _open(rule: Rule, batch: Batch, of: Iterable[int]) -> dict[int, list[str]]:
    """What the rule is asked of each return and cannot judge: a sentence a reason, with the records."""
    if rule.when is None or not leaves_open(rule):
        return {}
    asked = f"SELECT * FROM ({_query(rule.when)}) WHERE {BECAUSE} IS NOT NULL"
    return {n: _reasons(rows) for n, rows in batch.rows(asked, of, order="ALL").items()}


def _reasons(rows: pl.DataFrame) -> list[str]:
    records: dict[str, list[str]] = defaultdict(list)
    for row in rows.drop(RELEASE_KEY).iter_rows(named=True):
        records[row.pop(BECAUSE)].append(", ".join(map(str, row.values())))
    return [f"{why} (for {listed(of)})" for why, of in records.items()]


def _judging(rule: Rule, batch: Batch, of: Sequence[int]) -> set[int]:
    """The returns that have any row for the rule to judge."""
    rows = judged_rows(rule)
    return set(of) if rows is None else batch.any(rows, of)


def _found(
    rule: Rule, failing: Mapping[int, Severity], batch: Batch, standard: Standard, cap: int | None
) -> dict[int, list[Finding]]:
    """The findings of a rule in the returns it fails in, by the severity it has there.

    A rule is mostly kept to, and to ask whether it is costs half of fetching nothing: so that was asked first.
    """
    whole = cap is None or "warning" in failing.values()
    rows = batch.rows(faulty(rule), failing, order=_order(rule), limit=None if whole or cap is None else cap + 1)
    return {
        n: _findings(rule, n, rows[n], severity, batch, standard, None if severity == "warning" else cap)
        for n, severity in failing.items()
    }


def _findings(
    rule: Rule, n: int, rows: pl.DataFrame, severity: Severity, batch: Batch, standard: Standard, cap: int | None
) -> list[Finding]:
    """The findings of a rule in one return, to the cap; one more stands for the rows past it."""
    listed = rows if cap is None else rows.head(cap)
    table, checked = standard.tables[rule.table], batch.returns[n].tables.get(rule.table)
    data = batch.returns[n]
    findings = [_worded(rule, severity, table, data, row) for row in _placed(listed, checked).iter_rows(named=True)]
    if listed.height < rows.height:
        rest = int(batch.rows(f"SELECT count(*) AS n FROM ({faulty(rule)})", [n])[n]["n"][0]) - listed.height
        findings.append(finding(rule, severity, data.place(table, None, None), count=rest, more=True))
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


def _worded(rule: Rule, severity: Severity, table: Table, data: Data, row: dict[str, Any]) -> Finding:
    number, field = row[ROW], row.get("field") or first_field(rule, table)
    text = data.tables[table.name].text if table.name in data.tables else None
    own = [name for name in dict.fromkeys((TEAM, *table.row_key)) if row.get(name) is not None] or list(RELEASE_KEY)
    value = None
    if text is not None and number is not None and field is not None:
        value = text.frame[field][text.frame[ROW].search_sorted(number)]
    return finding(
        rule,
        severity,
        data.place(table, number, field),
        key={name: row.get(name) for name in own},
        value=value,
        expected=row.get("expected"),
        values=row,
    )
