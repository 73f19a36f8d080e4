"""``/cost``: own hardware and electricity, against the same model by API and against a rented card."""

import math
import re
from statistics import median
from typing import Literal, NamedTuple

from bot.answers.answer import Frozen, NameOut, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.offers import PriceBasis, offers_of
from bot.answers.options import check_names, invalid, read_context, read_usd, required_text, text
from bot.answers.resolve import named_hardware, one_model
from bot.answers.runs import ASSUMED_RAM_MIB, load_of, usual_quant
from bot.catalog.records import ElectricityPrice, Model
from bot.fit.devices import Device
from bot.fit.speed import Band, estimate
from bot.fit.verdict import Verdict, judge
from bot.naming.outcome import HardwareMatch
from bot.naming.text import MAX_LENGTH

OPTIONS = ("model", "gpu", "usage", "tokens", "country", "kwh_usd", "price_usd", "watts", "context")

MONTHS = 36
"""How far the costs are added up."""
LONGEST_MONTHS = 120
"""Hardware that takes longer to pay off does not pay off."""
_HOURS_A_MONTH = 730.0
_REST_W = 60.0
"""The rest of a computer with a card, while the card works: an assumption that ``watts`` replaces."""
USD_PER = {"USD": 1.0, "EUR": 1.15, "ZAR": 0.056}
"""Exchange rates: round assumptions, no quotes. ``kwh_usd`` goes around them."""
DEFAULT_COUNTRY = "US"
COUNTRIES = (
    "US", "DE", "FR", "ES", "IT", "PL", "NL", "SE", "DK", "AT", "BE", "CZ", "FI", "GR", "HU", "IE", "PT", "RO", "NO",
    "BG", "HR", "EU",
)  # fmt: skip
"""Offered first; any that the catalog knows can be typed."""
_TOKENS = re.compile(
    r"(\d{1,3}(?:[ ,']\d{3})+|\d+)(\.\d+)?\s*(k|m|b|mio|million|billion)?(?:\s*tokens?)?", re.IGNORECASE
)
_FACTOR = {"": 1.0, "k": 1e3, "m": 1e6, "mio": 1e6, "million": 1e6, "b": 1e9, "billion": 1e9}
_INPUT_SHARE = 0.75
"""Of all tokens, where only their number is given: a chat sends what was said before along with each question."""


class Usage(NamedTuple):
    """Tokens a month, in millions."""

    input_mtok: float
    output_mtok: float


USAGES = {
    "light": Usage(1.5, 0.5),
    "daily": Usage(9.0, 3.0),
    "coding": Usage(120.0, 6.0),
    "team": Usage(300.0, 60.0),
}
"""A chat now and then; a chat every day; an agent that reads whole files; some people together."""


class ApiOut(Frozen):
    """What a provider asks for the tokens of a month."""

    provider: str
    input_usd_per_mtok: float
    output_usd_per_mtok: float
    usd_month: float
    as_of: str


class RentalOut(Frozen):
    """What renting the same cards costs for the hours that they work."""

    provider: str
    usd_per_hour: float
    usd_month: tuple[float, float]
    as_of: str


class CostOut(Frozen):
    """The answer to ``/cost``. Money in USD; a pair is low and high."""

    model: NameOut
    devices: tuple[str, ...]
    quant: str
    context: int
    usage: str
    input_mtok: float
    output_mtok: float
    decode_tok_s: tuple[float, float]
    prefill_tok_s: tuple[float, float] | None
    hours_month: tuple[float, float]
    """Hours that the hardware works, by the band of its speed."""
    keeps_up: bool
    """Whether a month has that many hours, even at the slow end."""
    watts: float
    watts_basis: Literal["typed", "catalog"]
    kwh_usd: float
    kwh_basis: Literal["typed", "country"]
    country: str | None
    kwh_as_of: str | None
    rate: float | None
    """Exchange rate that was assumed, where the country's price is in another currency."""
    electricity_usd_month: tuple[float, float]
    price_usd: float | None
    price_basis: Literal["typed"] | PriceBasis | None
    price_as_of: str | None
    api: ApiOut | None
    """The cheapest; ``api_median_usd_month`` is what half of the providers are below."""
    api_median_usd_month: float | None
    api_count: int
    api_model: NameOut | None
    """The model that the prices are for, where it is another one."""
    rental: RentalOut | None
    break_even_months: tuple[float, float | None] | None
    """Until own hardware costs less than the cheapest API, at best and at worst (None: never); None where it never
    does or a price is missing."""
    cheaper: Literal["own", "cloud", "open"]
    """Which costs less over ``MONTHS``, where both ends of the range agree; ``open`` where they do not."""
    sources: tuple[str, ...]


async def cost(question: Question, knowledge: Knowledge) -> Payload:
    """Add both sides up."""
    check_names(question, OPTIONS)
    model = one_model("model", required_text(question, "model", limit=MAX_LENGTH), knowledge)
    hardware = named_hardware("gpu", required_text(question, "gpu", limit=MAX_LENGTH), knowledge)
    devices = tuple(d.hardware.device(d.memory_gib) for d in hardware.devices)
    name, usage = _usage(question)
    context = _context(question, model, knowledge)
    speeds = _speeds(model, devices, context, (hardware.ram_gib or 0) * 1024 or ASSUMED_RAM_MIB)
    hours = _hours(usage, *speeds)
    watts, watts_basis = _watts(question, hardware)
    kwh_usd = _number(question, "kwh_usd", 10)
    country = None
    if kwh_usd is None:
        country = _country(question, knowledge)
        kwh_usd = country.price_per_kwh * USD_PER[country.currency]
    electricity = (hours[0] * watts / 1000 * kwh_usd, hours[1] * watts / 1000 * kwh_usd)
    price, price_basis, price_as_of = _price(question, hardware, knowledge)
    priced, apis = _apis(model, usage, knowledge)
    rental = _rental(hardware, hours, knowledge)
    cheapest = min(apis, key=lambda api: api.usd_month, default=None)
    return "answered", CostOut(
        model=NameOut(id=model.id, name=model.name),
        devices=tuple(device.name for device in devices),
        quant=usual_quant(model),
        context=context,
        usage=name,
        input_mtok=usage.input_mtok,
        output_mtok=usage.output_mtok,
        decode_tok_s=_rounded(speeds[0]),
        prefill_tok_s=_rounded(speeds[1]) if speeds[1] else None,
        hours_month=_rounded(hours),
        keeps_up=hours[1] <= _HOURS_A_MONTH,
        watts=watts,
        watts_basis=watts_basis,
        kwh_usd=round(kwh_usd, 4),
        kwh_basis="country" if country else "typed",
        country=country.name if country else None,
        kwh_as_of=country.as_of if country else None,
        rate=USD_PER[country.currency] if country and country.currency != "USD" else None,
        electricity_usd_month=_rounded(electricity),
        price_usd=price,
        price_basis=price_basis,
        price_as_of=price_as_of,
        api=cheapest,
        api_median_usd_month=round(median(api.usd_month for api in apis), 2) if apis else None,
        api_count=len(apis),
        api_model=NameOut(id=priced.id, name=priced.name) if priced and priced.id != model.id else None,
        rental=rental,
        break_even_months=_break_even(price, electricity, cheapest),
        cheaper=_cheaper(price, electricity, cheapest),
        sources=_sources(priced, hardware, country, knowledge),
    )


def _sources(
    priced: Model | None, hardware: HardwareMatch, country: ElectricityPrice | None, knowledge: Knowledge
) -> tuple[str, ...]:
    """Where the prices are from."""
    catalog = knowledge.catalog
    api = next((price for price in catalog.api_prices.values() if priced and price.model == priced.id), None)
    card = hardware.devices[0].hardware
    rental = next((price for price in catalog.rental_prices.values() if price.hardware == card.id), None)
    offer = next(iter(offers_of(catalog, card)), None)
    records = (country, api, rental)
    found = [record.sources[0] for record in records if record] + ([offer.source] if offer else [])
    return tuple(dict.fromkeys(found))


def _usage(question: Question) -> tuple[str, Usage]:
    tokens = text(question, "tokens", limit=30)
    if tokens is not None:
        match = _TOKENS.fullmatch(tokens)
        if match is None:
            raise invalid("tokens", "not_tokens", tokens)
        count = float(re.sub(r"\D", "", match[1]) + (match[2] or "")) * _FACTOR[(match[3] or "").casefold()]
        if not 1_000 <= count <= 1e12:
            raise invalid("tokens", "not_tokens", tokens)
        return "typed", Usage(count / 1e6 * _INPUT_SHARE, count / 1e6 * (1 - _INPUT_SHARE))
    name = (text(question, "usage", limit=20) or "daily").casefold()
    if name not in USAGES:
        raise invalid("usage", "unknown_value", ", ".join(USAGES))
    return name, USAGES[name]


def _context(question: Question, model: Model, knowledge: Knowledge) -> int:
    longest = model.context or 8192
    return read_context(question, model, longest, knowledge) or min(8192, longest)


def _speeds(model: Model, devices: tuple[Device, ...], context: int, ram_mib: float) -> tuple[Band, Band | None]:
    """Decode and prefill in the usual quant.

    Raises:
        Stop: it does not run there.
    """
    load = load_of(model, usual_quant(model), context)
    if load is None:
        raise invalid("model", "no_architecture", model.name)
    judged = judge(load, devices, ram_mib)
    if judged.verdict is Verdict.NO:
        raise invalid("gpu", "does_not_run", model.name)
    speed = estimate(load, judged.plan, judged.devices)
    return speed.decode, speed.prefill


def _hours(usage: Usage, decode: Band, prefill: Band | None) -> tuple[float, float]:
    def at(decode_tok_s: float, prefill_tok_s: float | None) -> float:
        reading_s = usage.input_mtok * 1e6 / prefill_tok_s if prefill_tok_s else 0.0
        return (usage.output_mtok * 1e6 / decode_tok_s + reading_s) / 3600

    return at(decode.high, prefill.high if prefill else None), at(decode.low, prefill.low if prefill else None)


def _watts(question: Question, hardware: HardwareMatch) -> tuple[float, Literal["typed", "catalog"]]:
    typed = _number(question, "watts", 100_000)
    if typed is not None:
        return typed, "typed"
    boards = [device.hardware.tdp_w for device in hardware.devices]
    known = [board for board in boards if board is not None]
    if len(known) < len(boards):
        raise invalid("watts", "power_unknown", hardware.devices[boards.index(None)].hardware.name)
    rest = _REST_W if any(device.hardware.kind == "gpu" for device in hardware.devices) else 0.0
    return sum(known) + rest, "catalog"


def _number(question: Question, name: str, most: float) -> float | None:
    written = text(question, name, limit=20)
    if written is None:
        return None
    amount = read_usd(written.casefold().removesuffix("w").strip())
    if amount is None and re.fullmatch(r"\.\d+", written):
        amount = float(written)
    if amount is None or not 0 < amount <= most:
        raise invalid(name, "out_of_range", f"{most:,.0f}")
    return amount


def _country(question: Question, knowledge: Knowledge) -> ElectricityPrice:
    typed = (text(question, "country", limit=40) or DEFAULT_COUNTRY).casefold()
    for price in knowledge.catalog.electricity_prices.values():
        if typed in (price.country.casefold(), price.name.casefold()):
            return price
    known = sorted(price.name for price in knowledge.catalog.electricity_prices.values())
    raise invalid("country", "unknown_country", ", ".join(known))


def _price(
    question: Question, hardware: HardwareMatch, knowledge: Knowledge
) -> tuple[float | None, Literal["typed"] | PriceBasis | None, str | None]:
    """What the hardware costs: as typed, or the lowest dated price of each device; None where one has none."""
    typed = _number(question, "price_usd", 10_000_000)
    if typed is not None:
        return typed, "typed", None
    total, basis, as_of = 0.0, None, None
    for device in hardware.devices:
        listed = [o for o in offers_of(knowledge.catalog, device.hardware) if o.memory_gib == device.memory_gib]
        if not listed:
            return None, None, None
        lowest = min(listed, key=lambda offer: offer.price_usd)
        total, basis, as_of = total + lowest.price_usd, lowest.basis, lowest.as_of
    return total, basis, as_of


def _apis(model: Model, usage: Usage, knowledge: Knowledge) -> tuple[Model | None, list[ApiOut]]:
    """Prices for the model; where nobody hosts it, for the one of its family that is nearest in size."""
    catalog = knowledge.catalog
    hosted = {price.model for price in catalog.api_prices.values()}
    priced: Model | None = model
    if model.id not in hosted:
        alike = [m for m in catalog.models.values() if m.id in hosted and m.family == model.family]
        near = [m for m in alike if 0.5 <= m.params / model.params <= 2]
        priced = min(near, key=lambda m: abs(m.params - model.params), default=None)
    found = [
        ApiOut(
            provider=price.provider,
            input_usd_per_mtok=price.input_usd_per_mtok,
            output_usd_per_mtok=price.output_usd_per_mtok,
            usd_month=round(
                usage.input_mtok * price.input_usd_per_mtok + usage.output_mtok * price.output_usd_per_mtok, 2
            ),
            as_of=price.as_of.isoformat(),
        )
        for price in catalog.api_prices.values()
        if priced and price.model == priced.id
    ]
    return priced, found


def _rental(hardware: HardwareMatch, hours: tuple[float, float], knowledge: Knowledge) -> RentalOut | None:
    kinds = {device.hardware.id for device in hardware.devices}
    listed = [price for price in knowledge.catalog.rental_prices.values() if price.hardware in kinds]
    if len(kinds) != 1 or not listed:
        return None
    lowest = min(listed, key=lambda price: price.usd_per_hour)
    hourly = lowest.usd_per_hour * len(hardware.devices)
    return RentalOut(
        provider=lowest.provider,
        usd_per_hour=round(hourly, 3),
        usd_month=_rounded((hours[0] * hourly, hours[1] * hourly)),
        as_of=lowest.as_of,
    )


def _break_even(
    price: float | None, electricity: tuple[float, float], api: ApiOut | None
) -> tuple[float, float | None] | None:
    if price is None or api is None or api.usd_month <= electricity[0]:
        return None
    slow_saves = api.usd_month - electricity[1]
    soonest = price / (api.usd_month - electricity[0])
    latest = price / slow_saves if slow_saves > 0 else math.inf
    if soonest > LONGEST_MONTHS:
        return None
    return round(soonest, 1), round(latest, 1) if latest <= LONGEST_MONTHS else None


def _cheaper(
    price: float | None, electricity: tuple[float, float], api: ApiOut | None
) -> Literal["own", "cloud", "open"]:
    if api is None:
        return "open"
    own = tuple((price or 0.0) + MONTHS * monthly for monthly in electricity)
    cloud = MONTHS * api.usd_month
    if own[1] < cloud:
        return "own" if price is not None else "open"
    return "cloud" if own[0] > cloud else "open"


def _rounded(pair: tuple[float, float]) -> tuple[float, float]:
    return round(pair[0], 2), round(pair[1], 2)
