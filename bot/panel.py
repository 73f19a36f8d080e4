"""The panel of ``/settings``: what the moderators of a server want. Each select stores at once what is chosen."""

import re
from typing import Any

import discord
from discord import ui

from bot.answers.router import COMMANDS
from bot.boundary import ALWAYS_ON, Host, fault_words, language_of, report, say
from bot.show import phrases
from bot.show.cards import settings_card
from bot.show.language import ENGLISH, languages, own_name, speaking, t
from bot.state.database import Unavailable
from bot.state.servers import ServerRules

_MOST = 25
"""Values of a select."""
REPORTS, PRIVATE, OFF, LANGUAGE = "reports", "private", "off", "language"
_EACH_THEIR_OWN = "own"
_TEXT = [discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.public_thread]


def panel(rules: ServerRules) -> ui.LayoutView:
    """The settings as they are, with the selects to change them."""
    view = settings_card(
        rules.report_channel, sorted(rules.private_channels), sorted(rules.commands_off), rules.language
    )
    for what in (REPORTS, PRIVATE, OFF, LANGUAGE):
        view.add_item(ui.ActionRow(Setting(what, rules)))
    return view


class Setting(ui.DynamicItem[ui.Item[Any]], template=rf"set~(?P<what>{REPORTS}|{PRIVATE}|{OFF}|{LANGUAGE})"):
    """A select of the panel."""

    def __init__(self, what: str, rules: ServerRules) -> None:
        super().__init__(_select(what, rules))
        self._what = what

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: ui.Item[Any], match: re.Match[str], /
    ) -> "Setting":
        """Made anew for a panel of any age."""
        return cls(match["what"], ServerRules())

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Store what was chosen, if whoever chose may still do that."""
        try:
            with speaking(await language_of(interaction)):
                await self._change(interaction)
        except Exception as error:
            await say(interaction, fault_words(report(error, "the panel of /settings")))

    async def _change(self, interaction: discord.Interaction[Any]) -> None:
        host: Host = interaction.client
        if interaction.guild_id is None or not interaction.permissions.manage_guild:
            await say(interaction, t(phrases.NOT_A_MODERATOR))
            return
        data: Any = interaction.data or {}
        try:
            change = _change(self._what, [str(value) for value in data.get("values", ())])
            rules = await host.servers.change(interaction.guild_id, **change)
        except Unavailable:
            await say(interaction, t(phrases.STATE_DOWN))
            return
        await interaction.response.edit_message(view=panel(rules))


def _change(what: str, values: list[str]) -> dict[str, object]:
    channels = [int(value) for value in values if value.isdecimal()]
    match what:
        case "reports":
            return {"report_channel": channels[0] if channels else None}
        case "private":
            return {"private_channels": frozenset(channels)}
        case "language":
            known = [value for value in values if value in (ENGLISH, *languages())]
            return {"language": known[0] if known else None}
        case _:
            return {"commands_off": frozenset(values) & set(COMMANDS)}


def _select(what: str, rules: ServerRules) -> ui.Item[Any]:
    custom_id = f"set~{what}"
    words = phrases.SETTING_WORDS[what]
    if what == OFF:
        names = [name for name in COMMANDS if name not in ALWAYS_ON][:_MOST]
        options = [
            discord.SelectOption(label=f"/{name}", value=name, default=name in rules.commands_off) for name in names
        ]
        return ui.Select(custom_id=custom_id, placeholder=words, options=options, min_values=0, max_values=len(options))
    if what == LANGUAGE:
        options = [
            discord.SelectOption(label=label, value=value, default=value == (rules.language or _EACH_THEIR_OWN))
            for value, label in ((_EACH_THEIR_OWN, "Each in their own"), *map(_named, (ENGLISH, *languages())))
        ]
        return ui.Select(custom_id=custom_id, placeholder=words, options=options)
    chosen = rules.private_channels if what == PRIVATE else {rules.report_channel} - {None}
    return ui.ChannelSelect(
        custom_id=custom_id,
        placeholder=words,
        channel_types=_TEXT,
        min_values=0,
        max_values=_MOST if what == PRIVATE else 1,
        default_values=[
            discord.SelectDefaultValue(id=channel, type=discord.SelectDefaultValueType.channel)
            for channel in sorted(filter(None, chosen))
        ],
    )


def _named(language: str) -> tuple[str, str]:
    return language, own_name(language)
