"""Time of one full answer from resolved records, beside a baseline that runs on the same machine."""

import asyncio
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bot.answers.answer import Question
from bot.answers.knowledge import Knowledge, Recent
from bot.answers.router import answer
from bot.catalog.build import build
from bot.catalog.store import Catalog, read_catalog
from bot.fit.devices import Device
from bot.fit.plan import Load
from bot.fit.quants import QUALITY_ORDER
from bot.fit.speed import estimate
from bot.fit.verdict import best_quant, judge, max_context

_CASES = (
    ("llama-3.1-8b-instruct", (12,)),
    ("qwen3-30b-a3b", (24,)),
    ("gemma-3-27b-it", (24,)),
    ("qwen3.6-27b", (24,)),
    ("deepseek-r1", (80,) * 8),
    ("llama-3.3-70b-instruct", (24, 24)),
)


def median_us(work: Callable[[], object], rounds: int = 200) -> float:
    """Median microseconds of a call."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter_ns()
        work()
        times.append((time.perf_counter_ns() - start) / 1000)
    return statistics.median(times)


def baseline_us() -> float:
    """A thousand multiplications in plain Python: what the figures are divided by."""
    return median_us(lambda: [n * 1.5 for n in range(1000)])


def fit_cases(catalog: Catalog) -> list[tuple[str, Callable[[], object]]]:
    """Plan, verdict, largest context, best quant and speed, by model and cards."""
    return [(f"{model} on {len(g)}× {g[0]} GB", _full(catalog, model, g)) for model, g in _CASES]


def _full(catalog: Catalog, model: str, gibs: tuple[int, ...]) -> Callable[[], object]:
    architecture = catalog.models[model].architecture
    assert architecture
    devices = tuple(
        Device(id="d", name="d", kind="gpu", backend="cuda", memory_mib=g * 1024, bandwidth_gb_s=900, fp16_tflops=100)
        for g in gibs
    )
    load = Load(architecture, "Q4_K_M", 8192)

    def work() -> object:
        judged = judge(load, devices, 65536)
        largest = max_context(load, devices, architecture.max_context)
        best = best_quant(load, devices, file_mib={}, candidates=QUALITY_ORDER)
        return judged, largest, best, estimate(load, judged.plan, judged.devices)

    return work


def whole_answer_us(catalog: Catalog) -> float:
    """A typed question to an answer, names resolved; it is forgotten each time."""
    knowledge = Knowledge(catalog)
    question = Question(command="willitrun", options={"model": "llama 3.1 8b q4_k_m", "gpu": "rtx 3060 12gb"})

    async def asked_anew() -> None:
        knowledge.recent = Recent()
        await answer(question, knowledge)

    with asyncio.Runner() as runner:
        return median_us(lambda: runner.run(asked_anew()))


def shipped_catalog(folder: Path) -> Catalog:
    """The catalog of this checkout, built into ``folder``: apart, since the bot mostly starts with a built one."""
    target = folder / "catalog.sqlite"
    with ProcessPoolExecutor(1) as apart:
        apart.submit(build, Path(__file__).parent.parent / "data", target).result()
    return asyncio.run(read_catalog(target))
