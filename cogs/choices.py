"""What autocompletion offers: names to read, ids to send back."""

from collections.abc import Iterable

from discord import app_commands

from bot.answers.knowledge import Knowledge

LIMIT = 25


def choices(pairs: Iterable[tuple[str, str]]) -> list[app_commands.Choice[str]]:
    """Choices from (name, id) pairs, within Discord's limits."""
    return [app_commands.Choice(name=name[:100], value=value[:100]) for name, value in list(pairs)[:LIMIT]]


def models(knowledge: Knowledge, typed: str) -> list[app_commands.Choice[str]]:
    """Models that ``typed`` may mean."""
    return choices((m.name, m.id) for m in knowledge.models.search(typed))


def hardware(knowledge: Knowledge, typed: str) -> list[app_commands.Choice[str]]:
    """Cards and chips that ``typed`` may mean, one choice for each memory size."""
    pairs = []
    for record in knowledge.hardware.search(typed):
        if len(record.memory_gib) > 1:
            pairs += [(f"{record.name} {size:g} GB", f"{record.id}:{size:g}") for size in record.memory_gib]
        else:
            pairs.append((record.name, record.id))
    return choices(pairs)


def tools(knowledge: Knowledge, typed: str) -> list[app_commands.Choice[str]]:
    """Runtimes and programs that ``typed`` may mean."""
    return choices((t.name, t.id) for t in knowledge.tools.search(typed))
