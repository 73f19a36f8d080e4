"""``/error``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.boundary import guarded_autocomplete
from bot.client import LocalBot
from cogs.choices import choices

Interaction = discord.Interaction[Any]


@final
class Error(commands.Cog):
    """What an error means and what to do."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot
        self.menu = app_commands.ContextMenu(name="Diagnose this error", callback=self.diagnose)
        bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """Take the context menu away with the cog."""
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)

    async def diagnose(self, interaction: Interaction, message: discord.Message) -> None:
        """Look up the error in somebody's message."""
        await self.bot.reply(interaction, Question(command="error", options={"text": message.content}))

    @app_commands.command(description="What an error means and how to fix it.")
    @app_commands.describe(text="The error message, a piece of the log, or a few words about it")
    async def error(self, interaction: Interaction, text: app_commands.Range[str, 1, 6000]) -> None:
        """Answer with an entry of the knowledge base."""
        await self.bot.reply(interaction, Question(command="error", options={"text": text}))

    @error.autocomplete("text")
    @guarded_autocomplete
    async def complete_text(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Known errors by title."""
        return choices((entry.title, entry.id) for entry in self.bot.knowledge.errors.search(current))


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Error(bot))
