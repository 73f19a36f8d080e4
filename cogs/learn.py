"""``/learn``."""

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
class Learn(commands.Cog):
    """Short courses."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="Short courses on local AI, a lesson of two minutes at a time.")
    @app_commands.describe(
        course="Which course; left out, the list",
        lesson="Which lesson; left out, the first",
        choice="Your answer to its question, 1 for the first",
    )
    async def learn(
        self,
        interaction: Interaction,
        course: app_commands.Range[str, 1, 200] | None = None,
        lesson: app_commands.Range[int, 1, 20] | None = None,
        choice: app_commands.Range[int, 1, 5] | None = None,
    ) -> None:
        """Answer with a lesson, or with the list of courses."""
        options = {"course": course, "lesson": lesson, "choice": choice}
        await self.bot.reply(interaction, Question(command="learn", options=options))

    @learn.autocomplete("course")
    @guarded_autocomplete
    async def complete_course(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """By title."""
        return choices((record.title, record.id) for record in self.bot.knowledge.courses.search(current))


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Learn(bot))
