"""``/ask``: questions that communities repeat, answered in two sentences."""

from bot.answers.answer import Frozen, NameOut, NotFoundOut, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, required_text

OPTIONS = ("question",)
_MAX_QUESTION = 400


class AskOut(Frozen):
    """The answer to ``/ask``; ``see`` are commands that say more."""

    id: str
    question: str
    answer: str
    reason: str
    see: tuple[str, ...]
    sources: tuple[str, ...]


async def ask(question: Question, knowledge: Knowledge) -> Payload:
    """Find the question that was meant; nothing is made up for one that is not known."""
    check_names(question, OPTIONS)
    typed = required_text(question, "question", limit=_MAX_QUESTION)
    found = knowledge.answers.find(typed)
    if found is None:
        nearest = tuple(NameOut(id=a.id, name=a.question) for a in knowledge.answers.nearest(typed))
        return "not_found", NotFoundOut(about="question", typed=typed, nearest=nearest)
    return "answered", AskOut(**found.model_dump(include=set(AskOut.model_fields)))
