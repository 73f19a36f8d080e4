"""``/error``: what an error means and what to do."""

import re

from bot.answers.answer import Frozen, NameOut, NotFoundOut, OptionValue, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import Stop, check_names, required_text
from bot.answers.willitrun import WillItRunOut, willitrun
from bot.catalog.records import ErrorEntry
from bot.kb.log_facts import LogFacts, read_facts
from bot.kb.pasted import bare
from bot.naming.outcome import AskBack, HardwareMatch, ModelMatch
from bot.naming.sentence import read_sentence

OPTIONS = ("text",)
_ECHO = 80
"""Characters of what was pasted that an answer repeats; a log is never echoed."""
_PRIVATE = re.compile(r"\S{20}|@|/(?:home|root|users)/|\\users\\|\d\.\d+\.\d+\.\d", re.IGNORECASE)
"""What may be a token, an e-mail, a home folder or an address: a text that has one is not echoed either."""


_OUT_OF_MEMORY = "Out of memory"
_PERFORMANCE = "Performance"
_NEAR = 0.08
"""A driver tells of a little less memory than a card is sold with."""


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
    tried_mib: float | None = None
    """What the log says was asked for, and (``free_mib``) how much was free."""
    free_mib: float | None = None
    worked_out: WillItRunOut | None = None
    """What fits, where the log names the model and the card of a run that was out of memory; what is to be expected of
    one that somebody tells is slow."""
    dead_ends: tuple[str, ...]
    alternatives: tuple[str, ...]
    matched_by: str
    others: tuple[OtherOut, ...]
    sources: tuple[str, ...]

    @property
    def in_log(self) -> bool:
        """Whether a line of a log was found, rather than what somebody told."""
        return self.matched_by == "signature"


async def error(question: Question, knowledge: Knowledge) -> Payload:
    """Find the entry for a pasted log, a phrase, or what is told in a few sentences."""
    check_names(question, OPTIONS)
    pasted = bare(required_text(question, "text"))
    known = knowledge.catalog.errors.get(pasted)
    hits = [] if known else knowledge.errors.find(pasted)
    if known is None and not hits:
        short = " ".join(pasted.split())
        typed = short if len(short) <= _ECHO and "\n" not in pasted and not _PRIVATE.search(short) else ""
        nearest = tuple(NameOut(id=e.id, name=e.title) for e in knowledge.errors.nearest(pasted))
        return "not_found", NotFoundOut(about="error", typed=typed, nearest=nearest)
    entry = known or hits[0].entry
    matched_by = hits[0].matched_by if hits else "id"
    facts = _facts(pasted, entry, matched_by, knowledge)
    return "answered", ErrorOut(
        entry=EntryOut(id=entry.id, title=entry.title, category=entry.category, severity=entry.severity),
        cause=entry.cause,
        steps=tuple(StepOut(text=s.text, command=s.command, language=s.language) for s in entry.steps),
        tried_mib=facts.tried_mib,
        free_mib=facts.free_mib,
        worked_out=await _worked_out(facts, knowledge),
        dead_ends=entry.dead_ends,
        alternatives=entry.alternatives,
        matched_by=matched_by,
        others=tuple(OtherOut(id=hit.entry.id, title=hit.entry.title) for hit in hits[1:]),
        sources=entry.sources,
    )


def _facts(pasted: str, entry: ErrorEntry, matched_by: str, knowledge: Knowledge) -> LogFacts:
    """What a log says of a run that was out of memory, or what somebody tells of one that is slow."""
    if entry.category == _OUT_OF_MEMORY:
        return read_facts(pasted)
    if entry.category != _PERFORMANCE or matched_by not in ("phrase", "text"):
        return LogFacts()
    told = read_sentence(pasted, knowledge.models, knowledge.hardware)
    return LogFacts(model=told.model, quant=told.quant, card=told.hardware, context=told.context)


async def _worked_out(facts: LogFacts, knowledge: Knowledge) -> WillItRunOut | None:
    """The verdict on the run that the log tells of; None where model or card is not said, or not known."""
    card = _card(facts, knowledge)
    if facts.model is None or card is None:
        return None
    found = knowledge.models.resolve(facts.model)
    if not isinstance(found, ModelMatch) or found.model.architecture is None:
        return None  # an error is answered at once, without a look at the Hub
    options: dict[str, OptionValue] = {
        "model": facts.model,
        "quant": facts.quant,
        "gpu": card,
        "runtime": facts.runtime,
    }
    for context in (str(facts.context) if facts.context else None, None):
        try:
            question = Question(command="willitrun", options={**options, "context": context})
            _, payload = await willitrun(question, knowledge)
        except Stop:
            continue  # the context may be more than the model was made for
        return payload if isinstance(payload, WillItRunOut) else None
    return None


def _card(facts: LogFacts, knowledge: Knowledge) -> str | None:
    """The card by name; where it is sold with several memories, the one nearest to what the log says is there."""
    if facts.card is None:
        return None
    found = knowledge.hardware.find(facts.card)
    if isinstance(found, HardwareMatch):
        return facts.card
    if not isinstance(found, AskBack) or facts.total_mib is None:
        return None
    total = facts.total_mib
    sizes = {
        candidate.id: match.devices[0].memory_gib * 1024
        for candidate in found.candidates
        if isinstance(match := knowledge.hardware.find(candidate.id), HardwareMatch)
    }
    near = min(sizes, key=lambda i: abs(sizes[i] - total), default=None)
    return near if near and abs(sizes[near] - total) < _NEAR * sizes[near] else None
