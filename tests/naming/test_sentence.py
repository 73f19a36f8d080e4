"""Whole questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.answer import Question
from bot.answers.knowledge import Knowledge
from bot.answers.router import answer
from bot.answers.willitrun import WillItRunOut
from bot.naming.sentence import read_sentence


@pytest.mark.parametrize(
    ("text", "model", "hardware", "quant", "context"),
    [
        ("can I run llama 3 70b on 2x3090 at 32k?", "llama 3 70b", "2x3090", None, 32768),
        ("is kv cache q8 worth it on qwen3.6 27b 131072 ctx", "qwen3.6 27b", None, None, 131072),
        ("m4 max 128gb qwen3.5 122b at 64k, q4 or q5?", "qwen3.5 122b", "m4 max 128gb", None, 65536),
        ("gemma 3 27b q4_k_m on a 3090", "gemma 3 27b", "3090", "Q4_K_M", None),
        ("Finetune Llama 65B with dual RTX 3090", "llama 65b", "dual rtx 3090", None, None),
        ("can i run gemma on a 3090", "gemma", "3090", None, None),
        ("I like trains", None, None, None, None),
    ],
)
def test_what_a_question_names(
    knowledge: Knowledge, text: str, model: str | None, hardware: str | None, quant: str | None, context: int | None
) -> None:
    read = read_sentence(text, knowledge.models, knowledge.hardware)
    for found, wanted in ((read.model, model), (read.hardware, hardware)):
        assert found == wanted or (found and wanted and wanted in found)
    assert (read.quant, read.context) == (quant, context)


async def test_a_question_is_answered_and_a_missing_part_asked_for(knowledge: Knowledge) -> None:
    asked = await answer(Question(command="willitrun", options={"ask": "llama 3 70b on 2x3090?"}), knowledge)
    assert isinstance(asked.answer, WillItRunOut)
    assert len(asked.answer.devices) == 2
    half = await answer(Question(command="willitrun", options={"ask": "does qwen3 30b a3b fit?"}), knowledge)
    assert (half.status, half.answer.field) == ("invalid", "gpu")


@given(st.text(max_size=300))
def test_any_text_is_read(knowledge: Knowledge, text: str) -> None:
    read_sentence(text, knowledge.models, knowledge.hardware)
