"""``/model``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.boundary import guarded_autocomplete
from bot.client import LocalBot
from cogs.choices import models

Interaction = discord.Interaction[Any]


@final
class Model(commands.Cog):
    """What a model is, what it is good for, and which cards it fits."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="What a model is, what it is good for, and which cards it fits.")
    @app_commands.describe(model="A model, such as gpt-oss 20b")
    async def model(self, interaction: Interaction, model: app_commands.Range[str, 1, 200]) -> None:
        """Answer with a card of facts, a verdict and what it runs on."""
        await self.bot.reply(interaction, Question(command="model", options={"model": model}))

    @model.autocomplete("model")
    @guarded_autocomplete
    async def complete_model(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Names."""
        return models(self.bot.knowledge, current)


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Model(bot))
