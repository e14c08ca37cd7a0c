"""What is committed is what the standard makes; where it is not, the file is named."""

from __future__ import annotations

from pathlib import Path

from crt_return.publishing.generated import stale, write
from crt_return.publishing.zipped import zipped
from crt_return.sql import KEPT_NAMES, kept_names
from crt_return.standard import load_standard

FILES = {"docs/rules/GTK-01.md": b"# GTK-01\n", "docs/downloads/all.zip": zipped({"a": b"1"})}


def test_what_was_written_is_not_stale_and_what_nothing_makes_is_taken_away(tmp_path: Path) -> None:
    left_over = tmp_path / "docs/rules/OLD-01.md"
    left_over.parent.mkdir(parents=True)
    left_over.write_text("gone", encoding="utf-8")
    by_hand = tmp_path / "docs/index.md"
    by_hand.write_text("by hand", encoding="utf-8")
    assert stale(FILES, tmp_path) == ["docs/downloads/all.zip", "docs/rules/GTK-01.md", "docs/rules/OLD-01.md"]
    write(FILES, tmp_path)
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


def test_what_each_piece_of_sql_names_is_kept_as_it_is_found() -> None:
    assert KEPT_NAMES.read_text(encoding="utf-8") == kept_names(load_standard()), "crt-return publish"
