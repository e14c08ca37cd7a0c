"""The built-in rules prove themselves like any other: each example is a step on a valid return, or a row's cells."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
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


@cache
def valid() -> dict[str, bytes]:
    """The files of a valid return."""
    return files_of(valid_return(STANDARD, "RZA", 1, "2006-07-Q4", 1), STANDARD)


def examples(check: str) -> dict[str, tuple[Rule, str, Any]]:
    """The examples of the rules that one check finds, each by its id: the rule, the kind and the example."""
    return {
        f"{rule.id}-{kind}-{number}": (rule, kind, example)
        for rule in STANDARD.rules.values()
        if rule.check == check
        for kind, examples in rule.examples.items()
        for number, example in enumerate(examples)
    }


FILES, CELLS = examples("reading"), examples("cells")


@pytest.mark.parametrize("example", FILES)
def test_the_examples_of_a_rule_on_files_hold(example: str, tmp_path: Path) -> None:
    rule, kind, steps = FILES[example]
    faults = {fault.rule for fault in faults_after(steps, tmp_path / "return")}
    assert (rule.id in faults) == (kind == "fails"), faults
    assert faults <= {rule.id}, "one fault, one finding"


def faults_after(steps: list[Any], folder: Path) -> tuple[FileFault, ...]:
    files: Any = dict(valid())
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


@cache
def findings() -> dict[str, tuple[Finding, ...]]:
    """Check the tables of all examples of rules on cells together; return the findings on each."""
    checked = check_tables([package_of(example) for _, _, example in CELLS.values()], STANDARD, None)
    expected = Release("RZA", "2006-07-Q4", STANDARD.quarters["2006-07-Q4"].ends)
    assert [tables.release for tables in checked] == [expected] * len(CELLS)
    return {name: tables.findings for name, tables in zip(CELLS, checked, strict=True)}


@pytest.mark.parametrize("example", CELLS)
def test_the_examples_of_a_rule_on_cells_hold(example: str) -> None:
    rule, kind, _ = CELLS[example]
    found = findings()[example]
    assert [finding.rule for finding in found] == ([rule.id] if kind == "fails" else []), found


def package_of(example: Mapping[str, Any]) -> Package:
    """Rows whose other cells hold their fields' examples, next to a register of one team."""
    table = STANDARD.tables[example["table"]]
    header, register = STANDARD.tables["return_header"], STANDARD.tables["team_register"]
    tables = {given.name: text_of(given, [{}]) for given in (header, register)}
    return Package("example", tables | {table.name: text_of(table, example.get("rows") or [example["cells"]])}, ())


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
