"""The article, reproduced: the README's commands make a synthetic England and a report in which its figures read."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crt_return.sampling.england import INBOX, returning
from tests.once import once
from tests.sampling import counting
from tests.test_docs import of_the_department

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def england(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's commands for the Department were run, as printed, once a test run."""
    return once(tmp_path_factory, "department", run_commands)


def run_commands(folder: Path) -> None:
    for command in of_the_department():
        words = shlex.split(command)
        done = subprocess.run(
            [sys.executable, "-m", "crt_return", *words[1:]], cwd=folder, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), (command, done.stdout[-500:])


@pytest.fixture(scope="module")
def report(england: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((england / "report/national.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(
    ("indicator", "numerator", "denominator", "said"),
    [
        ("N1", 365, None, "two-thirds of those in existence"),
        ("N2", 243, 365, "a survey of 243 teams"),
        ("N3", 97, 243, "just 40 per cent say they are fully operational"),
        ("N4", 129, 243, "just over half were able to offer a full 24/7 service"),
        ("N5", 81, 243, "around a third were not involved in gatekeeping"),
        ("N11", 78, 243, "almost a third without a consultant"),
        ("N12", 134, 243, "more than half without an approved social worker"),
    ],
)
def test_the_report_reads_as_the_article_did(
    indicator: str, numerator: int, denominator: int | None, said: str, report: dict[str, Any]
) -> None:
    found = report["indicators"][indicator]
    assert (found["numerator"], found.get("denominator")) == (numerator, denominator), said


def test_home_treatment_grew_from_28000_to_just_under_100000(report: dict[str, Any]) -> None:
    """Of the teams that returned it is counted; of all teams it is an estimate, and says so."""
    episodes, growth = report["indicators"]["N6"], report["indicators"]["N8"]
    assert 94_000 <= episodes["estimate"] < 100_000
    assert episodes["estimate"] == pytest.approx(episodes["numerator"] * 365 / 243, rel=0.001)
    assert growth["denominator"] == 28_000
    assert growth["estimate"] == pytest.approx(episodes["estimate"] / 28_000, abs=0.01)


def test_the_share_computed_is_well_below_the_share_claimed(report: dict[str, Any]) -> None:
    claimed, computed, gap = (report["indicators"][name] for name in ("N3", "N16", "N17"))
    assert computed["value"] < claimed["value"] / 4
    assert gap["denominator"] == claimed["numerator"]


def test_posts_are_nine_tenths_filled_and_half_the_admissions_seen_in_person(report: dict[str, Any]) -> None:
    assert report["indicators"]["N13"]["value"] == pytest.approx(0.90, abs=0.005)
    assert report["indicators"]["N14"]["value"] == pytest.approx(0.50, abs=0.02)


def test_two_thirds_are_too_few_to_publish_and_all_of_it_is_synthetic(report: dict[str, Any]) -> None:
    assert report["status"] == "withheld"
    assert report["synthetic"] is True


def test_the_report_says_how_teams_that_did_not_return_are_treated(england: Path) -> None:
    page = (england / "report/index.html").read_text(encoding="utf-8")
    assert "It supposes that teams which did not return started as many episodes as those which did." in page
    assert "SYNTHETIC" in page


def test_every_return_of_the_synthetic_england_was_accepted(england: Path) -> None:
    desk = (england / "store/desk.html").read_text(encoding="utf-8")
    assert desk.count("not received") >= 9 * 4
    assert "rejected" not in desk
    assert len(list((england / "store/returns").glob("*/*"))) == 27 * 4


def test_the_rows_of_the_inbox_counted_one_by_one_say_the_same(england: Path) -> None:
    counting.returns_are_those_of_the_providers_that_send_any(england / "england")
    tables = counting.tables_of(england / "england" / INBOX)
    counting.status_of_the_last_quarter_is_that_of_the_survey(tables)
    counting.flows_of_the_year_are_those_reported(tables)


def test_a_year_made_again_in_another_process_is_the_same_to_the_byte(england: Path, tmp_path: Path) -> None:
    """Another process has another order of sets."""
    made = "import sys; from pathlib import Path; from crt_return.sampling.england import write_year; "
    run = f"{made}write_year(sys.argv[1], 1, Path(sys.argv[2]))"
    subprocess.run([sys.executable, "-c", run, returning(1)[0], str(tmp_path)], check=True)
    assert len(list(tmp_path.iterdir())) == 4
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (england / "england" / INBOX / path.name).read_bytes()
