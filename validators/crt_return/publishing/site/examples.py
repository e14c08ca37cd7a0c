"""The examples of a rule as small tables, whatever form the standard's file gives them in.

It shows the examples as they are written: cells left out there are left out here. It judges nothing; the tests of the
standard do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crt_return.finding import shown
from crt_return.standard import Rule

PERIOD = "2006-07-Q4"
GIVEN = {"provider_code": "RZA", "period": PERIOD, "team_id": "RZA-T01", "team_status": "open"}
"""What a cell left out of an example holds; every other such cell is blank."""

HEADINGS = {"passes": "Passes", "fails": "Fails", "not_judged": "Not judged"}
PRIOR = "prior."
NO_STEP = "A valid return as it is."


@dataclass(frozen=True)
class Shown:
    """One small table of an example under its caption; without columns, the caption says it all."""

    caption: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def examples_of(rule: Rule) -> list[tuple[str, list[list[Shown]]]]:
    """The examples under their headings, each as the small tables it is made of."""
    return [(HEADINGS[kind], [_example(rule, one) for one in given]) for kind, given in rule.examples.items()]


def note_on(rule: Rule) -> str:
    """What has to be known to read the examples of a rule."""
    if rule.check == "reading":
        return "Each example changes the files of a valid return. They run as tests of the standard."
    if rule.check == "cells":
        return "Cells left out hold the example of their field. The examples run as tests of the standard."
    if rule.check == "thresholds":
        return "Each example gives a team's measures. They run as tests of the standard."
    given = ", ".join(f"`{name}` {value}" for name, value in GIVEN.items())
    return f"Cells left out are blank, but for {given}. The examples run as tests of the standard."


def _example(rule: Rule, example: Any) -> list[Shown]:
    if rule.check == "reading":
        return [_step(step) for step in example] or [Shown(NO_STEP)]
    if rule.check == "cells":
        return [_rows(example["table"], example.get("rows") or [example["cells"]])]
    if rule.check == "thresholds":
        return [_rows("The measures of a team", [example])]
    if all(isinstance(rows, list) for rows in example.values()):
        return [_rows(table, rows) for table, rows in example.items()]
    return [_rows(rule.table, [example])]


def _rows(table: str, rows: Sequence[Mapping[str, Any]]) -> Shown:
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    if not columns:
        return Shown(f"{_place(table)}: {_count(len(rows))}")
    return Shown(f"{_place(table)}:", columns, tuple(_cells(row, columns) for row in rows))


def _count(rows: int) -> str:
    return {0: "no row.", 1: "one row."}.get(rows, f"{rows} such rows.")


def _place(table: str) -> str:
    name = table.removeprefix(PRIOR)
    code = name if " " in name else f"`{name}`"
    return f"{code} of last quarter" if table.startswith(PRIOR) else code


def _cells(row: Mapping[str, Any], columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(exact(row[name] if name in row else GIVEN.get(name)) for name in columns)


def exact(value: Any) -> str:
    """A value with all its decimals, as the standard's file has it; nothing for nothing."""
    if value is None:
        return ""
    return f"{value:.10f}".rstrip("0").rstrip(".") if isinstance(value, float) else shown(value)


def _step(step: Mapping[str, Any]) -> Shown:
    """A step on a file, in words."""
    file = "every file" if step["file"] == "*" else f"`{step['file']}`"
    ((action, value),) = ((name, given) for name, given in step.items() if name != "file")
    match action:
        case "remove":
            return Shown(f"{file} is taken away.")
        case "rename":
            return Shown(f"{file} is called `{value}` instead.")
        case "encode":
            return Shown(f"{file} is saved as {value}.")
        case "link":
            return Shown(f"{file} is a link to `{value}`.")
        case "replace":
            return Shown(f"In {file}, in its place:", ("was", "is"), tuple(_pairs(value)))
        case "workbook":
            return _in_workbook(value)
        case _:
            return Shown(f"{file} holds:", ("its text",), ((_visible(str(value)),),))


def _in_workbook(cells: Mapping[str, Mapping[str, str | float]]) -> Shown:
    """A return as a workbook, in words, with what is written over."""
    over = [(sheet, cell, _visible(shown(value))) for sheet, own in cells.items() for cell, value in own.items()]
    if not over:
        return Shown("The return is sent as a workbook.")
    return Shown("The return is sent as a workbook; in it:", ("sheet", "cell", "holds"), tuple(over))


def _pairs(replaced: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    return ((_visible(old), _visible(new)) for old, new in replaced.items())


def _visible(text: str) -> str:
    """A text with its line ends and tabs made visible."""
    return text.encode("unicode_escape").decode("ascii") or "(nothing)"
