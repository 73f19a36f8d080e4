"""Own hardware against the cloud: three cases worked by hand in docs/cost.md, and what cannot be read."""

import re

import pytest

from bot.answers.answer import Question
from bot.answers.cost import LONGEST_MONTHS, CostOut
from bot.answers.knowledge import Knowledge
from bot.answers.router import answer
from bot.answers.typed import read_typed
from bot.show import money
from bot.show.charts import picture
from tests.support import ROOT

CASES = re.findall(r"`(/cost [^`]+)`", (ROOT / "docs" / "cost.md").read_text())


async def ask(knowledge: Knowledge, **options: str) -> CostOut:
    result = await answer(Question(command="cost", options=dict(options)), knowledge)
    assert isinstance(result.answer, CostOut), result.answer
    return result.answer


async def test_by_hand(knowledge: Knowledge) -> None:
    """3 M tokens out and 9 M in a month, 100 W, 0.20 USD a kWh, 1,000 USD of hardware."""
    own = await ask(
        knowledge, model="llama 3.1 8b", gpu="rtx 3090", tokens="12M", watts="100", kwh_usd="0.2", price_usd="1000"
    )
    assert (own.input_mtok, own.output_mtok) == (9.0, 3.0)
    for hours, electricity in zip(own.hours_month, own.electricity_usd_month, strict=True):
        assert electricity == pytest.approx(hours * 0.1 * 0.2, abs=0.01)
    assert own.api
    assert own.api.usd_month == pytest.approx(
        9 * own.api.input_usd_per_mtok + 3 * own.api.output_usd_per_mtok, abs=0.01
    )
    saved = own.api.usd_month - own.electricity_usd_month[0]
    if own.break_even_months is None:
        assert saved <= 1000 / LONGEST_MONTHS
    else:
        assert own.break_even_months[0] == pytest.approx(1000 / saved, rel=0.05)


@pytest.mark.parametrize("line", CASES)
async def test_the_cases_of_the_documentation(knowledge: Knowledge, line: str) -> None:
    result = await answer(read_typed(line), knowledge)
    assert isinstance(result.answer, CostOut), result.answer
    page = (ROOT / "docs" / "cost.md").read_text()
    section = page[page.index(line) :].split("\n## ")[0]
    assert money.cost_verdict(result.answer) in section.replace("\n", " ")
    assert f"{result.answer.hours_month[0]:.1f} to {result.answer.hours_month[1]:.1f} h" in section
    assert money.usd_range(result.answer.electricity_usd_month) in section
    assert result.answer.api
    assert f"${result.answer.api.usd_month:.2f}" in section


def test_there_are_three_cases() -> None:
    assert len(CASES) == 3


async def test_the_cloud_is_said_to_be_cheaper(knowledge: Knowledge) -> None:
    cheap = await ask(knowledge, model="llama 3.3 70b", gpu="2x 3090", country="germany")
    assert cheap.cheaper == "cloud"
    assert "The cloud is cheaper" in money.cost_verdict(cheap)


async def test_a_model_that_nobody_hosts_is_compared_with_its_like_or_not_at_all(knowledge: Knowledge) -> None:
    hosted = {price.model for price in knowledge.catalog.api_prices.values()}
    found = 0
    for model in knowledge.catalog.models.values():
        if model.id in hosted or model.architecture is None or model.modality != "text" or model.rank > 300:
            continue
        result = await answer(Question(command="cost", options={"model": model.id, "gpu": "h200"}), knowledge)
        if isinstance(result.answer, CostOut):
            found += 1
            if result.answer.api:
                assert result.answer.api_model
                assert result.answer.api_model.name in " ".join(words for _, words in money.cost_lines(result.answer))
            else:
                assert "only your own side" in money.cost_verdict(result.answer)
    assert found > 10


async def test_a_chart_is_drawn_and_said(knowledge: Knowledge) -> None:
    result = await answer(read_typed("/cost model: llama 3.1 8b gpu: rtx 3090 usage: team"), knowledge)
    drawn = picture(result)
    assert drawn
    assert drawn.png.startswith(b"\x89PNG")
    assert "own hardware" in drawn.alt


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"tokens": "many"}, "not_tokens"),
        ({"tokens": "0"}, "not_tokens"),
        ({"tokens": "-5M"}, "not_tokens"),
        ({"usage": "huge"}, "unknown_value"),
        ({"country": "Atlantis"}, "unknown_country"),
        ({"kwh_usd": "0"}, "out_of_range"),
        ({"kwh_usd": "cheap"}, "out_of_range"),
        ({"price_usd": "1e9"}, "out_of_range"),
        ({"watts": "0"}, "out_of_range"),
        ({"context": "1"}, "not_a_context"),
    ],
)
async def test_bad_figures_are_said(knowledge: Knowledge, options: dict[str, str], code: str) -> None:
    asked = {"model": "llama 3.1 8b", "gpu": "rtx 3090", **options}
    result = await answer(Question(command="cost", options=dict(asked)), knowledge)
    assert (result.status, result.answer.code) == ("invalid", code)


async def test_hardware_without_known_power_or_without_room(knowledge: Knowledge) -> None:
    silent = next(h for h in knowledge.catalog.hardware.values() if h.tdp_w is None and h.kind == "gpu" and h.rank > 1)
    unknown = await answer(Question(command="cost", options={"model": "gemma 3 1b", "gpu": silent.id}), knowledge)
    assert unknown.answer.code == "power_unknown"
    assert (await ask(knowledge, model="gemma 3 1b", gpu=silent.id, watts="90")).watts == 90
    too_big = await answer(
        Question(command="cost", options={"model": "deepseek r1", "gpu": "rtx 3060 12gb"}), knowledge
    )
    assert too_big.answer.code == "does_not_run"
