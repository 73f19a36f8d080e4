"""Completion in the terminal chat."""

import pytest

from bot.answers.knowledge import Knowledge
from bot.chat import completions


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("/wi", "/willitrun"),
        ("", "/glossary"),
        ("/willitrun mo", "model: "),
        ("/willitrun model: llama 3.1", "Llama 3.1 8B Instruct"),
        ("/willitrun model: llama 3.1 8b gpu: 3090", "NVIDIA GeForce RTX 3090"),
        ("/willitrun model: x ", "gpu: "),
        ("/glossary kv", "KV cache"),
        ("/error cuda", "CUDA out of memory (PyTorch)"),
    ],
)
def test_completions(knowledge: Knowledge, typed: str, offered: str) -> None:
    assert offered in [text for text, _ in completions(typed, knowledge)]


def test_nothing_is_offered_for_unknown_commands(knowledge: Knowledge) -> None:
    assert list(completions("/weather ber", knowledge)) == []
