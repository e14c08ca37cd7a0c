"""Returns of every outcome, and returns full of text that may break a form, all judged in one batch."""

from __future__ import annotations

import copyreg
import pickle
from functools import cache
from pathlib import Path

from crt_return.engines.duckdb import DuckDB
from crt_return.reports.forms import FORMS
from crt_return.sampling.scene import Row, Tables
from crt_return.sampling.valid import two_quarters
from crt_return.validate import Run
from tests.batches import STANDARD, Scenario, judge
from tests.explaining import explanation, published_hash

SAMPLE = Path(__file__).parents[2] / "sample_data"
PREVIOUS = SAMPLE / "previous"
RETURNS = {
    "accepted": SAMPLE / "valid",
    "queried": SAMPLE / "invalid/low-fidelity",
    "rejected": SAMPLE / "invalid/rich",
    "faulty cells": SAMPLE / "invalid/wrong-cells",
    "faulty files": SAMPLE / "invalid/wrong-files",
    "faulty workbook": SAMPLE / "invalid/excel-habits.xlsx",
    "unreadable": SAMPLE / "invalid/picture.jpg",
}
FURTHER = {"missing file": SAMPLE / "invalid/missing-file", "damaged zip": SAMPLE / "invalid/corrupt.zip"}
KEPT = "runs.pickle"
HOSTILE = {"service_model": '=HYPERLINK("x.example","a")', "site_code": "+12,5\r\n::error::\x0bz"}
SCRIPT = "</script><script>alert('CRT & co')</script>"
NHS_NUMBER = "9434765919"
NHS_TOTAL = str(int(NHS_NUMBER) + 1)
PATIENT = {"team_name": "Team of 943 476 5919", "site_code": "jo@example.org"}


RUNS: dict[str, Run] = {}  # by the names of the returns; conftest.py fills it


def judge_all(folder: Path) -> None:
    """Judge all returns in one batch, the samples with the previous quarter, and keep the runs in a file.

    Runs are kept without the rows of their database, which no form of a report reads.
    """
    copyreg.pickle(DuckDB, lambda _: (DuckDB, ()))
    samples = {name: Scenario(path, PREVIOUS) for name, path in {**RETURNS, **FURTHER}.items()}
    (folder / KEPT).write_bytes(pickle.dumps(judge({**samples, **made_returns()}, folder)))


def checked(name: str) -> Run:
    """Return the run of a return by its name."""
    return RUNS[name]


@cache
def written(name: str, form: str) -> bytes:
    """Return the report on a return in a form, written once."""
    return FORMS[form](checked(name), STANDARD)


@cache
def made_returns() -> dict[str, Scenario | Tables]:
    """Make returns from a valid return of two teams, the smaller ones without its cases and items."""
    before, valid = two_quarters(STANDARD, "RZA", 2, "2006-07-Q4", 3)

    def changed(table: str, **cells: str) -> list[Row]:
        first, *rest = valid[table]
        return [{**first, **cells}, *rest]

    def with_cells(**cells: str) -> Tables:
        return {**valid, "core_items": [], "episodes": [], "team_register": changed("team_register", **cells)}

    unknown_site = with_cells(site_code="RZ0ZZ")
    open_warning = {
        **valid,
        "return_header": changed("return_header", submission_status="provisional"),
        "team_register": changed("team_register", age_min="18"),
    }
    of_ages = published_hash("REG-07", "RZA-T01", value="no", expected=None, detail="18 and over")
    with_total = {"admissions_total": NHS_NUMBER, "admissions_eligible": NHS_TOTAL, "gatekept_total": "some"}
    of_sender = {"submitted_on": "soon", "contact_email": "crt.rza@example.nhs.uk"}
    return {
        "hostile": with_cells(**HOSTILE),
        "patient": with_cells(**PATIENT),
        "population of 9": Scenario(with_cells(population_served="9"), before),
        "unknown site": unknown_site,
        "unknown site, row moved": {**unknown_site, "team_register": unknown_site["team_register"][::-1]},
        "scripts": {**valid, "team_register": [{**row, "team_name": SCRIPT} for row in valid["team_register"]]},
        "NHS number": {**valid, "gatekeeping": changed("gatekeeping", **with_total)},
        "single person": {
            **valid,
            "episodes": changed("episodes", referral_received="soon"),
            "return_header": changed("return_header", **of_sender),
        },
        "open warning": open_warning,
        "explained warning": {**open_warning, "explanations": [explanation("REG-07", "RZA-T01", of_ages)]},
    }


def tables_of(name: str) -> Tables:
    """Return the tables of a made return."""
    tables = made_returns()[name]
    assert isinstance(tables, dict)
    return tables
