"""One process of `serve`, with a Discord on a Unix socket: python -m tests.serve.replica SOCKET CATALOG."""

import asyncio
import logging
import sys
from pathlib import Path

import aiohttp

from bot.answers.knowledge import Knowledge
from bot.catalog.place import Live
from bot.catalog.store import read_catalog
from bot.client import LocalBot
from bot.serve import serve
from bot.settings import Settings
from bot.state.database import Database


async def main(socket: str, catalog: Path) -> None:
    settings = Settings()
    live = Live(catalog, await read_catalog(catalog), Knowledge)
    database = Database(settings.database())
    bot = LocalBot(live, database, connector=aiohttp.UnixConnector(socket), registers=False)
    await serve(bot, settings)


if __name__ == "__main__":
    logging.basicConfig(level="WARNING")
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
