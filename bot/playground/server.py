"""The web server of the playground: bound to this machine, and for pages of its own only."""

import asyncio
import signal
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import orjson
from aiohttp import BodyPartReader, web
from pydantic import ValidationError

from bot.boundary import report
from bot.playground.acts import Act, read_act
from bot.playground.world import PEOPLE, Refused, World, simulated
from bot.settings import Settings
from bot.start import start

HOST = "127.0.0.1"
MAX_UPLOAD = 2_000_000
"""Bytes of a request: a log of the size that the bot reads, and room to see one refused."""

_PAGE = Path(__file__).with_name("page")
_WORLD: web.AppKey[World] = web.AppKey("world", World)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def playground(world: World) -> web.Application:
    """The application: the page, what it shows, and what people do in it."""
    app = web.Application(client_max_size=MAX_UPLOAD, middlewares=[_own_page_only])
    app[_WORLD] = world
    app.router.add_get("/", _page_file("index.html"))
    app.router.add_get("/page.css", _page_file("page.css"))
    app.router.add_get("/page.js", _page_file("page.js"))
    app.router.add_get("/markdown.js", _page_file("markdown.js"))
    app.router.add_get("/world", _world)
    app.router.add_get("/messages", _messages)
    app.router.add_get("/files/{id}", _file)
    app.router.add_post("/act", _act)
    return app


async def run_playground(settings: Settings) -> None:
    """Serve the playground until SIGINT or SIGTERM.

    Raises:
        OSError: the port is taken.
    """
    with tempfile.TemporaryDirectory(prefix="willitrun-") as state:
        async with simulated(await start(settings), Path(state)) as world:
            runner = web.AppRunner(playground(world), access_log=None)
            await runner.setup()
            try:
                await web.TCPSite(runner, HOST, settings.playground_port).start()
                address = f"http://{HOST}:{settings.playground_port}"
                print(f"Try the bot at {address} (leave with Ctrl+C; `--terminal` chats here instead).", flush=True)
                print("To connect to Discord, put WILLITRUN_DISCORD_TOKEN=… into .env and start again.", flush=True)
                await _until_stopped()
            finally:
                await runner.cleanup()


async def _until_stopped() -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(name, stopped.set)
        except NotImplementedError:  # Windows: Ctrl+C raises KeyboardInterrupt instead
            break
    await stopped.wait()


@web.middleware
async def _own_page_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site's page sends here, or sends here under a name of its own (DNS rebinding)."""
    port = request.url.port
    own = {f"{name}:{port}" for name in (HOST, "localhost")}
    origin = request.headers.get("Origin")
    if request.host not in own or (origin is not None and origin.removeprefix("http://") not in own):
        return web.json_response({"error": "This playground answers to its own page only."}, status=403)
    try:
        response = await handler(request)
    except (Refused, ValidationError) as problem:
        words = str(problem) if isinstance(problem, Refused) else "This is not something a person can do here."
        response = web.json_response({"error": words}, status=400)
    except web.HTTPRequestEntityTooLarge:
        words = f"This is over {MAX_UPLOAD // 1_000_000} MB. Discord takes more, but the bot reads up to 1 MB."
        response = web.json_response({"error": words}, status=413)
    except web.HTTPException:
        raise
    except Exception as error:
        reference = report(error, "the playground")
        response = web.json_response({"error": f"Something unexpected went wrong ({reference})."}, status=500)
    response.headers.update(_HEADERS)
    return response


def _page_file(name: str) -> Handler:
    async def send(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(_PAGE / name)

    return send


async def _world(request: web.Request) -> web.StreamResponse:
    world = request.app[_WORLD]
    return _json({"people": PEOPLE, "commands": world.commands(), "channels": world.channels(), "menus": world.menus()})


async def _messages(request: web.Request) -> web.StreamResponse:
    return _json({"messages": request.app[_WORLD].messages(request.query.get("user", ""))})


async def _file(request: web.Request) -> web.StreamResponse:
    found = request.app[_WORLD].file(request.query.get("user", ""), request.match_info["id"])
    if found is None:
        raise web.HTTPNotFound
    kind, data = found
    kind = kind if kind.startswith("image/") else "text/plain"
    return web.Response(body=data, content_type=kind, headers={"Content-Disposition": "inline"})


async def _act(request: web.Request) -> web.StreamResponse:
    """An act as the field ``act`` of a form, beside the files that belong to its options."""
    if request.content_type != "multipart/form-data":
        raise Refused("Send a form.")
    act, files = await _form(request)
    world = request.app[_WORLD]
    outcome = await world.act(act, files)
    messages = None if act.kind == "complete" else world.messages(act.user)
    return _json({**outcome.model_dump(), "messages": messages})


async def _form(request: web.Request) -> tuple[Act, dict[str, tuple[str, bytes]]]:
    act: Act | None = None
    files: dict[str, tuple[str, bytes]] = {}
    left = MAX_UPLOAD
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or len(files) >= 10:
            raise Refused("This form is not one of the page's.")
        data = bytearray()
        while chunk := await part.read_chunk():
            left -= len(chunk)
            if left < 0:
                raise web.HTTPRequestEntityTooLarge(MAX_UPLOAD, MAX_UPLOAD + 1)
            data += chunk
        if part.name == "act":
            act = read_act.validate_json(data)
        else:
            files[part.name or ""] = (Path(part.filename or "file").name[:100], bytes(data))
    if act is None:
        raise Refused("Nothing to do.")
    return act, files


def _json(payload: object) -> web.Response:
    return web.Response(body=orjson.dumps(payload), content_type="application/json")
