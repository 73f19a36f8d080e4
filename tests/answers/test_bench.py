"""Measured speeds."""

from pathlib import Path

import pytest

from bot.answers.answer import Question
from bot.answers.bench import BenchOut
from bot.answers.knowledge import Knowledge
from bot.answers.router import answer
from bot.answers.willitrun import WillItRunOut
from bot.catalog.load import load
from bot.catalog.runs import run_faults
from tests.support import DATA


async def test_rows_and_cohorts(knowledge: Knowledge) -> None:
    said = await answer(Question(command="bench", options={"model": "llama 3.1 8b", "gpu": "rtx 3090"}), knowledge)
    assert isinstance(said.answer, BenchOut)
    assert said.answer.total == len([r for r in knowledge.catalog.benchmarks
                                     if (r.model, r.hardware) == ("llama-3.1-8b-instruct", "rtx-3090")])  # fmt: skip
    assert {cohort.kind for cohort in said.answer.cohorts} >= {"other_hardware", "other_models"}
    assert all(row.source.startswith("http") for row in said.answer.rows)


async def test_a_tuple_without_rows_offers_the_nearest(knowledge: Knowledge) -> None:
    said = await answer(Question(command="bench", options={"model": "llama 3.1 8b", "gpu": "rtx a1000"}), knowledge)
    assert isinstance(said.answer, BenchOut)
    assert said.answer.total == 0
    assert said.answer.cohorts[0].kind == "other_hardware"


async def test_a_measured_tuple_is_said_to_be_measured(knowledge: Knowledge) -> None:
    run = next(
        r
        for r in knowledge.catalog.benchmarks
        if (r.model, r.quant, r.engine, r.backend) == ("llama-3.1-8b-instruct", "Q4_K_M", "llama.cpp", "cuda")
        and r.decode_tok_s and r.count == 1 and r.memory_gib >= 10 and r.depth == 0
    )  # fmt: skip
    options = {"model": "llama 3.1 8b q4_k_m", "gpu": run.hardware}
    said = await answer(Question(command="willitrun", options=options), knowledge)
    assert isinstance(said.answer, WillItRunOut)
    assert said.answer.speed is not None
    assert said.answer.speed.basis == "measured"
    low, high = said.answer.speed.decode_tok_s
    assert low <= (run.decode_tok_s or 0.0) <= high


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"decode_tok_s": 1e6}, "decode_tok_s"),
        ({"prefill_tok_s": 1.0, "prompt_tokens": 512, "decode_tok_s": 50.0}, "prefill_tok_s"),
        ({"quant": "Q9_X"}, "quant"),
        ({"decode_tok_s": None, "prefill_tok_s": None}, "decode_tok_s"),
    ],
)
def test_an_impossible_run_is_rejected(knowledge: Knowledge, change: dict[str, object], field: str) -> None:
    catalog = knowledge.catalog
    run = next(r for r in catalog.benchmarks if r.hardware == "rtx-3090").model_copy(update=change)
    assert field in {f for f, _ in run_faults(run, catalog.models[run.model], catalog.hardware[run.hardware])}


def test_a_shifted_column_is_named(tmp_path: Path) -> None:
    text = (DATA / "benchmarks" / "runs.csv").read_text(encoding="utf-8").splitlines()
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    (folder / "runs.csv").write_text("\n".join([text[0], text[1], text[2].replace(",", "", 1)]))
    assert str(load(tmp_path).faults[0]).startswith("benchmarks/runs.csv: ")
    (folder / "runs.csv").write_text("\n".join([text[0].replace("model,quant", "quant,model"), text[1]]))
    assert "the columns must be" in str(load(tmp_path).faults[0])
