"""Every phrase and command in every language, with the same placeholders and within Discord's limits."""

import re
from collections.abc import Iterator

import pytest
from discord import app_commands
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.knowledge import Knowledge
from bot.answers.router import answer
from bot.answers.typed import read_typed
from bot.catalog.place import Live
from bot.client import COGS, LocalBot
from bot.show import phrases
from bot.show.cards import card
from bot.show.language import COMMAND, ENGLISH, closest, languages, own_name, phrasebook, speaking, t
from bot.state.database import Database
from tests.show.phrases_found import phrases as found_phrases

SPOKEN = ("de", "es-ES", "fr", "ja", "ko", "pt-BR", "zh-CN")


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w+\}", text))


@pytest.fixture
async def commands(live: Live[Knowledge]) -> list[app_commands.Command | app_commands.Group]:  # type: ignore[type-arg]
    bot = LocalBot(live, Database("sqlite:///never-opened.sqlite"))
    for cog in COGS:
        await bot.load_extension(cog)
    found = list(bot.tree.walk_commands())
    await bot.close()
    return found


def test_these_languages_are_there() -> None:
    assert languages() == SPOKEN


@pytest.mark.parametrize("language", SPOKEN)
def test_every_phrase_is_translated_and_keeps_its_placeholders(language: str) -> None:
    book = phrasebook(language)
    wanted = set(found_phrases())
    assert {text for context, text in book if not context} >= wanted
    for (_, english), said in book.items():
        assert said.strip()
        assert placeholders(said) == placeholders(english), english
    assert len(set(book.values())) > 0.8 * len(book)


@pytest.mark.parametrize("language", SPOKEN)
async def test_every_command_is_translated_within_discords_limits(
    language: str,
    commands: list[app_commands.Command | app_commands.Group],  # type: ignore[type-arg]
) -> None:
    book = phrasebook(language)
    names = []
    for command in commands:
        assert len(book["", command.description]) <= 100
        if command.parent is None:
            name = book[COMMAND, command.name]
            names.append(name)
            assert 1 <= len(name) <= 32
            assert re.fullmatch(r"[-_'\w]+", name)
            assert name == name.lower()
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("language", SPOKEN)
def test_nothing_is_left_over(language: str, commands: list[app_commands.Command]) -> None:  # type: ignore[type-arg]
    known = {("", text) for text in found_phrases()} | {("", command.description) for command in commands}
    known |= {(COMMAND, command.name) for command in commands}
    assert set(phrasebook(language)) <= known


def texts(components: list[object]) -> Iterator[str]:
    for component in components:
        if isinstance(component, dict):
            if "content" in component:
                yield component["content"]
            yield from texts(component.get("components", []))


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize(
    "line",
    [
        "/willitrun model: llama 3.1 8b gpu: rtx 3090",
        "/willitrun model: llama 3.3 70b gpu: 2x rtx 3090 context: 64k",
        "/willitrun model: deepseek r1 gpu: rtx 3060 12gb",
        "/willitrun model: qwen3 30b a3b q8_0 gpu: rtx 3090 ram: 32",
        "/willitrun model: llama 3.1 8b gpu: rtx 3060",
        "/willitrun model: gpt-4o gpu: rtx 3090",
        "/willitrun model: nonsense xyz gpu: rtx 3090",
        "/willitrun model: llama 3.1 8b",
        "/error cuda oom",
        "/glossary rlhf",
    ],
)
async def test_main_cards_in_every_language(knowledge: Knowledge, language: str, line: str) -> None:
    result = await answer(read_typed(line), knowledge)
    english = list(texts(card(result).to_components()))  # type: ignore[no-untyped-call]
    with speaking(language):
        said = list(texts(card(result).to_components()))  # type: ignore[no-untyped-call]
    assert said != english
    assert len(said) == len(english)
    assert not any("{" in text for text in said)


def test_the_nearest_language_is_spoken() -> None:
    assert [closest(c) for c in ("de", "es-419", "en-US", "en-GB", "pt-BR", "xx", "", None)] == [
        "de", "es-ES", ENGLISH, ENGLISH, "pt-BR", ENGLISH, ENGLISH, ENGLISH,
    ]  # fmt: skip
    assert own_name("de") == "Deutsch"
    with speaking("xx"):
        assert t("Fits") == "Fits"
    assert phrasebook(ENGLISH) == {}


@given(st.text(max_size=50))
def test_what_people_typed_is_never_taken_for_a_placeholder(typed: str) -> None:
    with speaking("de"):
        assert typed in phrases.ask_back("model", typed)
