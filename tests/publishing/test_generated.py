"""Publishing writes what the standard makes, names what differs, and commits nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from crt_return.cli import commands
from crt_return.publishing.generated import same_files, stale, write
from crt_return.publishing.zipped import zipped
from crt_return.standard import load_standard, schema_folder

ROOT = Path(__file__).parents[2]
STANDARD = load_standard()

FILES = {"docs/rules/GTK-01.md": b"# GTK-01\n", "docs/downloads/all.zip": zipped({"a": b"1"})}


def test_what_was_written_is_not_stale_and_what_nothing_makes_is_taken_away(tmp_path: Path) -> None:
    left_over = tmp_path / "docs/rules/OLD-01.md"
    left_over.parent.mkdir(parents=True)
    left_over.write_text("gone", encoding="utf-8")
    by_hand = tmp_path / "docs/index.md"
    by_hand.write_text("by hand", encoding="utf-8")
    assert stale(FILES, tmp_path) == ["docs/downloads/all.zip", "docs/rules/GTK-01.md", "docs/rules/OLD-01.md"]
    assert write(FILES, tmp_path) == 3
    assert write(FILES, tmp_path) == 0
    assert stale(FILES, tmp_path) == []
    assert not left_over.exists()
    assert by_hand.read_text(encoding="utf-8") == "by hand"


def test_a_changed_page_is_stale(tmp_path: Path) -> None:
    write(FILES, tmp_path)
    (tmp_path / "docs/rules/GTK-01.md").write_text("# another\n", encoding="utf-8")
    assert stale(FILES, tmp_path) == ["docs/rules/GTK-01.md"]


def test_archives_are_compared_by_what_is_in_them(tmp_path: Path) -> None:
    write(FILES, tmp_path)
    archive = tmp_path / "docs/downloads/all.zip"
    archive.write_bytes(zipped({"a": b"1"}, compressed=False))
    assert stale(FILES, tmp_path) == []
    archive.write_bytes(zipped({"a": b"2"}))
    assert stale(FILES, tmp_path) == ["docs/downloads/all.zip"]


@pytest.fixture
def made(published: Path) -> set[str]:
    """The paths of the generated files: what is in the published `docs/` and not written by hand."""
    by_hand = set(git("ls-files", "docs"))
    paths = (path for path in (published / "docs").rglob("*") if path.is_file())
    return {path.relative_to(published).as_posix() for path in paths} - by_hand


def git(*words: str, given: str | None = None) -> list[str]:
    done = subprocess.run(["git", *words], cwd=ROOT, input=given, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_git_ignores_every_generated_file(made: set[str]) -> None:
    assert len(made) > 250
    assert set(git("check-ignore", "--stdin", given="\n".join(made))) == made


def test_no_committed_file_is_ignored_as_generated() -> None:
    assert git("ls-files", "--cached", "--ignored", "--exclude-standard") == []


def test_navigation_names_every_page_once(published: Path) -> None:
    listed = re.findall(r"[\w./-]+\.md$", (published / "docs/nav.yml").read_text(encoding="utf-8"), re.MULTILINE)
    pages = {path.relative_to(published / "docs").as_posix() for path in (published / "docs").rglob("*.md")}
    assert sorted(listed) == sorted(pages)


def test_navigation_follows_the_order_of_the_standard(published: Path) -> None:
    text = (published / "docs/nav.yml").read_text(encoding="utf-8")
    tables = re.findall(r"- tables/(\w+)\.md", text)
    rules = re.findall(r"- rules/([\w-]+)\.md", text)
    assert tables == ["index", *STANDARD.tables]
    assert rules == ["index", *STANDARD.rules, *STANDARD.acceptance_rules, *STANDARD.national_rules]


def test_publish_refuses_a_folder_of_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mkdocs.yml").write_text("site_name: Mine\n", encoding="utf-8")
    page = tmp_path / "docs/rules/mine.md"
    page.parent.mkdir(parents=True)
    page.write_text("mine", encoding="utf-8")
    assert "where mkdocs.yml and schema/ lie" in refusal(tmp_path, monkeypatch)
    assert page.read_text(encoding="utf-8") == "mine"


def test_publish_refuses_another_text_of_the_standard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mkdocs.yml").write_text("site_name: A draft\n", encoding="utf-8")
    shutil.copytree(schema_folder(), tmp_path / "schema")
    assert same_files(tmp_path / "schema", schema_folder())
    rules = tmp_path / "schema/rules/gatekeeping.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("Eligible", "Suitable"), encoding="utf-8")
    assert "Install this checkout" in refusal(tmp_path, monkeypatch)
    assert not (tmp_path / "docs").exists()


def refusal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What `publish` says in a folder that it refuses."""
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(commands, ["publish"])
    assert result.exit_code == 2
    return result.output
