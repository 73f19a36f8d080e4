"""What a pasted log says of the run that failed: the model, the card, the context, and sizes of memory."""

from typing import Any, NamedTuple

import re2

_MAX_READ = 200_000
"""Characters of a log that are read for facts: they are printed when a model is loaded."""

_MODEL = (
    re2.compile(r"(?i)([\w.\-]+\.gguf)"),
    re2.compile(r"general\.name\s+str\s*=\s*([\w .\-]{3,80})"),
    re2.compile(r"(?i)\bollama run ([\w.\-/]+(?::[\w.\-]+)?)"),
    re2.compile(r"(?i)\bvllm serve ([\w.\-]+/[\w.\-]+)"),
    re2.compile(r"(?i)--model[ =]([\w.\-]+/[\w.\-]+)"),
    re2.compile(r"(?i)from_pretrained\(\s*[\"']([\w.\-]+/[\w.\-]+)"),
    re2.compile(r"huggingface\.co/([\w.\-]+/[\w.\-]+)"),
)
"""Names of models, the surest first: a file says its quant too."""
_CARD = (
    re2.compile(r"Device \d+: ([\w ().\-]{4,60}?), compute capability"),
    re2.compile(r"ggml_vulkan: \d+ = ([\w .\-]{4,60}?) \("),
    re2.compile(r"(?i)GPU name:\s+(Apple M\d[\w ]*)"),
    re2.compile(r"name=\"?((?:NVIDIA|AMD|Intel)[\w .\-]{3,50})"),
    re2.compile(r"\b((?:NVIDIA )?(?:GeForce )?(?:RTX|GTX) (?:A?\d{4})(?: ?(?:Ti|SUPER|Ada))*(?: Laptop)?)\b"),
    re2.compile(r"\b((?:AMD )?(?:Radeon )?RX \d{4} ?(?:XTX|XT|GRE)?)\b"),
    re2.compile(r"\b(Tesla [PTVKM]\d{1,3}|A100|H100|L40S?|L4|T4)\b"),
)
_RUNTIME = {
    "vllm": re2.compile(r"(?i)\bvllm (?:serve|v?\d)|\bvllm[./](?:engine|worker|v1|entrypoints)|api_server.*--model"),
    "transformers": re2.compile(r"\bfrom_pretrained\(|/transformers/(?:models|generation|modeling)"),
}
_CONTEXT = (
    re2.compile(r"\bn_ctx(?:_per_seq)?\s*[=:]\s*(\d{3,8})"),
    re2.compile(r"(?:--ctx-size|--max-model-len|--contextsize|num_ctx|OLLAMA_CONTEXT_LENGTH| -c)[ =:]+(\d{3,8})"),
    re2.compile(r"KvSize:(\d{3,8})"),
)
_TRIED = (
    re2.compile(r"(?i)tried to allocate ([\d.]+) ?(GiB|MiB|GB|MB)"),
    re2.compile(r"(?i)allocating ([\d.]+) ?(GiB|MiB|GB|MB) on device"),
    re2.compile(r"(?i)failed to allocate [\w ]*buffer of size (\d{6,13})()"),
)
_FREE = (
    re2.compile(r"(?i)of which ([\d.]+) ?(GiB|MiB|GB|MB) is free"),
    re2.compile(r"(?i)available=\"?([\d.]+) ?(GiB|MiB|GB|MB)"),
    re2.compile(r"(?i)([\d.]+) ?(GiB|MiB|GB|MB) (?:is )?free\b"),
)
_TOTAL = (
    re2.compile(r"(?i)total capacity of ([\d.]+) ?(GiB|MiB|GB|MB)"),
    re2.compile(r"(?i)\btotal=\"?([\d.]+) ?(GiB|MiB|GB|MB)"),
    re2.compile(r"(?i)VRAM: ([\d.]+) ?(GiB|MiB|GB|MB)"),
    re2.compile(r"(?i)([\d.]+) ?(GiB|GB) total capacity"),
)
_IN_MIB = {"gib": 1024.0, "gb": 1024.0, "mib": 1.0, "mb": 1.0, "": 1 / 1024**2}


class LogFacts(NamedTuple):
    """What was found; None for what the log does not say. Names are as the log writes them."""

    model: str | None = None
    quant: str | None = None
    """Where it is told apart from the model's name."""
    runtime: str | None = None
    """Where it is one that does not load GGUF files."""
    card: str | None = None
    context: int | None = None
    tried_mib: float | None = None
    free_mib: float | None = None
    total_mib: float | None = None


def read_facts(text: str) -> LogFacts:
    """Read a log, in linear time; the first mention of each fact is taken."""
    text = text[:_MAX_READ]
    context = _first(_CONTEXT, text)
    return LogFacts(
        model=_group(_first(_MODEL, text)),
        runtime=next((name for name, pattern in _RUNTIME.items() if pattern.search(text)), None),
        card=_group(_first(_CARD, text)),
        context=int(context[1]) if context else None,
        tried_mib=_mib(_first(_TRIED, text)),
        free_mib=_mib(_first(_FREE, text)),
        total_mib=_mib(_first(_TOTAL, text)),
    )


def _first(patterns: tuple[Any, ...], text: str) -> Any:
    return next((found for pattern in patterns if (found := pattern.search(text))), None)


def _group(found: Any) -> str | None:
    return str(found[1]).strip() if found else None


def _mib(found: Any) -> float | None:
    if not found:
        return None
    try:
        return float(found[1]) * _IN_MIB[str(found[2]).lower()]
    except ValueError:  # «1.2.3»
        return None
