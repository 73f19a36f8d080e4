"""What resolving a name can come to."""

from collections.abc import Iterable
from typing import NamedTuple

from bot.catalog.records import CloudModel, Hardware, Model


class Candidate(NamedTuple):
    """One thing that may be meant. ``id`` can be typed back in place of the name."""

    id: str
    name: str
    why: str


class ModelMatch(NamedTuple):
    """The model that is meant, and what else the text said."""

    model: Model
    quant: str | None
    """Preset or format as canonical name, None when none was typed."""
    taken_from: str | None = None
    """What was typed, when it was corrected or one of several equal readings was taken."""


class Device(NamedTuple):
    """A piece of hardware with its memory settled."""

    hardware: Hardware
    memory_gib: float


class HardwareMatch(NamedTuple):
    """The devices that are meant, one entry a card, and system memory if it was typed."""

    devices: tuple[Device, ...]
    ram_gib: float | None = None
    taken_from: str | None = None


class AskBack(NamedTuple):
    """Several readings that differ in the answer; best first, at most 25."""

    about: str
    typed: str
    candidates: tuple[Candidate, ...]


class NotFound(NamedTuple):
    """Nothing in the catalog is meant."""

    about: str
    typed: str
    nearest: tuple[Candidate, ...]


class NotLocal(NamedTuple):
    """A model that is served from the cloud only."""

    typed: str
    cloud: CloudModel


class Unreadable(NamedTuple):
    """The text cannot be read as what it should be; ``problem`` is a code that ``show`` has words for."""

    field: str
    problem: str
    detail: str = ""


MAX_CANDIDATES = 25


def one_of(about: str, typed: str, found: Iterable[object]) -> AskBack | None:
    """The question back about «3090 or 4090», from what each is: a candidate or a question back; else there is none."""
    candidates: list[Candidate] = []
    for each in found:
        if isinstance(each, AskBack):
            candidates += each.candidates
        elif isinstance(each, Candidate):
            candidates.append(each)
        else:
            return None
    return AskBack(about, typed, tuple(candidates[:MAX_CANDIDATES])) if candidates else None
