"""``/settings``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.boundary import say
from bot.client import LocalBot
from bot.panel import panel
from bot.show import phrases
from bot.show.language import t

Interaction = discord.Interaction[Any]


@final
class Settings(commands.Cog):
    """What the moderators of a server want."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot

    @app_commands.command(description="For moderators: where answers are private, which commands are on, and reports.")
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    async def settings(self, interaction: Interaction) -> None:
        """Show the panel to whoever may manage the server."""
        if not interaction.permissions.manage_guild:
            await say(interaction, t(phrases.NOT_A_MODERATOR))
            return
        rules = await self.bot.servers.rules(interaction.guild_id)
        await interaction.response.send_message(view=panel(rules), ephemeral=True)


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Settings(bot))
