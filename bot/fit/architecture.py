"""What a model is made of: the facts that memory and speed follow from."""

from functools import cached_property
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MIB = 1024 * 1024

Count = int
"""A positive number of things (layers, heads, rows)."""


class Part(BaseModel):
    """Base of the frozen value types of this room."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @cached_property
    def _values(self) -> tuple[object, ...]:
        return tuple(self.__dict__[name] for name in type(self).model_fields)

    @cached_property
    def _identity(self) -> int:
        return hash(self._values)

    def __copy__(self) -> Self:
        """Without what was worked out: ``model_copy`` changes fields of the copy."""
        copied = super().__copy__()
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied

    def __hash__(self) -> int:
        return self._identity

    def __eq__(self, other: object) -> bool:
        """By value, as pydantic would, but quick: every cached sum is looked up by it."""
        return self is other or (isinstance(other, type(self)) and self._values == other._values)


class Sliding(Part):
    """Attention layers that see only the last ``window`` tokens (or a chunk of that size)."""

    window: Count = Field(gt=0)
    chunked: bool = False
    heads: Count | None = Field(default=None, gt=0)
    kv_heads: Count | None = Field(default=None, gt=0)
    head_dim: Count | None = Field(default=None, gt=0)
    v_head_dim: Count | None = Field(default=None, gt=0)


class Mla(Part):
    """Multi-head latent attention (DeepSeek-V2 and later): one compressed row per token and layer."""

    kv_lora_rank: Count = Field(gt=0)
    q_lora_rank: Count | None = Field(default=None, gt=0)
    qk_nope_head_dim: Count = Field(gt=0)
    qk_rope_head_dim: Count = Field(gt=0)
    v_head_dim: Count = Field(gt=0)


class Indexer(Part):
    """The extra key cache of DeepSeek sparse attention (DSA)."""

    heads: Count = Field(gt=0)
    head_dim: Count = Field(gt=0)
    layers: tuple[int, ...] | None = None
    """Layers that have one of their own; None where all do."""

    def at(self, layer: int) -> bool:
        """Whether a layer keeps index keys."""
        return self.layers is None or layer in self.layers


class Compressed(Part):
    """Compressed attention (DeepSeek-V4): a window of plain rows, and one row for every ``ratio`` tokens.

    ``ratios`` has an entry for each layer; 0 means a window only. Layers of the smallest ratio choose rows with an
    index of their own, whose keys are compressed alike.
    """

    ratios: tuple[int, ...]
    q_lora_rank: Count = Field(gt=0)
    o_groups: Count = Field(gt=0)
    o_lora_rank: Count = Field(gt=0)
    index_heads: Count = Field(gt=0)
    index_head_dim: Count = Field(gt=0)

    @property
    def densest_ratio(self) -> int:
        """The fewest tokens that a compressed row stands for."""
        return min(ratio for ratio in self.ratios if ratio)

    def indexed(self, layer: int) -> bool:
        """Whether a layer has an index."""
        return self.ratios[layer] == self.densest_ratio


class Moe(Part):
    """Mixture of experts. ``shared_ffn`` is the width of all shared experts together."""

    experts: Count = Field(gt=1)
    active: Count = Field(gt=0)
    expert_ffn: Count = Field(gt=0)
    shared_ffn: int = Field(default=0, ge=0)
    first_dense_layers: int = Field(default=0, ge=0)
    every: Count = Field(default=1, gt=0)
    latent: Count | None = Field(default=None, gt=0)
    beside_dense: bool = False
    """The layer has a dense FFN as well (Gemma 4 26B-A4B)."""
    stored_as: Literal["MXFP4"] | None = None
    """The type that the experts have in the checkpoint itself, where it is not a float (DeepSeek-V4)."""

    @model_validator(mode="after")
    def _active_within_experts(self) -> "Moe":
        if self.active > self.experts:
            raise ValueError("active experts exceed the number of experts")
        return self


class Recurrent(Part):
    """Layers whose memory does not grow with the context.

    ``inner`` is the width of the recurrent stream (``d_inner``), ``state`` the state size per channel
    (``d_state``), ``groups`` the number of B/C (or key) groups, ``heads`` the number of value heads.
    """

    kind: Literal["mamba1", "mamba2", "gated_deltanet", "short_conv", "rwkv7"]
    conv_kernel: Count = Field(gt=1)
    """Tokens that a convolution sees; of RWKV, whose tokens are mixed with the one before, 2."""
    inner: int = Field(default=0, ge=0)
    state: int = Field(default=0, ge=0)
    groups: int = Field(default=0, ge=0)
    heads: int = Field(default=0, ge=0)
    dt_rank: int = Field(default=0, ge=0)
    ranks: tuple[Count, ...] = ()
    """Of RWKV-7: inner widths of its low-rank pairs for decay, rate, value and gate."""


class Architecture(Part):
    """One text model (decoder) as it is laid out in its checkpoint.

    ``pattern`` gives the kind of each layer and is repeated until it covers ``layers``:
    ``f`` full attention, ``s`` sliding window, ``r`` recurrent, ``b`` attention and recurrent side by
    side; each followed by a feed-forward block. Capitals (``F`` ``S`` ``R``) have no feed-forward block,
    ``-`` is a dense and ``E`` an expert feed-forward block alone.
    """

    family: str
    """The Hugging Face ``model_type``; chooses the few rules that are peculiar to a family."""
    layers: Count = Field(gt=0, le=1000)
    hidden: Count = Field(gt=0, le=131072)
    vocab: Count = Field(gt=0, le=2_000_000)
    max_context: Count = Field(gt=0)
    heads: int = Field(default=0, ge=0)
    kv_heads: int = Field(default=0, ge=0)
    head_dim: int = Field(default=0, ge=0)
    v_head_dim: Count | None = Field(default=None, gt=0)
    ffn: int = Field(default=0, ge=0)
    ffn_by_layer: tuple[int, ...] | None = None
    kv_heads_by_layer: tuple[int, ...] | None = None
    tied: bool = False
    gated: bool = True
    fused_qkv: bool = False
    pattern: str = Field(default="f", pattern=r"^[fsrbFSR\-E]+$")
    sliding: Sliding | None = None
    mla: Mla | None = None
    indexer: Indexer | None = None
    compressed: Compressed | None = None
    moe: Moe | None = None
    recurrent: Recurrent | None = None
    kv_shared_layers: int = Field(default=0, ge=0)
    """The last layers that reuse the KV cache of earlier ones (Gemma 3n, Gemma 4 E)."""
    per_layer_input: int = Field(default=0, ge=0)
    """Width of the per-layer embeddings that stay in host memory (Gemma 3n, Gemma 4 E)."""
    mtp_layers: int = Field(default=0, ge=0)
    """Layers beyond ``layers`` that guess further tokens (multi-token prediction); they attend to everything."""
    mtp_embeddings: bool = False
    """Whether those bring a token embedding and an output matrix of their own (GLM-4.5)."""

    @model_validator(mode="after")
    def _consistent(self) -> "Architecture":
        kinds = set(self.kinds)
        if kinds & set("fsbFS") and not self.mla and not (self.heads and self.head_dim):
            raise ValueError("attention layers need heads and head_dim")
        if kinds & set("fsbFS") and not self.mla and not (self.kv_heads or self.kv_heads_by_layer):
            raise ValueError("attention layers need kv_heads")
        if self.kv_heads and self.heads % self.kv_heads:
            raise ValueError(f"{self.heads} heads cannot share {self.kv_heads} kv_heads")
        if kinds & set("sS") and not self.sliding:
            raise ValueError("the pattern has sliding-window layers, but no window is given")
        if kinds & set("rbR") and not self.recurrent:
            raise ValueError("the pattern has recurrent layers, but no recurrent facts are given")
        if "E" in kinds and not self.moe:
            raise ValueError("the pattern has expert layers, but no expert facts are given")
        if self.moe and self.moe.first_dense_layers and not (self.ffn or self.ffn_by_layer):
            raise ValueError("layers before the experts need ffn")
        if self.compressed and len(self.compressed.ratios) != self.layers:
            raise ValueError(f"compressed.ratios lists {len(self.compressed.ratios)} of {self.layers} layers")
        for name in ("ffn_by_layer", "kv_heads_by_layer"):
            listed = getattr(self, name)
            if listed is not None and len(listed) != self.layers:
                raise ValueError(f"{name} lists {len(listed)} of {self.layers} layers")
        return self

    @cached_property
    def mtp(self) -> "Architecture | None":
        """The layers that guess further tokens, as a model of their own; None where there are none."""
        if not self.mtp_layers:
            return None
        moe = self.moe and self.moe.model_copy(update={"first_dense_layers": 0, "every": 1})
        alone = {"layers": self.mtp_layers, "mtp_layers": 0, "mtp_embeddings": False, "pattern": "f", "moe": moe}
        return self.model_copy(update={**alone, "recurrent": None, "sliding": None, "indexer": None})

    @cached_property
    def kinds(self) -> str:
        """The kind of each layer, one letter each."""
        return (self.pattern * -(-self.layers // len(self.pattern)))[: self.layers]

    def ffn_of(self, layer: int) -> int:
        """Width of the dense feed-forward block of a layer."""
        return self.ffn_by_layer[layer] if self.ffn_by_layer else self.ffn

    def kv_heads_of(self, layer: int) -> int:
        """Number of key/value heads of an attention layer."""
        if self.kv_heads_by_layer:
            return self.kv_heads_by_layer[layer]
        if self.kinds[layer] in "sS" and self.sliding and self.sliding.kv_heads:
            return self.sliding.kv_heads
        return self.kv_heads

    def heads_of(self, layer: int) -> int:
        """Number of query heads of an attention layer."""
        if self.kinds[layer] in "sS" and self.sliding and self.sliding.heads:
            return self.sliding.heads
        return self.heads

    def head_dims_of(self, layer: int) -> tuple[int, int]:
        """Key and value width per head of an attention layer."""
        if self.kinds[layer] in "sS" and self.sliding and self.sliding.head_dim:
            return self.sliding.head_dim, self.sliding.v_head_dim or self.sliding.head_dim
        return self.head_dim, self.v_head_dim or self.head_dim

    def has_experts(self, layer: int) -> bool:
        """Whether the feed-forward block of a layer is a mixture of experts."""
        if not self.moe:
            return False
        kind = self.kinds[layer]
        if kind in "FSR-":
            return False
        if kind == "E":
            return True
        moe = self.moe
        return layer >= moe.first_dense_layers and (layer + 1) % moe.every == 0
