"""The bot as Discord sees it."""

import asyncio
import hashlib
import logging
import math
import signal
from pathlib import Path
from typing import Any

import aiohttp
import discord
import orjson
import platformdirs
from aiohttp import web
from discord import app_commands
from discord.ext import commands
from pydantic import BaseModel, ValidationError

from bot.answers.answer import Question
from bot.answers.knowledge import Knowledge
from bot.answers.personal import PERSONAL, answer_for
from bot.boundary import Tree, language_of, say
from bot.catalog.place import Live
from bot.controls import show
from bot.observe import Health, Metrics, add_routes
from bot.panel import Setting
from bot.pressed import Pick, Press
from bot.reports import Decide
from bot.settings import Settings
from bot.show import phrases
from bot.show.language import speaking
from bot.start import start
from bot.state.database import Database, Unavailable
from bot.state.servers import Servers
from bot.translator import Translator

log = logging.getLogger(__name__)

DEFER_AFTER_S = 1.5
LONGEST_S = 25.0
"""A command that takes longer is given up; a look-up on the Hub may take twenty seconds."""
_OBSERVED_EVERY_S = 5.0

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
    keeps what it registered, the user's state folder unless given. One of several processes ``registers`` the commands.
    """

    def __init__(
        self,
        knowledge: Live[Knowledge],
        database: Database,
        *,
        connector: aiohttp.BaseConnector | None = None,
        state_folder: Path | None = None,
        registers: bool = True,
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
        self._registers = registers
        self.metrics = Metrics()
        self.health = Health()
        self.metrics.catalog(self.knowledge.catalog.version)
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
        await self.tree.set_translator(Translator())
        try:
            await self.database.migrate()
        except Unavailable:
            log.error("what users give cannot be kept now; questions are answered all the same")
        if self._registers:
            await sync_if_changed(self, self._state_folder)
        else:
            self.command_ids = await _registered_ids(self)

    async def close(self) -> None:
        """Leave Discord, and let go of the database."""
        await super().close()
        await self.database.close()

    async def reply(self, interaction: discord.Interaction[Any], question: Question, *, private: bool = False) -> None:
        """Answer a question where it was asked; ``private`` ones, and anything but an answer, to the asker only."""
        with self.metrics.interaction("command", question.command) as seen:
            seen.outcome = await self._reply(interaction, question, private=private)

    async def _reply(self, interaction: discord.Interaction[Any], question: Question, *, private: bool) -> str:
        if await self._live.refresh():
            self.metrics.catalog(self.knowledge.catalog.version)
        deferring: list[asyncio.Task[Any]] = []
        # A look-up on the Hub may take longer than the three seconds that Discord waits for a first sign.
        late = asyncio.get_running_loop().call_later(
            DEFER_AFTER_S,
            lambda: deferring.append(asyncio.create_task(interaction.response.defer(thinking=True, ephemeral=private))),
        )
        try:
            async with asyncio.timeout(LONGEST_S):
                told = await answer_for(interaction.user.id, question, self.knowledge, self.database)
        except TimeoutError:
            log.error("/%s took longer than %g s and was given up", question.command, LONGEST_S)
            await say(interaction, phrases.TOO_LONG)
            return "timeout"
        finally:
            late.cancel()
        if deferring:
            await deferring[0]
        result = told.answer
        rules = await self.servers.rules(interaction.guild_id)
        private = private or result.status != "answered" or question.command in PERSONAL
        with speaking(await language_of(interaction)):
            note = phrases.on_rig(told.rig) if told.rig else ""
            shown = show(result, told.question, ephemeral=private, command_ids=self.command_ids, note=note)
        private = private or interaction.channel_id in rules.private_channels
        if interaction.response.is_done():
            await interaction.followup.send(view=shown.view, files=shown.files)
        else:
            await interaction.response.send_message(view=shown.view, files=shown.files, ephemeral=private)
        log.info("/%s %s %d us", question.command, result.status, result.elapsed_us)
        return result.status


async def _registered_ids(bot: LocalBot) -> dict[str, int]:
    """Ids of the commands as another process registered them; none where Discord does not say."""
    try:
        registered = await bot.tree.fetch_commands()
    except discord.HTTPException as problem:
        log.warning("the registered commands could not be read: %s", type(problem).__name__)
        return {}
    return {c.name: c.id for c in registered if c.type is discord.AppCommandType.chat_input}


class Registered(BaseModel):
    """What is known of the last registration."""

    sha256: str
    ids: dict[str, int]


class Sharded(LocalBot, commands.AutoShardedBot):
    """The bot over several gateway connections, for more servers than one connection may have.

    discord.py starts shards one after the other with five seconds between them; Discord allows as many at once as its
    ``max_concurrency`` says, and five seconds for each such group.
    """

    _GROUP_S = 5.0

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait only where a group of shards is full."""
        concurrency = max(1, self._max_concurrency)
        if shard_id is not None and shard_id % concurrency == 0 and (not initial or shard_id >= concurrency):
            await asyncio.sleep(self._GROUP_S)

    async def launch_shards(self) -> None:
        """Ask Discord how many may start at once, then start them."""
        _, _, limit = await self.http.get_bot_gateway()
        self._max_concurrency = int(limit["max_concurrency"])
        await super().launch_shards()

    _max_concurrency = 1


async def run_client(settings: Settings) -> None:
    """Connect to Discord and stay until SIGINT or SIGTERM."""
    token = settings.discord_token
    assert token
    async with await _gateway_bot(settings) as bot:
        loop = asyncio.get_running_loop()
        connected = asyncio.create_task(bot.start(token.get_secret_value()))
        watching = asyncio.create_task(_observed(bot, settings))
        warming = asyncio.create_task(bot.knowledge.warm_up())
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
        finally:
            watching.cancel()
            warming.cancel()


async def _gateway_bot(settings: Settings) -> LocalBot:
    live, database = await start(settings), Database(settings.database())
    if settings.shard_count is None:
        return LocalBot(live, database, registers=settings.register_commands)
    return Sharded(
        live,
        database,
        registers=settings.register_commands,
        shard_count=settings.shard_count,
        shard_ids=settings.shard_ids,
    )


async def _observed(bot: LocalBot, settings: Settings) -> None:
    """Serve metrics and health where a port is set, until cancelled."""
    runner = None
    if settings.metrics_port:
        app = web.Application()
        add_routes(app, bot.metrics, bot.health)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, settings.host, settings.metrics_port).start()
    watching = asyncio.create_task(bot.metrics.watch_loop())
    try:
        while True:
            bot.health.ready = bot.is_ready() and math.isfinite(bot.latency)
            latencies = bot.latencies if isinstance(bot, Sharded) else [(0, bot.latency)]
            for shard, seconds in latencies:
                bot.metrics.latency(shard, seconds)
            await asyncio.sleep(_OBSERVED_EVERY_S)
    finally:
        watching.cancel()
        if runner:
            await runner.cleanup()


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
    translator = bot.tree.translator
    payload = [
        await command.get_translated_payload(bot.tree, translator) if translator else command.to_dict(bot.tree)
        for command in bot.tree.get_commands()
    ]
    digest = hashlib.sha256(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)).hexdigest()
    folder = folder or Path(platformdirs.user_state_dir("willitrun", appauthor=False))
    stamp = folder / f"commands-{bot.application_id}.json"
    known = _read_stamp(stamp)
    if known and known.sha256 == digest:
        bot.command_ids = known.ids
        return False
    registered = await bot.tree.sync()
    bot.command_ids = {c.name: c.id for c in registered if c.type is discord.AppCommandType.chat_input}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stamp.write_text(Registered(sha256=digest, ids=bot.command_ids).model_dump_json())
    except OSError as problem:  # a read-only disk: they will be registered again at the next start, which is harmless
        log.warning("what was registered cannot be remembered: %s", type(problem).__name__)
    return True


def _read_stamp(stamp: Path) -> Registered | None:
    try:
        return Registered.model_validate_json(stamp.read_bytes())
    except (OSError, ValidationError):
        return None
