"""Golden files: the report on every sample return and on every return of the conformance kit.

Each report is a text of one value a line, so that a change of behaviour or wording shows as a small diff. The reports
on the samples and on the plain valid return of the kit are whole. Any other report of the kit is its difference from
the plain valid one: lines that go ("- ") and lines that come ("+ ").

`python -m tests.golden` writes them again after a change that is meant.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import Any

from crt_return.conformance.kit import JudgedKit, judge_kit
from crt_return.finding import Report
from crt_return.standard import load_standard
from tests.batches import Scenario, judge

GOLDEN = Path(__file__).with_name("golden")
SAMPLES = Path(__file__).parents[1] / "sample_data"
PREVIOUS = SAMPLES / "previous"
PLAIN = "kit/valid/plain.txt"
NAMES = ("rule", "team_id", "requirement", "measure", "level", "field")
"""The fields that tell the objects of a list apart."""


def sample_reports() -> dict[str, str]:
    """Judge every sample with last quarter's return, the valid one without it too, and write each report as text."""
    paths = [path for path in (*SAMPLES.iterdir(), *(SAMPLES / "invalid").iterdir()) if _is_return(path)]
    named = {f"samples/{path.relative_to(SAMPLES).as_posix()}.txt": path for path in sorted(paths)}
    scenarios = {name: Scenario(path, PREVIOUS) for name, path in named.items()}
    scenarios["samples/valid-without-prior.txt"] = Scenario(SAMPLES / "valid")
    return {name: text(run.report) for name, run in judge(scenarios).items()}


def kit_reports(kit: JudgedKit) -> dict[str, str]:
    """Write the report on every return of the kit as text: the plain valid one whole, the others by what differs."""
    texts = {f"kit/{judged.made.name}.txt": text(judged.report) for judged in (*kit.valid, *kit.faulty)}
    plain = texts[PLAIN]
    return {name: own if name == PLAIN else difference(plain, own) for name, own in texts.items()}


def text(report: Report) -> str:
    """Write a report as one value a line, without the path of the return."""
    content = json.loads(json.dumps(report.as_dict()))
    del content["submission"]["path"]
    verdicts = content.pop("rules")
    lines = [f"{verdict} {rule}" for verdict in ("passed", "failed") for rule in verdicts[verdict]]
    lines += _lines("not_evaluated", verdicts["not_evaluated"])
    lines += (line for name, value in content.items() for line in _lines(name, value))
    return "".join(f"{line}\n" for line in lines)


def difference(plain: str, own: str) -> str:
    """The lines that are not in both texts."""
    _, _, *lines = [*unified_diff(plain.splitlines(keepends=True), own.splitlines(keepends=True), n=0)] or ["", ""]
    return "".join(f"{line[0]} {line[1:]}" for line in lines if not line.startswith("@@"))


def _lines(name: str, value: Any) -> Iterator[str]:
    """A line for each object, with its plain fields; the lists and objects in it follow in lines of their own."""
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for n, each in enumerate(value):
            yield from _lines(f"{name}[{next((each[key] for key in NAMES if each.get(key)), n)}]", each)
    elif isinstance(value, dict) and not name.startswith("findings["):
        nested = {key: each for key, each in value.items() if isinstance(each, list | dict)}
        yield f"{name} {_json({key: each for key, each in value.items() if key not in nested})}"
        for key, each in nested.items():
            yield from _lines(f"{name}.{key}", each)
    else:
        yield f"{name} {_json(value)}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _is_return(path: Path) -> bool:
    return path.suffix not in (".md", ".py", ".csv") and path.name not in ("invalid", "__pycache__")


def kept(part: str, folder: Path = GOLDEN) -> dict[str, str]:
    """The golden files of a part (all of them: ""), by their names below the folder."""
    paths = sorted((folder / part).rglob("*.txt"))
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def write(texts: Mapping[str, str], folder: Path = GOLDEN) -> None:
    """Write reports as files below the folder."""
    for name, content in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    again = {**sample_reports(), **kit_reports(judge_kit(load_standard()))}
    shutil.rmtree(GOLDEN, ignore_errors=True)
    write(again)
