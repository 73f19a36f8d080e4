"""Many interactions with one bot on a simulated Discord: ``make soak``, or ``python -m benchmarks.soak [count]``.

What may not grow: tasks, views and modals that discord.py keeps, and live objects of the bot's and of discord.py's
classes. The memory of the whole process is not printed: the simulated Discord keeps every message.
"""

import asyncio
import collections
import gc
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import simcord
from rich.console import Console
from rich.table import Table

from benchmarks.timing import shipped_catalog
from bot.answers.knowledge import Knowledge
from bot.catalog.place import Live
from bot.client import LocalBot
from bot.state.database import Database

ASKED: tuple[tuple[str, dict[str, str]], ...] = (
    ("willitrun", {"model": "llama 3.1 8b q4_k_m", "gpu": "rtx 3060 12gb"}),
    ("willitrun", {"model": "llama 3.1 8b", "gpu": "rtx 3060"}),
    ("willitrun", {"model": "@everyone", "gpu": "3090"}),
    ("compare", {"a": "rtx 3090", "b": "rx 7900 xtx"}),
    ("fits", {"gpu": "m3 max 64gb"}),
    ("bench", {"model": "gpt-oss 20b", "gpu": "rtx 3090"}),
    ("error", {"text": "cuda oom"}),
    ("error", {}),
    ("troubleshoot", {"symptom": "ollama is slow"}),
    ("glossary", {"term": "rlhf"}),
    ("help", {}),
)
_POINTS = 10
_OURS = ("discord.", "bot.", "cogs.")


class Point(NamedTuple):
    """What is alive after so many interactions."""

    interactions: int
    tasks: int
    views: int
    modals: int
    objects: collections.Counter[str]


def _alive(bot: LocalBot, interactions: int) -> Point:
    gc.collect()
    kinds = (type(thing) for thing in gc.get_objects())
    objects = collections.Counter(f"{k.__module__}.{k.__name__}" for k in kinds if str(k.__module__).startswith(_OURS))
    store = bot._connection._view_store
    views = sum(len(items) for items in store._views.values())
    return Point(interactions, len(asyncio.all_tasks()), views, len(store._modals), objects)


async def points(bot: LocalBot, count: int) -> AsyncIterator[Point]:
    """Ask ``count`` times, round and round; look at ten points."""
    async with simcord.run(bot) as env:
        channel: Any = env.create_guild().create_text_channel("local-ai")
        # As many people as it takes for none to be told to slow down.
        people = [env.guild.add_member(env.create_user(f"person{n}")) for n in range(count // 10 + 1)]
        for number in range(1, count + 1):
            command, options = ASKED[number % len(ASKED)]
            person = people[number % len(people)]
            result = await person.slash(channel, command, **options)
            if result.modal:
                await person.submit_modal(result, {"text": "torch not compiled with CUDA enabled"})
            if number % max(1, count // _POINTS) == 0:
                yield _alive(bot, number)


def main(count: int) -> None:
    """Run and print."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        catalog = shipped_catalog(Path(folder))
        live = Live(Path(folder) / "catalog.sqlite", catalog, Knowledge)
        seen = asyncio.run(_seen(live, Database(f"sqlite:///{folder}/state.sqlite"), count))
    table = Table("interactions", "tasks", "views", "modals", "objects", title="What is alive")
    for p in seen:
        numbers = (p.interactions, p.tasks, p.views, p.modals, p.objects.total())
        table.add_row(*(f"{number:,}" for number in numbers))
    console.print(table)
    grown = (seen[-1].objects - seen[0].objects).most_common(5)
    console.print("Grown most:", ", ".join(f"{name} +{more}" for name, more in grown) or "nothing")


async def _seen(live: Live[Knowledge], database: Database, count: int) -> list[Point]:
    return [point async for point in points(LocalBot(live, database), count)]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
