"""The real discord.py against a simulated Discord."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from pydantic import SecretStr

from bot.answers.answer import Question
from bot.answers.knowledge import Knowledge
from bot.answers.personal import PERSONAL, answer_for
from bot.answers.router import COMMANDS
from bot.catalog.place import Live
from bot.client import LocalBot, run_client, sync_if_changed
from bot.settings import Settings
from tests.discord_bot.messages import said


async def test_willitrun(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    result = await alice.slash(channel, "willitrun", model="llama 3.1 8b q4_k_m", gpu="rtx 3060 12gb", context="8k")
    assert not result.ephemeral
    shown = said(result)
    assert "Fits: Llama 3.1 8B Instruct Q4_K_M on NVIDIA GeForce RTX 3060 12 GB" in shown
    assert "5.99 GiB" in shown
    assert "llama-server" in shown


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({"model": "llama 3.1 8b", "gpu": "rtx 3060"}, "rtx-3060-12gb"),
        ({"model": "llama 9 900b", "gpu": "rtx 3090"}, "not a model in the catalog"),
        ({"model": "gpt-4o", "gpu": "rtx 3090"}, "the servers of OpenAI"),
        ({"model": "llama 3.1 8b", "gpu": "my toaster"}, "not hardware in the catalog"),
        ({"model": "llama 3.1 8b", "gpu": "3090", "context": "-1"}, "number of tokens"),
        ({"model": "llama 3.1 8b", "gpu": "3090", "quant": "q9"}, "no such quant"),
        ({"model": "@everyone", "gpu": "3090"}, "not a model in the catalog"),
    ],
)
async def test_what_is_no_answer_is_for_the_asker_only(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle, options: dict[str, str], shown: str
) -> None:
    result = await alice.slash(channel, "willitrun", **options)
    assert result.ephemeral
    assert shown in said(result)
    assert result.response
    assert result.response.message.mentions == []


async def test_compare(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    result = await alice.slash(channel, "compare", a="rtx 3090", b="rtx 4090", c="rx 7900 xtx")
    assert "Memory bandwidth: 936.2 GB/s | **1,008" in said(result)
    nothing = await alice.slash(channel, "compare", a="asdf", b="qwer")
    assert nothing.ephemeral


async def test_error(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    found = await alice.slash(channel, "error", text="cuda oom")
    assert "CUDA out of memory (PyTorch)" in said(found)
    assert "```bash" in said(found)
    nothing = await alice.slash(channel, "error", text="npm ERR! 404")
    assert nothing.ephemeral
    assert "No known local-AI error" in said(nothing)


async def test_glossary(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    found = await alice.slash(channel, "glossary", term="rlhf")
    assert "Reinforcement Learning from Human Feedback" in said(found)
    assert "In practice" in said(found)
    assert found.response
    part = await alice.click(found.response.message, label="Workflow example")
    assert part.ephemeral
    assert "ollama run llama3.1:8b" in said(part)
    nothing = await alice.slash(channel, "glossary", term="kv cahce thing")
    assert nothing.ephemeral


async def test_help_names_every_command_so_that_it_can_be_clicked(
    bot: LocalBot, alice: simcord.MemberActor, channel: simcord.ChannelHandle
) -> None:
    shown = said(await alice.slash(channel, "help"))
    assert set(bot.command_ids) == {*COMMANDS, *PERSONAL, "settings"}
    for name, number in bot.command_ids.items():
        sub = {"rig": "rig set", "privacy": "privacy show"}.get(name, name)
        assert f"</{sub}:{number}>" in shown
    assert "models" in said(await alice.slash(channel, "about"))


async def test_menus_of_a_message(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    asked = await alice.send(channel, "can I run llama 3.3 70b on 2x3090?")
    answered = await alice.context_menu(channel, "Will this run?", asked)
    assert "Llama 3.3 70B" in said(answered)
    log = await alice.send(channel, "RuntimeError: operator torchvision::nms does not exist")
    diagnosed = await alice.context_menu(channel, "Diagnose this error", log)
    assert "torch and torchvision do not belong together" in said(diagnosed)


async def test_terms_of_a_message_are_explained_to_who_asks(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle
) -> None:
    message = await alice.send(channel, "I quantised the kv cache of a 30B MoE, but flash attention is off")
    found = await alice.context_menu(channel, "Explain terms", message)
    assert found.ephemeral
    assert "KV cache" in said(found)
    assert "Mixture of experts" in said(found)
    assert found.response
    select = found.response.components[-1]["components"][0]
    entry = await alice.select(found.response.message, ["moe"], custom_id=select["custom_id"])
    assert entry.ephemeral
    assert "router" in said(entry)
    nothing = await alice.context_menu(channel, "Explain terms", await alice.send(channel, "good morning everybody"))
    assert nothing.ephemeral
    assert "none of the words" in said(nothing)


async def test_autocompletion(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    models = await alice.autocomplete(channel, "willitrun", "model", "llama 3.1")
    assert models[0]["value"].startswith("llama-3.1")
    cards = await alice.autocomplete(channel, "willitrun", "gpu", "")
    assert 1 <= len(cards) <= 25
    quants = await alice.autocomplete(channel, "willitrun", "quant", "q4")
    assert [choice["value"] for choice in quants] == ["Q4_K_M", "Q4_K_S", "IQ4_XS"]
    assert await alice.autocomplete(channel, "compare", "a", "3090")
    assert (await alice.autocomplete(channel, "glossary", "term", "rlh"))[0]["value"] == "rlhf"
    assert await alice.autocomplete(channel, "error", "text", "cuda")


async def test_a_choice_can_be_sent_back(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    choices = await alice.autocomplete(channel, "willitrun", "gpu", "m3 max")
    result = await alice.slash(channel, "willitrun", model="llama-3.1-8b-instruct", gpu=choices[0]["value"])
    assert not result.ephemeral


@pytest.mark.simcord(check_errors=False)
async def test_a_fault_in_a_command_gets_a_reference(
    alice: simcord.MemberActor,
    channel: simcord.ChannelHandle,
    knowledge: Knowledge,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(_: str) -> None:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(knowledge.models, "resolve", broken)
    result = await alice.slash(
        channel, "willitrun", model="llama 3.1 8b", gpu="3090", context="7777"
    )  # not asked before
    assert result.ephemeral
    reference = said(result).split("`")[1]
    assert len(reference) == 8
    assert reference in caplog.text
    assert "disk on fire" not in said(result)


async def test_a_fault_in_autocompletion_is_logged_and_shows_nothing(
    alice: simcord.MemberActor,
    channel: simcord.ChannelHandle,
    knowledge: Knowledge,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(knowledge.models, "search", broken)
    assert await alice.autocomplete(channel, "willitrun", "model", "llama") == []
    assert "fault" in caplog.text


async def test_replies_leave_nothing_behind(
    bot: LocalBot, alice: simcord.MemberActor, channel: simcord.ChannelHandle
) -> None:
    before = len(asyncio.all_tasks())
    await alice.slash(channel, "glossary", term="rlhf")
    assert (await alice.slash(channel, "willitrun", model="llama 3.1 8b", gpu="rtx 3060")).ephemeral
    assert (await alice.slash(channel, "glossary", term="no such thing")).ephemeral
    assert len(asyncio.all_tasks()) == before
    assert bot.persistent_views == []
    assert not bot._connection._view_store._synced_message_views


def test_the_bot_needs_no_intents_and_pings_nobody(bot: LocalBot) -> None:
    assert bot.intents.value == 0
    assert bot.allowed_mentions
    assert bot.allowed_mentions.to_dict() == discord.AllowedMentions.none().to_dict()


async def test_commands_are_registered_only_when_they_changed(env: simcord.Env, bot: LocalBot, tmp_path: Path) -> None:
    assert not await sync_if_changed(bot, tmp_path)
    bot.tree.remove_command("glossary")
    assert await sync_if_changed(bot, tmp_path)
    ids = bot.command_ids
    assert "glossary" not in ids
    bot.command_ids = {}
    assert not await sync_if_changed(bot, tmp_path)
    assert bot.command_ids == ids
    next(tmp_path.glob("commands-*")).write_text("{torn")
    assert await sync_if_changed(bot, tmp_path)


async def test_commands_work_in_direct_messages_and_for_user_installs(env: simcord.Env, bot: LocalBot) -> None:
    for command in bot.tree.get_commands():
        payload = command.to_dict(bot.tree)
        assert payload["integration_types"] == [0, 1]
        assert payload["contexts"] == [0, 1, 2]


async def test_sigterm_ends_the_bot_cleanly(
    live: Live[Knowledge], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    closed = []

    async def connected(self: LocalBot, token: str) -> None:
        assert token == "secret"
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(60)

    async def close(self: LocalBot) -> None:
        closed.append(self)

    async def started(_: Settings) -> Live[Knowledge]:
        return live

    monkeypatch.setattr("bot.client.start", started)
    monkeypatch.setattr(LocalBot, "start", connected)
    monkeypatch.setattr(LocalBot, "close", close)
    with caplog.at_level("INFO"):
        await asyncio.wait_for(run_client(Settings(discord_token=SecretStr("secret"))), 10)
    assert closed
    assert "leaving" in caplog.text
    assert "secret" not in caplog.text


async def test_a_refused_token_is_said_in_one_line(
    live: Live[Knowledge], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def refused(self: LocalBot, token: str) -> None:
        raise discord.LoginFailure("Improper token has been passed.")

    async def started(_: Settings) -> Live[Knowledge]:
        return live

    monkeypatch.setattr("bot.client.start", started)
    monkeypatch.setattr(LocalBot, "start", refused)
    with pytest.raises(SystemExit):
        await run_client(Settings(discord_token=SecretStr("secret")))
    assert "WILLITRUN_DISCORD_TOKEN" in caplog.text


class SlowInteraction:
    """Stands in for an interaction: simcord's clock is not a real one, and a look-up on the Hub takes real time."""

    guild_id = channel_id = None
    locale = "en-US"

    def __init__(self, bot: LocalBot) -> None:
        self.response = self.followup = self.user = self
        self.client = bot
        self.id = 1
        self.deferred = asyncio.Event()
        self.sent: list[discord.ui.LayoutView] = []

    def is_done(self) -> bool:
        return self.deferred.is_set()

    async def defer(self, *, thinking: bool, ephemeral: bool) -> None:
        assert thinking
        assert not ephemeral
        self.deferred.set()

    async def send(self, *, view: discord.ui.LayoutView, files: list[discord.File]) -> None:
        assert self.is_done()
        assert isinstance(files, list)
        self.sent.append(view)


async def test_a_slow_answer_shows_that_it_is_being_worked_on(bot: LocalBot, monkeypatch: pytest.MonkeyPatch) -> None:
    interaction: Any = SlowInteraction(bot)

    async def slow(*arguments: Any) -> Any:
        await asyncio.wait_for(interaction.deferred.wait(), 5)
        return await answer_for(*arguments)

    monkeypatch.setattr("bot.client.answer_for", slow)
    monkeypatch.setattr("bot.client.DEFER_AFTER_S", 0.01)
    await bot.reply(interaction, Question(command="glossary", options={"term": "rlhf"}))
    assert len(interaction.sent) == 1
