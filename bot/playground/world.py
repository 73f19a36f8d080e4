"""The simulated Discord of the playground: one server, one channel, three people and the real bot."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import discord
import simcord
from pydantic import BaseModel
from simcord.backend import serializers
from simcord.enums import AppCommandType

from bot.answers.knowledge import Knowledge
from bot.catalog.place import Live
from bot.client import LocalBot
from bot.playground.acts import Act, Click, Complete, Menu, Say, Select, Slash, Submit
from bot.state.database import Database

PEOPLE = ("ada", "grace", "linus")
MODERATOR = PEOPLE[0]
CHANNEL = "local-ai"
_SUBCOMMAND = 1
_SETTLE_S = 60.0
"""Longer than any look-up on the Hub may take."""
_KEPT = 200
"""Messages that the channel shows; the simulated Discord keeps them all."""

Files = Mapping[str, tuple[str, bytes]]


class Refused(Exception):
    """An act that Discord would not allow; the text says why."""


class Outcome(BaseModel):
    """What an act led to, beside the messages in the channel."""

    choices: list[dict[str, Any]] | None = None
    modal: dict[str, Any] | None = None
    answered: bool = True


class World:
    """What happens in the channel. Acts are done one after the other, as the simulated Discord asks for."""

    def __init__(self, env: simcord.Env) -> None:
        guild = env.create_guild("willitrun playground")
        self._env = env
        self._channel = guild.create_text_channel(CHANNEL)
        moderators = guild.create_role("moderators", permissions=discord.Permissions(manage_guild=True))
        roles = {MODERATOR: [moderators]}
        self._people = {name: guild.add_member(env.create_user(name), roles=roles.get(name, ())) for name in PEOPLE}
        self._shown: dict[str, simcord.InteractionResult] = {}
        self._lock = asyncio.Lock()

    def commands(self) -> list[dict[str, Any]]:
        """The slash commands as Discord has them registered; each of a group by its whole name."""
        return [command for top in self._registered(AppCommandType.CHAT_INPUT) for command in _leaves(top)]

    def channels(self) -> list[dict[str, str]]:
        """The channels that a select of channels offers."""
        return [{"id": str(self._channel.id), "name": CHANNEL}]

    def menus(self) -> list[str]:
        """Names of the commands in the menu of a message."""
        return [command["name"] for command in self._registered(AppCommandType.MESSAGE)]

    def _registered(self, kind: AppCommandType) -> list[dict[str, Any]]:
        someone = self._people[PEOPLE[0]]
        return self._env.backend.visible_commands(user_id=someone.id, channel_id=self._channel.id, type=kind)

    def messages(self, user: str) -> list[dict[str, Any]]:
        """The messages that ``user`` sees, oldest first, as Discord's API gives them."""
        viewer = self._person(user)
        stored = list(self._env.backend.messages.get(self._channel.id, {}).values())[-_KEPT:]
        seen = (message for message in stored if message.visible_to(viewer.id))
        return [dict(serializers.message_payload(self._env.backend, message)) for message in seen]

    def file(self, user: str, attachment: str) -> tuple[str, bytes] | None:
        """Content type and bytes of an attachment of a message that ``user`` sees."""
        for message in self.messages(user):
            for item in message["attachments"]:
                if item["id"] == attachment:
                    return item["content_type"], self._env.backend.cdn.get(item["url"]) or b""
        return None

    async def act(self, act: Act, files: Files) -> Outcome:
        """Do it, and wait until the bot is done.

        Raises:
            Refused: Discord would not let this person do it.
        """
        actor = self._person(act.user)
        async with self._lock:
            try:
                return await self._act(act, actor, files)
            except (simcord.SetupError, simcord.BackendError, TimeoutError) as problem:
                raise Refused(str(problem)) from None

    async def _act(self, act: Act, actor: simcord.MemberActor, files: Files) -> Outcome:
        match act:
            case Say():
                await actor.send(self._channel, act.text, attachments=tuple(files.values()))
                return Outcome()
            case Complete():
                offered = await actor.autocomplete(self._channel, act.name, act.option, act.value, **act.options)
                return Outcome(choices=offered)
            case Slash():
                result = await actor.slash(self._channel, act.name, **act.options, **files)
            case Click():
                result = await actor.click(self._message(act.message), custom_id=act.custom_id)
            case Select():
                values = [self._channel if value == str(self._channel.id) else value for value in act.values]
                result = await actor.select(self._message(act.message), values, custom_id=act.custom_id)
            case Menu():
                result = await actor.context_menu(self._channel, act.name, self._message(act.message))
            case Submit():
                result = await self._submit(act, actor, files)
        if result.modal:
            self._shown[act.user] = result
        return Outcome(modal=result.modal, answered=result.acknowledged)

    async def _submit(self, act: Submit, actor: simcord.MemberActor, files: Files) -> simcord.InteractionResult:
        shown = self._shown.pop(act.user, None)
        if shown is None:
            raise Refused("This dialog is closed already.")
        values: dict[str, Any] = {**act.values, **{name: [file] for name, file in files.items()}}
        return await actor.submit_modal(shown, values)

    def _message(self, message: int) -> simcord.ResponseMessage:
        return simcord.ResponseMessage(self._env, self._env.backend.get_message(self._channel.id, message))

    def _person(self, name: str) -> simcord.MemberActor:
        if name not in self._people:
            raise Refused(f"Nobody here is called {name!r}.")
        return self._people[name]


def _leaves(command: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A command, or what a group of commands holds."""
    below = [option for option in command.get("options", ()) if option["type"] == _SUBCOMMAND]
    if not below:
        yield command
    for option in below:
        yield {**option, "name": f"{command['name']} {option['name']}"}


@asynccontextmanager
async def simulated(knowledge: Live[Knowledge], state: Path) -> AsyncIterator[World]:
    """The world with the bot in it, until the block ends; what the bot remembers of Discord goes to ``state``."""
    bot = LocalBot(knowledge, Database(f"sqlite:///{state / 'state.sqlite'}"), state_folder=state)
    async with simcord.run(bot, settle_timeout=_SETTLE_S, check_errors=False) as env:
        yield World(env)
