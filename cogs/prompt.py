"""``/prompt``."""

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
class Prompt(commands.Cog):
    """Prompting kits."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="A system prompt for a job, with sampling settings and what goes wrong.")
    @app_commands.describe(kit="What for, such as: summarise; left out, the list")
    async def prompt(self, interaction: Interaction, kit: app_commands.Range[str, 1, 200] | None = None) -> None:
        """Answer with one of them, or with the list."""
        await self.bot.reply(interaction, Question(command="prompt", options={"kit": kit}))

    @prompt.autocomplete("kit")
    @guarded_autocomplete
    async def complete_kit(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """By title."""
        return choices((record.title, record.id) for record in self.bot.knowledge.kits.search(current))


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Prompt(bot))
