"""Where faults stop: every way into the bot ends here with a log line and a kind sentence.

discord.py shows only command errors to ``tree.on_error``; faults in autocomplete and in the tree's own check
would reach nobody, so each has its own guard.
"""

import functools
import logging
import secrets
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import discord
from discord import app_commands

from bot.answers.router import Fault
from bot.show.cards import notice

log = logging.getLogger(__name__)

Choices = list[app_commands.Choice[str]]
Complete = Callable[[Any, discord.Interaction[Any], str], Coroutine[Any, Any, Choices]]
B = TypeVar("B", bound=discord.Client)


def report(error: BaseException, where: str) -> str:
    """Log a fault without what the user typed; return the reference that the user can quote."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(cause, Fault):
        return cause.reference  # already logged where it happened
    reference = secrets.token_hex(4)
    place = "".join(traceback.format_tb(cause.__traceback__))
    log.error("fault %s in %s: %s\n%s", reference, where, type(cause).__name__, place)
    return reference


def fault_words(reference: str) -> str:
    """What the user is told of a fault."""
    return (
        f"Something unexpected went wrong. It is logged under the reference `{reference}`; please quote it"
        " if you report this."
    )


def guarded_autocomplete(complete: Complete) -> Complete:
    """An autocomplete whose faults are logged and shown as an empty list."""

    @functools.wraps(complete)
    async def guarded(self: Any, interaction: discord.Interaction[Any], current: str) -> Choices:
        try:
            return await complete(self, interaction, current)
        except Exception as error:
            report(error, f"autocomplete {complete.__name__}")
            return []

    return guarded


class Tree(app_commands.CommandTree[B]):
    """A command tree that answers with a sentence when something goes wrong."""

    async def on_error(self, interaction: discord.Interaction[B], error: app_commands.AppCommandError, /) -> None:
        """Tell the user, in words that fit what happened."""
        name = interaction.command.qualified_name if interaction.command else "a command"
        if isinstance(error, app_commands.TransformerError):
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
