"""Errors as people type them, each with the entry that is meant (``-``: none, it is about something else).

``typed_errors.tsv`` is written by us; texts of public threads are in ``benchmarks/data/errors.jsonl``.
"""

from pathlib import Path

import pytest

from bot.answers.knowledge import Knowledge

LINES = Path(__file__).with_name("typed_errors.tsv").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("text", "entry"), [tuple(line.rsplit("\t", 1)) for line in LINES])
def test_the_entry_that_is_meant_is_first(knowledge: Knowledge, text: str, entry: str) -> None:
    assert [hit.entry.id for hit in knowledge.errors.find(text)][:1] == ([] if entry == "-" else [entry])
