"""``/troubleshoot``."""

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
class Troubleshoot(commands.Cog):
    """From a symptom to its cause."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="From what you notice to its cause, the likeliest first.")
    @app_commands.describe(symptom="What you notice, such as: ollama is slow", step="Which cause to begin with")
    async def troubleshoot(
        self,
        interaction: Interaction,
        symptom: app_commands.Range[str, 1, 400],
        step: app_commands.Range[int, 1, 9] | None = None,
    ) -> None:
        """Answer with one cause; buttons lead on."""
        options = {"symptom": symptom, "step": step or 1}
        await self.bot.reply(interaction, Question(command="troubleshoot", options=options))

    @troubleshoot.autocomplete("symptom")
    @guarded_autocomplete
    async def complete_symptom(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Pages by title."""
        return choices((s.title, s.id) for s in self.bot.knowledge.symptoms.search(current))


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Troubleshoot(bot))
