"""``/error``."""

from collections.abc import Sequence
from typing import Any, final

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.answers.answer import Question
from bot.boundary import fault_words, guarded_autocomplete, report, say
from bot.client import LocalBot
from cogs.choices import choices
from cogs.pasted import Unreadable, is_text, read_log

Interaction = discord.Interaction[Any]

MAX_PASTE = 4000
"""Discord's limit of a text field."""
OPEN_S = 15 * 60


class Paste(ui.Modal, title="Which error?"):
    """Takes a long paste or a log file. Discord.py keeps an open modal, so it ends by itself."""

    text: ui.Label[Any] = ui.Label(
        text="The error, or the end of the log",
        component=ui.TextInput(
            custom_id="text", style=discord.TextStyle.paragraph, required=False, max_length=MAX_PASTE
        ),
    )
    file: ui.Label[Any] = ui.Label(
        text="Or the log as a file",
        description="Text, up to 1 MB",
        component=ui.FileUpload(custom_id="file", required=False, min_values=0, max_values=1),
    )

    def __init__(self, cog: "Error") -> None:
        super().__init__(timeout=OPEN_S)
        self.cog = cog

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Look up what was given."""
        assert isinstance(self.text.component, ui.TextInput)
        assert isinstance(self.file.component, ui.FileUpload)
        await self.cog.look_up(interaction, self.text.component.value, self.file.component.values)

    async def on_error(self, interaction: Interaction, error: Exception, /) -> None:  # type: ignore[override]
        """Faults in a modal reach no other handler."""
        await say(interaction, fault_words(report(error, "the modal of /error")))


@final
class Error(commands.Cog):
    """What an error means and what to do."""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot
        self.menu = app_commands.ContextMenu(name="Diagnose this error", callback=self.diagnose)
        bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """Take the context menu away with the cog."""
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)

    async def diagnose(self, interaction: Interaction, message: discord.Message) -> None:
        """Look up the error in somebody's message, or in the log that is attached to it."""
        logs = [attachment for attachment in message.attachments if is_text(attachment)]
        if message.attachments and not logs and not message.content:
            await say(interaction, "I read text only. Please paste the error, or attach it as a .txt or .log file.")
            return
        await self.look_up(interaction, message.content, logs[:1])

    async def look_up(self, interaction: Interaction, text: str, logs: Sequence[discord.Attachment]) -> None:
        """Answer for a text and the attached logs together."""
        try:
            parts = [text, *[await read_log(attachment) for attachment in logs]]
        except Unreadable as reason:
            await say(interaction, str(reason))
            return
        pasted = "\n".join(part for part in parts if part)
        await self.bot.reply(interaction, Question(command="error", options={"text": pasted}))

    @app_commands.command(description="What an error means and how to fix it.")
    @app_commands.describe(
        text="The error message, a piece of the log, or a few words; leave it out to paste more or attach a file"
    )
    async def error(self, interaction: Interaction, text: app_commands.Range[str, 1, 6000] | None = None) -> None:
        """Answer with an entry of the knowledge base; without a text, ask for a long one or a file."""
        if text is None:
            await interaction.response.send_modal(Paste(self))
            return
        await self.bot.reply(interaction, Question(command="error", options={"text": text}))

    @error.autocomplete("text")
    @guarded_autocomplete
    async def complete_text(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Known errors by title."""
        return choices((entry.title, entry.id) for entry in self.bot.knowledge.errors.search(current))


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(Error(bot))
