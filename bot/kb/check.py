"""Checks that need the knowledge base's own matching."""

from collections.abc import Iterator
from typing import cast

from bot.catalog.load import Fault, Loaded
from bot.catalog.records import ErrorEntry
from bot.kb.errors import ErrorIndex


def check_examples(loaded: Loaded) -> list[Fault]:
    """Example texts and phrases that do not find their own entry first."""
    entries = cast(list[ErrorEntry], loaded.records["error"])
    index = ErrorIndex({entry.id: entry for entry in entries})
    return [
        Fault(loaded.files["error", entry.id], entry.id, field, problem)
        for entry in entries
        for field, problem in _misses(entry, index)
    ]


def _misses(entry: ErrorEntry, index: ErrorIndex) -> Iterator[tuple[str, str]]:
    for field, texts in (("examples", entry.examples), ("phrases", entry.phrases)):
        for text in texts:
            hits = index.find(text)
            if not hits or hits[0].entry.id != entry.id:
                found = hits[0].entry.id if hits else "nothing"
                yield field, f"«{text[:60]}» finds {found}"
