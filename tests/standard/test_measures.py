"""Every measure proves itself: its worked examples give the value, the state and the words its file says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.examples import PERIOD, measured_example

from crt_return.measure import LEVELS, Measure
from crt_return.standard import load_standard

STANDARD = load_standard()
MEASURES = [pytest.param(measure, id=measure.id) for measure in STANDARD.measures.values()]
EXAMPLES = [
    pytest.param(measure, example, id=f"{measure.id}-{example['shows'].replace(' ', '-')}")
    for measure in STANDARD.measures.values()
    for example in measure.examples
]


@pytest.mark.parametrize(("measure", "example"), EXAMPLES)
def test_a_worked_example_gives_what_its_file_says(measure: Measure, example: Mapping[str, Any]) -> None:
    (one,) = measured_example(measure, example["tables"], STANDARD)
    found = {"numerator": one.numerator, "denominator": one.denominator, "value": one.value}
    wanted = {name: example.get(name) for name in found}
    assert one.state == example["state"], (one.because, found)
    assert {name: number is not None for name, number in found.items()} == {
        name: number is not None for name, number in wanted.items()
    }, found
    for name, number in wanted.items():
        assert number is None or found[name] == pytest.approx(number, abs=5e-4), name
    for name in ("gap", "detail"):
        assert name not in example or getattr(one, name) == example[name]


@pytest.mark.parametrize("measure", MEASURES)
def test_the_examples_of_a_measure_show_every_edge(measure: Measure) -> None:
    shown = [example["state"] for example in measure.examples]
    threshold = measure.threshold(STANDARD.quarters[PERIOD].starts)
    assert threshold is not None
    assert "not evaluated" in shown, "an input is missing"
    assert not measure.denominator or "not applicable" in shown, "the denominator is 0"
    assert measure.kind != "share" or "not assessed" in shown, "fewer than the small number"
    assert "not met" in shown
    assert threshold.met is None or "met" in shown or threshold.strong == threshold.met
    assert threshold.strong is None or "strong" in shown


@pytest.mark.parametrize("measure", MEASURES)
def test_the_examples_of_a_measure_stand_on_each_threshold(measure: Measure) -> None:
    threshold = measure.threshold(STANDARD.quarters[PERIOD].starts)
    assert threshold is not None
    values = [example["value"] for example in measure.examples if example.get("value") is not None]
    for level in LEVELS:
        limit = threshold.limit(level)
        if limit and not (level == "strong" and measure.strong_numerator):
            assert any(value == pytest.approx(limit.number, abs=1e-9) for value in values), limit
