"""``/error``: what an error means and what to do."""

import re

from bot.answers.answer import Frozen, NameOut, NotFoundOut, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, required_text

OPTIONS = ("text",)
_ECHO = 80
"""Characters of what was pasted that an answer repeats; a log is never echoed."""
_PRIVATE = re.compile(r"\S{20}|@|/(?:home|root|users)/|\\users\\|\d\.\d+\.\d+\.\d", re.IGNORECASE)
"""What may be a token, an e-mail, a home folder or an address: a text that has one is not echoed either."""


class EntryOut(Frozen):
    """Which entry was found."""

    id: str
    title: str
    category: str
    severity: str


class StepOut(Frozen):
    """One thing to do."""

    text: str
    command: str | None
    language: str | None


class OtherOut(Frozen):
    """Another entry that may be meant."""

    id: str
    title: str


class ErrorOut(Frozen):
    """The answer to ``/error``."""

    entry: EntryOut
    cause: str
    steps: tuple[StepOut, ...]
    dead_ends: tuple[str, ...]
    alternatives: tuple[str, ...]
    matched_by: str
    others: tuple[OtherOut, ...]
    sources: tuple[str, ...]


async def error(question: Question, knowledge: Knowledge) -> Payload:
    """Find the entry for a pasted log or a phrase."""
    check_names(question, OPTIONS)
    pasted = required_text(question, "text")
    known = knowledge.catalog.errors.get(pasted)
    hits = [] if known else knowledge.errors.find(pasted)
    if known is None and not hits:
        short = " ".join(pasted.split())
        typed = short if len(short) <= _ECHO and "\n" not in pasted and not _PRIVATE.search(short) else ""
        nearest = tuple(NameOut(id=e.id, name=e.title) for e in knowledge.errors.nearest(pasted))
        return "not_found", NotFoundOut(about="error", typed=typed, nearest=nearest)
    entry = known or hits[0].entry
    return "answered", ErrorOut(
        entry=EntryOut(id=entry.id, title=entry.title, category=entry.category, severity=entry.severity),
        cause=entry.cause,
        steps=tuple(StepOut(text=s.text, command=s.command, language=s.language) for s in entry.steps),
        dead_ends=entry.dead_ends,
        alternatives=entry.alternatives,
        matched_by=hits[0].matched_by if hits else "id",
        others=tuple(OtherOut(id=hit.entry.id, title=hit.entry.title) for hit in hits[1:]),
        sources=entry.sources,
    )
