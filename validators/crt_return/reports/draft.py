"""A draft of the explanations table: the rows that stand, and a row to fill in for each warning still unexplained.

The reason of a row to fill in is blank, so that the check (PKG-04) waits for a person: a draft explains nothing by
itself. Which warnings are explained is not decided here; the report says.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from crt_return.assessment import LEFT_OUT
from crt_return.finding import Finding
from crt_return.privacy import masked
from crt_return.reports.safe import guarded
from crt_return.reports.words import thresholds_left_out
from crt_return.standard import EXPLANATIONS, Standard
from crt_return.validate import Run
from crt_return.wording import counted

Row = Mapping[str, str]


@dataclass(frozen=True)
class Draft:
    """The rows of the draft.

    `not_taken_over` says why the return's own explanations could not be read, `not_looked_for` what was left out.
    """

    header: tuple[str, ...]
    standing: tuple[Row, ...]
    to_fill: tuple[Row, ...]
    not_taken_over: str | None = None
    not_looked_for: str | None = None


def draft(run: Run, standard: Standard) -> Draft | None:
    """The draft for a return; None for a path that could not be read as one."""
    if run.data is None:
        return None
    given = list(_given(run))
    warnings = {(one.rule, one.record_key): one for one in run.report.findings if one.explained is not None}
    unexplained = {record: one for record, one in warnings.items() if not one.explained}
    before: dict[tuple[str, str], Row] = {}
    for row in given:
        before[_record(row)] = _together(before.get(_record(row)), row)
    return Draft(
        header=standard.tables[EXPLANATIONS].names,
        standing=tuple(_standing(given, warnings, {one.rule.id for one in run.judged if one.unseen})),
        to_fill=tuple(_to_fill(one, before.get(record, {}), _release(run)) for record, one in unexplained.items()),
        not_taken_over=run.data.unread.get(EXPLANATIONS),
        not_looked_for=LEFT_OUT if thresholds_left_out(run.report) else None,
    )


def _given(run: Run) -> Iterator[Row]:
    """The rows of explanations as submitted."""
    checked = run.data.tables.get(EXPLANATIONS) if run.data else None
    if checked:
        for row in checked.text.frame.select(checked.table.names).iter_rows(named=True):
            yield {name: cell or "" for name, cell in row.items()}


def _release(run: Run) -> Row:
    submission = run.report.submission
    return {"provider_code": submission.provider_code or "", "period": submission.period or ""}


def _record(row: Row) -> tuple[str, str]:
    return row["rule_id"], row["record_key"]


def _together(first: Row | None, second: Row) -> Row:
    """One row for two that explain the same: both texts, and no reason until a person has chosen between them."""
    if first is None or first["explanation"] == second["explanation"]:
        return second
    return {**second, "reason_code": "", "explanation": f"{first['explanation']} / {second['explanation']}"}


def _standing(given: Iterable[Row], warnings: Mapping[tuple[str, str], Finding], open_rules: set[str]) -> Iterator[Row]:
    """The rows that explain a warning, and those of which nothing is known because their rule was not evaluated."""
    for row in given:
        warning = warnings.get(_record(row))
        if warning.explained if warning else row["rule_id"] in open_rules:
            yield row


def _to_fill(warning: Finding, before: Row, release: Row) -> Row:
    """The row for a warning. What was said of it before is offered; a reason only if the values are still the same."""
    same = before.get("values_hash") == warning.values_hash
    return {
        **release,
        "rule_id": warning.rule,
        "record_key": warning.record_key,
        "values_hash": warning.values_hash or "",
        "reason_code": before.get("reason_code", "") if same else "",
        "explanation": before.get("explanation", ""),
        "explained_by_role": before.get("explained_by_role", ""),
    }


def write(made: Draft, path: Path) -> None:
    """Write the draft as a CSV file that Excel opens as it is. A file that is there is never written over."""
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(made.header)
        writer.writerows([_cell(row[name]) for name in made.header] for row in (*made.standing, *made.to_fill))


def _cell(text: str) -> str:
    """A cell without patient data, and with an apostrophe before what a spreadsheet would run as a formula."""
    return guarded(masked(text))


def said(made: Draft, path: Path) -> str:
    """What was written, in words."""
    again = sum(bool(row["explanation"]) for row in made.to_fill)
    words = f"{path}: {counted(len(made.to_fill), 'row')} to fill in" if made.to_fill else f"{path}: nothing to fill in"
    words += f" ({again} with an earlier text to read again)" if again else ""
    words += f", and {counted(len(made.standing), 'row')} as before." if made.standing else "."
    words += "" if made.standing or made.to_fill else " It holds the header only."
    words += f" Nothing was taken over: {made.not_taken_over}." if made.not_taken_over else ""
    return words + (f" There may be more warnings: {made.not_looked_for}." if made.not_looked_for else "")
