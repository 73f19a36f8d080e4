"""Measured runs of the catalog, and how much one can rely on them."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from bot.answers.answer import Frozen
from bot.catalog.records import Benchmark
from bot.catalog.store import Catalog

Confidence = Literal["very high", "high", "moderate", "low"]

_STALE_DAYS = 548
"""Rows older than 18 months are stale: programs have changed since."""
_AGREE = 1.25
_NEAR_DEPTH = 4096
"""A run with so much in the cache is still like one at the start of a chat."""


class MeasuredOut(Frozen):
    """One measured run as its source gives it."""

    id: str
    model: str
    hardware: str
    quant: str
    memory_gib: float
    count: int
    runtime: str
    backend: str
    depth: int
    prefill_tok_s: float | None
    decode_tok_s: float | None
    measured: str | None
    source: str
    confidence: Confidence


def as_measured(run: Benchmark, catalog: Catalog, alike: Iterable[Benchmark]) -> MeasuredOut:
    """A row of the catalog for people, with its confidence among rows of the same thing."""
    return MeasuredOut(
        id=run.id,
        model=catalog.models[run.model].name,
        hardware=catalog.hardware[run.hardware].name,
        quant=run.quant,
        memory_gib=run.memory_gib,
        count=run.count,
        runtime=run.runtime,
        backend=run.backend,
        depth=run.depth,
        prefill_tok_s=run.prefill_tok_s,
        decode_tok_s=run.decode_tok_s,
        measured=run.measured.isoformat() if run.measured else None,
        source=run.source,
        confidence=_confidence(run, [other for other in alike if same_thing(run, other)], catalog.checked),
    )


def same_thing(a: Benchmark, b: Benchmark) -> bool:
    """Whether two rows are of one tuple: model, quant, hardware with its memory, count and engine."""
    return (a.model, a.quant, a.hardware, a.memory_gib, a.count, a.engine, a.backend) == (
        b.model, b.quant, b.hardware, b.memory_gib, b.count, b.engine, b.backend,
    )  # fmt: skip


def runs_of(
    catalog: Catalog, model: str, quant: str, hardware: str, memory_gib: float, count: int, engine: str, backend: str
) -> list[Benchmark]:
    """Decode runs of one tuple near the start of a chat."""
    return [
        run
        for run in catalog.benchmarks_of.get(model, ())
        if run.hardware == hardware and run.quant == quant and run.count == count
        and abs(run.memory_gib - memory_gib) < 0.6 and run.engine == engine and run.backend == backend
        and run.decode_tok_s and run.depth <= _NEAR_DEPTH
    ]  # fmt: skip


def _confidence(run: Benchmark, same: list[Benchmark], today: str) -> Confidence:
    """Words, never a percentage: by reproduction, completeness and age of the row."""
    others = [o for o in same if o.source != run.source and o.decode_tok_s and run.decode_tok_s]
    agreeing = {o.source for o in others if _ratio(o.decode_tok_s or 0, run.decode_tok_s or 0) <= _AGREE}
    fresh = run.measured is not None and (date.fromisoformat(today) - run.measured).days <= _STALE_DAYS
    complete = run.runtime != "unstated" and run.measured is not None
    if len(agreeing) >= 2 and fresh:
        return "very high"
    if agreeing and fresh:
        return "high"
    return "moderate" if complete and fresh else "low"


def _ratio(a: float, b: float) -> float:
    return max(a, b) / min(a, b)
