"""Memory of the context: KV cache of attention layers and the state of recurrent ones.

Rules as llama.cpp allocates them (``src/llama-kv-cache.cpp``, ``llama-kv-cache-iswa.cpp``,
``llama-memory-recurrent.cpp``), checked against its own allocator: see the methodology page.
"""

from functools import cache
from typing import NamedTuple

from bot.fit.architecture import MIB, Architecture
from bot.fit.quants import CACHE_TYPES

_PAD = 256
"""Cells of a sliding-window or compressed cache are rounded up to this."""


class CacheLayer(NamedTuple):
    """What one layer keeps.

    ``key_row`` and ``value_row`` elements per token (of the KV type), for at most ``window`` tokens of a sequence
    (0: no limit), and ``state_bytes`` of recurrent state per sequence. ``padded_value_row`` is what a value takes
    without flash attention, when all layers' rows are as wide as the widest.
    """

    key_row: int = 0
    value_row: int = 0
    padded_value_row: int = 0
    window: int = 0
    state_bytes: int = 0
    ratio: int = 0
    """Tokens for each compressed row (DeepSeek-V4); its plain rows are those of the window."""
    compressed_row: int = 0


@cache
def cache_layers(arch: Architecture, *, expanded: bool = False) -> tuple[CacheLayer, ...]:
    """What each layer of the model keeps, in order; ``expanded``: keys and values in place of the latent of both."""
    layers = [_cache_layer(arch, i) for i in range(arch.layers)]
    if expanded and arch.mla:
        mla = arch.mla
        row = arch.heads * (mla.qk_nope_head_dim + mla.qk_rope_head_dim)
        layers = [
            layer._replace(key_row=row, value_row=arch.heads * mla.v_head_dim) if layer.key_row else layer
            for layer in layers
        ]
    widest = max((layer.value_row for layer in layers), default=0)
    attends = [kind in "fsbFS" and index < arch.layers - arch.kv_shared_layers for index, kind in enumerate(arch.kinds)]
    return tuple(
        layer._replace(padded_value_row=widest if padded else 0) for layer, padded in zip(layers, attends, strict=True)
    )


def _cache_layer(arch: Architecture, index: int) -> CacheLayer:
    kind = arch.kinds[index]
    state = _state_bytes(arch) if kind in "rbR" else 0
    if kind in "-ErR":
        return CacheLayer(state_bytes=state)
    if index >= arch.layers - arch.kv_shared_layers:
        return CacheLayer(state_bytes=state)
    if arch.compressed:
        ratio = arch.compressed.ratios[index]
        indexed = arch.compressed.indexed(index)
        index_row = arch.compressed.index_head_dim if indexed else 0
        overlap = 2 if indexed else 1
        return CacheLayer(
            key_row=arch.head_dim,
            window=arch.sliding.window if arch.sliding else 0,
            ratio=ratio,
            compressed_row=arch.head_dim + index_row if ratio else 0,
            # Two F32 buffers that gather the tokens of the row being built.
            state_bytes=2 * 4 * overlap * ratio * overlap * (arch.head_dim + index_row),
        )
    if arch.mla:
        indexer = arch.indexer.head_dim if arch.indexer and arch.indexer.at(index) else 0
        return CacheLayer(key_row=arch.mla.kv_lora_rank + arch.mla.qk_rope_head_dim + indexer)
    k_dim, v_dim = arch.head_dims_of(index)
    window = arch.sliding.window if kind in "sS" and arch.sliding else 0
    heads = arch.kv_heads_of(index)
    return CacheLayer(key_row=heads * k_dim, value_row=heads * v_dim, window=window, state_bytes=state)


def _state_bytes(arch: Architecture) -> int:
    r = arch.recurrent
    assert r
    if r.kind == "short_conv":
        return 4 * (r.conv_kernel - 1) * arch.hidden
    if r.kind == "rwkv7":  # the last token's row for either mix, and a square of the head size for each head
        return 4 * (2 * arch.hidden + r.state * arch.hidden)
    return 4 * ((r.conv_kernel - 1) * (r.inner + 2 * r.groups * r.state) + r.state * r.inner)


class ContextMemory(NamedTuple):
    """MiB of one layer's context."""

    kv_mib: float
    recurrent_mib: float


def key_and_value(kv_type: str) -> tuple[str, str]:
    """The type of the keys and of the values: ``q8_0`` for both, ``q8_0/q4_0`` for each."""
    key, _, value = kv_type.partition("/")
    return key, value or key


@cache
def _bytes_per_element(kv_type: str) -> tuple[float, float]:
    """Of the keys and of the values."""
    key, value = (CACHE_TYPES[name].block_bytes / CACHE_TYPES[name].block_size for name in key_and_value(kv_type))
    return key, value


def layer_context(
    layer: CacheLayer,
    context: int,
    kv_type: str = "f16",
    *,
    micro_batch: int = 512,
    parallel: int = 1,
    flash_attention: bool = True,
) -> ContextMemory:
    """MiB that one layer keeps for ``context`` tokens in all, shared by ``parallel`` sequences.

    ``kv_type`` is of keys and values, or of each: ``q8_0/q4_0``. What a layer keeps in place of both (a latent, a
    compressed row) goes by the type of the keys. A sliding-window layer keeps its window plus one micro-batch, rounded
    up, once per sequence.
    """
    key, value = _bytes_per_element(kv_type)
    if layer.window:
        per_sequence = context // parallel
        padded = -(-(layer.window + micro_batch) // _PAD) * _PAD
        cells = min(per_sequence, padded) * parallel
    else:
        cells = context
    row = layer.key_row * key + (layer.value_row if flash_attention else layer.padded_value_row) * value
    if layer.ratio:
        compressed = -(-(context // parallel // layer.ratio) // _PAD) * _PAD * parallel
        kv_bytes = cells * row + compressed * layer.compressed_row * key
        return ContextMemory(kv_bytes / MIB, layer.state_bytes * parallel / MIB)
    kv_bytes = cells * row
    return ContextMemory(kv_bytes / MIB, layer.state_bytes * parallel / MIB)
