"""Names and descriptions of commands in the languages that there are files for."""

import discord
from discord import app_commands
from discord.app_commands import TranslationContextTypes, locale_str

from bot.show.language import COMMAND, closest, phrasebook

_NAMES = (app_commands.TranslationContextLocation.command_name, app_commands.TranslationContextLocation.group_name)


class Translator(app_commands.Translator):
    """Asked by discord.py when commands are registered."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        """The translation; None where there is none, which leaves the English."""
        kind = COMMAND if context.location in _NAMES else ""
        return phrasebook(closest(locale.value)).get((kind, string.message))
