"""Where faults stop: every way into the bot ends here with a log line and a kind sentence.

discord.py shows only command errors to ``tree.on_error``; faults in autocomplete and in the tree's own check
would reach nobody, so each has its own guard.
"""

import functools
import logging
import secrets
import time
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

import discord
from discord import app_commands

from bot.answers.knowledge import Knowledge
from bot.answers.router import Fault
from bot.observe import Metrics
from bot.show import phrases
from bot.show.cards import notice
from bot.show.language import closest, speaking, t
from bot.state.database import Database
from bot.state.servers import Servers

log = logging.getLogger(__name__)

Choices = list[app_commands.Choice[str]]
Complete = Callable[[Any, discord.Interaction[Any], str], Coroutine[Any, Any, Choices]]
B = TypeVar("B", bound=discord.Client)

BURST, BURST_S = 25, 30.0
"""Commands that one person may give in that time."""
ALWAYS_ON = frozenset({"settings", "privacy", "help", "about"})
"""Commands that moderators cannot switch off."""


_TOO_LATE = (10015, 10062, 40060)
"""What Discord says of an interaction that has expired, or has been answered: nobody is left to be told."""


class Host(Protocol):
    """What the parts that answer Discord need of the bot."""

    knowledge: Knowledge
    database: Database
    servers: Servers
    metrics: Metrics

    def get_partial_messageable(self, id: int) -> discord.PartialMessageable:  # noqa: A002
        """A channel to send to, by its id."""


async def language_of(interaction: discord.Interaction[Any]) -> str:
    """What the server's moderators have set, else what the asker's Discord is in."""
    host: Host = interaction.client
    rules = await host.servers.rules(interaction.guild_id)
    return closest(rules.language or str(getattr(interaction.locale, "value", interaction.locale)))


class Cooldown:
    """Who may go on asking. Looks at the asker alone, never through all others; the oldest are forgotten."""

    MOST = 10_000

    def __init__(self, burst: int = BURST, seconds: float = BURST_S) -> None:
        self._burst = burst
        self._seconds = seconds
        self._since: dict[int, tuple[float, int]] = {}

    def wait_s(self, user_id: int, now: float) -> float:
        """Count a command; return how long its giver has to wait, 0 where it may be answered."""
        began, count = self._since.pop(user_id, (now, 0))
        if now - began >= self._seconds:
            began, count = now, 0
        self._since[user_id] = (began, count + 1)
        if len(self._since) > self.MOST:
            del self._since[next(iter(self._since))]
        return began + self._seconds - now if count >= self._burst else 0.0


def report(error: BaseException, where: str) -> str:
    """Log a fault without what the user typed; return the reference that the user can quote."""
    cause = _cause(error)
    if isinstance(cause, Fault):
        return cause.reference  # already logged where it happened
    reference = secrets.token_hex(4)
    place = "".join(traceback.format_tb(cause.__traceback__))
    log.error("fault %s in %s: %s\n%s", reference, where, type(cause).__name__, place)
    return reference


def _cause(error: BaseException) -> BaseException:
    """What went wrong inside a command, where discord.py has wrapped it."""
    return error.original if isinstance(error, app_commands.CommandInvokeError) else error


def fault_words(reference: str) -> str:
    """What the user is told of a fault."""
    return t(
        "Something unexpected went wrong. It is logged under the reference `{reference}`; please quote it if you report"
        " this.",
        reference=reference,
    )


def guarded_autocomplete(complete: Complete) -> Complete:
    """An autocomplete whose faults are logged and shown as an empty list."""

    @functools.wraps(complete)
    async def guarded(self: Any, interaction: discord.Interaction[Any], current: str) -> Choices:
        name = interaction.command.name if interaction.command else ""
        with interaction.client.metrics.interaction("choices", name) as seen:
            try:
                return await complete(self, interaction, current)
            except Exception as error:
                report(error, f"autocomplete {complete.__name__}")
                seen.outcome = "fault"
                return []

    return guarded


class Tree(app_commands.CommandTree[B]):
    """A command tree that answers with a sentence when something goes wrong, or may not be asked here and now."""

    def __init__(self, client: B, **options: Any) -> None:
        super().__init__(client, **options)
        self._cooldown = Cooldown()

    async def interaction_check(self, interaction: discord.Interaction[B], /) -> bool:
        """Whether the command may be given here, and by this person yet; if not, they are told."""
        if interaction.type is not discord.InteractionType.application_command:
            return True
        try:
            return await self._may(interaction)
        except Exception as error:  # discord.py would only log it
            await say(interaction, fault_words(report(error, "the check before a command")))
            return False

    async def _may(self, interaction: discord.Interaction[B]) -> bool:
        wait_s = self._cooldown.wait_s(interaction.user.id, time.monotonic())
        host: Host = interaction.client  # type: ignore[assignment]
        rules = await host.servers.rules(interaction.guild_id)
        name = interaction.command.qualified_name.split()[0] if interaction.command else ""
        with speaking(await language_of(interaction)):
            if wait_s > 0:
                await say(interaction, phrases.too_fast(wait_s))
            elif name in rules.commands_off and name not in ALWAYS_ON:
                await say(interaction, phrases.switched_off(name))
            else:
                return True
        return False

    async def on_error(self, interaction: discord.Interaction[B], error: app_commands.AppCommandError, /) -> None:
        """Tell the user, in words that fit what happened."""
        name = interaction.command.qualified_name if interaction.command else "a command"
        cause = _cause(error)
        if isinstance(cause, discord.HTTPException) and cause.code in _TOO_LATE:
            log.warning("/%s: Discord took no answer any more (%d)", name, cause.code)
        elif isinstance(error, app_commands.TransformerError):
            await say(interaction, f"«{error.value}» does not fit here. Please pick one of the offered values.")
        elif isinstance(error, app_commands.CheckFailure):
            await say(interaction, "You cannot use this command here.")
        elif isinstance(error, app_commands.CommandNotFound):
            await say(interaction, "This command is gone; it will vanish from the list soon.")
        else:
            reference = report(error, f"/{name}")
            await say(interaction, fault_words(reference))


async def say(interaction: discord.Interaction[Any], text: str) -> None:
    """A sentence for the asker only; an interaction that is gone is logged."""
    try:
        if interaction.response.is_done():
            await interaction.followup.send(view=notice(text), ephemeral=True)
        else:
            await interaction.response.send_message(view=notice(text), ephemeral=True)
    except discord.HTTPException as error:
        log.warning("an interaction could not be answered: %s", type(error).__name__)
