"""``/glossary``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.boundary import guarded_autocomplete
from bot.client import LocalBot
from cogs.choices import choices

Interaction = discord.Interaction[Any]


@final
class Glossary(commands.Cog):
    """What a term means."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot
        self.menu = app_commands.ContextMenu(name="Explain terms", callback=self.explain_terms)
        bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """Take the context menu away with the cog."""
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)

    async def explain_terms(self, interaction: Interaction, message: discord.Message) -> None:
        """Say what the terms in somebody's message mean."""
        question = Question(command="glossary", options={"text": message.content or "…"})
        await self.bot.reply(interaction, question, private=True)

    @app_commands.command(description="What a term of local AI means.")
    @app_commands.describe(term="A term, such as kv cache or RLHF", text="Or a text, to have the terms in it explained")
    async def glossary(
        self,
        interaction: Interaction,
        term: app_commands.Range[str, 1, 200] | None = None,
        text: app_commands.Range[str, 1, 4000] | None = None,
    ) -> None:
        """Answer with a glossary entry, or with the terms of a text."""
        await self.bot.reply(interaction, Question(command="glossary", options={"term": term, "text": text}))

    @glossary.autocomplete("term")
    @guarded_autocomplete
    async def complete_term(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Terms by name."""
        return choices((term.title, term.id) for term in self.bot.knowledge.glossary.search(current))


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Glossary(bot))
