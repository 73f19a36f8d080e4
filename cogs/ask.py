"""``/ask``."""

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
class Ask(commands.Cog):
    """A question that is asked often."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="A question that is asked often, answered in two sentences.")
    @app_commands.describe(question="In your own words: does VRAM add up over two cards?")
    async def ask(self, interaction: Interaction, question: app_commands.Range[str, 1, 400]) -> None:
        """Answer with a quick answer."""
        await self.bot.reply(interaction, Question(command="ask", options={"question": question}))

    @ask.autocomplete("question")
    @guarded_autocomplete
    async def complete_question(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Known questions."""
        return choices((a.question, a.id) for a in self.bot.knowledge.answers.search(current))


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Ask(bot))
