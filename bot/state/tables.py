"""The tables. Every column that holds something about a person is listed in PRIVACY.md (a test compares them)."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """With its zone."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _person() -> Column[int]:
    return Column("user_id", BigInteger, primary_key=True, autoincrement=False)


def _at() -> Column[Any]:
    return Column("at", Moment, nullable=False)


rig = Table(
    "rig",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", BigInteger, nullable=False, index=True),
    Column("name", String(32), nullable=False),
    Column("hardware", String(200), nullable=False),
    Column("ram_gib", Float),
    Column("system", String(10)),
    Column("shared", Boolean, nullable=False),
    Column("in_use", Boolean, nullable=False),
    _at(),
    UniqueConstraint("user_id", "name"),
)
vote = Table(
    "vote",
    metadata,
    _person(),
    Column("entry", String(100), primary_key=True),
    Column("worked", Boolean, nullable=False),
    _at(),
    Index("ix_vote_entry", "entry"),
)
lesson = Table(
    "lesson",
    metadata,
    _person(),
    Column("course", String(100), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("right", Boolean, nullable=False),
    _at(),
)
report = Table(
    "report",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", BigInteger, nullable=False, index=True),
    Column("guild_id", BigInteger, index=True),
    Column("question", String(400), nullable=False),
    Column("words", String(1000), nullable=False),
    Column("state", String(10), nullable=False),
    _at(),
)
server = Table(
    "server",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String(10)),
    Column("report_channel", BigInteger),
    Column("private_channels", String(1000), nullable=False),
    Column("commands_off", String(1000), nullable=False),
)
