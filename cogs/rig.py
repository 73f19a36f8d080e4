"""``/rig``, and *Rig* in the menu of a person."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.answers.rig import MAX_NAME
from bot.boundary import guarded_autocomplete
from bot.client import LocalBot
from bot.state.rigs import rigs_of
from cogs.choices import choices, hardware

Interaction = discord.Interaction[Any]
Name = app_commands.Range[str, 1, MAX_NAME]


@final
class Rig(commands.GroupCog, group_name="rig", group_description="Your hardware, for questions that name none."):
    """The hardware that a person owns."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot
        self.menu = app_commands.ContextMenu(name="Rig", callback=self.of_person)
        bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """Take the context menu away with the cog."""
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)

    async def of_person(self, interaction: Interaction, person: discord.User) -> None:
        """Show what somebody shares, to the asker only."""
        await self.bot.reply(interaction, Question(command="rig", options={"do": "of", "of": str(person.id)}))

    @app_commands.command(name="set", description="Save what you own; questions that name no hardware are about it.")
    @app_commands.describe(
        hardware="Cards, memory and system in your own words: 2x3090, 128gb ddr5, linux",
        name="A name for it, if you have several",
    )
    async def set_rig(
        self, interaction: Interaction, hardware: app_commands.Range[str, 1, 200], name: Name | None = None
    ) -> None:
        """Save a rig and use it."""
        await self._do(interaction, "set", name, hardware)

    @app_commands.command(description="Your rigs, or one of them.")
    @app_commands.describe(name="Which one; left out, all")
    async def show(self, interaction: Interaction, name: Name | None = None) -> None:
        """Show one rig."""
        await self._do(interaction, "show", name)

    @app_commands.command(name="list", description="All your rigs.")
    async def list_rigs(self, interaction: Interaction) -> None:
        """Show all rigs."""
        await self._do(interaction, "show")

    @app_commands.command(description="Ask about another of your rigs from now on.")
    @app_commands.describe(name="Which one; left out, none")
    async def use(self, interaction: Interaction, name: Name | None = None) -> None:
        """Use another rig."""
        await self._do(interaction, "use", name)

    @app_commands.command(description="Let others see one of your rigs in the menu of your name, or not.")
    @app_commands.describe(name="Which one", shared="Whether others see it")
    async def share(self, interaction: Interaction, name: Name, shared: bool = True) -> None:
        """Share a rig, or no longer."""
        await self._do(interaction, "share" if shared else "hide", name)

    @app_commands.command(description="Forget one of your rigs, or all.")
    @app_commands.describe(name="Which one; left out, all")
    async def clear(self, interaction: Interaction, name: Name | None = None) -> None:
        """Forget rigs."""
        await self._do(interaction, "clear", name)

    async def _do(self, interaction: Interaction, do: str, name: str | None = None, typed: str | None = None) -> None:
        options = {"do": do, "name": name, "hardware": typed}
        await self.bot.reply(interaction, Question(command="rig", options=options))

    @set_rig.autocomplete("hardware")
    @guarded_autocomplete
    async def complete_hardware(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Hardware by name."""
        return hardware(self.bot.knowledge, current)

    @show.autocomplete("name")
    @use.autocomplete("name")
    @share.autocomplete("name")
    @clear.autocomplete("name")
    @guarded_autocomplete
    async def complete_name(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """One's own rigs."""
        mine = await rigs_of(self.bot.database, interaction.user.id)
        return choices((rig.name, rig.name) for rig in mine if current.casefold() in rig.name.casefold())


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Rig(bot))
