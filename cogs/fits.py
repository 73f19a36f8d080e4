"""``/fits``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.answers.fits import USES
from bot.boundary import guarded_autocomplete
from bot.client import LocalBot
from cogs.choices import hardware

Interaction = discord.Interaction[Any]


@final
class Fits(commands.Cog):
    """What runs well on this hardware?"""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="What runs well on this card, chip or set of cards?")
    @app_commands.describe(
        gpu="Cards, a chip or a Mac: rtx 3060 12gb, 2x 3090, m3 max 64gb; left out, your rig",
        use="What for; left out, everything",
        context="Context: 8192, 8k, 128k; left out, 8k",
        page="Which page of the list",
    )
    @app_commands.choices(use=[app_commands.Choice(name=use, value=use) for use in USES])
    async def fits(
        self,
        interaction: Interaction,
        gpu: app_commands.Range[str, 1, 200] | None = None,
        use: str | None = None,
        context: app_commands.Range[str, 1, 40] | None = None,
        page: app_commands.Range[int, 1, 50] | None = None,
    ) -> None:
        """Answer with a ranked list."""
        options = {"gpu": gpu, "use": use, "context": context, "page": page}
        await self.bot.reply(interaction, Question(command="fits", options=options))

    @fits.autocomplete("gpu")
    @guarded_autocomplete
    async def complete_gpu(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Hardware by name."""
        return hardware(self.bot.knowledge, current)


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Fits(bot))
