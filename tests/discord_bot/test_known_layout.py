"""A card that many ask for is laid out once; nothing of one asker shows up in another's."""

import orjson

from bot.answers.answer import Question
from bot.answers.knowledge import Knowledge
from bot.answers.router import answer
from bot.controls import show
from bot.show.language import speaking

ASKED = Question(command="willitrun", options={"model": "gemma 3 12b", "gpu": "rtx 3060 12gb"})


async def test_the_same_question_is_laid_out_once(knowledge: Knowledge) -> None:
    first, second = await answer(ASKED, knowledge), await answer(ASKED, knowledge)
    assert show(first, ASKED).view is show(second, ASKED).view


async def test_languages_notes_and_who_sees_it_are_kept_apart(knowledge: Knowledge) -> None:
    result = await answer(ASKED, knowledge)

    def written(*, language: str = "en", ephemeral: bool = False, note: str = "") -> str:
        with speaking(language):
            shown = show(result, ASKED, ephemeral=ephemeral, note=note)
        return orjson.dumps(shown.view.to_components()).decode()  # type: ignore[no-untyped-call]

    plain = written()
    assert "Share" in written(ephemeral=True)
    assert "Share" not in plain
    assert written(language="de") != plain
    assert "on your rig" in written(note="on your rig")
    assert written() == plain


async def test_other_options_are_other_cards(knowledge: Knowledge) -> None:
    result = await answer(ASKED, knowledge)
    longer = ASKED.model_copy(update={"options": {**ASKED.options, "context": "32k"}})
    assert show(result, ASKED).view is not show(await answer(longer, knowledge), longer).view


async def test_what_people_paste_is_not_kept(knowledge: Knowledge) -> None:
    pasted = Question(command="error", options={"text": "CUDA out of memory. Tried to allocate 2.50 GiB"})
    result = await answer(pasted, knowledge)
    assert show(result, pasted).view is not show(result, pasted).view


async def test_a_sentence_is_not_kept(knowledge: Knowledge) -> None:
    sentence = Question(command="willitrun", options={"ask": "can my 3060 12gb run gemma 3 12b?"})
    result = await answer(sentence, knowledge)
    assert show(result, sentence).view is not show(result, sentence).view
