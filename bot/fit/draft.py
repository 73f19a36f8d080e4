"""Speculative decoding: what guesses tokens ahead, and the memory that it takes beside the model.

Rules as llama.cpp's release 0.5.0 has them (``common/speculative.cpp``, ``common/fit.cpp``,
``src/llama-memory-recurrent.cpp``): what guesses keeps a cache of 16 bits for the whole context and scores one token
at a time. A model with recurrent layers keeps a copy of its state for each token guessed by its own layers, to go back
to.
"""

from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from bot.fit.architecture import Architecture
from bot.fit.compute import compute_buffers
from bot.fit.kv_cache import CacheLayer, ContextMemory, cache_layers, layer_context
from bot.fit.weights import weigh, weigh_mtp

TOKENS = 3
"""Tokens guessed at once (``--spec-draft-n-max``)."""

QUANT = "Q8_0"
"""What a small model is taken in where no quant is named: coarser ones guess worse and save little."""

_GOES_BACK = {"qwen3_5_text", "qwen3_5_moe_text", "nemotron_h"}
"""Families whose recurrent state can go back a few tokens (``llm_arch_supports_rs_rollback``)."""


class Draft(NamedTuple):
    """What guesses: a small model in a quant, or layers of the model itself (multi-token prediction)."""

    model: Architecture | None
    """None: the model's own layers, in its own quant."""
    quant: str = QUANT
    """Of the small model."""
    tokens: int = TOKENS

    def state_copies(self, guessed_for: Architecture) -> int:
        """How often the model keeps its recurrent state."""
        return 1 + self.tokens if self.model is None and guessed_for.family in _GOES_BACK else 1


class DraftMemory(NamedTuple):
    """MiB that a draft takes: on the device with the output, and in system memory."""

    weights_mib: float
    kv_mib: float
    recurrent_mib: float
    compute_mib: float
    host_mib: float


@lru_cache(maxsize=256)  # one answer asks for the same contexts again and again
def draft_memory(
    draft: Draft,
    guessed_for: Architecture,
    quant: str,
    context: int,
    *,
    micro_batch: int = 512,
    parallel: int = 1,
    flash_attention: bool = True,
) -> DraftMemory:
    """What ``draft`` takes beside a model in ``quant`` at ``context`` tokens.

    Raises:
        ValueError: the model was to guess itself and has no layers for it.
    """
    guessing = draft.model or guessed_for.mtp
    if guessing is None:
        raise ValueError("no layers that guess further tokens")
    if draft.model:
        weights = weigh(draft.model, draft.quant)
        on_device, embedding = weights.device_mib, weights.token_embd_mib
    else:
        on_device, embedding = weigh_mtp(guessed_for, quant), 0.0

    def kept_by(layer: CacheLayer) -> ContextMemory:
        return layer_context(
            layer, context, micro_batch=micro_batch, parallel=parallel, flash_attention=flash_attention
        )

    kept = [(count, kept_by(layer)) for layer, count in Counter(cache_layers(guessing)).items()]
    compute = compute_buffers(
        guessing,
        context,
        micro_batch=micro_batch,
        parallel=parallel,
        flash_attention=flash_attention,
        scores_all=False,
    )
    return DraftMemory(
        on_device,
        sum(count * memory.kv_mib for count, memory in kept),
        sum(count * memory.recurrent_mib for count, memory in kept),
        compute.last_mib,
        embedding + compute.host_mib,
    )
