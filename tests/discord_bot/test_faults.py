"""What Discord does on a bad day, through the real library over a socket: what is lost, and what is logged."""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import orjson
import pytest
from aiohttp import web

from benchmarks.loopback import Discord
from bot.answers.knowledge import Knowledge
from bot.catalog.place import Live
from bot.client import LocalBot
from bot.state.database import Database

COMMAND = 2
GLOSSARY = {"id": "1", "name": "glossary", "type": 1, "options": [{"name": "term", "type": 3, "value": "rlhf"}]}
NUMBERS = itertools.count(7 * 10**17)


class Connected(NamedTuple):
    discord: Discord
    bot: LocalBot

    async def ask(self, number: str | None = None) -> str:
        number = number or str(next(NUMBERS))
        await self.discord.ask(number, COMMAND, GLOSSARY)
        return number

    async def answered(self, number: str, times: int = 1) -> None:
        await until(lambda: self.discord.callbacks.count(number) >= times)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def refusal(status: int, code: int = 0, headers: dict[str, str] | None = None) -> web.Response:
    body = orjson.dumps({"code": code, "message": "no", "retry_after": 0.05, "global": False})
    return web.Response(status=status, body=body, headers={"Content-Type": "application/json", **(headers or {})})


@pytest.fixture
async def connected(live: Live[Knowledge], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connected]:
    # discord.py waits for seconds before it tries again; how long is not what is tested.
    real = asyncio.sleep
    monkeypatch.setattr("discord.webhook.async_.asyncio.sleep", lambda s, *_: real(min(s, 0.05)))
    discord = Discord()
    runner = web.AppRunner(discord.application())
    await runner.setup()
    await web.UnixSite(runner, str(tmp_path / "discord")).start()
    database = Database(f"sqlite:///{tmp_path / 'state.sqlite'}")
    connector = aiohttp.UnixConnector(str(tmp_path / "discord"))
    bot = LocalBot(live, database, connector=connector, state_folder=tmp_path, guild_ready_timeout=0.0)
    async with bot:
        serving = asyncio.create_task(bot.start("token"))
        await bot.wait_until_ready()
        yield Connected(discord, bot)
        await bot.close()
        await serving
    await runner.cleanup()


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_fault_of_discord_is_tried_again(connected: Connected, status: int) -> None:
    connected.discord.refusals = [refusal(status), refusal(status)]
    await connected.answered(await connected.ask())


async def test_a_rate_limit_is_waited_for(connected: Connected) -> None:
    connected.discord.refusals = [refusal(429, headers={"Via": "1.1 google", "X-RateLimit-Remaining": "0"})]
    await connected.answered(await connected.ask())


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (404, 10015), (400, 40060)])
async def test_an_interaction_that_is_gone_is_a_line_in_the_log_and_no_fault(
    connected: Connected, caplog: pytest.LogCaptureFixture, status: int, code: int
) -> None:
    with caplog.at_level(logging.INFO):
        connected.discord.refusals = [refusal(status, code)]
        await connected.ask()
        await until(lambda: f"took no answer any more ({code})" in caplog.text)
    assert "fault" not in caplog.text
    assert "rlhf" not in caplog.text.casefold().replace("glossary", "")
    await connected.answered(await connected.ask())


async def test_a_duplicated_interaction_is_answered_once_more_and_harms_nothing(connected: Connected) -> None:
    number = await connected.ask()
    await connected.answered(number)
    connected.discord.refusals = [refusal(400, 40060)]
    await connected.ask(number)
    await connected.answered(await connected.ask())
    assert connected.discord.callbacks.count(number) == 1


async def test_a_gateway_that_hangs_up_is_resumed(connected: Connected) -> None:
    await connected.answered(await connected.ask())
    await connected.discord.cut()
    await until(lambda: connected.discord.sessions == ["identify", "resume"])
    await connected.answered(await connected.ask())


async def test_a_session_that_is_forgotten_is_begun_anew(connected: Connected) -> None:
    connected.discord.forgets_sessions = True
    await connected.discord.cut()
    await until(lambda: connected.discord.sessions == ["identify", "identify"])
    await connected.answered(await connected.ask())


async def test_a_command_that_hangs_is_given_up(
    connected: Connected, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: Any) -> Any:
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr("bot.client.answer_for", never)
        patch.setattr("bot.client.LONGEST_S", 0.05)
        await connected.answered(await connected.ask())
    assert "given up" in caplog.text
    await connected.answered(await connected.ask())
