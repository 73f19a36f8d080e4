"""Whether the steps of an error's entry helped: one vote a person and entry, which can be changed."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import case, func, select

from bot.state.database import Database, upsert
from bot.state.tables import vote


class Tally(NamedTuple):
    """How many people said that it worked, and that it did not."""

    worked: int
    failed: int


async def cast_vote(database: Database, user_id: int, entry: str, *, worked: bool) -> Tally:
    """Store what a person says of an entry; return what all have said of it.

    Raises:
        Unavailable: nothing was stored.
    """
    async with database.writing() as connection:
        await upsert(
            connection, vote, {"user_id": user_id, "entry": entry}, {"worked": worked, "at": datetime.now(UTC)}
        )
        yes, no = func.sum(case((vote.c.worked, 1), else_=0)), func.sum(case((vote.c.worked, 0), else_=1))
        row = (await connection.execute(select(yes, no).where(vote.c.entry == entry))).one()
    return Tally(int(row[0]), int(row[1]))
