"""The README and the pages show commands and files that work as shown."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crt_return.finding import Report
from crt_return.sampling.writing import write_folder
from crt_return.standard import load_standard
from tests.batches import judge
from tests.following import blocks, commands, follow, pages

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = ROOT / "docs"
GENERATED = {"downloads.md"}
"""The generated pages with commands to follow."""

PLACEHOLDER = re.compile(r"\b[A-Z]{2,}\b")


def of_the_department() -> list[str]:
    """The commands that lead from a synthetic England to its report; `test_article.py` runs them in their order."""
    return commands(README[README.index("For the Department") :])


def test_gate_runs_every_command_block_of_readme() -> None:
    try_it, test, site = (block.text for block in blocks(README) if block.language == "sh")
    assert "crt-return validate sample_data/valid" in try_it
    assert "pytest" in test
    assert "mkdocs build --strict" in site
    gate = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert [number for number in (1, 2, 3) if f"run_readme_block {number}" not in gate] == []


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


def readme_python() -> str:
    (code,) = (block.text for block in blocks(README) if block.language == "python")
    return code


def test_readme_python_prints_outcome(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(checkout)
    exec(readme_python(), {})
    assert capsys.readouterr().out.startswith("accepted ")


@pytest.mark.slow
def test_readme_python_runs_in_its_own_process(checkout: Path) -> None:
    done = subprocess.run([sys.executable, "-c", readme_python()], cwd=checkout, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("accepted ")


def test_the_exit_statuses_of_the_readme_are_those_of_the_command() -> None:
    from crt_return import cli

    listed = set(re.findall(r"^\| (\d+) \|", README, re.MULTILINE))
    assert listed == {"0", str(cli.EXIT_ERRORS), str(cli.EXIT_USAGE), str(cli.EXIT_OUR_FAULT), str(cli.EXIT_STOPPED)}


def followed(docs: Path) -> list[str]:
    """The pages to follow; those on contributing change the standard, and `test_contributing.py` follows them."""
    return [page.relative_to(docs).as_posix() for page in pages(docs) if page.parent.name != "contributing"]


def follow_in(folder: Path, page: Path) -> None:
    """Follow a page in a folder with the samples and an inbox."""

    def put(file: str, text: str) -> None:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")

    follow(page.read_text(encoding="utf-8"), folder, put, leave_out=of_the_department())


BY_HAND = sorted({*followed(DOCS)} - GENERATED)


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_HAND)
def test_page_can_be_followed_from_top_to_bottom(name: str, inbox: Path) -> None:
    follow_in(inbox, DOCS / name)


@pytest.mark.slow
def test_generated_page_can_be_followed_from_top_to_bottom(published: Path, inbox: Path) -> None:
    assert {*followed(published / "docs")} == {*BY_HAND} | GENERATED
    for name in GENERATED:
        follow_in(inbox, published / "docs" / name)


def test_command_that_is_not_run_says_what_to_fill_in(published: Path) -> None:
    """Commands in a block of text are not to be copied: words in capitals stand for the reader's own values."""
    found = {page: blocks(page.read_text(encoding="utf-8")) for page in (published / "docs").rglob("*.md")}
    texts = [(page, block.text) for page, shown in found.items() for block in shown if block.language == "text"]
    lines = [(page.name, line) for page, text in texts for line in text.splitlines() if line.startswith("crt-return")]
    assert lines
    assert [(page, line) for page, line in lines if not PLACEHOLDER.search(line)] == []


def first_return() -> dict[str, str]:
    """The files of the return that the page writes by hand, before anything is explained."""
    page = (DOCS / "start/prepare.md").read_text(encoding="utf-8")
    shown = [one for one in blocks(page) if one.title.startswith("my-return/")]
    return {one.title.removeprefix("my-return/"): one.text for one in reversed(shown)}


NEEDED_ROWS = sorted(set(first_return()) - {"explanations.csv", "gatekeeping_exemption.csv"})


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """Judge in one batch the page's first return, it without the last row of each file, and the nil return."""
    page = (DOCS / "start/prepare.md").read_text(encoding="utf-8")
    (nil_header,) = (block.text for block in blocks(page) if block.title == "nil-return/return_header.csv")
    whole = first_return()
    header_rows = {name: text.splitlines()[0] + "\n" for name, text in whole.items()}
    returns = {"whole": whole, "nil": {**header_rows, "return_header.csv": nil_header}}
    for name in NEEDED_ROWS:
        returns[name] = {**whole, name: "".join(whole[name].splitlines(keepends=True)[:-1])}
    folder = tmp_path_factory.mktemp("by-hand")
    paths = {
        name: write_folder({file: text.encode() for file, text in files.items()}, folder / name)
        for name, files in returns.items()
    }
    return {name: run.report for name, run in judge(paths).items()}


def test_return_written_by_hand_has_every_file_and_breaks_no_rule(by_hand: dict[str, Report]) -> None:
    files = first_return()
    assert set(files) == {table.file for table in load_standard().tables.values() if table.presence == "required"}
    assert f"{len(files)} CSV files" in (DOCS / "start/prepare.md").read_text(encoding="utf-8")
    assert by_hand["whole"].counts["error"] == 0
    assert [found.rule for found in by_hand["whole"].findings if found.severity == "warning"] == ["HTX-11"]


@pytest.mark.parametrize("name", NEEDED_ROWS)
def test_no_row_can_be_left_out_of_smallest_return(name: str, by_hand: dict[str, Report]) -> None:
    assert by_hand[name].counts["error"] > 0


def test_nil_return_of_page_is_accepted(by_hand: dict[str, Report]) -> None:
    assert by_hand["nil"].outcome == "accepted"


def test_the_exit_statuses_for_software_are_those_of_the_readme() -> None:
    page = (DOCS / "start/software.md").read_text(encoding="utf-8")
    statuses = re.compile(r"^\| (\d+) \|", re.MULTILINE)
    assert statuses.findall(page) == statuses.findall(README)
