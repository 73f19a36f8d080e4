"""Who holds what: a model in one quant at one context, laid out over devices and system memory."""

from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from bot.fit.architecture import Architecture
from bot.fit.compute import ComputeMemory, compute_buffers
from bot.fit.devices import Device
from bot.fit.draft import Draft, DraftMemory, draft_memory
from bot.fit.engines import (
    LLAMA_CPP,
    Engine,
    limit_mib,
    overhead_mib,
    prefill_mib,
    shares_layers,
    spare_mib,
    unchunked_mib,
)
from bot.fit.kv_cache import CacheLayer, ContextMemory, cache_layers, layer_context
from bot.fit.weights import Weights, weigh

_OVERFULL = 1.5
"""Level of a split beyond which none is looked for: half as much again as the devices hold."""
_HALVINGS = 8
"""Of the range in which the level of a split is looked for; what is left of it is far below the size of a layer."""


class Load(NamedTuple):
    """What is asked of the devices. ``file_mib`` is the published size of the file, which wins over the computed."""

    architecture: Architecture
    quant: str
    context: int
    kv_type: str = "f16"
    micro_batch: int = 512
    parallel: int = 1
    flash_attention: bool = True
    file_mib: float | None = None
    engine: Engine = LLAMA_CPP
    draft: Draft | None = None


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
    engine: Engine = LLAMA_CPP

    @property
    def all_on_devices(self) -> bool:
        """Whether nothing but the token embedding stays in system memory."""
        return self.gpu_layers == self.total_layers and not self.cpu_experts_layers

    def free_mib(self, devices: tuple[Device, ...]) -> tuple[float, ...]:
        """Free memory of each device; negative where one is overfull."""
        return tuple(limit_mib(self.engine, d) - s.total_mib for d, s in zip(devices, self.shares, strict=True))


def context_mib(load: Load) -> tuple[float, float]:
    """KV cache and recurrent state of all layers together, in MiB."""
    kv = recurrent = 0.0
    for layer, before in _layers_before(load.architecture, expanded=load.engine.expands_latent):
        memory = _layer_context(load, layer)
        kv += before[-1] * memory.kv_mib
        recurrent += before[-1] * memory.recurrent_mib
    if draft := draft_of(load):
        return kv + draft.kv_mib, recurrent + draft.recurrent_mib
    return kv, recurrent


def draft_of(load: Load) -> DraftMemory | None:
    """What guesses tokens ahead takes; it lies beside the output."""
    return load.draft and draft_memory(
        load.draft,
        load.architecture,
        load.quant,
        load.context,
        micro_batch=load.micro_batch,
        parallel=load.parallel,
        flash_attention=load.flash_attention,
    )


def weights_mib(load: Load) -> float:
    """Weights on the devices when all of them are there, in MiB."""
    weights, scale = _weights(load)
    own = (weights.file_mib if load.engine.embedding_on_device else weights.device_mib) * scale
    draft = draft_of(load)
    return own + draft.weights_mib if draft else own


def all_on_one(load: Load, device: Device) -> Plan:
    """Everything on a single device."""
    weights, scale = _weights(load)
    kv, recurrent = context_mib(load)
    compute = _compute(load, 1)
    embedding = 0.0 if load.engine.embedding_on_device else weights.token_embd_mib
    share = Share(weights_mib(load), kv, recurrent, compute.last_mib, overhead_mib(load.engine, device))
    layers = load.architecture.layers + 1
    return Plan((share,), embedding * scale + compute.host_mib, layers, layers, engine=load.engine)


def _tensor_parallel(load: Load, devices: tuple[Device, ...]) -> Plan:
    """Every layer in equal parts on each device; a device holds at least one KV head of its own."""
    whole = all_on_one(load, devices[0])
    one, count = whole.shares[0], len(devices)
    kv_parts = _kv_parts(load.architecture, count)
    shares = tuple(
        Share(
            one.weights_mib / count,
            one.kv_mib / kv_parts,
            one.recurrent_mib / count,
            one.compute_mib / count,
            overhead_mib(load.engine, device),
        )
        for device in devices
    )
    return whole._replace(shares=shares)


def _kv_parts(arch: Architecture, devices: int) -> int:
    """Parts that the cache of a layer is cut into: a latent is whole on each device."""
    return 1 if arch.mla else min(devices, max(arch.kv_heads_of(0), 1))


def all_on_devices(load: Load, devices: tuple[Device, ...]) -> Plan:
    """Everything on the devices: layers in proportion to usable memory, evened out where one would be too full.

    Each device runs its own layers in turn, so each holds its layers' weights and cache and a buffer of its own.
    """
    if len(devices) == 1:
        return all_on_one(load, devices[0])
    if shares_layers(load.engine, load.architecture, len(devices)):
        return _tensor_parallel(load, devices)
    layout = layout_of(load, len(devices))
    usual = split(layout, devices, _proportional(layout, devices))
    free = usual.free_mib(devices)
    if comfort_mib(load, free, devices) >= 0:
        return usual
    evened = split(layout, devices, _balanced(layout, devices, spare=_spare_mib(load, devices)))
    if comfort_mib(load, evened.free_mib(devices), devices) >= 0:
        return evened
    fullest = split(layout, devices, _balanced(layout, devices))
    return fullest if min(fullest.free_mib(devices)) > min(free) else usual


def comfort_mib(load: Load, free_mib: tuple[float, ...], devices: tuple[Device, ...]) -> float:
    """Of the free memory of each device, what the fullest has beyond what a comfortable fit leaves free, in MiB."""
    return min(free - kept for free, kept in zip(free_mib, _spare_mib(load, devices), strict=True))


def _spare_mib(load: Load, devices: tuple[Device, ...]) -> tuple[float, ...]:
    """MiB that a comfortable fit leaves free on each device."""
    extra = unchunked_mib(load.engine, load.architecture, load.context, len(devices))
    return tuple(spare_mib(load.engine, device) + extra for device in devices)


def rooms_of(engine: Engine, devices: tuple[Device, ...]) -> tuple[float, ...]:
    """MiB of each device that a comfortable fit can fill with weights, context and scratch."""
    return tuple(limit_mib(engine, d) - spare_mib(engine, d) - overhead_mib(engine, d) for d in devices)


def left_mib(load: Load, rooms: tuple[float, ...]) -> float:
    """What a comfortable fit of everything leaves of ``rooms`` (of ``rooms_of``); below 0 there is none.

    The same question as whether the plan of ``all_on_devices`` is comfortable, without laying it out: of several
    devices each but the last is filled with all the layers it holds, and the last must hold the others.
    """
    count = len(rooms)
    extra = unchunked_mib(load.engine, load.architecture, load.context, count)
    if count == 1 or shares_layers(load.engine, load.architecture, count):
        kv, recurrent = context_mib(load)
        needed = (weights_mib(load) + recurrent + _compute(load, 1).last_mib) / count
        return min(rooms) - extra - needed - kv / _kv_parts(load.architecture, count)
    layout = layout_of(load, count)
    whole = layout.up_to(layout.total_layers)
    each = whole / layout.total_layers
    placed, held = 0, 0.0
    for mib in rooms[:-1]:
        room = mib - extra - layout.compute.other_mib
        if room < 0:
            return room
        # Layers are alike: where that many of average size would end is nearly where these do.
        most = held + room
        placed = min(layout.total_layers, placed + int(room / each))
        while placed < layout.total_layers and layout.up_to(placed + 1) <= most:
            placed += 1
        while (held := layout.up_to(placed)) > most:
            placed -= 1
    return rooms[-1] - extra - layout.compute.last_mib - (whole - held)


def experts_in_host(load: Load, devices: tuple[Device, ...], layers: int) -> Plan:
    """All on the devices but the experts of the first ``layers`` blocks, kept in system memory (``--n-cpu-moe``)."""
    layout = layout_of(load, len(devices))
    weights = layout.weights
    moved = list(accumulate((layer.experts_mib * layout.scale for layer in weights.layers[:layers]), initial=0.0))
    moved += [moved[-1]] * (len(layout.weights_before) - len(moved))
    kept = tuple(before - gone for before, gone in zip(layout.weights_before, moved, strict=True))
    layout = layout._replace(weights_before=kept)
    ends = [len(kept) - 1] if len(devices) == 1 else _balanced(layout, devices)
    plan = split(layout, devices, ends)
    return plan._replace(host_mib=plan.host_mib + moved[-1], cpu_experts_layers=layers)


def layers_in_host(load: Load, devices: tuple[Device, ...], gpu_layers: int) -> Plan:
    """The last ``gpu_layers`` layers (output included) on the devices, the rest in system memory (``-ngl``)."""
    layout = layout_of(load, len(devices))
    total = load.architecture.layers + 1
    kept = total - gpu_layers
    ends = _balanced(layout, devices, first=kept) if len(devices) > 1 else [total]
    plan = split(layout, devices, ends, first=kept)
    embedding = layout.weights.token_embd_mib * layout.scale
    context = sum(layout.context(0, kept))
    if gpu_layers == 0:
        nothing = tuple(Share(0.0, 0.0, 0.0, 0.0, 0.0) for _ in devices)
        draft = draft_of(load)
        guessing = draft.weights_mib + draft.compute_mib if draft else 0.0
        host = layout.weights.file_mib * layout.scale + guessing + context + layout.compute.host_all_mib
        return plan._replace(shares=nothing, host_mib=host, gpu_layers=0)
    compute = layout.compute.host_layers_mib if kept else layout.compute.host_mib
    host = embedding + layout.weights_before[kept] + context + compute
    return plan._replace(host_mib=host, gpu_layers=gpu_layers)


class Layout(NamedTuple):
    """Sums of MiB up to each layer, before anything is placed. The output counts as the last layer."""

    engine: Engine
    weights: Weights
    scale: float
    compute: ComputeMemory
    weights_before: tuple[float, ...]
    contexts: tuple[tuple[ContextMemory, tuple[int, ...]], ...]

    @property
    def total_layers(self) -> int:
        """Layers, the output among them."""
        return len(self.weights_before) - 1

    def up_to(self, layer: int) -> float:
        """Weights and context before a layer."""
        mib = self.weights_before[layer]
        for memory, before in self.contexts:
            mib += before[layer] * (memory.kv_mib + memory.recurrent_mib)
        return mib

    def context(self, start: int, end: int) -> tuple[float, float]:
        """KV cache and recurrent state of the layers from ``start`` up to ``end``."""
        kv = recurrent = 0.0
        for memory, before in self.contexts:
            count = before[end] - before[start]
            kv += count * memory.kv_mib
            recurrent += count * memory.recurrent_mib
        return kv, recurrent

    def before(self) -> list[float]:
        """Weights and context up to each layer."""
        sums = list(self.weights_before)
        for memory, before in self.contexts:
            each = memory.kv_mib + memory.recurrent_mib
            sums = [s + n * each for s, n in zip(sums, before, strict=True)]
        return sums


def split(layout: Layout, devices: tuple[Device, ...], ends: list[int], first: int = 0) -> Plan:
    """The plan in which each device holds the layers up to its entry in ``ends``, from ``first`` on."""
    total = layout.total_layers
    shares = []
    start = first
    for number, (device, end) in enumerate(zip(devices, ends, strict=True)):
        last = number == len(devices) - 1
        compute = layout.compute.last_mib if last else layout.compute.other_mib
        weights = layout.weights_before[end] - layout.weights_before[start]
        shares.append(Share(weights, *layout.context(start, end), compute, overhead_mib(layout.engine, device)))
        start = end
    embedding = 0.0 if layout.engine.embedding_on_device else layout.weights.token_embd_mib
    host = embedding * layout.scale + layout.compute.host_mib
    return Plan(tuple(shares), host, total, total, engine=layout.engine)


@cache
def _layers_before(arch: Architecture, *, expanded: bool) -> tuple[tuple[CacheLayer, tuple[int, ...]], ...]:
    """For each kind of layer, how many of it there are before each layer, before the output, and in all."""
    layers = cache_layers(arch, expanded=expanded)
    kinds = dict.fromkeys(layers)
    # The output, which keeps nothing, counts as a layer.
    return tuple((kind, (*accumulate((layer == kind for layer in (*layers, None)), initial=0),)) for kind in kinds)


@cache
def _weights_before(arch: Architecture, quant: str, *, embedding: bool) -> tuple[float, ...]:
    """MiB of weights before each layer, before the output, and in all; the embedding goes with the first layer."""
    weights = weigh(arch, quant)
    layers = [a + b for a, b in weights.layers]
    output = weights.output_mib
    if embedding:
        output = weights.file_mib - weights.token_embd_mib - sum(layers)
        layers[0] += weights.token_embd_mib
    return (*accumulate((*layers, output), initial=0.0),)


def _layer_context(load: Load, layer: CacheLayer) -> ContextMemory:
    kept = layer_context(
        layer._replace(window=0) if load.engine.keeps_all_tokens else layer,
        load.context,
        load.kv_type,
        micro_batch=load.micro_batch,
        parallel=load.parallel,
        flash_attention=load.flash_attention,
    )
    if load.draft:
        return kept._replace(recurrent_mib=kept.recurrent_mib * load.draft.state_copies(load.architecture))
    return kept


def _weights(load: Load) -> tuple[Weights, float]:
    weights = weigh(load.architecture, load.quant)
    return weights, load.file_mib / weights.file_mib if load.file_mib else 1.0


def layout_of(load: Load, devices: int) -> Layout:
    """Where the memory of ``load`` lies layer by layer, for a split over ``devices``."""
    weights, scale = _weights(load)
    before = _weights_before(load.architecture, load.quant, embedding=load.engine.embedding_on_device)
    if scale != 1.0:
        before = tuple(scale * mib for mib in before)
    contexts = tuple(
        (_layer_context(load, layer), counts)
        for layer, counts in _layers_before(load.architecture, expanded=load.engine.expands_latent)
    )
    if draft := draft_of(load):
        with_output = (*(0 for _ in before[:-1]), 1)
        before = (*before[:-1], before[-1] + draft.weights_mib)
        contexts = (*contexts, (ContextMemory(draft.kv_mib, draft.recurrent_mib), with_output))
    return Layout(load.engine, weights, scale, _compute(load, devices), before, contexts)


def _compute(load: Load, devices: int) -> ComputeMemory:
    if load.engine.name != LLAMA_CPP.name:
        mib = prefill_mib(load.engine, load.architecture, load.context)
        return ComputeMemory(mib, mib, 0.0, 0.0, 0.0)
    compute = compute_buffers(
        load.architecture,
        load.context,
        micro_batch=load.micro_batch,
        parallel=load.parallel,
        flash_attention=load.flash_attention,
        devices=devices,
    )
    if draft := draft_of(load):
        return compute._replace(
            last_mib=compute.last_mib + draft.compute_mib, host_mib=compute.host_mib + draft.host_mib
        )
    return compute


def _proportional(layout: Layout, devices: tuple[Device, ...]) -> list[int]:
    """Index after the last layer of each device, in proportion to usable memory (llama.cpp's default split)."""
    total = layout.total_layers
    usable = [limit_mib(layout.engine, d) for d in devices]
    whole = sum(usable)
    return [round(part / whole * total) for part in accumulate(usable)]


def _balanced(
    layout: Layout, devices: tuple[Device, ...], first: int = 0, *, spare: tuple[float, ...] | None = None
) -> list[int]:
    """A split that fills every device to about the same level: the lowest at which the layers still fit.

    ``spare``: MiB of each device that are left free; the level is of what is there beyond them.
    """
    before = layout.before()
    rooms: list[tuple[float, float]] = []
    for number, device in enumerate(devices):
        last = number == len(devices) - 1
        fixed = overhead_mib(layout.engine, device) + (layout.compute.last_mib if last else layout.compute.other_mib)
        rooms.append((limit_mib(layout.engine, device) - (spare[number] if spare else 0.0), fixed))
    # Every device wastes less than a layer, so the level is little above that of no waste.
    usable = sum(room for room, _ in rooms) or 1.0
    needed = before[-1] - before[first] + sum(fixed for _, fixed in rooms)
    low = needed / usable
    high = low + 2 * len(rooms) * needed / len(before) / usable
    best = _filled(before, rooms, high, first)
    while best[-1] < len(before) - 1 and high < _OVERFULL:
        low, high = high, 1.2 * high + 0.1
        best = _filled(before, rooms, high, first)
    for number in range(_HALVINGS):
        # Full devices are tried first: near that level it counts whether the layers fit.
        level = 1.0 if number == 0 and low < 1.0 < high else (low + high) / 2
        ends = _filled(before, rooms, level, first)
        if ends[-1] == len(before) - 1:
            best, high = ends, level
        else:
            low = level
    best[-1] = len(before) - 1
    return best


def _filled(before: list[float], rooms: list[tuple[float, float]], level: float, first: int) -> list[int]:
    ends: list[int] = []
    index = first
    for usable, fixed in rooms:
        index = max(index, bisect_right(before, before[index] + usable * level - fixed) - 1)
        ends.append(index)
    return ends
