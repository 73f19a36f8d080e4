"""``/troubleshoot``: from what one notices, cause by cause, the likeliest first."""

from bot.answers.answer import Frozen, NameOut, NotFoundOut, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import Stop, check_names, number, required_text

OPTIONS = ("symptom", "step")


class CauseOut(Frozen):
    """One possible cause: what to run and see, and what then helps."""

    cause: str
    diagnose: str
    look: str | None
    fix: str
    command: str | None


class TroubleshootOut(Frozen):
    """A page. ``step`` is the cause to look at now, from 1; None asks for all of them."""

    id: str
    title: str
    applies_to: tuple[str, ...]
    causes: tuple[CauseOut, ...]
    step: int | None
    hardware: str | None
    sources: tuple[str, ...]


async def troubleshoot(question: Question, knowledge: Knowledge) -> Payload:
    """Find the page, and the step that was asked for."""
    check_names(question, OPTIONS)
    typed = required_text(question, "symptom", limit=400)
    symptom = knowledge.symptoms.resolve(typed)
    if symptom is None:
        near = tuple(NameOut(id=s.id, name=s.title) for s in knowledge.symptoms.search(typed, 5))
        raise Stop("not_found", NotFoundOut(about="symptom", typed=typed, nearest=near))
    return "answered", TroubleshootOut(
        id=symptom.id,
        title=symptom.title,
        applies_to=symptom.applies_to,
        causes=tuple(CauseOut(**cause.model_dump()) for cause in symptom.causes),
        step=number(question, "step", len(symptom.causes)),
        hardware=symptom.hardware,
        sources=symptom.sources,
    )
