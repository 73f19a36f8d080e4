"""Questions and answers as data. An answer carries values and codes; ``show`` puts them into words."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["answered", "ask_back", "not_found", "not_local", "invalid", "unavailable"]
OptionValue = str | int | float | bool | None


class Frozen(BaseModel):
    """Base of all parts of an answer."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class Question(BaseModel):
    """One question as a person or a program asks it."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    command: str
    options: dict[str, OptionValue] = Field(default_factory=dict)
    id: Any = None


class CandidateOut(Frozen):
    """Something that may be meant; ``id`` can be sent back in place of what was typed."""

    id: str
    name: str
    why: str


class NameOut(Frozen):
    """An id and a name."""

    id: str
    name: str


class AskBackOut(Frozen):
    """What was typed names several things."""

    about: str
    typed: str
    candidates: tuple[CandidateOut, ...]


class ListOut(Frozen):
    """The records of a kind by name, where none of them was asked for."""

    about: str
    records: tuple[NameOut, ...]


class NotFoundOut(Frozen):
    """Nothing is meant; ``nearest`` is offered, never taken."""

    about: str
    typed: str
    nearest: tuple[NameOut, ...]


class NotLocalOut(Frozen):
    """A cloud-only model."""

    typed: str
    name: str
    vendor: str
    alternatives: tuple[NameOut, ...]


class InvalidOut(Frozen):
    """The question cannot be read. ``code`` and ``detail`` are put into words by ``show``."""

    field: str
    code: str
    detail: str = ""


class UnavailableOut(Frozen):
    """The catalog lacks facts."""

    about: str
    name: str
    missing: tuple[str, ...]
    detail: str = ""
    weights_mib: dict[str, float] = Field(default_factory=dict)
    """What is known all the same: the weights alone, by precision."""


class Answer(BaseModel):
    """What the bot says. ``answer`` is one of the ``...Out`` types of this package, by ``status``."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    command: str
    status: Status
    id: Any = None
    elapsed_us: int = 0
    catalog: str = ""
    """Version of the catalog that was asked."""
    answer: Any


Payload = tuple[Status, Frozen]
"""What a command's module returns."""
