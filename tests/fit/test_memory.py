"""Figures that llama.cpp itself printed, and the laws that memory obeys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.store import Catalog
from bot.fit.architecture import Architecture
from bot.fit.compute import compute_buffers
from bot.fit.devices import headroom_mib, usable_mib
from bot.fit.kv_cache import cache_layers, layer_context
from bot.fit.plan import Load, context_mib
from bot.fit.quants import PRESET_BASE, QUALITY_ORDER
from bot.fit.tensors import inventory
from bot.fit.weights import weigh
from tests.support import LLAMA_8B, card


def context_of(catalog: Catalog, model: str, context: int, kv_type: str = "f16", parallel: int = 1) -> float:
    arch = catalog.models[model].architecture
    assert arch
    return sum(sum(layer_context(layer, context, kv_type, parallel=parallel)) for layer in cache_layers(arch))


def test_parameters_of_llama_8b_are_exact() -> None:
    assert inventory(LLAMA_8B).weights == 8_030_261_248


@pytest.mark.parametrize(
    ("quant", "file_mib"),
    # Sizes of the files published for Llama 3.1 8B Instruct (bartowski's GGUF repository), in bytes / 2**20.
    [
        ("Q8_0", 8145.1),
        ("Q6_K", 6290.4),
        ("Q5_K_M", 5467.4),
        ("Q4_K_M", 4692.8),
        ("Q4_K_S", 4475.3),
        ("Q3_K_M", 3832.7),
    ],
)
def test_file_sizes_match_published_ones(quant: str, file_mib: float) -> None:
    # The published files carry about 7 MiB of tokenizer and settings beside the tensors.
    assert weigh(LLAMA_8B, quant).file_mib == pytest.approx(file_mib, abs=12)


def test_llama_cpp_prints_these_buffers_for_llama_8b() -> None:
    load = Load(architecture=LLAMA_8B, quant="Q4_K_M", context=8192)
    assert context_mib(load) == (1024.0, 0.0)
    assert compute_buffers(LLAMA_8B, 8192).last_mib == pytest.approx(258.5)


@pytest.mark.parametrize(
    ("model", "context", "mib"),
    [
        ("qwen3-30b-a3b", 32768, 3072),  # grouped queries
        ("gemma-3-27b-it", 32768, 3184),  # sliding windows
        ("deepseek-r1", 8192, 549),  # latent attention
        ("gpt-oss-20b", 16384, 402),  # alternating windows
        ("gemma-4-31b-it", 8192, 1840),  # windows with heads of their own
    ],
)
def test_context_memory_by_kind_of_attention(catalog: Catalog, model: str, context: int, mib: float) -> None:
    assert context_of(catalog, model, context) == pytest.approx(mib, rel=0.01)


def test_kv_types_shrink_the_cache_by_their_block_size(catalog: Catalog) -> None:
    full = context_of(catalog, "qwen3-30b-a3b", 8192)
    assert context_of(catalog, "qwen3-30b-a3b", 8192, "q8_0") == pytest.approx(full * 34 / 64)
    assert context_of(catalog, "qwen3-30b-a3b", 8192, "q4_0") == pytest.approx(full * 18 / 64)


def test_keys_and_values_may_have_types_of_their_own(catalog: Catalog) -> None:
    full, keys, values = (context_of(catalog, "qwen3-30b-a3b", 8192, kind) for kind in ("f16", "q8_0/f16", "f16/q4_0"))
    assert keys == pytest.approx(full * (34 / 64 + 1) / 2)
    assert values == pytest.approx(full * (1 + 18 / 64) / 2)
    assert context_of(catalog, "qwen3-30b-a3b", 8192, "q8_0/q8_0") == context_of(catalog, "qwen3-30b-a3b", 8192, "q8_0")


def test_parallel_sequences_share_full_attention_and_repeat_windows(catalog: Catalog) -> None:
    assert context_of(catalog, "qwen3-30b-a3b", 32768, parallel=4) == context_of(catalog, "qwen3-30b-a3b", 32768)
    assert context_of(catalog, "gemma-3-27b-it", 32768, parallel=4) > context_of(catalog, "gemma-3-27b-it", 32768)


def test_a_tied_embedding_lies_on_the_device_and_in_the_host(catalog: Catalog) -> None:
    arch = catalog.models["gemma-3-27b-it"].architecture
    assert arch
    assert arch.tied
    weights = weigh(arch, "Q4_K_M")
    assert weights.device_mib == pytest.approx(weights.file_mib, abs=0.1)
    assert weights.token_embd_mib > 1000


def test_an_untied_embedding_stays_in_the_host() -> None:
    weights = weigh(LLAMA_8B, "Q4_K_M")
    assert weights.device_mib + weights.token_embd_mib == pytest.approx(weights.file_mib)


def test_experts_of_gpt_oss_are_mxfp4(catalog: Catalog) -> None:
    arch = catalog.models["gpt-oss-20b"].architecture
    assert arch
    assert weigh(arch, "MXFP4_MOE").file_mib == pytest.approx(11533, rel=0.01)


def test_every_preset_weighs_every_model(catalog: Catalog) -> None:
    for model in catalog.models.values():
        if model.architecture:
            for preset in PRESET_BASE:
                assert weigh(model.architecture, preset).file_mib > 0


@pytest.mark.parametrize("model", ["llama-3.1-8b-instruct", "qwen3-30b-a3b", "gemma-3-27b-it", "deepseek-r1"])
def test_the_quality_order_is_also_an_order_of_size(catalog: Catalog, model: str) -> None:
    arch = catalog.models[model].architecture
    assert arch
    sizes = [weigh(arch, quant).file_mib for quant in QUALITY_ORDER]
    assert sizes == sorted(sizes, reverse=True)


@given(shorter=st.integers(256, 65_536), more=st.integers(1, 65_536), kv=st.sampled_from(["f16", "q8_0", "q4_0"]))
def test_a_longer_context_never_takes_less(shorter: int, more: int, kv: str) -> None:
    a = context_mib(Load(architecture=LLAMA_8B, quant="Q4_K_M", context=shorter, kv_type=kv))
    b = context_mib(Load(architecture=LLAMA_8B, quant="Q4_K_M", context=shorter + more, kv_type=kv))
    assert sum(a) <= sum(b)


@pytest.mark.parametrize(
    "model",
    [
        "llama-3.1-8b-instruct", "phi-4", "mistral-7b-instruct-v0.3", "mixtral-8x7b-instruct-v0.1", "smollm3-3b",
        "granite-4.0-h-small", "devstral-2-123b-instruct-2512", "codegemma-7b-it", "granite-4.1-8b", "solar-open-100b",
        "minicpm4.1-8b", "ernie-4.5-0.3b-pt", "granite-3.1-1b-a400m-instruct", "afm-4.5b", "glm-edge-1.5b-chat",
        "internlm2-1.8b-chat",
    ],
)  # fmt: skip
def test_a_checkpoint_has_exactly_these_weights(catalog: Catalog, model: str) -> None:
    record = catalog.models[model]
    assert record.architecture
    assert inventory(record.architecture).weights == record.params


def test_biases_of_attention_are_the_only_weights_not_counted(catalog: Catalog) -> None:
    for model, layers in (("gpt-oss-20b", 24), ("gpt-oss-120b", 36)):
        record = catalog.models[model]
        assert record.architecture
        assert record.params - inventory(record.architecture).weights == layers * (64 * 64 + 2 * 8 * 64 + 2880 + 64)


def test_parts_are_equal_by_value() -> None:
    same, other = LLAMA_8B.model_copy(), LLAMA_8B.model_copy(update={"layers": 31})
    assert same is not LLAMA_8B
    assert same == LLAMA_8B
    assert hash(same) == hash(LLAMA_8B)
    assert other != LLAMA_8B
    assert card(12) != LLAMA_8B


@pytest.mark.parametrize(
    ("kind", "backend", "gib", "usable", "spare"),
    [
        ("gpu", "cuda", 48, 48 * 1024 * 0.99, 48 * 1024 * 0.04),
        ("gpu", "cuda", 8, 8 * 1024 - 256, 512),
        ("unified", "cuda", 128, 128 * 1024 * 0.90, 128 * 1024 * 0.04),
        ("unified", "rocm", 128, 128 * 1024 * 0.86, 128 * 1024 * 0.11),
        ("integrated", "vulkan", 32, 32 * 1024 * 0.75, 32 * 1024 * 0.25),
        ("unified", "metal", 64, 64 * 1024 * 0.80, 64 * 1024 * 0.05),
        ("unified", "metal", 512, 512 * 1024 * 0.84, 512 * 1024 * 0.09),
        ("cpu", "cpu", 32, 32 * 1024 - 3072, 32 * 1024 * 0.04),
    ],
)
def test_what_a_device_gives_and_keeps(kind: str, backend: str, gib: int, usable: float, spare: float) -> None:
    device = card(gib, kind=kind, backend=backend)
    assert usable_mib(device) == pytest.approx(usable)
    assert headroom_mib(device) == pytest.approx(spare)


@pytest.mark.parametrize(
    ("quant", "gb"), [("Q6_K", 57.89), ("Q5_K_M", 49.95), ("Q4_K_M", 42.52), ("Q4_K_S", 40.35), ("Q3_K_M", 34.27)]
)
def test_llamas_of_80_layers_keep_their_values_at_more_bits(quant: str, gb: float) -> None:
    """Sizes of bartowski's Llama-3.1-Nemotron-70B-Instruct-HF-GGUF, of which 8 MB are the vocabulary."""
    arch = Architecture(
        family="llama", layers=80, hidden=8192, vocab=128256, max_context=131072, heads=64, kv_heads=8, head_dim=128,
        ffn=28672,
    )  # fmt: skip
    assert weigh(arch, quant).file_mib * 2**20 / 1e9 == pytest.approx(gb - 0.008, abs=0.006)
