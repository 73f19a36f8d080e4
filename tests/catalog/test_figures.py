"""Figures in prose come from the engine."""

from pathlib import Path

import pytest

from bot.catalog.figures import BadFigure, fill, typed_by_hand
from bot.catalog.load import load
from bot.catalog.store import Catalog
from tests.support import DATA


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{weights llama-3.1-8b-instruct@Q4_K_M}}", "4.30 GiB"),
        ("{{file llama-3.1-8b-instruct@Q4_K_M}} and {{kv llama-3.1-8b-instruct@Q4_K_M}}", "4.58 GiB and 1.00 GiB"),
        ("{{kv llama-3.1-8b-instruct@Q4_K_M,32k,q8_0}}", "2.12 GiB"),
        ("{{verdict llama-3.3-70b-instruct@Q4_K_M on 2x rtx-3090}}", "fits"),
        ("{{verdict deepseek-r1@Q4_K_M on rtx-3060-12gb}}", "does not run"),
        ("nothing to fill in", "nothing to fill in"),
    ],
)
def test_figures_are_filled_in(catalog: Catalog, text: str, filled: str) -> None:
    assert fill(text, catalog.models, catalog.hardware) == filled


@pytest.mark.parametrize(
    "text",
    [
        "{{weights no-such-model@Q4_K_M}}", "{{weights llama-3.1-8b-instruct@Q9_Z}}", "{{colour qwen3-8b@Q4_K_M}}",
        "{{speed qwen3-8b@Q4_K_M}}", "{{speed qwen3-8b@Q4_K_M on toaster}}", "{{weights qwen3-8b@Q4_K_M on rtx-3090}}",
        "{{}}", "{{weights qwen3-8b}}",
    ],
)  # fmt: skip
def test_a_figure_of_nothing_is_a_fault(catalog: Catalog, text: str) -> None:
    with pytest.raises(BadFigure):
        fill(text, catalog.models, catalog.hardware)


def test_a_figure_typed_by_hand_is_seen() -> None:
    assert typed_by_hand("An 8B model takes 4.58 GiB at Q4_K_M.") == "n 8B model takes 4.58 GiB"
    assert typed_by_hand("{{file qwen3-8b@Q4_K_M}} on a 12 GB card") is None


def test_faults_are_named_by_file_record_and_field(tmp_path: Path) -> None:
    folder = tmp_path / "glossary"
    folder.mkdir()
    text = (DATA / "glossary" / "rlhf.md").read_text(encoding="utf-8")
    (folder / "rlhf.md").write_text(text, encoding="utf-8")
    (fault,) = load(tmp_path).faults
    assert (fault.file, fault.record, fault.field) == ("glossary/rlhf.md", "rlhf", "practical_example")
    assert "llama-3.1-8b-instruct" in fault.problem
