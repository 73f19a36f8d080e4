"""Does it run: the verdict on a load, the largest context and the best quant."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from bot.fit.devices import Device, host_memory_mib
from bot.fit.engines import limit_mib, spare_mib, unchunked_mib
from bot.fit.plan import (
    Load,
    Plan,
    all_on_devices,
    all_on_one,
    comfortable_plans,
    experts_in_host,
    layers_in_host,
    weights_mib,
)
from bot.fit.quants import QUALITY_ORDER

CONTEXT_STEP = 256
MIN_CONTEXT = 512


class Verdict(StrEnum):
    """Best first."""

    FITS = "fits"
    TIGHT = "tight"
    OFFLOAD = "offload"
    NO = "no"

    @property
    def rank(self) -> int:
        """0 is best."""
        return list(Verdict).index(self)


class Judged(NamedTuple):
    """A verdict with the plan it stands for. ``devices`` are those that the plan uses, in its order."""

    verdict: Verdict
    plan: Plan
    devices: tuple[Device, ...]
    free_mib: float
    """Least free memory on a device; for ``NO``, how much is missing (negative)."""
    host_free_mib: float


def judge(load: Load, devices: tuple[Device, ...], ram_mib: float) -> Judged:
    """The best plan for ``load`` on some or all of ``devices``, with ``ram_mib`` of system memory.

    All devices are used unless fewer give a better verdict (a small second card can do harm).
    """
    best = _on_devices(load, devices, ram_mib)
    for subset in _smaller_subsets(devices):
        if best.verdict is Verdict.FITS:
            return best
        judged = _on_devices(load, subset, ram_mib)
        if judged.verdict.rank < best.verdict.rank:
            best = judged
    if best.verdict is not Verdict.NO or not load.engine.offloads:
        return best
    return _offloaded(load, devices, ram_mib) or best


def fits(load: Load, devices: tuple[Device, ...]) -> bool:
    """Whether everything fits on some or all of the devices with headroom: the verdict *fits*, quickly."""
    return any(_margin_mib(load, subset) >= 0 for subset in (devices, *_smaller_subsets(devices)))


def max_context(load: Load, devices: tuple[Device, ...], limit: int) -> int | None:
    """The largest context (a multiple of 256, or ``limit`` itself) that fits with headroom; None if none does.

    What is left shrinks nearly in proportion to the context, so each next try is where a straight line between the
    last two would run out. Where the line is bent, or layers move between devices, one end would stay where it is: it
    counts half then (the Illinois method), and every fourth try halves the range.
    """

    def margin(context: int) -> float:
        tried, most = load._replace(context=context), -float("inf")
        for subset in subsets:
            most = max(most, _margin_mib(tried, subset))
            if most >= 0:
                break
        return most

    subsets = [devices, *_smaller_subsets(devices)]
    above = margin(limit)
    if above >= 0:
        return limit
    if limit <= MIN_CONTEXT:
        return None
    least = load._replace(context=MIN_CONTEXT)
    margins = {subset: _margin_mib(least, subset) for subset in subsets}
    subsets = [subset for subset in subsets if margins[subset] >= 0]  # what is too small for the least is so for more
    if not subsets:
        return None
    below = max(margins.values())
    low, high, tries, side = MIN_CONTEXT // CONTEXT_STEP, -(-limit // CONTEXT_STEP), 0, 0
    while high - low > 1:
        tries += 1
        ahead = (high - low) // 2 if tries % 4 == 0 else int((high - low) * below / (below - above))
        middle = low + min(max(ahead, 1), high - low - 1)
        left = margin(middle * CONTEXT_STEP)
        if left >= 0:
            low, below, above, side = middle, left, above / 2 if side > 0 else above, 1
        else:
            high, above, below, side = middle, left, below / 2 if side < 0 else below, -1
    return low * CONTEXT_STEP


def best_quant(
    load: Load,
    devices: tuple[Device, ...],
    *,
    file_mib: Mapping[str, float],
    candidates: tuple[str, ...] = QUALITY_ORDER,
) -> str | None:
    """The first of ``candidates`` (best first) that fits with headroom; None if none does."""
    one = all_on_one(load, devices[0]).shares[0]
    most = sum(limit_mib(load.engine, device) for device in devices) - one.kv_mib - one.recurrent_mib - one.compute_mib
    for quant in candidates:
        tried = load._replace(quant=quant, file_mib=file_mib.get(quant))
        if weights_mib(tried) <= most and fits(tried, devices):
            return quant
    return None


def _smaller_subsets(devices: tuple[Device, ...]) -> list[tuple[Device, ...]]:
    """Ever fewer of the devices, each time without the smallest that is left."""
    subsets = []
    remaining = list(devices)
    while len(remaining) > 1:
        remaining.remove(min(remaining, key=lambda d: d.memory_mib))
        subsets.append(tuple(remaining))
    return subsets


def _margin_mib(load: Load, devices: tuple[Device, ...]) -> float:
    """What the fullest device has beyond its headroom; it fits from 0 on. No plan is laid out for far too much."""
    if len(devices) > 1:
        # Several cards never need less in all than one card would, which is quicker to work out.
        one = all_on_one(load, devices[0]).shares[0]
        spare = sum(limit_mib(load.engine, device) for device in devices) - (one.total_mib - one.overhead_mib)
        if spare < 0:
            return spare
    most = -float("inf")
    for plan in comfortable_plans(load, devices):
        most = max(most, _spare_mib(load, devices, plan.free_mib(devices)))
        if most >= 0:
            break
    return most


def _spare_mib(load: Load, devices: tuple[Device, ...], free: tuple[float, ...]) -> float:
    extra = unchunked_mib(load.engine, load.architecture, load.context) / len(devices)
    return min(mib - spare_mib(load.engine, device) - extra for mib, device in zip(free, devices, strict=True))


def _on_devices(load: Load, devices: tuple[Device, ...], ram_mib: float) -> Judged:
    plan = all_on_devices(load, devices)
    free = plan.free_mib(devices)
    if min(free) < 0:
        verdict = Verdict.NO
    elif _spare_mib(load, devices, free) >= 0:
        verdict = Verdict.FITS
    else:
        verdict = Verdict.TIGHT
    return Judged(verdict, plan, devices, min(free), host_memory_mib(devices, ram_mib) - plan.host_mib)


def _offloaded(load: Load, devices: tuple[Device, ...], ram_mib: float) -> Judged | None:
    """The plan that keeps most on the devices and the rest in system memory; None if that is too small."""
    for plan in (_fewest_experts(load, devices), _most_layers(load, devices)):
        if plan is None:
            continue
        host_free = host_memory_mib(devices, ram_mib) - plan.host_mib
        if host_free >= 0:
            return Judged(Verdict.OFFLOAD, plan, devices, min(plan.free_mib(devices)), host_free)
    return None


def _fewest_experts(load: Load, devices: tuple[Device, ...]) -> Plan | None:
    """Expert tensors of as few layers as needed in system memory."""
    arch = load.architecture
    if not arch.moe or min(experts_in_host(load, devices, arch.layers).free_mib(devices)) < 0:
        return None
    low, high = 0, arch.layers
    while high - low > 1:
        middle = (low + high) // 2
        if min(experts_in_host(load, devices, middle).free_mib(devices)) >= 0:
            high = middle
        else:
            low = middle
    return experts_in_host(load, devices, high)


def _most_layers(load: Load, devices: tuple[Device, ...]) -> Plan:
    """As many layers on the devices as they hold; none if not even the output fits."""
    low, high = 0, load.architecture.layers + 1
    while high - low > 1:
        middle = (low + high) // 2
        if min(layers_in_host(load, devices, middle).free_mib(devices)) >= 0:
            low = middle
        else:
            high = middle
    return layers_in_host(load, devices, low)
