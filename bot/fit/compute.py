"""Compute buffers: scratch memory for the largest graph that llama.cpp will run.

llama.cpp lays out every intermediate result of one micro-batch and reserves what is alive at the widest moment.
The candidates for that moment are: the output (one score for each vocabulary entry), a feed-forward block, a
block of experts, and attention. Each stage below counts the results alive in it; the widest wins. The counts were
read from llama.cpp's own allocator, which also wastes some space to fragmentation: the methodology page has the
error that is left, by class of architecture.
"""

from functools import cache
from typing import NamedTuple

from bot.fit.architecture import MIB, Architecture

_F32 = 4
_ROW_INDEX = 8
"""Bytes of the row number of a cache entry (I64), needed for each value where flash attention is off."""

HIDDEN_ROWS = 3
"""Rows of the hidden size alive beside a feed-forward block."""

PIPELINE_COPIES = 4
"""Copies of the graph's inputs when work is pipelined over several devices (``GGML_SCHED_MAX_COPIES``)."""

_TAIL = {
    "granitemoehybrid": 14,
    "deepseek_v4": 5,
    "llama4_text": 4, "qwen3_5_text": 4,
    "dots1": 3, "gemma4_text": 3, "nemotron_h": 3, "qwen2_moe": 3,
    "cohere": 2, "cohere2_moe": 2, "exaone4": 2, "falcon_h1": 2, "falcon_mamba": 2, "gpt_oss": 2, "hunyuan_v1_moe": 2,
    "lfm2": 2, "lfm2_moe": 2, "mamba": 2, "olmo": 2, "olmo2": 2, "olmo3": 2, "phi3": 2, "smollm3": 2, "stablelm": 2,
    "starcoder2": 2,
    "youtu": 1,
}  # fmt: skip
"""Rows of the hidden size alive beside the scores of the output, by family; 1 or :data:`_SHARED_TAIL` for most."""

_SHARED_TAIL = 3
"""Such rows where experts share a part, or attention is latent; one for each active expert more where it is wide."""

_INDEXER_ROWS = {"deepseek_v32": 16.64, "glm_moe_dsa": 24.83}
"""Rows of the hidden size alive beside attention where an indexer picks the tokens, by family."""


class ComputeMemory(NamedTuple):
    """MiB of scratch memory.

    ``last_mib`` is on the device with the output, ``other_mib`` on each other one, ``host_mib`` in system memory when
    all layers are on devices, ``host_layers_mib`` when some are not, ``host_all_mib`` when none is.
    """

    last_mib: float
    other_mib: float
    host_mib: float
    host_layers_mib: float
    host_all_mib: float


def compute_buffers(
    arch: Architecture,
    context: int,
    *,
    micro_batch: int = 512,
    parallel: int = 1,
    flash_attention: bool = True,
    devices: int = 1,
    scores_all: bool = True,
) -> ComputeMemory:
    """Scratch memory for a micro-batch at ``context`` tokens over ``devices`` cards.

    ``scores_all``: room for the scores of every token of a micro-batch, and not of the last alone.
    """
    unit = micro_batch * _F32
    tokens = context // parallel
    stages = _stages(arch)
    inputs = _inputs(arch, stages, tokens, micro_batch, flash_attention)
    scores = 0 if flash_attention else arch.heads * _scored_cells(arch, tokens, micro_batch) * micro_batch * _F32
    if arch.compressed:
        scores += 10 * micro_batch * tokens // arch.compressed.densest_ratio
    masked = inputs * (2 if arch.indexer and context <= 16384 else 4 if arch.indexer else 1)
    attention = masked + stages.attention * unit + scores
    # A single layer is done with the masks when its feed-forward block begins.
    middle = max(stages.ffn * unit + (masked if arch.layers > 1 else 0), attention)
    output = stages.output * unit + (inputs if stages.masks_beside_output else 0)
    widest = max(output, middle) if scores_all else middle
    host_rows = stages.host * unit
    host_layers = max(inputs + (stages.ffn + arch.hidden) * unit, host_rows)
    host_all = widest + inputs
    if devices == 1:
        host = inputs * (2 if arch.indexer else 1) + host_rows
        return ComputeMemory(widest / MIB, 0.0, host / MIB, host_layers / MIB, host_all / MIB)
    copies = PIPELINE_COPIES * inputs
    last = widest + copies + 8 * arch.hidden * unit
    other = copies + (stages.ffn + 4 * arch.hidden) * unit
    host = copies + host_rows + 3 * arch.hidden * unit
    return ComputeMemory(last / MIB, other / MIB, host / MIB, host_layers / MIB, host_all / MIB)


def widest_rows(arch: Architecture) -> int:
    """Elements per token alive in the widest block: what other engines' scratch memory follows too."""
    stages = _stages(arch)
    return max(stages.ffn, stages.attention)


def _inputs(arch: Architecture, stages: "_Stages", cells: int, micro_batch: int, flash_attention: bool) -> int:
    """Bytes of attention masks and, without flash attention, of the row numbers of values."""
    if not stages.attends:
        return 0
    mask = micro_batch * (2 if flash_attention else _F32)
    total = cells * mask
    if arch.compressed:
        total //= arch.compressed.densest_ratio
    if arch.sliding:
        total += min(cells, -(-(arch.sliding.window + micro_batch) // 256) * 256) * mask
    return total if flash_attention else total + stages.values * micro_batch * _ROW_INDEX


def _scored_cells(arch: Architecture, cells: int, micro_batch: int) -> int:
    """Cache rows that a token is compared with."""
    if arch.compressed and arch.sliding:
        return cells // arch.compressed.densest_ratio + arch.sliding.window + micro_batch
    return cells


class _Stages(NamedTuple):
    """Elements per token alive in each stage."""

    output: int
    ffn: int
    attention: int
    host: int
    values: int
    """Of the values whose row numbers are needed where flash attention is off."""
    attends: bool
    """Whether any layer attends, and so needs a mask."""
    masks_beside_output: bool
    """Whether the masks are still alive when the output is computed."""


@cache
def _stages(arch: Architecture) -> _Stages:
    d = arch.hidden
    output = arch.vocab + _TAIL.get(arch.family, _tail(arch)) * d + arch.per_layer_input * arch.layers
    if arch.mla:
        mla = arch.mla
        per_head = 2 * mla.kv_lora_rank + mla.qk_nope_head_dim + 2 * mla.qk_rope_head_dim
        attention = arch.heads * per_head + 4 * d + 2 * mla.kv_lora_rank
        if arch.indexer:
            attention += round(_INDEXER_ROWS.get(arch.family, 20.0) * d)
    elif arch.compressed:
        attention = 4 * d + 3 * arch.heads * arch.head_dim
    else:
        attention = 2 * d + 2 * arch.heads * arch.head_dim
    return _Stages(
        output,
        _ffn(arch),
        attention,
        host=2 * arch.hidden + arch.per_layer_input * arch.layers,
        values=_values(arch),
        attends=bool(set(arch.kinds) & set("fsbFS")),
        masks_beside_output=bool(arch.per_layer_input) and arch.family.startswith("gemma4"),
    )


def _tail(arch: Architecture) -> int:
    moe = arch.moe
    if moe and 2 * moe.shared_ffn >= arch.hidden:
        return _SHARED_TAIL + moe.active
    return _SHARED_TAIL if arch.mla or (moe and moe.shared_ffn) else 1


def _values(arch: Architecture) -> int:
    if arch.mla:
        return 0
    v_dim = arch.v_head_dim or arch.head_dim
    total = arch.kv_heads * v_dim
    if arch.sliding:
        heads = arch.sliding.kv_heads or arch.kv_heads
        total += heads * (arch.sliding.v_head_dim or arch.sliding.head_dim or v_dim)
    return total


def _ffn(arch: Architecture) -> int:
    d = arch.hidden
    matrices = 3 if arch.gated else 1
    dense = max(arch.ffn_by_layer or (arch.ffn,))
    widest = matrices * dense + (2 if arch.fused_qkv and arch.gated else HIDDEN_ROWS) * d
    if arch.moe:
        moe = arch.moe
        if moe.latent:
            return max(widest, moe.active * (matrices * moe.expert_ffn + moe.latent) + 4 * d)
        widest = max(
            widest,
            matrices * moe.active * moe.expert_ffn + HIDDEN_ROWS * d,
            (2 * moe.active + (2 if moe.shared_ffn else 5)) * d,
        )
    return widest
