"""What happens when a control is pressed. It is found by its custom id, so it works on a message of any age."""

import re
from typing import Any

import discord
from discord import ui

from bot.answers.answer import Question
from bot.answers.error import ErrorOut
from bot.answers.learn import LessonOut
from bot.answers.personal import PERSONAL, answer_for
from bot.assumptions import Assumptions
from bot.boundary import Host, fault_words, language_of, report, say
from bot.controls import ALSO, ASSUME, BEHIND, CHOICES, FAILED, PICK, REPORT, WORKED, show
from bot.reports import Words
from bot.show import phrases
from bot.show.cards import behind, card, notice
from bot.show.custom_id import Control, decode
from bot.show.language import speaking, t
from bot.state.database import Unavailable
from bot.state.votes import cast_vote

_OLD = "This card was made from an older catalog; the answer below is from today's."


async def _respond(interaction: discord.Interaction[Any], custom_id: str, value: str | None) -> None:
    """Answer a pressed control; anything unexpected becomes a kind sentence and a log line."""
    host: Host = interaction.client
    control = decode(custom_id)
    command = control.question.command if control else ""
    with host.metrics.interaction("control", command) as seen, speaking(await language_of(interaction)):
        seen.outcome = await _guarded(interaction, control, value)


async def _guarded(interaction: discord.Interaction[Any], control: Control | None, value: str | None) -> str:
    try:
        changed = control and _changed(control, value)
        if control is None or changed is None:
            await say(interaction, "This control is not one of mine any more. Please ask again with the command.")
        elif control.verb == REPORT:
            await interaction.response.send_modal(Words(changed))
        elif control.verb == ASSUME:
            await interaction.response.send_modal(Assumptions(changed, _ask_again))
        elif control.verb in (WORKED, FAILED):
            await _vote(interaction, changed, worked=control.verb == WORKED)
        else:
            await _answer(interaction, control, changed)
    except Exception as error:
        reference = report(error, "a control")
        await say(interaction, fault_words(reference))
        return "fault"
    return "answered"


async def _ask_again(interaction: discord.Interaction[Any], question: Question) -> None:
    """Answer a question that a form changed, in the place of the card that it was opened from."""
    with speaking(await language_of(interaction)):
        await _answer(interaction, Control("next", question, ""), question)


async def _answer(interaction: discord.Interaction[Any], control: Control, changed: Question) -> None:
    """Ask the changed question, and show the answer where the control belongs."""
    host: Host = interaction.client
    told = await answer_for(interaction.user.id, changed, host.knowledge, host.database)
    result = told.answer
    verb, payload = control.verb, result.answer
    if verb in BEHIND and isinstance(payload, BEHIND[verb][0]):
        await interaction.response.send_message(view=behind(BEHIND[verb][2](payload)), ephemeral=True)
    elif isinstance(payload, LessonOut) and payload.checked:
        await interaction.response.send_message(view=notice(phrases.checked(payload)), ephemeral=True)
    elif verb == "share":
        shown = show(result, told.question)
        await interaction.response.send_message(view=shown.view, files=shown.files)
    elif verb == "solved":
        await interaction.response.edit_message(view=card(result))
    else:
        ephemeral = bool(interaction.message and interaction.message.flags.ephemeral)
        apart = verb in ("fits", "see") or verb.startswith(ALSO) or (changed.command in PERSONAL and not ephemeral)
        note = "" if host.knowledge.catalog.version.startswith(control.catalog) else f"-# {_OLD}"
        shown = show(result, told.question, ephemeral=ephemeral or apart, note=note)
        if apart or result.status != "answered":
            await interaction.response.send_message(view=shown.view, files=shown.files, ephemeral=True)
        else:
            await interaction.response.edit_message(view=shown.view, attachments=shown.files)


async def _vote(interaction: discord.Interaction[Any], question: Question, *, worked: bool) -> None:
    """Count what somebody says of an error's steps; where they did not help, offer what else it may be."""
    host: Host = interaction.client
    entry = (await answer_for(interaction.user.id, question, host.knowledge, host.database)).answer.answer
    if not isinstance(entry, ErrorOut):
        await say(interaction, "This entry is no longer in the catalog. Please ask again with /error.")
        return
    try:
        tally = await cast_vote(host.database, interaction.user.id, entry.entry.id, worked=worked)
    except Unavailable:
        await say(interaction, t(phrases.STATE_DOWN))
        return
    await say(interaction, phrases.voted(tally.worked, tally.failed, helped=worked))


def _changed(control: Control, value: str | None) -> Question | None:
    """The question that a control asks when it is set to ``value``; None for a value that was never offered."""
    options = dict(control.question.options)
    if control.verb in CHOICES:
        if value is None or not re.fullmatch(r"[\w.\-]{1,20}", value):
            return None
        if control.verb == "runtime":  # another engine has formats of its own
            options = {name: kept for name, kept in options.items() if name not in ("quant", "kv", "swa_full", "draft")}
        return control.question.model_copy(update={"options": {**options, control.verb: value}})
    kind, _, option = control.verb.partition("-")
    if kind in (PICK, ALSO):
        if value is None or not re.fullmatch(r"[\w.:+ \-]{1,100}", value):
            return None
        return control.question.model_copy(update={"options": {**options, option: value}})
    return control.question if control.verb in _PRESSES else None


_PRESSES = ("fits", "see", "check", "share", "next", "solved", ASSUME, REPORT, WORKED, FAILED, *BEHIND)
_SELECTS = "|".join((*CHOICES, rf"{PICK}-\w+", rf"{ALSO}-\w+"))


class Pick(ui.DynamicItem[ui.Select[Any]], template=rf"(?P<id>(?:{_SELECTS})~.+)"):
    """A select whose custom id says which question it changes, and how."""

    def __init__(self, custom_id: str) -> None:
        super().__init__(ui.Select(custom_id=custom_id))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: ui.Item[Any], match: re.Match[str], /
    ) -> "Pick":
        """Made anew for a message of any age."""
        return cls(match["id"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Ask the changed question."""
        data: Any = interaction.data or {}
        values = data.get("values") or [None]
        await _respond(interaction, self.custom_id, values[0])


class Press(ui.DynamicItem[ui.Button[Any]], template=rf"(?P<id>(?:{'|'.join(_PRESSES)})~.+)"):
    """A button whose custom id says which question it asks."""

    def __init__(self, custom_id: str) -> None:
        super().__init__(ui.Button(custom_id=custom_id))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: ui.Item[Any], match: re.Match[str], /
    ) -> "Press":
        """Made anew for a message of any age."""
        return cls(match["id"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Ask the question."""
        await _respond(interaction, self.custom_id, None)
