"""Which program runs the model: read from what was typed, or chosen by the format; and what it cannot do."""

from typing import Literal, NamedTuple

from bot.answers.answer import Question
from bot.answers.options import invalid, text
from bot.catalog.records import Hardware
from bot.fit.devices import Backend, Device
from bot.fit.engines import ENGINES, LLAMA_CPP, MLX, VLLM, Engine
from bot.fit.quants import PRESET_BASE, format_of

Basis = Literal["typed", "format", "default"]


class Runtime(NamedTuple):
    """A program by its name, and the engine whose rules it follows."""

    name: str
    engine: Engine
    basis: Basis


_NAMES = {
    "llama.cpp": "llama.cpp", "llamacpp": "llama.cpp", "llama cpp": "llama.cpp", "llama-server": "llama.cpp",
    "gguf": "llama.cpp",
    "ollama": "ollama",
    "lm studio": "lm-studio", "lm-studio": "lm-studio", "lmstudio": "lm-studio", "lms": "lm-studio",
    "koboldcpp": "koboldcpp", "kobold": "koboldcpp", "kobold.cpp": "koboldcpp",
    "vllm": "vllm",
    "mlx": "mlx", "mlx-lm": "mlx", "mlx lm": "mlx", "mlx_lm": "mlx",
    "exllama": "exllama", "exllamav2": "exllama", "exllamav3": "exllama", "exl2": "exllama", "exl3": "exllama",
    "tabbyapi": "exllama",
    "transformers": "transformers", "hf": "transformers", "hf transformers": "transformers",
}  # fmt: skip
"""Runtimes by the names people type."""

RUNTIMES = tuple(dict.fromkeys(_NAMES.values()))

_ENGINE_BY_FORMAT = {"MLX": "mlx", "EXL2": "exllama", "EXL3": "exllama", "BNB": "transformers"}
"""Engine that a format is made for, by its first word; vLLM for the rest."""

_BY_BITS: dict[str, dict[str, str]] = {
    "llama.cpp": {
        "2bit": "Q2_K", "3bit": "Q3_K_M", "4bit": "Q4_K_M", "5bit": "Q5_K_M", "6bit": "Q6_K", "8bit": "Q8_0",
    },
    "vllm": {"4bit": "AWQ", "8bit": "INT8"},
    "mlx": {f"{bits}bit": f"MLX-{bits}bit" for bits in (2, 3, 4, 5, 6, 8)},
    "exllama": {f"{bits}bit": f"EXL3-{bits}.0" for bits in (2, 3, 4, 5, 6, 8)},
    "transformers": {"4bit": "BNB-4bit", "8bit": "BNB-8bit"},
}  # fmt: skip
"""What "4 bit" means to each engine."""

_FORMATS: dict[str, tuple[str, ...]] = {
    "vllm": ("BF16", "F16", "FP8", "INT8", "NVFP4", "MXFP4", "AWQ", "GPTQ", "BNB"),
    "mlx": ("BF16", "F16", "MLX"),
    "exllama": ("EXL2", "EXL3", "GPTQ"),
    "transformers": ("BF16", "F16", "F32", "FP8", "MXFP4", "AWQ", "GPTQ", "BNB"),
}
"""Formats that each engine loads, by their first word."""

_VLLM_CAPABILITY = {"AWQ": 7.5, "FP8": 8.0, "NVFP4": 8.0}
"""Least CUDA compute capability by format (docs.vllm.ai, Supported Hardware); 7.0 for the others."""


def choose_runtime(question: Question, quant: str | None) -> Runtime:
    """The runtime that was typed, or the one that the typed format ``quant`` is made for, or llama.cpp.

    Raises:
        Stop: the typed runtime is not known.
    """
    typed = text(question, "runtime", limit=40)
    if typed is not None:
        name = _NAMES.get(typed.casefold())
        if name is None:
            raise invalid("runtime", "unknown_value", ", ".join(RUNTIMES))
        return Runtime(name, ENGINES.get(name, LLAMA_CPP), "typed")
    if quant and quant not in PRESET_BASE and quant not in _BY_BITS["llama.cpp"] and format_of(quant):
        engine = ENGINES[_ENGINE_BY_FORMAT.get(quant.split("-")[0], "vllm")]
        return Runtime(engine.name, engine, "format")
    return Runtime("llama.cpp", LLAMA_CPP, "default")


def format_for(runtime: Runtime, quant: str) -> str:
    """The typed ``quant`` as the runtime's engine calls it.

    Raises:
        Stop: the engine does not load it.
    """
    engine = runtime.engine
    named = _BY_BITS[engine.name].get(quant, quant)
    if named == "MXFP4_MOE" and engine is not LLAMA_CPP:
        named = "MLX-MXFP4" if engine is MLX else "MXFP4"
    if engine is LLAMA_CPP:
        loads = named in PRESET_BASE
    else:
        exists = named in ("BF16", "F16", "F32") or format_of(named)
        loads = bool(exists) and named.split("-")[0] in _FORMATS[engine.name]
    if not loads:
        raise invalid("quant", "not_loaded", f"{runtime.name}|{named}|{', '.join(engine.ladder)}")
    return named


def backend_for(runtime: Runtime, hardware: Hardware) -> Backend:
    """The backend that the runtime uses on a piece of hardware.

    Raises:
        Stop: the runtime does not run on it.
    """
    for backend in hardware.backends:
        if backend in runtime.engine.backends:
            return backend
    raise invalid("runtime", "not_on_device", f"{runtime.name}|{hardware.name}")


def check_capability(runtime: Runtime, quant: str, hardware: Hardware) -> None:
    """Refuse a format on a card that is too old for it.

    Raises:
        Stop: vLLM needs a newer card for the format, or altogether.
    """
    if runtime.engine is not VLLM or not hardware.compute_capability:
        return
    needed = _VLLM_CAPABILITY.get(quant.split("-", maxsplit=1)[0], 7.0)
    if float(hardware.compute_capability) < needed:
        raise invalid("quant", "too_old", f"{quant}|{hardware.name}|{hardware.compute_capability}|{needed}")


def default_context(runtime: Runtime, devices: tuple[Device, ...], model_context: int) -> int:
    """The context taken where none was typed: the runtime's own default, or 8k.

    Ollama's follows the memory of the cards (docs.ollama.com, context length): 4k, from 24 GiB 32k, from 48 GiB 256k.
    """
    context = {"lm-studio": 4096}.get(runtime.name, 8192)
    if runtime.name == "ollama":
        memory_gib = sum(device.memory_mib for device in devices) / 1024
        context = 4096 if memory_gib < 24 else 32768 if memory_gib < 48 else 262144
    return min(context, model_context)
