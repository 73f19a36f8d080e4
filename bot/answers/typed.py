"""A command typed as one line of text → a question."""

import re

from rapidfuzz import fuzz, process

from bot.answers.answer import OptionValue, Question
from bot.answers.router import COMMANDS

_ALIASES = {"ram": "ram_gib", "hardware": "gpu", "card": "gpu"}
_OTHER_NAMES = {"bestgpu": "choosegpu", "best-gpu": "choosegpu", "hardware": "gpu", "diagnose": "error"}
"""Commands by what else people call them."""
_LIKE = 75.0


class NotACommand(ValueError):
    """The line names no command; the message says what is accepted."""


def read_typed(line: str) -> Question:
    """Read ``/willitrun model: llama 3.1 8b gpu: rtx 3060 12gb``.

    A line without labels is taken as the first option.

    Raises:
        NotACommand: the line does not begin with a known command.
    """
    name, _, rest = line.strip().lstrip("/").partition(" ")
    name = _OTHER_NAMES.get(name.casefold(), name.casefold())
    if name not in COMMANDS:
        known = ", ".join(f"/{command}" for command in COMMANDS)
        like = process.extractOne(name[:40], COMMANDS.keys(), scorer=fuzz.ratio, score_cutoff=_LIKE)
        meant = f" Do you mean /{like[0]}?" if like else ""
        raise NotACommand(f"This is not a command.{meant} Commands are {known}.")
    command = COMMANDS[name]
    if not command.options:
        return Question(command=name)
    labels = [*command.options, *(a for a, o in _ALIASES.items() if o in command.options)]
    pattern = re.compile(rf"(?:^|(?<=\s))({'|'.join(map(re.escape, labels))}):", re.IGNORECASE)
    marks = list(pattern.finditer(rest))
    options: dict[str, OptionValue] = {}
    if not marks and rest.strip():
        options[command.options[0]] = rest.strip()
    ends = [mark.start() for mark in marks[1:]] + [len(rest)]
    for mark, end in zip(marks, ends, strict=False):
        label = mark[1].casefold()
        value = rest[mark.end() : end].strip()
        options[_ALIASES.get(label, label)] = value or None
    return Question(command=name, options=options)
