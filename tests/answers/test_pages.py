"""``/method``, ``/prompt`` and ``/guide``: pages that are found by what people call them."""

import pytest

from bot.answers.answer import ListOut
from bot.answers.guide import GuideOut
from bot.answers.knowledge import Knowledge
from bot.answers.method import TopicOut
from bot.answers.prompt import KitOut
from bot.answers.willitrun import WillItRunOut
from bot.show import phrases
from tests.support import ask_options


async def test_every_topic_is_found_by_all_its_names(knowledge: Knowledge) -> None:
    for topic in knowledge.catalog.topics.values():
        for name in (topic.id, topic.title, *topic.phrases):
            found = (await ask_options(knowledge, "method", topic=name)).answer
            assert isinstance(found, TopicOut), name
            assert found.id == topic.id, name
            assert "{{" not in found.text


async def test_every_kit_is_found_by_all_its_names(knowledge: Knowledge) -> None:
    for kit in knowledge.catalog.kits.values():
        for name in (kit.id, kit.title, *kit.phrases):
            found = (await ask_options(knowledge, "prompt", kit=name)).answer
            assert isinstance(found, KitOut), name
            assert found.id == kit.id, name
            assert kit.prompt in phrases.kit_file(found)
            assert all(item.source.startswith("https://") for item in found.sampling)


async def test_every_guide_is_found_and_its_picks_are_run(knowledge: Knowledge) -> None:
    for guide in knowledge.catalog.guides.values():
        for name in (guide.id, guide.title, *guide.phrases):
            found = (await ask_options(knowledge, "guide", guide=name)).answer
            assert isinstance(found, GuideOut), name
            assert found.id == guide.id, name
        assert len(found.picks) >= 2
        for pick in found.picks:
            assert len(pick.runs) == len(guide.models)
            judged = await ask_options(
                knowledge,
                "willitrun",
                model=guide.models[0],
                gpu=f"{pick.id}:{pick.memory_gib:g}",
                quant=pick.runs[0].quant,
            )
            assert isinstance(judged.answer, WillItRunOut), pick.id
            assert judged.answer.verdict == pick.runs[0].verdict, pick.id


@pytest.mark.parametrize(("command", "option"), [("method", "topic"), ("prompt", "kit"), ("guide", "guide")])
async def test_a_list_without_a_name_and_nothing_made_up(knowledge: Knowledge, command: str, option: str) -> None:
    everything = (await ask_options(knowledge, command)).answer
    assert isinstance(everything, ListOut)
    assert len(everything.records) >= 12
    missed = await ask_options(knowledge, command, **{option: "how to bake bread"})
    assert missed.status == "not_found"
    assert f"`/{command}`" in phrases.not_found(option, "how to bake bread")
    assert (await ask_options(knowledge, command, **{option: "x" * 500})).status == "invalid"
