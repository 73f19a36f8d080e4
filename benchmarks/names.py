"""Names that people really wrote, and what the bot makes of them: accuracy by kind of spelling, and time.

``data/names.jsonl``: one text a line with what is meant, from public threads (``source``). ``means`` is a Hugging Face
id or a card's name; several readings are fine where ``ambiguous`` or ``may_ask`` say so. Of a ``sentence`` every slot
must be right: what it names is found, and what it leaves open is not taken for something.
"""

import json
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from rapidfuzz import fuzz, process

from bot.answers.knowledge import Knowledge
from bot.catalog.records import Hardware
from bot.catalog.store import Catalog
from bot.naming.models import ModelIndex
from bot.naming.outcome import AskBack, HardwareMatch, ModelMatch, NotFound, NotLocal
from bot.naming.quants import read_quant
from bot.naming.sentence import Sentence, read_sentence
from bot.naming.text import plain

DATA = Path(__file__).parent / "data" / "names.jsonl"


_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "iris", "juniper")
"""What the invented models of the large catalog are called after."""


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
    """Median microseconds: one resolution, autocompletion, and a plain search over all names beside them.

    Of questions also the longest that is read, made of the names of everything.
    """
    texts = {kind: [row["text"] for row in rows() if row["kind"] == kind] for kind in ("model", "hardware", "sentence")}
    names = [model.name for model in knowledge.catalog.models.values()]
    cards = [hardware.name for hardware in knowledge.catalog.hardware.values()]
    crowded = [" ".join(some[at : at + 100]) for some in (names, cards) for at in range(0, len(some), 100)]

    def read(text: str) -> Sentence:
        return read_sentence(text, knowledge.models, knowledge.hardware)

    return [
        ("resolve a model", _median(knowledge.models.resolve, texts["model"])),
        ("resolve hardware", _median(knowledge.hardware.resolve, texts["hardware"])),
        ("complete a model", _median(knowledge.models.search, [text[:5] for text in texts["model"]])),
        ("read a question", _median(read, texts["sentence"])),
        ("read 100 names at once", _median(read, crowded)),
        ("extractOne(WRatio) over model names", _median(lambda t: process.extractOne(t, names, scorer=fuzz.WRatio),
                                                        texts["model"])),
    ]  # fmt: skip


def times_at_scale_us(knowledge: Knowledge, count: int) -> list[tuple[str, float]]:
    """The same with ``count`` models."""
    larger = with_models(knowledge.catalog, count)
    index = ModelIndex(larger)
    names = [model.name for model in larger.models.values()]
    texts = [row["text"] for row in rows() if row["kind"] == "model"]
    return [
        ("resolve a model", _median(index.find, texts)),
        ("complete a model", _median(index.search, [text[:5] for text in texts])),
        ("extractOne(WRatio) over model names", _median(lambda t: process.extractOne(t, names, scorer=fuzz.WRatio),
                                                        texts[:5])),
    ]  # fmt: skip


def with_models(catalog: Catalog, count: int) -> Catalog:
    """The catalog with ``count`` models: its own over and over, each time under names of their own."""
    models = list(catalog.models.values())
    many = {}
    for number in range(count):
        model = models[number % len(models)]
        if number >= len(models):
            word = _WORDS[number // len(models) % len(_WORDS)] + _WORDS[number // len(models) // len(_WORDS)]
            repo = model.hf_id.rsplit("/", 1)[-1]
            fresh = {
                "id": f"{word}-{model.id}",
                "name": f"{word.title()} {model.name}",
                "hf_id": f"{word}/{word}-{repo}",
            }
            model = model.model_copy(update={**fresh, "aliases": (), "ollama": (), "gguf_repos": (), "rank": 9999})
        many[model.id] = model
    return catalog.having(many)


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
    meant = [plain(name) for name in (row["means"], *row["also"]) if name]
    device = outcome.devices[0]
    names = [plain(name) for name in (device.hardware.name, *device.hardware.aliases)]
    same_memory = not row["memory_gib"] or bool(abs(device.memory_gib - row["memory_gib"]) < 0.6)
    named = any(_alike(name, m) for name in names for m in meant)
    same_count = len(outcome.devices) == int(row["count"] or 1)
    return bool(row["may_take"]) and named and same_memory and same_count


def _alike(name: str, meant: str) -> bool:
    """One begins with the other, or holds all of its words but the maker's and what stands in brackets."""
    words = set(re.sub(r"\(.*?\)", " ", meant).split()) - {"amd", "intel", "nvidia"}
    return name.startswith(meant) or meant.startswith(name) or (len(words) > 1 and words <= set(name.split()))


def _nothing(row: dict[str, Any], knowledge: Knowledge) -> bool:
    outcome = knowledge.models.resolve(row["text"])
    if row["cloud"]:
        return isinstance(outcome, NotLocal)
    return not isinstance(outcome, ModelMatch) and not isinstance(
        knowledge.hardware.resolve(row["text"]), HardwareMatch
    )


def _sentence(row: dict[str, Any], knowledge: Knowledge) -> bool:
    """All slots right: what is named is found, and nothing else is."""
    read = read_sentence(row["text"], knowledge.models, knowledge.hardware)
    return not _wrong_slots(row, read, knowledge)


def _wrong_slots(row: dict[str, Any], read: Sentence, knowledge: Knowledge) -> list[str]:
    found = knowledge.models.resolve(read.model) if read.model else None
    cards = knowledge.hardware.resolve(read.hardware) if read.hardware else None
    right = {
        "model": _slot(row["model"], row["means_model"], found, ModelMatch, _names_of),
        "gpu": _slot(row["gpu"], row["means_gpu"], cards, HardwareMatch, _names_of),
        "quant": row["quant"] is None or (read.quant or getattr(found, "quant", None)) == read_quant(row["quant"]),
        "context": not row["context"] or read.context == int(row["context"]),
        "count": not (isinstance(cards, HardwareMatch) and row["count"]) or len(cards.devices) == int(row["count"]),
    }
    return [slot for slot, is_right in right.items() if not is_right]


def _slot(
    typed: str | None, means: str | list[str] | None, outcome: object, match: type, names: Callable[[object], list[str]]
) -> bool:
    """What is meant (one of it, where several are compared) is found or asked about; what is open is not made up."""
    if means is None:
        plain_memory = isinstance(outcome, HardwareMatch) and all(_stands_in(d.hardware) for d in outcome.devices)
        return not isinstance(outcome, match) if typed else outcome is None or plain_memory
    every = [means] if isinstance(means, str) else means
    meant = [_repository(one) if "/" in one else plain(one) for one in every]
    return any(_alike(name, one) for name in names(outcome) for one in meant)


def _stands_in(hardware: Hardware) -> bool:
    """«16 GB VRAM» or «CPU only»: no name of hardware, but something to plan for."""
    return hardware.id.startswith("card-") or hardware.kind == "cpu"


def _names_of(outcome: object) -> list[str]:
    if isinstance(outcome, ModelMatch):
        return [_repository(outcome.model.hf_id)]
    if isinstance(outcome, HardwareMatch):
        return [plain(name) for d in outcome.devices for name in (d.hardware.name, *d.hardware.aliases)]
    if isinstance(outcome, AskBack):
        return [name for c in outcome.candidates for name in (plain(c.name), plain(c.id))]
    return []


_JUDGES = {"sentence": _sentence, "model": _model, "hardware": _hardware, "none": _nothing}
