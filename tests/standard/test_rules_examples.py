"""Every rule proves itself: its own examples pass, fail or are left unjudged, as its file says."""

from __future__ import annotations

from typing import Any

import pytest
from tests.examples import judged_example

from crt_return.standard import Rule, load_standard

STANDARD = load_standard()
CASES = [
    pytest.param(rule, kind, example, id=f"{rule.id}-{kind}-{number}")
    for rule in STANDARD.rules.values()
    if not rule.check
    for kind, examples in rule.examples.items()
    for number, example in enumerate(examples)
]


@pytest.mark.parametrize(("rule", "kind", "example"), CASES)
def test_the_rules_own_examples_hold(rule: Rule, kind: str, example: dict[str, Any]) -> None:
    judged = judged_example(rule, example, STANDARD)
    assert not any("at fault" in because for because in judged.because), "an example must be well formed"
    outcomes = {"fails": bool(judged.findings), "passes": not judged.findings and not judged.because}
    outcomes["not_judged"] = not judged.findings and bool(judged.because)
    assert outcomes[kind], (judged.findings, judged.because)
