"""``/glossary``: what a term means."""

from bot.answers.answer import Frozen, NameOut, NotFoundOut, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, required_text

OPTIONS = ("term",)
_MAX_TERM = 200


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


async def glossary(question: Question, knowledge: Knowledge) -> Payload:
    """Find the term that was asked for."""
    check_names(question, OPTIONS)
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
