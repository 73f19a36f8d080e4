"""``/gpu``: what a card or chip is, what we think of it, and what runs on it."""

from bot.answers.answer import NameOut, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, required_text
from bot.answers.record import OpinionOut, RecordOut, facts
from bot.answers.resolve import one_device
from bot.answers.runs import run_on
from bot.fit.devices import usable_mib
from bot.naming.text import MAX_LENGTH

OPTIONS = ("gpu",)

WORKLOADS: tuple[tuple[str, str, int], ...] = (
    ("chat 8B", "llama-3.1-8b-instruct", 8192),
    ("chat 14B", "qwen3-14b", 8192),
    ("chat 32B", "qwen3-32b", 8192),
    ("chat 70B", "llama-3.3-70b-instruct", 8192),
    ("chat 120B MoE", "gpt-oss-120b", 8192),
    ("coding agent 30B-A3B, 32k", "qwen3-coder-30b-a3b-instruct", 32768),
    ("vision 27B", "qwen3.6-27b", 8192),
    ("long context 9B, 128k", "qwen3.5-9b", 131072),
)
"""What people ask of a card, each with a typical model and context."""

_PARTS = ("does_well", "breaks", "buy_if", "skip_if")
_RELATED = 5


async def hardware(question: Question, knowledge: Knowledge) -> Payload:
    """Facts, verdict, and a run for each workload."""
    check_names(question, OPTIONS)
    named = one_device("gpu", required_text(question, "gpu", limit=MAX_LENGTH), knowledge)
    record, memory_gib = named
    device = record.device(memory_gib)
    verdict = knowledge.catalog.hardware_verdicts.get(record.id)
    models = knowledge.catalog.models
    runs = (run_on(label, models[model], device, context) for label, model, context in WORKLOADS if model in models)
    name = f"{record.name} {memory_gib:g} GB" if len(record.memory_gib) > 1 else record.name
    alike = sorted(
        (h for h in knowledge.catalog.hardware.values() if h.id != record.id and memory_gib in h.memory_gib),
        key=lambda h: (h.vendor != record.vendor, h.rank),
    )
    return "answered", RecordOut(
        kind="hardware",
        id=record.id,
        name=name,
        facts=facts(
            ("memory", memory_gib, "GiB"),
            ("usable_memory", round(usable_mib(device) / 1024, 1), "GiB"),
            ("memory_type", record.memory_type, ""),
            ("bandwidth", record.bandwidth_gb_s, "GB/s"),
            ("fp16_tensor", record.fp16_tensor_tflops, "TFLOPS"),
            ("power", record.tdp_w, "W"),
            ("architecture", record.architecture, ""),
            ("compute_capability", record.compute_capability or record.gfx, ""),
            ("backends", record.backends, ""),
            ("pcie", record.pcie, ""),
            ("launch_price", record.launch_price_usd, "USD"),
            ("released", record.released.isoformat() if record.released else None, ""),
            ("notes", record.notes, ""),
        ),
        opinion=tuple(OpinionOut(part=p, sentences=(getattr(verdict, p),)) for p in _PARTS) if verdict else (),
        runs=tuple(run for run in runs if run),
        related=tuple(NameOut(id=h.id, name=h.name) for h in alike[:_RELATED]),
        sources=record.sources[:3],
        checked=record.checked.isoformat(),
    )
