"""Discord's HTTP interactions endpoint: the same cogs without a gateway, in as many processes as wanted."""

import asyncio
import logging
import signal
import time
from typing import Any

import orjson
from aiohttp import web
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from bot import private_discord
from bot.boundary import report
from bot.client import LocalBot
from bot.observe import add_routes
from bot.settings import Settings
from bot.start import start
from bot.state.database import Database

log = logging.getLogger(__name__)

MAX_BODY = 1_000_000
"""Bytes of a request: a message of Discord with all that it names is a tenth of that."""
CLOCK_WINDOW_S = 300.0
"""How far from ours the time of a request may be; an older one is replayed."""
INLINE_S = 2.0
"""How long a first answer is waited for; Discord waits three seconds."""
_PING, _PONG = 1, 1
_REMEMBERED = 50_000
_BACKLOG = 1024
_LAST_REQUESTS_S = 0.5


class Endpoint:
    """Takes signed interactions, and answers each once."""

    def __init__(self, bot: LocalBot, public_key: str) -> None:
        """``public_key`` is the application's, 64 hexadecimal digits.

        Raises:
            ValueError: it is not.
        """
        self._bot = bot
        self._key = VerifyKey(bytes.fromhex(public_key))
        self._seen: dict[str, None] = {}

    async def take(self, request: web.Request) -> web.StreamResponse:
        """One request of Discord."""
        body = await request.read()
        if not self._genuine(request, body):
            return web.Response(status=401, text="invalid request signature")
        try:
            interaction = orjson.loads(body)
            kind, number = interaction["type"], str(interaction["id"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return web.Response(status=400, text="no interaction")
        if kind == _PING:
            return _json({"type": _PONG})
        if not self._is_new(number):
            return web.Response(status=409, text="answered already")
        return await self._answer(request, interaction)

    def _genuine(self, request: web.Request, body: bytes) -> bool:
        """Whether Discord signed exactly this, and just now."""
        stamp = request.headers.get("X-Signature-Timestamp", "")
        try:
            signature = bytes.fromhex(request.headers.get("X-Signature-Ed25519", ""))
            self._key.verify(stamp.encode() + body, signature)
            late_s = abs(time.time() - int(stamp))
        except (BadSignatureError, ValueError, TypeError):
            return False
        if late_s > CLOCK_WINDOW_S:
            log.warning("a signed request is %.0f s off; is the clock of this machine right?", late_s)
            return False
        return True

    def _is_new(self, number: str) -> bool:
        if number in self._seen:
            return False
        self._seen[number] = None
        if len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return True

    async def _answer(self, request: web.Request, interaction: dict[str, Any]) -> web.StreamResponse:
        try:
            first = private_discord.dispatch(self._bot, interaction)
        except Exception as error:  # a kind of interaction that discord.py does not know
            report(error, "an interaction by HTTP")
            return web.Response(status=400, text="no interaction")
        late = asyncio.get_running_loop().call_later(INLINE_S, first.let_go)
        payload = await first.payload
        late.cancel()
        if payload is None:  # it goes, or went, by a request of its own
            return web.Response(status=202)
        response = _json(payload)
        try:
            await response.prepare(request)
            await response.write_eof()
        finally:
            first.sent.set()
        return response


def application(bot: LocalBot, public_key: str) -> web.Application:
    """The endpoint at ``/interactions``, and what orchestrators ask for.

    Raises:
        ValueError: the public key is none.
        Incompatible: the installed discord.py is not one that this knows.
    """
    private_discord.check()
    app = web.Application(client_max_size=MAX_BODY)
    app.router.add_post("/interactions", Endpoint(bot, public_key).take)
    add_routes(app, bot.metrics, bot.health)
    return app


async def run_server(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        OSError: the address is taken.
    """
    await serve(LocalBot(await start(settings), Database(settings.database()), registers=False), settings)


async def serve(bot: LocalBot, settings: Settings) -> None:
    """Serve with ``bot`` until SIGINT or SIGTERM; then take no more, and leave when what was taken is answered.

    Raises:
        OSError: the address is taken.
    """
    assert settings.discord_token
    assert settings.public_key
    async with bot:
        await bot.login(settings.discord_token.get_secret_value())
        runner = web.AppRunner(application(bot, settings.public_key), access_log=None, shutdown_timeout=5.0)
        await runner.setup()
        bot.knowledge.build_indexes()
        site = web.TCPSite(runner, settings.host, settings.port, backlog=_BACKLOG)
        await site.start()
        log.info("serving interactions on %s:%d", settings.host, settings.port)
        watching = asyncio.create_task(bot.metrics.watch_loop())
        warming = asyncio.create_task(bot.knowledge.warm_up())
        bot.health.ready = True
        await _until_stopped()
        bot.health.ready = False
        log.info("draining for %g s", settings.drain_s)
        await asyncio.sleep(settings.drain_s)  # balancers see that it is not ready, and send no more
        await site.stop()
        await asyncio.sleep(_LAST_REQUESTS_S)  # aiohttp would hang up on who has connected and not asked yet
        await runner.cleanup()
        await asyncio.wait_for(private_discord.in_flight(), 5)
        watching.cancel()
        warming.cancel()


async def _until_stopped() -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    await stopped.wait()


def _json(payload: Any) -> web.Response:
    return web.Response(body=orjson.dumps(payload), headers={"Content-Type": "application/json"})
