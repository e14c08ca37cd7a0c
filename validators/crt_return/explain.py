"""One rule in full: what it says, why, its SQL and its examples; and what it makes of the user's own rows.

It shows; it decides nothing. What it prints of a return is masked like any report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from crt_return.finding import shown
from crt_return.measure import LEVELS, Measure
from crt_return.measured import Measured, limit_words
from crt_return.privacy import masked
from crt_return.reading.model import ROW
from crt_return.rules import FINDINGS_READ, MEASURES, faulty_rows, judged_rows, reads_from
from crt_return.sql import reads
from crt_return.standard import Rule, Standard, yaml_line
from crt_return.validate import Run
from crt_return.wording import columns

OWN_ROWS = 10
MANY_COLUMNS = 12


def text(rule: Rule, standard: Standard) -> str:
    """The rule as published, as text."""
    return "\n".join(_lines(rule, standard)) + "\n"


def measure_text(measure: Measure, standard: Standard) -> str:
    """A measure as published, and the rules that judge it."""
    rules = [rule.id for rule in standard.rules.values() if measure.id in rule.measures]
    judged = f"Judged by {', '.join(rules)}." if rules else "No rule of its own judges it."
    return "\n".join([*_measure_lines(measure), judged]).lstrip() + "\n"


def own_measure(measure: Measure, run: Run) -> str:
    """What a measure is for each team of the return, or why nothing can be said."""
    if run.report.outcome == "unreadable":
        return run.report.findings[0].message + "\n"
    seen = list(_measures_seen([measure.id], run))
    return "\n".join(seen).lstrip() + "\n" if seen else "No team is open.\n"


def needs_thresholds(rule: Rule) -> bool:
    """Whether a return has to be measured to show what the rule makes of it."""
    return rule.check == "thresholds" or reads_from(rule, MEASURES) or reads_from(rule, FINDINGS_READ)


def _lines(rule: Rule, standard: Standard) -> Iterator[str]:
    yield f"{rule.id} ({rule.severity}): {rule.title}"
    yield f"\nTable: {rule.table}"
    yield f"Says: {_message(rule)}"
    yield f"Why: {rule.why}"
    yield f"To mend: {rule.fix}"
    yield f"Source: {rule.source} ({rule.standing}); since {rule.since}"
    yield from (f"{name.replace('_', ' ')}: {value}" for name, value in _lifecycle(rule).items() if value)
    yield f"\n{_logic(rule)}"
    for name in rule.measures:
        yield from _measure_lines(standard.measures[name])
    for name, examples in rule.examples.items():
        yield f"\nExamples: {name.replace('_', ' ')}"
        yield from (f"  {yaml_line(example)}" for example in examples)


def _message(rule: Rule) -> str:
    """The message with its limits filled in; what each row fills in stays in braces."""
    text = rule.message
    for name, limit in rule.limits.items():
        text = text.replace(f"{{{name}}}", shown(limit))
    return text


def _lifecycle(rule: Rule) -> dict[str, str | None]:
    return {name: getattr(rule, name) for name in ("warn_from", "fail_from", "until", "reason")}


def _measure_lines(measure: Measure) -> Iterator[str]:
    """A measure as published: what it counts, and the numbers it is held to."""
    yield f"\nMeasure {measure.id}: {measure.title} ({measure.unit})"
    yield f"Why: {measure.why}"
    yield f"Source: {measure.source} ({measure.standing}); since {measure.since}"
    for one in measure.thresholds:
        levels = [f"{level} {limit_words(measure, limit)}" for level in LEVELS if (limit := one.limit(level))]
        yield f"From {one.since.isoformat()}: {', '.join(levels)}. Source: {one.source} ({one.standing})"
    queries = {
        "Numerator": measure.numerator,
        "Denominator": measure.denominator,
        f"For the strong level: {measure.strong_title}": measure.strong_numerator,
    }
    yield from (f"{name} (SQL):\n{_indented(sql)}" for name, sql in queries.items() if sql)


def _logic(rule: Rule) -> str:
    if rule.check == "thresholds":
        return f"Holds {' and '.join(rule.measures)} to the level '{rule.level}', by Great Expectations."
    if rule.check:
        return f"Built in: the {rule.check} stage makes this check from the table schemas."
    parts = {"Judges": rule.when, "Must hold": rule.must, "Faulty rows": rule.select}
    return "\n".join(f"{name} (SQL):\n{_indented(sql)}" for name, sql in parts.items() if sql)


def _indented(sql: str) -> str:
    return "\n".join(f"  {line}" for line in sql.strip().splitlines())


def elsewhere(rule: Rule, standard: Standard) -> str:
    """What is said of a rule that one return by itself has no part in."""
    acceptance = rule.id in standard.acceptance_rules
    of = "accept`, of what was sent and received before" if acceptance else "national`, of all returns accepted"
    return f"{rule.id} is not a question to one return: it is judged by `crt-return {of}."


def own_rows(rule: Rule, run: Run, standard: Standard) -> str:
    """What the rule makes of the return: its verdict, its findings, and the rows it looked at."""
    return "\n".join(_own_lines(rule, run, standard)) + "\n"


def _own_lines(rule: Rule, run: Run, standard: Standard) -> Iterator[str]:
    report = run.report
    yield f"In {report.submission.path}: {_verdict(rule, run)}"
    yield from (f"  not evaluated because {one.because}" for one in report.rules.not_evaluated if one.rule == rule.id)
    if report.outcome == "unreadable" and rule.id not in report.rules.failed:
        yield f"  {report.findings[0].message}"
    found = [one for one in report.findings if one.rule == rule.id]
    for one in found[:OWN_ROWS]:
        place = " ".join(part for part in (one.called, one.cell) if part)
        yield f"  {place + ': ' if place else ''}{one.message}"
    if len(found) > OWN_ROWS:
        yield f"  ... and {len(found) - OWN_ROWS:,} more"
    yield from _rows_seen(rule, run, standard)
    yield from _measures_seen(rule.measures, run)


def _measures_seen(measures: Sequence[str], run: Run) -> Iterator[str]:
    """The measures of these names, team by team."""
    own = [one for one in run.measured if one.measure.id in measures]
    if own:
        yield "\nTeam by team:"
        names = ("team", "measure", "numerator", "denominator", "value", "state", "because")
        yield from columns([names, *([masked(shown(part)) for part in _measure_cells(one)] for one in own)], "  ")


def _measure_cells(one: Measured) -> tuple[object, ...]:
    whose = (one.team_id or one.provider_code, one.measure.id)
    return (*whose, one.numerator, one.denominator, one.shown, one.state, one.because or "")


def _verdict(rule: Rule, run: Run) -> str:
    verdicts = run.report.rules
    parts = [("passed", rule.id in verdicts.passed), ("failed", rule.id in verdicts.failed)]
    parts.append(("not evaluated", any(one.rule == rule.id for one in verdicts.not_evaluated)))
    return " in part, in part ".join(name for name, holds in parts if holds)


def _rows_seen(rule: Rule, run: Run, standard: Standard) -> Iterator[str]:
    """The user's own rows as the rule sees them: those at fault, and some of those it judges."""
    if run.batch is None or rule.check or any(name in run.batch.returns[0].unread for name in reads(rule, standard)):
        return
    fields = sorted(set().union(*reads(rule, standard).values()))
    query = judged_rows(rule) or (f"SELECT * FROM {rule.table}" if rule.must else None)
    faulty = run.batch.engine.query(faulty_rows(rule, OWN_ROWS)) if rule.select else None
    for heading, rows in (("Faulty rows the query gives", faulty), ("Rows it judges", _query(run, query))):
        if rows is not None and rows.height:
            yield f"\n{heading} (the first {min(rows.height, OWN_ROWS)}):"
            yield from _table(rows.head(OWN_ROWS), fields, standard.tables[rule.table].primary_key)


def _query(run: Run, query: str | None) -> pl.DataFrame | None:
    if run.batch is None or query is None:
        return None
    return run.batch.engine.query(f"SELECT * FROM ({query}) LIMIT {OWN_ROWS}")


def _table(rows: pl.DataFrame, fields: list[str], key: tuple[str, ...]) -> Iterator[str]:
    keep = [name for name in rows.columns if name in fields or name in key or len(rows.columns) < MANY_COLUMNS]
    wanted = [ROW, *keep] if ROW in rows.columns and ROW not in keep else sorted(keep, key=lambda name: name != ROW)
    cells = [[masked(shown(value)) for value in row] for row in rows.select(wanted).iter_rows()]
    yield from columns([["row" if name == ROW else name for name in wanted], *cells], "  ")
