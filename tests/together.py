"""Returns judged together and alone, to be compared: their reports have to be the same to the byte."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crt_return.reading import read_package
from crt_return.reading.model import Package
from crt_return.scope import NO_PRIOR
from crt_return.standard import load_standard
from crt_return.tables import Checked, check_tables
from crt_return.thresholds import answers
from crt_return.validate import assessed, concluded, examine
from tests.conftest import PlainJudge

STANDARD = load_standard()


@dataclass(frozen=True)
class Sent:
    """A return as read, and the one before it, if it is given."""

    package: Package
    prior: Checked | str = NO_PRIOR


def sent(path: Path, prior: Path | None = None) -> Sent:
    before = check_tables([read_package(prior, STANDARD)], STANDARD, None)[0] if prior else NO_PRIOR
    return Sent(read_package(path, STANDARD), before)


def reports(batch: Sequence[Sent], cap: int | None = 1000) -> list[str]:
    """The reports on returns that are judged together."""
    examined = examine([one.package for one in batch], [one.prior for one in batch], STANDARD, cap=cap)
    assessments = assessed(examined)
    asked = [one.question for one in assessments]
    missed = answers(asked, STANDARD, PlainJudge())  # type: ignore[arg-type]  # the same to ask
    return [json.dumps(one.report.as_dict()) for one in concluded(examined, assessments, missed)]


def differing(returns: Mapping[str, Sent], cap: int | None = 1000) -> list[str]:
    """Those of the returns whose report is another when they are judged together."""
    together = reports(list(returns.values()), cap)
    alone = [reports([one], cap)[0] for one in returns.values()]
    return [name for name, one, other in zip(returns, together, alone, strict=True) if one != other]
