"""A bot on a simulated Discord, a channel, and somebody in it."""

from pathlib import Path

import pytest
import simcord

from bot.answers.knowledge import Knowledge
from bot.catalog.place import Live
from bot.client import LocalBot


@pytest.fixture
def bot(live: Live[Knowledge], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalBot:
    monkeypatch.setattr("platformdirs.user_state_dir", lambda *_, **__: str(tmp_path))
    return LocalBot(live)


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
