"""Typed text → the platform of a desktop's or server's processor."""

import re
from collections.abc import Iterable
from typing import NamedTuple

import re2

from bot.catalog.records import Hardware
from bot.naming.text import plain

_LONGEST = 6
"""Words that the longest name of a processor has: «xeon gold 6248 r» and a few more."""
_NOTHING = r"[^\x00-\x{10FFFF}]"
_AFTER = frozenset({"cpu", "processor"})
_CARDS = frozenset({"rx", "rtx", "gtx", "radeon", "geforce"})
"""What a number of a card stands behind: «rx 7900x» is no Ryzen."""
_SOCKETS = re2.compile(r"[1-8]x")
_MEMORY = re2.compile(r"\d+(?:gb|gib|g)|ram|l?p?ddr[345]x?")
"""What may stand before a processor as well as behind it: «512gb ram epyc 7702»."""


class Processor(NamedTuple):
    """A processor found in a text: the platforms it may sit on, and what else the text says."""

    platforms: tuple[Hardware, ...]
    rest: str

    def on(self, text: str) -> Hardware:
        """The platform by the kind of memory that ``text`` tells; the first where it tells none."""
        words = set(re.findall(r"\w+", plain(text)))
        told = [h for h in self.platforms if h.memory_type and h.memory_type.lower().partition("-")[0] in words]
        return (told or self.platforms)[0]


class ProcessorIndex:
    """Finds processors by the patterns of the catalog's platforms."""

    def __init__(self, hardware: Iterable[Hardware]) -> None:
        self._platforms = [(re2.compile(pattern), platform) for platform in hardware for pattern in platform.processors]
        self._any = re2.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in self._platforms) or _NOTHING)

    def find(self, text: str) -> Processor | None:
        """The processor that ``text`` (plain) names before anything else with a figure; the longest name wins.

        «dual xeon 6248» is one: a model rarely runs faster on both sockets.
        """
        text = text.replace("-", " ")
        if not self._any.search(text):
            return None
        words = text.split()
        for start in range(len(words)):
            for end in range(min(start + _LONGEST, len(words)), start, -1):
                name = " ".join(words[start:end])
                if self._any.fullmatch(name):
                    platforms = tuple(platform for pattern, platform in self._platforms if pattern.fullmatch(name))
                    rest = [word for word in words[:start] if _MEMORY.fullmatch(word)] + words[end:]
                    return Processor(platforms, " ".join(word for word in rest if word not in _AFTER))
            if words[start] in _CARDS:
                return None
            before = _SOCKETS.fullmatch(words[start]) or _MEMORY.fullmatch(words[start])
            if any(map(str.isdigit, words[start])) and not before:
                return None
        return None
