"""Errors as people type and paste them, each with the entry that is meant, or none: texts about something else.

``typed_errors.tsv`` and ``logs.jsonl`` are written by us; texts of public threads are in
``benchmarks/data/errors.jsonl``.
"""

from pathlib import Path

import orjson
import pytest

from bot.answers.knowledge import Knowledge

HERE = Path(__file__).parent
LINES = (HERE / "typed_errors.tsv").read_text(encoding="utf-8").splitlines()
LOGS = [orjson.loads(line) for line in (HERE / "logs.jsonl").read_bytes().splitlines()]


@pytest.mark.parametrize(("text", "entry"), [tuple(line.rsplit("\t", 1)) for line in LINES])
def test_what_is_typed(knowledge: Knowledge, text: str, entry: str) -> None:
    assert [hit.entry.id for hit in knowledge.errors.find(text)][:1] == ([] if entry == "-" else [entry])


@pytest.mark.parametrize(("log", "entry"), [(row["log"], row["entry"]) for row in LOGS])
def test_what_is_pasted(knowledge: Knowledge, log: str, entry: str | None) -> None:
    assert [hit.entry.id for hit in knowledge.errors.find(log)][:1] == ([entry] if entry else [])
