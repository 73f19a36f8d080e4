"""Reads the options of a question; what cannot be read becomes an ``invalid`` answer."""

import re
from collections.abc import Iterable

from bot.answers.answer import (
    AskBackOut,
    CandidateOut,
    Frozen,
    InvalidOut,
    NameOut,
    NotFoundOut,
    NotLocalOut,
    OptionValue,
    Payload,
    Question,
)
from bot.answers.knowledge import Knowledge
from bot.catalog.records import WRITES_TEXT, Model
from bot.naming.outcome import AskBack, Candidate, NotFound, NotLocal, Unreadable
from bot.naming.text import parse_context

MAX_TEXT = 100_000
"""Longest text that an option takes (a pasted log); names are cut far shorter by ``naming``."""

_ROUNDED = 1.05
"""How far a typed context may be beyond a model's: 128k, 256k and 1m are said of 128,000, 256,000 and 1,000,000 too."""

_SERIES = re.compile(r"[- ]?\d[\d.]*")
"""The number in the name of a family: Qwen3 follows Qwen2.5."""
_AS_LARGE = 0.35
"""How much larger or smaller a model may be that is named instead of another."""

_MONEY = re.compile(
    r"(?:us)?\$?\s*(\d{1,3}(?:[ ,']\d{3})+|\d+)(\.\d+)?\s*(k)?\s*(?:us\$|\$|usd|dollars?)?", re.IGNORECASE
)


class Stop(Exception):
    """Carries the answer that ends a question early."""

    def __init__(self, status: str, payload: Frozen) -> None:
        super().__init__(status)
        self.payload: Payload = (status, payload)  # type: ignore[assignment]


def invalid(field: str, code: str, detail: str = "") -> Stop:
    """A question that cannot be read."""
    return Stop("invalid", InvalidOut(field=field, code=code, detail=detail))


def check_names(question: Question, known: Iterable[str]) -> None:
    """Refuse options that the command does not have.

    Raises:
        Stop: one is unknown.
    """
    names = list(known)
    for name in question.options:
        if name not in names:
            raise invalid(name[:40], "unknown_option", ", ".join(names))


def text(question: Question, name: str, *, limit: int = MAX_TEXT) -> str | None:
    """A text option, stripped; None when it is absent or empty.

    Raises:
        Stop: it is longer than ``limit``.
    """
    value = question.options.get(name)
    if value is None:
        return None
    written = str(value).strip()
    if len(written) > limit:
        raise invalid(name, "too_long", str(limit))
    return written or None


def required_text(question: Question, name: str, *, limit: int = MAX_TEXT) -> str:
    """A text option that must be there.

    Raises:
        Stop: it is missing, empty or too long.
    """
    written = text(question, name, limit=limit)
    if written is None:
        raise invalid(name, "empty")
    return written


def number(question: Question, name: str, most: int) -> int | None:
    """A whole number from 1 to ``most``; None when it is absent.

    Raises:
        Stop: it is something else.
    """
    written = text(question, name, limit=6)
    if written is None:
        return None
    if not (written.isascii() and written.isdecimal()) or not 1 <= int(written) <= most:
        raise invalid(name, "unknown_value", f"1 … {most}")
    return int(written)


def flag(question: Question, name: str) -> bool:
    """A yes or no; no when it is absent.

    Raises:
        Stop: it is something else.
    """
    written = (text(question, name, limit=10) or "no").casefold()
    if written in ("yes", "true", "on", "1"):
        return True
    if written in ("no", "false", "off", "0"):
        return False
    raise invalid(name, "unknown_value", "yes, no")


def read_context(question: Question, model: Model, longest: int, knowledge: Knowledge) -> int | None:
    """A context that ``model`` can hold (``8k``, ``max``); None when it is absent.

    Raises:
        Stop: it is none, or more than ``longest``; then its successors that take it are named.
    """
    typed = text(question, "context", limit=40)
    if typed is None:
        return None
    if typed.casefold() == "max":
        return longest
    context = parse_context(typed)
    if context is None or context < 256:
        raise invalid("context", "not_a_context", typed)
    if context > longest * _ROUNDED:
        longer = _successors(model, context, knowledge.catalog.models.values())
        said = (f"{name}: {tokens}" for name, tokens in [(model.name, longest), *longer])
        raise invalid("context", "beyond_model", "|".join(said))
    return min(context, longest)


def _successors(model: Model, context: int, models: Iterable[Model]) -> list[tuple[str, int]]:
    """Names and contexts of what its maker published later under the same name, as large, and made for ``context``."""
    found = [
        (other.rank, other.name, other.context)
        for other in models
        if other.org == model.org
        and _SERIES.sub("", other.family) == _SERIES.sub("", model.family)
        and other.modality in WRITES_TEXT
        and other.context
        and other.context * _ROUNDED >= context
        and other.dated
        and model.dated
        and other.dated > model.dated
        and abs(other.params / model.params - 1) < _AS_LARGE
    ]
    return [(name, tokens) for _, name, tokens in sorted(found)[:2]]


def read_usd(written: str) -> float | None:
    """An amount in US dollars (``800``, ``$1,200``, ``1.5k``, ``800 usd``); None where it is none."""
    match = _MONEY.fullmatch(written.strip())
    if match is None:
        return None
    whole = re.sub(r"\D", "", match[1])
    return float(whole + (match[2] or "")) * (1000 if match[3] else 1)


def gib(question: Question, name: str) -> float | None:
    """A memory size in GiB, as a number or as text (``32``, ``32gb``).

    Raises:
        Stop: it is not a size between 0.5 and 8192.
    """
    value: OptionValue = question.options.get(name)
    if value is None or value == "":
        return None
    match = re.fullmatch(r"(\d{1,5}(?:\.\d+)?)\s*(?:gib|gb|g)?", str(value).strip().casefold())
    size = float(match[1]) if match else -1.0
    if not 0.5 <= size <= 8192:
        raise invalid(name, "not_a_size", str(value)[:40])
    return size


def refuse(outcome: AskBack | NotFound | NotLocal | Unreadable, knowledge: Knowledge, field: str) -> Stop:
    """What naming came to, when it is not a match, as the answer to the question."""
    match outcome:
        case AskBack():
            candidates = tuple(CandidateOut(id=c.id, name=c.name, why=c.why) for c in outcome.candidates)
            return Stop("ask_back", AskBackOut(about=field, typed=outcome.typed, candidates=candidates))
        case NotFound():
            return Stop("not_found", NotFoundOut(about=field, typed=outcome.typed, nearest=names(outcome.nearest)))
        case NotLocal():
            models = (knowledge.catalog.models[i] for i in outcome.cloud.alternatives)
            alternatives = tuple(NameOut(id=m.id, name=m.name) for m in models)
            return Stop(
                "not_local",
                NotLocalOut(
                    typed=outcome.typed,
                    name=outcome.cloud.name,
                    vendor=outcome.cloud.vendor,
                    alternatives=alternatives,
                ),
            )
        case Unreadable():
            return invalid(field, outcome.problem, outcome.detail)


def names(candidates: Iterable[Candidate]) -> tuple[NameOut, ...]:
    """Candidates as ids and names."""
    return tuple(NameOut(id=c.id, name=c.name) for c in candidates)
