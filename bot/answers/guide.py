"""``/guide``: what to buy for a purpose; figures are computed, reasons are written."""

from bot.answers.answer import Frozen, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, text
from bot.answers.record import RunOut
from bot.answers.resolve import all_pages, one_page
from bot.answers.runs import run_on
from bot.catalog.records import GuidePick
from bot.naming.text import MAX_LENGTH

OPTIONS = ("guide",)
_CONTEXT = 8192


class PickOut(Frozen):
    """One pick; launch price in USD with its year, and runs of the guide's models."""

    id: str
    name: str
    memory_gib: float
    bandwidth_gb_s: float
    why: str
    buy_if: str | None
    skip_if: str | None
    launch_price_usd: float | None
    year: int | None
    runs: tuple[RunOut, ...]


class GuideOut(Frozen):
    """The answer to ``/guide``; the picks best first."""

    id: str
    title: str
    short_answer: str
    picks: tuple[PickOut, ...]
    sources: tuple[str, ...]
    checked: str


async def guide(question: Question, knowledge: Knowledge) -> Payload:
    """One guide, or all of them by title where none is asked for."""
    check_names(question, OPTIONS)
    typed = text(question, "guide", limit=MAX_LENGTH)
    if typed is None:
        return all_pages("guide", knowledge.catalog.guides.values())
    found = one_page("guide", typed, knowledge.guides)
    return "answered", GuideOut(
        id=found.id,
        title=found.title,
        short_answer=found.short_answer,
        picks=tuple(_pick(pick, found.models, knowledge) for pick in found.picks),
        sources=found.sources,
        checked=found.checked.isoformat(),
    )


def _pick(pick: GuidePick, models: tuple[str, ...], knowledge: Knowledge) -> PickOut:
    catalog = knowledge.catalog
    card = catalog.hardware[pick.hardware]
    memory_gib = pick.memory_gib or card.memory_gib[0]
    device = card.device(memory_gib)
    verdict = catalog.hardware_verdicts.get(card.id)
    runs = (run_on(catalog.models[m].name, catalog.models[m], device, _CONTEXT) for m in models)
    return PickOut(
        id=card.id,
        name=card.name,
        memory_gib=memory_gib,
        bandwidth_gb_s=card.bandwidth_gb_s,
        why=pick.why,
        buy_if=verdict.buy_if if verdict else None,
        skip_if=verdict.skip_if if verdict else None,
        launch_price_usd=card.launch_price_usd,
        year=card.released.year if card.released else None,
        runs=tuple(run for run in runs if run),
    )
