"""Which lessons of a course a person has answered."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import Database, upsert
from bot.state.tables import lesson


async def keep_lesson(database: Database, user_id: int, course: str, number: int, *, right: bool) -> frozenset[int]:
    """Store how a person answered a lesson; return the lessons of the course that they have answered rightly.

    Raises:
        Unavailable: nothing was stored.
    """
    async with database.writing() as connection:
        keys = {"user_id": user_id, "course": course, "number": number}
        await upsert(connection, lesson, keys, {"right": right, "at": datetime.now(UTC)})
        return await _done(connection, user_id, course)


async def done_lessons(database: Database, user_id: int, course: str) -> frozenset[int]:
    """The lessons of a course that a person has answered rightly.

    Raises:
        Unavailable: the database cannot be read.
    """
    async with database.reading() as connection:
        return await _done(connection, user_id, course)


async def _done(connection: AsyncConnection, user_id: int, course: str) -> frozenset[int]:
    mine = select(lesson.c.number).where(lesson.c.user_id == user_id, lesson.c.course == course, lesson.c.right)
    return frozenset(row.number for row in await connection.execute(mine))
