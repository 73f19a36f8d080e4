"""Reads the built catalog. Nothing is written while the bot runs."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

import aiosqlite

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

R = TypeVar("R", bound=Record)


class Catalog(NamedTuple):
    """Everything the bot knows, by record id, as of one build of the catalog file."""

    version: str
    """First characters of the content hash."""
    checked: str
    """Newest ``checked`` date of any record (ISO)."""
    models: dict[str, Model]
    cloud_models: dict[str, CloudModel]
    hardware: dict[str, Hardware]
    tools: dict[str, Tool]
    model_verdicts: dict[str, ModelVerdict]
    hardware_verdicts: dict[str, HardwareVerdict]
    benchmarks: tuple[Benchmark, ...]
    api_prices: dict[str, ApiPrice]
    rental_prices: dict[str, RentalPrice]
    hardware_prices: dict[str, HardwarePrice]
    electricity_prices: dict[str, ElectricityPrice]
    symptoms: dict[str, Symptom]
    errors: dict[str, ErrorEntry]
    glossary: dict[str, GlossaryTerm]
    answers: dict[str, QuickAnswer]
    topics: dict[str, Topic]
    sampling: dict[str, Sampling]
    kits: dict[str, Kit]
    guides: dict[str, Guide]
    courses: dict[str, Course]
    lessons: dict[str, Lesson]

    def __repr__(self) -> str:
        """Short: asyncio writes the result of every task out, and the whole catalog takes a quarter of a second."""
        return f"Catalog({self.version})"


async def read_catalog(path: Path) -> Catalog:
    """Read the catalog file at ``path``.

    Raises:
        aiosqlite.Error: there is no such file, or it is not a catalog.
    """
    async with aiosqlite.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as db:
        meta = {str(key): str(value) for key, value in await db.execute_fetchall("SELECT key, value FROM meta")}
        bodies: dict[str, list[bytes]] = {}
        for kind, body in await db.execute_fetchall("SELECT kind, body FROM record ORDER BY kind, id"):
            bodies.setdefault(kind, []).append(body)
    return Catalog(
        version=meta["content_hash"][:8],
        checked=meta["checked"],
        models=_by_id(Model, bodies.get("model", ())),
        cloud_models=_by_id(CloudModel, bodies.get("cloud_model", ())),
        hardware=_by_id(Hardware, bodies.get("hardware", ())),
        tools=_by_id(Tool, bodies.get("tool", ())),
        model_verdicts=_by_id(ModelVerdict, bodies.get("model_verdict", ())),
        hardware_verdicts=_by_id(HardwareVerdict, bodies.get("hardware_verdict", ())),
        benchmarks=tuple(Benchmark.model_validate_json(body) for body in bodies.get("benchmark", ())),
        api_prices=_by_id(ApiPrice, bodies.get("api_price", ())),
        rental_prices=_by_id(RentalPrice, bodies.get("rental_price", ())),
        hardware_prices=_by_id(HardwarePrice, bodies.get("hardware_price", ())),
        electricity_prices=_by_id(ElectricityPrice, bodies.get("electricity_price", ())),
        symptoms=_by_id(Symptom, bodies.get("troubleshooting", ())),
        errors=_by_id(ErrorEntry, bodies.get("error", ())),
        glossary=_by_id(GlossaryTerm, bodies.get("glossary", ())),
        answers=_by_id(QuickAnswer, bodies.get("answer", ())),
        topics=_by_id(Topic, bodies.get("topic", ())),
        sampling=_by_id(Sampling, bodies.get("sampling", ())),
        kits=_by_id(Kit, bodies.get("kit", ())),
        guides=_by_id(Guide, bodies.get("guide", ())),
        courses=_by_id(Course, bodies.get("course", ())),
        lessons=_by_id(Lesson, bodies.get("lesson", ())),
    )


def _by_id(kind: type[R], bodies: Iterable[bytes]) -> dict[str, R]:
    records = (kind.model_validate_json(body) for body in bodies)
    return {record.id: record for record in records}
