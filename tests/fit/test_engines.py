"""Engines beside llama.cpp, against figures from public runs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalog.store import Catalog
from bot.fit.devices import Device, headroom_mib, usable_mib
from bot.fit.engines import ENGINES, EXLLAMA, MLX, TRANSFORMERS, VLLM, Engine, limit_mib
from bot.fit.plan import Load, all_on_devices
from bot.fit.quants import format_of
from bot.fit.verdict import Verdict, judge
from bot.fit.weights import weigh
from tests.support import LLAMA_8B, card


def total(catalog: Catalog, model: str, quant: str, context: int, engine: Engine, device: Device) -> float:
    arch = catalog.models[model].architecture
    assert arch
    share = all_on_devices(Load(arch, quant, context, engine=engine), (device,)).shares[0]
    return share.total_mib


@pytest.mark.parametrize(
    ("model", "quant", "weights_mib"),
    # Start-up logs of vLLM.
    [("llama-3.1-8b-instruct", "BF16", 15348.5), ("llama-3-70b-instruct", "GPTQ", 37986.3)],
)
def test_weights_as_vllm_prints_them(catalog: Catalog, model: str, quant: str, weights_mib: float) -> None:
    arch = catalog.models[model].architecture
    assert arch
    assert weigh(arch, quant).file_mib == pytest.approx(weights_mib, rel=0.005)


@pytest.mark.parametrize(
    ("model", "quant", "context", "peak_mib"),
    [
        ("llama-3.1-8b-instruct", "MLX-4bit", 2560, 5260),
        ("qwen2.5-14b-instruct", "MLX-4bit", 2560, 8956),
        ("gpt-oss-20b", "MLX-MXFP4", 2560, 12354),
        ("qwen2.5-72b-instruct", "MLX-6bit", 676, 56600),
    ],
)
def test_peaks_of_mlx_runs(catalog: Catalog, model: str, quant: str, context: int, peak_mib: float) -> None:
    mac = card(256, kind="unified", backend="metal")
    assert total(catalog, model, quant, context, MLX, mac) == pytest.approx(peak_mib, rel=0.03)


def test_a_run_of_exllama(catalog: Catalog) -> None:
    assert total(catalog, "llama-2-13b-chat", "GPTQ", 2048, EXLLAMA, card(24)) == pytest.approx(9127, rel=0.03)


def test_vllm_fills_nine_tenths_and_keeps_nothing_elsewhere(catalog: Catalog) -> None:
    arch = catalog.models["llama-3.1-70b-instruct"].architecture
    assert arch
    assert limit_mib(VLLM, card(48)) == pytest.approx(0.9 * 48 * 1024)
    assert judge(Load(arch, "GPTQ", 8192, engine=VLLM), (card(48),), 65536).verdict is Verdict.FITS
    assert judge(Load(arch, "GPTQ", 131072, engine=VLLM), (card(48),), 65536).verdict is Verdict.NO


def test_tensor_parallel_cards_hold_equal_parts(catalog: Catalog) -> None:
    arch = catalog.models["llama-3.1-70b-instruct"].architecture
    assert arch
    plan = all_on_devices(Load(arch, "BF16", 8192, engine=VLLM), (card(48),) * 4)
    assert len(set(plan.shares)) == 1
    assert sum(s.weights_mib for s in plan.shares) == pytest.approx(weigh(arch, "BF16").file_mib)


def test_transformers_keeps_full_keys_and_values_of_latent_attention(catalog: Catalog) -> None:
    arch = catalog.models["deepseek-r1"].architecture
    assert arch
    one = (card(2000),)
    latent = all_on_devices(Load(arch, "FP8", 8192, engine=VLLM), one).shares[0].kv_mib
    full = all_on_devices(Load(arch, "FP8", 8192, engine=TRANSFORMERS), one).shares[0].kv_mib
    assert full > 50 * latent


@pytest.mark.parametrize("engine", ENGINES.values(), ids=list(ENGINES))
def test_a_ladder_gets_ever_smaller(engine: Engine) -> None:
    sizes = [weigh(LLAMA_8B, quant).file_mib for quant in engine.ladder]
    assert sizes == sorted(sizes, reverse=True)


def test_formats_that_do_not_exist() -> None:
    assert format_of("EXL3-9.0") is None
    assert format_of("Q4_K_M") is None
    with pytest.raises(KeyError):
        weigh(LLAMA_8B, "Q9_Z")


@given(st.sampled_from(["metal", "vulkan", "cuda"]), st.sampled_from([8, 16, 18, 24, 32, 36, 48, 64, 96, 128, 192]))
@settings(max_examples=40)
def test_shared_memory_that_needs_raised_settings_is_a_tight_fit(backend: str, gib: int) -> None:
    device = card(gib, kind="unified", backend=backend)
    comfortable = usable_mib(device) - headroom_mib(device)
    smaller = card(gib - 2, kind="unified", backend=backend)
    assert 0 < comfortable < usable_mib(device) < device.memory_mib
    assert comfortable >= usable_mib(smaller) - headroom_mib(smaller)
