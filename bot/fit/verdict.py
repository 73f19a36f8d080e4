"""Does it run: the verdict on a load, the largest context and the best quant."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from math import inf
from typing import NamedTuple

from bot.fit.devices import Device, host_memory_mib
from bot.fit.plan import (
    Load,
    Plan,
    all_on_devices,
    comfort_mib,
    experts_in_host,
    layers_in_host,
    left_mib,
    rooms_of,
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
    for kept in _fewer(devices):
        if best.verdict is Verdict.FITS:
            return best
        judged = _on_devices(load, tuple(devices[n] for n in kept), ram_mib)
        if judged.verdict.rank < best.verdict.rank:
            best = judged
    if best.verdict is not Verdict.NO or not load.engine.offloads:
        return best
    return _offloaded(load, devices, ram_mib) or best


def fits(load: Load, devices: tuple[Device, ...]) -> bool:
    """Whether everything fits on some or all of the devices with headroom: the verdict *fits*, quickly."""
    return _most_left(load, _room_sets(load, rooms_of(load.engine, devices), devices)) >= 0


def max_context(load: Load, devices: tuple[Device, ...], limit: int) -> int | None:
    """The largest context (a multiple of 256, or ``limit`` itself) that fits with headroom; None if none does.

    What is left shrinks nearly in proportion to the context, so each next try is where a straight line between the
    last two would run out. Where the line is bent, or layers move between devices, one end would stay where it is: it
    counts half then (the Illinois method), and every fourth try halves the range.
    """
    rooms = rooms_of(load.engine, devices)
    above = _most_left(load._replace(context=limit), _room_sets(load, rooms, devices))
    if above >= 0:
        return limit
    if limit <= MIN_CONTEXT:
        return None
    least = load._replace(context=MIN_CONTEXT)
    lefts = [(left_mib(least, kept), kept) for kept in _room_sets(load, rooms, devices)]
    below = max((mib for mib, _ in lefts), default=-inf)
    if below < 0:
        return None
    # What is too small for the least is so for more.
    room_sets = [kept for mib, kept in lefts if mib >= 0]
    low, high, tries, side = MIN_CONTEXT // CONTEXT_STEP, -(-limit // CONTEXT_STEP), 0, 0
    while high - low > 1:
        tries += 1
        ahead = (high - low) // 2 if tries % 4 == 0 else int((high - low) * below / (below - above))
        middle = low + min(max(ahead, 1), high - low - 1)
        found = _most_left(load._replace(context=middle * CONTEXT_STEP), room_sets)
        if found >= 0:
            low, below, above, side = middle, found, above / 2 if side > 0 else above, 1
        else:
            high, above, below, side = middle, found, below / 2 if side < 0 else below, -1
    return low * CONTEXT_STEP


def best_quant(
    load: Load,
    devices: tuple[Device, ...],
    *,
    file_mib: Mapping[str, float],
    candidates: tuple[str, ...] = QUALITY_ORDER,
) -> str | None:
    """The first of ``candidates`` (best first) that fits with headroom; None if none does."""
    rooms = rooms_of(load.engine, devices)
    # Several devices never hold more in all than one of their size would: what is too large for it is not laid out.
    most = weights_mib(load) + left_mib(load, (sum(rooms),))
    for quant in candidates:
        tried = load._replace(quant=quant, file_mib=file_mib.get(quant))
        if weights_mib(tried) <= most and (
            len(devices) == 1 or _most_left(tried, _room_sets(tried, rooms, devices)) >= 0
        ):
            return quant
    return None


def _fewer(devices: tuple[Device, ...]) -> Iterator[tuple[int, ...]]:
    """Numbers of ever fewer devices, each time without the smallest that is left."""
    smallest_first = sorted(range(len(devices)), key=lambda n: devices[n].memory_mib)
    for dropped in range(1, len(devices)):
        yield tuple(sorted(smallest_first[dropped:]))


def _room_sets(load: Load, rooms: tuple[float, ...], devices: tuple[Device, ...]) -> Iterator[tuple[float, ...]]:
    """``rooms`` of all devices, then of ever fewer, as long as the weights have room."""
    needed = weights_mib(load)
    if sum(rooms) < needed:
        return
    yield rooms
    for kept in _fewer(devices):
        room_set = tuple(rooms[n] for n in kept)
        if sum(room_set) < needed:
            return
        yield room_set


def _most_left(load: Load, room_sets: Iterable[tuple[float, ...]]) -> float:
    """What a comfortable fit leaves of the first that holds it; where none does, of the one that lacks least."""
    most = -inf
    for rooms in room_sets:
        most = max(most, left_mib(load, rooms))
        if most >= 0:
            break
    return most


def _on_devices(load: Load, devices: tuple[Device, ...], ram_mib: float) -> Judged:
    plan = all_on_devices(load, devices)
    free = plan.free_mib(devices)
    if min(free) < 0:
        verdict = Verdict.NO
    elif comfort_mib(load, free, devices) >= 0:
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
