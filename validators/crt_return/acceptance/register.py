"""The register: every submission with its verdict, what superseded what, who was expected. SQLAlchemy's one door.

Nothing in it is ever changed or taken out: rows are added, and the database itself refuses anything else. What holds
now follows from the rows. It judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from crt_return.acceptance.inbox import EXPECTED
from crt_return.acceptance.problem import Stopped

ACCEPTED = ("accepted", "accepted_with_explanations")
WAIT_SECONDS = 60

_METADATA = sa.MetaData()
_SUBMISSION = sa.Table(
    "submission",
    _METADATA,
    sa.Column("submission", sa.String(16), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False, unique=True),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("file_sha256", sa.String(64), nullable=False),
    sa.Column("content_sha256", sa.String(64), index=True),
    sa.Column("provider_code", sa.Text, index=True),
    sa.Column("period", sa.Text, index=True),
    sa.Column("submission_version", sa.BigInteger),
    sa.Column("received_at", sa.Text, nullable=False),
    sa.Column("standard_version", sa.Text, nullable=False),
    sa.Column("rule_set_sha256", sa.String(64), nullable=False),
    sa.Column("tool_version", sa.Text, nullable=False),
    sa.Column("prior_submission", sa.String(16), sa.ForeignKey("submission.submission")),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("late", sa.Boolean, nullable=False),
    sa.Column("errors", sa.Integer, nullable=False),
    sa.Column("warnings", sa.Integer, nullable=False),
    sa.Column("infos", sa.Integer, nullable=False),
    sa.Column("receipt", sa.Text, nullable=False),
)
_FAILURE = sa.Table(
    "failure",
    _METADATA,
    sa.Column("submission", sa.String(16), sa.ForeignKey("submission.submission"), primary_key=True),
    sa.Column("rule", sa.Text, primary_key=True),
    sa.Column("severity", sa.Text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("unexplained", sa.Integer, nullable=False),
)
_SUPERSESSION = sa.Table(
    "supersession",
    _METADATA,
    sa.Column("superseded", sa.String(16), sa.ForeignKey("submission.submission"), primary_key=True),
    sa.Column("by", sa.String(16), sa.ForeignKey("submission.submission"), nullable=False),
)
_EXPECTED = sa.Table(
    "expected_provider",
    _METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("provider_code", sa.Text, nullable=False),
    sa.Column("period", sa.Text, nullable=False, index=True),
    sa.Column("teams_expected", sa.Integer),  # NULL: no longer expected
    sa.Column("listed_at", sa.Text, nullable=False),
)

_REFUSAL = "the register is only ever added to"


def _refusals(table: str, change: str) -> dict[str, str]:
    """The statements, by kind of database, that make it refuse a change to a table."""
    name = f"{table}_no_{change.lower()}"
    return {
        "sqlite": f"CREATE TRIGGER {name} BEFORE {change} ON {table} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
        "postgresql": (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$; "
            f"CREATE TRIGGER {name} BEFORE {change} ON {table} EXECUTE FUNCTION {name}()"
        ),
    }


for _table in _METADATA.tables.values():
    for _change in ("UPDATE", "DELETE"):
        for _dialect, _statement in _refusals(_table.name, _change).items():
            _refuse = sa.DDL(_statement)  # type: ignore[no-untyped-call]  # the library has no types for it
            sa.event.listen(_table, "after_create", _refuse.execute_if(dialect=_dialect))


@dataclass(frozen=True)
class Failure:
    """What one rule found in a submission: how many faults, and how many of them are warnings nobody explained."""

    rule: str
    severity: str
    count: int
    unexplained: int


@dataclass(frozen=True)
class Entry:
    """One submission with its verdict, as registered. Fields of the return are None where it does not say.

    `number` counts the submissions in the order in which they were judged.
    """

    submission: str
    number: int
    file: str
    file_sha256: str
    content_sha256: str | None
    provider_code: str | None
    period: str | None
    submission_version: int | None
    received_at: str
    standard_version: str
    rule_set_sha256: str
    tool_version: str
    prior_submission: str | None
    outcome: str
    late: bool
    errors: int
    warnings: int
    infos: int
    receipt: str

    @property
    def accepted(self) -> bool:
        """Whether the return's figures may be used."""
        return self.outcome in ACCEPTED


def file_of(url: str) -> Path | None:
    """The file of a register in SQLite; None where it is kept otherwise, or the URL is none."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        return None
    return _file(parsed)


def _file(url: sa.URL) -> Path | None:
    return Path(url.database) if _is_sqlite(url) and url.database not in (None, "", ":memory:") else None


def _is_sqlite(url: sa.URL) -> bool:
    return url.get_backend_name() == "sqlite"


class Register:
    """The register behind a database URL. Use it in a `with` statement."""

    def __init__(self, url: str, *, new: bool = True) -> None:
        """The register is made where there is none, unless `new` is False.

        Raises Stopped where the URL is none or keeps nothing, its driver is not installed, the database cannot be
        reached, or there is no register to read.
        """
        try:
            parsed = sa.make_url(url)
            waiting = {"timeout": WAIT_SECONDS} if _is_sqlite(parsed) else {}
            self._engine = sa.create_engine(parsed, connect_args=waiting)
        except sa.exc.ArgumentError:
            raise Stopped(
                "What is given as --register is not the URL of a database. Write it as sqlite:///register.db or as "
                "postgresql+psycopg://user:password@host/database."
            ) from None  # not shown again: there may be a password in it
        except ModuleNotFoundError:
            raise Stopped(
                "The register is kept in SQLite or in PostgreSQL; for PostgreSQL, install crt-return[postgresql]."
            ) from None
        if _is_sqlite(parsed) and not _file(parsed):
            raise Stopped(
                "This register would be gone with the command. Name a file to keep it: sqlite:///register.db."
            )
        self._shown = parsed.render_as_string(hide_password=True)
        if not new and not self._is_there(parsed):
            raise Stopped(f"There is no register at {self._shown}. Check the URL: only `accept` makes a register.")
        with self._reached():
            _METADATA.create_all(self._engine)

    def _is_there(self, url: sa.URL) -> bool:
        if (file := _file(url)) and not file.is_file():
            return False  # to look into a file of SQLite would make it
        with self._reached():
            return sa.inspect(self._engine).has_table(_SUBMISSION.name)

    def __enter__(self) -> Register:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Turn what a database says when it is away, full or shut into a sentence."""
        try:
            yield
        except sa.exc.IntegrityError:
            raise
        except sa.exc.DBAPIError as error:
            raise Stopped(
                f"The register {self._shown} cannot be used: {_reason(error)}. Nothing is half-written: mend the cause "
                "and run the same command again."
            ) from None

    def known(self) -> frozenset[str]:
        """The identifiers of all submissions."""
        with self._reading() as connection:
            return frozenset(connection.scalars(sa.select(_SUBMISSION.c.submission)))

    def entries(self, period: str | None = None, provider_code: str | None = None) -> list[Entry]:
        """The submissions (of a quarter, of a provider), in the order in which they were judged."""
        query = sa.select(_SUBMISSION).order_by(_SUBMISSION.c.number)
        for column, value in ((_SUBMISSION.c.period, period), (_SUBMISSION.c.provider_code, provider_code)):
            query = query if value is None else query.where(column == value)
        with self._reading() as connection:
            return [Entry(**row) for row in connection.execute(query).mappings()]

    def entry(self, submission: str) -> Entry:
        """The submission with this identifier, which must be registered."""
        with self._reading() as connection:
            query = sa.select(_SUBMISSION).where(_SUBMISSION.c.submission == submission)
            return Entry(**connection.execute(query).mappings().one())

    def with_content(self, content_sha256: str | None) -> list[Entry]:
        """The submissions with these data, in the order in which they were judged."""
        if content_sha256 is None:
            return []
        query = sa.select(_SUBMISSION).where(_SUBMISSION.c.content_sha256 == content_sha256)
        with self._reading() as connection:
            return [Entry(**row) for row in connection.execute(query.order_by(_SUBMISSION.c.number)).mappings()]

    def standing(self, periods: Iterable[str] | None = None, provider_code: str | None = None) -> list[Entry]:
        """The accepted submissions (of quarters, of a provider) that nothing superseded: at most one for each."""
        superseded = sa.select(_SUPERSESSION.c.superseded)
        query = (
            sa.select(_SUBMISSION)
            .where(_SUBMISSION.c.outcome.in_(ACCEPTED), _SUBMISSION.c.submission.not_in(superseded))
            .order_by(_SUBMISSION.c.period, _SUBMISSION.c.provider_code)
        )
        if periods is not None:
            query = query.where(_SUBMISSION.c.period.in_(list(periods)))
        if provider_code is not None:
            query = query.where(_SUBMISSION.c.provider_code == provider_code)
        with self._reading() as connection:
            return [Entry(**row) for row in connection.execute(query).mappings()]

    def failures(self, submissions: Sequence[str]) -> dict[str, list[Failure]]:
        """What failed in each of these submissions, by rule."""
        query = sa.select(_FAILURE).where(_FAILURE.c.submission.in_(submissions)).order_by(_FAILURE.c.rule)
        found: dict[str, list[Failure]] = {one: [] for one in submissions}
        with self._reading() as connection:
            for row in connection.execute(query).mappings():
                found[row["submission"]].append(Failure(**{one.name: row[one.name] for one in fields(Failure)}))
        return found

    def expected(self) -> pl.DataFrame:
        """The providers expected for each quarter, as last listed."""
        last = sa.select(sa.func.max(_EXPECTED.c.number)).group_by(_EXPECTED.c.provider_code, _EXPECTED.c.period)
        query = sa.select(*(_EXPECTED.c[name] for name in EXPECTED)).where(
            _EXPECTED.c.number.in_(last), _EXPECTED.c.teams_expected.is_not(None)
        )
        with self._reading() as connection:
            rows = connection.execute(query.order_by(_EXPECTED.c.period, _EXPECTED.c.provider_code)).all()
        return pl.DataFrame([tuple(row) for row in rows], schema=EXPECTED, orient="row")

    def list_expected(self, listing: pl.DataFrame, now: str) -> dict[str, tuple[int, int]]:
        """Take in a list of expected providers for its quarters: what it changes is added.

        Gives the quarters of which it names another number of providers than before, with both numbers.
        """
        before = {row[:2]: row[2] for row in self.expected().rows()}
        after = {row[:2]: row[2] for row in listing.rows()}
        periods = set(listing["period"])
        gone = {key: None for key in before if key[1] in periods and key not in after}
        changed = {key: teams for key, teams in {**after, **gone}.items() if before.get(key, -1) != teams}
        rows = [
            {"provider_code": provider, "period": period, "teams_expected": teams, "listed_at": now}
            for (provider, period), teams in changed.items()
        ]
        if rows:
            with self._reached(), self._engine.begin() as connection:
                connection.execute(sa.insert(_EXPECTED), rows)
        numbers = {own: tuple(sum(key[1] == own for key in of) for of in (before, after)) for own in sorted(periods)}
        return {own: (was, now) for own, (was, now) in numbers.items() if was and was != now}

    def add(self, entry: Entry, failures: Iterable[Failure], supersedes: Iterable[str]) -> bool:
        """Register a submission with all that belongs to it, whole or not at all. False where it is there already."""
        rows = [{"submission": entry.submission, **asdict(one)} for one in failures]
        replaced = [{"superseded": one, "by": entry.submission} for one in supersedes]
        try:
            with self._reached(), self._engine.begin() as connection:
                connection.execute(sa.insert(_SUBMISSION), asdict(entry))
                for table, own in ((_FAILURE, rows), (_SUPERSESSION, replaced)):
                    if own:
                        connection.execute(sa.insert(table), own)
        except sa.exc.IntegrityError:
            return False
        return True

    def next_number(self) -> int:
        """The number of the next submission to be judged."""
        with self._reading() as connection:
            return (connection.scalar(sa.select(sa.func.max(_SUBMISSION.c.number))) or 0) + 1

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with self._reached(), self._engine.connect() as connection:
            yield connection


def _reason(error: sa.exc.DBAPIError) -> str:
    """The database's own words in one line, without the statement, which holds values."""
    return " ".join(str(error.orig).split()).rstrip(".?") or type(error.orig).__name__
