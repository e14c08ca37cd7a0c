"""Judge many returns in one batch, at a tenth of the cost of judging them one by one.

`test_batch.py` shows that a return gets the same report in a batch as alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crt_return.finding import DEFAULT_CAP
from crt_return.reading import read_package
from crt_return.reading.model import Package, Unreadable
from crt_return.sampling.scene import Tables
from crt_return.sampling.writing import files_of, write_folder
from crt_return.scope import NO_PRIOR
from crt_return.standard import load_standard
from crt_return.tables import Checked, check_tables
from crt_return.thresholds import answers
from crt_return.validate import Run, assessed, concluded, examine, unreadable
from tests.conftest import PlainJudge

STANDARD = load_standard()


@dataclass(frozen=True)
class Scenario:
    """A return and, if given, the previous quarter's return: each is a path, or tables to write first."""

    given: Tables | Path
    prior: Tables | Path | None = None


@dataclass(frozen=True)
class Sent:
    """A return as read, and the checked previous return or why there is none."""

    package: Package
    prior: Checked | str = NO_PRIOR


def sent(path: Path, prior: Path | None = None) -> Sent:
    """Read a return and the previous one. Raises Unreadable."""
    return Sent(read_package(path, STANDARD), _checked(prior) if prior else NO_PRIOR)


def judge(
    scenarios: Mapping[str, Scenario | Tables | Path],
    folder: Path | None = None,
    *,
    thresholds: bool = True,
    cap: int | None = DEFAULT_CAP,
) -> dict[str, Run]:
    """Judge all scenarios in one batch, and return the run of each by its name.

    Tables and paths alone are scenarios without a previous return. Tables are written below `folder`, each return to
    a folder of its own.
    """
    whole = {name: one if isinstance(one, Scenario) else Scenario(one) for name, one in scenarios.items()}
    paths = {name: _on_disk(one.given, folder, f"{n}") for n, (name, one) in enumerate(whole.items())}
    priors: dict[int, Checked | str] = {id(None): NO_PRIOR}
    for n, one in enumerate(whole.values()):
        if one.prior is not None and id(one.prior) not in priors:
            priors[id(one.prior)] = _checked(_on_disk(one.prior, folder, f"{n}-prior"))
    packages: dict[str, Package] = {}
    runs: dict[str, Run] = {}
    for name, path in paths.items():
        try:
            packages[name] = read_package(path, STANDARD)
        except Unreadable as error:
            runs[name] = Run(unreadable(path, error.fault, STANDARD), path)
    read = [Sent(package, priors[id(whole[name].prior)]) for name, package in packages.items()]
    runs |= zip(packages, judged(read, thresholds=thresholds, cap=cap), strict=True) if read else ()
    return {name: runs[name] for name in scenarios}


def judged(batch: Sequence[Sent], *, thresholds: bool = True, cap: int | None = DEFAULT_CAP) -> list[Run]:
    """Judge returns that are read already in one batch."""
    examined = examine([each.package for each in batch], [each.prior for each in batch], STANDARD, cap=cap)
    if not thresholds:
        return concluded(examined, None)
    assessments = assessed(examined)
    questions = [assessment.question for assessment in assessments]
    missed = answers(questions, STANDARD, PlainJudge())  # type: ignore[arg-type]  # answers as the library does
    return concluded(examined, assessments, missed)


def differing(returns: Mapping[str, Sent], cap: int | None = DEFAULT_CAP) -> list[str]:
    """Name the returns whose report in a batch differs by a byte from their report alone."""
    together = dict(zip(returns, judged([*returns.values()], cap=cap), strict=True))
    alone = {name: judged([each], cap=cap)[0] for name, each in returns.items()}
    return [name for name in returns if _bytes(together[name]) != _bytes(alone[name])]


def _checked(path: Path) -> Checked:
    return check_tables([read_package(path, STANDARD)], STANDARD, None)[0]


def _on_disk(given: Tables | Path, folder: Path | None, name: str) -> Path:
    if isinstance(given, Path):
        return given
    assert folder is not None, "tables need a folder to be written to"
    files = files_of(given, STANDARD, described=False)  # the descriptor of a folder is not read
    return write_folder(files, folder / name)


def _bytes(run: Run) -> str:
    return json.dumps(run.report.as_dict())
