"""``/compare``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.boundary import guarded_autocomplete
from bot.client import LocalBot
from cogs.choices import hardware, models

Interaction = discord.Interaction[Any]
Item = app_commands.Range[str, 1, 200]


@final
class Compare(commands.Cog):
    """Two to four things of one kind, side by side."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="Compare two to four cards, models or tools.")
    @app_commands.describe(
        a="A card, a model or a tool", b="Another of the same kind", c="A third (optional)", d="A fourth (optional)"
    )
    async def compare(
        self, interaction: Interaction, a: Item, b: Item, c: Item | None = None, d: Item | None = None
    ) -> None:
        """Answer with a table and rules."""
        options = {"a": a, "b": b, "c": c, "d": d}
        await self.bot.reply(interaction, Question(command="compare", options=options))

    @compare.autocomplete("a")
    @compare.autocomplete("b")
    @compare.autocomplete("c")
    @compare.autocomplete("d")
    @guarded_autocomplete
    async def complete_item(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Cards and models by name."""
        knowledge = self.bot.knowledge
        return [*hardware(knowledge, current)[:13], *models(knowledge, current)[:12]]


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Compare(bot))
