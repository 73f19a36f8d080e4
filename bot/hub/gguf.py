"""Reads the header of a GGUF file: what the model is, and the shapes of its tensors. Never the weights.

The format is described in ggml's ``docs/gguf.md``. A header can lie about any length, so every count is held against a
limit and against what is left to read.
"""

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from bot.catalog.hf_config import Config, UnknownArchitecture
from bot.fit.quants import TensorType

MAX_HEADER_BYTES = 48 * 1024 * 1024
"""The largest headers (250,000 tokens with merges) are about 20 MB."""
_FIRST_READ = 512 * 1024
_MAX_KEYS = 4096
_MAX_TENSORS = 65_536
_MAX_STRING = 4 * 1024 * 1024
_MAX_KEPT = 512
"""Longer arrays are counted, not kept."""

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9

_BLOCKS: dict[int, TensorType] = {
    0: TensorType(1, 4), 1: TensorType(1, 2), 2: TensorType(32, 18), 3: TensorType(32, 20), 6: TensorType(32, 22),
    7: TensorType(32, 24), 8: TensorType(32, 34), 9: TensorType(32, 40), 10: TensorType(256, 84),
    11: TensorType(256, 110), 12: TensorType(256, 144), 13: TensorType(256, 176), 14: TensorType(256, 210),
    15: TensorType(256, 292), 16: TensorType(256, 66), 17: TensorType(256, 74), 18: TensorType(256, 98),
    19: TensorType(256, 50), 20: TensorType(32, 18), 21: TensorType(256, 110), 22: TensorType(256, 82),
    23: TensorType(256, 136), 24: TensorType(1, 1), 25: TensorType(1, 2), 26: TensorType(1, 4), 27: TensorType(1, 8),
    28: TensorType(1, 8), 29: TensorType(256, 56), 30: TensorType(1, 2), 34: TensorType(256, 54),
    35: TensorType(256, 66), 39: TensorType(32, 17),
}  # fmt: skip
"""Blocks by type number: ``GGMLQuantizationType`` and ``GGML_QUANT_SIZES`` of the ``gguf`` package 0.19.0 (MIT)."""


class BrokenHeader(ValueError):
    """The file is not a GGUF file that can be believed; the message says why."""


class Header(NamedTuple):
    """Metadata (long arrays as their length) and the bytes and shape of each tensor."""

    metadata: dict[str, Any]
    tensors: dict[str, tuple[tuple[int, ...], int]]
    split_count: int

    @property
    def tensor_bytes(self) -> int:
        """Bytes of all tensors in this file."""
        return sum(size for _, size in self.tensors.values())


def read_header(read: Callable[[int, int], bytes]) -> Header:
    """Read a header through ``read(start, length)``, which may return less at the end of the file.

    Raises:
        BrokenHeader: it is no GGUF file, or its lengths contradict each other or exceed the limits.
    """
    source = _Source(read)
    if source.take(4) != b"GGUF":
        raise BrokenHeader("it does not begin like a GGUF file")
    version = source.scalar("I")
    if version not in (2, 3):
        raise BrokenHeader(f"GGUF version {version} is not known")
    tensor_count, key_count = source.scalar("Q"), source.scalar("Q")
    if tensor_count > _MAX_TENSORS or key_count > _MAX_KEYS:
        raise BrokenHeader("its header claims more entries than any model has")
    metadata = {}
    for _ in range(key_count):
        key = source.string()
        metadata[key] = source.value(source.scalar("I"))
    tensors = {}
    for _ in range(tensor_count):
        name = source.string()
        dimensions = source.scalar("I")
        if not 1 <= dimensions <= 4:
            raise BrokenHeader("a tensor has a shape that cannot be")
        shape = tuple(source.scalar("Q") for _ in range(dimensions))
        kind = _BLOCKS.get(source.scalar("I"))
        source.scalar("Q")
        if kind is None:
            raise BrokenHeader("a tensor has a type that is not known")
        count = 1
        for length in shape:
            count *= length
        if not 0 < count < 1 << 50 or shape[0] % kind.block_size:
            raise BrokenHeader("a tensor has a shape that cannot be")
        tensors[name] = (shape, count // kind.block_size * kind.block_bytes)
    splits = metadata.get("split.count")
    return Header(metadata, tensors, splits if isinstance(splits, int) and splits > 1 else 1)


class _Source:
    """A cursor over the header; fetches ever larger pieces."""

    def __init__(self, read: Callable[[int, int], bytes]) -> None:
        self._read = read
        self._bytes = bytearray()
        self._at = 0

    def take(self, length: int) -> bytes:
        end = self._at + length
        if end > MAX_HEADER_BYTES:
            raise BrokenHeader("its header is longer than any model's")
        while len(self._bytes) < end:
            have = len(self._bytes)
            wanted = min(max(end - have, have, _FIRST_READ), MAX_HEADER_BYTES - have)
            piece = self._read(have, wanted)
            if not piece:
                raise BrokenHeader("it ends within its header")
            self._bytes += piece[:wanted]
        taken = bytes(self._bytes[self._at : end])
        self._at = end
        return taken

    def scalar(self, code: str) -> Any:
        return struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))[0]

    def string(self) -> str:
        length = self.scalar("Q")
        if length > _MAX_STRING:
            raise BrokenHeader("a text in its header is longer than any model's")
        return self.take(length).decode("utf-8", "replace")

    def value(self, kind: int) -> Any:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            return self._array()
        if kind not in _SCALARS:
            raise BrokenHeader("its header has a value of unknown type")
        return self.scalar(_SCALARS[kind])

    def _array(self) -> Any:
        kind, count = self.scalar("I"), self.scalar("Q")
        if kind == _ARRAY or count > MAX_HEADER_BYTES:
            raise BrokenHeader("a list in its header is longer than any model's")
        if kind == _STRING:
            for _ in range(count):
                self.string()
            return count
        if kind not in _SCALARS:
            raise BrokenHeader("its header has a value of unknown type")
        code = _SCALARS[kind]
        if count > _MAX_KEPT:
            self.take(count * struct.calcsize("<" + code))
            return count
        return [self.scalar(code) for _ in range(count)]


_FAMILIES = {
    "llama": "llama", "mistral3": "mistral", "qwen2": "qwen2", "qwen3": "qwen3", "qwen3moe": "qwen3_moe",
    "qwen3vl": "qwen3", "qwen3vlmoe": "qwen3_moe", "gemma2": "gemma2", "gemma3": "gemma3_text", "phi3": "phi3",
    "starcoder2": "starcoder2", "stablelm": "stablelm", "command-r": "cohere", "cohere2": "cohere2", "olmo2": "olmo2",
    "granite": "granite", "gpt-oss": "gpt_oss", "deepseek2": "deepseek_v3", "glm4moe": "glm4_moe", "glm4": "glm4",
    "qwen3next": "qwen3_next", "qwen35": "qwen3_5_text", "qwen35moe": "qwen3_5_moe_text",
}  # fmt: skip
"""Architectures whose GGUF keys say all that memory depends on, by their ``model_type`` in transformers."""

_KEYS = {
    "hidden_size": "embedding_length",
    "intermediate_size": "feed_forward_length",
    "num_attention_heads": "attention.head_count",
    "num_key_value_heads": "attention.head_count_kv",
    "head_dim": "attention.key_length",
    "max_position_embeddings": "context_length",
    "sliding_window": "attention.sliding_window",
    "num_experts": "expert_count",
    "num_experts_per_tok": "expert_used_count",
    "moe_intermediate_size": "expert_feed_forward_length",
    "shared_expert_intermediate_size": "expert_shared_feed_forward_length",
    "n_shared_experts": "expert_shared_count",
    "first_k_dense_replace": "leading_dense_block_count",
    "kv_lora_rank": "attention.kv_lora_rank",
    "q_lora_rank": "attention.q_lora_rank",
    "qk_rope_head_dim": "rope.dimension_count",
    "full_attention_interval": "full_attention_interval",
    "linear_conv_kernel_dim": "ssm.conv_kernel",
    "linear_key_head_dim": "ssm.state_size",
    "linear_num_key_heads": "ssm.group_count",
    "linear_num_value_heads": "ssm.time_step_rank",
}


def config_from_header(header: Header) -> Config:
    """What ``config.json`` would say, as far as memory depends on it.

    Raises:
        UnknownArchitecture: the architecture is not one whose keys say enough, or one of them is missing.
    """
    meta = header.metadata
    name = str(meta.get("general.architecture", ""))
    if name not in _FAMILIES:
        raise UnknownArchitecture(f"GGUF files of the architecture {name[:40]!r} are not read yet")
    config: Config = {"model_type": _FAMILIES[name]}
    for key, gguf_key in _KEYS.items():
        value = meta.get(f"{name}.{gguf_key}")
        if isinstance(value, list):
            if len(set(value)) != 1:
                raise UnknownArchitecture(f"{gguf_key} differs by layer")
            value = value[0]
        if value:
            config[key] = value
    layers = meta.get(f"{name}.block_count")
    if not isinstance(layers, int):
        raise UnknownArchitecture("the header lacks block_count")
    config["num_hidden_layers"] = layers - int(meta.get(f"{name}.nextn_predict_layers") or 0)
    embedding = header.tensors.get("token_embd.weight")
    if embedding is None or len(embedding[0]) != 2:
        raise UnknownArchitecture("the header lacks the token embedding")
    config["vocab_size"] = embedding[0][1]
    config["tie_word_embeddings"] = "output.weight" not in header.tensors and header.split_count == 1
    if "linear_num_value_heads" in config:
        config["linear_value_head_dim"] = meta[f"{name}.ssm.inner_size"] // config["linear_num_value_heads"]
    if "kv_lora_rank" in config:
        rope = config["qk_rope_head_dim"]
        nope = int(meta.get(f"{name}.attention.key_length_mla") or meta[f"{name}.attention.key_length"]) - rope
        value = int(meta.get(f"{name}.attention.value_length_mla") or meta[f"{name}.attention.value_length"])
        config |= {"qk_nope_head_dim": nope, "v_head_dim": value}
    if config["model_type"] == "llama" and "num_experts" in config:
        config["model_type"] = "mixtral"
    return config
