"""What guesses tokens ahead of the model (speculative decoding): its own layers (MTP) or a small model."""

import re
from typing import NamedTuple

from bot.answers.answer import Frozen, Question, UnavailableOut
from bot.answers.knowledge import Knowledge
from bot.answers.options import Stop, invalid, refuse, text
from bot.answers.runtime import Runtime
from bot.catalog.records import Model
from bot.fit.architecture import Architecture
from bot.fit.devices import Device
from bot.fit.draft import QUANT, TOKENS, Draft
from bot.fit.plan import Load, all_on_one
from bot.naming.outcome import ModelMatch
from bot.naming.text import MAX_LENGTH

_NONE = frozenset({"none", "off", "no"})
_MTP = re.compile(r"mtp(?:[ :]*(\d{1,2}))?", re.IGNORECASE)
_MOST_TOKENS = 16
_VOCABULARY_SLACK = 128
"""Tokens by which two vocabularies may differ (llama.cpp, ``SPEC_VOCAB_MAX_SIZE_DIFFERENCE``)."""


class DraftOut(Frozen):
    """What guesses ahead, and what it takes of the memory."""

    name: str
    """``MTP`` for the model's own layers."""
    quant: str | None
    tokens: int
    total_mib: float


class Guess(NamedTuple):
    """A draft, and the model that makes it; None where the model's own layers do."""

    draft: Draft
    model: Model | None


def read_draft(
    question: Question, model: Model, architecture: Architecture, runtime: Runtime, knowledge: Knowledge
) -> Guess | None:
    """The option ``draft``: ``mtp``, ``mtp 2``, or a small model of the same vocabulary.

    Raises:
        Stop: there is no such model, or it cannot guess for this one.
    """
    typed = text(question, "draft", limit=MAX_LENGTH)
    if typed is None or typed.strip().casefold() in _NONE:
        return None
    if runtime.name != "llama.cpp":
        raise invalid("draft", "draft_runtime", runtime.name)
    if mtp := _MTP.fullmatch(typed.strip()):
        tokens = int(mtp[1] or TOKENS)
        if architecture.mtp is None:
            raise invalid("draft", "no_mtp", model.name)
        if not 1 <= tokens <= _MOST_TOKENS:
            raise invalid("draft", "draft_tokens", str(_MOST_TOKENS))
        return Guess(Draft(None, tokens=tokens), None)
    outcome = knowledge.models.resolve(typed)
    if not isinstance(outcome, ModelMatch):
        raise refuse(outcome, knowledge, "draft")
    small = outcome.model
    if small.architecture is None:
        raise Stop("unavailable", UnavailableOut(about="model", name=small.name, missing=("architecture",)))
    alike = abs(small.architecture.vocab - architecture.vocab) <= _VOCABULARY_SLACK
    if not alike or small.params >= model.params:
        raise invalid("draft", "not_a_draft" if alike else "other_vocabulary", f"{small.name}|{model.name}")
    return Guess(Draft(small.architecture, outcome.quant or QUANT), small)


def draft_out(guess: Guess | None, load: Load, device: Device) -> DraftOut | None:
    """What the draft of ``load`` is, and what it adds."""
    if guess is None:
        return None
    alone, both = (all_on_one(each, device).shares[0] for each in (load._replace(draft=None), load))
    return DraftOut(
        name=guess.model.name if guess.model else "MTP",
        quant=guess.draft.quant if guess.model else None,
        tokens=guess.draft.tokens,
        total_mib=round(both.total_mib - alone.total_mib, 1),
    )
