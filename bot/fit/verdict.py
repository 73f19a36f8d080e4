"""Does it run: the verdict on a load, the largest context and the best quant."""

from enum import StrEnum
from typing import NamedTuple

from bot.fit.architecture import Architecture
from bot.fit.devices import Device, headroom_mib, host_memory_mib
from bot.fit.plan import Load, Plan, all_on_devices, all_on_one, experts_in_host, layers_in_host
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
    best: Judged | None = None
    for subset in _subsets(devices):
        judged = _on_devices(load, subset, ram_mib)
        if best is None or judged.verdict.rank < best.verdict.rank:
            best = judged
        if best.verdict is Verdict.FITS:
            return best
    assert best
    if best.verdict is Verdict.TIGHT:
        return best
    return _offloaded(load, devices, ram_mib) or best


def max_context(load: Load, devices: tuple[Device, ...], ram_mib: float, limit: int) -> int | None:
    """The largest context (a multiple of 256, at most ``limit``) that fits with headroom; None if none does."""
    if not _fits(load, min(MIN_CONTEXT, limit), devices, ram_mib):
        return None
    if _fits(load, limit, devices, ram_mib):
        return limit
    low, high = MIN_CONTEXT // CONTEXT_STEP, -(-limit // CONTEXT_STEP)
    while high - low > 1:
        middle = (low + high) // 2
        if _fits(load, middle * CONTEXT_STEP, devices, ram_mib):
            low = middle
        else:
            high = middle
    return low * CONTEXT_STEP


def best_quant(
    load: Load,
    devices: tuple[Device, ...],
    ram_mib: float,
    *,
    file_mib: dict[str, float],
    candidates: tuple[str, ...] = QUALITY_ORDER,
) -> str | None:
    """The first of ``candidates`` (best first) that fits with headroom; None if none does."""
    for quant in candidates:
        change = {"quant": quant, "file_mib": file_mib.get(quant)}
        if _on_any(load.model_copy(update=change), devices, ram_mib).verdict is Verdict.FITS:
            return quant
    return None


def _fits(load: Load, context: int, devices: tuple[Device, ...], ram_mib: float) -> bool:
    return _on_any(load.model_copy(update={"context": context}), devices, ram_mib).verdict is Verdict.FITS


def _on_any(load: Load, devices: tuple[Device, ...], ram_mib: float) -> Judged:
    judged = [_on_devices(load, subset, ram_mib) for subset in _subsets(devices)]
    return min(judged, key=lambda j: j.verdict.rank)


def _subsets(devices: tuple[Device, ...]) -> list[tuple[Device, ...]]:
    """All devices, then ever fewer of them without the smallest; equal cards make no new subset but by number."""
    subsets = [devices]
    remaining = list(devices)
    while len(remaining) > 1:
        remaining.remove(min(remaining, key=lambda d: d.memory_mib))
        subsets.append(tuple(remaining))
    return subsets


def _on_devices(load: Load, devices: tuple[Device, ...], ram_mib: float) -> Judged:
    plan = all_on_one(load, devices[0]) if len(devices) == 1 else all_on_devices(load, devices)
    free = plan.free_mib(devices)
    host_free = _host_free(plan, devices, ram_mib)
    if free < 0:
        return Judged(Verdict.NO, plan, devices, free, host_free)
    roomy = all(
        usable >= headroom_mib(device) for device, usable in zip(devices, _free_each(plan, devices), strict=True)
    )
    return Judged(Verdict.FITS if roomy else Verdict.TIGHT, plan, devices, free, host_free)


def _free_each(plan: Plan, devices: tuple[Device, ...]) -> list[float]:
    return [
        plan._replace(shares=(share,)).free_mib((device,)) for device, share in zip(devices, plan.shares, strict=True)
    ]


def _host_free(plan: Plan, devices: tuple[Device, ...], ram_mib: float) -> float:
    return host_memory_mib(devices, ram_mib) - plan.host_mib


def _offloaded(load: Load, devices: tuple[Device, ...], ram_mib: float) -> Judged | None:
    """The plan that keeps most on the devices and the rest in system memory; None if that is too small."""
    plans = [p for p in (_fewest_experts(load, devices), _most_layers(load, devices)) if p]
    for plan in plans:
        host_free = _host_free(plan, devices, ram_mib)
        if host_free >= 0:
            return Judged(Verdict.OFFLOAD, plan, devices, plan.free_mib(devices), host_free)
    return None


def _fewest_experts(load: Load, devices: tuple[Device, ...]) -> Plan | None:
    """Expert tensors of as few layers as needed in system memory."""
    arch: Architecture = load.architecture
    if not arch.moe or experts_in_host(load, devices, arch.layers).free_mib(devices) < 0:
        return None
    low, high = 0, arch.layers
    while high - low > 1:
        middle = (low + high) // 2
        if experts_in_host(load, devices, middle).free_mib(devices) >= 0:
            high = middle
        else:
            low = middle
    return experts_in_host(load, devices, high)


def _most_layers(load: Load, devices: tuple[Device, ...]) -> Plan:
    """As many layers on the devices as they hold; none if not even the output fits."""
    low, high = 0, load.architecture.layers + 1
    while high - low > 1:
        middle = (low + high) // 2
        if layers_in_host(load, devices, middle).free_mib(devices) >= 0:
            low = middle
        else:
            high = middle
    return layers_in_host(load, devices, low)
