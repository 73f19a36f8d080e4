"""The bot as Discord sees it."""

import asyncio
import hashlib
import logging
import signal
from pathlib import Path
from typing import Any

import aiohttp
import discord
import orjson
import platformdirs
from discord import app_commands
from discord.ext import commands
from pydantic import BaseModel, ValidationError

from bot.answers.answer import Question
from bot.answers.knowledge import Knowledge
from bot.answers.personal import PERSONAL, answer_for
from bot.boundary import Tree
from bot.catalog.place import Live
from bot.controls import show
from bot.panel import Setting
from bot.pressed import Pick, Press
from bot.reports import Decide
from bot.settings import Settings
from bot.show import phrases
from bot.start import start
from bot.state.database import Database, Unavailable
from bot.state.servers import Servers

log = logging.getLogger(__name__)

DEFER_AFTER_S = 1.5

COGS = (
    "cogs.willitrun",
    "cogs.compare",
    "cogs.fits",
    "cogs.bench",
    "cogs.choosegpu",
    "cogs.cost",
    "cogs.model",
    "cogs.gpu",
    "cogs.tool",
    "cogs.troubleshoot",
    "cogs.error",
    "cogs.start",
    "cogs.ask",
    "cogs.glossary",
    "cogs.method",
    "cogs.prompt",
    "cogs.learn",
    "cogs.guide",
    "cogs.rig",
    "cogs.privacy",
    "cogs.settings",
    "cogs.help",
    "cogs.about",
)


class LocalBot(commands.Bot):
    """Answers slash commands from the catalog. Needs no intents and keeps no cache of Discord.

    ``database`` keeps what users give; where it cannot be used, all that does not need it goes on. ``connector`` is
    handed to discord.py, so that tests and benchmarks can put another Discord behind it; ``state_folder`` is where it
    keeps what it registered, the user's state folder unless given.
    """

    def __init__(
        self,
        knowledge: Live[Knowledge],
        database: Database,
        *,
        connector: aiohttp.BaseConnector | None = None,
        state_folder: Path | None = None,
        **options: Any,
    ):
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=discord.Intents.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            connector=connector,
            **options,
        )
        self._live = knowledge
        self.database = database
        self.servers = Servers(database)
        self._state_folder = state_folder
        self.command_ids: dict[str, int] = {}
        """Discord's ids of the slash commands by name, known once they are registered."""

    @property
    def knowledge(self) -> Knowledge:
        """The catalog as it is now."""
        return self._live.value

    async def setup_hook(self) -> None:
        """Load the cogs; register the commands if they changed since they were last registered."""
        self.add_dynamic_items(Pick, Press, Decide, Setting)
        for cog in COGS:
            await self.load_extension(cog)
        try:
            await self.database.migrate()
        except Unavailable:
            log.error("what users give cannot be kept now; questions are answered all the same")
        await sync_if_changed(self, self._state_folder)

    async def close(self) -> None:
        """Leave Discord, and let go of the database."""
        await super().close()
        await self.database.close()

    async def reply(self, interaction: discord.Interaction[Any], question: Question, *, private: bool = False) -> None:
        """Answer a question where it was asked; ``private`` ones, and anything but an answer, to the asker only."""
        await self._live.refresh()
        deferring: list[asyncio.Task[Any]] = []
        # A look-up on the Hub may take longer than the three seconds that Discord waits for a first sign.
        late = asyncio.get_running_loop().call_later(
            DEFER_AFTER_S,
            lambda: deferring.append(asyncio.create_task(interaction.response.defer(thinking=True, ephemeral=private))),
        )
        try:
            told = await answer_for(interaction.user.id, question, self.knowledge, self.database)
        finally:
            late.cancel()
        if deferring:
            await deferring[0]
        result = told.answer
        private = private or result.status != "answered" or question.command in PERSONAL
        shown = show(result, told.question, ephemeral=private, command_ids=self.command_ids)
        if told.rig:
            shown.view.add_item(discord.ui.TextDisplay(phrases.on_rig(told.rig)))
        rules = await self.servers.rules(interaction.guild_id)
        private = private or interaction.channel_id in rules.private_channels
        if interaction.response.is_done():
            await interaction.followup.send(view=shown.view, files=shown.files)
        else:
            await interaction.response.send_message(view=shown.view, files=shown.files, ephemeral=private)
        log.info("/%s %s %d us", question.command, result.status, result.elapsed_us)


class Registered(BaseModel):
    """What is known of the last registration."""

    sha256: str
    ids: dict[str, int]


async def run_client(settings: Settings) -> None:
    """Connect to Discord and stay until SIGINT or SIGTERM."""
    token = settings.discord_token
    assert token
    async with LocalBot(await start(settings), Database(settings.database())) as bot:
        loop = asyncio.get_running_loop()
        connected = asyncio.create_task(bot.start(token.get_secret_value()))
        for name in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(name, connected.cancel)
            except NotImplementedError:  # Windows: Ctrl+C raises KeyboardInterrupt instead
                break
        try:
            await connected
        except asyncio.CancelledError:
            log.info("leaving")
        except discord.LoginFailure:
            log.error("Discord refuses the token. Check WILLITRUN_DISCORD_TOKEN.")
            raise SystemExit(1) from None


async def sync_commands(settings: Settings) -> int:
    """Register the commands now, changed or not; return how many there are."""
    token = settings.discord_token
    assert token
    async with LocalBot(await start(settings), Database(settings.database())) as bot:
        await bot.login(token.get_secret_value())
        return len(await bot.tree.sync())


async def sync_if_changed(bot: LocalBot, folder: Path | None = None) -> bool:
    """Register the commands unless exactly these were registered before; return whether it was done.

    The hash of the last payload and the ids that Discord gave are kept in ``folder``, by application.
    """
    payload = [command.to_dict(bot.tree) for command in bot.tree.get_commands()]
    digest = hashlib.sha256(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)).hexdigest()
    folder = folder or Path(platformdirs.user_state_dir("willitrun", appauthor=False))
    stamp = folder / f"commands-{bot.application_id}.json"
    known = _read_stamp(stamp)
    if known and known.sha256 == digest:
        bot.command_ids = known.ids
        return False
    registered = await bot.tree.sync()
    bot.command_ids = {c.name: c.id for c in registered if c.type is discord.AppCommandType.chat_input}
    folder.mkdir(parents=True, exist_ok=True)
    stamp.write_text(Registered(sha256=digest, ids=bot.command_ids).model_dump_json())
    return True


def _read_stamp(stamp: Path) -> Registered | None:
    try:
        return Registered.model_validate_json(stamp.read_bytes())
    except (OSError, ValidationError):
        return None
