"""Each measure of completeness proves itself: its own examples give the numbers, the state and the words it says."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from tests.examples import GIVEN, PERIOD, table_of
from tests.levels import MEASURES, STANDARD, Measure

from crt_return.cell_counts import CELL_TYPES, ROW_TYPES
from crt_return.cell_findings import Release
from crt_return.completeness import CELLS, ROWS, level_counts
from crt_return.engines.duckdb import DuckDB
from crt_return.scope import NO_PRIOR, Data
from crt_return.tables import Checked

CASES = [
    pytest.param(measure, example, id=f"{measure.id}-{number}")
    for measure in MEASURES
    for number, example in enumerate(measure.examples)
]


@pytest.mark.parametrize(("measure", "example"), CASES)
def test_the_measures_own_examples_hold(measure: Measure, example: dict[str, Any]) -> None:
    data = example_data(example["tables"])
    team = None if measure.of == "provider" else GIVEN["team_id"]
    numerator, denominator = level_counts(measure, data).get(team, (None, None))
    if example["state"] == "not evaluated":
        assert numerator is None or denominator is None
        return
    assert (numerator, denominator) == (example["numerator"], example["denominator"])
    if not denominator:
        assert example["state"] == "not applicable"
        return
    value = (numerator or 0) / denominator
    assert value == pytest.approx(example["value"], abs=1e-9)
    assert example["state"] == ("met" if value >= measure.at_least else "not met")
    if "gap" in example:
        assert gap_words(measure, data, numerator or 0, denominator) == example["gap"]


def example_data(tables: dict[str, list[dict[str, Any]]]) -> Data:
    own = {name: table_of(table, tables.get(name, [])) for name, table in STANDARD.tables.items()}
    data = Data(DuckDB(), STANDARD, Checked(Release("RZA", PERIOD, None), own, {}, (), frozenset()), NO_PRIOR)
    for name, types in ((CELLS, CELL_TYPES), (ROWS, ROW_TYPES)):
        rows = [{column: {**GIVEN, **row}.get(column) for column in types} for row in tables.get(name, [])]
        data.engine.load(name, pl.DataFrame(rows, schema=types))
    data.load(("return_header", "team_register"))
    return data


def gap_words(measure: Measure, data: Data, numerator: int, denominator: int) -> str:
    given = f"(SELECT {numerator} AS numerator, {denominator} AS denominator)"
    words = {
        name: data.engine.query(f"SELECT {sql} AS v FROM {given}")["v"][0] for name, sql in measure.gap_values.items()
    }
    if measure.detail:
        words["detail"] = data.engine.query(measure.detail)["value"][0]
    return measure.gap.format(**words)
