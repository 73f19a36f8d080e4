"""``/start``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.answers.start import GOALS, SYSTEMS
from bot.boundary import guarded_autocomplete
from bot.client import LocalBot
from bot.show import phrases
from cogs.choices import hardware

Interaction = discord.Interaction[Any]


@final
class Start(commands.Cog):
    """From nothing to a running model."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="New here? From your system, card and goal to the commands that run a model.")
    @app_commands.describe(
        system="What your computer runs",
        gpu="Cards, a chip or a Mac: rtx 3060 12gb, 2x 3090, m3 max 64gb, cpu only 32gb; left out, your rig",
        goal="What you want it for",
    )
    @app_commands.choices(
        system=[app_commands.Choice(name=phrases.SYSTEM_WORDS[system], value=system) for system in SYSTEMS],
        goal=[app_commands.Choice(name=goal, value=goal) for goal in GOALS],
    )
    async def start(
        self,
        interaction: Interaction,
        system: str,
        goal: str,
        gpu: app_commands.Range[str, 1, 200] | None = None,
    ) -> None:
        """Answer with a pick and steps."""
        options = {"system": system, "gpu": gpu, "goal": goal}
        await self.bot.reply(interaction, Question(command="start", options=options))

    @start.autocomplete("gpu")
    @guarded_autocomplete
    async def complete_gpu(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Hardware by name."""
        return hardware(self.bot.knowledge, current)


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Start(bot))
