"""What several tests need."""

import os
from pathlib import Path
from typing import Any

from bot.answers.answer import Answer, Question
from bot.answers.knowledge import Knowledge
from bot.answers.router import answer
from bot.answers.typed import read_typed
from bot.catalog.build import build
from bot.fit.architecture import Architecture
from bot.fit.devices import Device

MEASURED = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
"""What a program that a test starts needs to be measured too."""
ROOT = Path(__file__).parent.parent
DATA = ROOT / "data"


def built_catalog(data: Path, target: Path) -> Path:
    build(data, target)
    return target


async def ask(knowledge: Knowledge, line: str) -> Answer:
    """The answer to a command as a person types it."""
    return await answer(read_typed(line), knowledge)


async def ask_options(knowledge: Knowledge, command: str, **options: Any) -> Answer:
    return await answer(Question(command=command, options=options), knowledge)


def card(gib: float = 24, *, bandwidth: float = 936.0, kind: str = "gpu", backend: str = "cuda") -> Device:
    return Device.model_validate(
        {
            "id": f"card-{gib:g}",
            "name": f"Card {gib:g} GB",
            "kind": kind,
            "backend": backend,
            "memory_mib": gib * 1024,
            "bandwidth_gb_s": bandwidth,
            "fp16_tflops": 100.0,
        }
    )


LLAMA_8B = Architecture(
    family="llama", layers=32, hidden=4096, vocab=128256, max_context=131072,
    heads=32, kv_heads=8, head_dim=128, ffn=14336,
)  # fmt: skip
"""Llama 3.1 8B, from its config.json."""
