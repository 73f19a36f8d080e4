"""All that is stored about a person: to show, to hand out, and to delete."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from bot.state.database import Database
from bot.state.tables import lesson, report, rig, vote

ABOUT_A_PERSON = (rig, vote, lesson, report)


async def all_about(database: Database, user_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every row about a person by table, moments as ISO 8601.

    Raises:
        Unavailable: the database cannot be read.
    """
    found = {}
    async with database.reading() as connection:
        for table in ABOUT_A_PERSON:
            rows = await connection.execute(select(table).where(table.c.user_id == user_id))
            found[table.name] = [
                {name: v.isoformat() if isinstance(v, datetime) else v for name, v in row._mapping.items()}
                for row in rows
            ]
    return found


async def forget(database: Database, user_id: int) -> int:
    """Delete every row about a person; return how many there were.

    Raises:
        Unavailable: nothing was deleted.
    """
    async with database.writing() as connection:
        return sum(
            [(await connection.execute(delete(t).where(t.c.user_id == user_id))).rowcount for t in ABOUT_A_PERSON]
        )
