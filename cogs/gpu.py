"""``/gpu``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.boundary import guarded_autocomplete
from bot.client import LocalBot
from cogs.choices import hardware

Interaction = discord.Interaction[Any]


@final
class Gpu(commands.Cog):
    """What a card or chip is, where it breaks, and what runs on it."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="What a card or chip is, where it breaks, and what runs on it.")
    @app_commands.describe(gpu="A card, chip or Mac, such as rtx 3090; left out, your rig")
    async def gpu(self, interaction: Interaction, gpu: app_commands.Range[str, 1, 200] | None = None) -> None:
        """Answer with a card of facts, a verdict, and what runs on it."""
        await self.bot.reply(interaction, Question(command="gpu", options={"gpu": gpu}))

    @gpu.autocomplete("gpu")
    @guarded_autocomplete
    async def complete_gpu(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Names."""
        return hardware(self.bot.knowledge, current)


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Gpu(bot))
