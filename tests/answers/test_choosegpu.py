"""What to buy: nothing that does not fit, is over budget or has no price; always a pick, or why there is none."""

import itertools
import random

import pytest

from bot.answers.answer import Question
from bot.answers.choosegpu import BUDGETS, FORMS, MODELS, POWERS
from bot.answers.knowledge import Knowledge
from bot.answers.options import read_usd
from bot.answers.router import answer
from bot.answers.runs import ASSUMED_RAM_MIB, load_of
from bot.fit.verdict import Verdict, judge
from bot.show import money

CONTEXTS = ("4k", "8k", "16k", "32k", "max")


def grid(count: int) -> list[dict[str, str]]:
    every = list(itertools.product(MODELS, CONTEXTS, (*BUDGETS, "237"), FORMS, POWERS))
    names = ("model", "context", "budget", "form", "power_w")
    return [dict(zip(names, values, strict=True)) for values in random.Random(8).sample(every, count)]


async def test_500_questions(knowledge: Knowledge) -> None:
    picked = 0
    for options in grid(500):
        result = await answer(Question(command="choosegpu", options=dict(options)), knowledge)
        assert result.status == "answered", options
        found = result.answer
        picked += bool(found.picks)
        assert found.picks or money.choose_none(found), options
        for pick in found.picks:
            assert pick.reasons
            assert pick.price_usd > 0
            assert pick.as_of
            assert pick.price_usd <= (float(options["budget"]) if options["budget"] != "any" else float("inf"))
            if options["power_w"] != "any":
                assert pick.power_w is not None
                assert pick.power_w <= float(options["power_w"])
            model, hardware = knowledge.catalog.models[found.model.id], knowledge.catalog.hardware[pick.id]
            load = load_of(model, pick.quant, found.context)
            assert load
            devices = (hardware.device(pick.memory_gib),) * pick.count
            assert judge(load, devices, ASSUMED_RAM_MIB).verdict in (Verdict.FITS, Verdict.TIGHT), (options, pick)
            assert list(money.buy_lines(pick))
        if not found.picks and found.would_fit:
            assert "$" in money.choose_none(found)
    assert picked > 150


@pytest.mark.parametrize(
    ("typed", "usd"),
    [("800", 800), ("$1,200", 1200), ("1.5k", 1500), ("800 usd", 800), ("1 200", 1200), ("US$ 99.5", 99.5),
     ("-1", None), ("", None), ("800 eur", None), ("€800", None), ("1e9", None), ("nan", None), ("a lot", None)],
)  # fmt: skip
def test_amounts(typed: str, usd: float | None) -> None:
    assert read_usd(typed) == usd


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"budget": "0"}, "out_of_range"),
        ({"budget": "-1"}, "not_usd"),
        ({"budget": "1000000000"}, "out_of_range"),
        ({"budget": "800 €"}, "not_usd"),
        ({"form": "boat"}, "unknown_value"),
        ({"power_w": "0"}, "out_of_range"),
        ({"context": "-5"}, "not_a_context"),
        ({"context": "9m"}, "beyond_model"),
    ],
)
async def test_bad_limits_are_said(knowledge: Knowledge, options: dict[str, str], code: str) -> None:
    result = await answer(Question(command="choosegpu", options=dict(options)), knowledge)
    assert (result.status, result.answer.code) == ("invalid", code)


async def test_a_model_that_is_too_large_for_all_says_so(knowledge: Knowledge) -> None:
    small = await answer(Question(command="choosegpu", options={"model": "qwen3 32b", "budget": "50"}), knowledge)
    assert not small.answer.picks
    assert "The cheapest that does" in money.choose_none(small.answer)
