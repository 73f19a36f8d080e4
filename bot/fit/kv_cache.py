"""Memory of the context: KV cache of attention layers and the state of recurrent ones.

Rules as llama.cpp allocates them (``src/llama-kv-cache.cpp``, ``llama-kv-cache-iswa.cpp``,
``llama-memory-recurrent.cpp``), checked against its own allocator: see the methodology page.
"""

from functools import cache
from typing import NamedTuple

from bot.fit.architecture import MIB, Architecture
from bot.fit.quants import KV_TYPES

_PAD = 256
"""Cells of a sliding-window cache are rounded up to this."""


class CacheLayer(NamedTuple):
    """What one layer keeps.

    ``row`` elements per token (of the KV type) for at most ``limit`` tokens of a sequence (0: no limit),
    ``rows_per_sequence`` when every parallel sequence has its own, ``f16_row`` elements that are never
    quantised, ``state_bytes`` of recurrent state per sequence.
    """

    row: int = 0
    window: int = 0
    f16_row: int = 0
    state_bytes: int = 0


@cache
def cache_layers(arch: Architecture) -> tuple[CacheLayer, ...]:
    """What each layer of the model keeps, in order."""
    return tuple(_cache_layer(arch, i) for i in range(arch.layers))


def _cache_layer(arch: Architecture, index: int) -> CacheLayer:
    kind = arch.kinds[index]
    state = _state_bytes(arch) if kind in "rbR" else 0
    if kind in "-ErR":
        return CacheLayer(state_bytes=state)
    if index >= arch.layers - arch.kv_shared_layers:
        return CacheLayer(state_bytes=state)
    if arch.mla:
        indexer = arch.indexer.head_dim if arch.indexer else 0
        return CacheLayer(row=arch.mla.kv_lora_rank + arch.mla.qk_rope_head_dim, f16_row=indexer)
    k_dim, v_dim = arch.head_dims_of(index)
    window = arch.sliding.window if kind in "sS" and arch.sliding else 0
    return CacheLayer(row=arch.kv_heads_of(index) * (k_dim + v_dim), window=window, state_bytes=state)


def _state_bytes(arch: Architecture) -> int:
    r = arch.recurrent
    assert r
    if r.kind == "short_conv":
        return 4 * (r.conv_kernel - 1) * arch.hidden
    return 4 * ((r.conv_kernel - 1) * (r.inner + 2 * r.groups * r.state) + r.state * r.inner)


class ContextMemory(NamedTuple):
    """MiB of one layer's context."""

    kv_mib: float
    recurrent_mib: float


def layer_context(
    layer: CacheLayer, context: int, kv_type: str = "f16", *, micro_batch: int = 512, parallel: int = 1
) -> ContextMemory:
    """MiB that one layer keeps for ``context`` tokens in all, shared by ``parallel`` sequences.

    A sliding-window layer keeps its window plus one micro-batch, rounded up, once per sequence.
    """
    kind = KV_TYPES[kv_type]
    if layer.window:
        per_sequence = context // parallel
        padded = -(-(layer.window + micro_batch) // _PAD) * _PAD
        cells = min(per_sequence, padded) * parallel
    else:
        cells = context
    kv_bytes = cells * (layer.row * kind.block_bytes / kind.block_size + 2 * layer.f16_row)
    return ContextMemory(kv_bytes / MIB, layer.state_bytes * parallel / MIB)
