"""The database that survives restarts: SQLite unless told otherwise, PostgreSQL by URL."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, NullPool, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger(__name__)

_REST_S = 3.0
_WAIT_S = 1.5
"""How long a busy database is waited for: Discord gives three seconds for an answer."""


class Unavailable(Exception):
    """The database cannot be read or written now. Nothing was stored; the message names the kind of fault only."""


class Database:
    """Opens connections. What is written in ``writing`` is on disk when the block has ended, or not at all."""

    def __init__(self, url: str) -> None:
        """Nothing is opened yet. ``url`` is ``sqlite:///file`` or ``postgresql://…``.

        Raises:
            ValueError: it is neither.
        """
        self._url = _driver(url)
        self._engine = _engine(self._url)
        self._migrated = False
        self._rests_until = 0.0
        self._migrating = asyncio.Lock()

    @property
    def file(self) -> Path | None:
        """The file of SQLite; None for a server."""
        return Path(self._url.database or "") if self._url.get_backend_name() == "sqlite" else None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read with.

        Raises:
            Unavailable: the database is locked, broken or gone.
        """
        async with self._open(writing=False) as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A connection whose changes are committed together at the end.

        Raises:
            Unavailable: the database is locked, full, read-only, broken or gone.
        """
        async with self._open(writing=True) as connection:
            yield connection

    @asynccontextmanager
    async def _open(self, *, writing: bool) -> AsyncIterator[AsyncConnection]:
        await self.migrate()
        self._look_whether_it_rests()
        try:
            async with self._engine.connect() as plain:
                connection = await plain.execution_options(willitrun_writing=writing)
                async with connection.begin():
                    yield connection
        except (DBAPIError, PoolTimeout, OSError) as problem:
            raise self._unavailable(problem) from None

    async def migrate(self) -> None:
        """Bring the tables up to this version of the program, once.

        Raises:
            Unavailable: the database cannot be changed now; the next call tries again.
        """
        async with self._migrating:
            if self._migrated:
                return
            self._look_whether_it_rests()
            try:
                if self.file:
                    self.file.parent.mkdir(parents=True, exist_ok=True)
                    await asyncio.to_thread(_create, self.file)
                async with self._engine.connect() as plain:
                    connection = await plain.execution_options(willitrun_writing=True)
                    async with connection.begin():
                        await connection.run_sync(upgrade)
            except (DBAPIError, PoolTimeout, OSError, sqlite3.Error) as problem:
                raise self._unavailable(problem) from None
            self._migrated = True

    def _look_whether_it_rests(self) -> None:
        """A database that cannot be reached is left alone for a while: nobody's answer waits for it again and again."""
        if time.monotonic() < self._rests_until:
            raise Unavailable("resting")

    def _unavailable(self, problem: BaseException) -> Unavailable:
        if isinstance(problem, PoolTimeout | OSError):
            self._rests_until = time.monotonic() + _REST_S
        # The text of a fault may hold the values of a statement, so only its kind is told.
        kind = type(getattr(problem, "orig", None) or problem).__name__
        log.error("state: the database cannot be used (%s)", kind)
        return Unavailable(kind)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._engine.dispose()


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to ``revision`` within the transaction of ``connection``."""
    from alembic import command  # it takes long to import, and is needed once

    command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Take migrations back down to ``revision``; ``base`` takes all tables away."""
    from alembic import command

    command.downgrade(_config(connection), revision)


async def upsert(connection: AsyncConnection, table: Table, keys: dict[str, Any], values: dict[str, Any]) -> None:
    """Write the row of the primary key ``keys``, whether it is there or not."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    await connection.execute(
        insert(table).values(**keys, **values).on_conflict_do_update(index_elements=list(keys), set_=values)
    )


def back_up(source: Path, target: Path) -> None:
    """Copy a SQLite database, whole and consistent, while others write to it.

    Raises:
        OSError: ``target`` exists already, or cannot be written.
        sqlite3.Error: ``source`` is not a database.
    """
    target.touch(exist_ok=False)
    with sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True) as old, sqlite3.connect(target) as new:
        old.backup(new)
    old.close()
    new.close()


def _driver(url: str) -> URL:
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return parsed.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+asyncpg")
        case other:
            raise ValueError(f"A database of the kind {other} is not supported; use sqlite:///file or postgresql://…")


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return create_async_engine(
            url,
            pool_pre_ping=True,
            pool_timeout=_WAIT_S,
            connect_args={"timeout": _WAIT_S, "command_timeout": _WAIT_S},
        )
    # A connection for each use: one that is kept would go on writing into a file that was deleted or replaced.
    path = Path(url.database or "").absolute()
    opened = url.set(database=f"file:{path}", query={"mode": "rw", "uri": "true"})
    engine = create_async_engine(opened, poolclass=NullPool, connect_args={"timeout": _WAIT_S})

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin below, not where the driver thinks best
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Connection) -> None:
        writing = connection.get_execution_options().get("willitrun_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _create(file: Path) -> None:
    """An empty database in WAL mode, where none is; the mode is kept in the file."""
    connection = sqlite3.connect(file, timeout=_WAIT_S)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
