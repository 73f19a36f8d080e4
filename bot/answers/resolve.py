"""What was typed for one option → exactly one record; everything else ends the question early."""

from collections.abc import Iterable
from typing import TypeVar

from bot.answers.answer import ListOut, NameOut, NotFoundOut, Payload
from bot.answers.knowledge import Knowledge
from bot.answers.options import Stop, invalid, refuse
from bot.catalog.records import Model, Page, Tool
from bot.kb.by_phrase import PhraseIndex
from bot.naming.outcome import Device, HardwareMatch, ModelMatch

P = TypeVar("P", bound=Page)


def named_hardware(option: str, value: str, knowledge: Knowledge) -> HardwareMatch:
    """The cards and the system memory that ``value`` names.

    Raises:
        Stop: it is asked back, or not known.
    """
    outcome = knowledge.hardware.resolve(value)
    if not isinstance(outcome, HardwareMatch):
        raise refuse(outcome, knowledge, option)
    return outcome


def one_device(option: str, value: str, knowledge: Knowledge) -> Device:
    """The card or chip that ``value`` names.

    Raises:
        Stop: it is asked back, not known, or names several cards.
    """
    outcome = named_hardware(option, value, knowledge)
    if len(outcome.devices) != 1:
        raise invalid(option, "one_card")
    return outcome.devices[0]


def one_model(option: str, value: str, knowledge: Knowledge) -> Model:
    """The model that ``value`` names.

    Raises:
        Stop: it is asked back, not known, or served from the cloud only.
    """
    outcome = knowledge.models.resolve(value)
    if not isinstance(outcome, ModelMatch):
        raise refuse(outcome, knowledge, option)
    return outcome.model


def one_tool(option: str, value: str, knowledge: Knowledge) -> Tool:
    """The tool that ``value`` names.

    Raises:
        Stop: it is not known.
    """
    outcome = knowledge.tools.resolve(value)
    if not isinstance(outcome, Tool):
        raise refuse(outcome, knowledge, option)
    return outcome


def one_page(option: str, value: str, index: PhraseIndex[P]) -> P:
    """The page that ``value`` asks for.

    Raises:
        Stop: none is clearly meant.
    """
    page = index.find(value)
    if page is None:
        raise Stop("not_found", NotFoundOut(about=option, typed=value, nearest=page_names(index.nearest(value))))
    return page


def all_pages(option: str, pages: Iterable[Page]) -> Payload:
    """The answer where no page was asked for: all of them by title."""
    return "answered", ListOut(about=option, records=page_names(pages))


def page_names(pages: Iterable[Page]) -> tuple[NameOut, ...]:
    """Pages as ids and titles."""
    return tuple(NameOut(id=page.id, name=page.title) for page in pages)
