"""Quick answers: every known question is found, its commands answer, and nothing is made up for others."""

from pathlib import Path

import pytest

from bot.answers.answer import NotFoundOut, Question
from bot.answers.ask import AskOut
from bot.answers.knowledge import Knowledge
from bot.answers.router import answer
from bot.answers.typed import read_typed
from bot.show.custom_id import Control, encode
from tests.support import ask_options


def test_every_known_form_of_a_question_finds_it(knowledge: Knowledge) -> None:
    for known in knowledge.catalog.answers.values():
        for form in (known.question, *known.phrases):
            found = knowledge.answers.find(form.upper() + " ??")
            assert found, form
            assert found.id == known.id, form


async def test_every_command_that_an_answer_names_is_answered(knowledge: Knowledge) -> None:
    for known in knowledge.catalog.answers.values():
        for command in known.see:
            question = read_typed(command)
            assert encode(Control("see", question, "0000")), f"{command} does not fit a button"
            result = await answer(question, knowledge)
            assert result.status == "answered", (known.id, command)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("can i combine two 3060s", "vram-adds-up"),
        ("why is my long chat getting slow", "slower-at-long-context"),
        ("does ollama send my data anywhere", "privacy-local"),
        ("do i need nvlink for two 3090s", "nvlink-needed"),
        ("is deepseek r1 8b real", "distill-vs-real"),
        ("fine tune on 12gb vram possible?", "finetune-hardware"),
        ("context length for coding agents", "context-agent"),
    ],
)
async def test_questions_in_other_words(knowledge: Knowledge, asked: str, expected: str) -> None:
    result = await ask_options(knowledge, "ask", question=asked)
    assert isinstance(result.answer, AskOut)
    assert result.answer.id == expected
    assert "{{" not in result.answer.answer + result.answer.reason


TYPED = (Path(__file__).parent / "typed_questions.tsv").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("asked", "expected"), [tuple(line.split("\t")) for line in TYPED])
def test_questions_as_people_type_them(knowledge: Knowledge, asked: str, expected: str) -> None:
    found = knowledge.answers.find(asked)
    assert found
    assert found.id == expected


@pytest.mark.parametrize(
    "asked",
    [
        "how do i cook pasta", "what's the weather", "who won the world cup", "is bitcoin a good investment",
        "how to center a div", "what is the meaning of life", "how do i update windows", "???", "\u202e@everyone",
        "what should i cook today", "my car makes a noise", "how to lose weight", "what time is it", "best pizza",
        "python list comprehension", "how to install docker on ubuntu", "recommend me a movie", "what's your name",
        "how do i fix my sink", "write me a poem", "stock price of nvidia", "how to beat elden ring", "what is 2+2",
        "translate hello to french", "open the door", "weather tomorrow", "fix my code please", "ping",
        "tell me a joke", "how to train my dog", "add two numbers in python", "cheap flights", "i am bored",
        "best phone case", "reset my router password", "who are you", "buy bitcoin or not", "3060 3090", "12",
    ],
)  # fmt: skip
async def test_no_answer_is_made_up(knowledge: Knowledge, asked: str) -> None:
    result = await ask_options(knowledge, "ask", question=asked)
    assert result.status == "not_found"
    assert isinstance(result.answer, NotFoundOut)


async def test_a_question_is_required_and_bounded(knowledge: Knowledge) -> None:
    assert (await answer(Question(command="ask"), knowledge)).status == "invalid"
    assert (await ask_options(knowledge, "ask", question="x" * 401)).status == "invalid"
