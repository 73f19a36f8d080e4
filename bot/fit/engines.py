"""What loads a model: llama.cpp, or one of the engines with rules of their own for memory.

Ollama, LM Studio and KoboldCpp run llama.cpp and follow its rules.
"""

from typing import Literal, NamedTuple

from bot.fit.architecture import MIB, Architecture
from bot.fit.compute import HIDDEN_ROWS, widest_rows
from bot.fit.devices import CHIP_OVERHEAD_MIB, OVERHEAD_MIB, Backend, Device, headroom_mib, usable_mib
from bot.fit.quants import KV_TYPES, QUALITY_ORDER

EngineName = Literal["llama.cpp", "vllm", "mlx", "exllama", "transformers"]


class Engine(NamedTuple):
    """Rules of an engine."""

    name: EngineName
    backends: tuple[Backend, ...]
    """Backends of the devices it runs on."""
    ladder: tuple[str, ...]
    """Formats to choose from, best first."""
    kv_types: tuple[str, ...]
    embedding_on_device: bool
    """Whether the token embedding lies on the device (and doubles as output where it is tied)."""
    offloads: bool = False
    """Whether layers that do not fit can be computed from system memory at a bearable speed."""
    tensor_parallel: bool = False
    """Whether several cards share every layer in equal parts rather than each holding some layers."""
    utilisation: float = 1.0
    """Share of a device's memory that it takes at most."""
    overhead_mib: float | None = None
    """Memory beside weights, context and scratch; None for what the backend takes (``OVERHEAD_MIB``)."""
    expands_latent: bool = False
    """Whether it keeps full keys and values for models with latent attention."""
    keeps_all_tokens: bool = False
    """Whether sliding-window layers keep the whole context."""
    scored_rows: int = 1
    """Rows whose scores over the vocabulary it holds at once."""


LLAMA_CPP = Engine(
    name="llama.cpp",
    backends=("cuda", "rocm", "metal", "vulkan", "sycl", "cpu"),
    ladder=QUALITY_ORDER,
    kv_types=tuple(KV_TYPES),
    embedding_on_device=False,
    offloads=True,
)

VLLM = Engine(
    name="vllm",
    backends=("cuda", "rocm"),
    ladder=("BF16", "FP8", "AWQ"),
    kv_types=("f16", "fp8"),
    embedding_on_device=True,
    tensor_parallel=True,
    utilisation=0.9,
    overhead_mib=360.0,
    scored_rows=256,
)
"""``gpu_memory_utilization`` is 0.9 by default; "non-torch" memory is 0.25 to 0.35 GiB in its start-up logs.
It tries out ``max_num_seqs`` sequences when it starts."""

MLX = Engine(
    name="mlx",
    backends=("metal",),
    ladder=("BF16", "MLX-8bit", "MLX-6bit", "MLX-5bit", "MLX-4bit", "MLX-3bit"),
    kv_types=("f16", "q8_0", "q4_0"),
    embedding_on_device=True,
    overhead_mib=450.0,
)
"""Overhead: what public runs' peak process memory has beyond weights, cache and a prefill step."""

EXLLAMA = Engine(
    name="exllama",
    backends=("cuda", "rocm"),
    ladder=("EXL3-8.0", "EXL3-6.0", "EXL3-5.0", "EXL3-4.0", "EXL3-3.5", "EXL3-3.0", "EXL3-2.5", "EXL3-2.0"),
    kv_types=("f16", "q8_0", "q4_0"),
    embedding_on_device=False,
    keeps_all_tokens=True,
)

TRANSFORMERS = Engine(
    name="transformers",
    backends=("cuda", "rocm", "metal", "cpu"),
    ladder=("BF16", "BNB-8bit", "BNB-4bit"),
    kv_types=("f16",),
    embedding_on_device=True,
    expands_latent=True,
)

ENGINES: dict[str, Engine] = {e.name: e for e in (LLAMA_CPP, VLLM, MLX, EXLLAMA, TRANSFORMERS)}

PREFILL_TOKENS = 2048
"""Tokens of a prompt that engines other than llama.cpp compute at once; vLLM's ``max_num_batched_tokens`` as served by
default, and MLX's step."""
_ACTIVATION_BYTES = 2


def limit_mib(engine: Engine, device: Device) -> float:
    """Memory of a device that ``engine`` can fill."""
    return min(usable_mib(device), engine.utilisation * device.memory_mib)


def spare_mib(engine: Engine, device: Device) -> float:
    """Free memory that a comfortable fit leaves; none for an engine that keeps a share free by itself."""
    return headroom_mib(device) if engine.utilisation == 1.0 else 0.0


def unchunked_mib(engine: Engine, arch: Architecture, context: int, devices: int) -> float:
    """What vLLM needs more on a device where it reads a prompt as a whole: older versions, or with chunks turned off.

    A comfortable fit leaves that much; public reports of failed starts are of this kind. Devices that share layers have
    a part of the feed-forward rows each, but all of the hidden ones.
    """
    if engine is not VLLM:
        return 0.0
    whole = HIDDEN_ROWS * arch.hidden
    rows = whole + max(0, widest_rows(arch) - whole) / devices
    return max(0, context - PREFILL_TOKENS) * rows * _ACTIVATION_BYTES / MIB


def overhead_mib(engine: Engine, device: Device) -> float:
    """Memory beside weights, context and scratch on one device."""
    if engine.overhead_mib is not None:
        return engine.overhead_mib
    chip = device.architecture.partition(" ")[0]
    return CHIP_OVERHEAD_MIB.get(chip, OVERHEAD_MIB[device.backend])


def shares_layers(engine: Engine, arch: Architecture, devices: int) -> bool:
    """Whether ``devices`` cards hold a part of every layer each (tensor parallel); the heads must divide evenly."""
    return engine.tensor_parallel and arch.heads_of(0) % devices == 0


def prefill_mib(engine: Engine, arch: Architecture, context: int) -> float:
    """Scratch memory of an engine other than llama.cpp, in MiB.

    It holds the 16-bit results of one prefill step, and the scores of the rows it samples; ExLlama unpacks the
    largest matrix to 16 bits as well. vLLM's start-up logs give about 110 KiB a token for Llama 3.1 8B, which this is.
    """
    step = min(context, PREFILL_TOKENS)
    scores = engine.scored_rows * arch.vocab * (4 + _ACTIVATION_BYTES)
    if engine is EXLLAMA:
        scores += _ACTIVATION_BYTES * arch.hidden * max(arch.ffn_by_layer or (arch.ffn,))
    return (step * widest_rows(arch) * _ACTIVATION_BYTES + scores) / MIB
