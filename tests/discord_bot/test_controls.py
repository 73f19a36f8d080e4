"""Controls under a card: changed in place, asked back as a select, forged and old ones refused kindly."""

from typing import Any

import pytest
import simcord
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.answer import Question
from bot.answers.knowledge import Knowledge
from bot.answers.router import answer
from bot.client import LocalBot
from bot.controls import _changed
from bot.show.custom_id import MAX_LENGTH, Control, decode, encode
from tests.discord_bot.messages import said


def ids(components: list[dict[str, Any]]) -> list[str]:
    found = []
    for component in components:
        if "custom_id" in component:
            found.append(component["custom_id"])
        found += ids(component.get("components", []))
    return found


async def test_a_quant_is_changed_in_place(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    first = await alice.slash(channel, "willitrun", model="llama 3.1 8b", gpu="rtx 3090")
    assert first.response
    assert len(first.response.message.attachments) == 1
    control = next(i for i in ids(first.response.components) if i.startswith("quant~"))
    second = await alice.select(first.response.message, ["Q8_0"], custom_id=control)
    assert "Q8_0 on NVIDIA GeForce RTX 3090" in said(second)
    context = next(i for i in ids(second.response.components) if i.startswith("context~"))  # type: ignore[union-attr]
    third = await alice.select(second.response.message, ["32768"], custom_id=context)  # type: ignore[union-attr]
    assert "32k context" in said(third)
    assert "Q8_0" in said(third)


async def test_a_question_back_is_a_select(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    asked = await alice.slash(channel, "willitrun", model="llama-3.1-8b-instruct", gpu="2x 3060")
    assert asked.ephemeral
    assert asked.response
    control = next(i for i in ids(asked.response.components) if i.startswith("pick-gpu~"))
    picked = await alice.select(asked.response.message, ["2x rtx-3060-12gb"], custom_id=control)
    assert "2× NVIDIA GeForce RTX 3060 12 GB" in said(picked)


async def test_what_would_fit(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    card = await alice.slash(channel, "willitrun", model="llama 3.1 8b", gpu="2x 3090")
    assert card.response
    pressed = await alice.click(card.response.message, label="What would fit?")
    assert pressed.ephemeral
    assert "2× NVIDIA GeForce RTX 3090" in said(pressed)


async def test_a_symptom_is_walked_through(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    first = await alice.slash(channel, "troubleshoot", symptom="ollama is slow")
    assert first.response
    assert "cause 1 of 4" in said(first)
    second = await alice.click(first.response.message, label="Not this, next")
    assert "cause 2 of 4" in said(second)
    assert second.response
    solved = await alice.click(second.response.message, label="That's it")
    assert solved.response
    assert "cause 2 of 4" in said(solved)
    assert ids(solved.response.components) == []


@pytest.mark.parametrize(
    ("command", "options", "control"),
    [("glossary", {"term": "kv cache"}, "also-term~"), ("error", {"text": "gpu not detected"}, "also-text~")],
)
async def test_another_record_is_shown_beside_the_card(
    alice: simcord.MemberActor,
    channel: simcord.ChannelHandle,
    knowledge: Knowledge,
    command: str,
    options: dict[str, str],
    control: str,
) -> None:
    card = await alice.slash(channel, command, **options)
    assert card.response
    records = await answer(Question(command=command, options=dict(options)), knowledge)
    other = records.answer.related[0] if command == "glossary" else records.answer.others[0]
    found = next(i for i in ids(card.response.components) if i.startswith(control))
    picked = await alice.select(card.response.message, [other.id], custom_id=found)
    assert picked.ephemeral
    assert (other.name if command == "glossary" else other.title) in said(picked)


@pytest.mark.parametrize(
    ("command", "options", "option"),
    [
        ("error", {"text": "out of memory"}, "text"),
        ("glossary", {"term": "kv cahce thing"}, "term"),
        ("willitrun", {"model": "llama 9 900b", "gpu": "rtx 3090"}, "model"),
    ],
)
async def test_what_is_nearest_can_be_picked(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle, command: str, options: dict[str, str], option: str
) -> None:
    missed = await alice.slash(channel, command, **options)
    assert missed.ephemeral
    assert missed.response
    select = missed.response.components[-1]["components"][0]
    assert select["custom_id"].startswith(f"pick-{option}~")
    picked = await alice.select(missed.response.message, [select["options"][0]["value"]], custom_id=select["custom_id"])
    assert select["options"][0]["label"].split()[0] in said(picked)
    assert "No known" not in said(picked)


async def test_controls_leave_nothing_behind(
    bot: LocalBot, alice: simcord.MemberActor, channel: simcord.ChannelHandle
) -> None:
    await alice.slash(channel, "willitrun", model="llama 3.1 8b", gpu="rtx 3090")
    assert bot.persistent_views == []
    assert not bot._connection._view_store._synced_message_views


QUESTION = Question(command="willitrun", options={"model": "llama-3.1-8b-instruct", "gpu": "2x rtx-3090"})


def test_state_survives_the_way_there_and_back() -> None:
    text = encode(Control("quant", QUESTION, "abcd1234"))
    assert text
    assert len(text) <= MAX_LENGTH
    assert decode(text) == Control("quant", QUESTION, "abcd")


@pytest.mark.parametrize(
    "forged",
    ["", "quant", "quant~w", "quant~x~0=a~v=1", "quant~w~9=a~v=1", "quant~w~0=a", "quant~w~0=a~0=b~v=1", "q~w~0=~v=1",
     "quant~w~v=1~0=a", "quant~w~" + "0" * 200],
)  # fmt: skip
def test_forged_and_cut_ids_mean_nothing(forged: str) -> None:
    assert decode(forged) is None


@given(st.text(max_size=120))
def test_any_id_is_read_without_a_fault(text: str) -> None:
    control = decode(text)
    if control:
        _changed(control, text)


@pytest.mark.parametrize(
    ("verb", "value"), [("quant", "'; DROP"), ("pick-gpu", "@everyone"), ("quant", None), ("x", "y")]
)
def test_a_value_that_was_never_offered_is_refused(verb: str, value: str | None) -> None:
    assert _changed(Control(verb, QUESTION, "abcd"), value) is None


def test_what_is_too_long_to_carry_gets_no_control() -> None:
    long = QUESTION.model_copy(update={"options": {"model": "m" * 90, "gpu": "rtx-3090"}})
    assert encode(Control("quant", long, "abcd")) is None
