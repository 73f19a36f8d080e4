"""``/fits``: what runs well on a card, a chip or several cards."""

from typing import Literal

from bot.answers.answer import Frozen, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, invalid, number, required_text, text
from bot.answers.resolve import named_hardware
from bot.answers.runs import ASSUMED_RAM_MIB, READABLE_TOK_S, best_load, decode_band, load_of, usual_quant
from bot.catalog.records import WRITES_TEXT, Model
from bot.fit.devices import Device
from bot.fit.plan import Load
from bot.fit.quants import QUALITY_ORDER
from bot.fit.verdict import Verdict, judge
from bot.naming.text import MAX_LENGTH, parse_context

OPTIONS = ("gpu", "use", "context", "page")
USES = ("chat", "coding", "reasoning", "vision")
PAGE = 15

_CONSIDERED = 400
"""Models are considered down to this rank of how much they are talked about."""
_CODE_WORDS = ("coder", "code", "devstral", "codestral", "starcoder")
_SMALL_IS_OUT = 0.34
"""A model is left out if it fills less of the cards in 16 bits: nobody asks for a 1B model on 24 GB."""

Group = Literal["comfortable", "tight", "offload"]
_GROUP: dict[Verdict, Group] = {Verdict.FITS: "comfortable", Verdict.TIGHT: "tight", Verdict.OFFLOAD: "offload"}


class FitOut(Frozen):
    """One model on this hardware."""

    id: str
    name: str
    group: Group
    quant: str
    total_mib: float
    decode_tok_s: tuple[float, float]


class FitsOut(Frozen):
    """The answer to ``/fits``: one page of models by group, the most talked about first within each."""

    devices: tuple[str, ...]
    use: str | None
    context: int
    considered: int
    page: int
    pages: int
    counts: dict[str, int]
    models: tuple[FitOut, ...]


async def fits(question: Question, knowledge: Knowledge) -> Payload:
    """Judge every model that is talked about, and rank what runs."""
    check_names(question, OPTIONS)
    outcome = named_hardware("gpu", required_text(question, "gpu", limit=MAX_LENGTH), knowledge)
    devices = tuple(d.hardware.device(d.memory_gib) for d in outcome.devices)
    use = text(question, "use", limit=40)
    if use is not None and use.casefold() not in USES:
        raise invalid("use", "unknown_value", ", ".join(USES))
    context = _context(question)
    ram_mib = outcome.ram_gib * 1024 if outcome.ram_gib else ASSUMED_RAM_MIB
    candidates = considered(knowledge, use and use.casefold(), context)
    runs = ranked(candidates, devices, context, ram_mib)
    pages = max(1, -(-len(runs) // PAGE))
    page = number(question, "page", pages) or 1
    return "answered", FitsOut(
        devices=tuple(device.name for device in devices),
        use=use and use.casefold(),
        context=context,
        considered=len(candidates),
        page=page,
        pages=pages,
        counts={group: sum(run.group == group for run in runs) for group in _GROUP.values()},
        models=tuple(runs[(page - 1) * PAGE : page * PAGE]),
    )


def considered(knowledge: Knowledge, use: str | None, context: int) -> list[Model]:
    """Models for ``use`` (one of :data:`USES`, or any) with that much context, that are talked about."""
    return [model for model in knowledge.catalog.models.values() if _considered(model, use, context)]


def ranked(
    models: list[Model],
    devices: tuple[Device, ...],
    context: int,
    ram_mib: float,
    least_tok_s: float = READABLE_TOK_S,
) -> list[FitOut]:
    """Those that run, comfortable ones first; within a group the most talked about, those slower than one reads last.

    Each in the best quant that leaves room to spare, or in the usual one where the best is slower than ``least_tok_s``.
    """
    order = list(_GROUP.values())
    rank = {model.id: model.rank for model in models}
    runs = [run for model in models if (run := _run(model, devices, context, ram_mib, least_tok_s))]
    return sorted(runs, key=lambda run: (order.index(run.group), run.decode_tok_s[1] < READABLE_TOK_S, rank[run.id]))


def _context(question: Question) -> int:
    typed = text(question, "context", limit=40)
    context = parse_context(typed) if typed else 8192
    if context is None or not 256 <= context <= 16_777_216:
        raise invalid("context", "not_a_context", typed or "")
    return context


def _considered(model: Model, use: str | None, context: int) -> bool:
    if model.rank > _CONSIDERED or model.architecture is None or model.modality not in WRITES_TEXT:
        return False
    if (model.context or 0) < context or model.id.endswith("-base"):
        return False
    match use:
        case "coding":
            return any(word in model.id for word in _CODE_WORDS)
        case "reasoning":
            return "reasoning" in model.capabilities
        case "vision":
            return "vision" in model.capabilities
        case _:
            return True


def _run(model: Model, devices: tuple[Device, ...], context: int, ram_mib: float, least_tok_s: float) -> FitOut | None:
    best = best_load(model, devices, context)
    run = best and _judged(model, best, devices, ram_mib)
    if best and run and run.decode_tok_s[0] < least_tok_s and best.quant != usual_quant(model):
        usual = load_of(model, usual_quant(model), context)
        run = usual and _judged(model, usual, devices, ram_mib)
    return run


def _judged(model: Model, load: Load, devices: tuple[Device, ...], ram_mib: float) -> FitOut | None:
    judged = judge(load, devices, ram_mib)
    decode = decode_band(load, judged)
    total = sum(share.total_mib for share in judged.plan.shares)
    if judged.verdict is Verdict.OFFLOAD:
        total += judged.plan.host_mib
    room = sum(device.memory_mib for device in devices)
    if decode is None or (load.quant == QUALITY_ORDER[0] and total < _SMALL_IS_OUT * room):
        return None
    return FitOut(
        id=model.id,
        name=model.name,
        group=_GROUP[judged.verdict],
        quant=load.quant,
        total_mib=round(total),
        decode_tok_s=decode,
    )
