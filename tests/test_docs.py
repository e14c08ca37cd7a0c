"""The pages and the README say what is so: whoever follows them sees what they show."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crt_return.standard import load_standard
from crt_return.validate import run
from tests.following import blocks, commands, follow, pages

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = ROOT / "docs"
PLACEHOLDER = re.compile(r"\b[A-Z]{2,}\b")


def of_the_department() -> list[str]:
    """The commands that lead from a synthetic England to its report; `test_article.py` runs them in their order."""
    return commands(README[README.index("For the Department") :])


def test_the_readme_has_two_commands_to_set_up_and_the_gate_runs_both() -> None:
    first, second = (one.text for one in blocks(README) if one.language == "sh")
    assert "crt-return validate sample_data/valid" in first
    assert "pytest" in second
    gate = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "readme_block 1" in gate
    assert "readme_block 2" in gate


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the sample data where a user would have it."""
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture
def inbox(checkout: Path) -> Path:
    """The inbox of the pages on acceptance: three samples, as they ask for."""
    for name in ("previous", "valid", "fidelity"):
        shutil.copytree(checkout / "sample_data" / name, checkout / "inbox" / name)
    return checkout


def of_the_readme() -> list[str]:
    """The README's other commands."""
    return [one for one in commands(README) if one not in of_the_department()]


@pytest.mark.slow
@pytest.mark.parametrize("command", of_the_readme())
def test_the_readmes_commands_run_as_printed(command: str, checkout: Path) -> None:
    words = shlex.split(command)
    done = subprocess.run(
        [sys.executable, "-m", "crt_return", *words[1:]], cwd=checkout, capture_output=True, text=True
    )
    expected = 1 if "validate sample_data/invalid" in command else 0
    assert (done.returncode, done.stderr) == (expected, ""), done.stdout[-500:]
    assert done.stdout


def test_the_readmes_python_runs(checkout: Path) -> None:
    (code,) = (one.text for one in blocks(README) if one.language == "python")
    done = subprocess.run([sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("accepted ")


def test_the_exit_statuses_of_the_readme_are_those_of_the_command() -> None:
    from crt_return import cli

    listed = set(re.findall(r"^\| (\d+) \|", README, re.MULTILINE))
    assert listed == {"0", str(cli.EXIT_ERRORS), str(cli.EXIT_USAGE), str(cli.EXIT_OUR_FAULT), str(cli.EXIT_STOPPED)}


def followed() -> list[str]:
    """The pages to follow; those on contributing change the standard, and `test_contributing.py` follows them."""
    return [page.relative_to(DOCS).as_posix() for page in pages(DOCS) if page.parent.name != "contributing"]


@pytest.mark.slow
@pytest.mark.parametrize("name", followed())
def test_a_page_can_be_followed_from_top_to_bottom(name: str, inbox: Path) -> None:
    def put(file: str, text: str) -> None:
        (inbox / file).parent.mkdir(parents=True, exist_ok=True)
        (inbox / file).write_text(text, encoding="utf-8")

    page = (DOCS / name).read_text(encoding="utf-8")
    follow(page, inbox, put, leave_out=of_the_department())


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.relative_to(DOCS).as_posix())
def test_a_command_that_is_not_run_says_what_to_fill_in(page: Path) -> None:
    """What stands in a block of text is no command to copy: it has words in capitals for what is the reader's own."""
    texts = [one.text for one in blocks(page.read_text(encoding="utf-8")) if one.language == "text"]
    shown = [line for text in texts for line in text.splitlines() if line.startswith("crt-return")]
    assert all(PLACEHOLDER.search(line) for line in shown)


def first_return() -> dict[str, str]:
    """The files of the return that the page writes by hand, before anything is explained."""
    page = (DOCS / "start/prepare.md").read_text(encoding="utf-8")
    shown = [one for one in blocks(page) if one.title.startswith("my-return/")]
    return {one.title.removeprefix("my-return/"): one.text for one in reversed(shown)}


def test_the_return_written_by_hand_has_every_file_and_breaks_no_rule(tmp_path: Path) -> None:
    standard = load_standard()
    files = first_return()
    assert set(files) == {table.file for table in standard.tables.values() if table.presence == "required"}
    assert f"{len(files)} CSV files" in (DOCS / "start/prepare.md").read_text(encoding="utf-8")
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    report = run(tmp_path).report
    assert report.counts["error"] == 0
    assert [one.rule for one in report.findings if one.severity == "warning"] == ["HTX-11"]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(first_return()) - {"explanations.csv", "gatekeeping_exemption.csv"}))
def test_no_row_can_be_left_out_of_the_smallest_return(name: str, tmp_path: Path) -> None:
    for file, text in first_return().items():
        lines = text.splitlines()
        kept = lines[:-1] if file == name else lines
        (tmp_path / file).write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert run(tmp_path, thresholds=False).report.counts["error"] > 0


def test_the_nil_return_of_the_page_is_accepted(tmp_path: Path) -> None:
    page = (DOCS / "start/prepare.md").read_text(encoding="utf-8")
    (header,) = (one.text for one in blocks(page) if one.title == "nil-return/return_header.csv")
    for name, text in first_return().items():
        (tmp_path / name).write_text(text.splitlines()[0] + "\n", encoding="utf-8")
    (tmp_path / "return_header.csv").write_text(header, encoding="utf-8")
    assert run(tmp_path).report.outcome == "accepted"


def test_the_exit_statuses_for_software_are_those_of_the_readme() -> None:
    page = (DOCS / "start/software.md").read_text(encoding="utf-8")
    statuses = re.compile(r"^\| (\d+) \|", re.MULTILINE)
    assert statuses.findall(page) == statuses.findall(README)
