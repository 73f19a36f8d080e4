"""A question as a Discord custom id and back: all state of a card's controls, so that they survive a restart.

``verb~w~0=llama-3.1-8b-instruct~1=rtx-3090~v=1a2b``: what the control does, the command, its options by position, and
the version of the catalog that the card was made from.
"""

from typing import NamedTuple

from bot.answers.answer import OptionValue, Question

MAX_LENGTH = 100
"""Discord's limit."""

_SEPARATOR = "~"
_CODES = {
    "w": "willitrun", "f": "fits", "c": "compare", "m": "model", "g": "gpu", "b": "bench", "t": "tool",
    "s": "troubleshoot", "e": "error", "l": "glossary", "a": "ask", "n": "start",
    "o": "method", "p": "prompt", "r": "learn", "u": "guide", "h": "help", "i": "about",
    "y": "rig", "z": "privacy", "d": "choosegpu", "k": "cost",
}  # fmt: skip
_CODE_OF = {command: code for code, command in _CODES.items()}
_OPTIONS = {
    "willitrun": ("model", "gpu", "quant", "context", "kv", "ram_gib", "runtime", "swa_full", "draft"),
    "fits": ("gpu", "use", "context", "page"),
    "compare": ("a", "b", "c", "d"),
    "model": ("model",),
    "gpu": ("gpu",),
    "bench": ("model", "gpu"),
    "tool": ("tool",),
    "troubleshoot": ("symptom", "step"),
    "error": ("text",),
    "glossary": ("term",),
    "ask": ("question",),
    "method": ("topic",),
    "prompt": ("kit",),
    "guide": ("guide",),
    "help": (),
    "about": (),
    "learn": ("course", "lesson", "choice"),
    "start": ("system", "gpu", "goal"),
    "rig": ("do", "name", "hardware", "of"),
    "privacy": ("do", "sure"),
    "choosegpu": ("model", "context", "budget", "form", "power_w"),
    "cost": ("model", "gpu", "usage", "tokens", "country", "kwh_usd", "price_usd", "watts", "context"),
}
"""Options that a control can carry; their positions are part of old messages, so the order never changes."""


class Control(NamedTuple):
    """What a control stands for."""

    verb: str
    question: Question
    catalog: str


def encode(control: Control) -> str | None:
    """The custom id; None where the question is too long or cannot be carried."""
    names = _OPTIONS.get(control.question.command)
    if names is None:
        return None
    code = _CODE_OF[control.question.command]
    parts = [control.verb, code]
    for name, value in control.question.options.items():
        if value is None or value == "":
            continue
        written = str(value)
        if name not in names or _SEPARATOR in written:
            return None
        parts.append(f"{names.index(name)}={written}")
    parts.append(f"v={control.catalog[:4]}")
    text = _SEPARATOR.join(parts)
    return text if len(text) <= MAX_LENGTH else None


def decode(text: str) -> Control | None:
    """What a custom id stands for; None for one that this program did not make, or that was cut or forged."""
    verb, *rest = text.split(_SEPARATOR)
    if len(text) > MAX_LENGTH or len(rest) < 2 or rest[0] not in _CODES:
        return None
    command, *parts = rest
    names = _OPTIONS[_CODES[command]]
    options: dict[str, OptionValue] = {}
    catalog = None
    for part in parts:
        key, equals, value = part.partition("=")
        if not equals or not value or catalog is not None:
            return None
        if key == "v":
            catalog = value
        elif key.isdecimal() and len(key) == 1 and int(key) < len(names) and names[int(key)] not in options:
            options[names[int(key)]] = value
        else:
            return None
    if catalog is None:
        return None
    return Control(verb, Question(command=_CODES[command], options=options), catalog)
