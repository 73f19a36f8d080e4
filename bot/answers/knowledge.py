"""The catalog with the indexes that questions are answered from."""

import asyncio
from functools import cached_property
from typing import TypeVar

from bot.answers.answer import OptionValue, Payload, Question
from bot.catalog.records import Course, Guide, Kit, Page, QuickAnswer, Topic
from bot.catalog.store import Catalog
from bot.fit.engines import LLAMA_CPP
from bot.fit.weights import weigh
from bot.hub.client import Hub
from bot.kb.by_phrase import PhraseIndex
from bot.kb.errors import ErrorIndex
from bot.kb.glossary import GlossaryIndex
from bot.kb.symptoms import SymptomIndex
from bot.naming.hardware import HardwareIndex
from bot.naming.models import ModelIndex
from bot.naming.tools import ToolIndex

_NAMES_ONLY = frozenset({"willitrun", "compare", "fits", "start", "bench", "model", "gpu", "tool", "choosegpu", "cost"})
"""Commands whose options are names and settings; what people paste elsewhere is never kept."""
_MOST = 1024
_LONGEST = 200

_Key = tuple[str, frozenset[tuple[str, OptionValue]]]


P = TypeVar("P", bound=Page)


class Recent:
    """The last answers by question, so that turning a page or a question that is often asked costs nothing anew."""

    def __init__(self) -> None:
        self._answers: dict[_Key, Payload] = {}

    def get(self, question: Question) -> Payload | None:
        """What the same question was answered with."""
        key = _key(question)
        if key is None or (known := self._answers.pop(key, None)) is None:
            return None
        self._answers[key] = known  # now the newest
        return known

    def keep(self, question: Question, payload: Payload) -> None:
        """Remember an answer; the oldest is forgotten."""
        key = _key(question)
        if key is None:
            return
        self._answers[key] = payload
        if len(self._answers) > _MOST:
            del self._answers[next(iter(self._answers))]


def _key(question: Question) -> _Key | None:
    """None for what is not kept: free text, and names that only the Hub may know."""
    given = [(name, value) for name, value in question.options.items() if value not in (None, "")]
    if question.command not in _NAMES_ONLY or any(name == "ask" or _long(value) for name, value in given):
        return None
    return question.command, frozenset(given)


def may_be_kept(question: Question) -> bool:
    """Whether what is made for a question may be remembered for whoever asks the same."""
    return _key(question) is not None


def _long(value: OptionValue) -> bool:
    return isinstance(value, str) and (len(value) > _LONGEST or "/" in value)


def _pages(pages: dict[str, P]) -> PhraseIndex[P]:
    return PhraseIndex(pages, lambda page: (page.title, *page.phrases))


class Knowledge:
    """One catalog, ready to be asked. Built anew when the catalog changes; each index when it is first asked.

    ``hub`` is asked for models that the catalog lacks; None where the network is not to be used.
    """

    def __init__(self, catalog: Catalog, hub: Hub | None = None) -> None:
        self.catalog = catalog
        self.hub = hub
        self.recent = Recent()

    def build_indexes(self) -> None:
        """Build all of them now, so that nobody's first question waits for one."""
        for name, member in vars(type(self)).items():
            if isinstance(member, cached_property):
                getattr(self, name)
        self.models.build()
        self.hardware.build()

    async def warm_up(self) -> None:
        """Do what the first questions would wait for, a little at a time: indexes, and weights in every quant."""
        self.build_indexes()
        for model in self.catalog.models.values():
            for quant in LLAMA_CPP.ladder if model.architecture else ():
                weigh(model.architecture, quant)
            await asyncio.sleep(0)  # others are answered in between

    @cached_property
    def models(self) -> ModelIndex:
        """Models by what people call them."""
        return ModelIndex(self.catalog)

    @cached_property
    def hardware(self) -> HardwareIndex:
        """Cards, chips and systems by what people call them."""
        return HardwareIndex(self.catalog)

    @cached_property
    def tools(self) -> ToolIndex:
        """Runtimes and programs by name."""
        return ToolIndex(self.catalog)

    @cached_property
    def errors(self) -> ErrorIndex:
        """Errors by what their logs say."""
        return ErrorIndex(self.catalog.errors)

    @cached_property
    def symptoms(self) -> SymptomIndex:
        """Symptoms by what people notice."""
        return SymptomIndex(self.catalog.symptoms)

    @cached_property
    def answers(self) -> PhraseIndex[QuickAnswer]:
        """Quick answers by how people ask."""
        return PhraseIndex(self.catalog.answers, lambda answer: (answer.question, *answer.phrases))

    @cached_property
    def topics(self) -> PhraseIndex[Topic]:
        """Topics of the methodology by how people ask."""
        return _pages(self.catalog.topics)

    @cached_property
    def guides(self) -> PhraseIndex[Guide]:
        """Guides by what people want to buy for."""
        return _pages(self.catalog.guides)

    @cached_property
    def courses(self) -> PhraseIndex[Course]:
        """Courses by title."""
        return _pages(self.catalog.courses)

    @cached_property
    def kits(self) -> PhraseIndex[Kit]:
        """Prompting kits by what people want to do."""
        return _pages(self.catalog.kits)

    @cached_property
    def glossary(self) -> GlossaryIndex:
        """Terms by name."""
        return GlossaryIndex(self.catalog)
