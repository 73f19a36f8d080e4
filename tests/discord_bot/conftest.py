"""A bot on a simulated Discord, a channel, and somebody in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import simcord

from bot.answers.knowledge import Knowledge
from bot.catalog.place import Live
from bot.client import LocalBot
from bot.state.database import Database


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'state.sqlite'}"


@pytest.fixture
async def bot(
    live: Live[Knowledge], database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[LocalBot]:
    monkeypatch.setattr("platformdirs.user_state_dir", lambda *_, **__: str(tmp_path))
    database = Database(database_url)
    yield LocalBot(live, database)
    await database.close()


@pytest.fixture
def simcord_bot(bot: LocalBot) -> LocalBot:
    return bot


@pytest.fixture
def env(simcord_env: simcord.Env) -> simcord.Env:
    return simcord_env


@pytest.fixture
def channel(env: simcord.Env) -> simcord.ChannelHandle:
    return env.create_guild().create_text_channel("local-ai")


@pytest.fixture
def alice(env: simcord.Env, channel: simcord.ChannelHandle) -> simcord.MemberActor:
    return env.guild.add_member(env.create_user("alice"))
