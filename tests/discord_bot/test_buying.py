"""Buying and costs in Discord: selects that refine, a form that changes what is assumed."""

from typing import Any

import simcord

from tests.discord_bot.messages import said
from tests.discord_bot.test_controls import control


def selects(result: simcord.InteractionResult) -> list[dict[str, Any]]:
    assert result.response
    rows = (row.get("components", ()) for row in result.response.components)
    return [item for row in rows for item in row if item.get("options")]


async def test_a_purchase_is_refined_by_four_selects(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle
) -> None:
    first = await alice.slash(channel, "choosegpu")
    assert first.ephemeral
    assert first.response
    assert "To run Llama 3.1 8B Instruct at 8k context" in said(first)
    assert len(selects(first)) == 4
    second = await alice.select(first.response.message, ["qwen3-32b"], custom_id=control(first, "pick-model"))
    assert "To run Qwen3 32B" in said(second)
    assert second.response
    third = await alice.select(second.response.message, ["2500"], custom_id=control(second, "pick-budget"))
    assert "up to $2,500" in said(third)
    assert third.response
    fourth = await alice.select(third.response.message, ["mini"], custom_id=control(third, "pick-form"))
    assert "a mini PC or box" in said(fourth)
    assert "Strix Halo" in said(fourth)
    assert fourth.response
    last = await alice.select(fourth.response.message, ["150"], custom_id=control(fourth, "pick-power_w"))
    assert "up to 150 W" in said(last)
    assert last.response
    shared = await alice.click(last.response.message, label="Post publicly")
    assert not shared.ephemeral
    assert "up to 150 W" in said(shared)


async def test_costs_with_other_assumptions(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    first = await alice.slash(channel, "cost", model="llama 3.1 8b", gpu="rtx 3090")
    assert first.response
    assert "cost.png" in str(first.response.components)
    used = await alice.select(first.response.message, ["team"], custom_id=control(first, "pick-usage"))
    assert "a small team" in said(used)
    assert used.response
    abroad = await alice.select(used.response.message, ["FR"], custom_id=control(used, "pick-country"))
    assert "France" in said(abroad)
    assert abroad.response
    form = await alice.click(abroad.response.message, label="Change the assumptions")
    assert form.modal
    changed = await alice.submit_modal(form, {"price_usd": "500", "watts": "", "kwh_usd": "0.05", "tokens": "50M"})
    assert "$500 once (as you say)" in said(changed)
    assert "$0.050 a kWh (as you say)" in said(changed)
    assert "37.5 M in, 12.5 M out" in said(changed)
    assert changed.response
    again = await alice.click(changed.response.message, label="Change the assumptions")
    wrong = await alice.submit_modal(again, {"price_usd": "free", "watts": "", "kwh_usd": "", "tokens": ""})
    assert wrong.ephemeral
    assert "more than 0" in said(wrong)
