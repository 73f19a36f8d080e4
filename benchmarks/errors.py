"""Reports of errors as people really wrote them, and texts that are none: accuracy and time.

``data/errors.jsonl``: a pasted ``text`` and mostly a ``short`` phrase with the entry that is meant; null for texts
about something else.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bot.answers.knowledge import Knowledge

DATA = Path(__file__).parent / "data" / "errors.jsonl"


class Score(NamedTuple):
    """First and first three of what was found, of how many; the texts whose entry was not first."""

    kind: str
    first: int
    first_three: int
    total: int
    missed: tuple[str, ...]


def scores(knowledge: Knowledge) -> Iterator[Score]:
    """Pasted texts, short phrases, and texts that must find nothing (there ``first`` counts those that did not)."""
    rows = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    for kind in ("text", "short"):
        asked = [(row["entry"], row[kind]) for row in rows if row["entry"] and row.get(kind)]
        found = [(entry, [hit.entry.id for hit in knowledge.errors.find(text)]) for entry, text in asked]
        missed = tuple(entry for entry, ids in found if ids[:1] != [entry])
        three = sum(entry in ids[:3] for entry, ids in found)
        yield Score(kind, len(found) - len(missed), three, len(found), missed)
    others = [row["text"] for row in rows if not row["entry"]]
    wrong = tuple(text[:60] for text in others if knowledge.errors.find(text))
    yield Score("nothing", len(others) - len(wrong), len(others) - len(wrong), len(others), wrong)


def times_ms(knowledge: Knowledge) -> Iterator[tuple[str, float]]:
    """Milliseconds for a short phrase, and for logs of growing size."""
    yield "a short phrase", _ms(knowledge, "ollama gpu not used after update")
    line = "time=2026-11-26T00:00:00 level=INFO msg='loading layers' n_gpu_layers=99 buffer=4096 MiB\n"
    for kilobytes in (10, 100, 1000):
        yield f"a log of {kilobytes} kB", _ms(knowledge, (line * 12000)[: kilobytes * 1000])
    yield "100 kB of one letter", _ms(knowledge, "a" * 100_000)


def _ms(knowledge: Knowledge, text: str, rounds: int = 5) -> float:
    start = time.perf_counter()
    for _ in range(rounds):
        knowledge.errors.find(text)
    return (time.perf_counter() - start) * 1000 / rounds
