"""Every rule proves itself: its own examples pass, fail or are left unjudged, as its file says."""

from __future__ import annotations

from functools import cache

import pytest
from tests.examples import judged_examples

from crt_return.rules import Judged
from crt_return.standard import load_standard

STANDARD = load_standard()
RULES = {rule.id: rule for rule in STANDARD.rules.values() if not rule.check}
CASES = [
    pytest.param(rule.id, kind, number, id=f"{rule.id}-{kind}-{number}")
    for rule in RULES.values()
    for kind, examples in rule.examples.items()
    for number in range(len(examples))
]


@cache
def verdicts(rule: str) -> dict[tuple[str, int], Judged]:
    """Judge all examples of a rule in one batch, each by its kind and number."""
    examples = {
        (kind, number): example
        for kind, examples in RULES[rule].examples.items()
        for number, example in enumerate(examples)
    }
    return dict(zip(examples, judged_examples(RULES[rule], [*examples.values()], STANDARD), strict=True))


@pytest.mark.parametrize(("rule", "kind", "number"), CASES)
def test_example_of_a_rule_has_the_stated_outcome(rule: str, kind: str, number: int) -> None:
    judged = verdicts(rule)[kind, number]
    assert not any("at fault" in because for because in judged.because), "an example must be well formed"
    outcomes = {"fails": bool(judged.findings), "passes": not judged.findings and not judged.because}
    outcomes["not_judged"] = not judged.findings and bool(judged.because)
    assert outcomes[kind], (judged.findings, judged.because)
