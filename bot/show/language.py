"""Phrases in the language of whoever reads them. English is what is in the program; the others are one file each."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("locale")
ENGLISH = "en"
COMMAND = "command"
"""Context of the names of commands in those files: a name is a word in small letters, and not a phrase."""

_speaking: ContextVar[str] = ContextVar("speaking", default=ENGLISH)

Phrasebook = dict[tuple[str, str], str]
"""Translations by context (empty for phrases) and English text."""


@cache
def languages() -> tuple[str, ...]:
    """Languages that there are files for, by Discord's codes."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.po")))


@cache
def phrasebook(language: str) -> Phrasebook:
    """A language's translations; empty for English and for languages without a file."""
    path = FOLDER / f"{language}.po"
    if language == ENGLISH or language not in languages():
        return {}
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        messages = read_po(file)
    return {(m.context or "", str(m.id)): str(m.string) for m in messages if m.id and m.string}


def closest(language: str | None) -> str:
    """The language to speak to somebody whose client says ``language``: their own, a relative's, or English."""
    if language is None or language in languages():
        return language or ENGLISH
    family = language.partition("-")[0]
    return next((known for known in languages() if known.partition("-")[0] == family), ENGLISH)


def own_name(language: str) -> str:
    """What a language is called by those who speak it."""
    from babel import Locale

    return str(Locale.parse(language, sep="-").get_display_name()).capitalize()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Phrases that are made in the block are in ``language``."""
    token = _speaking.set(language)
    try:
        yield
    finally:
        _speaking.reset(token)


def spoken() -> str:
    """The language of phrases that are made now."""
    return _speaking.get()


def t(message: str, **values: object) -> str:
    """``message`` in the language that is spoken, with its placeholders filled."""
    language = _speaking.get()
    said = message if language == ENGLISH else phrasebook(language).get(("", message), message)
    return said.format(**values) if values else said


def later(message: str) -> str:
    """A phrase that is translated where it is shown: marks it for those who translate."""
    return message
