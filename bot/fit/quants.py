"""GGUF tensor types and quant presets.

Block sizes: ``gguf.constants.GGML_QUANT_SIZES`` of the ``gguf`` package 0.19.0 (MIT, ggml-org/llama.cpp).
"""

import re
from typing import NamedTuple


class TensorType(NamedTuple):
    """A storage format: ``block_bytes`` hold ``block_size`` weights."""

    block_size: int
    block_bytes: int

    @property
    def bits(self) -> float:
        """Bits per weight."""
        return 8 * self.block_bytes / self.block_size


TENSOR_TYPES: dict[str, TensorType] = {
    "F32": TensorType(1, 4),
    "F16": TensorType(1, 2),
    "BF16": TensorType(1, 2),
    "Q4_0": TensorType(32, 18),
    "Q4_1": TensorType(32, 20),
    "Q5_0": TensorType(32, 22),
    "Q5_1": TensorType(32, 24),
    "Q8_0": TensorType(32, 34),
    "Q2_K": TensorType(256, 84),
    "Q3_K": TensorType(256, 110),
    "Q4_K": TensorType(256, 144),
    "Q5_K": TensorType(256, 176),
    "Q6_K": TensorType(256, 210),
    "IQ1_S": TensorType(256, 50),
    "IQ1_M": TensorType(256, 56),
    "IQ2_XXS": TensorType(256, 66),
    "IQ2_XS": TensorType(256, 74),
    "IQ2_S": TensorType(256, 82),
    "IQ3_XXS": TensorType(256, 98),
    "IQ3_S": TensorType(256, 110),
    "IQ4_NL": TensorType(32, 18),
    "IQ4_XS": TensorType(256, 136),
    "TQ1_0": TensorType(256, 54),
    "TQ2_0": TensorType(256, 66),
    "MXFP4": TensorType(32, 17),
}

PRESET_BASE: dict[str, str] = {
    "F32": "F32",
    "BF16": "BF16",
    "F16": "F16",
    "Q8_0": "Q8_0",
    "Q6_K": "Q6_K",
    "Q5_K_M": "Q5_K",
    "Q5_K_S": "Q5_K",
    "Q5_1": "Q5_1",
    "Q5_0": "Q5_0",
    "Q4_K_M": "Q4_K",
    "Q4_K_S": "Q4_K",
    "Q4_1": "Q4_1",
    "Q4_0": "Q4_0",
    "IQ4_NL": "IQ4_NL",
    "IQ4_XS": "IQ4_XS",
    "MXFP4_MOE": "MXFP4",
    "Q3_K_L": "Q3_K",
    "Q3_K_M": "Q3_K",
    "Q3_K_S": "Q3_K",
    "IQ3_M": "IQ3_S",
    "IQ3_S": "IQ3_S",
    "IQ3_XS": "IQ3_S",
    "IQ3_XXS": "IQ3_XXS",
    "Q2_K": "Q2_K",
    "Q2_K_S": "Q2_K",
    "IQ2_M": "IQ2_S",
    "IQ2_S": "IQ2_XS",
    "IQ2_XS": "IQ2_XS",
    "IQ2_XXS": "IQ2_XXS",
    "IQ1_M": "IQ1_M",
    "IQ1_S": "IQ1_S",
    "TQ2_0": "TQ2_0",
    "TQ1_0": "TQ1_0",
}
"""Every preset of ``llama-quantize`` that the maths knows, with the type most of its tensors have."""

QUALITY_ORDER: tuple[str, ...] = (
    "BF16", "Q8_0", "Q6_K", "Q5_K_M", "Q5_K_S", "Q4_K_M", "Q4_K_S", "IQ4_XS",
    "Q3_K_L", "Q3_K_M", "IQ3_M", "Q3_K_S", "IQ3_XS", "IQ3_XXS", "Q2_K",
    "IQ2_M", "IQ2_S", "IQ2_XS", "IQ2_XXS", "IQ1_M", "IQ1_S",
)  # fmt: skip
"""Best first, by the perplexity tables of llama.cpp's ``quantize`` documentation: what ``best_quant`` walks."""

DEFAULT_PRESET = "Q4_K_M"

KV_TYPES: dict[str, TensorType] = {
    name.lower(): TENSOR_TYPES[name]
    for name in ("F32", "F16", "BF16", "Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0", "IQ4_NL")
}
"""Types that ``--cache-type-k`` and ``--cache-type-v`` of llama.cpp accept."""

CACHE_TYPES: dict[str, TensorType] = {**KV_TYPES, "fp8": TensorType(1, 1)}
"""Types of the KV cache of all engines."""


class Format(NamedTuple):
    """Bits per weight, scales included, of a format that engines other than llama.cpp load."""

    linear: float
    experts: float
    head: float
    embedding: float


_GROUP_OF_128 = 20 / 128
"""A 16-bit scale and a 4-bit zero for each group of 128 (AWQ, GPTQ)."""

FORMATS: dict[str, Format] = {
    "FP8": Format(8.0, 8.0, 16.0, 16.0),
    "INT8": Format(8.0, 8.0, 16.0, 16.0),
    "NVFP4": Format(4.5, 4.5, 16.0, 16.0),
    "MXFP4": Format(16.0, 4.25, 16.0, 16.0),
    "AWQ": Format(4 + _GROUP_OF_128, 4 + _GROUP_OF_128, 16.0, 16.0),
    "GPTQ": Format(4 + _GROUP_OF_128, 4 + _GROUP_OF_128, 16.0, 16.0),
    "GPTQ-64g": Format(4 + 20 / 64, 4 + 20 / 64, 16.0, 16.0),
    "GPTQ-32g": Format(4 + 20 / 32, 4 + 20 / 32, 16.0, 16.0),
    "GPTQ-8bit": Format(8 + 24 / 128, 8 + 24 / 128, 16.0, 16.0),
    "BNB-8bit": Format(8.0, 8.0, 16.0, 16.0),
    "BNB-4bit": Format(4.5, 4.5, 16.0, 16.0),
    **{f"MLX-{bits}bit": Format(*(4 * [bits + 0.5])) for bits in (2, 3, 4, 5, 6, 8)},
    "MLX-MXFP4": Format(8.5, 4.25, 8.5, 8.5),
}
"""AWQ, GPTQ, bitsandbytes, FP8 and NVFP4 leave embedding and output in 16 bits (their published checkpoints do).
NVFP4: an 8-bit scale for 16 weights; MXFP4: for 32. MLX: a 16-bit scale and bias for 64 weights, everywhere.
bitsandbytes: a 32-bit scale for 64 weights."""

_EXL = re.compile(r"EXL[23]-([2-8](?:\.\d{1,2})?)")


def format_of(name: str) -> Format | None:
    """The format called ``name``; None for GGUF presets and what does not exist.

    ExLlama's name their bits per weight (``EXL3-4.0``); their output has 6 bits and the embedding stays at 16.
    """
    match = _EXL.fullmatch(name)
    if match:
        bits = float(match[1])
        return Format(bits, bits, 6.0, 16.0)
    return FORMATS.get(name)
