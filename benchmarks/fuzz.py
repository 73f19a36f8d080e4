"""Every parser of what people, files and other programs send, on made-up input: does it fail, and does it take long?

Inputs are real ones mended by chance (characters changed, cut, doubled, glued to others), and noise. A fault that a
parser declares is an answer; any other is a finding. ``python -m benchmarks.fuzz 1000000`` for the whole.
"""

import asyncio
import logging
import multiprocessing
import random
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.timing import shipped_catalog
from bot.answers.answer import Answer
from bot.answers.knowledge import Knowledge
from bot.answers.options import read_usd
from bot.answers.report import without_secrets
from bot.answers.router import answer, read_question
from bot.answers.typed import NotACommand, read_typed
from bot.catalog.hf_config import UnknownArchitecture, architecture_from_config
from bot.catalog.prose import ProseFault, error_sections, split_front_matter
from bot.hub.address import read_address
from bot.hub.gguf import BrokenHeader, config_from_header, read_header
from bot.kb.log_facts import read_facts
from bot.naming.quants import find_quant
from bot.naming.sentence import read_sentence
from bot.naming.text import parse_context
from bot.show.custom_id import decode

SLOW_MS = 500.0
"""What an input may take at most, many times the usual, for a noisy machine."""
_NOISE = "".join(map(chr, (*range(32, 127), 9, 10, 0, 0x85, 0x200B, 0x202E, 0xFF10, 0x1F600, 0x0301, 0xD7FF)))
_ODD = (
    "x" * 300, "9" * 400, "((((" * 80, "@everyone", "\x00", "٣٠٩٠", "🟩" * 40, "a+" * 100, "2x" * 60, "%s{0}", "../..",
    "𝟛𝟘𝟡𝟘",
)  # fmt: skip


class Parser(NamedTuple):
    """A parser: what it takes, the faults that it declares, and its share of the inputs."""

    name: str
    parse: Callable[[Any], object]
    seeds: list[str]
    declared: tuple[type[Exception], ...] = ()
    share: float = 1.0


class Tried(NamedTuple):
    """How a parser did: of how many inputs, its faults, and the slowest with their milliseconds."""

    name: str
    inputs: int
    faults: list[str]
    over: int
    slowest: list[tuple[float, str]]


def parsers(knowledge: Knowledge) -> list[Parser]:
    """All of them, with real inputs to begin from."""
    catalog = knowledge.catalog
    models = [n for m in list(catalog.models.values())[:400] for n in (m.name, m.hf_id, *m.aliases[:1])]
    cards = [n for h in catalog.hardware.values() for n in (h.name, *h.aliases[:1])] + [
        "2x 3090 + 64gb ram",
        "m3 max 64gb",
    ]
    logs = [text for e in catalog.errors.values() for text in (*e.examples, *e.phrases[:3])]
    typed = ["/willitrun model: llama 3.1 8b gpu: rtx 3090", "/error cuda oom", "/cost model: x gpu: y tokens: 5M"]
    json = [
        orjson.dumps({"command": "willitrun", "options": {"model": m, "gpu": "3090"}}).decode() for m in models[:50]
    ]
    ids = ["quant~w~0=llama-3.1-8b-instruct~1=rtx-3090~v=1a2b", "pick-gpu~f~0=rtx-3060~v=1a2b", "report~e~0=cuda~v=1"]
    config = [
        orjson.dumps(
            {
                "model_type": kind, "num_hidden_layers": 32, "hidden_size": 4096, "num_attention_heads": 32,
                "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 128256, "head_dim": 128,
                "max_position_embeddings": 131072, "num_experts": 64, "num_experts_per_tok": 8,
                "sliding_window": 4096, "layer_types": ["full_attention"] * 8,
            }
        ).decode()
        for kind in ("llama", "qwen3_moe", "gemma3_text", "mixtral", "deepseek_v3", "mamba2", "gpt_oss")
    ]  # fmt: skip
    page = ['+++\ntitle = "x"\n+++\n## Cause\ntext\n## Fix\n1. Do it.\n   ```bash\n   ls\n   ```\n']
    amounts = ["$1,200", "1.5k", "800 usd", "128k", "8192", "max", "20M tokens"]

    def sentence(text: str) -> object:
        return read_sentence(text, knowledge.models, knowledge.hardware)

    def all_at_once(line: str) -> object:
        question = read_question(line)
        return question if isinstance(question, Answer) else asyncio.run(answer(question, knowledge))

    return [
        Parser("model names", knowledge.models.resolve, models, share=2),
        Parser("hardware names", knowledge.hardware.resolve, cards, share=2),
        Parser(
            "sentences",
            lambda s: read_sentence(s, knowledge.models, knowledge.hardware),
            typed + models[:60],
            share=0.05,
        ),
        Parser("errors", knowledge.errors.find, logs, share=0.6),
        Parser("facts of logs", read_facts, logs, share=2),
        Parser("glossary", knowledge.glossary.find, [t.title for t in catalog.glossary.values()], share=0.3),
        Parser("quants", find_quant, ["Q4_K_M", "iq3_xxs gguf", "mlx 4bit", "exl3 4.0bpw"], share=3),
        Parser("contexts and amounts", lambda s: (parse_context(s), read_usd(s)), amounts, share=4),
        Parser("custom ids", decode, ids, share=4),
        Parser("typed commands", read_typed, typed, (NotACommand,), share=3),
        Parser("questions, answered", all_at_once, json, share=0.2),
        Parser("addresses", read_address, ["https://huggingface.co/org/name/blob/main/x.gguf", "org/name"], share=3),
        Parser("secrets", without_secrets, [*logs, "hf_abcdefghijklmnop at 10.0.0.1"], share=2),
        Parser("config.json", _config, config, (UnknownArchitecture, orjson.JSONDecodeError), share=2),
        Parser("front matter", _page, page, (ProseFault,), share=1),
        Parser("GGUF headers", _header, [], (BrokenHeader, UnknownArchitecture), share=1),
    ]


def _config(text: str) -> object:
    found = orjson.loads(text)
    return architecture_from_config(found) if isinstance(found, dict) else None


def _page(text: str) -> object:
    _, body = split_front_matter(text)
    return error_sections(body)


def _header(data: bytes) -> object:
    return config_from_header(read_header(lambda start, length: data[start : start + length]))


def _gguf(chance: random.Random) -> bytes:
    """A small header with a few keys and tensors, some bytes of it changed."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    keys = [text("general.architecture") + struct.pack("<I", 8) + text("llama")]
    keys += [
        text(f"llama.{name}") + struct.pack("<II", 4, chance.choice((0, 1, 32, 4096, 2**31)))
        for name in ("block_count", "embedding_length", "attention.head_count", "feed_forward_length", "vocab_size")
    ]
    keys.append(text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b"))
    tensors = [
        text(name)
        + struct.pack("<I", 2)
        + struct.pack("<QQ", 32, chance.choice((1, 4, 2**40)))
        + struct.pack("<IQ", 0, 0)
        for name in ("token_embd.weight", "blk.0.attn_q.weight")
    ]
    data = bytearray(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys)) + b"".join(keys + tensors))
    for _ in range(chance.choice((0, 1, 1, 2, 8))):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data[: chance.choice((len(data), chance.randrange(len(data) + 1)))])


def _made(chance: random.Random, seeds: list[str]) -> str:
    """A real input changed by chance, or noise."""
    text = chance.choice(seeds) if chance.random() < 0.9 else ""
    for _ in range(chance.choice((0, 1, 1, 2, 3, 6))):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(7):
            case 0:
                text = text[:at] + chance.choice(_NOISE) + text[at:]
            case 1:
                text = text[:at] + text[at + chance.randrange(1, 4) :]
            case 2:
                text = text[:at] + chance.choice(_ODD) + text[at:]
            case 3:
                text = text + chance.choice((" ", "", "+", ", ", "\n", ":")) + chance.choice(seeds)
            case 4:
                text = text.upper() if chance.random() < 0.5 else text[::-1]
            case 5:
                text = (text * chance.randrange(2, 6))[:5000]
            case _:
                text = "".join(chance.choice(_NOISE) for _ in range(chance.randrange(1, 60)))
    return text


def attack(parser: Parser, count: int, seed: int) -> Tried:
    """Try ``count`` inputs."""
    chance = random.Random(seed)  # noqa: S311
    faults: list[str] = []
    slowest: list[tuple[float, str]] = []
    over = 0
    for _ in range(count):
        given: Any = _made(chance, parser.seeds) if parser.seeds else _gguf(chance)
        start = time.perf_counter()
        try:
            parser.parse(given)
        except parser.declared:
            pass
        except Exception as fault:
            faults.append(f"{type(fault).__name__}: {fault} on {given[:120]!r}")
        took_ms = 1000 * (time.perf_counter() - start)
        over += took_ms > SLOW_MS
        if len(slowest) < 10 or took_ms > slowest[-1][0]:
            slowest = sorted([*slowest, (took_ms, repr(given[:60]))], reverse=True)[:10]
    return Tried(parser.name, count, faults, over, slowest)


def _work(order: tuple[Path, int, int]) -> list[Tried]:
    folder, total, seed = order
    logging.disable(logging.CRITICAL)
    knowledge = Knowledge(shipped_catalog(folder))
    knowledge.build_indexes()
    every = parsers(knowledge)
    shares = sum(parser.share for parser in every)
    return [attack(parser, max(1, round(total * parser.share / shares)), seed) for parser in every]


def main(total: int) -> int:
    """Run on two processes and print; the exit code is 1 where something failed or took too long."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shipped_catalog(folder)
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            halves = pool.map(_work, [(folder, total // 2, seed) for seed in (1, 2)])
    table = Table("parser", "inputs", "unhandled", f"over {SLOW_MS:g} ms", "slowest, ms", title="Made-up inputs")
    bad = 0
    slowest: list[tuple[float, str, str]] = []
    for parts in zip(*halves, strict=True):
        faults = [fault for part in parts for fault in part.faults]
        over = sum(part.over for part in parts)
        bad += len(faults) + over
        most = max(slow for part in parts for slow in part.slowest)
        slowest += [(ms, parts[0].name, given) for part in parts for ms, given in part.slowest]
        table.add_row(parts[0].name, f"{sum(p.inputs for p in parts):,}", str(len(faults)), str(over), f"{most[0]:.1f}")
        for fault in faults[:3]:
            print(f"{parts[0].name}: {fault}")
    console = Console(width=120)
    console.print(table)
    console.print("The slowest ten:")
    for ms, parser, given in sorted(slowest, reverse=True)[:10]:
        console.print(f"  {ms:7.1f} ms  {parser}: {given}", markup=False, highlight=False)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
