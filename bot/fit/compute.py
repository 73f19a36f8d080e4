"""Compute buffers: scratch memory for the largest graph that llama.cpp will run.

The terms follow the tensors that are alive at the graph's widest points; which points those are was read
from llama.cpp's allocator (see the methodology page for the error by architecture class).
"""

from typing import NamedTuple

from bot.fit.architecture import MIB, Architecture

_F32 = 4
_MASK = 2
"""Bytes per cell of the attention mask (F16)."""

PIPELINE_COPIES = 4
"""Graph inputs that llama.cpp keeps when it pipelines over several devices (``GGML_SCHED_MAX_COPIES``)."""


class ComputeMemory(NamedTuple):
    """MiB of scratch memory on the device with the output, on each other device, and in host memory."""

    last_mib: float
    other_mib: float
    host_mib: float


def compute_buffers(
    arch: Architecture,
    context: int,
    *,
    micro_batch: int = 512,
    parallel: int = 1,
    flash_attention: bool = True,
    devices: int = 1,
) -> ComputeMemory:
    """Scratch memory for a micro-batch at ``context`` tokens over ``devices`` cards."""
    unit = micro_batch * _F32
    per_sequence = context // parallel
    masks = per_sequence * micro_batch * _MASK
    if arch.sliding:
        cells = min(per_sequence, -(-(arch.sliding.window + micro_batch) // 256) * 256)
        masks += cells * micro_batch * _MASK
    if set(arch.kinds) <= set("rR-E"):
        masks = 0
    widest = _widest_ffn(arch)
    middle = masks + (widest + 3 * arch.hidden) * unit
    if not flash_attention:
        middle += arch.heads * per_sequence * micro_batch * _F32
    output = (arch.vocab + arch.hidden) * unit
    if devices == 1:
        host = masks + 2 * arch.hidden * unit
        return ComputeMemory(max(output, middle) / MIB, 0.0, host / MIB)
    copies = PIPELINE_COPIES * masks
    last = max(output, middle) + copies + 8 * arch.hidden * unit
    other = copies + (widest + 7 * arch.hidden) * unit
    host = copies + 5 * arch.hidden * unit
    return ComputeMemory(last / MIB, other / MIB, host / MIB)


def _widest_ffn(arch: Architecture) -> int:
    """Elements per token alive in the widest feed-forward block."""
    matrices = 3 if arch.gated else 1
    dense = max(arch.ffn_by_layer or (arch.ffn,))
    widths = [dense * matrices]
    if arch.moe:
        widths.append(arch.moe.active * arch.moe.expert_ffn * matrices)
    return max(widths)
