"""Laws that every speed obeys."""

from math import log

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.calibrate_speed import decode_error, usable_runs
from bot.fit.architecture import Architecture, Moe
from bot.fit.devices import Device
from bot.fit.plan import Load, all_on_one, layers_in_host
from bot.fit.quants import QUALITY_ORDER
from bot.fit.speed import FITTED, estimate, spread_of
from bot.fit.weights import weigh

DENSE = Architecture(
    family="llama", layers=32, hidden=4096, vocab=128256, max_context=131072, heads=32, kv_heads=8, head_dim=128,
    ffn=14336,
)  # fmt: skip
MIXTURE = DENSE.model_copy(update={"moe": Moe(experts=8, active=2, expert_ffn=7168)})
GENERATIONS = ("Ampere", "Ada Lovelace", "RDNA 3.0", "")

devices = st.builds(
    Device,
    id=st.just("d"),
    name=st.just("d"),
    kind=st.just("gpu"),
    backend=st.sampled_from(("cuda", "rocm", "vulkan", "sycl")),
    memory_mib=st.just(96 * 1024.0),
    bandwidth_gb_s=st.floats(80, 4000),
    fp16_tflops=st.floats(5, 1000),
    architecture=st.sampled_from(GENERATIONS),
)
architectures = st.sampled_from((DENSE, MIXTURE))
contexts = st.integers(1, 64).map(lambda n: n * 1024)


def decode(architecture: Architecture, quant: str, context: int, device: Device) -> tuple[float, float]:
    load = Load(architecture, quant, context)
    band = estimate(load, all_on_one(load, device), (device,)).decode
    assert 0 < band.low <= band.high
    return band.low, band.high


@given(architectures, devices, contexts, st.floats(1.0, 4.0))
def test_more_bandwidth_is_never_slower(architecture: Architecture, device: Device, context: int, more: float) -> None:
    faster = device.model_copy(update={"bandwidth_gb_s": device.bandwidth_gb_s * more})
    slow, quick = decode(architecture, "Q4_K_M", context, device), decode(architecture, "Q4_K_M", context, faster)
    assert quick[0] >= slow[0]
    assert quick[1] >= slow[1]


@given(architectures, devices, contexts, st.sampled_from(QUALITY_ORDER), st.sampled_from(QUALITY_ORDER))
def test_a_larger_quant_is_never_faster(
    architecture: Architecture, device: Device, context: int, one: str, other: str
) -> None:
    small, large = sorted((one, other), key=lambda quant: weigh(architecture, quant).file_mib)
    assert decode(architecture, large, context, device)[1] <= decode(architecture, small, context, device)[1] * 1.0001


@given(architectures, devices, contexts, contexts)
def test_a_deeper_context_is_never_faster(architecture: Architecture, device: Device, one: int, other: int) -> None:
    short, long = sorted((one, other))
    assert decode(architecture, "Q4_K_M", long, device)[0] <= decode(architecture, "Q4_K_M", short, device)[0]


@given(devices, contexts, st.integers(0, 32))
def test_offloading_is_never_faster_than_all_on_the_device(device: Device, context: int, layers: int) -> None:
    load = Load(DENSE, "Q4_K_M", context)
    part = estimate(load, layers_in_host(load, (device,), layers), (device,)).decode
    whole = decode(DENSE, "Q4_K_M", context, device)
    assert part.low <= whole[0] * 1.0001


def test_bands_are_no_wider_than_promised() -> None:
    """Of the runs that bands were made from."""
    runs = [run for run in usable_runs() if run.row.decode_tok_s]
    widths = sorted(spread_of(FITTED, run.where, run.generation) ** 2 for run in runs)
    assert widths[len(widths) // 2] <= 1.6
    inside = sum(abs(decode_error(run, FITTED)) <= log(spread_of(FITTED, run.where, run.generation)) for run in runs)
    assert inside >= 0.8 * len(runs)
    known = spread_of(FITTED, "llama.cpp/cuda", "cuda/Ada Lovelace/gpu")
    assert known < spread_of(FITTED, "sglang/cuda", "cuda/New/gpu")


def test_a_chip_that_is_known_says_little_of_an_engine_that_nobody_measured() -> None:
    ada = "cuda/Ada Lovelace/gpu"
    assert spread_of(FITTED, "vllm/cuda", ada) > 1.5 * spread_of(FITTED, "llama.cpp/cuda", ada)
