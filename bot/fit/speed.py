"""How fast: tokens per second from what must be read and computed for each.

Decoding one token reads every active weight and the cache once, so it is bound by memory bandwidth; reading
a prompt is bound by arithmetic. Both are bands: runs of the same thing differ between people.
"""

from functools import cache
from math import inf, sqrt
from typing import NamedTuple

from bot.fit import speed_coefficients as fitted
from bot.fit.architecture import Architecture
from bot.fit.devices import Device
from bot.fit.engines import LLAMA_CPP, PREFILL_TOKENS
from bot.fit.plan import Load, Plan, context_mib, weights_mib
from bot.fit.tensors import inventory
from bot.fit.weights import weigh

_GB_PER_MIB = 1024 * 1024 / 1e9

HOST_BANDWIDTH_GB_S = 60.0
"""System memory of a common desktop (two channels of DDR5) where nothing is known of it."""

_TWO_CHANNELS_GB_S = 100.0
"""About what two channels of DDR5 give. A processor with more of them has more cores in proportion (EPYC, Xeon)."""
_STACKED = " HBM/gpu"
_STACKED_FACTOR = 0.65
"""Share that cards with stacked memory reach of what others do, one token at a time (as A100 and H100 measured)."""
_OLDEST, _PASCAL = ("cuda/Kepler", "cuda/Maxwell", "cuda/Pascal"), "cuda/Pascal/gpu"
_CROWDED = 64
"""Tokens of a micro-batch for each expert from which on experts multiply as well as ever. With fewer they do it worse,
by the root of what is missing, as an H100 did with 16 to 128. Both numbers are the best of six by held-out error."""
_FLOATS = frozenset({"F32", "F16", "BF16"})
_USED = 0.5
"""Share of the planned context that is in the cache in the middle of a chat."""
_WIDER = 1.2
"""How much wider a band is where parts run on several cards or from system memory; few such runs are published."""


class Coefficients(NamedTuple):
    """What the calibration fits. ``where`` is engine and backend (``llama.cpp/cuda``).

    Defaults stand in where nothing was measured: they are the middle of what was.
    """

    efficiency: dict[str, float]
    """Share of the stated bandwidth that is reached, by where."""
    generation: dict[str, float]
    """Factor on it, by generation of hardware."""
    experts: dict[str, float]
    """Factor on the bytes of experts, which are read in pieces."""
    unpack: dict[str, float]
    """What unpacking a quantised weight takes, in bytes that could be read meanwhile."""
    floats: dict[str, float]
    """Factor on the bytes of weights of 16 bits and more, where their kernels are worse than those of quants."""
    weight_s: dict[str, float]
    """Seconds for 10⁹ weights on a processor of two memory channels: such are bound by arithmetic as well."""
    layer_s: dict[str, float]
    """Seconds a layer and token, whatever its size."""
    token_s: dict[str, float]
    """Seconds a token: launching the graph, sampling."""
    prefill: dict[str, float]
    """Share of the stated throughput that multiplying with weights reaches, by where and dense or moe."""
    attention: dict[str, float]
    """What attention reaches in a prompt, as a factor on the share of dense weights."""
    prefill_generation: dict[str, float]
    spread: dict[str, float]
    """Half-width of the band as a factor, by generation; by where for generations that too few measured."""
    prefill_spread: float


UNFITTED = Coefficients({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, 2.0)
FITTED = Coefficients(
    fitted.EFFICIENCY,
    fitted.GENERATION,
    fitted.EXPERTS,
    fitted.UNPACK,
    fitted.FLOATS,
    fitted.WEIGHT_S,
    fitted.LAYER_S,
    fitted.TOKEN_S,
    fitted.PREFILL,
    fitted.ATTENTION,
    fitted.PREFILL_GENERATION,
    fitted.SPREAD,
    fitted.PREFILL_SPREAD,
)

_EFFICIENCY, _EXPERTS, _UNPACK, _LAYER_S, _TOKEN_S, _PREFILL = 0.65, 1.2, 0.06, 16e-6, 7e-4, 0.25
_SPREAD = 2.1
"""Half-width of the band of an engine that nobody measured: chips are known by what other engines did on them."""
_EXPERTS_MORE, _RECURRENT_MORE, _LATENT_MORE, _NORMS_MORE = 2.0, 4.0, 2.0, 1.0
"""Small kernels of a layer beyond those of a plain one, counted in plain layers: routing and gathering of experts, the
scan of recurrent layers, the projections of latent attention, Gemma's norms on both sides of each half. By the held-out
error of ``benchmarks/calibrate_speed.py`` (steps of a half to one were tried)."""
_GEMMA = ("gemma2", "gemma3", "gemma4")


class TokenWork(NamedTuple):
    """What decoding one token takes, of a whole model or of the part on one device."""

    dense_gb: float
    """GB read outside the experts, the cache among them."""
    experts_gb: float
    """GB read of the active experts."""
    weights_g: float
    """10⁹ weights that are multiplied."""
    launches: float
    """What its layers launch, in plain dense layers."""
    packed: bool
    """Whether weights must be unpacked before they are multiplied: all that have fewer than 16 bits."""


class PromptWork(NamedTuple):
    """What one token of a long prompt takes."""

    flops: float
    """Floating-point operations with weights."""
    attention_flops: float
    """Those with what the cache holds by then."""
    all_gb: float
    """GB of all weights, of which a micro-batch reads every one."""
    micro_batch: int
    tokens_per_expert: float | None
    """Of a micro-batch; None without experts."""


class Band(NamedTuple):
    """Tokens per second, low to high."""

    low: float
    high: float


class Speed(NamedTuple):
    """Estimated bands; ``prefill`` is None where the compute throughput is not known."""

    decode: Band
    prefill: Band | None


def estimate(load: Load, plan: Plan, devices: tuple[Device, ...]) -> Speed:
    """Speed of one user's chat under ``plan``, with half of the context in use."""
    seconds, least = _token(load, plan, devices)
    factor = max(spread_of(FITTED, _where(load, device), generation_of(device)) for device in dict.fromkeys(devices))
    if len(devices) > 1 or not plan.all_on_devices:
        factor *= _WIDER
    return Speed(Band(1 / (seconds * factor), 1 / max(seconds / factor, least)), _prefill(load, plan, devices))


def generation_of(device: Device) -> str:
    """What a device's efficiency goes by: backend, generation of the chip, and whether it has memory of its own."""
    return f"{device.backend}/{device.architecture}/{device.kind}"


def usual_factor(generation: str) -> float:
    """What a generation's factor is taken for until runs say otherwise."""
    return _STACKED_FACTOR if _STACKED in generation else 1.0


def spread_of(c: Coefficients, where: str, generation: str) -> float:
    """Half-width of a band as a factor: by the generation, else by where; a wide one for engines nobody measured."""
    known = c.spread if where in c.efficiency else {}
    return known.get(generation) or known.get(where) or _SPREAD


def _generation_factor(c: Coefficients, generation: str) -> float:
    """As measured; else as of what is most like it: older than Pascal as Pascal, others as usual."""
    if known := c.generation.get(generation):
        return known
    older = c.generation.get(_PASCAL, 1.0) if generation.startswith(_OLDEST) else 1.0
    return min(older, usual_factor(generation))


def token_seconds(c: Coefficients, where: str, generation: str, work: TokenWork, bandwidth_gb_s: float) -> float:
    """Seconds for one token on one device: bytes over the bandwidth that is reached, and the fixed costs."""
    fixed = c.token_s.get(where, _TOKEN_S) + work.launches * c.layer_s.get(where, _LAYER_S)
    fixed += work.weights_g * c.weight_s.get(where, 0.0) * min(1.0, _TWO_CHANNELS_GB_S / bandwidth_gb_s)
    return _read_s(c, where, generation, work, bandwidth_gb_s) + fixed


def _read_s(c: Coefficients, where: str, generation: str, work: TokenWork, bandwidth_gb_s: float) -> float:
    """Seconds to read what a token needs, and to unpack it."""
    efficiency = min(0.98, c.efficiency.get(where, _EFFICIENCY) * _generation_factor(c, generation))
    read = work.dense_gb + work.experts_gb * c.experts.get(where, _EXPERTS)
    if work.packed:
        read += work.weights_g * c.unpack.get(where, _UNPACK)
    else:
        read *= c.floats.get(where, 1.0)
    return read / (bandwidth_gb_s * efficiency)


def prefill_s_per_token(
    c: Coefficients, where: str, generation: str, work: PromptWork, flops_per_s: float, bandwidth_gb_s: float
) -> float:
    """Seconds for one token of a long prompt: arithmetic, and its part of reading all weights for a micro-batch."""
    read_s = work.all_gb / (bandwidth_gb_s * c.efficiency.get(where, _EFFICIENCY))
    reached = flops_per_s * c.prefill_generation.get(generation, 1.0)
    multiplying = dense = c.prefill.get(f"{where}/dense", _PREFILL)
    if work.tokens_per_expert:
        crowd = min(1.0, work.tokens_per_expert / _CROWDED)
        multiplying = c.prefill.get(f"{where}/moe", _PREFILL) * sqrt(crowd)
    attending = dense * c.attention.get(where, 1.0)
    return (work.flops / multiplying + work.attention_flops / attending) / reached + read_s / work.micro_batch


def active_mib(load: Load) -> tuple[float, float]:
    """MiB of weights read for each token outside the experts, and within them."""
    arch = load.architecture
    weights = weigh(arch, load.quant)
    scale = load.file_mib / weights.file_mib if load.file_mib else 1.0
    share = arch.moe.active / arch.moe.experts if arch.moe else 0.0
    return (weights.device_mib - weights.experts_mib) * scale, weights.experts_mib * share * scale


def token_work(load: Load, used: float) -> TokenWork:
    """What the whole model takes for each token when that share of the context is in use.

    States of recurrent layers are read and written whole.
    """
    dense, experts = active_mib(load)
    kv, recurrent = context_mib(load)
    return TokenWork(
        dense_gb=(dense + kv * used + 2 * recurrent) * _GB_PER_MIB,
        experts_gb=experts * _GB_PER_MIB,
        weights_g=active_weights(load.architecture) / 1e9,
        launches=launches(load.architecture),
        packed=load.quant not in _FLOATS,
    )


def prompt_work(load: Load, before: float, micro_batch: int) -> PromptWork:
    """What the whole model takes for a token of a prompt that has ``before`` tokens before it."""
    arch = load.architecture
    return PromptWork(
        flops=2 * active_weights(arch),
        attention_flops=sum(flops * min(before, window) for flops, window in _attention(arch)),
        all_gb=weights_mib(load) * _GB_PER_MIB,
        micro_batch=micro_batch,
        tokens_per_expert=micro_batch * arch.moe.active / arch.moe.experts if arch.moe else None,
    )


@cache
def _attention(arch: Architecture) -> tuple[tuple[float, float], ...]:
    """Operations that a token takes for each one before it, and how many of those it sees, by kind of layer.

    Scores and weighted values: two operations for each element of the key and of the value of every query head.
    """
    each: dict[float, float] = {}
    for index, kind in enumerate(arch.kinds):
        if kind not in "fsbFS":
            continue
        k_dim, v_dim = arch.head_dims_of(index)
        if arch.mla:
            k_dim, v_dim = arch.mla.kv_lora_rank + arch.mla.qk_rope_head_dim, arch.mla.kv_lora_rank
        window = float(arch.sliding.window) if arch.sliding and kind in "sS" else inf
        each[window] = each.get(window, 0.0) + 2 * arch.heads_of(index) * (k_dim + v_dim)
    return tuple((flops, window) for window, flops in each.items())


def _where(load: Load, device: Device) -> str:
    return f"{load.engine.name}/{device.backend}"


def _token(load: Load, plan: Plan, devices: tuple[Device, ...]) -> tuple[float, float]:
    """Expected seconds for a token, and the fewest that the bandwidth allows."""
    whole = token_work(load, _USED)
    layers = load.architecture.layers
    on_device = min(1.0, max(plan.gpu_layers - 1, 0) / layers)
    experts_on_device = on_device * (1 - plan.cpu_experts_layers / layers)
    total = sum(s.weights_mib for s in plan.shares) or 1.0
    times = []
    least = 0.0
    for device, share in zip(devices, plan.shares, strict=True):
        part = share.weights_mib / total
        work = whole._replace(
            dense_gb=whole.dense_gb * on_device * part,
            experts_gb=whole.experts_gb * experts_on_device * part,
            weights_g=whole.weights_g * on_device * part,
            launches=whole.launches * part,
        )
        times.append(token_seconds(FITTED, _where(load, device), generation_of(device), work, device.bandwidth_gb_s))
        least += (work.dense_gb + work.experts_gb) / device.bandwidth_gb_s
    # Layers of several cards run one after the other; parts of one layer run at the same time.
    parallel = plan.engine.tensor_parallel
    seconds = max(times) if parallel else sum(times)
    host_gb = whole.dense_gb * (1 - on_device) + whole.experts_gb * (1 - experts_on_device)
    if host_gb:
        bandwidth = HOST_BANDWIDTH_GB_S
        if any(d.kind != "gpu" for d in devices):
            bandwidth = min(d.bandwidth_gb_s for d in devices)
        # A machine whose card is slower than its memory would keep the card out of it.
        rates = (_rate_gb_s(whole, _where(load, device), device) for device in devices)
        rate = min(bandwidth * FITTED.efficiency.get("llama.cpp/cpu", _EFFICIENCY), *rates)
        seconds += host_gb / rate
        least += host_gb / bandwidth
    return seconds, least / (len(devices) if parallel else 1)


def _rate_gb_s(work: TokenWork, where: str, device: Device) -> float:
    """What a device gets through of all that a token needs, without the costs of launching."""
    seconds = _read_s(FITTED, where, generation_of(device), work, device.bandwidth_gb_s)
    return (work.dense_gb + work.experts_gb) / seconds


@cache
def launches(arch: Architecture) -> float:
    """What the layers launch for a token, in plain dense layers."""
    latent = _LATENT_MORE if arch.mla else 0.0
    norms = _NORMS_MORE if arch.family.startswith(_GEMMA) else 0.0
    count = 0.0
    for index, kind in enumerate(arch.kinds):
        count += 1 + norms + (_EXPERTS_MORE if arch.has_experts(index) else 0.0)
        if kind in "rRb":
            count += _RECURRENT_MORE if arch.recurrent and arch.recurrent.kind != "short_conv" else 0.0
        elif kind not in "-E":
            count += latent
    return count


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
    if any(d.tflops is None for d in devices) or not plan.all_on_devices:
        return None
    at_once = load.micro_batch if load.engine.name == LLAMA_CPP.name else PREFILL_TOKENS
    work = prompt_work(load, _USED * load.context, at_once)
    seconds = max(
        prefill_s_per_token(FITTED, _where(load, d), generation_of(d), work, (d.tflops or 0.0) * 1e12, d.bandwidth_gb_s)
        for d in dict.fromkeys(devices)
    )
    spread = FITTED.prefill_spread
    return Band(1 / (seconds * spread), spread / seconds)
