"""Names that people really wrote, and what the bot makes of them: accuracy by kind of spelling, and time.

``data/names.jsonl``: one text a line with what is meant, from public threads (``source``). ``means`` is a Hugging Face
id or a card's name; several readings are fine where ``ambiguous`` or ``may_ask`` say so.
"""

import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from rapidfuzz import fuzz, process

from bot.answers.knowledge import Knowledge
from bot.naming.outcome import AskBack, HardwareMatch, ModelMatch, NotFound, NotLocal

DATA = Path(__file__).parent / "data" / "names.jsonl"


class Tally(NamedTuple):
    """How many of a kind were right, and the texts that were not."""

    right: int
    total: int
    missed: tuple[str, ...]


def accuracy(knowledge: Knowledge) -> dict[str, Tally]:
    """Tallies by kind and style of spelling."""
    judged: dict[str, list[tuple[bool, str]]] = defaultdict(list)
    for row in rows():
        right = _JUDGES[row["kind"]](row, knowledge)
        shape = "ambiguous" if row.get("ambiguous") else row["style"]
        for key in (f"{row['kind']}: {shape}", f"{row['kind']}: all"):
            judged[key].append((right, row["text"]))
    return {
        key: Tally(sum(right for right, _ in found), len(found), tuple(text for right, text in found if not right))
        for key, found in sorted(judged.items())
    }


def times_us(knowledge: Knowledge) -> list[tuple[str, float]]:
    """Median microseconds: one resolution, autocompletion, and a plain search over all names beside them."""
    texts = {kind: [row["text"] for row in rows() if row["kind"] == kind] for kind in ("model", "hardware")}
    names = [model.name for model in knowledge.catalog.models.values()]
    return [
        ("resolve a model", _median(knowledge.models.resolve, texts["model"])),
        ("resolve hardware", _median(knowledge.hardware.resolve, texts["hardware"])),
        ("complete a model", _median(knowledge.models.search, [text[:5] for text in texts["model"]])),
        ("extractOne(WRatio) over model names", _median(lambda t: process.extractOne(t, names, scorer=fuzz.WRatio),
                                                        texts["model"])),
    ]  # fmt: skip


def rows() -> list[dict[str, Any]]:
    """The texts with what they mean."""
    return [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]


def _median(work: Callable[[str], object], texts: list[str]) -> float:
    times = []
    for text in texts:
        start = time.perf_counter_ns()
        work(text)
        times.append((time.perf_counter_ns() - start) / 1000)
    return statistics.median(times)


def _repository(name: str) -> str:
    return name.casefold().rsplit("/", maxsplit=1)[-1].replace("meta-llama-3", "llama-3").replace("_", "-")


def _model(row: dict[str, Any], knowledge: Knowledge) -> bool:
    outcome = knowledge.models.resolve(row["text"])
    meant = {_repository(name) for name in (row["means"], *row["also"]) if name}
    if isinstance(outcome, ModelMatch):
        return bool(row["may_take"]) and _repository(outcome.model.hf_id) in meant
    if isinstance(outcome, AskBack):
        return bool(row["may_ask"])
    return bool(row["may_be_unknown"]) and isinstance(outcome, NotFound)


def _hardware(row: dict[str, Any], knowledge: Knowledge) -> bool:
    outcome = knowledge.hardware.resolve(row["text"])
    if isinstance(outcome, AskBack):
        return bool(row["may_ask"])
    if not isinstance(outcome, HardwareMatch):
        return bool(row["may_be_unknown"])
    if row["parts"]:
        return len(outcome.devices) == sum(int(part["count"]) for part in row["parts"])
    meant = [name.casefold() for name in (row["means"], *row["also"]) if name]
    device = outcome.devices[0]
    name = device.hardware.name.casefold()
    same_memory = not row["memory_gib"] or bool(abs(device.memory_gib - row["memory_gib"]) < 0.6)
    named = any(name.startswith(m) or m.startswith(name) for m in meant)
    same_count = len(outcome.devices) == int(row["count"] or 1)
    return bool(row["may_take"]) and named and same_memory and same_count


def _nothing(row: dict[str, Any], knowledge: Knowledge) -> bool:
    outcome = knowledge.models.resolve(row["text"])
    if row["cloud"]:
        return isinstance(outcome, NotLocal)
    return not isinstance(outcome, ModelMatch) and not isinstance(
        knowledge.hardware.resolve(row["text"]), HardwareMatch
    )


_JUDGES = {"model": _model, "hardware": _hardware, "none": _nothing}
