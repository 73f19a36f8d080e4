"""The form that changes what ``/cost`` assumes."""

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import ui

from bot.answers.answer import OptionValue, Question
from bot.boundary import fault_words, report, say

_OPEN_S = 15 * 60

AskAgain = Callable[[discord.Interaction[Any], Question], Awaitable[None]]


class Assumptions(ui.Modal, title="What shall be assumed?"):
    """Asks for figures; what is left empty is taken from the catalog."""

    def __init__(self, question: Question, ask_again: AskAgain) -> None:
        super().__init__(timeout=_OPEN_S)
        self._question = question
        self._ask_again = ask_again
        self._inputs: dict[str, ui.TextInput[Any]] = {}
        for name, words in (
            ("price_usd", "What the hardware costs, in USD"),
            ("watts", "What it draws while it works, in watts"),
            ("kwh_usd", "What a kWh costs, in USD"),
            ("tokens", "Tokens a month, such as 20M"),
        ):
            now = question.options.get(name)
            self._inputs[name] = ui.TextInput(
                custom_id=name, required=False, max_length=20, default=str(now) if now else None
            )
            self.add_item(ui.Label(text=words, component=self._inputs[name]))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Ask again with what was given."""
        given: dict[str, OptionValue] = {name: item.value.strip() or None for name, item in self._inputs.items()}
        options = {name: value for name, value in {**self._question.options, **given}.items() if value}
        await self._ask_again(interaction, self._question.model_copy(update={"options": options}))

    async def on_error(  # type: ignore[override]
        self, interaction: discord.Interaction[Any], error: Exception, /
    ) -> None:
        """Faults in a modal reach no other handler."""
        await say(interaction, fault_words(report(error, "the form of /cost")))
