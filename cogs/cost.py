"""``/cost``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.answers.cost import USAGES
from bot.boundary import guarded_autocomplete
from bot.client import LocalBot
from bot.show import money
from cogs.choices import choices, hardware, models

Interaction = discord.Interaction[Any]


@final
class Cost(commands.Cog):
    """Own hardware or the cloud?"""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="Your hardware and electricity against API prices and a rented card.")
    @app_commands.describe(
        model="A model, such as llama 3.3 70b",
        gpu="Cards, a chip or a Mac: 2x 3090; left out, your rig",
        usage="How much it is used",
        tokens="Or tokens a month: 20M, 500k",
        country="Where you pay for electricity",
        kwh_usd="Or what a kWh costs in USD",
        price_usd="What the hardware costs in USD; left out, the catalog's price",
        watts="What it draws while it works; left out, the catalog's",
        context="Context: 8192, 8k, 128k; left out, 8k",
    )
    @app_commands.choices(
        usage=[app_commands.Choice(name=money.USAGE_WORDS[usage], value=usage) for usage in USAGES],
    )
    async def cost(
        self,
        interaction: Interaction,
        model: app_commands.Range[str, 1, 200],
        gpu: app_commands.Range[str, 1, 200] | None = None,
        usage: str | None = None,
        tokens: app_commands.Range[str, 1, 40] | None = None,
        country: app_commands.Range[str, 1, 40] | None = None,
        kwh_usd: app_commands.Range[str, 1, 40] | None = None,
        price_usd: app_commands.Range[str, 1, 40] | None = None,
        watts: app_commands.Range[str, 1, 40] | None = None,
        context: app_commands.Range[str, 1, 40] | None = None,
    ) -> None:
        """Answer with both sides and a chart."""
        options = {
            "model": model,
            "gpu": gpu,
            "usage": usage,
            "tokens": tokens,
            "country": country,
            "kwh_usd": kwh_usd,
            "price_usd": price_usd,
            "watts": watts,
            "context": context,
        }
        await self.bot.reply(interaction, Question(command="cost", options=options))

    @cost.autocomplete("model")
    @guarded_autocomplete
    async def complete_model(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Models by name."""
        return models(self.bot.knowledge, current)

    @cost.autocomplete("gpu")
    @guarded_autocomplete
    async def complete_gpu(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Hardware by name."""
        return hardware(self.bot.knowledge, current)

    @cost.autocomplete("country")
    @guarded_autocomplete
    async def complete_country(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Countries whose price of electricity is known."""
        known = sorted(self.bot.knowledge.catalog.electricity_prices.values(), key=lambda price: price.name)
        return choices((p.name, p.country) for p in known if p.name.casefold().startswith(current.casefold()))


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Cost(bot))
