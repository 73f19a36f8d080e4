"""``/tool``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.boundary import guarded_autocomplete
from bot.client import LocalBot
from cogs.choices import tools

Interaction = discord.Interaction[Any]


@final
class Tool(commands.Cog):
    """What a runtime or program is for, and what it runs on."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="What a runtime or program is for, and what it runs on.")
    @app_commands.describe(tool="A runtime or program, such as Ollama")
    async def tool(self, interaction: Interaction, tool: app_commands.Range[str, 1, 200]) -> None:
        """Answer with a card of facts, a verdict and what it runs on."""
        await self.bot.reply(interaction, Question(command="tool", options={"tool": tool}))

    @tool.autocomplete("tool")
    @guarded_autocomplete
    async def complete_tool(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Names."""
        return tools(self.bot.knowledge, current)


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Tool(bot))
