"""The catalog's files, their checks, and the file that is built from them."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.catalog.build import BrokenCatalog, build, built_hash
from bot.catalog.check import check
from bot.catalog.load import load
from bot.catalog.place import Live, bring_up_to_date
from bot.catalog.store import Catalog, read_catalog
from bot.kb.check import check_examples
from tests.support import DATA, ROOT

TOOL = """
[[tool]]
id = "llama.cpp"
name = "llama.cpp"
category = "runtime"
url = "https://github.com/ggml-org/llama.cpp"
systems = ["linux"]
best_for = "everything"
caveat = "none"
sources = ["https://github.com/ggml-org/llama.cpp"]
checked = 2026-11-23
"""
MODEL = """
[[model]]
id = "tiny"
name = "Tiny"
org = "me"
family = "Tiny"
hf_id = "me/Tiny"
params = 8_030_261_248
context = 8192
sources = ["https://huggingface.co/me/Tiny"]
checked = 2026-11-23

[model.architecture]
family = "llama"
layers = 32
hidden = 4096
vocab = 128256
max_context = 8192
heads = 32
kv_heads = 8
head_dim = 128
ffn = 14336
"""
TERM = """+++
title = "Token"
category = "Large language models"
related = ["other"]
sources = ["https://example.org/token"]
checked = 2026-11-23
+++

## Definition

A unit.

## Deeper dive

Deeper.

## Practical example

An example.

## Workflow example

A workflow.
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for folder in ("models", "hardware", "tools", "errors", "glossary"):
        (tmp_path / "data" / folder).mkdir(parents=True)
    (tmp_path / "data" / "tools" / "runtimes.toml").write_text(TOOL)
    (tmp_path / "data" / "models" / "tiny.toml").write_text(MODEL)
    return tmp_path / "data"


def faults(data: Path) -> list[str]:
    loaded = load(data)
    return [str(fault) for fault in loaded.faults or check(loaded)]


def test_the_shipped_catalog_has_no_faults() -> None:
    loaded = load(DATA)
    assert loaded.faults == []
    assert check(loaded) == []
    assert check_examples(loaded) == []


def test_the_shipped_catalog_is_as_large_as_promised(catalog: Catalog) -> None:
    assert len(catalog.models) >= 80
    assert len({model.family for model in catalog.models.values()}) >= 25
    assert len(catalog.hardware) >= 150
    assert len(catalog.errors) >= 40
    assert len(catalog.glossary) >= 60
    assert len(catalog.tools) >= 15
    assert "rlhf" in catalog.glossary


def test_a_small_catalog_is_sound(data: Path) -> None:
    assert faults(data) == []


Break = Callable[[Path], object]
BROKEN: dict[str, tuple[Break, str]] = {
    "missing field": (
        lambda d: (d / "tools/runtimes.toml").write_text(TOOL.replace('category = "runtime"\n', "")),
        "tools/runtimes.toml: llama.cpp: category: Field required",
    ),
    "wrong type": (
        lambda d: (d / "models/tiny.toml").write_text(MODEL.replace("context = 8192", 'context = "8k"')),
        "models/tiny.toml: tiny: context:",
    ),
    "wrong unit": (
        lambda d: (d / "models/tiny.toml").write_text(MODEL.replace("params = 8_030_261_248", "params = 8")),
        "models/tiny.toml: tiny: params: the architecture gives 8,030,261,248",
    ),
    "context": (
        lambda d: (d / "models/tiny.toml").write_text(MODEL.replace("context = 8192", "context = 16384", 1)),
        "models/tiny.toml: tiny: context: 16,384 tokens, but the architecture ends at 8,192",
    ),
    "contradiction": (
        lambda d: (d / "models/tiny.toml").write_text(MODEL.replace("kv_heads = 8", "kv_heads = 7")),
        "models/tiny.toml: tiny: architecture: Value error, 32 heads cannot share 7 kv_heads",
    ),
    "duplicate": (
        lambda d: (d / "tools/again.toml").write_text(TOOL),
        "tools/runtimes.toml: llama.cpp: id: also in tools/again.toml",
    ),
    "no source that can be opened": (
        lambda d: (d / "models/tiny.toml").write_text(MODEL.replace("https://huggingface.co/me/Tiny", "a friend said")),
        "models/tiny.toml: tiny: sources: none of them can be opened",
    ),
    "bad date": (
        lambda d: (d / "models/tiny.toml").write_text(MODEL.replace("2026-11-23", '"yesterday"')),
        "models/tiny.toml: tiny: checked:",
    ),
    "not TOML": (
        lambda d: (d / "models/tiny.toml").write_text("[[model]\nid ="),
        "models/tiny.toml: -: -: not valid TOML",
    ),
    "not UTF-8": (
        lambda d: (d / "models/tiny.toml").write_bytes(b'name = "\xff\xfe"'),
        "models/tiny.toml: -: -: not UTF-8",
    ),
    "huge file": (
        lambda d: (d / "models/tiny.toml").write_text("#" * 2_100_000),
        "models/tiny.toml: -: -: 2,100,000 bytes",
    ),
    "front matter missing": (
        lambda d: (d / "glossary/token.md").write_text("## Definition\nA unit."),
        "glossary/token.md: token: -: front matter missing",
    ),
    "dangling link": (
        lambda d: (d / "glossary/token.md").write_text(TERM),
        "glossary/token.md: token: related: no record «other»",
    ),
    "missing part": (
        lambda d: (d / "glossary/token.md").write_text(TERM.replace("## Deeper dive\n\nDeeper.\n", "")),
        "glossary/token.md: token: -: section «Deeper dive» is missing",
    ),
    "unknown table": (
        lambda d: (d / "tools/x.toml").write_text("[[toool]]\nid = 1\n"),
        "tools/x.toml: toool: -: unknown table",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_is_named_by_file_record_and_field(data: Path, name: str) -> None:
    damage, expected = BROKEN[name]
    damage(data)
    assert any(fault.startswith(expected) for fault in faults(data)), faults(data)


def test_who_runs_the_bot_may_read_what_another_built(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "catalog.sqlite"
    build(data, target)
    assert target.stat().st_mode & 0o777 == 0o644


def test_a_second_build_does_nothing(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "catalog.sqlite"
    assert build(data, target)
    assert not build(data, target)
    (data / "tools" / "runtimes.toml").write_text(TOOL.replace('"none"', '"some"'))
    assert build(data, target)


def test_a_broken_catalog_leaves_the_good_file_alone(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "catalog.sqlite"
    build(data, target)
    before = target.read_bytes()
    (data / "models" / "tiny.toml").write_text("broken [")
    with pytest.raises(BrokenCatalog):
        build(data, target)
    assert target.read_bytes() == before
    assert list(tmp_path.glob("*.new")) == []


async def test_the_last_good_catalog_stays_in_use(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "catalog.sqlite"
    await bring_up_to_date(data, target)
    (data / "models" / "tiny.toml").write_text("broken [")
    await bring_up_to_date(data, target)
    assert "tiny" in (await read_catalog(target)).models


async def test_without_an_earlier_file_a_broken_catalog_stops_the_start(data: Path, tmp_path: Path) -> None:
    (data / "models" / "tiny.toml").write_text("broken [")
    with pytest.raises(BrokenCatalog):
        await bring_up_to_date(data, tmp_path / "catalog.sqlite")


async def test_a_running_bot_takes_over_a_new_catalog_and_ignores_a_damaged_one(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "catalog.sqlite"
    await bring_up_to_date(data, target)
    live = Live(target, await read_catalog(target), lambda catalog: set(catalog.tools))
    assert not await live.refresh()
    (data / "tools" / "more.toml").write_text(TOOL.replace('"llama.cpp"', '"second"'))
    build(data, target)
    assert await live.refresh()
    assert live.value == {"llama.cpp", "second"}
    target.write_bytes(b"not a database at all")
    assert not await live.refresh()
    assert live.value == {"llama.cpp", "second"}


def test_a_file_that_is_no_catalog_is_built_anew(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "catalog.sqlite"
    target.write_bytes(b"rubbish")
    assert built_hash(target) is None
    assert build(data, target)
    assert sqlite3.connect(target).execute("SELECT count(*) FROM record").fetchone()[0] == 2


async def test_what_is_read_equals_what_was_written(catalog_file: Path, catalog: Catalog) -> None:
    loaded = load(DATA)
    assert {m.id: m for m in loaded.records["model"]} == catalog.models
    assert (await read_catalog(catalog_file)).hardware == catalog.hardware


BUILDER = """
import sys, time
from pathlib import Path
from bot.catalog.build import build
data, target = Path(sys.argv[1]), Path(sys.argv[2])
print("ready", flush=True)
while True:
    target.unlink(missing_ok=True)
    build(data, target)
"""


def test_kill_9_during_a_build_leaves_a_whole_catalog_or_none(data: Path, tmp_path: Path) -> None:
    (tmp_path / "built").mkdir()
    target = tmp_path / "built" / "catalog.sqlite"
    for wait_s in (0.0, 0.003, 0.01, 0.02, 0.05):
        command = [sys.executable, "-c", BUILDER, str(data), str(target)]
        builder = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert builder.stdout
        builder.stdout.readline()
        time.sleep(wait_s)
        builder.kill()
        builder.wait()
        builder.stdout.close()
        if target.is_file():
            assert asyncio.run(read_catalog(target)).models
    build(data, target)
    assert asyncio.run(read_catalog(target)).models
