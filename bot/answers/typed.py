"""A command typed as one line of text → a question."""

import re

from bot.answers.answer import OptionValue, Question
from bot.answers.router import COMMANDS

_ALIASES = {"ram": "ram_gib", "hardware": "gpu", "card": "gpu"}


class NotACommand(ValueError):
    """The line names no command; the message says what is accepted."""


def read_typed(line: str) -> Question:
    """Read ``/willitrun model: llama 3.1 8b gpu: rtx 3060 12gb``.

    A line without labels is taken as the first option.

    Raises:
        NotACommand: the line does not begin with a known command.
    """
    name, _, rest = line.strip().lstrip("/").partition(" ")
    name = name.casefold()
    if name not in COMMANDS:
        known = ", ".join(f"/{command}" for command in COMMANDS)
        raise NotACommand(f"This is not a command. Commands are {known}.")
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
