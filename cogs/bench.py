"""``/bench``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.boundary import guarded_autocomplete
from bot.client import LocalBot
from cogs.choices import hardware, models

Interaction = discord.Interaction[Any]
Name = app_commands.Range[str, 1, 200]


@final
class Bench(commands.Cog):
    """Measured speeds."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="Measured speeds of a model on a card, with their sources.")
    @app_commands.describe(
        model="A model, such as llama 3.1 8b", gpu="A card, chip or Mac, such as rtx 3090; left out, your rig"
    )
    async def bench(self, interaction: Interaction, model: Name, gpu: Name | None = None) -> None:
        """Answer with measured rows."""
        await self.bot.reply(interaction, Question(command="bench", options={"model": model, "gpu": gpu}))

    @bench.autocomplete("model")
    @guarded_autocomplete
    async def complete_model(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Models by name."""
        return models(self.bot.knowledge, current)

    @bench.autocomplete("gpu")
    @guarded_autocomplete
    async def complete_gpu(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Hardware by name."""
        return hardware(self.bot.knowledge, current)


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Bench(bot))
