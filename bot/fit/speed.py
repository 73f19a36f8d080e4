"""How fast: tokens per second from what must be read and computed for each.

Decoding one token reads every active weight and the cache once, so it is bound by memory bandwidth; reading
a prompt is bound by arithmetic. Both are bands: runs of the same thing differ between people.
"""

from functools import cache
from typing import NamedTuple

from bot.fit.architecture import Architecture
from bot.fit.devices import Device
from bot.fit.plan import Load, Plan, context_mib
from bot.fit.tensors import inventory
from bot.fit.weights import weigh

_MIB_PER_GB = 1e9 / (1024 * 1024)

_DECODE_EFFICIENCY = {
    "cuda": (0.52, 0.86),
    "rocm": (0.38, 0.72),
    "vulkan": (0.36, 0.72),
    "metal": (0.50, 0.85),
    "sycl": (0.22, 0.50),
    "cpu": (0.40, 0.80),
}
"""Share of the stated bandwidth that decoding reaches; about the middle 80 % of public llama.cpp runs."""

_TOKEN_MS = {
    "cuda": (0.25, 0.9),
    "rocm": (0.5, 1.5),
    "vulkan": (0.5, 1.8),
    "metal": (0.7, 1.8),
    "sycl": (1.0, 3.0),
    "cpu": (0.3, 1.0),
}
"""Fixed milliseconds for each token: launching the graph, sampling."""

_PREFILL_EFFICIENCY = (0.12, 0.45)
"""Share of the stated FP16 throughput that prompt processing reaches with quantised weights."""

HOST_BANDWIDTH_GB_S = 60.0
"""System memory of a common desktop (two channels of DDR5) where nothing is known of it."""


class Band(NamedTuple):
    """Tokens per second, low to high."""

    low: float
    high: float


class Speed(NamedTuple):
    """Estimated bands; ``prefill`` is None where the compute throughput is not known."""

    decode: Band
    prefill: Band | None


def estimate(load: Load, plan: Plan, devices: tuple[Device, ...]) -> Speed:
    """Speed of one user's chat under ``plan``: the low end at the full context, the high end with little of it used."""
    slow = _token_seconds(load, plan, devices, low=True)
    quick = _token_seconds(load, plan, devices, low=False)
    return Speed(Band(1 / slow, 1 / quick), _prefill(load, plan, devices))


def active_mib(load: Load) -> tuple[float, float]:
    """MiB of weights read for each token outside the experts, and within them."""
    arch = load.architecture
    weights = weigh(arch, load.quant)
    scale = load.file_mib / weights.file_mib if load.file_mib else 1.0
    share = arch.moe.active / arch.moe.experts if arch.moe else 0.0
    return (weights.device_mib - weights.experts_mib) * scale, weights.experts_mib * share * scale


def _token_seconds(load: Load, plan: Plan, devices: tuple[Device, ...], *, low: bool) -> float:
    pick = 0 if low else 1
    dense, experts = active_mib(load)
    kv, recurrent = context_mib(load)
    cache = kv * (1.0 if low else 0.05) + recurrent
    layers = load.architecture.layers
    on_device = min(1.0, (plan.gpu_layers - 1) / layers) if plan.gpu_layers else 0.0
    experts_on_device = on_device * (1 - plan.cpu_experts_layers / layers)
    device_mib = (dense + cache) * on_device + experts * experts_on_device
    host_mib = (dense + cache) * (1 - on_device) + experts * (1 - experts_on_device)
    total_share = sum(s.weights_mib for s in plan.shares) or 1.0
    each = []
    for device, share in zip(devices, plan.shares, strict=True):
        bandwidth = device.bandwidth_gb_s * _DECODE_EFFICIENCY[device.backend][pick] * _MIB_PER_GB
        each.append(device_mib * (share.weights_mib / total_share) / bandwidth)
    # Layers of several cards run one after the other; parts of one layer run at the same time.
    seconds = max(each) if plan.engine.tensor_parallel else sum(each)
    host_bandwidth = HOST_BANDWIDTH_GB_S
    if any(d.kind != "gpu" for d in devices):
        host_bandwidth = min(d.bandwidth_gb_s for d in devices)
    seconds += host_mib / (host_bandwidth * _DECODE_EFFICIENCY["cpu"][pick] * _MIB_PER_GB)
    fixed = max(_TOKEN_MS[d.backend][1 - pick] for d in devices) + 0.008 * layers
    return seconds + fixed / 1000


@cache
def active_weights(arch: Architecture) -> float:
    """Weights multiplied for each token (the token embedding is only looked up)."""
    inv = inventory(arch)
    share = arch.moe.active / arch.moe.experts if arch.moe else 0.0
    total = float((inv.output or inv.token_embd).weights)
    for layer in inv.layers:
        total += sum(t.weights for t in (*layer.mixer, *layer.ffn))
        total += sum(t.weights for t in layer.experts) * share
    return total


def _prefill(load: Load, plan: Plan, devices: tuple[Device, ...]) -> Band | None:
    """Prompt tokens per second; layers of several cards run one after the other."""
    if any(d.fp16_tflops is None for d in devices) or not plan.all_on_devices:
        return None
    tflops = min(d.fp16_tflops or 0.0 for d in devices)
    per_token = 2 * active_weights(load.architecture)
    low, high = _PREFILL_EFFICIENCY
    return Band(low * tflops * 1e12 / per_token, high * tflops * 1e12 / per_token)
