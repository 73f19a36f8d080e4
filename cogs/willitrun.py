"""``/willitrun``."""

from typing import Any, final

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers.answer import Question
from bot.answers.runtime import RUNTIMES
from bot.answers.willitrun import MAX_SENTENCE
from bot.boundary import guarded_autocomplete
from bot.client import LocalBot
from bot.fit.quants import QUALITY_ORDER
from cogs.choices import choices, hardware, models

Interaction = discord.Interaction[Any]
_KV_TYPES = ("f16", "q8_0", "q5_1", "q4_0", "q8_0/q4_0", "fp8")
"""Of keys and values, or of each."""


@final
class WillItRun(commands.Cog):
    """Does this model run on this hardware?"""

    def __init__(self, bot: LocalBot) -> None:
        self.bot = bot
        self.menu = app_commands.ContextMenu(name="Will this run?", callback=self.will_this_run)
        bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """Take the context menu away with the cog."""
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)

    async def will_this_run(self, interaction: Interaction, message: discord.Message) -> None:
        """Find model and hardware in somebody's message, and answer it."""
        options = {"ask": message.content[:MAX_SENTENCE]}
        await self.bot.reply(interaction, Question(command="willitrun", options=options))

    @app_commands.command(description="Does this model run on this hardware, how well, and with what settings?")
    @app_commands.describe(
        model="A model, as you would write it: llama 3.1 8b q4_k_m",
        gpu="Cards, a chip or a Mac: rtx 3060 12gb, 2x 3090, m3 max 64gb; left out, your rig",
        quant="Quant, such as Q4_K_M; left out, the usual one or the best that fits",
        context="Context: 8192, 8k, 128k or max; left out, 8k",
        kv="Type of the KV cache; left out, f16",
        ram_gib="System memory in GiB, for what does not fit the card",
        ask="Or the whole question in your own words: can I run llama 3 70b on 2x3090 at 32k?",
        runtime="What runs the model; left out, llama.cpp, or what the format is made for",
        swa_full="llama.cpp's --swa-full: layers with a window keep the whole context, as a cache of prompts needs",
        draft="What guesses tokens ahead: mtp, mtp 2, or a small model such as qwen3 0.6b; left out, nothing",
    )
    @app_commands.choices(
        kv=[app_commands.Choice(name=name, value=name) for name in _KV_TYPES],
        runtime=[app_commands.Choice(name=n, value=n) for n in RUNTIMES],
    )
    async def willitrun(
        self,
        interaction: Interaction,
        model: app_commands.Range[str, 1, 200] | None = None,
        gpu: app_commands.Range[str, 1, 200] | None = None,
        quant: app_commands.Range[str, 1, 40] | None = None,
        context: app_commands.Range[str, 1, 40] | None = None,
        kv: str | None = None,
        ram_gib: app_commands.Range[float, 0.5, 8192.0] | None = None,
        runtime: str | None = None,
        ask: app_commands.Range[str, 1, 4000] | None = None,
        swa_full: bool | None = None,
        draft: app_commands.Range[str, 1, 200] | None = None,
    ) -> None:
        """Answer with a verdict."""
        options = {
            "model": model, "gpu": gpu, "quant": quant, "context": context,
            "kv": kv, "ram_gib": ram_gib, "runtime": runtime, "ask": ask,
            "swa_full": swa_full, "draft": draft,
        }  # fmt: skip
        await self.bot.reply(interaction, Question(command="willitrun", options=options))

    @willitrun.autocomplete("model")
    @guarded_autocomplete
    async def complete_model(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Models by name."""
        return models(self.bot.knowledge, current)

    @willitrun.autocomplete("gpu")
    @guarded_autocomplete
    async def complete_gpu(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Hardware by name."""
        return hardware(self.bot.knowledge, current)

    @willitrun.autocomplete("quant")
    @guarded_autocomplete
    async def complete_quant(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Quants, best first."""
        return choices((q, q) for q in QUALITY_ORDER if current.casefold() in q.casefold())


async def setup(bot: LocalBot) -> None:
    """Called by discord.py."""
    await bot.add_cog(WillItRun(bot))
