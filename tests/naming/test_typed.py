"""More than 600 names as people type them, each with what an expert would take it for.

``typed_hardware.tsv`` and ``typed_model.tsv``: the text, a tab, the outcome. ``2x rtx-3090:24 + 64 RAM``: taken for
that; ``? a, b``: asked back, these first; ``cloud x``: not local; ``-``: nothing. Written by us as people write in
chat, beside the texts of public threads in ``benchmarks/data/names.jsonl``.
"""

from collections import Counter
from pathlib import Path

import pytest

from bot.answers.knowledge import Knowledge
from bot.naming.hardware import HardwareOutcome
from bot.naming.models import ModelOutcome
from bot.naming.outcome import AskBack, HardwareMatch, ModelMatch, NotFound, NotLocal
from bot.naming.sentence import read_sentence

HERE = Path(__file__).parent


def rows(name: str) -> list[tuple[str, str]]:
    lines = (HERE / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [(typed, outcome) for typed, outcome, *_ in (line.split("\t") for line in lines)]


def said(outcome: ModelOutcome | HardwareOutcome) -> str:
    if isinstance(outcome, HardwareMatch):
        counts = Counter(f"{device.hardware.id}:{device.memory_gib:g}" for device in outcome.devices)
        parts = [f"{count}x {name}" if count > 1 else name for name, count in counts.items()]
        return " + ".join(parts + ([f"{outcome.ram_gib:g} RAM"] if outcome.ram_gib else []))
    if isinstance(outcome, ModelMatch):
        return " ".join(filter(None, (outcome.model.id, outcome.quant)))
    if isinstance(outcome, AskBack):
        return "? " + ", ".join(candidate.id for candidate in outcome.candidates[:3])
    if isinstance(outcome, NotLocal):
        return f"cloud {outcome.cloud.id}"
    return "-" if isinstance(outcome, NotFound) else "!"


@pytest.mark.parametrize(("typed", "outcome"), rows("typed_hardware"))
def test_hardware(knowledge: Knowledge, typed: str, outcome: str) -> None:
    assert said(knowledge.hardware.resolve(typed)) == outcome


@pytest.mark.parametrize(("typed", "outcome"), rows("typed_model"))
def test_models(knowledge: Knowledge, typed: str, outcome: str) -> None:
    assert said(knowledge.models.resolve(typed)) == outcome


@pytest.mark.parametrize(("question", "slots"), rows("typed_sentence"))
def test_sentences(knowledge: Knowledge, question: str, slots: str) -> None:
    assert read(knowledge, question) == slots


def read(knowledge: Knowledge, question: str) -> str:
    """What a question names: model, hardware, quant, context, KV type, system memory and intent."""
    found = read_sentence(question, knowledge.models, knowledge.hardware)
    named = (
        found.model and said(knowledge.models.resolve(found.model)),
        found.hardware and said(knowledge.hardware.resolve(found.hardware)),
        found.quant, found.context, found.kv, found.ram_gib,
    )  # fmt: skip
    return " | ".join("" if slot is None else str(slot) for slot in (*named, found.intent))
