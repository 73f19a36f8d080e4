"""A text that was copied from a terminal, a page or a chat finds what it finds as it was printed."""

import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.answers.knowledge import Knowledge
from bot.kb.pasted import bare

FILE = Path(__file__).with_name("printed.tsv")
LINES = [line.rsplit("\t", 1) for line in FILE.read_text(encoding="utf-8").splitlines()]
PRINTED = [(text, entry) for text, entry in LINES if entry != "-"]


def each_line(by: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "\n".join(map(by, text.split("\n")))


AROUND: dict[str, Callable[[str], str]] = {
    "a quote in a chat": each_line(lambda line: f"> {line}"),
    "a block of code": lambda text: f"hi, I get this:\n```bash\n{text}\n```\nany idea?",
    "Compose": each_line(lambda line: f"server-1  | {line}"),
    "journald": each_line(lambda line: f"Nov 27 03:10:11 box serve[1234]: {line}"),
    "Kubernetes": each_line(lambda line: f"2026-11-27T03:10:11.123456Z {line}"),
    "Python's logging": each_line(lambda line: f"2026-11-27 03:10:11,123 - ERROR - {line}"),
    "vLLM": each_line(lambda line: f"(EngineCore_0 pid=1234) ERROR 11-27 03:10:11 [core.py:700] {line}"),
    "colours": each_line(lambda line: f"\x1b[31m\x1b[1m{line}\x1b[0m"),
    "colours without their escape": each_line(lambda line: f"[31m{line}[0m"),
    "spaces of a web page": lambda text: text.replace(" ", "\u00a0"),
    "quotes of a phone": lambda text: text.replace("'", "\u2019").replace('"', "\u201c"),
    "escapes of Markdown": lambda text: re.sub(r"([_*])", r"\\\1", text),
    "escapes of JSON": lambda text: text.replace('"', '\\"'),
    "a narrow window": lambda text: "\n".join(
        part for line in text.split("\n") for part in textwrap.wrap(line, 60) or [""]
    ),
    "greetings in another language": lambda text: f"Hallo, ich bekomme diesen Fehler:\n{text}\nDanke!",
}


@pytest.mark.parametrize("around", AROUND)
def test_what_is_around_a_text_changes_nothing(around: str, knowledge: Knowledge) -> None:
    for printed, entry in PRINTED[::3]:
        found = knowledge.errors.find(bare(AROUND[around](printed)))
        assert [hit.entry.id for hit in found[:1]] == [entry], printed


@pytest.mark.parametrize(
    "text", ["- a list", "ERROR: could not build wheels", "INFO:     Started", "| a | b |", "C:\\new"]
)
def test_what_is_part_of_a_text_stays(text: str) -> None:
    assert bare(text) == text
