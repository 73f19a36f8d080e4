"""The weight tensors of a model, under the names and shapes that llama.cpp's converter gives them."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from bot.fit.architecture import Architecture, Compressed

_RWKV_VECTORS = 19
"""Rows of the hidden size that a block of RWKV-7 has: mixing, decay, rate, value, keys, bonus and norms."""
_FUSED_FFN_UP = {"phi3", "glm4", "chatglm", "glm"}


class Tensor(NamedTuple):
    """``copies`` matrices of ``rows`` rows with ``columns`` weights each (``columns`` is the quantised axis)."""

    role: str
    columns: int
    rows: int
    copies: int = 1

    @property
    def weights(self) -> int:
        """Number of weights."""
        return self.columns * self.rows * self.copies


class Layer(NamedTuple):
    """Tensors of one block; ``f32`` counts the weights that are never quantised (norms, router, convolution)."""

    mixer: tuple[Tensor, ...]
    ffn: tuple[Tensor, ...]
    experts: tuple[Tensor, ...]
    f32: int
    experts_f32: int = 0
    """Biases of the experts, which go where the experts go."""

    @property
    def weights(self) -> int:
        """Number of weights."""
        return sum(t.weights for t in (*self.mixer, *self.ffn, *self.experts)) + self.f32 + self.experts_f32


class Inventory(NamedTuple):
    """All tensors of a model. ``output`` is None where the output reuses the token embedding."""

    token_embd: Tensor
    output: Tensor | None
    layers: tuple[Layer, ...]
    host: tuple[Tensor, ...]
    """Tensors beside the token embedding that never leave host memory (per-layer embeddings)."""
    f32: int
    f16: int
    """Weights that every preset leaves in 16 bits (Gemma's per-layer projections)."""

    @property
    def weights(self) -> int:
        """Number of weights in the checkpoint, tied embeddings counted once."""
        tensors = [self.token_embd, *self.host, *([self.output] if self.output else [])]
        matrices = sum(t.weights for t in tensors)
        return matrices + self.f32 + self.f16 + sum(layer.weights for layer in self.layers)


@cache
def inventory(arch: Architecture) -> Inventory:
    """List the tensors of ``arch`` layer by layer."""
    token_embd = Tensor("token_embd", arch.hidden, arch.vocab)
    host: tuple[Tensor, ...] = ()
    f32 = arch.hidden * (4 if arch.family == "rwkv7" else 1)
    if arch.per_layer_input:
        width = arch.per_layer_input * arch.layers
        host = (Tensor("per_layer_token_embd", width, arch.vocab),)
    return Inventory(
        token_embd=token_embd,
        output=None if arch.tied else Tensor("output", arch.hidden, arch.vocab),
        layers=_layers(arch),
        host=host,
        f32=f32,
        f16=_per_layer_projections(arch) + _low_rank_pairs(arch),
    )


def _per_layer_projections(arch: Architecture) -> int:
    """Weights of Gemma 3n's and Gemma 4 E's projections, which llama-quantize does not touch."""
    if not arch.per_layer_input:
        return 0
    count = arch.hidden * arch.per_layer_input * arch.layers
    if arch.family.startswith("gemma3n"):
        laurel_rank, alternate_streams = 64, 3
        count += 2 * alternate_streams * arch.hidden**2 + arch.layers * 2 * laurel_rank * arch.hidden
    return count


def _layers(arch: Architecture) -> tuple[Layer, ...]:
    """The blocks in order; equal ones are one object, so that sums over them can be kept."""
    seen: dict[Layer, Layer] = {}
    layers = (_layer(arch, index) for index in range(arch.layers))
    return tuple(seen.setdefault(layer, layer) for layer in layers)


def _low_rank_pairs(arch: Architecture) -> int:
    """Weights of RWKV-7's low-rank pairs, which llama-quantize does not touch."""
    ranks = arch.recurrent.ranks if arch.recurrent else ()
    return arch.layers * 2 * arch.hidden * sum(ranks)


def _layer(arch: Architecture, index: int) -> Layer:
    kind = arch.kinds[index]
    mixer: list[Tensor] = []
    f32 = 2 * arch.hidden
    if kind in "fsbFS":
        if arch.compressed:
            mixer += _compressed(arch, arch.compressed, index)
        else:
            mixer += _mla(arch) if arch.mla else _attention(arch, index)
        if arch.indexer and arch.mla and arch.indexer.at(index):
            mixer += _indexer(arch)
    if kind in "rbR":
        recurrent, recurrent_f32 = _recurrent(arch)
        mixer += recurrent
        f32 += recurrent_f32
    if arch.per_layer_input:
        mixer.append(Tensor("inp_gate", arch.hidden, arch.per_layer_input))
        mixer.append(Tensor("proj", arch.per_layer_input, arch.hidden))
    if kind in "FSR":
        return Layer(tuple(mixer), (), (), f32)
    if not arch.has_experts(index):
        return Layer(tuple(mixer), tuple(_dense_ffn(arch, index)), (), f32)
    ffn, experts, router = _moe(arch, index)
    return Layer(tuple(mixer), tuple(ffn), tuple(experts), f32 + router, _expert_biases(arch))


def _attention(arch: Architecture, index: int) -> Iterator[Tensor]:
    heads, kv_heads = arch.heads_of(index), arch.kv_heads_of(index)
    if not kv_heads:
        return
    k_dim, v_dim = arch.head_dims_of(index)
    q_rows = heads * k_dim * (2 if arch.family.startswith(("qwen3_next", "qwen3_5")) else 1)
    if arch.fused_qkv:
        yield Tensor("attn_qkv", arch.hidden, q_rows + kv_heads * (k_dim + v_dim))
    else:
        yield Tensor("attn_q", arch.hidden, q_rows)
        if _borrows_cache(arch, index):
            yield Tensor("attn_output", heads * v_dim, arch.hidden)
            return
        yield Tensor("attn_k", arch.hidden, kv_heads * k_dim)
        if not _value_is_key(arch, index):
            yield Tensor("attn_v", arch.hidden, kv_heads * v_dim)
    if arch.family == "afmoe":
        yield Tensor("attn_gate", arch.hidden, heads * v_dim)
    yield Tensor("attn_output", heads * v_dim, arch.hidden)


def _borrows_cache(arch: Architecture, index: int) -> bool:
    """Gemma 4 E leaves key and value projections out of the layers that reuse an earlier layer's cache."""
    return arch.family.startswith("gemma4") and index >= arch.layers - arch.kv_shared_layers


def _value_is_key(arch: Architecture, index: int) -> bool:
    """Gemma 4 (26B and larger) has no value projection on its full-attention layers."""
    return arch.family.startswith("gemma4") and not arch.per_layer_input and arch.kinds[index] == "f"


def _mla(arch: Architecture) -> Iterator[Tensor]:
    mla = arch.mla
    assert mla
    q_rows = arch.heads * (mla.qk_nope_head_dim + mla.qk_rope_head_dim)
    if mla.q_lora_rank:
        yield Tensor("attn_q_a", arch.hidden, mla.q_lora_rank)
        yield Tensor("attn_q_b", mla.q_lora_rank, q_rows)
    else:
        yield Tensor("attn_q", arch.hidden, q_rows)
    yield Tensor("attn_kv_a_mqa", arch.hidden, mla.kv_lora_rank + mla.qk_rope_head_dim)
    yield Tensor("attn_k_b", mla.qk_nope_head_dim, mla.kv_lora_rank, arch.heads)
    yield Tensor("attn_v_b", mla.kv_lora_rank, mla.v_head_dim, arch.heads)
    yield Tensor("attn_output", arch.heads * mla.v_head_dim, arch.hidden)


def _compressed(arch: Architecture, c: Compressed, index: int) -> Iterator[Tensor]:
    width = arch.heads * arch.head_dim
    yield Tensor("attn_q_a", arch.hidden, c.q_lora_rank)
    yield Tensor("attn_q_b", c.q_lora_rank, width)
    yield Tensor("attn_kv", arch.hidden, arch.kv_heads * arch.head_dim)
    yield Tensor("attn_out_a", width // c.o_groups, c.o_lora_rank, c.o_groups)
    yield Tensor("attn_out_b", c.o_groups * c.o_lora_rank, arch.hidden)
    if c.ratios[index]:
        overlap = 2 if c.indexed(index) else 1
        yield Tensor("compress_kv", arch.hidden, overlap * arch.head_dim)
        yield Tensor("compress_gate", arch.hidden, overlap * arch.head_dim)
    if c.indexed(index):
        yield Tensor("indexer.attn_q_b", c.q_lora_rank, c.index_heads * c.index_head_dim)
        yield Tensor("indexer.proj", arch.hidden, c.index_heads)
        yield Tensor("indexer.compress", arch.hidden, 4 * c.index_head_dim)


def _indexer(arch: Architecture) -> Iterator[Tensor]:
    indexer, mla = arch.indexer, arch.mla
    assert indexer
    assert mla
    yield Tensor("indexer.attn_q_b", mla.q_lora_rank or arch.hidden, indexer.heads * indexer.head_dim)
    yield Tensor("indexer.attn_k", arch.hidden, indexer.head_dim)
    yield Tensor("indexer.proj", arch.hidden, indexer.heads)


def _recurrent(arch: Architecture) -> tuple[list[Tensor], int]:
    """Tensors of a recurrent mixer and the count of its F32 weights."""
    r = arch.recurrent
    assert r
    conv_width = r.inner + 2 * r.groups * r.state
    match r.kind:
        case "mamba1":
            tensors = [
                Tensor("ssm_in", arch.hidden, 2 * r.inner),
                Tensor("ssm_x", r.inner, r.dt_rank + 2 * r.state),
                Tensor("ssm_dt", r.dt_rank, r.inner),
                Tensor("ssm_out", r.inner, arch.hidden),
            ]
            return tensors, r.inner * (r.conv_kernel + r.state + 3)
        case "mamba2":
            tensors = [
                Tensor("ssm_in", arch.hidden, r.inner + conv_width + r.heads),
                Tensor("ssm_out", r.inner, arch.hidden),
            ]
            return tensors, conv_width * (r.conv_kernel + 1) + 3 * r.heads + r.inner
        case "gated_deltanet":
            tensors = [
                Tensor("attn_qkv", arch.hidden, conv_width),
                Tensor("attn_gate", arch.hidden, r.inner),
                *(
                    [Tensor("ssm_ba", arch.hidden, 2 * r.heads)]
                    if arch.family.startswith("qwen3_next")
                    else [
                        Tensor("ssm_beta", arch.hidden, r.heads),
                        Tensor("ssm_alpha", arch.hidden, r.heads),
                    ]
                ),
                Tensor("ssm_out", r.inner, arch.hidden),
            ]
            return tensors, conv_width * r.conv_kernel + 2 * r.heads + r.state
        case "rwkv7":
            names = ("receptance", "key", "value", "output")
            tensors = [Tensor(f"time_mix_{name}", arch.hidden, arch.hidden) for name in names]
            return tensors, (_RWKV_VECTORS - 2) * arch.hidden
        case "short_conv":
            tensors = [
                Tensor("shortconv.in_proj", arch.hidden, 3 * arch.hidden),
                Tensor("shortconv.out_proj", arch.hidden, arch.hidden),
            ]
            return tensors, arch.hidden * r.conv_kernel


def _dense_ffn(arch: Architecture, index: int) -> Iterator[Tensor]:
    ffn = arch.ffn_of(index)
    if not ffn:
        return
    if arch.family == "rwkv7":
        yield Tensor("channel_mix_key", arch.hidden, ffn)
        yield Tensor("channel_mix_value", ffn, arch.hidden)
        return
    if arch.gated and arch.family in _FUSED_FFN_UP:
        yield Tensor("ffn_up", arch.hidden, 2 * ffn)
    else:
        if arch.gated:
            yield Tensor("ffn_gate", arch.hidden, ffn)
        yield Tensor("ffn_up", arch.hidden, ffn)
    yield Tensor("ffn_down", ffn, arch.hidden)


def _moe(arch: Architecture, index: int) -> tuple[list[Tensor], list[Tensor], int]:
    """Shared (or parallel dense) tensors, expert tensors, and the F32 count of the router."""
    moe = arch.moe
    assert moe
    ffn: list[Tensor] = []
    if moe.beside_dense:
        ffn += _dense_ffn(arch, index)
    if moe.shared_ffn:
        if arch.gated:
            ffn.append(Tensor("ffn_gate_shexp", arch.hidden, moe.shared_ffn))
        ffn.append(Tensor("ffn_up_shexp", arch.hidden, moe.shared_ffn))
        ffn.append(Tensor("ffn_down_shexp", moe.shared_ffn, arch.hidden))
    width = moe.latent or arch.hidden
    if moe.latent:
        ffn.append(Tensor("ffn_latent_down", arch.hidden, moe.latent))
        ffn.append(Tensor("ffn_latent_up", moe.latent, arch.hidden))
    experts = []
    if arch.gated:
        experts.append(Tensor("ffn_gate_exps", width, moe.expert_ffn, moe.experts))
    experts.append(Tensor("ffn_up_exps", width, moe.expert_ffn, moe.experts))
    experts.append(Tensor("ffn_down_exps", moe.expert_ffn, width, moe.experts))
    return ffn, experts, arch.hidden * moe.experts


def _expert_biases(arch: Architecture) -> int:
    moe = arch.moe
    return moe.experts * (2 * moe.expert_ffn + arch.hidden + 1) if moe and arch.family == "gpt_oss" else 0
