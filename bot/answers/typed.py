"""A command typed as one line of text → a question."""

import re

from rapidfuzz import fuzz, process

from bot.answers.answer import OptionValue, Question
from bot.answers.router import COMMANDS

_ALIASES = {"ram": "ram_gib", "hardware": "gpu", "card": "gpu"}
_OTHER_NAMES = {"bestgpu": "choosegpu", "best-gpu": "choosegpu", "hardware": "gpu", "diagnose": "error"}
"""Commands by what else people call them."""
_UNLABELLED = {"willitrun": "ask"}
"""The option that takes text without a label, where that is not the first: a sentence may name model and card."""
_LIKE = 75.0


class NotACommand(ValueError):
    """The line names no command; the message says what is accepted."""


def read_typed(line: str) -> Question:
    """Read ``/willitrun model: llama 3.1 8b gpu: rtx 3060 12gb``.

    Text without a label is taken as the first option, for ``/willitrun`` as a whole question; so is a line of several
    words that begins with no command and no slash, and has a figure in it, as names of models and cards have.

    Raises:
        NotACommand: the line does not begin with a known command.
    """
    name, _, rest = line.strip().lstrip("/").partition(" ")
    name = _OTHER_NAMES.get(name.casefold(), name.casefold())
    if name not in COMMANDS:
        known = ", ".join(f"/{command}" for command in COMMANDS)
        like = process.extractOne(name[:40], COMMANDS.keys(), scorer=fuzz.ratio, score_cutoff=_LIKE)
        if not like and rest.strip() and any(map(str.isdigit, line)) and not line.lstrip().startswith("/"):
            return Question(command="willitrun", options={"ask": line.strip()})
        meant = f" Do you mean /{like[0]}?" if like else ""
        raise NotACommand(f"This is not a command.{meant} Commands are {known}.")
    command = COMMANDS[name]
    if not command.options:
        return Question(command=name)
    labels = [*command.options, *(a for a, o in _ALIASES.items() if o in command.options)]
    pattern = re.compile(rf"(?:^|(?<=\s))({'|'.join(map(re.escape, labels))}):", re.IGNORECASE)
    marks = list(pattern.finditer(rest))
    options: dict[str, OptionValue] = {}
    if unlabelled := rest[: marks[0].start() if marks else None].strip():
        options[_UNLABELLED.get(name, command.options[0])] = unlabelled
    ends = [mark.start() for mark in marks[1:]] + [len(rest)]
    for mark, end in zip(marks, ends, strict=False):
        label = mark[1].casefold()
        value = rest[mark.end() : end].strip()
        options[_ALIASES.get(label, label)] = value or None
    return Question(command=name, options=options)
