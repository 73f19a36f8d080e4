"""config.json files as their makers write them."""

import pytest

from bot.catalog.hf_config import UnknownArchitecture, architecture_from_config
from bot.fit.tensors import inventory

LLAMA = {
    "model_type": "llama", "num_hidden_layers": 32, "hidden_size": 4096, "intermediate_size": 14336,
    "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128256, "max_position_embeddings": 131072,
    "tie_word_embeddings": False,
}  # fmt: skip


def test_llama() -> None:
    assert inventory(architecture_from_config(LLAMA)).weights == 8_030_261_248


def test_sliding_windows_by_pattern() -> None:
    config = {
        "model_type": "gemma3_text", "num_hidden_layers": 62, "hidden_size": 5376, "intermediate_size": 21504,
        "num_attention_heads": 32, "num_key_value_heads": 16, "head_dim": 128, "vocab_size": 262208,
        "sliding_window": 1024, "max_position_embeddings": 131072,
    }  # fmt: skip
    arch = architecture_from_config(config)
    assert arch.tied
    assert arch.kinds.count("s") == 52
    assert arch.sliding
    assert arch.sliding.window == 1024


def test_text_config_of_a_vision_model_is_used() -> None:
    config = {"model_type": "llava", "text_config": LLAMA, "vision_config": {"hidden_size": 1024}}
    assert architecture_from_config(config).hidden == 4096


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"num_hidden_layers": None}, "num_hidden_layers"),
        ({"model_type": ""}, "model_type"),
        ({"num_hidden_layers": -3}, "greater than 0"),
        ({"num_hidden_layers": 10**9}, "less than or equal to 1000"),
        ({"num_key_value_heads": 7}, "cannot share"),
        ({"hidden_size": "wide"}, "wide"),
    ],
)
def test_absurd_configs_are_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(UnknownArchitecture, match=said):
        architecture_from_config({**LLAMA, **change})


def test_a_missing_field_is_named() -> None:
    with pytest.raises(UnknownArchitecture, match="vocab_size"):
        architecture_from_config({key: value for key, value in LLAMA.items() if key != "vocab_size"})
