"""The register: only ever added to, and in plain words about what stops it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from crt_return.acceptance.problem import Stopped
from crt_return.acceptance.register import Register
from tests.acceptance.runs import Place


@pytest.mark.parametrize("statement", ["UPDATE submission SET outcome = 'accepted'", "DELETE FROM submission"])
def test_database_refuses_to_change_or_delete_entries(any_place: Place, statement: str) -> None:
    any_place.put_unreadable()
    any_place.accept()
    before = any_place.entries()
    engine = sa.create_engine(any_place.url)
    with pytest.raises(sa.exc.DBAPIError, match="only ever added to"), engine.begin() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
    assert any_place.entries() == before


def test_a_submission_registered_twice_is_there_once(any_place: Place) -> None:
    any_place.put_unreadable()
    any_place.accept()
    with Register(any_place.url) as register:
        (entry,) = register.entries()
        assert register.add(entry, [], []) is False
        assert register.entries() == [entry]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("register.db", "is not the URL of a database"),
        ("sqlite:////no/such/folder/register.db", "unable to open database file"),
        ("postgresql+psycopg://crt:secret@127.0.0.1:9/register", "connection"),
        ("nosuch://host/register", "is not the URL of a database"),
        ("postgresql+psycopgg://crt:secret@host/register", "What is given as --register is not the URL of a database"),
        ("mysql://host/register", "is kept in SQLite or in PostgreSQL"),
    ],
)
def test_a_register_that_cannot_be_reached_is_a_sentence_without_the_password(url: str, says: str) -> None:
    with pytest.raises(Stopped, match=says) as stopped, Register(url):
        pass
    assert "secret" not in str(stopped.value)


def test_a_report_makes_no_register(tmp_path: Path) -> None:
    with pytest.raises(Stopped, match="There is no register"):
        Register(f"sqlite:///{tmp_path / 'register.db'}", new=False)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "register.db").write_text("not a database at all, whatever its name", encoding="utf-8")
    with pytest.raises(Stopped, match="not a database"), Register(f"sqlite:///{tmp_path / 'register.db'}"):
        pass
