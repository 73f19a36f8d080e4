"""``/about`` and ``/help``: what this bot is, and what one can ask it."""

from collections.abc import Mapping

from bot import __version__
from bot.answers.answer import Frozen, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names

OPTIONS = ()
PROJECT = "https://github.com/willitrun/willitrun"


class AboutOut(Frozen):
    """Versions, and how many records of each kind the catalog holds."""

    version: str
    catalog: str
    checked: str
    """Newest date on which a record was checked (ISO)."""
    counts: dict[str, int]
    url: str
    licence: str


class CommandOut(Frozen):
    """A command, a line about it, and one question to copy."""

    name: str
    about: str
    example: str


class HelpOut(Frozen):
    """Every command."""

    commands: tuple[CommandOut, ...]
    url: str


async def about(question: Question, knowledge: Knowledge) -> Payload:
    """Count the catalog."""
    check_names(question, OPTIONS)
    catalog = knowledge.catalog
    counts = {
        "models": len(catalog.models),
        "cards and chips": len(catalog.hardware),
        "tools": len(catalog.tools),
        "measured speeds": len(catalog.benchmarks),
        "errors": len(catalog.errors),
        "symptoms": len(catalog.symptoms),
        "terms": len(catalog.glossary),
        "quick answers": len(catalog.answers),
        "lessons": len(catalog.lessons),
        "buyer guides": len(catalog.guides),
        "prompting kits": len(catalog.kits),
    }
    return "answered", AboutOut(
        version=__version__,
        catalog=catalog.version,
        checked=catalog.checked,
        counts=counts,
        url=PROJECT,
        licence="MIT",
    )


def commands_help(question: Question, commands: Mapping[str, tuple[str, str]]) -> Payload:
    """List the commands; ``commands`` gives a line about each and an example, by name."""
    check_names(question, OPTIONS)
    listed = tuple(CommandOut(name=name, about=line, example=example) for name, (line, example) in commands.items())
    return "answered", HelpOut(commands=listed, url=PROJECT)
