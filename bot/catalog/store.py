"""Reads the built catalog. Nothing is written while the bot runs."""

from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TypeVar

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


class Catalog:
    """Everything the bot knows, by record id, as of one build of the catalog file.

    Each kind is read when it is first asked for: most questions ask for two of them.
    """

    def __init__(self, version: str, checked: str, bodies: dict[str, list[bytes]]) -> None:
        self.version = version
        """First characters of the content hash."""
        self.checked = checked
        """Newest ``checked`` date of any record (ISO)."""
        self._bodies = bodies

    def __repr__(self) -> str:
        """Short: asyncio writes the result of every task out, and the whole catalog takes a quarter of a second."""
        return f"Catalog({self.version})"

    def read_all(self) -> None:
        """Read every kind.

        Raises:
            ValueError: a record is not what it should be.
        """
        for name, kind in vars(type(self)).items():
            if isinstance(kind, cached_property):
                getattr(self, name)

    def having(self, models: dict[str, Model]) -> "Catalog":
        """The same with other models."""
        other = copy(self)
        other.models = models
        return other

    @cached_property
    def models(self) -> dict[str, Model]:
        """Models that run on one's own hardware."""
        return self._by_id(Model, "model")

    @cached_property
    def cloud_models(self) -> dict[str, CloudModel]:
        """Models that only their makers run."""
        return self._by_id(CloudModel, "cloud_model")

    @cached_property
    def hardware(self) -> dict[str, Hardware]:
        """Cards, chips and systems."""
        return self._by_id(Hardware, "hardware")

    @cached_property
    def tools(self) -> dict[str, Tool]:
        """Runtimes and programs."""
        return self._by_id(Tool, "tool")

    @cached_property
    def model_verdicts(self) -> dict[str, ModelVerdict]:
        """What models are for, by model."""
        return self._by_id(ModelVerdict, "model_verdict")

    @cached_property
    def hardware_verdicts(self) -> dict[str, HardwareVerdict]:
        """What hardware is for, by hardware."""
        return self._by_id(HardwareVerdict, "hardware_verdict")

    @cached_property
    def benchmarks(self) -> tuple[Benchmark, ...]:
        """Measured runs."""
        return tuple(map(Benchmark.model_validate_json, self._bodies.get("benchmark", ())))

    @cached_property
    def benchmarks_of(self) -> dict[str, list[Benchmark]]:
        """Measured runs by model."""
        found: dict[str, list[Benchmark]] = {}
        for run in self.benchmarks:
            found.setdefault(run.model, []).append(run)
        return found

    @cached_property
    def api_prices(self) -> dict[str, ApiPrice]:
        """What models cost by the token."""
        return self._by_id(ApiPrice, "api_price")

    @cached_property
    def rental_prices(self) -> dict[str, RentalPrice]:
        """What hardware costs by the hour."""
        return self._by_id(RentalPrice, "rental_price")

    @cached_property
    def hardware_prices(self) -> dict[str, HardwarePrice]:
        """What hardware costs to buy."""
        return self._by_id(HardwarePrice, "hardware_price")

    @cached_property
    def electricity_prices(self) -> dict[str, ElectricityPrice]:
        """What electricity costs, by country."""
        return self._by_id(ElectricityPrice, "electricity_price")

    @cached_property
    def symptoms(self) -> dict[str, Symptom]:
        """What people notice, with its causes."""
        return self._by_id(Symptom, "troubleshooting")

    @cached_property
    def errors(self) -> dict[str, ErrorEntry]:
        """Errors that logs show."""
        return self._by_id(ErrorEntry, "error")

    @cached_property
    def glossary(self) -> dict[str, GlossaryTerm]:
        """Terms."""
        return self._by_id(GlossaryTerm, "glossary")

    @cached_property
    def answers(self) -> dict[str, QuickAnswer]:
        """Questions that people ask again and again."""
        return self._by_id(QuickAnswer, "answer")

    @cached_property
    def topics(self) -> dict[str, Topic]:
        """How figures come about."""
        return self._by_id(Topic, "topic")

    @cached_property
    def sampling(self) -> dict[str, Sampling]:
        """Sampling settings by family."""
        return self._by_id(Sampling, "sampling")

    @cached_property
    def kits(self) -> dict[str, Kit]:
        """Prompting kits."""
        return self._by_id(Kit, "kit")

    @cached_property
    def guides(self) -> dict[str, Guide]:
        """Guides to buying."""
        return self._by_id(Guide, "guide")

    @cached_property
    def courses(self) -> dict[str, Course]:
        """Courses."""
        return self._by_id(Course, "course")

    @cached_property
    def lessons(self) -> dict[str, Lesson]:
        """Lessons of the courses."""
        return self._by_id(Lesson, "lesson")

    def _by_id(self, record: type[R], kind: str) -> dict[str, R]:
        records = map(record.model_validate_json, self._bodies.get(kind, ()))
        return {record.id: record for record in records}


async def read_catalog(path: Path) -> Catalog:
    """Open the catalog file at ``path``.

    Raises:
        aiosqlite.Error: there is no such file, or it is not a catalog.
    """
    async with aiosqlite.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as db:
        meta = {str(key): str(value) for key, value in await db.execute_fetchall("SELECT key, value FROM meta")}
        bodies: dict[str, list[bytes]] = {}
        for kind, body in await db.execute_fetchall("SELECT kind, body FROM record ORDER BY kind, id"):
            bodies.setdefault(kind, []).append(body)
    return Catalog(meta["content_hash"][:8], meta["checked"], bodies)
