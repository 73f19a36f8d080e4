"""The hardware that people own: several rigs by name, one of them in use."""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import Database
from bot.state.tables import rig

MOST_RIGS = 10
"""Rigs that one person can keep."""


class TooMany(Exception):
    """A person has as many rigs as can be kept."""


class Rig(BaseModel):
    """One rig. ``hardware`` names its devices by id, as the resolver reads them."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    name: str
    hardware: str
    ram_gib: float | None = None
    system: str | None = None
    shared: bool = False
    in_use: bool = False


async def keep_rig(database: Database, user_id: int, new: Rig) -> None:
    """Store a rig under its name, in place of one that has it, and use it from now on.

    Raises:
        TooMany: there are ``MOST_RIGS`` already.
        Unavailable: nothing was stored.
    """
    async with database.writing() as connection:
        mine = rig.c.user_id == user_id
        others = select(func.count()).select_from(rig).where(mine, rig.c.name != new.name)
        if (await connection.execute(others)).scalar_one() >= MOST_RIGS:
            raise TooMany
        await connection.execute(update(rig).where(mine).values(in_use=False))
        values = {**new.model_dump(), "in_use": True, "at": datetime.now(UTC)}
        changed = await connection.execute(update(rig).where(mine, rig.c.name == new.name).values(**values))
        if not changed.rowcount:
            await connection.execute(insert(rig).values(user_id=user_id, **values))


async def rigs_of(database: Database, user_id: int) -> tuple[Rig, ...]:
    """A person's rigs by name.

    Raises:
        Unavailable: the database cannot be read.
    """
    async with database.reading() as connection:
        rows = await connection.execute(select(rig).where(rig.c.user_id == user_id).order_by(rig.c.name))
        return tuple(Rig.model_validate(row) for row in rows)


async def rig_in_use(database: Database, user_id: int) -> Rig | None:
    """The rig that a person's questions are about unless they say otherwise.

    Raises:
        Unavailable: the database cannot be read.
    """
    return next((found for found in await rigs_of(database, user_id) if found.in_use), None)


async def use_rig(database: Database, user_id: int, name: str | None) -> bool:
    """Use another rig, or none; return whether there is one of that name.

    Raises:
        Unavailable: nothing was changed.
    """
    async with database.writing() as connection:
        mine = rig.c.user_id == user_id
        if name is not None and not await _has(connection, user_id, name):
            return False
        await connection.execute(update(rig).where(mine).values(in_use=rig.c.name == name if name else False))
    return True


async def share_rig(database: Database, user_id: int, name: str, *, shared: bool) -> bool:
    """Let others see a rig, or not; return whether there is one of that name.

    Raises:
        Unavailable: nothing was changed.
    """
    async with database.writing() as connection:
        named = update(rig).where(rig.c.user_id == user_id, rig.c.name == name).values(shared=shared)
        return bool((await connection.execute(named)).rowcount)


async def clear_rigs(database: Database, user_id: int, name: str | None = None) -> int:
    """Forget one rig, or all; return how many there were.

    Raises:
        Unavailable: nothing was changed.
    """
    async with database.writing() as connection:
        mine = delete(rig).where(rig.c.user_id == user_id)
        return (await connection.execute(mine.where(rig.c.name == name) if name else mine)).rowcount


async def _has(connection: AsyncConnection, user_id: int, name: str) -> bool:
    found = select(rig.c.id).where(rig.c.user_id == user_id, rig.c.name == name)
    return (await connection.execute(found)).first() is not None
