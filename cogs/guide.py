"""``/guide``."""

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
class Guide(commands.Cog):
    """Buyer guides."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="What to buy for a purpose, with what runs on it.")
    @app_commands.describe(guide="What for, such as: which laptop; left out, the list")
    async def guide(self, interaction: Interaction, guide: app_commands.Range[str, 1, 200] | None = None) -> None:
        """Answer with one of them, or with the list."""
        await self.bot.reply(interaction, Question(command="guide", options={"guide": guide}))

    @guide.autocomplete("guide")
    @guarded_autocomplete
    async def complete_guide(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """By title."""
        return choices((record.title, record.id) for record in self.bot.knowledge.guides.search(current))


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Guide(bot))
