"""Every measure proves itself: its worked examples give the value, the state and the words its file says."""

from __future__ import annotations

from functools import cache

import pytest
from tests.examples import PERIOD, measured_examples

from crt_return.measure import LEVELS, Measure
from crt_return.measured import Measured
from crt_return.standard import load_standard

STANDARD = load_standard()
MEASURES = [pytest.param(measure, id=measure.id) for measure in STANDARD.measures.values()]
EXAMPLES = [
    pytest.param(measure, number, id=f"{measure.id}-{example['shows'].replace(' ', '-')}")
    for measure in STANDARD.measures.values()
    for number, example in enumerate(measure.examples)
]


@cache
def results(measure: str) -> list[list[Measured]]:
    """Compute a measure on all its examples in one batch."""
    tables = [example["tables"] for example in STANDARD.measures[measure].examples]
    return measured_examples(STANDARD.measures[measure], tables, STANDARD)


@pytest.mark.parametrize(("measure", "number"), EXAMPLES)
def test_worked_example_gives_the_stated_result(measure: Measure, number: int) -> None:
    example = measure.examples[number]
    (result,) = results(measure.id)[number]
    found = {"numerator": result.numerator, "denominator": result.denominator, "value": result.value}
    wanted = {name: example.get(name) for name in found}
    assert result.state == example["state"], (result.because, found)
    assert {name: figure is not None for name, figure in found.items()} == {
        name: figure is not None for name, figure in wanted.items()
    }, found
    for name, figure in wanted.items():
        assert figure is None or found[name] == pytest.approx(figure, abs=5e-4), name
    for name in ("gap", "detail"):
        assert name not in example or getattr(result, name) == example[name]


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
