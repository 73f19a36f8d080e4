"""Reports of errors in answers: taken from whoever saw one, and shown to the moderators of the server."""

import logging
import re
from typing import Any

import discord
from discord import ui

from bot.answers.answer import Question
from bot.answers.report import file_report, without_secrets
from bot.boundary import Host, fault_words, language_of, report, say
from bot.show import phrases
from bot.show.cards import report_card
from bot.show.language import speaking, t
from bot.state.database import Unavailable
from bot.state.reports import MAX_WORDS, Decision, decide

log = logging.getLogger(__name__)

_OPEN_S = 15 * 60
_DECISIONS: dict[str, Decision] = {"accept": "accepted", "reject": "rejected"}


class Words(ui.Modal, title="What is wrong?"):
    """Asks what is wrong with an answer. Discord.py keeps an open modal, so it ends by itself."""

    words: ui.Label[Any] = ui.Label(
        text="What is wrong, and what would be right?",
        description="With a source if you have one. Please leave names, keys and addresses out.",
        component=ui.TextInput(
            custom_id="words", style=discord.TextStyle.paragraph, min_length=5, max_length=MAX_WORDS
        ),
    )

    def __init__(self, question: Question) -> None:
        super().__init__(timeout=_OPEN_S)
        self._question = question

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep the report, and show it to the moderators."""
        with speaking(await language_of(interaction)):
            await self._keep(interaction)

    async def _keep(self, interaction: discord.Interaction[Any]) -> None:
        host: Host = interaction.client
        assert isinstance(self.words.component, ui.TextInput)
        words, question = self.words.component.value, phrases.asked(self._question)
        try:
            number = await file_report(host.database, interaction.user.id, interaction.guild_id, question, words)
        except Unavailable:
            await say(interaction, t(phrases.STATE_DOWN))
            return
        rules = await host.servers.rules(interaction.guild_id)
        seen = rules.report_channel is not None and await _deliver(
            host, rules.report_channel, number, without_secrets(question), without_secrets(words)
        )
        await say(interaction, phrases.reported(number, seen=seen))

    async def on_error(  # type: ignore[override]
        self, interaction: discord.Interaction[Any], error: Exception, /
    ) -> None:
        """Faults in a modal reach no other handler."""
        await say(interaction, fault_words(report(error, "the modal of a report")))


async def _deliver(host: Host, channel_id: int, number: int, question: str, words: str) -> bool:
    view = report_card(number, question, words)
    view.add_item(ui.ActionRow(Decide("accept", number), Decide("reject", number)))
    try:
        await host.get_partial_messageable(channel_id).send(view=view)
    except discord.HTTPException as problem:
        log.warning("report %d could not be shown in its channel: %s", number, type(problem).__name__)
        return False
    return True


class Decide(ui.DynamicItem[ui.Button[Any]], template=r"(?P<what>accept|reject)~(?P<number>\d{1,9})"):
    """A moderator's button under a report."""

    def __init__(self, what: str, number: int) -> None:
        style = discord.ButtonStyle.success if what == "accept" else discord.ButtonStyle.secondary
        super().__init__(ui.Button(custom_id=f"{what}~{number}", label=what.capitalize(), style=style))
        self._what = what
        self._number = number

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: ui.Item[Any], match: re.Match[str], /
    ) -> "Decide":
        """Made anew for a message of any age."""
        return cls(match["what"], int(match["number"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Decide, if whoever presses may, and nobody has yet."""
        try:
            with speaking(await language_of(interaction)):
                await self._decide(interaction)
        except Exception as error:
            await say(interaction, fault_words(report(error, "a decision")))

    async def _decide(self, interaction: discord.Interaction[Any]) -> None:
        host: Host = interaction.client
        if interaction.guild_id is None or not interaction.permissions.manage_guild:
            await say(interaction, t(phrases.NOT_A_MODERATOR))
            return
        try:
            decided = await decide(host.database, self._number, interaction.guild_id, _DECISIONS[self._what])
        except Unavailable:
            await say(interaction, t(phrases.STATE_DOWN))
            return
        if decided is None:
            await say(interaction, "This report has been decided on already, or its author took it back.")
            return
        view = report_card(decided.id, decided.question, decided.words, decided.state)
        await interaction.response.edit_message(view=view)
