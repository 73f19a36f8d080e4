"""Rigs, votes, progress, reports, settings and privacy, as people use them; on SQLite and on PostgreSQL."""

from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from bot.client import LocalBot
from bot.state.database import Database
from bot.state.reports import open_reports
from tests.discord_bot.messages import said
from tests.discord_bot.test_controls import ids
from tests.state.postgres import new_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request, tmp_path)


@pytest.fixture
def bob(env: simcord.Env, channel: simcord.ChannelHandle) -> simcord.MemberActor:
    return env.guild.add_member(env.create_user("bob"))


async def test_a_rig_is_what_questions_without_hardware_are_about(
    alice: simcord.MemberActor, bob: simcord.MemberActor, channel: simcord.ChannelHandle
) -> None:
    lacking = await alice.slash(channel, "willitrun", model="llama 3.1 8b")
    assert "/rig set" in said(lacking)
    saved = await alice.slash(channel, "rig set", hardware="2x3090, 128gb ddr5, linux")
    assert saved.ephemeral
    assert "2× NVIDIA GeForce RTX 3090, 128 GiB of system memory, Linux (in use)" in said(saved)
    answered = await alice.slash(channel, "willitrun", model="llama 3.3 70b q4_k_m")
    assert not answered.ephemeral
    assert "2× NVIDIA GeForce RTX 3090" in said(answered)
    assert "On your rig «my rig»" in said(answered)
    sentence = await alice.slash(channel, "willitrun", ask="can i run qwen3 32b at 16k?")
    assert "2× NVIDIA GeForce RTX 3090" in said(sentence)
    other = await alice.slash(channel, "willitrun", ask="can i run qwen3 8b on a 3060 12gb?")
    assert "RTX 3060 12 GB" in said(other)
    assert "On your rig" not in said(other)
    fits = await alice.slash(channel, "fits")
    assert "2× NVIDIA GeForce RTX 3090" in said(fits)
    assert "/rig set" in said(await bob.slash(channel, "fits"))


async def test_several_rigs(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    assert "You have no rigs" in said(await alice.slash(channel, "rig list"))
    await alice.slash(channel, "rig set", hardware="rtx 3060 12gb", name="desk")
    both = await alice.slash(channel, "rig set", hardware="macbook pro m3 max 64gb", name="laptop")
    assert both.response
    assert "**laptop**" in said(both)
    select = next(i for i in ids(both.response.components) if i.startswith("pick-name~"))
    used = await alice.select(both.response.message, ["desk"], custom_id=select)
    assert "**desk** — NVIDIA GeForce RTX 3060 12 GB (in use)" in said(used)
    assert "RTX 3060" in said(await alice.slash(channel, "gpu"))
    none = await alice.slash(channel, "rig use")
    assert "(in use)" not in said(none)
    assert "You have no rig called «attic»" in said(await alice.slash(channel, "rig use", name="attic"))
    assert "desk" in said(await alice.slash(channel, "rig use", name="attic"))
    assert "laptop" not in said(await alice.slash(channel, "rig show", name="desk"))
    offered = await alice.autocomplete(channel, "rig use", "name", "de")
    assert [choice["value"] for choice in offered] == ["desk"]
    assert "laptop" not in said(await alice.slash(channel, "rig clear", name="laptop"))
    assert "no rigs here any more" in said(await alice.slash(channel, "rig clear"))


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({"hardware": "my toaster"}, "is not hardware in the catalog"),
        ({"hardware": "linux"}, "name a GPU"),
        ({"hardware": "3090", "name": "@everyone"}, "A rig's name has letters"),
        ({"hardware": "3090", "name": "a~b"}, "A rig's name has letters"),
    ],
)
async def test_rigs_that_cannot_be_saved(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle, options: dict[str, str], shown: str
) -> None:
    assert shown.casefold() in said(await alice.slash(channel, "rig set", **options)).casefold()
    assert "You have no rigs" in said(await alice.slash(channel, "rig list"))


async def test_a_rig_that_may_be_several_is_asked_back(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle
) -> None:
    asked = await alice.slash(channel, "rig set", hardware="rtx 3060", name="desk")
    assert asked.response
    select = next(i for i in ids(asked.response.components) if i.startswith("pick-hardware~"))
    saved = await alice.select(asked.response.message, ["rtx-3060-12gb"], custom_id=select)
    assert "**desk** — NVIDIA GeForce RTX 3060 12 GB (in use)" in said(saved)


async def test_a_rig_is_seen_by_others_only_when_shared(
    alice: simcord.MemberActor, bob: simcord.MemberActor, channel: simcord.ChannelHandle
) -> None:
    await alice.slash(channel, "rig set", hardware="3090", name="desk")
    assert "shares no rig" in said(await bob.context_menu(channel, "Rig", alice))
    await alice.slash(channel, "rig share", name="desk")
    seen = await bob.context_menu(channel, "Rig", alice)
    assert seen.ephemeral
    assert "NVIDIA GeForce RTX 3090" in said(seen)
    await alice.slash(channel, "rig share", name="desk", shared=False)
    assert "shares no rig" in said(await bob.context_menu(channel, "Rig", alice))


async def test_votes_count_once_a_person(
    alice: simcord.MemberActor, bob: simcord.MemberActor, channel: simcord.ChannelHandle
) -> None:
    card = await alice.slash(channel, "error", text="cuda out of memory")
    assert card.response
    first = await alice.click(card.response.message, label="Worked")
    assert first.ephemeral
    assert "first to say" in said(first)
    await alice.click(card.response.message, label="Worked")
    no = await bob.click(card.response.message, label="Didn't help")
    assert "worked for 1 of 2" in said(no)
    assert "/troubleshoot" in said(no)


async def test_a_course_knows_how_far_one_is(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    for lesson in (1, 2):
        answers = [
            said(await alice.slash(channel, "learn", course="hardware", lesson=lesson, choice=choice))
            for choice in (1, 2)
        ]
        assert any("Right" in answer for answer in answers) or lesson
    lesson1 = await alice.slash(channel, "learn", course="hardware", lesson=1)
    assert lesson1.response
    for button in ("A", "B", "C"):
        pressed = await alice.click(lesson1.response.message, label=button)
        if "Right" in said(pressed):
            assert "of 8 lessons of this course right" in said(pressed)
            return
    pytest.fail("none of the choices was right")


def manager(env: simcord.Env, name: str) -> tuple[simcord.MemberActor, simcord.RoleHandle]:
    role = env.guild.create_role("moderators", permissions=discord.Permissions(manage_guild=True))
    return env.guild.add_member(env.create_user(name), roles=[role]), role


async def test_a_report_reaches_the_moderators_and_is_decided(
    env: simcord.Env, alice: simcord.MemberActor, channel: simcord.ChannelHandle, bot: LocalBot
) -> None:
    moderator, _ = manager(env, "mod")
    desk = env.guild.create_text_channel("reports")
    panel = await moderator.slash(channel, "settings")
    assert panel.ephemeral
    assert panel.response
    await moderator.select(panel.response.message, [desk], custom_id="set~reports")
    card = await alice.slash(channel, "gpu", gpu="rtx 3090")
    assert card.response
    asked = await alice.click(card.response.message, label="Report an error")
    assert asked.modal
    done = await alice.submit_modal(asked, {"words": "It is 25 GB @everyone, see alice@example.com"})
    assert done.ephemeral
    assert "moderators of this server see it" in said(done)
    assert bot.database
    (kept,) = await open_reports(bot.database)
    assert kept.question == "/gpu gpu: rtx 3090"
    assert kept.words == "It is 25 GB @everyone, see [left out]"
    (stored,) = env.backend.messages[desk.id]
    shown = simcord.ResponseMessage(env, env.backend.get_message(desk.id, stored))
    accept, _ = [i for i in ids(shown.components) if "~" in i]
    refused = await alice.click(shown, custom_id=accept)
    assert "manage this server" in said(refused)
    accepted = await moderator.click(shown, custom_id=accept)
    assert "Report 1: accepted" in said(accepted)
    assert await open_reports(bot.database) == ()


async def test_a_report_is_kept_where_no_channel_is_set_or_it_cannot_be_written_to(
    env: simcord.Env, alice: simcord.MemberActor, channel: simcord.ChannelHandle, bot: LocalBot
) -> None:
    card = await alice.slash(channel, "error", text="RuntimeError: CUDA out of memory. Tried to allocate 2.50 GiB")
    assert card.response
    asked = await alice.click(card.response.message, label="Report an error")
    done = await alice.submit_modal(asked, {"words": "Step 2 is wrong."})
    assert "report 1, and whoever runs the bot" in said(done)
    await bot.servers.change(env.guild.id, report_channel=4711)
    again = await alice.click(card.response.message, label="Report an error")
    assert "report 2, and whoever runs the bot" in said(await alice.submit_modal(again, {"words": "Step 3 too."}))
    kept = await open_reports(bot.database)
    assert [report.question for report in kept] == ["/error text: cuda-out-of-memory"] * 2


async def test_settings_of_a_server(
    env: simcord.Env, alice: simcord.MemberActor, channel: simcord.ChannelHandle, bot: LocalBot
) -> None:
    moderator, _ = manager(env, "mod")
    panel = await moderator.slash(channel, "settings")
    assert panel.response
    changed = await moderator.select(panel.response.message, [channel], custom_id="set~private")
    assert f"for the asker only in <#{channel.id}>" in said(changed)
    await moderator.select(panel.response.message, ["compare"], custom_id="set~off")
    assert (await alice.slash(channel, "gpu", gpu="rtx 3090")).ephemeral
    off = await alice.slash(channel, "compare", a="3090", b="4090")
    assert off.ephemeral
    assert "switched /compare off" in said(off)
    assert "compare" in (await bot.servers.rules(env.guild.id)).commands_off
    german = await moderator.select(panel.response.message, ["de"], custom_id="set~language")
    assert "Deutsch" in said(german)
    assert "Passt: Llama 3.1 8B" in said(await alice.slash(channel, "willitrun", model="llama 3.1 8b", gpu="3090"))
    card = await alice.slash(channel, "error", text="cuda out of memory")
    assert card.response
    asked = await alice.click(card.response.message, label="Fehler melden")
    assert "Danke." in said(await alice.submit_modal(asked, {"words": "Schritt 2 ist falsch."}))
    await moderator.select(panel.response.message, ["own"], custom_id="set~language")
    await moderator.select(panel.response.message, [], custom_id="set~off")
    assert "RTX 4090" in said(await alice.slash(channel, "compare", a="3090", b="4090"))


async def test_a_moderator_who_is_none_any_more_changes_nothing(
    env: simcord.Env, channel: simcord.ChannelHandle, bot: LocalBot
) -> None:
    moderator, role = manager(env, "mod")
    panel = await moderator.slash(channel, "settings")
    assert panel.response
    env.backend.remove_member_role(env.guild.id, moderator.id, role.id)
    refused = await moderator.select(panel.response.message, ["compare"], custom_id="set~off")
    assert "manage this server" in said(refused)
    assert not (await bot.servers.rules(env.guild.id)).commands_off


async def test_privacy(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    assert "Nothing is stored about you" in said(await alice.slash(channel, "privacy show"))
    await alice.slash(channel, "rig set", hardware="3090")
    card = await alice.slash(channel, "error", text="cuda out of memory")
    assert card.response
    await alice.click(card.response.message, label="Worked")
    assert "1 rigs, 1 votes on errors" in said(await alice.slash(channel, "privacy show"))
    export = await alice.slash(channel, "privacy export")
    assert export.ephemeral
    assert export.response
    assert [a["filename"] for a in attachments(export)] == ["willitrun-about-me.json"]
    asked = await alice.slash(channel, "privacy delete")
    assert "cannot be undone" in said(asked)
    assert asked.response
    assert "Deleted: 2 entries" in said(await alice.click(asked.response.message, label="Delete all of it"))
    assert "Nothing is stored about you" in said(await alice.slash(channel, "privacy show"))


def attachments(result: simcord.InteractionResult) -> list[dict[str, Any]]:
    assert result.response
    return [{"filename": attachment.filename} for attachment in result.response.message.attachments]


async def test_without_its_database_the_bot_still_answers(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle, bot: LocalBot
) -> None:
    bot.database = Database("postgresql://nobody@127.0.0.1:9/nothing")
    assert "Fits" in said(await alice.slash(channel, "willitrun", model="llama 3.1 8b", gpu="rtx 3090"))
    assert "/rig set" in said(await alice.slash(channel, "willitrun", model="llama 3.1 8b"))
    card = await alice.slash(channel, "error", text="cuda out of memory")
    assert card.response
    for label in ("Worked", "Didn't help"):
        assert "nothing was kept" in said(await alice.click(card.response.message, label=label))
    asked = await alice.click(card.response.message, label="Report an error")
    assert "nothing was kept" in said(await alice.submit_modal(asked, {"words": "Wrong."}))
    for command, options in (("rig set", {"hardware": "3090"}), ("privacy show", {})):
        assert "My memory cannot be used" in said(await alice.slash(channel, command, **options))


async def test_too_many_commands_at_once(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    for _ in range(25):
        assert "willitrun" in said(await alice.slash(channel, "about"))
    assert "a lot of commands" in said(await alice.slash(channel, "about"))
