"""Speculative decoding: what it adds is what llama.cpp plans for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.allocator import PLANNER
from bot.catalog.store import Catalog
from bot.fit.architecture import Architecture, Moe, Recurrent
from bot.fit.devices import Device
from bot.fit.draft import Draft
from bot.fit.plan import Load, all_on_devices, all_on_one, layers_in_host
from bot.fit.verdict import best_quant, judge, max_context
from bot.fit.weights import weigh_mtp


def _qwen(layers: int, hidden: int, ffn: int, heads: int, kv_heads: int, inner: int, values: int) -> Architecture:
    mixture = Moe(experts=256, active=8, expert_ffn=512, shared_ffn=512) if not ffn else None
    return Architecture(
        family="qwen3_5_moe_text" if mixture else "qwen3_5_text",
        layers=layers, hidden=hidden, vocab=248320, max_context=262144, heads=heads, kv_heads=kv_heads, head_dim=256,
        ffn=ffn, tied=hidden == 2560, pattern="rrrf", moe=mixture, mtp_layers=1,
        recurrent=Recurrent(kind="gated_deltanet", conv_kernel=4, inner=inner, state=128, groups=16, heads=values),
    )  # fmt: skip


SHAPES = {
    "27b": _qwen(64, 5120, 17408, 24, 4, 6144, 48),
    "4b": _qwen(32, 2560, 9216, 16, 4, 4096, 32),
    "35b-a3b": _qwen(40, 2048, 0, 16, 2, 4096, 32),
}
MTP = Draft(None)


@pytest.mark.parametrize(
    ("shape", "context", "weights", "kept", "compute"),
    [
        ("27b", 4096, 49690, 854 + 16, 126),
        ("27b", 8192, 49690, 1110 + 32, 130),
        ("27b", 32768, 49690, 2646 + 128, 130),
        ("27b", 131072, 49690, 8790 + 512, 196),
        ("4b", 4096, 8253, 329 + 16, 68),
        ("4b", 32768, 8253, 1225 + 128, 74),
        ("4b", 131072, 8253, 4297 + 512, 170),
        ("35b-a3b", 4096, 66794, 331 + 8, 68),
        ("35b-a3b", 32768, 66794, 891 + 64, 76),
        ("35b-a3b", 131072, 66794, 2811 + 256, 168),
    ],
)
def test_mtp_takes_what_the_planner_of_llama_cpp_gives_it(
    shape: str, context: int, weights: int, kept: int, compute: int
) -> None:
    load = Load(SHAPES[shape], "F16", context)
    alone, both = (all_on_one(each, PLANNER).shares[0] for each in (load, load._replace(draft=MTP)))
    assert both.weights_mib == pytest.approx(weights, abs=1)
    assert both.kv_mib + both.recurrent_mib == pytest.approx(kept, abs=1)
    assert both.compute_mib - alone.compute_mib == pytest.approx(compute, abs=26)


@pytest.mark.parametrize(
    ("shape", "quant", "mib"),
    [
        ("27b", "Q2_K", 145.8), ("27b", "Q3_K_M", 190.1), ("27b", "IQ4_XS", 216.1), ("27b", "Q4_K_M", 251.1),
        ("27b", "Q8_0", 430.4), ("4b", "Q4_K_S", 64.8), ("4b", "Q5_K_M", 82.4), ("35b-a3b", "Q4_K_M", 521.4),
        ("35b-a3b", "Q6_K", 662.4),
    ],
)  # fmt: skip
def test_mtp_layers_weigh_what_llama_quantize_makes_of_them(shape: str, quant: str, mib: float) -> None:
    assert weigh_mtp(SHAPES[shape], quant) == pytest.approx(mib, rel=0.006)


@pytest.mark.parametrize(
    ("model", "quant", "mib"),
    [("glm-4.5-air", "F16", 6899), ("glm-4.5-air", "Q4_K_M", 2297.7), ("glm-4.5-air", "Q8_0", 3666.2)],
)
def test_embeddings_of_their_own_lie_with_the_layers(model: str, quant: str, mib: float, catalog: Catalog) -> None:
    architecture = catalog.models[model].architecture
    assert architecture
    assert architecture.mtp_embeddings
    assert weigh_mtp(architecture, quant) == pytest.approx(mib, rel=0.001)


def _card(gib: int) -> Device:
    return Device(id="d", name="d", kind="gpu", backend="cuda", memory_mib=gib * 1024, bandwidth_gb_s=500)


@given(
    st.sampled_from(sorted(SHAPES)),
    st.sampled_from(["Q3_K_M", "Q4_K_M", "Q8_0"]),
    st.integers(1, 128).map(lambda k: 1024 * k),
    st.lists(st.sampled_from([8, 12, 16, 24, 48]), min_size=1, max_size=3),
    st.integers(1, 8),
)
def test_a_draft_never_betters_the_verdict(shape: str, quant: str, context: int, cards: list[int], tokens: int) -> None:
    load, devices = Load(SHAPES[shape], quant, context), tuple(map(_card, cards))
    drafting = load._replace(draft=Draft(None, tokens=tokens))
    longest = SHAPES[shape].max_context
    assert judge(drafting, devices, 65536).verdict.rank >= judge(load, devices, 65536).verdict.rank
    assert (max_context(drafting, devices, longest) or 0) <= (max_context(load, devices, longest) or 0)
    better, worse = (best_quant(each, devices, file_mib={}) for each in (load, drafting))
    assert worse is None or better is not None
    alone, both = (sum(s.total_mib for s in all_on_devices(each, devices).shares) for each in (load, drafting))
    assert both > alone


def test_a_small_model_is_added_with_its_cache_and_stays_where_the_layers_are(catalog: Catalog) -> None:
    large, small = (catalog.models[name].architecture for name in ("qwen3-32b", "qwen3-0.6b"))
    assert large
    assert small
    load = Load(large, "Q4_K_M", 8192)
    drafting = load._replace(draft=Draft(small))
    alone, both, own = (all_on_one(each, PLANNER).shares[0] for each in (load, drafting, Load(small, "Q8_0", 8192)))
    assert both.weights_mib == pytest.approx(alone.weights_mib + own.weights_mib)
    assert both.kv_mib == pytest.approx(alone.kv_mib + own.kv_mib)
    assert alone.compute_mib < both.compute_mib < alone.compute_mib + own.compute_mib
    devices = (_card(24), _card(24))
    first, last = all_on_devices(drafting, devices).shares
    assert sum((first.kv_mib, last.kv_mib)) == pytest.approx(both.kv_mib)
    nothing = layers_in_host(drafting, devices, 0)
    assert nothing.host_mib > layers_in_host(load, devices, 0).host_mib + own.weights_mib


def test_a_model_without_such_layers_cannot_guess_itself(catalog: Catalog) -> None:
    arch = catalog.models["qwen3-32b"].architecture
    assert arch
    assert arch.mtp is None
    with pytest.raises(ValueError, match="no layers"):
        all_on_one(Load(arch, "Q4_K_M", 8192, draft=MTP), PLANNER)
