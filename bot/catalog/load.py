"""Reads ``data/`` into records. Collects every fault instead of stopping at the first."""

import csv
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, cast

from pydantic import ValidationError

from bot.catalog import figures, prose
from bot.catalog.records import (
    ApiPrice,
    Benchmark,
    CloudModel,
    Course,
    ElectricityPrice,
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
    QuickAnswer,
    Record,
    RentalPrice,
    Sampling,
    Symptom,
    Tool,
    Topic,
)

MAX_FILE_BYTES = 2_000_000

KINDS: dict[str, type[Record]] = {
    "model": Model,
    "cloud_model": CloudModel,
    "hardware": Hardware,
    "tool": Tool,
    "model_verdict": ModelVerdict,
    "hardware_verdict": HardwareVerdict,
    "api_price": ApiPrice,
    "rental_price": RentalPrice,
    "hardware_price": HardwarePrice,
    "electricity_price": ElectricityPrice,
    "troubleshooting": Symptom,
    "error": ErrorEntry,
    "glossary": GlossaryTerm,
    "answer": QuickAnswer,
    "topic": Topic,
    "sampling": Sampling,
    "kit": Kit,
    "guide": Guide,
    "course": Course,
    "lesson": Lesson,
}
"""Record kinds by the name of their TOML table (or, for prose, of their folder)."""

_TABLE_FOLDERS = (
    "models",
    "hardware",
    "tools",
    "verdicts",
    "prices",
    "troubleshooting",
    "answers",
    "method",
    "kits",
    "lessons",
    "guides",
)
_PROSE_FOLDERS: dict[str, tuple[str, Callable[[str], dict[str, Any]]]] = {
    "errors": ("error", prose.error_sections),
    "glossary": ("glossary", prose.glossary_sections),
}


class Fault(NamedTuple):
    """Something wrong in ``data/``: which file, which record, which field, and what."""

    file: str
    record: str
    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.record}: {self.field}: {self.problem}"


@dataclass(frozen=True)
class Loaded:
    """All records by kind, measured runs, the file each record came from, and the faults met on the way."""

    records: dict[str, list[Record]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    benchmarks: list[Benchmark] = field(default_factory=list)
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def load(data: Path) -> Loaded:
    """Read every record under ``data``.

    The result has either no faults or names each by file, record and field.
    """
    loaded = Loaded()
    if not data.is_dir():
        loaded.faults.append(Fault(data.name, "-", "-", "no such folder"))
        return loaded
    for folder in _TABLE_FOLDERS:
        for path in sorted((data / folder).glob("*.toml")):
            _load_tables(path, f"{folder}/{path.name}", loaded)
    for folder, (kind, sections) in _PROSE_FOLDERS.items():
        for path in sorted((data / folder).glob("*.md")):
            _load_prose(path, f"{folder}/{path.name}", kind, sections, loaded)
    for path in sorted((data / "benchmarks").glob("*.csv")):
        _load_csv(path, f"benchmarks/{path.name}", loaded)
    _fill_figures(loaded)
    return loaded


_WITH_FIGURES = {
    "glossary": prose.GLOSSARY_PARTS,
    "answer": ("answer", "reason"),
    "topic": ("text",),
    "lesson": ("text",),
}
"""Texts in which the engine's figures may be asked for."""
_BY_ENGINE_ONLY = frozenset({"practical_example", "answer", "reason"})
"""Texts in which they may not be typed by hand."""


def _fill_figures(loaded: Loaded) -> None:
    models = {model.id: model for model in cast(list[Model], loaded.records["model"])}
    cards = {card.id: card for card in cast(list[Hardware], loaded.records["hardware"])}
    for kind, parts in _WITH_FIGURES.items():
        for number, record in enumerate(loaded.records[kind]):
            filled = {}
            for part in parts:
                text = getattr(record, part)
                try:
                    filled[part] = figures.fill(text, models, cards)
                except figures.BadFigure as fault:
                    loaded.faults.append(Fault(loaded.files[kind, record.id], record.id, part, str(fault)))
                if part in _BY_ENGINE_ONLY and (by_hand := figures.typed_by_hand(text)):
                    problem = (
                        f"«{by_hand}» is typed by hand; let the engine fill it in: {{{{weights model-id@Q4_K_M}}}}"
                    )
                    loaded.faults.append(Fault(loaded.files[kind, record.id], record.id, part, problem))
            loaded.records[kind][number] = record.model_copy(update=filled)


def _load_csv(path: Path, name: str, loaded: Loaded) -> None:
    text = _read(path, name, loaded)
    if text is None:
        return
    columns = list(Benchmark.model_fields)
    reader = csv.DictReader(text.splitlines())
    if reader.fieldnames != columns:
        loaded.faults.append(Fault(name, "-", "-", f"the columns must be {', '.join(columns)}"))
        return
    for number, row in enumerate(reader, 2):
        row_id = row["id"] or f"line {number}"
        if None in row or None in row.values():
            loaded.faults.append(Fault(name, row_id, "-", f"line {number} has not as many cells as there are columns"))
            continue
        try:
            run = Benchmark.model_validate({key: value for key, value in row.items() if value != ""})
        except ValidationError as error:
            loaded.faults.extend(Fault(name, row_id, path, problem) for path, problem in _problems(error))
            continue
        if ("benchmark", run.id) in loaded.files:
            loaded.faults.append(Fault(name, run.id, "id", f"also in {loaded.files['benchmark', run.id]}"))
            continue
        loaded.files["benchmark", run.id] = name
        loaded.benchmarks.append(run)


def _load_tables(path: Path, name: str, loaded: Loaded) -> None:
    text = _read(path, name, loaded)
    if text is None:
        return
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        loaded.faults.append(Fault(name, "-", "-", f"not valid TOML: {error}"))
        return
    for kind, rows in document.items():
        if kind not in KINDS or not isinstance(rows, list):
            loaded.faults.append(Fault(name, kind, "-", f"unknown table; expected one of {', '.join(KINDS)}"))
            continue
        for number, row in enumerate(rows, 1):
            _add(row, f"#{number}", name, kind, loaded)


def _load_prose(path: Path, name: str, kind: str, sections: Callable[[str], dict[str, Any]], loaded: Loaded) -> None:
    text = _read(path, name, loaded)
    if text is None:
        return
    try:
        front, body = prose.split_front_matter(text)
        row = {"id": path.stem, **tomllib.loads(front), **sections(body)}
    except (prose.ProseFault, tomllib.TOMLDecodeError) as error:
        loaded.faults.append(Fault(name, path.stem, "-", str(error)))
        return
    if row["id"] != path.stem:
        loaded.faults.append(Fault(name, str(row["id"]), "id", f"must be the file's name, {path.stem}"))
    _add(row, path.stem, name, kind, loaded)


def _read(path: Path, name: str, loaded: Loaded) -> str | None:
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        loaded.faults.append(Fault(name, "-", "-", f"{size:,} bytes; at most {MAX_FILE_BYTES:,} are read"))
        return None
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        loaded.faults.append(Fault(name, "-", "-", f"not UTF-8 (byte {error.start})"))
        return None


def _add(row: dict[str, Any], fallback_id: str, name: str, kind: str, loaded: Loaded) -> None:
    record_id = str(row.get("id", fallback_id))
    try:
        record = KINDS[kind].model_validate(row)
    except ValidationError as error:
        loaded.faults.extend(Fault(name, record_id, path, problem) for path, problem in _problems(error))
        return
    if (kind, record_id) in loaded.files:
        other = loaded.files[kind, record_id]
        loaded.faults.append(Fault(name, record_id, "id", f"also in {other}"))
        return
    loaded.files[kind, record_id] = name
    loaded.records[kind].append(record)


def _problems(error: ValidationError) -> Iterator[tuple[str, str]]:
    for item in error.errors(include_url=False, include_input=False):
        yield ".".join(str(part) for part in item["loc"]) or "-", item["msg"]
