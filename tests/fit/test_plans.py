"""Plans, verdicts and the laws of both."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalog.store import Catalog
from bot.fit.devices import Device, usable_mib
from bot.fit.engines import ENGINES, Engine, limit_mib
from bot.fit.plan import (
    Load,
    all_on_devices,
    comfort_mib,
    experts_in_host,
    layers_in_host,
    left_mib,
    rooms_of,
)
from bot.fit.quants import CACHE_TYPES, QUALITY_ORDER
from bot.fit.speed import estimate
from bot.fit.verdict import CONTEXT_STEP, Verdict, best_quant, fits, judge, max_context
from bot.fit.weights import weigh
from tests.support import LLAMA_8B, card

RAM_MIB = 65536.0
quants = st.sampled_from(["Q8_0", "Q6_K", "Q4_K_M", "IQ4_XS", "Q3_K_M", "IQ2_XS"])
contexts = st.integers(1, 256).map(lambda n: n * 512)
sizes = st.sampled_from([4, 6, 8, 10, 12, 16, 24, 32, 48])


def load(quant: str = "Q4_K_M", context: int = 8192, kv_type: str = "f16") -> Load:
    return Load(architecture=LLAMA_8B, quant=quant, context=context, kv_type=kv_type)


def rank(what: Load, devices: tuple[Device, ...]) -> int:
    return judge(what, devices, RAM_MIB).verdict.rank


@given(quants, contexts, sizes, sizes)
@settings(max_examples=60)
def test_a_bigger_card_is_never_worse(quant: str, context: int, one: int, other: int) -> None:
    small, big = sorted((one, other))
    assert rank(load(quant, context), (card(big),)) <= rank(load(quant, context), (card(small),))


@given(st.sampled_from(QUALITY_ORDER[1:]), contexts, sizes)
@settings(max_examples=60)
def test_a_smaller_quant_is_never_worse(quant: str, context: int, gib: int) -> None:
    larger = QUALITY_ORDER[QUALITY_ORDER.index(quant) - 1]
    assert rank(load(quant, context), (card(gib),)) <= rank(load(larger, context), (card(gib),))


@given(quants, contexts, st.integers(512, 65_536), sizes)
@settings(max_examples=60)
def test_a_shorter_context_is_never_worse(quant: str, context: int, more: int, gib: int) -> None:
    assert rank(load(quant, context), (card(gib),)) <= rank(load(quant, context + more), (card(gib),))


@given(quants, contexts, sizes)
@settings(max_examples=60)
def test_a_smaller_kv_type_is_never_worse(quant: str, context: int, gib: int) -> None:
    assert rank(load(quant, context, "q8_0"), (card(gib),)) <= rank(load(quant, context), (card(gib),))


@given(quants, contexts, sizes, sizes)
@settings(max_examples=60)
def test_one_card_more_is_never_worse(quant: str, context: int, gib: int, extra: int) -> None:
    assert rank(load(quant, context), (card(gib), card(extra))) <= rank(load(quant, context), (card(gib),))


@given(quants, contexts, st.lists(sizes, min_size=1, max_size=4))
@settings(max_examples=60)
def test_no_device_is_planned_beyond_its_memory(quant: str, context: int, gibs: list[int]) -> None:
    judged = judge(load(quant, context), tuple(card(g) for g in gibs), RAM_MIB)
    if judged.verdict is not Verdict.NO:
        for device, share in zip(judged.devices, judged.plan.shares, strict=True):
            assert share.total_mib <= usable_mib(device)


@given(quants, contexts, st.lists(sizes, min_size=1, max_size=4))
@settings(max_examples=60)
def test_all_layers_are_placed_once(quant: str, context: int, gibs: list[int]) -> None:
    devices = tuple(card(g) for g in gibs)
    whole = all_on_devices(load(quant, context), devices[:1])
    split = all_on_devices(load(quant, context), devices)
    assert abs(sum(s.weights_mib for s in split.shares) - whole.shares[0].weights_mib) < 1e-6
    assert abs(sum(s.kv_mib for s in split.shares) - whole.shares[0].kv_mib) < 1e-6


@given(quants, sizes)
@settings(max_examples=40)
def test_max_context_fits_and_the_next_step_does_not(quant: str, gib: int) -> None:
    devices = (card(gib),)
    largest = max_context(load(quant), devices, LLAMA_8B.max_context)
    if largest is None:
        assert rank(load(quant, 512), devices) > 0
        return
    assert rank(load(quant, largest), devices) == 0
    if largest < LLAMA_8B.max_context:
        assert rank(load(quant, largest + CONTEXT_STEP), devices) > 0


@given(contexts, sizes)
@settings(max_examples=40)
def test_best_quant_fits_and_the_next_better_does_not(context: int, gib: int) -> None:
    devices = (card(gib),)
    best = best_quant(load(context=context), devices, file_mib={})
    if best is None:
        assert rank(load(QUALITY_ORDER[-1], context), devices) > 0
        return
    assert rank(load(best, context), devices) == 0
    if best != QUALITY_ORDER[0]:
        better = QUALITY_ORDER[QUALITY_ORDER.index(best) - 1]
        assert rank(load(better, context), devices) > 0


def test_offloading_keeps_what_fits_on_the_card() -> None:
    judged = judge(load("Q8_0"), (card(8),), RAM_MIB)
    assert judged.verdict is Verdict.OFFLOAD
    assert 0 < judged.plan.gpu_layers < judged.plan.total_layers
    assert layers_in_host(load("Q8_0"), (card(8),), judged.plan.gpu_layers + 1).free_mib((card(8),))[0] < 0


def test_experts_go_to_system_memory_before_layers_do(catalog: Catalog) -> None:
    arch = catalog.models["qwen3-30b-a3b"].architecture
    assert arch
    what = Load(architecture=arch, quant="Q4_K_M", context=8192)
    judged = judge(what, (card(12),), RAM_MIB)
    assert judged.verdict is Verdict.OFFLOAD
    assert 0 < judged.plan.cpu_experts_layers < arch.layers
    fewer = experts_in_host(what, (card(12),), judged.plan.cpu_experts_layers - 1)
    assert fewer.free_mib((card(12),))[0] < 0


def test_a_model_larger_than_all_memory_does_not_run(catalog: Catalog) -> None:
    arch = catalog.models["deepseek-r1"].architecture
    assert arch
    judged = judge(Load(architecture=arch, quant="Q4_K_M", context=8192), (card(12),), RAM_MIB)
    assert judged.verdict is Verdict.NO


def test_shared_memory_is_not_counted_twice(catalog: Catalog) -> None:
    arch = catalog.models["llama-3.3-70b-instruct"].architecture
    assert arch
    mac = card(32, kind="unified", backend="metal")
    assert judge(Load(architecture=arch, quant="Q4_K_M", context=8192), (mac,), RAM_MIB).verdict is Verdict.NO


@given(quants, contexts)
@settings(max_examples=40)
def test_more_bandwidth_is_never_slower(quant: str, context: int) -> None:
    slow, fast = card(48, bandwidth=500), card(48, bandwidth=1000)
    what = load(quant, context)
    a = estimate(what, all_on_devices(what, (slow,)), (slow,))
    b = estimate(what, all_on_devices(what, (fast,)), (fast,))
    assert a.decode.low < b.decode.low
    assert a.decode.high < b.decode.high
    assert a.decode.low <= a.decode.high


KINDS = st.sampled_from(
    ["llama-3.1-8b-instruct", "gemma-3-27b-it", "qwen3-30b-a3b", "qwen3.6-27b", "deepseek-r1", "gpt-oss-20b",
     "gemma-4-e4b-it", "granite-4.0-h-small", "llama-4-scout-17b-16e-instruct"]
)  # fmt: skip
"""Dense, sliding-window, expert, hybrid, latent-attention, per-layer and chunked models."""
engines = st.sampled_from(list(ENGINES.values()))


@given(KINDS, engines, contexts, st.lists(sizes, min_size=1, max_size=4), st.data())
@settings(max_examples=150)
def test_the_laws_hold_for_every_kind_of_model_and_engine(
    catalog: Catalog, model: str, engine: Engine, context: int, gibs: list[int], data: st.DataObject
) -> None:
    arch = catalog.models[model].architecture
    assert arch
    cards = tuple(card(g) for g in gibs)
    quant = data.draw(st.sampled_from(engine.ladder))
    what = Load(arch, quant, context, engine=engine)
    judged = judge(what, cards, RAM_MIB)
    size = weigh(arch, quant).file_mib
    smaller = [q for q in engine.ladder if weigh(arch, q).file_mib <= size]
    easier = what._replace(
        quant=data.draw(st.sampled_from(smaller)),
        context=data.draw(st.integers(1, context)),
        kv_type=data.draw(st.sampled_from([k for k in engine.kv_types if CACHE_TYPES[k].bits <= 16])),
    )
    bigger = tuple(card(g + data.draw(st.integers(0, 24))) for g in gibs)
    assert judge(easier, cards, RAM_MIB).verdict.rank <= judged.verdict.rank
    assert judge(what, bigger, RAM_MIB).verdict.rank <= judged.verdict.rank
    assert judge(what, (*cards, card(data.draw(sizes))), RAM_MIB).verdict.rank <= judged.verdict.rank
    if judged.verdict is not Verdict.NO:
        for device, share in zip(judged.devices, judged.plan.shares, strict=True):
            assert share.total_mib <= limit_mib(engine, device)
            assert all(part >= 0 for part in share)
    largest = max_context(what, cards, arch.max_context)
    if largest:
        assert fits(what._replace(context=largest), cards)
        assert largest == arch.max_context or not fits(what._replace(context=largest + CONTEXT_STEP), cards)


@given(
    st.sampled_from(sorted(ENGINES)),
    st.sampled_from([-1, 0, len(QUALITY_ORDER)]),
    st.integers(1, 128).map(lambda n: n * 1024),
    st.lists(sizes, min_size=1, max_size=3),
)
@settings(max_examples=300)
def test_what_is_said_to_be_left_is_what_a_plan_leaves(name: str, at: int, context: int, gibs: list[int]) -> None:
    """Whether everything fits is asked without laying out a plan: both must say the same."""
    engine = ENGINES[name]
    what = Load(LLAMA_8B, engine.ladder[min(at, len(engine.ladder) - 1)], context, engine=engine)
    devices = tuple(card(gib) for gib in gibs)
    left = left_mib(what, rooms_of(engine, devices))
    assert (left >= 0) == (comfort_mib(what, all_on_devices(what, devices).free_mib(devices), devices) >= 0)


def test_a_card_slower_than_system_memory_is_the_pace_of_what_is_offloaded() -> None:
    what = load()
    devices = (card(24).model_copy(update={"bandwidth_gb_s": 20.0}),)
    whole, half = (
        estimate(what, plan, devices) for plan in (all_on_devices(what, devices), layers_in_host(what, devices, 16))
    )
    assert half.decode.low * 1.2 <= whole.decode.low * 1.001  # 1.2: bands of offloaded layers are wider
