"""Bytes of the weights for a quant preset, and where they lie.

The type of each tensor follows the rules by which ``llama-quantize`` mixes types within a preset
(llama.cpp, ``src/llama-quant.cpp``, ``llama_tensor_get_type``; restated here, not copied).
"""

from functools import cache
from typing import NamedTuple

from bot.fit.architecture import MIB, Architecture
from bot.fit.quants import PRESET_BASE, TENSOR_TYPES, Format, format_of
from bot.fit.tensors import Layer, Tensor, inventory

_IQ_LOW = {"IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ2_M"}

_FALLBACK = {
    "TQ1_0": "Q4_0",
    "TQ2_0": "Q4_0",
    "Q4_K": "Q5_0",
    "Q5_K": "Q5_1",
    "Q6_K": "Q8_0",
}
"""What replaces a type whose block does not divide the row; all others become IQ4_NL."""

_OUTPUT_IQ_LOW = {"IQ1_S": "IQ2_XXS", "IQ1_M": "IQ2_XXS", "IQ2_S": "IQ3_S", "IQ2_M": "IQ3_S"}
_OUTPUT = {"Q2_K": "Q3_K", "IQ3_XXS": "IQ3_S", "Q3_K_M": "Q4_K", "Q3_K_L": "Q5_K", "IQ3_M": "Q4_K"}
"""Types of the attention output where they differ from the preset's own."""

_FALCON_DOWN = {
    "Q3_K_M": ("Q5_K", "Q4_K", "Q3_K"),
    "Q3_K_L": ("Q4_K", "Q4_K", "Q4_K"),
    "Q4_K_M": ("Q6_K", "Q5_K", "Q4_K"),
    "Q4_K_S": ("Q4_K", "Q4_K", "Q4_K"),
}
"""Types of Falcon's down projections: in the first sixteenth, where others get more bits, and elsewhere."""

_RAISED_WITH_8_EXPERTS = {
    "Q2_K", "Q3_K_S", "Q3_K_M", "Q4_K_S", "Q4_K_M", "IQ3_XXS", "IQ3_XS", "IQ3_S", "IQ3_M", "IQ4_XS", "IQ4_NL",
}  # fmt: skip
"""Presets in which models of eight experts (Mixtral) get a better attention output."""

_VALUES = ("attn_v", "attn_qkv")
"""Roles that llama-quantize treats as attention values."""

_SEVENTY_B = {"llama": 80, "qwen2": 80, "olmo": 80, "nemotron-nas": 80, "jais2": 68}
"""Layers of what llama.cpp calls a 70B, by family: many heads share their values, which get more bits for it."""


class LayerWeights(NamedTuple):
    """MiB of one block: what attention and shared parts take, and what the experts take."""

    dense_mib: float
    experts_mib: float


class Weights(NamedTuple):
    """MiB of all weights of a model in one preset."""

    layers: tuple[LayerWeights, ...]
    output_mib: float
    """On the device with the last layer: output matrix (a copy of the embedding where tied) and last norm."""
    token_embd_mib: float
    """In host memory: token embedding and per-layer embeddings."""
    file_mib: float
    """Size of the file."""
    device_mib: float
    """What lies on the devices when every layer does."""
    experts_mib: float
    """The part of it that the experts take."""


@cache
def weigh(arch: Architecture, preset: str) -> Weights:
    """Weights of ``arch`` in a GGUF ``preset`` (a key of ``PRESET_BASE``) or a format of another engine, in MiB.

    Raises:
        KeyError: there is no such preset or format.
    """
    other = format_of(preset) if preset not in PRESET_BASE else None
    if other:
        return _uniform(arch, other)
    inv = inventory(arch)
    mix = _Mix(arch, preset)
    embd_bytes = _bytes(inv.token_embd, mix.embedding(inv.token_embd, is_output=inv.output is None))
    output_bytes = _bytes(inv.output, mix.output(inv.output)) if inv.output else embd_bytes
    host_bytes = sum(_bytes(t, mix.embedding(t, is_output=inv.output is None)) for t in inv.host)
    layers = []
    for index, layer in enumerate(inv.layers):
        layers.append(mix.layer(index, layer))
    on_device = sum(a + b for a, b in layers)
    f32 = (4 * inv.f32 + 2 * inv.f16) / MIB
    return Weights(
        layers=tuple(layers),
        output_mib=output_bytes / MIB + f32,
        token_embd_mib=(embd_bytes + host_bytes) / MIB,
        file_mib=on_device + f32 + (embd_bytes + host_bytes + (output_bytes if inv.output else 0)) / MIB,
        device_mib=on_device + output_bytes / MIB + f32,
        experts_mib=sum(layer.experts_mib for layer in layers),
    )


@cache
def weigh_mtp(arch: Architecture, preset: str) -> float:
    """MiB of the layers that guess further tokens: a block each, and the matrix that joins token and hidden state.

    With them the embeddings that some bring: they lie with the layer, and are quantised like the rest of it.
    """
    if arch.mtp is None:
        return 0.0
    tensors = [Tensor("nextn.eh_proj", 2 * arch.hidden, arch.hidden)]
    if arch.mtp_embeddings:
        tensors += [Tensor(f"nextn.{name}", arch.hidden, arch.vocab) for name in ("embed_tokens", "shared_head_head")]
    mix = _Mix(arch.mtp, preset)
    beside = arch.mtp_layers * sum(_bytes(tensor, mix.tensor(tensor)) for tensor in tensors) / MIB
    return beside + sum(layer.dense_mib + layer.experts_mib for layer in weigh(arch.mtp, preset).layers)


def _uniform(arch: Architecture, kind: Format) -> Weights:
    """Weights in a format that treats all matrices of a kind alike; norms have 16 bits."""
    inv = inventory(arch)
    layers = []
    for layer in inv.layers:
        dense = sum(t.weights for t in (*layer.mixer, *layer.ffn)) * kind.linear + 16 * layer.f32
        experts = sum(t.weights for t in layer.experts) * kind.experts + 16 * layer.experts_f32
        layers.append(LayerWeights(dense / 8 / MIB, experts / 8 / MIB))
    embedding = (inv.token_embd.weights + sum(t.weights for t in inv.host)) * kind.embedding / 8 / MIB
    head = (inv.output or inv.token_embd).weights * kind.head / 8 / MIB
    norms = 2 * (inv.f32 + inv.f16) / MIB
    on_device = sum(a + b for a, b in layers)
    return Weights(
        layers=tuple(layers),
        output_mib=head + norms,
        token_embd_mib=embedding,
        file_mib=on_device + norms + embedding + (head if inv.output else 0.0),
        device_mib=on_device + head + norms,
        experts_mib=sum(layer.experts_mib for layer in layers),
    )


def _bytes(tensor: Tensor, type_name: str) -> int:
    kind = TENSOR_TYPES[type_name]
    return tensor.weights // kind.block_size * kind.block_bytes


class _Mix:
    """Chooses the type of each tensor; counts attention values and feed-forward blocks as llama-quantize does."""

    def __init__(self, arch: Architecture, preset: str) -> None:
        self.arch = arch
        self.preset = preset
        self.base = PRESET_BASE[preset]
        self.experts = arch.moe.experts if arch.moe else 1
        self.falcon = arch.family == "falcon"
        self.gqa = _heads_per_value(arch)
        self.seventy_b = arch.layers == _SEVENTY_B.get(arch.family) and (self.gqa > 1 or arch.family != "llama")
        inv = inventory(arch)
        self.values = sum(t.role in _VALUES for layer in inv.layers for t in layer.mixer)
        self.value_index = 0
        self.ffn_index = 0
        self.down_index = 0
        self._known: dict[tuple[int, tuple[int, ...]], tuple[LayerWeights, int, int]] = {}

    def layer(self, index: int, layer: Layer) -> LayerWeights:
        """Weights of a block; blocks that weigh the same for the same reasons are one object."""
        if self.experts > 1:
            self.ffn_index = index  # of mixtures llama-quantize asks for the block's own number
        key = id(layer), self._place()
        if key not in self._known:
            values, downs = self.value_index, self.down_index
            every = (*layer.mixer, *layer.ffn, *layer.experts)
            types = {tensor.role: self.tensor(tensor) for tensor in sorted(every)}
            dense = 4 * layer.f32 + sum(_bytes(t, types[t.role]) for t in (*layer.mixer, *layer.ffn))
            experts = 4 * layer.experts_f32 + sum(_bytes(t, types[t.role]) for t in layer.experts)
            weights = LayerWeights(dense / MIB, experts / MIB)
            self._known[key] = weights, self.value_index - values, self.down_index - downs
        else:
            self.value_index += self._known[key][1]
            self.down_index += self._known[key][2]
        self.ffn_index += bool(layer.ffn)
        return self._known[key][0]

    def _place(self) -> tuple[int, ...]:
        """All that a choice asks of where a block stands: blocks alike in it, and alike, have the same types."""
        n, ffn, value = self.arch.layers, self.ffn_index, self.value_index
        return (
            ffn < n // 16, ffn < n // 8, n // 8 <= ffn < 7 * n // 8, _more_bits(ffn, n), min(self.down_index, n // 8),
            value < 2, value < 4, _more_bits(value, self.values),
        )  # fmt: skip

    def output(self, tensor: Tensor) -> str:
        """Type of the output matrix (and of the embedding that stands in for it)."""
        if self.base in ("F32", "F16", "BF16"):
            return self.base
        if self.preset == "MXFP4_MOE":
            return "Q8_0"
        if self.falcon or tensor.columns % TENSOR_TYPES[self.base].block_size:
            return "Q8_0"
        if self.preset in _IQ_LOW or self.preset == "IQ3_XXS":
            return _fitting("Q5_K", tensor)
        return self.base if self.base == "Q8_0" else _fitting("Q6_K", tensor)

    def embedding(self, tensor: Tensor, *, is_output: bool) -> str:
        """Type of the token embedding, which doubles as output where it is tied."""
        if is_output:
            return self.output(tensor)
        chosen = self.base
        if self.preset == "MXFP4_MOE":
            chosen = "Q8_0"
        elif self.preset in ("IQ2_XXS", "IQ2_XS", "IQ1_S", "IQ1_M"):
            chosen = "Q2_K"
        elif self.preset in ("IQ2_S", "IQ2_M", "IQ3_XXS"):
            chosen = "IQ3_S"
        elif self.preset in ("TQ1_0", "TQ2_0"):
            chosen = "Q4_K"
        return _fitting(chosen, tensor)

    def tensor(self, tensor: Tensor) -> str:
        """Type of the next tensor of a block."""
        if self.base in ("F32", "F16", "BF16"):
            native = self.arch.moe.stored_as if self.arch.moe else None
            return native if native and tensor.role.endswith("_exps") else self.base
        if self.preset == "MXFP4_MOE":
            return "MXFP4" if tensor.copies > 1 else "Q8_0"
        return _fitting(self._choose(tensor), tensor)

    def _choose(self, tensor: Tensor) -> str:
        role, preset = tensor.role, self.preset
        if role in _VALUES:
            chosen = self._low_value() if preset in _IQ_LOW else self._value()
            self.value_index += 1
            return chosen
        if role == "attn_k" and self.experts == 8:
            return "Q4_K" if preset in _IQ_LOW else "Q8_0"
        if role in ("attn_k", "attn_q"):
            return {"IQ3_XS": "IQ3_XXS", "IQ3_XXS": "IQ2_S"}.get(preset, self.base)
        if role.startswith("ffn_down"):
            chosen = self._down()
            self.down_index += 1
            return chosen
        if role == "attn_output":
            return self._attention_output()
        if role.startswith(("ffn_gate", "ffn_up")) and preset == "IQ3_XS":
            n = self.arch.layers
            return "IQ3_XXS" if n // 8 <= self.ffn_index < 7 * n // 8 else self.base
        return self.base

    def _low_value(self) -> str:
        if self.gqa >= 4 or self.experts >= 4:
            return "Q4_K"
        return "IQ3_S" if self.preset in ("IQ2_S", "IQ2_M") else "Q2_K"

    def _value(self) -> str:
        preset, many = self.preset, self.gqa >= 4
        chosen = self.base
        if preset == "Q2_K":
            chosen = "Q4_K" if many else "Q3_K"
        elif (preset in ("Q2_K_S", "IQ3_XXS", "IQ3_XS", "IQ3_S") and many) or preset == "IQ3_M":
            chosen = "Q4_K"
        elif preset == "Q3_K_M":
            chosen = "Q5_K" if self.value_index < 2 else "Q4_K"
        elif preset == "Q3_K_L" or (preset in ("IQ4_NL", "IQ4_XS") and many):
            chosen = "Q5_K"
        elif preset in ("Q4_K_M", "Q5_K_M") and _more_bits(self.value_index, self.values):
            chosen = "Q6_K"
        elif preset == "Q4_K_S" and self.value_index < 4:
            chosen = "Q5_K"
        if self.seventy_b and chosen in ("Q3_K", "Q4_K"):
            chosen = "Q5_K"
        return "Q8_0" if self.experts == 8 else chosen

    def _down(self) -> str:
        preset, index, n = self.preset, self.ffn_index, self.arch.layers
        if preset in _IQ_LOW:
            if self.down_index < n // 8:
                return "IQ3_S" if preset in ("IQ2_S", "IQ2_M") else "Q2_K"
            return self.base
        if self.falcon and preset in _FALCON_DOWN:
            first, more, rest = _FALCON_DOWN[preset]
            return first if index < n // 16 else more if _more_bits(index, n) else rest
        if preset in ("Q4_K_M", "Q5_K_M"):
            return "Q6_K" if _more_bits(index, n) else self.base
        if preset == "Q3_K_M":
            return "Q5_K" if index < n // 16 else "Q4_K"
        if preset == "IQ3_M":
            early = index < n // 8 or (self.experts == 8 and _more_bits(index, n))
            return "Q4_K" if early else self.base
        if preset in ("Q4_K_S", "IQ4_NL", "IQ4_XS"):
            return "Q5_K" if index < n // 8 else self.base
        if preset == "Q2_K_S":
            return "Q4_K" if index < n // 8 else self.base
        return {"Q2_K": "Q3_K", "Q3_K_L": "Q5_K"}.get(preset, self.base)

    def _attention_output(self) -> str:
        preset = self.preset
        if self.falcon and preset not in _IQ_LOW:
            return "Q4_K" if preset == "Q3_K_L" else self.base
        if self.experts == 8:
            return "Q5_K" if preset in _IQ_LOW | _RAISED_WITH_8_EXPERTS else self.base
        if preset in _IQ_LOW:
            return _OUTPUT_IQ_LOW.get(preset, self.base)
        return _OUTPUT.get(preset, self.base)


def _heads_per_value(arch: Architecture) -> int:
    """Query heads that share a value in the first block; 1 where it has none (Qwen's mixers count like the rest)."""
    kv_heads = arch.kv_heads_of(0)
    recurrent = arch.kinds[0] in "rR-E" and not arch.family.startswith("qwen3")
    return 1 if recurrent or not kv_heads else arch.heads_of(0) // kv_heads


def _more_bits(index: int, count: int) -> bool:
    """The first and last eighth and every third layer between get the better type."""
    return index < count // 8 or index >= 7 * count // 8 or (index - count // 8) % 3 == 2


def _fitting(type_name: str, tensor: Tensor) -> str:
    """The type itself, or what llama-quantize falls back to when its block does not divide the row."""
    if tensor.columns % TENSOR_TYPES[type_name].block_size:
        type_name = _FALLBACK.get(type_name, "IQ4_NL")
    return "F16" if tensor.columns % TENSOR_TYPES[type_name].block_size else type_name
