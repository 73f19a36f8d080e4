"""``/privacy``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.client import LocalBot

Interaction = discord.Interaction[Any]


@final
class Privacy(commands.GroupCog, group_name="privacy", group_description="What is stored about you."):
    """What is stored about a person."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="What is stored about you.")
    async def show(self, interaction: Interaction) -> None:
        """Count it."""
        await self._do(interaction, "show")

    @app_commands.command(description="All that is stored about you, as a file.")
    async def export(self, interaction: Interaction) -> None:
        """Hand it out."""
        await self._do(interaction, "export")

    @app_commands.command(description="Delete all that is stored about you.")
    async def delete(self, interaction: Interaction) -> None:
        """Ask whether to delete it."""
        await self._do(interaction, "delete")

    async def _do(self, interaction: Interaction, do: str) -> None:
        await self.bot.reply(interaction, Question(command="privacy", options={"do": do}))


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Privacy(bot))
