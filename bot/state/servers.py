"""What the moderators of a server have set."""

import contextlib
import time

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from bot.state.database import Database, Unavailable, upsert
from bot.state.tables import server

_FRESH_S = 30.0
"""How long settings are taken as they were read, when another process may have changed them."""
_MOST = 10_000


class ServerRules(BaseModel):
    """The rules of one server; all at their defaults where nobody has set anything."""

    model_config = ConfigDict(frozen=True)

    language: str | None = None
    report_channel: int | None = None
    private_channels: frozenset[int] = frozenset()
    """Where answers are for the asker only."""
    commands_off: frozenset[str] = frozenset()


class Servers:
    """Rules by server: read when they are needed, and kept for a while."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, tuple[float, ServerRules]] = {}

    async def rules(self, guild_id: int | None) -> ServerRules:
        """The rules of a server. Where the database cannot be read, those that were last known hold."""
        if guild_id is None:
            return ServerRules()
        until, known = self._known.get(guild_id, (0.0, ServerRules()))
        if time.monotonic() < until:
            return known
        with contextlib.suppress(Unavailable):  # logged there; an answer matters more than a rule
            known = await self._read(guild_id)
        self._keep(guild_id, known)
        return known

    async def change(self, guild_id: int, **changes: object) -> ServerRules:
        """Store changed rules; return all of them.

        Raises:
            Unavailable: nothing was changed.
        """
        changed = ServerRules.model_validate({**(await self._read(guild_id)).model_dump(), **changes})
        values = {
            "language": changed.language,
            "report_channel": changed.report_channel,
            "private_channels": ",".join(str(channel) for channel in sorted(changed.private_channels)),
            "commands_off": ",".join(sorted(changed.commands_off)),
        }
        async with self._database.writing() as connection:
            await upsert(connection, server, {"guild_id": guild_id}, values)
        self._keep(guild_id, changed)
        return changed

    async def _read(self, guild_id: int) -> ServerRules:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(server).where(server.c.guild_id == guild_id))).first()
        if row is None:
            return ServerRules()
        return ServerRules(
            language=row.language,
            report_channel=row.report_channel,
            private_channels=frozenset(int(channel) for channel in row.private_channels.split(",") if channel),
            commands_off=frozenset(name for name in row.commands_off.split(",") if name),
        )

    def _keep(self, guild_id: int, rules: ServerRules) -> None:
        self._known.pop(guild_id, None)
        self._known[guild_id] = (time.monotonic() + _FRESH_S, rules)
        if len(self._known) > _MOST:
            del self._known[next(iter(self._known))]
