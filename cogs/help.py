"""``/help``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.client import LocalBot


@final
class Help(commands.Cog):
    """What this bot answers, with an example of each command."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="What this bot answers, with an example of each command.")
    async def help(self, interaction: discord.Interaction[Any]) -> None:
        """Answer with a card."""
        await self.bot.reply(interaction, Question(command="help"))


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Help(bot))
