"""Who holds what: a model in one quant at one context, laid out over devices and system memory."""

from functools import cache
from itertools import accumulate
from typing import NamedTuple

from bot.fit.architecture import Architecture, Part
from bot.fit.compute import ComputeMemory, compute_buffers
from bot.fit.devices import OVERHEAD_MIB, Device, usable_mib
from bot.fit.kv_cache import CacheLayer, ContextMemory, cache_layers, layer_context
from bot.fit.weights import Weights, weigh


class Load(Part):
    """What is asked of the devices. ``file_mib`` is the published size of the file, which wins over the computed."""

    architecture: Architecture
    quant: str
    context: int
    kv_type: str = "f16"
    micro_batch: int = 512
    parallel: int = 1
    flash_attention: bool = True
    file_mib: float | None = None


class Share(NamedTuple):
    """MiB that one device holds."""

    weights_mib: float
    kv_mib: float
    recurrent_mib: float
    compute_mib: float
    overhead_mib: float

    @property
    def total_mib(self) -> float:
        """All of it."""
        return sum(self)


class Plan(NamedTuple):
    """A layout. ``gpu_layers`` counts the output as a layer, as ``-ngl`` does."""

    shares: tuple[Share, ...]
    host_mib: float
    gpu_layers: int
    total_layers: int
    cpu_experts_layers: int = 0

    @property
    def all_on_devices(self) -> bool:
        """Whether nothing but the token embedding stays in system memory."""
        return self.gpu_layers == self.total_layers and not self.cpu_experts_layers

    def free_mib(self, devices: tuple[Device, ...]) -> float:
        """Least free memory on any device; negative where one is overfull."""
        return min(usable_mib(d) - s.total_mib for d, s in zip(devices, self.shares, strict=True))


class _Layout(NamedTuple):
    """MiB by layer, before anything is placed."""

    weights: Weights
    scale: float
    kv: tuple[float, ...]
    recurrent: tuple[float, ...]


@cache
def _cache_groups(arch: Architecture) -> tuple[tuple[CacheLayer, int], ...]:
    counts: dict[CacheLayer, int] = {}
    for layer in cache_layers(arch):
        counts[layer] = counts.get(layer, 0) + 1
    return tuple(counts.items())


def context_mib(load: Load) -> tuple[float, float]:
    """KV cache and recurrent state of all layers together, in MiB."""
    kv = recurrent = 0.0
    for layer, count in _cache_groups(load.architecture):
        memory = layer_context(layer, load.context, load.kv_type, micro_batch=load.micro_batch, parallel=load.parallel)
        kv += count * memory.kv_mib
        recurrent += count * memory.recurrent_mib
    return kv, recurrent


def all_on_one(load: Load, device: Device) -> Plan:
    """Everything on a single device."""
    weights, scale = _weights(load)
    kv, recurrent = context_mib(load)
    compute = _compute(load, 1)
    share = Share(weights.device_mib * scale, kv, recurrent, compute.last_mib, OVERHEAD_MIB[device.backend])
    layers = load.architecture.layers + 1
    return Plan((share,), weights.token_embd_mib * scale + compute.host_mib, layers, layers)


def all_on_devices(load: Load, devices: tuple[Device, ...]) -> Plan:
    """Everything on the devices: layers in proportion to usable memory, evened out where one would be overfull.

    Each device runs its own layers in turn, so each holds its layers' weights and cache and a buffer of its own.
    """
    if len(devices) == 1:
        return all_on_one(load, devices[0])
    layout = _layout(load)
    plan = _split(load, layout, devices, _proportional(layout, devices))
    if plan.free_mib(devices) >= 0:
        return plan
    balanced = _split(load, layout, devices, _balanced(load, layout, devices))
    return balanced if balanced.free_mib(devices) > plan.free_mib(devices) else plan


def experts_in_host(load: Load, devices: tuple[Device, ...], layers: int) -> Plan:
    """All on the devices but the experts of the first ``layers`` blocks, kept in system memory (``--n-cpu-moe``)."""
    layout = _layout(load)
    moved = sum(layer.experts_mib for layer in layout.weights.layers[:layers]) * layout.scale
    trimmed = layout.weights._replace(
        layers=tuple(
            layer._replace(experts_mib=0.0) if index < layers else layer
            for index, layer in enumerate(layout.weights.layers)
        )
    )
    layout = layout._replace(weights=trimmed)
    if len(devices) == 1:
        plan = _split(load, layout, devices, [load.architecture.layers + 1])
    else:
        plan = _split(load, layout, devices, _balanced(load, layout, devices))
    return plan._replace(host_mib=plan.host_mib + moved, cpu_experts_layers=layers)


def layers_in_host(load: Load, devices: tuple[Device, ...], gpu_layers: int) -> Plan:
    """The last ``gpu_layers`` layers (output included) on the devices, the rest in system memory (``-ngl``)."""
    layout = _layout(load)
    total = load.architecture.layers + 1
    kept = total - gpu_layers
    ends = _balanced(load, layout, devices, first=kept) if len(devices) > 1 else [total]
    plan = _split(load, layout, devices, ends, first=kept)
    scale, weights = layout.scale, layout.weights
    compute = _compute(load, len(devices))
    context = sum(layout.kv[:kept]) + sum(layout.recurrent[:kept])
    if gpu_layers == 0:
        nothing = tuple(Share(0.0, 0.0, 0.0, 0.0, 0.0) for _ in devices)
        host = weights.file_mib * scale + context + compute.host_all_mib
        return plan._replace(shares=nothing, host_mib=host, gpu_layers=0)
    host = weights.token_embd_mib * scale + context
    host += sum(a + b for a, b in weights.layers[:kept]) * scale
    host += compute.host_layers_mib if kept else compute.host_mib
    return plan._replace(host_mib=host, gpu_layers=gpu_layers)


def _layer_context(load: Load, layer: CacheLayer) -> ContextMemory:
    return layer_context(
        layer,
        load.context,
        load.kv_type,
        micro_batch=load.micro_batch,
        parallel=load.parallel,
        flash_attention=load.flash_attention,
    )


def _weights(load: Load) -> tuple[Weights, float]:
    weights = weigh(load.architecture, load.quant)
    return weights, load.file_mib / weights.file_mib if load.file_mib else 1.0


def _layout(load: Load) -> _Layout:
    weights, scale = _weights(load)
    memories = [_layer_context(load, layer) for layer in cache_layers(load.architecture)]
    return _Layout(weights, scale, tuple(m.kv_mib for m in memories), tuple(m.recurrent_mib for m in memories))


def _compute(load: Load, devices: int) -> ComputeMemory:
    return compute_buffers(
        load.architecture,
        load.context,
        micro_batch=load.micro_batch,
        parallel=load.parallel,
        flash_attention=load.flash_attention,
        devices=devices,
    )


def _proportional(layout: _Layout, devices: tuple[Device, ...]) -> list[int]:
    """Index after the last layer of each device, in proportion to usable memory (llama.cpp's default split)."""
    total = len(layout.kv) + 1
    usable = [usable_mib(d) for d in devices]
    return [round(part / sum(usable) * total) for part in accumulate(usable)]


def _balanced(load: Load, layout: _Layout, devices: tuple[Device, ...], first: int = 0) -> list[int]:
    """A split that leaves every device about the same share of its memory free.

    Fills each device to a common level and lowers that level until the layers no longer fit.
    """
    compute = _compute(load, len(devices))
    sizes = [
        sum(weights) * layout.scale + kv + recurrent
        for weights, kv, recurrent in zip(layout.weights.layers, layout.kv, layout.recurrent, strict=True)
    ]
    sizes.append(layout.weights.output_mib * layout.scale)
    low, high = 0.0, 1.5
    best = _fill(sizes, devices, compute, high, first)
    for _ in range(18):
        level = (low + high) / 2
        ends = _fill(sizes, devices, compute, level, first)
        if ends[-1] == len(sizes):
            best, high = ends, level
        else:
            low = level
    best[-1] = len(sizes)
    return best


def _fill(
    sizes: list[float], devices: tuple[Device, ...], compute: ComputeMemory, level: float, first: int
) -> list[int]:
    ends: list[int] = []
    index = first
    for number, device in enumerate(devices):
        last = number == len(devices) - 1
        room = usable_mib(device) * level - OVERHEAD_MIB[device.backend]
        room -= compute.last_mib if last else compute.other_mib
        while index < len(sizes) and sizes[index] <= room:
            room -= sizes[index]
            index += 1
        ends.append(index)
    return ends


def _split(load: Load, layout: _Layout, devices: tuple[Device, ...], ends: list[int], first: int = 0) -> Plan:
    compute = _compute(load, len(devices))
    layers = load.architecture.layers
    shares = []
    start = first
    for number, (device, end) in enumerate(zip(devices, ends, strict=True)):
        span = range(start, min(end, layers))
        weights = sum(sum(layout.weights.layers[i]) for i in span)
        if end > layers >= start:
            weights += layout.weights.output_mib
        last = number == len(devices) - 1
        shares.append(
            Share(
                weights * layout.scale,
                sum(layout.kv[i] for i in span),
                sum(layout.recurrent[i] for i in span),
                compute.last_mib if last else compute.other_mib,
                OVERHEAD_MIB[device.backend],
            )
        )
        start = end
    host = layout.weights.token_embd_mib * layout.scale + compute.host_mib
    return Plan(tuple(shares), host, layers + 1, layers + 1)
