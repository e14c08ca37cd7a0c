"""The names that the standard's SQL reads are parsed once and kept in the user's cache folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crt_return import sql
from crt_return.sql import Names
from crt_return.standard import load_standard

STANDARD = load_standard()
MUST = STANDARD.rules["GTK-01"].must or ""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache folder, for this test alone."""
    monkeypatch.setattr(sql, "user_cache_path", lambda *_, **__: tmp_path / "cache")
    forget()
    yield tmp_path / "cache"
    forget()


def forget() -> None:
    sql._standard_names.cache_clear()
    sql.names.cache_clear()


def read_again(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Read the names again where nothing may be parsed."""
    forget()
    monkeypatch.setattr(sql, "_found", lambda text: pytest.fail(f"parsed: {text}"))
    return sql.names(MUST)


def test_names_are_read_from_cache_the_second_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = sql.names(MUST)
    assert len([*folder.iterdir()]) == 1
    assert read_again(monkeypatch) == first


@pytest.mark.usefixtures("folder")
def test_every_piece_of_the_standard_is_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    sql.names(MUST)
    read_again(monkeypatch)
    assert all(sql.reads(rule, STANDARD) for rule in STANDARD.rules.values() if rule.must or rule.select)
    assert all(sql.tables_in(measure.sql) for measure in STANDARD.measures.values())


def test_other_sql_is_parsed_and_not_cached(folder: Path) -> None:
    assert [table.name for table in sql.names("SELECT 1 FROM gatekeeping g").tables] == ["gatekeeping"]
    assert len([*folder.iterdir()]) == 1


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', '["SELECT"]', "[{}]", "null"])
def test_damaged_cache_is_replaced(content: str, folder: Path) -> None:
    assert_replaced(folder, lambda _: content)


def test_cache_with_other_names_is_replaced(folder: Path) -> None:
    """The form is right and the names are not: each piece of SQL has those of another."""

    def reversed_names(text: str) -> str:
        digest, names = text.splitlines()
        return f"{digest}\n{json.dumps(json.loads(names)[::-1], separators=(',', ':'))}"

    assert_replaced(folder, reversed_names)


def assert_replaced(folder: Path, change: Callable[[str], str]) -> None:
    first = sql.names(MUST)
    (file,) = folder.iterdir()
    whole = file.read_text(encoding="utf-8")
    file.write_text(change(whole), encoding="utf-8")
    forget()
    assert sql.names(MUST) == first
    assert file.read_text(encoding="utf-8") == whole


def test_unwritable_cache_folder_is_done_without(folder: Path) -> None:
    folder.write_text("a file where the folder would be", encoding="utf-8")
    assert sql.names(MUST).fields


def test_new_parser_version_has_a_cache_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sql.names(MUST)
    forget()
    monkeypatch.setattr(sql, "version", lambda _: "99.0")
    sql.names(MUST)
    assert len([*folder.iterdir()]) == 2
