"""Controls under a card: changed in place, asked back as a select, forged and old ones refused kindly."""

from typing import Any

import pytest
import simcord
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.answer import Question
from bot.answers.knowledge import Knowledge
from bot.answers.router import answer
from bot.catalog.place import Live
from bot.client import LocalBot
from bot.pressed import _changed
from bot.show.custom_id import MAX_LENGTH, Control, decode, encode
from bot.state.database import Database
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
    ("command", "options"),
    [
        ("fits", {"gpu": "rtx 3060 12gb", "context": "16k"}),
        ("start", {"system": "linux", "gpu": "rtx 3060 12gb", "goal": "reasoning"}),
    ],
)
async def test_a_listed_model_opens_its_whole_verdict(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle, command: str, options: dict[str, str]
) -> None:
    listed = await alice.slash(channel, command, **options)
    assert listed.response
    custom_id = next(i for i in ids(listed.response.components) if i.startswith("also-model~"))
    select = next(
        item for row in listed.response.components for item in row.get("components", ()) if item.get("options")
    )
    model, quant = select["options"][0]["label"], select["options"][0]["description"]
    picked = await alice.select(listed.response.message, [select["options"][0]["value"]], custom_id=custom_id)
    assert picked.ephemeral
    assert model in said(picked)
    assert quant in said(picked)
    assert "16k" in said(picked)


@pytest.mark.parametrize("command", ["method", "prompt", "guide", "learn"])
async def test_a_list_opens_one_of_its_records(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle, command: str
) -> None:
    listed = await alice.slash(channel, command)
    assert listed.response
    select = listed.response.components[-1]["components"][0]
    choice = select["options"][1]
    opened = await alice.select(listed.response.message, [choice["value"]], custom_id=select["custom_id"])
    assert choice["label"] in said(opened)


async def test_a_kit_comes_with_its_file(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    sent = await alice.slash(channel, "prompt", kit="summarise")
    assert sent.response
    assert "summarise.md" in str(sent.response.components[-2]), sent.response.components


async def test_a_course_is_walked_and_checked(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle, knowledge: Knowledge
) -> None:
    first = await alice.slash(channel, "learn", course="hardware")
    assert first.response
    lessons = {lesson.number: lesson for lesson in knowledge.catalog.lessons.values() if lesson.course == "hardware"}
    wrong = await alice.click(first.response.message, label="A" if lessons[1].right != 1 else "B")
    assert wrong.ephemeral
    assert "Not quite" in said(wrong)
    right = await alice.click(first.response.message, label="ABCDE"[lessons[1].right - 1])
    assert "Right" in said(right)
    second = await alice.click(first.response.message, label="Next")
    assert second.response
    assert lessons[2].title in said(second)
    back = await alice.click(second.response.message, label="Previous")
    assert lessons[1].title in said(back)


async def test_a_quick_answer_leads_on(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    asked = await alice.slash(channel, "ask", question="vram-adds-up")
    assert asked.response
    more = await alice.click(asked.response.message, label="/glossary multi-gpu")
    assert more.ephemeral
    assert "Multi-GPU" in said(more)


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


def control(result: simcord.InteractionResult, verb: str) -> str:
    assert result.response
    return next(i for i in ids(result.response.components) if i.startswith(f"{verb}~"))


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Why?", "KiB a token"),
        ("Commands", "ollama run gemma3:27b"),
        ("How is this computed?", "llama.cpp's own planner"),
    ],
)
async def test_what_is_behind_a_card_is_for_who_asks(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle, label: str, shown: str
) -> None:
    card = await alice.slash(channel, "willitrun", model="gemma 3 27b", gpu="rtx 3090")
    assert card.response
    pressed = await alice.click(card.response.message, label=label)
    assert pressed.ephemeral
    assert shown in said(pressed)


async def test_another_runtime_takes_a_format_of_its_own(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle
) -> None:
    card = await alice.slash(channel, "willitrun", model="llama 3.1 8b q4_k_m", gpu="rtx 3090")
    assert card.response
    changed = await alice.select(card.response.message, ["vllm"], custom_id=control(card, "runtime"))
    assert "vllm" in said(changed)
    assert "Q4_K_M" not in said(changed)


async def test_pages_are_turned_in_place(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    first = await alice.slash(channel, "fits", gpu="rtx 3090")
    assert first.response
    second = await alice.click(first.response.message, label="More")
    assert second.response
    assert second.response.id == first.response.id
    assert "Page 2 of" in said(second)
    back = await alice.click(second.response.message, label="Previous")
    assert "Page 1 of" in said(back)


async def test_an_answer_for_one_can_be_shared(alice: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    asked = await alice.slash(channel, "willitrun", model="llama 3.1 8b", gpu="rtx 3060")
    assert asked.response
    picked = await alice.select(asked.response.message, ["rtx-3060-12gb"], custom_id=control(asked, "pick-gpu"))
    assert picked.response
    assert picked.response.ephemeral
    shared = await alice.click(picked.response.message, label="Share")
    assert not shared.ephemeral
    assert "Fits: Llama 3.1 8B Instruct" in said(shared)


async def test_controls_survive_a_restart(
    env: simcord.Env,
    live: Live[Knowledge],
    database_url: str,
    alice: simcord.MemberActor,
    channel: simcord.ChannelHandle,
) -> None:
    card = await alice.slash(channel, "willitrun", model="llama 3.1 8b", gpu="rtx 3090")
    symptom = await alice.slash(channel, "troubleshoot", symptom="ollama is slow")
    await env.restart_bot(LocalBot(live, Database(database_url)))
    assert card.response
    assert symptom.response
    changed = await alice.select(card.response.message, ["Q6_K"], custom_id=control(card, "quant"))
    assert "Q6_K on NVIDIA GeForce RTX 3090" in said(changed)
    assert "cause 2 of" in said(await alice.click(symptom.response.message, label="Not this, next"))


async def test_a_card_from_an_older_catalog_says_so(
    bot: LocalBot, alice: simcord.MemberActor, channel: simcord.ChannelHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(bot.knowledge.catalog, "version", "0000aaaa")
        card = await alice.slash(channel, "willitrun", model="llama 3.1 8b", gpu="rtx 3090")
    assert card.response
    changed = await alice.select(card.response.message, ["Q6_K"], custom_id=control(card, "quant"))
    assert "older catalog" in said(changed)


async def test_controls_work_in_direct_messages(env: simcord.Env, bot: LocalBot) -> None:
    carol = env.create_user("carol")
    card = await carol.slash("willitrun", model="llama 3.1 8b", gpu="rtx 3090")
    changed = await carol.select(card.response.message, ["32768"], custom_id=control(card, "context"))
    assert "32k context" in said(changed)


async def test_somebody_else_may_change_a_public_card(
    env: simcord.Env, alice: simcord.MemberActor, channel: simcord.ChannelHandle
) -> None:
    bob = env.guild.add_member(env.create_user("bob"))
    card = await alice.slash(channel, "willitrun", model="llama 3.1 8b", gpu="rtx 3090")
    assert card.response
    before = card.response.message
    first, second = control(card, "quant"), control(card, "context")
    assert "Q6_K" in said(await bob.select(before, ["Q6_K"], custom_id=first))
    assert env.backend.get_message(channel.id, before.id).components  # pressed on what each of them still sees
    with pytest.raises(simcord.SetupError):
        await alice.select(before, ["8192"], custom_id=f"{second}x")


@pytest.mark.parametrize(
    ("status", "code", "what"),
    [(404, 10062, "an expired interaction"), (404, 10008, "a deleted message"), (403, 50013, "a missing permission")],
)
async def test_what_discord_refuses_ends_in_the_log(
    env: simcord.Env,
    alice: simcord.MemberActor,
    channel: simcord.ChannelHandle,
    caplog: pytest.LogCaptureFixture,
    status: int,
    code: int,
    what: str,
) -> None:
    card = await alice.slash(channel, "willitrun", model="llama 3.1 8b", gpu="rtx 3090")
    assert card.response
    env.inject_error("POST", "/interactions/*", status=status, code=code, message=what, times=2)
    await alice.select(card.response.message, ["Q6_K"], custom_id=control(card, "quant"))
    assert "fault" in caplog.text
    assert "could not be answered" in caplog.text
    again = await alice.select(card.response.message, ["Q6_K"], custom_id=control(card, "quant"))
    assert "Q6_K" in said(again)


async def test_nonsense_of_4000_characters_is_answered_kindly(
    alice: simcord.MemberActor, channel: simcord.ChannelHandle
) -> None:
    message = await alice.send(channel, "asdf qwer " * 190)
    for menu in ("Will this run?", "Diagnose this error"):
        result = await alice.context_menu(channel, menu, message)
        assert result.ephemeral
        assert len(said(result)) < 2000
    result = await alice.slash(channel, "willitrun", ask="asdf qwer " * 400)
    assert result.ephemeral
