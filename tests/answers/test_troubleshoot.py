"""From a symptom to its cause."""

import pytest

from bot.answers.answer import Question
from bot.answers.knowledge import Knowledge
from bot.answers.router import answer
from bot.answers.troubleshoot import TroubleshootOut


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("ollama is slow", "ollama-is-slow"),
        ("why is my gpu not being used?", "gpu-not-used"),
        ("rocm not detected", "rocm-not-detected"),
        ("answers are garbage", "answers-are-garbage"),
        ("mac-runs-out-of-memory", "mac-runs-out-of-memory"),
    ],
)
async def test_a_symptom_is_found(knowledge: Knowledge, typed: str, page: str) -> None:
    said = await answer(Question(command="troubleshoot", options={"symptom": typed}), knowledge)
    assert isinstance(said.answer, TroubleshootOut)
    assert said.answer.id == page


async def test_every_phrase_finds_its_own_page(knowledge: Knowledge) -> None:
    for symptom in knowledge.catalog.symptoms.values():
        for phrase in (symptom.title, *symptom.phrases):
            assert knowledge.symptoms.resolve(phrase) == symptom, phrase


@pytest.mark.parametrize(("typed", "status"), [("my bicycle squeaks", "not_found"), ("", "invalid")])
async def test_what_is_no_symptom(knowledge: Knowledge, typed: str, status: str) -> None:
    assert (await answer(Question(command="troubleshoot", options={"symptom": typed}), knowledge)).status == status


async def test_a_step_that_is_not_there(knowledge: Knowledge) -> None:
    options = {"symptom": "ollama-is-slow", "step": "9"}
    assert (await answer(Question(command="troubleshoot", options=options), knowledge)).status == "invalid"
