"""The built-in rules prove themselves like any other: each example is a step on a valid return, or a row's cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.examples import GIVEN

from crt_return.cell_findings import Release
from crt_return.finding import Finding
from crt_return.reading.model import ROW, FileFault, Package, TextTable, Unreadable
from crt_return.reading.package import read_package
from crt_return.sampling.file_steps import Link, apply_file_step
from crt_return.sampling.valid import valid_return
from crt_return.sampling.writing import files_of, return_path
from crt_return.standard import Rule, Standard, Table, load_standard
from crt_return.tables import check_tables

STANDARD: Standard = load_standard()
VALID = files_of(valid_return(STANDARD, "RZA", 1, "2006-07-Q4", 1), STANDARD)


def cases(check: str) -> list[Any]:
    return [
        pytest.param(rule, kind, example, id=f"{rule.id}-{kind}-{number}")
        for rule in STANDARD.rules.values()
        if rule.check == check
        for kind, examples in rule.examples.items()
        for number, example in enumerate(examples)
    ]


@pytest.mark.parametrize(("rule", "kind", "steps"), cases("reading"))
def test_the_examples_of_a_rule_on_files_hold(rule: Rule, kind: str, steps: list[Any], tmp_path: Path) -> None:
    faults = {fault.rule for fault in faults_after(steps, tmp_path / "return")}
    assert (rule.id in faults) == (kind == "fails"), faults
    assert faults <= {rule.id}, "one fault, one finding"


def faults_after(steps: list[Any], folder: Path) -> tuple[FileFault, ...]:
    files: Any = dict(VALID)
    for step in steps:
        files = apply_file_step(files, step)
    folder.mkdir()
    for name, content in files.items():
        if isinstance(content, Link):
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to(content.to)
        else:
            (folder / name).write_bytes(content)
    try:
        return read_package(return_path(folder), STANDARD).faults
    except Unreadable as refused:
        return (refused.fault,)


@pytest.mark.parametrize(("rule", "kind", "example"), cases("cells"))
def test_the_examples_of_a_rule_on_cells_hold(rule: Rule, kind: str, example: dict[str, Any]) -> None:
    findings = findings_on(STANDARD.tables[example["table"]], example.get("rows") or [example["cells"]])
    assert [one.rule for one in findings] == ([rule.id] if kind == "fails" else []), findings


def findings_on(table: Table, rows: list[dict[str, str]]) -> tuple[Finding, ...]:
    """The findings on rows whose other cells hold their fields' own examples, beside a register of one team."""
    header, register = STANDARD.tables["return_header"], STANDARD.tables["team_register"]
    tables = {one.name: text_of(one, [{}]) for one in (header, register)} | {table.name: text_of(table, rows)}
    (checked,) = check_tables([Package("example", tables, ())], STANDARD, None)
    assert checked.release == Release("RZA", "2006-07-Q4", STANDARD.quarters["2006-07-Q4"].ends)
    return checked.findings


def text_of(table: Table, rows: list[dict[str, str]]) -> TextTable:
    filled = [
        {**{f.name: f.example for f in table.fields}, **{n: v for n, v in GIVEN.items() if n in table.field}}
        for _ in rows
    ]
    cells = [
        {name: value or None for name, value in {**whole, **row}.items()}
        for whole, row in zip(filled, rows, strict=True)
    ]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(table.names, pl.String)).with_row_index(ROW, offset=2)
    return TextTable(table.name, table.file, table.names, frame)
