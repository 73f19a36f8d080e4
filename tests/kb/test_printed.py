"""Messages as programs print them."""

from pathlib import Path

import pytest

from bot.answers.knowledge import Knowledge


@pytest.mark.parametrize(
    ("printed", "entry"),
    [line.split("\t") for line in (Path(__file__).parent / "printed.tsv").read_text(encoding="utf-8").splitlines()],
)
def test_what_programs_print_is_known_by_its_pattern(knowledge: Knowledge, printed: str, entry: str) -> None:
    """Messages of vLLM 0.33.0, transformers 5.23.0 and llama.cpp, from their sources.

    Words alone («KV cache») name no entry.
    """
    found = [hit.entry.id for hit in knowledge.errors.find(printed)]
    assert found[:1] == ([] if entry == "-" else [entry])
