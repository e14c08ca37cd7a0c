"""`crt-return template`: what it writes, what it says, and what it refuses before it writes anything."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crt_return.standard import HEADER
from tests.template.made import PERIOD, PREVIOUS, SAMPLE, STANDARD, VALID, opened, rows_in, template


def test_command_writes_a_workbook_and_says_what_to_do_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = template(Path("return.xlsx"))
    assert (done.exit_code, done.stderr) == (0, "")
    assert_made(done.stdout, tmp_path)


@pytest.mark.slow
def test_command_in_its_own_process_writes_a_workbook(tmp_path: Path) -> None:
    words = ("template", "--provider", "RZA", "--period", PERIOD, "--out", "return.xlsx")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "crt_return", *words], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert_made(done.stdout, tmp_path)


def assert_made(said: str, folder: Path) -> None:
    assert "a template for RZA, 2006-07-Q4 (January to March 2007), with 1 team." in said
    assert "crt-return validate return.xlsx" in said
    assert opened(folder / "return.xlsx").sheetnames[0] == "Start"


def test_the_same_words_give_the_same_bytes(tmp_path: Path, new: Path) -> None:
    assert template(tmp_path / "again.xlsx", "--teams", "2").exit_code == 0
    assert (tmp_path / "again.xlsx").read_bytes() == new.read_bytes()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"provider": "rza"}, "'rza' is not the code of a provider: it is written like RZA"),
        ({"provider": "=1+1"}, "'=1+1' is not the code of a provider"),
        ({"period": "2006-Q4"}, "'2006-Q4' is not a quarter of the standard: it has 2005-06-Q1 to"),
        ({"period": "2040-41-Q1"}, "'2040-41-Q1' is not a quarter of the standard"),
        ({"teams": "0"}, "A template has 1 to 99 teams, not 0."),
        ({"teams": "100"}, "A template has 1 to 99 teams, not 100."),
        ({"teams": "many"}, "'many' is not a valid integer"),
        ({"teams": "2", "prior": str(PREVIOUS)}, "--teams cannot be given beside --prior"),
        ({"out": "return.xls"}, "A template is written as .xlsx; 'return.xls' has another ending."),
        ({"out": "nowhere/return.xlsx"}, "there is no folder"),
        ({"prior": "nowhere"}, "The return given with --prior cannot be read. nowhere does not exist."),
        ({"prior": str(SAMPLE / "invalid/picture.jpg")}, "The return given with --prior cannot be read."),
        ({"prior": str(VALID)}, "is for 2006-07-Q4; the quarter before 2006-07-Q4 is 2006-07-Q3."),
        ({"prior": str(PREVIOUS), "provider": "RZB"}, "is of RZA, not of RZB."),
        ({"prior": str(PREVIOUS), "period": "2005-06-Q1"}, "no return comes before it"),
    ],
)
def test_wrong_usage_ends_with_2_and_writes_nothing(words: dict[str, str], sentence: str, tmp_path: Path) -> None:
    out = tmp_path / words.pop("out", "return.xlsx")
    given = {name: words.pop(name) for name in ("provider", "period") if name in words}
    result = template(out, *(one for name, text in words.items() for one in (f"--{name}", text)), **given)
    assert result.exit_code == 2
    assert sentence in re.sub(r"\s+", " ", result.stderr)
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    out = tmp_path / "return.xlsx"
    out.write_bytes(b"filled in")
    result = template(out)
    assert result.exit_code == 2
    assert "is there already, and may be filled in" in result.stderr
    assert out.read_bytes() == b"filled in"


def test_a_prior_return_whose_register_cannot_be_read_is_refused(tmp_path: Path) -> None:
    shutil.copytree(PREVIOUS, tmp_path / "before")
    (tmp_path / "before/team_register.csv").write_bytes(b"")
    result = template(tmp_path / "return.xlsx", "--prior", str(tmp_path / "before"))
    assert result.exit_code == 2
    assert "cannot be taken over" in result.stderr
    assert "team_register.csv" in result.stderr


def test_a_prior_return_without_a_team_is_refused(tmp_path: Path) -> None:
    shutil.copytree(PREVIOUS, tmp_path / "before")
    register = tmp_path / "before/team_register.csv"
    closed = register.read_text(encoding="utf-8").replace(",open,", ",closed,").replace(",planned,", ",closed,")
    register.write_text(closed, encoding="utf-8")
    result = template(tmp_path / "return.xlsx", "--prior", str(tmp_path / "before"))
    assert result.exit_code == 2
    assert "has no team to take over" in result.stderr


def test_a_provider_that_nobody_expects_is_said_to_be_so(tmp_path: Path) -> None:
    assert "TZZ is not on the list of providers" in template(tmp_path / "a.xlsx", provider="TZZ").output
    gone = template(tmp_path / "b.xlsx", provider="R1C", period="2024-25-Q3")
    assert "R1C is not on the list of providers" in gone.output
    assert "is not on the list" not in template(tmp_path / "c.xlsx", provider="R1C", period="2024-25-Q2").output


@pytest.mark.parametrize("period", ["2005-06-Q1", "2022-23-Q1", "2029-30-Q4"])
def test_quarters_across_the_calendar_have_a_template(period: str, tmp_path: Path) -> None:
    assert template(tmp_path / "return.xlsx", period=period).exit_code == 0
    (header,) = rows_in(tmp_path / "return.xlsx", HEADER)
    quarter = STANDARD.quarters[period]
    assert (header["period"], str(header["period_start"])[:10]) == (period, quarter.starts.isoformat())
