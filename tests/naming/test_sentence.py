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
        ("can i run gemma 4 31b locally", "gemma 4 31b", None, None, None),
        ("is minimax m2 usable on two 3090s?", "minimax m2", "two 3090s", None, None),
        ("gemma 4 31b vs qwen3 8b on rtx 2060 6gb?", "gemma 4 31b", "rtx 2060 6gb", None, None),
        ("tried yi 34b q4_0 (32k context) on my p40", "yi 34b q4 0", "p40", "Q4_0", 32768),
        ("rtx 2060 6gb qwen3 8b Q6_K 16384", "qwen3 8b", "rtx 2060 6gb", "Q6_K", 16384),
        ("which gpu for Qwen/Qwen2.5-Coder-7B?", "qwen/qwen2.5-coder-7b", None, None, None),
        ("what runs on a radeon vii", None, "radeon vii", None, None),
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


def test_every_model_is_found_in_a_question(knowledge: Knowledge) -> None:
    for model in list(knowledge.catalog.models.values())[::3]:
        for name in (model.name, model.hf_id):
            read = read_sentence(f"can i run {name} on my rtx 3090?", knowledge.models, knowledge.hardware)
            assert read.model, name
            found, meant = map(knowledge.models.resolve, (read.model, name))
            assert getattr(found, "model", None) == getattr(meant, "model", None), name
            assert (read.hardware or "").endswith("3090"), name
            alone = read_sentence(f"can i run {name} locally", knowledge.models, knowledge.hardware)
            assert alone.hardware is None, name


def test_every_card_is_found_in_a_question(knowledge: Knowledge) -> None:
    for hardware in list(knowledge.catalog.hardware.values())[::3]:
        text = f"will llama 3.1 8b fit on {hardware.name}, please?"
        read = read_sentence(text, knowledge.models, knowledge.hardware)
        assert read.model == "llama 3.1 8b", hardware.name
        assert read.hardware, hardware.name
        found, meant = map(knowledge.hardware.resolve, (read.hardware, hardware.name))
        assert getattr(found, "devices", None) == getattr(meant, "devices", None), hardware.name


async def test_a_question_is_answered_and_a_missing_part_asked_for(knowledge: Knowledge) -> None:
    asked = await answer(Question(command="willitrun", options={"ask": "llama 3 70b on 2x3090?"}), knowledge)
    assert isinstance(asked.answer, WillItRunOut)
    assert len(asked.answer.devices) == 2
    half = await answer(Question(command="willitrun", options={"ask": "does qwen3 30b a3b fit?"}), knowledge)
    assert (half.status, half.answer.field) == ("invalid", "gpu")


@given(st.text(max_size=300))
def test_any_text_is_read(knowledge: Knowledge, text: str) -> None:
    read_sentence(text, knowledge.models, knowledge.hardware)
