"""CPU and time of an interaction, beside commands that do nothing: ``python -m benchmarks.interactions [count]``.

``--models 100000`` measures with a catalog of that many models; ``--long 20000`` asks that often, everything in turn,
and prints memory and tasks on the way.

The real discord.py talks to a Discord on a Unix socket in another process; CPU is that of the bot's process.
"""

import asyncio
import contextlib
import gc
import logging
import resource
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from unittest import mock

import aiohttp
import discord
import orjson
import typer
from discord import app_commands, ui
from rich.console import Console
from rich.table import Table

from benchmarks.loopback import Timing, discord_on
from benchmarks.names import with_models
from benchmarks.timing import shipped_catalog
from bot.answers.answer import Question
from bot.answers.knowledge import Knowledge
from bot.answers.router import answer
from bot.catalog.place import Live
from bot.client import LocalBot
from bot.show import charts
from bot.state.database import Database

_COMMAND, _AUTOCOMPLETE = 2, 4
_WILLITRUN = {"model": "gemma 3 27b q4_k_m", "gpu": "rtx 3090", "context": "32k"}
AT_ONCE = (1, 50)
_POINTS = 10


class Case(NamedTuple):
    """An interaction, and what its cost is compared with."""

    name: str
    type: int
    data: dict[str, Any]
    beside: str
    drawn: bool = True
    new: bool = False
    """Whether each is worked out as if it had not been asked before."""


class Cost(NamedTuple):
    """What one interaction of a case costs."""

    case: Case
    at_once: int
    cpu_us: float
    p50_ms: float
    p99_ms: float
    each_s: float
    failed: int


def _slash(name: str, **options: str) -> dict[str, Any]:
    given = [{"name": option, "type": 3, "value": value} for option, value in options.items()]
    return {"id": "1", "name": name, "type": 1, "options": given}


def _typing(name: str, option: str, value: str) -> dict[str, Any]:
    return {
        "id": "1",
        "name": name,
        "type": 1,
        "options": [{"name": option, "type": 3, "value": value, "focused": True}],
    }


CASES = (
    Case("nothing", _COMMAND, _slash("nothing"), "nothing"),
    Case("a static card", _COMMAND, _slash("card"), "nothing"),
    Case("/willitrun without picture", _COMMAND, _slash("willitrun", **_WILLITRUN), "nothing", drawn=False),
    Case(
        "/willitrun, never asked before", _COMMAND, _slash("willitrun", **_WILLITRUN), "nothing", drawn=False, new=True
    ),
    Case("/willitrun", _COMMAND, _slash("willitrun", **_WILLITRUN), "nothing"),
    Case("/compare", _COMMAND, _slash("compare", a="rtx 3090", b="rx 7900 xtx"), "nothing"),
    Case("/error", _COMMAND, _slash("error", text="cuda oom"), "nothing"),
    Case("/glossary", _COMMAND, _slash("glossary", term="rlhf"), "nothing"),
    Case("choices: nothing", _AUTOCOMPLETE, _typing("nothing", "word", "qwen"), "choices: nothing"),
    Case("choices: model", _AUTOCOMPLETE, _typing("willitrun", "model", "qwen3 30"), "choices: nothing"),
    Case("choices: gpu", _AUTOCOMPLETE, _typing("willitrun", "gpu", "4070 ti"), "choices: nothing"),
)


PICTURES = (
    ("willitrun", {"model": "gemma 3 27b", "gpu": "rtx 3090"}),
    ("willitrun", {"model": "deepseek r1", "gpu": "8x h100"}),
    ("compare", {"a": "rtx 3090", "b": "rx 7900 xtx"}),
    ("compare", {"a": "rtx 3090", "b": "rx 7900 xtx", "c": "rtx 4090", "d": "rtx 5090"}),
    ("fits", {"gpu": "rtx 3060 12gb"}),
)


async def _nothing(interaction: discord.Interaction[Any], word: str | None = None) -> None:  # noqa: ARG001
    await interaction.response.send_message("ok")


async def _card(interaction: discord.Interaction[Any]) -> None:
    view = ui.LayoutView(timeout=None)
    view.stop()
    container: ui.Container[ui.LayoutView] = ui.Container(ui.TextDisplay("### A card"), ui.Separator())
    container.add_item(ui.TextDisplay("with two texts"))
    view.add_item(container)
    await interaction.response.send_message(view=view)


def _bot(knowledge: Live[Knowledge], folder: Path) -> LocalBot:
    connector = aiohttp.UnixConnector(str(folder / "discord"), limit=0)
    database = Database(f"sqlite:///{folder / 'state.sqlite'}")
    bot = LocalBot(knowledge, database, connector=connector, state_folder=folder, guild_ready_timeout=0.0)
    nothing: app_commands.Command[Any, ..., None] = app_commands.Command(
        name="nothing", description="Nothing", callback=_nothing
    )

    @nothing.autocomplete("word")
    async def words(_: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{current} {n}", value=str(n)) for n in range(25)]

    bot.tree.add_command(nothing)
    bot.tree.add_command(app_commands.Command(name="card", description="A card", callback=_card))
    return bot


@contextmanager
def _as_said(case: Case) -> Iterator[None]:
    """Without pictures, and without the memory of recent answers, where the case says so."""
    with contextlib.ExitStack() as stack:
        if not case.drawn:
            stack.enter_context(mock.patch("bot.controls.picture", return_value=None))
        if case.new:
            stack.enter_context(mock.patch("bot.answers.knowledge.Recent.get", return_value=None))
        yield


Measure = Callable[[Case, int, int], Awaitable[Timing]]
"""Asks a case so many times, so many at once."""


@asynccontextmanager
async def _asking(knowledge: Live[Knowledge], folder: Path) -> AsyncIterator[Measure]:
    """A running bot that can be asked."""
    gc.freeze()  # as at the bot's start
    async with _bot(knowledge, folder) as bot:
        serving = asyncio.create_task(bot.start("token"))
        await bot.wait_until_ready()
        connector = aiohttp.UnixConnector(str(folder / "discord"))
        async with aiohttp.ClientSession(connector=connector) as session:

            async def measure(case: Case, times: int, at_once: int) -> Timing:
                order = {"type": case.type, "data": case.data, "count": times, "at_once": at_once}
                async with session.post("http://discord/measure", data=orjson.dumps(order)) as response:
                    return Timing(**orjson.loads(await response.read()))

            yield measure
        await bot.close()
        await serving


async def costs(knowledge: Live[Knowledge], folder: Path, count: int) -> list[Cost]:
    """Each case ``count`` times in a row and side by side, after a first round that is not counted."""
    async with _asking(knowledge, folder) as measure:
        return [await _cost(case, count, n, measure) for case in CASES for n in AT_ONCE]


async def long_run(knowledge: Live[Knowledge], folder: Path, count: int) -> list[tuple[int, float, int]]:
    """Interactions, MiB of memory and tasks, at ten points of a run in which every case has its turn."""
    found = []
    each = max(1, count // _POINTS // len(CASES))
    async with _asking(knowledge, folder) as measure:
        for point in range(1, _POINTS + 1):
            for case in CASES:
                await measure(case, each, AT_ONCE[-1])
            gc.collect()
            found.append((point * each * len(CASES), _resident_mib(), len(asyncio.all_tasks())))
    return found


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


async def _cost(case: Case, count: int, at_once: int, measure: Measure) -> Cost:
    with _as_said(case):
        await measure(case, max(20, count // 10), at_once)
        cpu, wall = time.process_time(), time.perf_counter()
        timing = await measure(case, count, at_once)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    p50, p99 = (1000 * timing.seconds[int(len(timing.seconds) * share)] for share in (0.5, 0.99))
    return Cost(case, at_once, 1e6 * cpu / count, p50, p99, count / wall, timing.failed)


def pictures(knowledge: Knowledge) -> Iterator[tuple[str, float, int]]:
    """What is drawn, milliseconds of a drawing (median of 20), and bytes of the file."""
    for command, options in PICTURES:
        result = asyncio.run(answer(Question(command=command, options=dict(options)), knowledge))
        seconds = []
        for _ in range(20):
            for kept in (charts._memory, charts._comparison, charts._ranking):
                kept.cache_clear()
            start = time.perf_counter()
            drawn = charts.picture(result)
            seconds.append(time.perf_counter() - start)
        assert drawn
        yield f"/{command}: {', '.join(options.values())}", 1000 * statistics.median(seconds), len(drawn.png)


def main(
    count: Annotated[int, typer.Argument(min=20)] = 1000,
    models: Annotated[int, typer.Option(help="Models of the catalog; 0: those that it has.")] = 0,
    long: Annotated[int, typer.Option(help="Interactions of one long run, instead of the table.")] = 0,
) -> None:
    """Run and print; ratios first, since machines are noisy."""
    logging.getLogger("discord").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        catalog = shipped_catalog(folder)
        live = Live(folder / "catalog.sqlite", with_models(catalog, models) if models else catalog, Knowledge)
        with discord_on(folder / "discord"):
            if long:
                _print_long(asyncio.run(long_run(live, folder, long)))
                return
            found = asyncio.run(costs(live, folder, count))
    _print(found, live.value, count)


def _print_long(points: list[tuple[int, float, int]]) -> None:
    table = Table("interactions", "memory, MiB", "tasks", title="What grows")
    for interactions, mib, tasks in points:
        table.add_row(f"{interactions:,}", f"{mib:.1f}", str(tasks))
    Console(width=120).print(table)


def _print(found: list[Cost], knowledge: Knowledge, count: int) -> None:
    table = Table(title=f"An interaction through discord.py, {count:,} of each")
    for title in ("what", "at once", "× nothing", "CPU, µs", "p50, ms", "p99, ms", "a second", "failed"):
        table.add_column(title, justify="left" if title == "what" else "right")
    base = {(cost.case.name, cost.at_once): cost.cpu_us for cost in found}
    for cost in found:
        ratio = cost.cpu_us / base[cost.case.beside, cost.at_once]
        figures = (
            f"{ratio:.2f}",
            f"{cost.cpu_us:,.0f}",
            f"{cost.p50_ms:.2f}",
            f"{cost.p99_ms:.2f}",
            f"{cost.each_s:,.0f}",
        )
        table.add_row(cost.case.name, str(cost.at_once), *figures, str(cost.failed))
    console = Console(width=120)
    console.print(table)
    table = Table("picture", "ms", "bytes", title="Pictures, drawn anew")
    for what, milliseconds, size in pictures(knowledge):
        table.add_row(what, f"{milliseconds:.1f}", f"{size:,}")
    console.print(table)
    console.print(
        f"Largest memory of the bot's process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB"
    )


if __name__ == "__main__":
    typer.run(main)
