"""A playground that is being served, as `make run` serves it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from bot.answers.knowledge import Knowledge
from bot.catalog.place import Live
from bot.playground.server import playground
from bot.playground.world import simulated


@pytest.fixture
async def server(live: Live[Knowledge], tmp_path: Path) -> AsyncIterator[TestServer]:
    """In a task of its own, since the simulated Discord must end in the context it began in."""
    ready: asyncio.Future[TestServer] = asyncio.get_running_loop().create_future()
    over = asyncio.Event()

    async def serve() -> None:
        async with simulated(live, tmp_path) as world:
            served = TestServer(playground(world))
            await served.start_server()
            ready.set_result(served)
            await over.wait()
            await served.close()

    serving = asyncio.create_task(serve())
    await asyncio.wait((ready, serving), return_when=asyncio.FIRST_COMPLETED)
    yield ready.result()
    over.set()
    await serving
