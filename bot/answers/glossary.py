"""``/glossary``: what a term means."""

import re

from bot.answers.answer import Frozen, NameOut, NotFoundOut, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, required_text, text

OPTIONS = ("term", "text")
_MAX_TERM = 200
_MAX_TEXT = 6000


class TermOut(Frozen):
    """Which term was found."""

    id: str
    title: str
    category: str
    expansion: str | None


class GlossaryOut(Frozen):
    """The answer to ``/glossary``."""

    entry: TermOut
    definition: str
    deeper_dive: str
    practical_example: str
    workflow_example: str
    related: tuple[NameOut, ...]
    matched_by: str
    sources: tuple[str, ...]


class TermLineOut(Frozen):
    """A term that a text uses, in a sentence."""

    id: str
    title: str
    expansion: str | None
    sentence: str


class TermsOut(Frozen):
    """The answer to ``/glossary text``: what the terms in a text mean, the most specific first."""

    terms: tuple[TermLineOut, ...]


async def glossary(question: Question, knowledge: Knowledge) -> Payload:
    """Find the term that was asked for, or the terms that a text uses."""
    check_names(question, OPTIONS)
    if question.options.get("term") in (None, "") and (written := text(question, "text", limit=_MAX_TEXT)):
        return _terms_in(written, knowledge)
    typed = required_text(question, "term", limit=_MAX_TERM)
    hit = knowledge.glossary.find(typed)
    if hit is None:
        nearest = tuple(NameOut(id=t.id, name=t.title) for t in knowledge.glossary.nearest(typed))
        return "not_found", NotFoundOut(about="term", typed=typed, nearest=nearest)
    term = hit.term
    terms = knowledge.catalog.glossary
    return "answered", GlossaryOut(
        entry=TermOut(id=term.id, title=term.title, category=term.category, expansion=term.expansion),
        definition=term.definition,
        deeper_dive=term.deeper_dive,
        practical_example=term.practical_example,
        workflow_example=term.workflow_example,
        related=tuple(NameOut(id=i, name=terms[i].title) for i in term.related),
        matched_by=hit.matched_by,
        sources=term.sources,
    )


def _terms_in(written: str, knowledge: Knowledge) -> Payload:
    terms = knowledge.glossary.terms_in(written)
    if not terms:
        return "not_found", NotFoundOut(about="terms", typed="", nearest=())
    lines = (
        TermLineOut(id=t.id, title=t.title, expansion=t.expansion, sentence=_first_sentence(t.definition))
        for t in terms
    )
    return "answered", TermsOut(terms=tuple(lines))


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s+(?=[A-Z«`])", text, maxsplit=1)[0]
