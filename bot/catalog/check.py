"""Facts checked against each other, across records."""

from collections.abc import Iterable, Iterator
from typing import cast

import re2
from rapidfuzz import fuzz

from bot.catalog.load import Fault, Loaded
from bot.catalog.records import (
    ApiPrice,
    CloudModel,
    Course,
    ErrorEntry,
    GlossaryTerm,
    Guide,
    Hardware,
    HardwarePrice,
    HardwareVerdict,
    Kit,
    Lesson,
    Model,
    ModelVerdict,
    Record,
    RentalPrice,
)
from bot.catalog.runs import run_faults
from bot.catalog.verdicts import hardware_faults, model_faults
from bot.fit.tensors import inventory
from bot.fit.weights import weigh

_CITATION = re2.compile(r"https?://|^(?:PyPI|npm|github) \S+")

_WORDS = {"definition": (12, 140), "deeper_dive": (8, 180), "practical_example": (7, 120), "workflow_example": (2, 120)}
"""Fewest and most words of each part of a term, so that it fits a card and a glance."""
_LESSON_WORDS = (150, 350)
_SAME_TEXT = 85

PARAMS_TOLERANCE = 0.02
FILE_TOLERANCE = 0.10
BANDWIDTH_TOLERANCE = 0.03

_PIN_RATES_GBIT_S = {
    "GDDR5": (3.6, 9.0), "GDDR5X": (9.0, 14.5), "GDDR6": (10.0, 20.5), "GDDR6X": (19.0, 24.0), "GDDR7": (18.0, 32.0),
    "HBM2": (1.4, 2.45), "HBM2e": (1.2, 3.6), "HBM3": (5.0, 6.5), "HBM3e": (5.8, 9.8),
}  # fmt: skip
"""Data rates that memory of a kind has been sold with, lowest and highest, over all cards of the catalog. Where the
kind itself names its rate (``LPDDR5X-8000``), bandwidth must be bus times rate within 3 %."""


def check(loaded: Loaded) -> list[Fault]:
    """Every contradiction and dangling link between the records of a catalog."""
    faults = [
        Fault(loaded.files[kind, record.id], record.id, field, problem)
        for kind, record, field, problem in _problems(loaded)
    ]
    models = {model.id: model for model in cast(list[Model], loaded.records["model"])}
    cards = {hardware.id: hardware for hardware in cast(list[Hardware], loaded.records["hardware"])}
    for run in loaded.benchmarks:
        for field, problem in run_faults(run, models.get(run.model), cards.get(run.hardware)):
            faults.append(Fault(loaded.files["benchmark", run.id], run.id, field, problem))
    return sorted(faults)


def _problems(loaded: Loaded) -> Iterator[tuple[str, Record, str, str]]:
    records = loaded.records
    for kind, rows in records.items():
        if not rows:
            continue
        for row in rows:
            if not any(_CITATION.search(source) for source in row.sources):
                yield kind, row, "sources", "none of them can be opened (a URL, or a published package or repository)"
        yield from ((kind, row, "aliases", problem) for row, problem in _clashing_names(rows))
    for model in cast(list[Model], records["model"]):
        yield from (("model", model, field, problem) for field, problem in _model(model))
    for hardware in cast(list[Hardware], records["hardware"]):
        yield from (("hardware", hardware, field, problem) for field, problem in _hardware(hardware))
        yield from (("hardware", hardware, "processors", p) for p in _bad_patterns(hardware.processors))
    yield from (
        ("model", model, "gguf_repos", problem)
        for model, problem in _foreign_repositories(cast(list[Model], records["model"]))
    )
    models = {row.id for row in records["model"]}
    parents = {m.id: m.lineage.of for m in cast(list[Model], records["model"]) if m.lineage}
    for model in cast(list[Model], records["model"]):
        yield from (("model", model, "lineage.of", p) for p in _lineage(model, parents, models))
    for cloud in cast(list[CloudModel], records["cloud_model"]):
        yield from (("cloud_model", cloud, "alternatives", p) for p in _dangling(cloud.alternatives, models))
    for api in cast(list[ApiPrice], records["api_price"]):
        yield from (("api_price", api, "model", p) for p in _dangling((api.model,), models))
    cards = {row.id for row in records["hardware"]}
    for rental in cast(list[RentalPrice], records["rental_price"]):
        yield from (("rental_price", rental, "hardware", p) for p in _dangling((rental.hardware,), cards))
    sizes = {card.id: card.memory_gib for card in cast(list[Hardware], records["hardware"])}
    for price in cast(list[HardwarePrice], records["hardware_price"]):
        yield from (("hardware_price", price, "hardware", p) for p in _dangling((price.hardware,), cards))
        if price.memory_gib not in sizes.get(price.hardware, ()):
            yield "hardware_price", price, "memory_gib", "it was not sold with that"
    yield from _verdicts(records)
    yield from _lessons(records)
    yield from _guides(records)
    errors = {row.id for row in records["error"]}
    for error in cast(list[ErrorEntry], records["error"]):
        yield from (("error", error, "related", p) for p in _dangling(error.related, errors))
        yield from (("error", error, "signatures", p) for p in _bad_patterns(error.signatures))
    glossary = cast(list[GlossaryTerm], records["glossary"])
    terms = {row.id for row in glossary}
    for term in glossary:
        yield from (("glossary", term, "related", p) for p in _dangling(term.related, terms - {term.id}))
        yield from (("glossary", term, part, problem) for part, problem in _lengths(term))
    yield from (("glossary", term, "definition", problem) for term, problem in _alike(glossary))
    families = {row.id for row in records["sampling"]}
    for kit in cast(list[Kit], records["kit"]):
        yield from (("kit", kit, "sampling", p) for p in _dangling(kit.sampling, families))


def _guides(records: dict[str, list[Record]]) -> Iterator[tuple[str, Record, str, str]]:
    """Picks and models are in the catalog; a memory that is named is one that the hardware has."""
    sizes = {card.id: card.memory_gib for card in cast(list[Hardware], records["hardware"])}
    models = {row.id for row in records["model"]}
    for guide in cast(list[Guide], records["guide"]):
        yield from (("guide", guide, "models", p) for p in _dangling(guide.models, models))
        for pick in guide.picks:
            yield from (("guide", guide, "picks", p) for p in _dangling((pick.hardware,), set(sizes)))
            if pick.memory_gib and pick.memory_gib not in sizes.get(pick.hardware, (pick.memory_gib,)):
                yield "guide", guide, "picks", f"{pick.hardware} has no {pick.memory_gib:g} GB"


def _lessons(records: dict[str, list[Record]]) -> Iterator[tuple[str, Record, str, str]]:
    """Lessons of a course are numbered without gaps, have a right choice, and can be read in two minutes."""
    courses = {row.id for row in records["course"]}
    numbers: dict[str, list[int]] = {course: [] for course in courses}
    for lesson in cast(list[Lesson], records["lesson"]):
        yield from (("lesson", lesson, "course", p) for p in _dangling((lesson.course,), courses))
        numbers.setdefault(lesson.course, []).append(lesson.number)
        if lesson.right > len(lesson.choices):
            yield "lesson", lesson, "right", f"there are {len(lesson.choices)} choices"
        words = len(lesson.text.split())
        if not _LESSON_WORDS[0] <= words <= _LESSON_WORDS[1]:
            yield "lesson", lesson, "text", f"{words} words; {_LESSON_WORDS[0]} to {_LESSON_WORDS[1]} are wanted"
    for course in cast(list[Course], records["course"]):
        if sorted(numbers[course.id]) != list(range(1, len(numbers[course.id]) + 1)) or not numbers[course.id]:
            yield "course", course, "id", "its lessons are not numbered 1, 2, 3 …"


def _lengths(term: GlossaryTerm) -> Iterator[tuple[str, str]]:
    for part, (fewest, most) in _WORDS.items():
        words = len(getattr(term, part).split())
        if not fewest <= words <= most:
            yield part, f"{words} words; {fewest} to {most} are wanted"


def _alike(glossary: list[GlossaryTerm]) -> Iterator[tuple[GlossaryTerm, str]]:
    """Terms whose definitions say the same in nearly the same words."""
    for number, term in enumerate(glossary):
        for other in glossary[:number]:
            if fuzz.ratio(term.definition, other.definition, score_cutoff=_SAME_TEXT):
                yield term, f"is nearly the definition of {other.id}"


def _verdicts(records: dict[str, list[Record]]) -> Iterator[tuple[str, Record, str, str]]:
    models = {model.id: model for model in cast(list[Model], records["model"])}
    cards = {hardware.id: hardware for hardware in cast(list[Hardware], records["hardware"])}
    for opinion in cast(list[ModelVerdict], records["model_verdict"]):
        yield from (("model_verdict", opinion, "id", p) for p in _dangling((opinion.id,), set(models)))
        yield from (("model_verdict", opinion, field, problem) for field, problem in model_faults(opinion))
    for verdict in cast(list[HardwareVerdict], records["hardware_verdict"]):
        yield from (("hardware_verdict", verdict, "id", p) for p in _dangling((verdict.id,), set(cards)))
        if verdict.id in cards:
            faults = hardware_faults(verdict, cards[verdict.id], models)
            yield from (("hardware_verdict", verdict, field, problem) for field, problem in faults)


def _clashing_names(rows: Iterable[Record]) -> Iterator[tuple[Record, str]]:
    """Names and aliases that two records share."""
    owners: dict[str, Record] = {}
    for row in rows:
        own = {row.id.casefold(), *(str(n).casefold() for n in getattr(row, "aliases", ()))}
        own |= {str(name).casefold() for key in ("name", "title", "expansion") if (name := getattr(row, key, None))}
        for name in sorted(own):
            other = owners.setdefault(name, row)
            if other is not row:
                yield row, f"«{name}» also names {other.id}"


def _dangling(links: Iterable[str], known: set[str]) -> Iterator[str]:
    return (f"no record «{link}»" for link in links if link not in known)


def _lineage(model: Model, parents: dict[str, str], known: set[str]) -> Iterator[str]:
    """A parent that is not there, or a chain of parents that comes back to the model."""
    seen = [model.id]
    while (parent := parents.get(seen[-1])) is not None:
        if parent not in known:
            if len(seen) == 1:
                yield f"no record «{parent}»"
            return
        if parent == model.id:
            yield f"goes in a circle: {' → '.join((*seen, parent))}"
        if parent in seen:
            return
        seen.append(parent)


def _foreign_repositories(models: list[Model]) -> Iterator[tuple[Model, str]]:
    """Repositories of GGUF files that are another record's: a name must lead to one model only."""
    own = {_repository(model.hf_id): model for model in models}
    listed: dict[str, Model] = {}
    for model in models:
        for repository in model.gguf_repos:
            other = own.get(_repository(repository), listed.setdefault(repository, model))
            if other is not model:
                yield model, f"«{repository}» belongs to «{other.id}»"


def _repository(hf_id: str) -> str:
    """The name of a repository without its owner and what converters put around it."""
    return hf_id.rpartition("/")[2].lower().removeprefix("meta-").removesuffix("-gguf")


def _bad_patterns(patterns: Iterable[str]) -> Iterator[str]:
    for pattern in patterns:
        try:
            re2.compile(pattern)
        except re2.error as error:
            yield f"«{pattern}» is not an RE2 pattern: {error}"


def _model(model: Model) -> Iterator[tuple[str, str]]:
    arch = model.architecture
    if arch is None:
        return
    computed = inventory(arch).weights + model.extra_params
    off = computed / model.params - 1
    if abs(off) > PARAMS_TOLERANCE:
        yield "params", f"the architecture gives {computed:,}, {off:+.1%} of the stated {model.params:,}"
    if arch.mtp and (guessing := sum(layer.weights for layer in inventory(arch.mtp).layers)) > model.extra_params:
        yield "architecture.mtp_layers", f"has {guessing:,} parameters, more than extra_params"
    if (model.context or 0) > arch.max_context:
        yield "context", f"{model.context:,} tokens, but the architecture ends at {arch.max_context:,}"
    for quant, size in model.file_mib.items():
        off = weigh(arch, quant).file_mib / size - 1
        if abs(off) > FILE_TOLERANCE:
            yield f"file_mib.{quant}", f"{size:,.0f} MiB stated, the architecture gives {off:+.1%}"


def _hardware(hardware: Hardware) -> Iterator[tuple[str, str]]:
    if hardware.kind != "cpu" and not hardware.memory_gib:
        yield "memory_gib", "missing"
    if list(hardware.memory_gib) != sorted(set(hardware.memory_gib)):
        yield "memory_gib", "must be ascending and without repeats"
    if not 1 <= hardware.bandwidth_gb_s <= 20_000:
        yield "bandwidth_gb_s", f"{hardware.bandwidth_gb_s} GB/s is not believable"
    if not hardware.bus_bits or not hardware.memory_type:
        return
    rate = 8 * hardware.bandwidth_gb_s / hardware.bus_bits
    kind, _, stated = hardware.memory_type.partition("-")
    low, high = _PIN_RATES_GBIT_S.get(kind, (0.0, 99.0))
    if stated.isdigit():
        low, high = (int(stated) / 1000 * (1 + sign * BANDWIDTH_TOLERANCE) for sign in (-1, 1))
    if not low <= rate <= high:
        bus = f"{hardware.bus_bits} bits of {hardware.memory_type}"
        yield "bandwidth_gb_s", f"{hardware.bandwidth_gb_s} GB/s over {bus} is {rate:.2f} Gbit/s a pin"
