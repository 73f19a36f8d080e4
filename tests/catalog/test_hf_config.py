"""config.json files as their makers write them."""

import pytest

from bot.catalog.hf_config import UnknownArchitecture, architecture_from_config
from bot.fit.plan import Load, context_mib
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


def _config(
    model_type: str, layers: int, hidden: int, heads: int, kv_heads: int, vocab: int, **more: object
) -> dict[str, object]:
    return {
        "model_type": model_type, "num_hidden_layers": layers, "hidden_size": hidden, "num_attention_heads": heads,
        "num_key_value_heads": kv_heads, "vocab_size": vocab, "max_position_embeddings": 32768,
        "tie_word_embeddings": False, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("config", "params"),
    [
        (
            _config("mixtral", 32, 4096, 32, 8, 32000, intermediate_size=14336, num_local_experts=8,
                    num_experts_per_tok=2),
            46.70e9,
        ),
        (
            _config("qwen3_moe", 48, 2048, 32, 4, 151936, head_dim=128, intermediate_size=6144,
                    moe_intermediate_size=768, num_experts=128, num_experts_per_tok=8, decoder_sparse_step=1),
            30.53e9,
        ),
        (
            _config("deepseek_v3", 61, 7168, 128, 128, 129280, intermediate_size=18432, moe_intermediate_size=2048,
                    n_routed_experts=256, n_shared_experts=1, num_experts_per_tok=8, first_k_dense_replace=3,
                    moe_layer_freq=1, q_lora_rank=1536, kv_lora_rank=512, qk_nope_head_dim=128, qk_rope_head_dim=64,
                    v_head_dim=128),
            671.0e9,
        ),
        (
            _config("gpt_oss", 24, 2880, 64, 8, 201088, head_dim=64, intermediate_size=2880, num_local_experts=32,
                    num_experts_per_tok=4, sliding_window=128,
                    layer_types=["sliding_attention", "full_attention"] * 12),
            20.9e9,
        ),
        (_config("qwen2", 28, 3584, 28, 4, 152064, intermediate_size=18944), 7.62e9),
        (_config("phi3", 32, 3072, 32, 32, 32064, intermediate_size=8192), 3.82e9),
    ],
)  # fmt: skip
def test_weights_are_counted_as_their_makers_publish_them(config: dict[str, object], params: float) -> None:
    """Published sizes: Mixtral 8x7B, Qwen3 30B A3B, DeepSeek V3, GPT OSS 20B, Qwen2.5 7B, Phi 3 mini."""
    assert inventory(architecture_from_config(config)).weights == pytest.approx(params, rel=0.004)


def test_rwkv_has_a_state_and_no_cache() -> None:
    """RWKV7-7.2B: 7,199,932,416 weights in its checkpoint; 2 rows and 64 squares of 64 for each of 32 layers."""
    arch = architecture_from_config(
        {
            "model_type": "rwkv7", "hidden_size": 4096, "num_hidden_layers": 32, "intermediate_size": 16384,
            "head_dim": 64, "vocab_size": 65536, "decay_low_rank_dim": 128, "a_low_rank_dim": 128,
            "v_low_rank_dim": 96, "gate_low_rank_dim": 480,
        }
    )  # fmt: skip
    assert inventory(arch).weights == 7_199_932_416
    pairs = 32 * 2 * 4096 * (128 + 128 + 96 + 480)
    assert inventory(arch).f16 == pairs, "llama-quantize leaves the low-rank pairs alone"
    short, long = (context_mib(Load(arch, "Q4_K_M", context)) for context in (512, 1_000_000))
    assert short == long == (0.0, 33.0)


@pytest.mark.parametrize(
    ("config", "weights", "kv_mib"),
    [
        (
            {
                "model_type": "falcon", "hidden_size": 4544, "num_hidden_layers": 32, "num_attention_heads": 71,
                "multi_query": True, "new_decoder_architecture": False, "vocab_size": 65024,
            },
            7_217_189_760, 64.0,
        ),
        (
            {
                "model_type": "falcon", "hidden_size": 8192, "num_hidden_layers": 60, "num_attention_heads": 128,
                "num_kv_heads": 8, "new_decoder_architecture": True, "vocab_size": 65024,
            },
            41_835_970_560, 960.0,
        ),
        (
            {
                "model_type": "jamba", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
                "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 65536, "num_experts": 16,
                "num_experts_per_tok": 2, "attn_layer_period": 8, "attn_layer_offset": 4, "expert_layer_period": 2,
                "expert_layer_offset": 1, "mamba_d_state": 16, "mamba_d_conv": 4, "mamba_expand": 2,
                "mamba_dt_rank": 256,
            },
            51_570_323_328, 128.0,
        ),
        (
            {
                "model_type": "falcon_h1", "hidden_size": 5120, "num_hidden_layers": 72, "num_attention_heads": 20,
                "num_key_value_heads": 4, "head_dim": 128, "intermediate_size": 21504, "vocab_size": 261120,
                "mamba_d_ssm": 4096, "mamba_n_heads": 32, "mamba_d_head": 128, "mamba_n_groups": 2,
                "mamba_d_state": 256, "mamba_d_conv": 4,
            },
            33_642_516_224, 1152.0,
        ),
        (
            {
                "model_type": "cohere2", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
                "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 14336, "vocab_size": 256000,
                "sliding_window": 4096, "sliding_window_pattern": 4,
            },
            8_028_033_024, 688.0,
        ),
        (
            {
                "model_type": "laguna", "hidden_size": 3072, "num_hidden_layers": 48, "num_attention_heads": 48,
                "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 12288, "vocab_size": 100352,
                "num_experts": 256, "num_experts_per_tok": 10, "moe_intermediate_size": 1024,
                "shared_expert_intermediate_size": 1024, "sliding_window": 512,
                "layer_types": ["full_attention", "sliding_attention", "sliding_attention", "sliding_attention"] * 12,
                "num_attention_heads_per_layer": [48, 72, 72, 72] * 12,
            },
            117_561_977_600, 528.0,
        ),
        (
            {
                "model_type": "gemma4_unified", "text_config": {
                    "model_type": "gemma4_unified_text", "hidden_size": 3840, "num_hidden_layers": 48,
                    "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 256, "global_head_dim": 512,
                    "num_global_key_value_heads": 1, "intermediate_size": 15360, "vocab_size": 262144,
                    "sliding_window": 1024, "layer_types": (["sliding_attention"] * 5 + ["full_attention"]) * 8,
                },
            },
            11_907_350_320, 608.0,
        ),
    ],
)  # fmt: skip
def test_layers_of_several_kinds(config: dict[str, object], weights: int, kv_mib: float) -> None:
    """Weights of the checkpoints of Falcon 7B and 40B, Jamba, Falcon-H1 34B, Command R7B, Laguna S and Gemma 4 12B (its
    11,959,730,224 less 52,379,904 of its embedders for images and sound), and the KV cache in F16 at 8,192 tokens."""
    arch = architecture_from_config(config)
    assert inventory(arch).weights == pytest.approx(weights, rel=0.0003)
    assert context_mib(Load(arch, "Q4_K_M", 8192))[0] == pytest.approx(kv_mib)


@pytest.mark.parametrize(
    "kind",
    [{"linear_attn_config": {}}, {"attn_type_list": [0, 1]}, {"block_types": ["recurrent"]}, {"layer_group_size": 5}],
)
def test_layers_that_are_not_known_are_said_to_be(kind: dict[str, object]) -> None:
    config = {
        "model_type": "new", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
        "intermediate_size": 11008, "vocab_size": 32000,
    }  # fmt: skip
    with pytest.raises(UnknownArchitecture, match=next(iter(kind))):
        architecture_from_config(config | kind)


def test_a_granite_that_only_attends_is_a_plain_one() -> None:
    """Granite 4.0 micro: 3,402,836,480 weights."""
    config = {
        "model_type": "granitemoehybrid", "hidden_size": 2560, "num_hidden_layers": 40, "num_attention_heads": 40,
        "num_key_value_heads": 8, "intermediate_size": 8192, "shared_intermediate_size": 8192, "vocab_size": 100352,
        "num_local_experts": 0, "layer_types": ["attention"] * 40, "mamba_n_heads": 128, "mamba_d_head": 40,
        "mamba_d_state": 256, "mamba_d_conv": 4, "mamba_n_groups": 1, "tie_word_embeddings": True,
    }  # fmt: skip
    arch = architecture_from_config(config)
    assert (arch.family, inventory(arch).weights) == ("granite", 3_402_836_480)
