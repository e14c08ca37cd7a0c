"""The rows of a synthetic England counted one by one, apart from the standard's own SQL."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from crt_return.sampling.england import EXPECTED, INBOX, YEAR, returning
from crt_return.sampling.scene import Row, Tables
from crt_return.sampling.traits import FULLY
from crt_return.standard import load_standard

STANDARD = load_standard()
LAST = YEAR[-1]


def returns_are_those_of_the_providers_that_send_any(england: Path) -> None:
    names = {path.name for path in (england / INBOX).iterdir()}
    assert names == {f"{provider}-{period}.zip" for provider in returning(1) for period in YEAR}
    with (england / EXPECTED).open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    assert len({(row["provider_code"], row["period"]) for row in expected}) == len(expected) == 36 * 4
    assert {total(expected, "teams_expected", period=period) for period in YEAR} == {365}


def tables_of(inbox: Path) -> Tables:
    """Every row of the inbox, by table."""
    found: Tables = {name: [] for name in STANDARD.tables}
    for path in sorted(inbox.iterdir()):
        for name, rows in rows_in(path):
            found[name] += rows
    return found


def rows_in(path: Path) -> Iterator[tuple[str, list[Row]]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".csv"):
                yield name.removesuffix(".csv"), list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def total(rows: list[Row], field: str, **wanted: str) -> float:
    return sum(float(row[field]) for row in rows if all(row[name] == value for name, value in wanted.items()))


def last(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["period"] == LAST]


def status_of_the_last_quarter_is_that_of_the_survey(tables: Tables) -> None:
    register = last(tables["team_register"])
    assert len(register) == 243
    assert Counter(row["operational_status_self"] for row in register)[FULLY] == 97
    assert Counter(row["gatekeeps_self"] for row in register)["false"] == 81
    staff = last(tables["team_staffing"])
    nobody = Counter(row["staff_group"] for row in staff if float(row["wte_in_post"]) == 0)
    assert (nobody["consultant_psychiatrist"], nobody["approved_social_worker"]) == (78, 134)
    assert 0.895 <= total(staff, "wte_in_post") / total(staff, "wte_funded") <= 0.905
    visits = [row for row in last(tables["team_hours"]) if row["function"] == "home_visit_known"]
    by_others = {row["team_id"] for row in visits if not row["cover_model"].startswith("crt_")}
    assert 243 - len(by_others) == 129


def flows_of_the_year_are_those_reported(tables: Tables) -> None:
    treatment, outcomes, admissions = (
        tables[name] for name in ("home_treatment", "assessment_outcomes", "gatekeeping")
    )
    quarters = [total(treatment, "episodes_started", period=period) for period in YEAR]
    assert quarters == sorted(quarters)
    assert 94_000 <= sum(quarters) * 365 / 243 <= 99_000
    taken_on = total(outcomes, "assessments", outcome_code="home_treatment")
    assert 0.30 <= taken_on / total(outcomes, "assessments") <= 0.38
    assert 0.48 <= total(admissions, "gatekept_face_to_face") / total(admissions, "admissions_eligible") <= 0.52
