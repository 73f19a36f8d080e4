"""``/choosegpu``: what to buy for a model, a context and a budget, by engine and catalog."""

import math
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from bot.answers.answer import Frozen, NameOut, Payload, Question, UnavailableOut
from bot.answers.knowledge import Knowledge
from bot.answers.offers import Offer, PriceBasis, offers
from bot.answers.options import Stop, check_names, invalid, read_context, read_usd, text
from bot.answers.resolve import one_model
from bot.answers.runs import ASSUMED_RAM_MIB, READABLE_TOK_S, best_load, decode_band, load_of, usual_quant
from bot.catalog.records import WRITES_TEXT, Hardware, Model
from bot.fit.devices import Device
from bot.fit.plan import Load
from bot.fit.verdict import Verdict, judge, max_context
from bot.naming.text import MAX_LENGTH

OPTIONS = ("model", "context", "budget", "form", "power_w")
Form = Literal["any", "desktop", "laptop", "mac", "mini"]
FORMS: tuple[Form, ...] = ("any", "desktop", "laptop", "mac", "mini")
DEFAULT_MODEL = "llama-3.1-8b-instruct"
BUDGETS = ("400", "600", "1000", "1500", "2500", "4000", "6000", "10000", "any")
POWERS = ("any", "150", "250", "350", "600")
MODELS = (
    "llama-3.1-8b-instruct", "qwen3-14b", "gpt-oss-20b", "gemma-3-27b-it", "qwen3-30b-a3b", "qwen3-32b",
    "llama-3.3-70b-instruct", "gpt-oss-120b", "qwen3-235b-a22b",
)  # fmt: skip
"""Offered by size; any other can be typed."""
_COUNTS = (1, 2, 4)
"""Cards that people put into one computer."""
_ONE_COUNTRY = re.compile(r" D(?: V2)?$")
"""Cards that are sold in China only."""
_USUAL_CONTEXT = 8192
_MAX_USD = 1_000_000.0
_LAPTOP_CHIP = re.compile(r"M\d(?: Pro| Max)? \(")
_MINI_CHIP = re.compile(r"M\d(?: Pro| Max| Ultra)? \(|Strix Halo|DGX Spark|GB10", re.IGNORECASE)


class BuyOut(Frozen):
    """One thing to buy. ``reasons`` are codes: what it is best at among all that fit the question."""

    id: str
    name: str
    count: int
    memory_gib: float
    price_usd: float
    basis: PriceBasis
    as_of: str
    whole_system: bool
    power_w: float | None
    verdict: str
    quant: str
    best_quant: str
    """The best that fits; ``quant`` is the usual one, which the speed is for."""
    max_context: int | None
    decode_tok_s: tuple[float, float]
    reasons: tuple[str, ...]
    skip_if: str | None
    source: str


class ChooseOut(Frozen):
    """The answer to ``/choosegpu``; no picks where nothing fits the question, and then what would."""

    model: NameOut
    context: int
    budget_usd: float | None
    form: Form
    power_w: float | None
    picks: tuple[BuyOut, ...]
    considered: int
    """Offers within budget, form and power that were judged."""
    would_fit: BuyOut | None = None
    """The cheapest that runs it, whatever the budget, form and power."""


class _Built(NamedTuple):
    offer: Offer
    cards: int
    price_usd: float
    power_w: float | None

    @property
    def devices(self) -> tuple[Device, ...]:
        """Its cards or chip, as the maths sees them."""
        return (self.offer.hardware.device(self.offer.memory_gib),) * self.cards


class _Run(NamedTuple):
    """The model on what an offer makes: whole, and at a readable speed."""

    built: _Built
    load: Load
    verdict: Verdict
    decode_tok_s: tuple[float, float]

    @property
    def speed(self) -> float:
        """The middle of the band."""
        return math.sqrt(self.decode_tok_s[0] * self.decode_tok_s[1])


async def choosegpu(question: Question, knowledge: Knowledge) -> Payload:
    """Judge every offer that fits the question, and pick those that are best at something."""
    check_names(question, OPTIONS)
    model = one_model("model", text(question, "model", limit=MAX_LENGTH) or DEFAULT_MODEL, knowledge)
    if model.architecture is None or model.modality not in WRITES_TEXT:
        raise Stop("unavailable", UnavailableOut(about="model", name=model.name, missing=("architecture",)))
    longest = model.context or _USUAL_CONTEXT
    context = read_context(question, model, longest, knowledge) or min(_USUAL_CONTEXT, longest)
    budget = _amount(question, "budget", _MAX_USD)
    power = _amount(question, "power_w", 100_000.0)
    form = _form(question)
    built = list(_build(offers(knowledge.catalog)))
    wanted = [b for b in built if _suits(b, budget, form, power)]
    # Four cards in a computer are for those whom two do not help.
    runs = _runs([b for b in wanted if b.cards <= 2], model, context) or _runs(
        [b for b in wanted if b.cards > 2], model, context
    )
    picks = tuple(_pick(run, reasons, model, knowledge) for run, reasons in _best(runs))
    return "answered", ChooseOut(
        model=NameOut(id=model.id, name=model.name),
        context=context,
        budget_usd=budget,
        form=form,
        power_w=power,
        picks=picks,
        considered=len(wanted),
        would_fit=None if picks else _cheapest(built, model, context, knowledge),
    )


def _amount(question: Question, name: str, most: float) -> float | None:
    """A limit; None where there is none.

    Raises:
        Stop: it is not an amount above 0.
    """
    written = text(question, name, limit=30)
    if written is None or written.casefold() == "any":
        return None
    amount = read_usd(written.casefold().removesuffix("w").strip() if name == "power_w" else written)
    if amount is None:
        raise invalid(name, "not_usd" if name == "budget" else "not_watts", written)
    if not 0 < amount <= most:
        raise invalid(name, "out_of_range", f"{most:,.0f}")
    return amount


def _form(question: Question) -> Form:
    written = (text(question, "form", limit=20) or "any").casefold()
    for form in FORMS:
        if form == written:
            return form
    raise invalid("form", "unknown_value", ", ".join(FORMS))


def _build(listed: list[Offer]) -> Iterator[_Built]:
    """Offers as computers: one of a system, one or several of a card."""
    for offer in listed:
        if offer.hardware.rare or _ONE_COUNTRY.search(offer.hardware.name):
            continue
        for count in _COUNTS if offer.hardware.kind == "gpu" else (1,):
            tdp = offer.hardware.tdp_w
            yield _Built(offer, count, offer.price_usd * count, tdp * count if tdp else None)


def _suits(built: _Built, budget: float | None, form: Form, power: float | None) -> bool:
    if budget is not None and built.price_usd > budget:
        return False
    if power is not None and (built.power_w is None or built.power_w > power):
        return False
    forms = _forms(built.offer.hardware)
    return bool(forms) if form == "any" else form in forms


def _forms(hardware: Hardware) -> set[Form]:
    """What a piece of hardware is sold in. A datacentre's card has no fan of its own, so it is no desktop's."""
    if hardware.kind == "gpu":
        return {"desktop"} if hardware.segment in ("desktop", "workstation") else set()
    forms: set[Form] = set()
    if hardware.vendor == "Apple":
        forms.add("mac")
        if _LAPTOP_CHIP.search(hardware.name):
            forms.add("laptop")
    if _MINI_CHIP.search(f"{hardware.name} {' '.join(hardware.aliases)}"):
        forms.add("mini")
    return forms


def _runs(built: list[_Built], model: Model, context: int) -> list[_Run]:
    return [run for b in built if (run := _run(b, model, context))]


def _run(built: _Built, model: Model, context: int) -> _Run | None:
    """None where the model in its usual quant does not fit it whole, is slow to read, or fewer cards do as well.

    All are judged in the same quant, so that their speeds can be compared.
    """
    load = load_of(model, usual_quant(model), context)
    if load is None:
        return None
    judged = judge(load, built.devices, ASSUMED_RAM_MIB)
    band = decode_band(load, judged)
    if judged.verdict not in (Verdict.FITS, Verdict.TIGHT) or band is None or band[0] < READABLE_TOK_S:
        return None
    return _Run(built, load, judged.verdict, band) if len(judged.devices) == built.cards else None


def _best(runs: list[_Run]) -> Iterator[tuple[_Run, tuple[str, ...]]]:
    """Those that are best at something and at what, the best value first."""
    if not runs:
        return
    firsts = {
        "value": max(runs, key=lambda r: (r.speed / r.built.price_usd, -r.built.price_usd)),
        "cheapest": min(runs, key=lambda r: (r.built.price_usd, -r.speed)),
        "fastest": max(runs, key=lambda r: (r.speed, -r.built.price_usd)),
        "room": max(runs, key=lambda r: (r.built.offer.memory_gib * r.built.cards, -r.built.price_usd)),
    }
    if of_known_power := [run for run in runs if run.built.power_w]:
        firsts["cool"] = min(of_known_power, key=lambda r: (r.built.power_w or 0, r.built.price_usd))
    for run in {id(run): run for run in firsts.values()}.values():
        yield run, tuple(reason for reason, first in firsts.items() if first is run)


def _pick(run: _Run, reasons: tuple[str, ...], model: Model, knowledge: Knowledge) -> BuyOut:
    """A run in full; what takes long to work out is worked out for those alone that are shown."""
    built, load, offer = run.built, run.load, run.built.offer
    best = best_load(model, built.devices, load.context)
    opinion = knowledge.catalog.hardware_verdicts.get(offer.hardware.id)
    return BuyOut(
        id=offer.hardware.id,
        name=offer.hardware.name,
        count=built.cards,
        memory_gib=offer.memory_gib,
        price_usd=built.price_usd,
        basis=offer.basis,
        as_of=offer.as_of,
        whole_system=offer.whole_system,
        power_w=built.power_w,
        verdict=run.verdict,
        quant=load.quant,
        best_quant=best.quant if best else load.quant,
        max_context=max_context(load, built.devices, model.context or load.context),
        decode_tok_s=run.decode_tok_s,
        reasons=reasons,
        skip_if=opinion.skip_if if opinion else None,
        source=offer.source,
    )


def _cheapest(built: list[_Built], model: Model, context: int, knowledge: Knowledge) -> BuyOut | None:
    by_price = sorted(built, key=lambda b: b.price_usd)
    run = next((run for b in by_price if (run := _run(b, model, context))), None)
    return _pick(run, (), model, knowledge) if run else None
