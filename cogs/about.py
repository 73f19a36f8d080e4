"""``/about``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.client import LocalBot


@final
class About(commands.Cog):
    """What this bot is: version, date and size of its catalog."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="What this bot is: version, date and size of its catalog.")
    async def about(self, interaction: discord.Interaction[Any]) -> None:
        """Answer with a card."""
        await self.bot.reply(interaction, Question(command="about"))


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(About(bot))
