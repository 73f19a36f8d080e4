"""What people say is wrong with an answer, until somebody decides on it."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import insert, select, update

from bot.state.database import Database
from bot.state.tables import report

MAX_WORDS = 1000
MAX_QUESTION = 400
Decision = Literal["accepted", "rejected"]


class Report(BaseModel):
    """One report. ``guild_id`` is None outside a server."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    user_id: int
    guild_id: int | None
    question: str
    words: str
    state: Literal["open", "accepted", "rejected"]
    at: datetime


async def keep_report(database: Database, user_id: int, guild_id: int | None, question: str, words: str) -> int:
    """Store a report; return its number.

    Raises:
        Unavailable: nothing was stored.
    """
    async with database.writing() as connection:
        stored = await connection.execute(
            insert(report)
            .values(
                user_id=user_id,
                guild_id=guild_id,
                question=question[:MAX_QUESTION],
                words=words[:MAX_WORDS],
                state="open",
                at=datetime.now(UTC),
            )
            .returning(report.c.id)
        )
        return int(stored.scalar_one())


async def decide(database: Database, number: int, guild_id: int, decision: Decision) -> Report | None:
    """Accept or reject an open report of a server; return it as it is now, or None if it was not open.

    Raises:
        Unavailable: nothing was changed.
    """
    async with database.writing() as connection:
        its = (report.c.id == number, report.c.guild_id == guild_id, report.c.state == "open")
        changed = await connection.execute(update(report).where(*its).values(state=decision).returning(report))
        row = changed.first()
        return Report.model_validate(row) if row else None


async def open_reports(database: Database, guild_id: int | None = None, *, limit: int = 50) -> tuple[Report, ...]:
    """Reports that nobody has decided on, oldest first; of one server, or of all.

    Raises:
        Unavailable: the database cannot be read.
    """
    wanted = select(report).where(report.c.state == "open").order_by(report.c.id).limit(limit)
    if guild_id is not None:
        wanted = wanted.where(report.c.guild_id == guild_id)
    async with database.reading() as connection:
        return tuple(Report.model_validate(row) for row in await connection.execute(wanted))
