"""A small Discord on a Unix socket: enough for a bot to log in and answer interactions, and to time it from outside.

It runs in a process of its own, so that the bot's CPU is the bot's alone. The bot reaches it through an
``aiohttp.UnixConnector``; nothing of discord.py is patched.
"""

import asyncio
import itertools
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from aiohttp import WSMsgType, web

APPLICATION = "200000000000000000"
CHANNEL = "300000000000000000"
_USER = {"id": "100000000000000000", "username": "ada", "discriminator": "0", "global_name": "Ada", "avatar": None}
_BOT = {"id": APPLICATION, "username": "willitrun", "discriminator": "0", "avatar": None, "bot": True}
_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _INVALID, _HELLO, _ACK = 0, 1, 2, 6, 9, 10, 11
_FIRST_ANSWER_S = 30.0


class Timing(NamedTuple):
    """Seconds from an interaction's dispatch to its first answer, sorted; and how many failed."""

    seconds: list[float]
    failed: int


class Discord:
    """One gateway connection, and the interactions that wait for their answer."""

    def __init__(self) -> None:
        self._ids = itertools.count(10**18)
        self._gateway: web.WebSocketResponse | None = None
        self._sequence = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[bool]] = {}
        self.callbacks: list[str] = []
        """Interactions whose first answer came by a request of its own."""
        self.refusals: list[web.Response] = []
        """What the next first answers are met with, one after the other, instead of being taken."""
        self.sessions: list[str] = []
        """How the gateway was joined each time: by ``identify`` or by ``resume``."""
        self.forgets_sessions = False

    def application(self) -> web.Application:
        """What the bot talks to."""
        app = web.Application(client_max_size=32 * 2**20)
        app.router.add_get("/api/v10/users/@me", self._me)
        app.router.add_get("/api/v10/oauth2/applications/@me", self._application)
        app.router.add_put("/api/v10/applications/{id}/commands", self._register)
        app.router.add_get("/api/v10/applications/{id}/commands", self._registered)
        app.router.add_post("/api/v10/interactions/{id}/{token}/callback", self._callback)
        app.router.add_post("/measure", self._measure)
        app.router.add_get("/", self._connect)
        return app

    async def _me(self, _: web.Request) -> web.Response:
        return _json(_BOT)

    async def _application(self, _: web.Request) -> web.Response:
        return _json(
            {
                "id": APPLICATION, "name": "willitrun", "icon": None, "description": "", "bot_public": True,
                "bot_require_code_grant": False, "verify_key": "0" * 64, "flags": 0, "owner": _USER, "summary": "",
            }
        )  # fmt: skip

    async def _register(self, request: web.Request) -> web.Response:
        commands = orjson.loads(await request.read())
        return _json(
            [
                {
                    "id": str(next(self._ids)), "application_id": APPLICATION, "version": "1",
                    "default_member_permissions": None, "description": "", "type": 1, **command,
                }
                for command in commands
            ]
        )  # fmt: skip

    async def _registered(self, _: web.Request) -> web.Response:
        return _json([])

    async def _connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        await _send(socket, {"op": _HELLO, "d": {"heartbeat_interval": 41250}})
        async for message in socket:
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                break
            payload = orjson.loads(message.data)
            if payload["op"] == _HEARTBEAT:
                await _send(socket, {"op": _ACK})
            elif payload["op"] == _RESUME and self.forgets_sessions:
                await _send(socket, {"op": _INVALID, "d": False})
            elif payload["op"] == _RESUME:
                self._gateway = socket
                self.sessions.append("resume")
                await self._dispatch("RESUMED", {})
            elif payload["op"] == _IDENTIFY:
                self._gateway = socket
                self.sessions.append("identify")
                ready = {
                    "v": 10, "user": _BOT, "guilds": [], "session_id": "s", "shard": [0, 1],
                    "resume_gateway_url": "ws://gateway.discord.gg/", "application": {"id": APPLICATION, "flags": 0},
                }  # fmt: skip
                await self._dispatch("READY", ready)
        return socket

    async def _dispatch(self, event: str, data: dict[str, Any]) -> None:
        assert self._gateway
        await _send(self._gateway, {"op": _DISPATCH, "s": next(self._sequence), "t": event, "d": data})

    async def _callback(self, request: web.Request) -> web.Response:
        """The first answer; Discord gives back the message that it made."""
        interaction = request.match_info["id"]
        if self.refusals:
            return self.refusals.pop(0)
        self.callbacks.append(interaction)
        if request.content_type == "multipart/form-data":
            await request.read()
            answer = {"type": 4, "data": {}}
        else:
            answer = orjson.loads(await request.read())
        waiting = self._waiting.pop(interaction, None)
        if waiting and not waiting.done():
            waiting.set_result(answer["type"] in (4, 5, 8))
        about: dict[str, Any] = {"id": interaction, "type": 2}
        if answer["type"] not in (4, 5):
            return _json({"interaction": about})
        message = {
            "id": str(next(self._ids)), "channel_id": CHANNEL, "author": _BOT, "content": "", "components": [],
            "embeds": [], "attachments": [], "mentions": [], "mention_roles": [], "mention_everyone": False,
            "pinned": False, "tts": False, "type": 20, "flags": 0, "timestamp": "2026-01-01T00:00:00+00:00",
            "edited_timestamp": None,
        }  # fmt: skip
        about |= {"response_message_id": message["id"]}
        return _json({"interaction": about, "resource": {"type": answer["type"], "message": message}})

    async def _measure(self, request: web.Request) -> web.Response:
        """Send ``count`` interactions, ``at_once`` of them open at a time, and say how long each took."""
        order = orjson.loads(await request.read())
        left = iter(range(order["count"]))
        seconds: list[float] = []
        failed = 0

        async def one_after_another() -> None:
            nonlocal failed
            for _ in left:
                start = time.perf_counter()
                try:
                    answered = await asyncio.wait_for(self._interact(order), _FIRST_ANSWER_S)
                except TimeoutError:
                    answered = False
                seconds.append(time.perf_counter() - start)
                failed += not answered

        await asyncio.gather(*(one_after_another() for _ in range(order["at_once"])))
        return _json({"seconds": sorted(seconds), "failed": failed})

    async def cut(self) -> None:
        """Hang up on the bot, as Discord does now and then."""
        assert self._gateway
        await self._gateway.close(code=4000)

    async def ask(self, number: str, kind: int, data: dict[str, Any]) -> None:
        """Send one interaction; its answer is among ``callbacks`` when it has come."""
        await self._dispatch("INTERACTION_CREATE", interaction_of(number, kind, data))

    async def _interact(self, order: dict[str, Any]) -> bool:
        interaction = str(next(self._ids))
        self._waiting[interaction] = answered = asyncio.get_running_loop().create_future()
        await self._dispatch("INTERACTION_CREATE", interaction_of(interaction, order["type"], order["data"]))
        return bool(await answered)


def interaction_of(number: str, kind: int, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An interaction as Discord sends it, in a direct message; each is somebody else's, so that nobody is too fast."""
    user = {**_USER, "id": number}
    return {
        "id": number, "application_id": APPLICATION, "type": kind, "token": f"t{number}",
        "version": 1, "data": data, "channel_id": CHANNEL, "user": user, "locale": "en-US",
        "channel": {"id": CHANNEL, "type": 1, "recipients": [user], "last_message_id": None},
        "entitlements": [], "authorizing_integration_owners": {"1": _USER["id"]}, "context": 1,
        "attachment_size_limit": 26214400, "app_permissions": "0", **more,
    }  # fmt: skip


async def _send(socket: web.WebSocketResponse, payload: dict[str, Any]) -> None:
    await socket.send_str(orjson.dumps(payload).decode())


def _json(payload: object) -> web.Response:
    return web.Response(body=orjson.dumps(payload), headers={"Content-Type": "application/json"})


async def _serve(path: str, ready: Event) -> None:
    runner = web.AppRunner(Discord().application(), access_log=None)
    await runner.setup()
    await web.UnixSite(runner, path).start()
    ready.set()
    await asyncio.Event().wait()


def _run(path: str, ready: Event) -> None:
    asyncio.run(_serve(path, ready))


@contextmanager
def discord_on(path: Path) -> Iterator[None]:
    """The Discord in a process of its own, on a socket at ``path``, until the block ends."""
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_run, args=(str(path), ready), daemon=True)
    process.start()
    try:
        if not ready.wait(30):
            raise RuntimeError("The simulated Discord did not start.")
        yield
    finally:
        process.terminate()
        process.join()
