"""``/choosegpu``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.answers.choosegpu import FORMS
from bot.boundary import guarded_autocomplete
from bot.client import LocalBot
from bot.show import money
from cogs.choices import models

Interaction = discord.Interaction[Any]


@final
class ChooseGpu(commands.Cog):
    """What to buy."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="What to buy for a model, a context and a budget, and why.")
    @app_commands.describe(
        model="A model that it shall run; left out, an 8B",
        context="Context: 8192, 8k, 128k or max; left out, 8k",
        budget="In US dollars: 800, $1,200, 1.5k",
        form="What it shall be",
        power_w="Most watts, for power and noise",
    )
    @app_commands.choices(
        form=[app_commands.Choice(name=money.FORM_WORDS[form], value=form) for form in FORMS],
    )
    async def choosegpu(
        self,
        interaction: Interaction,
        model: app_commands.Range[str, 1, 200] | None = None,
        context: app_commands.Range[str, 1, 40] | None = None,
        budget: app_commands.Range[str, 1, 40] | None = None,
        form: str | None = None,
        power_w: app_commands.Range[str, 1, 40] | None = None,
    ) -> None:
        """Answer with picks, to the asker first."""
        options = {"model": model, "context": context, "budget": budget, "form": form, "power_w": power_w}
        await self.bot.reply(interaction, Question(command="choosegpu", options=options), private=True)

    @choosegpu.autocomplete("model")
    @guarded_autocomplete
    async def complete_model(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Models by name."""
        return models(self.bot.knowledge, current)


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(ChooseGpu(bot))
