"""Prices, purchases and costs put into English."""

from collections.abc import Iterator

from bot.answers.choosegpu import BuyOut, ChooseOut
from bot.answers.cost import CostOut
from bot.show import phrases

BASIS_WORDS = {"used": "used", "new": "new", "launch": "at launch; look up today's", "typed": "as you say"}
REASON_WORDS = {
    "value": "most speed for the money",
    "cheapest": "cheapest that runs it well",
    "fastest": "fastest",
    "room": "most memory to grow into",
    "cool": "least power and noise",
}
FORM_WORDS = {
    "any": "any form",
    "desktop": "a desktop",
    "laptop": "a laptop",
    "mac": "a Mac",
    "mini": "a mini PC or box",
}


def usd(amount: float) -> str:
    """An amount in US dollars: with cents below a hundred, if there are any."""
    return f"${amount:,.2f}".removesuffix(".00") if amount < 100 else f"${amount:,.0f}"


def usd_range(pair: tuple[float, float]) -> str:
    """A range of amounts."""
    low, high = usd(pair[0]), usd(pair[1])
    return low if low == high else f"{low}–{high}"


def limit_words(option: str, value: str) -> str:
    """A limit of a purchase, as a select offers it."""
    match option:
        case "form":
            return FORM_WORDS.get(value, value)
        case "budget":
            return "any budget" if value == "any" else f"up to ${value}"
        case _:
            return "any power" if value == "any" else f"up to {value} W"


def choose_title(answer: ChooseOut) -> str:
    """What was asked for."""
    limits = [FORM_WORDS[answer.form] if answer.form != "any" else ""]
    limits.append(f"up to {usd(answer.budget_usd)}" if answer.budget_usd else "")
    limits.append(f"up to {answer.power_w:g} W" if answer.power_w else "")
    asked = ", ".join(filter(None, limits))
    return f"To run {answer.model.name} at {phrases.tokens(answer.context)} context" + (f": {asked}" if asked else "")


def choose_none(answer: ChooseOut) -> str:
    """Why there is no pick, and what would do."""
    if answer.would_fit is None:
        return (
            "Nothing with a price in the catalog holds it whole at a readable speed; take a smaller model, or rent."
            " `/willitrun` says how far offload gets."
        )
    cheapest = answer.would_fit
    return (
        f"None of {answer.considered} offers within these limits holds it whole at a readable speed. The cheapest that"
        f" does, without them: {buy_name(cheapest)} for {usd(cheapest.price_usd)} ({BASIS_WORDS[cheapest.basis]},"
        f" {cheapest.as_of})."
    )


def buy_name(pick: BuyOut) -> str:
    """What to buy, with its memory."""
    name = pick.name if f"{pick.memory_gib:g} GB" in pick.name else f"{pick.name} {pick.memory_gib:g} GB"
    return f"{pick.count}× {name}" if pick.count > 1 else name


def buy_title(pick: BuyOut) -> str:
    """What to buy, for how much, and what it is best at."""
    whole = "whole system, " if pick.whole_system else ""
    price = f"{usd(pick.price_usd)} ({whole}{BASIS_WORDS[pick.basis]}, {pick.as_of})"
    return f"{buy_name(pick)}, {price}: {', '.join(REASON_WORDS[reason] for reason in pick.reasons)}"


def buy_lines(pick: BuyOut) -> Iterator[str]:
    """How it runs, and its limits."""
    fit = "fits with room to spare" if pick.verdict == "fits" else "fits tightly"
    better = pick.best_quant != pick.quant
    best = f"; the best quant that fits is {phrases.quant_name(pick.best_quant)}" if better else ""
    yield f"{phrases.quant_name(pick.quant)} {fit}, {phrases.band(pick.decode_tok_s)}{best}"
    power = f", {pick.power_w:g} W" if pick.power_w else ""
    room = phrases.tokens(pick.max_context) if pick.max_context else "less than 256 tokens"
    yield f"comfortable up to {room} of context{power}"
    if pick.skip_if:
        yield f"Skip if: {pick.skip_if}"


def choose_note(answer: ChooseOut) -> str:
    """How far the prices can be relied on."""
    return (
        f"{answer.considered} offers judged by engine and catalog, all in the usual quant. Prices are dated; a launch"
        " price is no quote, and a card needs a computer around it."
    )


USAGE_WORDS = {
    "light": "a chat now and then",
    "daily": "a chat every day",
    "coding": "a coding agent",
    "team": "a small team",
    "typed": "as you say",
}


def cost_title(answer: CostOut) -> str:
    """What is compared."""
    return f"{answer.model.name} on {phrases.together(answer.devices)}, or by API"


def cost_verdict(answer: CostOut) -> str:
    """Which is cheaper, in one or two sentences."""
    if answer.api is None:
        return "Nobody in the catalog hosts this model or one like it, so only your own side can be added up."
    if not answer.keeps_up:
        return (
            "This hardware may not keep up: at the slow end of its speed a month has too few hours for so many tokens."
            f" The API asks {usd(answer.api.usd_month)} a month."
        )
    even = answer.break_even_months
    if answer.price_usd is None:
        saved = answer.api.usd_month - answer.electricity_usd_month[1]
        if answer.api.usd_month < answer.electricity_usd_month[0]:
            return "The cloud is cheaper: its tokens cost less than your electricity alone."
        return (
            f"Without the price of the hardware: electricity costs {usd_range(answer.electricity_usd_month)} a month"
            + (f", which saves about {usd(saved)}." if saved > 0 else ", about as much as the API.")
        )
    if even is None:
        if answer.api.usd_month < answer.electricity_usd_month[0]:
            why = "its tokens cost less than your electricity alone"
        else:
            why = "your electricity costs nearly as much as its tokens"
        return f"The cloud is cheaper: {why}, so the hardware never pays off."
    when = f"after {even[0]:,.0f} months at the earliest" if even[1] is None else _months(even[0], even[1])
    last = {
        "own": "your own is cheaper over three years",
        "cloud": "the cloud is cheaper over three years",
        "open": "over three years it can go either way",
    }[answer.cheaper]
    return f"The hardware pays off {when}; {last}."


def _months(low: float, high: float) -> str:
    if high < 1:
        return "within a month"
    if low > 600:
        return "in more than 50 years"
    return f"after {low:,.0f} to {high:,.0f} months" if round(low) != round(high) else f"after {low:,.0f} months"


def cost_lines(answer: CostOut) -> Iterator[tuple[str, str]]:
    """Each side, by the month."""
    yield (
        "Tokens",
        (
            f"{answer.input_mtok:g} M in, {answer.output_mtok:g} M out a month ({USAGE_WORDS[answer.usage]})"
            f" keep it busy for {_hours(answer.hours_month)}"
        ),
    )
    yield (
        "Own",
        f"{usd_range(answer.electricity_usd_month)} of electricity a month"
        + (
            f" and {usd(answer.price_usd)} once ({BASIS_WORDS[answer.price_basis or 'typed']}"
            + (f", {answer.price_as_of})" if answer.price_as_of else ")")
            if answer.price_usd
            else "; the price of the hardware is not known, say it with `price_usd`"
        ),
    )
    if answer.api:
        other = f" for {answer.api_model.name}, the nearest that is hosted" if answer.api_model else ""
        yield (
            "API",
            (
                f"{usd(answer.api.usd_month)} a month at {answer.api.provider}{other}"
                f" (${answer.api.input_usd_per_mtok:g} in, ${answer.api.output_usd_per_mtok:g} out a million,"
                f" {answer.api.as_of}); half of {answer.api_count} ask less than"
                f" {usd(answer.api_median_usd_month or 0)}"
            ),
        )
    if answer.rental:
        yield (
            "Rented",
            (
                f"{usd_range(answer.rental.usd_month)} a month for those hours at {answer.rental.provider}"
                f" (${answer.rental.usd_per_hour:g} an hour, {answer.rental.as_of})"
            ),
        )


def _hours(pair: tuple[float, float]) -> str:
    low, high = (f"{value:,.0f}" if value >= 10 else f"{value:,.1f}" for value in pair)
    return f"{low} hours" if low == high else f"{low} to {high} hours"


def cost_assumptions(answer: CostOut) -> str:
    """What was assumed, and can be changed."""
    where = f"{answer.country}, {answer.kwh_as_of}" if answer.country else "as you say"
    rate = f" at an assumed rate of {answer.rate:g}" if answer.rate else ""
    draws = "as you say" if answer.watts_basis == "typed" else "full load, and 60 W around a card"
    return (
        f"Assumed: {answer.watts:g} W while it works ({draws}), nothing while idle; ${answer.kwh_usd:.3f} a kWh"
        f" ({where}{rate}); {phrases.quant_name(answer.quant)} at {phrases.tokens(answer.context)} context, one request"
        " at a time. Your hours, repairs and resale are not in it."
    )
