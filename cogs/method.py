"""``/method``."""

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
class Method(commands.Cog):
    """How figures are worked out."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="How the figures are worked out, what the words mean, and what is not known.")
    @app_commands.describe(topic="A topic, such as: memory; left out, the list")
    async def method(self, interaction: Interaction, topic: app_commands.Range[str, 1, 200] | None = None) -> None:
        """Answer with one of them, or with the list."""
        await self.bot.reply(interaction, Question(command="method", options={"topic": topic}))

    @method.autocomplete("topic")
    @guarded_autocomplete
    async def complete_topic(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """By title."""
        return choices((record.title, record.id) for record in self.bot.knowledge.topics.search(current))


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Method(bot))
