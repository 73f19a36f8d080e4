"""``/prompt``: a system prompt for a job, sampling settings by family of models, and what goes wrong."""

from bot.answers.answer import Frozen, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, text
from bot.answers.resolve import all_pages, one_page
from bot.naming.text import MAX_LENGTH

OPTIONS = ("kit",)


class SamplingOut(Frozen):
    """What the makers of a family recommend; None where they give nothing."""

    name: str
    temperature: float
    top_p: float | None
    top_k: int | None
    min_p: float | None
    repetition_penalty: float | None
    note: str | None
    source: str


class KitOut(Frozen):
    """The answer to ``/prompt``."""

    id: str
    title: str
    use: str
    prompt: str
    sampling: tuple[SamplingOut, ...]
    pitfalls: tuple[str, ...]
    checked: str


async def prompt(question: Question, knowledge: Knowledge) -> Payload:
    """One kit, or all of them by title where none is asked for."""
    check_names(question, OPTIONS)
    catalog = knowledge.catalog
    typed = text(question, "kit", limit=MAX_LENGTH)
    if typed is None:
        return all_pages("kit", catalog.kits.values())
    kit = one_page("kit", typed, knowledge.kits)
    sampling = tuple(
        SamplingOut(**family.model_dump(include=set(SamplingOut.model_fields)), source=family.sources[0])
        for family in (catalog.sampling[family_id] for family_id in kit.sampling)
    )
    return "answered", KitOut(
        id=kit.id,
        title=kit.title,
        use=kit.use,
        prompt=kit.prompt,
        sampling=sampling,
        pitfalls=kit.pitfalls,
        checked=kit.checked.isoformat(),
    )
