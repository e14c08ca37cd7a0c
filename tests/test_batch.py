"""A return gets the same report, to the byte, in a batch as alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from crt_return.batch import Batch
from crt_return.engines.duckdb import DuckDB
from crt_return.reading.model import Unreadable
from crt_return.rules import faulty, judged_rows, reads_from, sql_rules
from crt_return.sampling.faults import plant
from crt_return.sampling.scene import Tables
from crt_return.sampling.valid import two_quarters
from crt_return.sampling.writing import files_of, write_folder
from crt_return.scope import PRIOR, Data
from crt_return.sql import for_each_return
from crt_return.standard import Rule
from tests.batches import STANDARD, Sent, differing, sent
from tests.conftest import PlainJudge
from tests.examples import example_return

SAMPLES = Path(__file__).parents[1] / "sample_data"
ALWAYS_CHOSEN = ("HDR-11", "PKG-07", "GTK-04")  # a nil return, a team not in the register, counts that do not add up


@cache
def quarters() -> tuple[Tables, Tables]:
    """The previous and the current return of RZA."""
    return two_quarters(STANDARD, "RZA", 2, "2006-07-Q4", 1)


def kinds(rule: Rule) -> set[tuple[str, object]]:
    """What a rule is an example of: a table, a severity and a way to be judged."""
    judged_by = rule.check or ("must" if rule.must else "select")
    return {
        ("table", rule.table),
        ("severity", rule.severity),
        ("judged by", judged_by),
        ("level", (judged_by, rule.level)),
        ("reads last quarter", reads_from(rule, PRIOR)),
    }


def chosen_rules() -> list[str]:
    """Choose the first rule of each kind; `test_faults_trip.py` judges the faults of all rules once."""
    covered = {kind for name in ALWAYS_CHOSEN for kind in kinds(STANDARD.rules[name])}
    chosen = [*ALWAYS_CHOSEN]
    for rule in STANDARD.rules.values():
        if not kinds(rule) <= covered:
            covered |= kinds(rule)
            chosen.append(rule.id)
    return chosen


def planted(folder: Path, rule: str, prior: Sent) -> Sent:
    """A return of RZA with one fault in it."""
    fault = plant(quarters()[1], rule, STANDARD, "RZA-T02")
    return Sent(sent(write_folder(fault.files(STANDARD), folder)).package, prior.prior)


def others(folder: Path) -> dict[str, Sent]:
    """Valid returns of other providers, one of them with fewer teams."""
    found = {}
    for provider, teams in (("RZB", 2), ("RZC", 1)):
        before, now = two_quarters(STANDARD, provider, teams, "2006-07-Q4", 1)
        paths = [write_folder(files_of(of, STANDARD), folder / f"{provider}{n}") for n, of in enumerate((now, before))]
        found[provider] = sent(*paths)
    return found


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sent]:
    """Returns to judge with every fault: the same provider without a fault, and two others."""
    folder = tmp_path_factory.mktemp("near")
    before, now = (write_folder(files_of(of, STANDARD), folder / str(n)) for n, of in enumerate(quarters()))
    return {"RZA": sent(now, before), **others(folder)}


def readable(paths: Iterator[Path], prior: Path | None = None) -> dict[str, Sent]:
    """Those of the paths that are returns."""
    found = {}
    for path in paths:
        try:
            found[str(path.relative_to(SAMPLES))] = sent(path, prior)
        except Unreadable:
            continue
    return found


@pytest.mark.slow
def test_fault_of_every_kind_is_found_in_its_return_alone(tmp_path: Path, near: dict[str, Sent]) -> None:
    faults = {rule: planted(tmp_path / rule, rule, near["RZA"]) for rule in chosen_rules()}
    assert differing({**near, **faults}) == []


@pytest.mark.slow
def test_rows_past_the_cap_are_counted_for_each_return(tmp_path: Path, near: dict[str, Sent]) -> None:
    faults = {rule: planted(tmp_path / rule, rule, near["RZA"]) for rule in ("RSP-07", "GTK-01")}
    assert differing(faults, cap=0) == []


@pytest.mark.slow
def test_returns_with_nothing_in_common_do_not_touch_each_other() -> None:
    plain = readable(iter([*SAMPLES.iterdir(), *(SAMPLES / "invalid").iterdir()]))
    after = readable(iter([SAMPLES / "valid", SAMPLES / "invalid/rich", SAMPLES / "fidelity"]), SAMPLES / "previous")
    assert len(plain) > 10
    assert differing({**plain, **{f"{name} after another": one for name, one in after.items()}}) == []


QUERIES = {
    "rows": "SELECT team_id FROM team_register",
    "a count of the table": "SELECT COUNT(*) AS n FROM team_register HAVING COUNT(*) > 1",
    "a count of nothing": "SELECT COUNT(*) AS n FROM gatekeeping",
    "a cross join": "SELECT h.period, x.n FROM return_header h CROSS JOIN (SELECT COUNT(*) AS n FROM team_register) x",
    "a join by team": "SELECT a.team_id FROM team_register a JOIN referrals b ON b.team_id = a.team_id",
    "what is not": "SELECT team_id FROM team_register WHERE team_id NOT IN (SELECT team_id FROM referrals)",
    "what exists": "SELECT team_id FROM team_register t WHERE EXISTS (SELECT 1 FROM referrals r WHERE r.received > 5)",
    "an outer join": "SELECT t.team_id, r.received FROM team_register t LEFT JOIN referrals r USING (team_id)",
    "a single value": "SELECT team_id, (SELECT MAX(received) FROM referrals) AS most FROM team_register",
    "a window": "SELECT team_id, ROW_NUMBER() OVER (ORDER BY team_id DESC) AS n FROM team_register",
    "a union": "SELECT COUNT(*) AS n FROM team_register UNION ALL SELECT COUNT(*) FROM referrals",
    "what both have": "SELECT team_id FROM team_register INTERSECT SELECT team_id FROM referrals",
    "distinct": "SELECT DISTINCT team_status FROM team_register",
    "the first rows": "SELECT team_id FROM team_register ORDER BY team_id DESC LIMIT 1",
    "a name of its own": "WITH referrals AS (SELECT team_id FROM team_register) SELECT COUNT(*) AS n FROM referrals",
    "two names": "WITH a AS (SELECT * FROM referrals), b AS (SELECT MAX(received) AS m FROM a) SELECT m FROM b",
    "the previous return": "SELECT p.team_id FROM prior.team_register p JOIN team_register t ON t.team_id = p.team_id",
    "a code list": "SELECT c.code FROM codelist.priority c LEFT JOIN team_register t ON t.team_id = c.code",
    "codes alone": "SELECT code FROM codelist.priority",
}
RETURNS: list[dict[str, Any]] = [
    {"team_register": [{"team_id": "T1"}, {"team_id": "T2"}], "referrals": [{"team_id": "T1", "received": 9}]},
    {
        "team_register": [{"team_id": "T1"}],
        "referrals": [{"team_id": "T2", "received": 3}],
        "prior.team_register": [{}],
    },
    {"team_register": [], "referrals": []},
    {"team_register": [{"team_id": "T3"}], "prior.team_register": [{"team_id": "T3"}]},
]
TABLES = ("return_header", "team_register", "referrals", "gatekeeping", "prior.team_register", "codelist.priority")


def batch_of(examples: list[dict[str, Any]]) -> Batch:
    returns = [Data(STANDARD, *example_return("team_register", one, STANDARD)) for one in examples]
    batch = Batch(DuckDB(threads=1), STANDARD, returns)
    batch.load(TABLES)
    return batch


@pytest.fixture(scope="module")
def together() -> Batch:
    return batch_of(RETURNS)


@pytest.fixture(scope="module")
def alone() -> list[Batch]:
    return [batch_of([one]) for one in RETURNS]


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_query_of_any_kind_is_answered_for_each_return_as_if_it_were_alone(
    query: str, together: Batch, alone: list[Batch]
) -> None:
    rows = [one.rows(query, [0], order="ALL")[0] for one in alone]
    assert [one.rows() for one in together.rows(query, range(4), order="ALL").values()] == [one.rows() for one in rows]
    assert together.any(query, range(4)) == {n for n, own in enumerate(rows) if own.height}
    assert together.any(query, [1, 2]) <= {1, 2}


def test_a_table_of_several_returns_cannot_be_read_for_all_of_them_by_oversight() -> None:
    with pytest.raises(Exception, match="does not exist"):
        batch_of(RETURNS).engine.query("SELECT * FROM team_register")


def every_query() -> Iterator[Any]:
    """The SQL of every rule and measure."""
    for rule in (*sql_rules(STANDARD), *(one for one in STANDARD.acceptance_rules.values() if not one.check)):
        for part, sql in (("faulty", faulty(rule)), ("judged", judged_rows(rule))):
            if sql:
                yield pytest.param(sql, id=f"{rule.id}-{part}")
    for measure in STANDARD.measures.values():
        for part in ("numerator", "denominator", "strong_numerator", "detail"):
            if getattr(measure, part):
                yield pytest.param(getattr(measure, part), id=f"{measure.id}-{part}")


@pytest.mark.parametrize("sql", list(every_query()))
def test_every_table_of_returns_is_read_as_the_rows_of_one_return(sql: str) -> None:
    asked = for_each_return(sql, [0, 1])
    assert asked.count("LATERAL") == 1
    assert asked.count("every.") == asked.count("_return = _one._return") > 0


@pytest.mark.slow
def test_a_failure_of_ours_in_a_batch_is_looked_for_in_each_return_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    examining = import_module("crt_return.acceptance.examining")
    paths = {name: write_folder(files_of(quarters()[1], STANDARD), tmp_path / name) for name in ("a", "b", "c")}
    real = examining.examine

    def failing(packages: Any, *others: Any) -> object:
        if any(package.path.endswith("b") for package in packages):
            raise KeyError("a value that must not be shown")
        return real(packages, *others)

    monkeypatch.setattr(examining, "examine", failing)
    tasks = [examining.Task(name, name, path, tmp_path / "staged" / name) for name, path in paths.items()]
    found = examining.examinations(tasks, None, STANDARD, PlainJudge())
    assert [(one.submission, one.fault) for one in found] == [("a", None), ("b", "KeyError"), ("c", None)]
    assert found[0].report()["findings"] == found[2].report()["findings"]


def test_a_table_that_some_returns_lack_is_read_of_the_others() -> None:
    batch = batch_of(RETURNS[:2])
    del batch.returns[1].tables["prior.team_register"]
    fresh = Batch(DuckDB(threads=1), STANDARD, batch.returns)
    fresh.load(TABLES)
    assert fresh.rows("SELECT COUNT(*) AS n FROM prior.team_register", [0])[0].equals(pl.DataFrame({"n": [0]}))


@pytest.mark.slow
def test_large_returns_are_not_judged_in_company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    examining = import_module("crt_return.acceptance.examining")
    sizes: list[int] = []
    real = examining.examine

    def counting(packages: Any, *others: Any) -> object:
        sizes.append(len(packages))
        return real(packages, *others)

    path = write_folder(files_of(quarters()[1], STANDARD), tmp_path / "a")
    rows = sum(text.frame.height for text in sent(path).package.tables.values())
    monkeypatch.setattr(examining, "examine", counting)
    monkeypatch.setattr(examining, "MOST_ROWS", 2 * rows)
    tasks = [examining.Task(f"{n}", "a", path, tmp_path / "staged" / f"{n}") for n in range(3)]
    examining.examinations(tasks, None, STANDARD, PlainJudge())
    assert sizes == [2, 1]
