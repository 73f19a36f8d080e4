"""Logs that are attached, or pasted into the form of /error."""

import asyncio
import logging

import discord
import pytest
import simcord

from bot.client import LocalBot
from cogs.error import OPEN_S, Paste
from cogs.pasted import MAX_LOG_BYTES
from tests.discord_bot.messages import said

LOG = "loading model\n" * 500 + "RuntimeError: operator torchvision::nms does not exist\n"
FOUND = "torch and torchvision do not belong together"


@pytest.mark.parametrize("data", [LOG.encode(), LOG.encode("utf-8-sig"), LOG.encode("utf-16")])
async def test_an_attached_log_is_read(alice: simcord.MemberActor, channel: simcord.ChannelHandle, data: bytes) -> None:
    message = await alice.send(channel, "what is this?", attachments=[("run.log", data)])
    assert FOUND in said(await alice.context_menu(channel, "Diagnose this error", message))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("run.log", b"x" * (MAX_LOG_BYTES + 1), "over 1 MB"),
        ("run.log", b"PK\x03\x04\x00\x00", "not text"),
        ("run.log", b" \n", "empty"),
        ("screen.png", b"\x89PNG\x00", "text only"),
    ],
)
async def test_what_cannot_be_read_gets_its_reason(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle, name: str, data: bytes, reason: str
) -> None:
    message = await alice.send(channel, "", attachments=[(name, data)])
    result = await alice.context_menu(channel, "Diagnose this error", message)
    assert result.ephemeral
    assert reason in said(result)


async def test_a_large_file_is_not_downloaded(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(self: discord.Attachment) -> bytes:
        raise AssertionError("downloaded")

    monkeypatch.setattr(discord.Attachment, "read", read)
    message = await alice.send(channel, "help", attachments=[("run.txt", b"x" * 2_000_000)])
    assert "over 1 MB" in said(await alice.context_menu(channel, "Diagnose this error", message))


async def test_a_slow_download_is_given_up(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(self: discord.Attachment) -> bytes:
        raise TimeoutError

    monkeypatch.setattr(discord.Attachment, "read", read)
    message = await alice.send(channel, "help", attachments=[("run.txt", b"x")])
    assert "did not hand the file out" in said(await alice.context_menu(channel, "Diagnose this error", message))


@pytest.mark.parametrize("values", [{"text": LOG[-900:]}, {"file": ("run.log", LOG.encode())}])
async def test_the_form_takes_a_paste_or_a_file(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle, values: dict[str, object]
) -> None:
    opened = await alice.slash(channel, "error")
    assert opened.modal
    assert FOUND in said(await alice.submit_modal(opened, values))


async def test_an_empty_form_is_answered(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    result = await alice.submit_modal(await alice.slash(channel, "error"), {})
    assert result.ephemeral
    assert said(result)


def test_an_open_form_ends_by_itself(bot: LocalBot) -> None:
    async def opened() -> float | None:
        return Paste(None).timeout  # type: ignore[arg-type]

    assert asyncio.run(opened()) == OPEN_S


@pytest.mark.simcord(check_errors=False)
async def test_a_fault_in_the_form_gets_a_reference_and_logs_nothing_of_the_paste(
    alice: simcord.MemberActor,
    channel: simcord.ChannelHandle,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    secret = "-".join(("hf", "secret"))

    async def read(self: discord.Attachment) -> bytes:
        raise RuntimeError(secret)

    monkeypatch.setattr(discord.Attachment, "read", read)
    opened = await alice.slash(channel, "error")
    result = await alice.submit_modal(opened, {"text": secret, "file": ("run.log", secret.encode())})
    reference = said(result).split("`")[1]
    ours = [record for record in caplog.records if record.name.startswith(("bot", "cogs"))]
    assert any(reference in record.getMessage() for record in ours)
    assert not any(secret in logging.Formatter().format(record) for record in ours)
