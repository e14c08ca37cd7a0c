"""Great Expectations: which rows of the wide table of measures miss which threshold. The one door to the library.

Its import takes seconds, so it is done in a process of its own that starts with the work and imports while the
return is being checked; that process is this file run as a program, and speaks JSON. The file imports nothing of this
package, all of which the process would have to load. It decides nothing: the suites come from `thresholds.py`, and so
does what a missed threshold means. It sends nothing over the network: the library's usage reports are switched off.
"""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from pathlib import Path
from types import ModuleType
from typing import Any

Suite = Mapping[str, Any]
Rows = Sequence[Mapping[str, Any]]
COLUMNS_OF_TEXT = ("provider_code", "team_id")
DOCS, RESULTS = "data_docs", "results"
COMMAND = (sys.executable, "-P", "-X", "utf8", __file__)  # -P: nothing of the folder this file lies in
WHOLE = "whole"
RESULT_FORMAT = {"result_format": "COMPLETE", "return_unexpected_index_query": False}  # a query for pandas takes time


@dataclass(frozen=True)
class Missed:
    """The rows of the wide table, counted from 0, that miss a level of a measure."""

    measure: str
    level: str
    rows: tuple[int, ...]


class Expectations:
    """A process that has Great Expectations, started before it is needed. Use it in a `with` statement."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # its warnings may print values
        )

    def __enter__(self) -> Expectations:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def missed(self, suites: Sequence[Suite], rows: Rows, results: Path | None = None) -> list[Missed]:
        """What the rows miss. With `results`, the library's own results and pages are kept in that folder."""
        request = {"suites": suites, "rows": rows, "results": str(results.resolve()) if results else None}
        answer = self._answer(json.dumps(request).encode())
        if not answer:
            raise RuntimeError("Great Expectations ended without an answer")
        reply = json.loads(answer)
        if "failed" in reply:
            raise RuntimeError(f"Great Expectations failed: {reply['failed']}")
        return [Missed(one["measure"], one["level"], tuple(one["rows"])) for one in reply["missed"]]

    def _answer(self, request: bytes) -> bytes:
        """One line for one line; nothing where the process has ended."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the process has pipes, and was started with them")
        with suppress(BrokenPipeError):
            self._process.stdin.write(request + b"\n")
            self._process.stdin.flush()
        return self._process.stdout.readline()


def missed(gx: ModuleType, suites: Sequence[Suite], rows: Rows, results: str | None) -> list[dict[str, Any]]:
    """Every suite judged on the same rows, in one run; `rows` has a row for each team, with the same columns."""
    import pandas as pd

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    data = context.data_sources.add_pandas("measures").add_dataframe_asset("teams")
    batches = data.add_batch_definition_whole_dataframe("all")
    frame = pd.DataFrame(rows)
    numbers = {name: "float64" for name in frame.columns if name not in COLUMNS_OF_TEXT}
    given = {"dataframe": frame.astype(numbers)}
    asked = [gx.ExpectationSuite(**suite) for suite in suites]
    if results:
        judged = _kept(gx, context, batches, asked, given, Path(results))
    else:
        batch = batches.get_batch(given)
        judged = [batch.validate(suite, result_format=RESULT_FORMAT) for suite in asked]
    return [_missed(one) for suite in judged for one in suite.results]


def _missed(result: Any) -> dict[str, Any]:
    """One expectation's rows. An expectation that could not be judged is a fault of ours, never a pass."""
    if result.exception_info.get("raised_exception"):
        raise RuntimeError(f"the expectation on {result.expectation_config.kwargs['column']} could not be judged")
    meta = result.expectation_config.meta
    return {
        "measure": meta["measure"],
        "level": meta["level"],
        "rows": [int(row) for row in result.result["unexpected_index_list"] or ()],
    }


def _kept(
    gx: ModuleType, context: Any, batches: Any, asked: Sequence[Any], given: Mapping[str, Any], folder: Path
) -> list[Any]:
    """The same results with a record of the run, which takes longer; kept as files, a suite each, and as pages."""
    run = {"run_id": gx.RunIdentifier(run_time=datetime.now(UTC)), "batch_parameters": given}
    judged = [_recorded(gx, context, batches, suite).run(**run, result_format=RESULT_FORMAT) for suite in asked]
    (folder / RESULTS).mkdir(parents=True, exist_ok=True)
    for one in judged:
        path = folder / RESULTS / f"{one.suite_name}.json"
        path.write_text(json.dumps(one.to_json_dict(), indent=1) + "\n", encoding="utf-8")
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder / DOCS)}
    site = {"class_name": "SiteBuilder", "store_backend": store}
    context.add_data_docs_site(DOCS, {**site, "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"}})
    context.build_data_docs(site_names=[DOCS])
    return judged


def _recorded(gx: ModuleType, context: Any, batches: Any, suite: Any) -> Any:
    own = gx.ValidationDefinition(name=suite.name, data=batches, suite=context.suites.add(suite))
    return context.validation_definitions.add(own)


class _Spared(MetaPathFinder):
    """Keeps the import to what a check of ranges in memory needs.

    Parts that are never called load when something of them is asked for. Databases and Spark, which the library looks
    for and does without, are not found. Its other sources of data (files, databases, clouds) are there in name alone.
    """

    when_used = frozenset({"altair", "scipy.stats"})
    never = frozenset({"pyspark", "sqlalchemy"})
    in_name_alone = re.compile(r"great_expectations\.datasource\.fluent\.(?!pandas_datasource|invalid_)\w+_datasource")

    def find_spec(self, fullname: str, path: Sequence[str] | None, *_: object) -> ModuleSpec | None:
        """The module's spec, with a loader of our own; None for any module that is not spared."""
        if fullname in self.never:
            raise ModuleNotFoundError(f"{fullname} is not needed here", name=fullname)
        if self.in_name_alone.fullmatch(fullname):
            return ModuleSpec(fullname, _InNameAlone())
        spec = PathFinder.find_spec(fullname, path) if fullname in self.when_used else None
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec


class _InNameAlone(Loader):
    """Makes a module in which every name stands for an empty class."""

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its answer to every name."""
        module.__getattr__ = _empty_class  # type: ignore[method-assign]


def _empty_class(name: str) -> type:
    if name.startswith("__"):
        raise AttributeError(name)
    return type(name, (), {})


def great_expectations(finder: MetaPathFinder | None = None) -> ModuleType:
    """The library, imported without its usage reports; modules are looked for by `finder` first."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    sys.meta_path[:0] = [finder] if finder else []
    try:
        import great_expectations as library

        return library
    finally:
        sys.meta_path[:] = [one for one in sys.meta_path if one is not finder]


def main() -> None:
    """Answer the requests from standard input, a line each.

    A version of the library that cannot be imported in part is imported whole, by a process in this one's place: that
    takes longer, and judges the same.
    """
    gc.disable()  # mostly the process ends with its first answer
    out, sys.stdout = sys.stdout, sys.stderr  # what the library prints is not part of the answer
    spared = sys.argv[1:] != [WHOLE]
    try:
        gx = great_expectations(_Spared() if spared else None)
    except Exception:
        if not spared:
            raise
        sys.exit(subprocess.run([*COMMAND, WHOLE], check=False).returncode)
    for request in sys.stdin:
        out.write(json.dumps(_reply(gx, request)) + "\n")
        out.flush()
        gc.enable()


def _reply(gx: ModuleType, request: str) -> dict[str, Any]:
    """The answer to one request. An error is told by its kind alone: its text may hold values."""
    try:
        return {"missed": missed(gx, **json.loads(request))}
    except Exception as error:
        return {"failed": type(error).__name__}


if __name__ == "__main__":
    main()
