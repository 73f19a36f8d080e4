"""What the engine says of one model of every kind: kept in ``figures.csv``, so that no figure changes unnoticed.

``python -m tests.fit.figures`` writes them anew, after a change that is meant to change them.
"""

import asyncio
import csv
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.catalog.records import Model
from bot.catalog.store import Catalog, read_catalog
from bot.fit.devices import Device
from bot.fit.engines import ENGINES, LLAMA_CPP, Engine
from bot.fit.plan import Load
from bot.fit.quants import FORMATS, PRESET_BASE
from bot.fit.speed import estimate
from bot.fit.verdict import Verdict, best_quant, judge, max_context
from tests.support import DATA, built_catalog

FILE = Path(__file__).with_name("figures.csv")
HEAD = (
    "model", "engine", "quant", "context", "kv", "devices", "verdict", "weights", "kv_mib", "state", "compute",
    "overhead", "host", "layers", "free", "max_context", "best_quant", "decode_low", "decode_high", "prefill_low",
)  # fmt: skip
_RAM_MIB = 128 * 1024.0
_CASES: tuple[tuple[str, int, str, tuple[str, ...]], ...] = (
    ("Q4_K_M", 8192, "f16", ("rtx-4090",)),
    ("Q4_K_M", 32768, "q8_0/q4_0", ("rtx-3090", "rtx-3090")),
    ("Q8_0", 8192, "f16", ("apple-m3-max-40-core",)),
    ("Q6_K", 4096, "q8_0", ("rx-7900-xtx",)),
    ("IQ3_XXS", 16384, "q4_0", ("rtx-3060-12gb",)),
    ("Q2_K", 8192, "f16", ("ryzen-7000-ddr5-5200",)),
    ("BF16", 8192, "f16", ("h100-sxm5-80gb",)),
    ("Q5_K_M", 16384, "f16", ("rtx-3090", "rtx-3060-12gb")),
    ("Q4_K_S", 8192, "f16", ("rtx-3060-12gb", "rtx-3090", "tesla-p40")),
    ("IQ4_XS", 8192, "q8_0", ("instinct-mi300x", "instinct-mi300x")),
    ("Q3_K_M", 4096, "f16", ("apple-m1-8-core",)),
    ("Q4_0", 8192, "f16", ("tesla-m40-24gb",)),
    ("MXFP4_MOE", 8192, "f16", ("epyc-9004-genoa-12ch-ddr5-4800",)),
    ("Q4_K_M", 8192, "f16", ("arc-b580",)),
    ("Q4_K_M", 8192, "f16", ("t400-2gb",)),
)
_IN_EVERY_FORMAT = (0, 3, 7)
"""Places of the models, a dense one and mixtures of experts, that are weighed in whatever there is."""
_UNUSUAL: tuple[tuple[dict[str, Any], tuple[str, ...]], ...] = (
    ({"parallel": 4}, ("rtx-4090",)),
    ({"flash_attention": False}, ("rtx-4090",)),
    ({"micro_batch": 2048}, ("rtx-4090", "rtx-4090")),
    ({"file_mib": 6000.0}, ("rtx-3060-12gb",)),
)
"""Settings that few change, at Q4_K_M and 16k."""


def models(catalog: Catalog) -> Iterator[Model]:
    """One model of every kind of architecture, the most talked about."""
    seen = set()
    for model in sorted(catalog.models.values(), key=lambda m: (m.rank, m.id)):
        arch = model.architecture
        if arch is None:
            continue
        kind = (arch.family, bool(arch.moe), bool(arch.mla), bool(arch.sliding), bool(arch.recurrent))
        if kind not in seen:
            seen.add(kind)
            yield model


def figures(catalog: Catalog) -> Iterator[tuple[str, ...]]:
    """A row for each model and case."""
    for number, model in enumerate(models(catalog)):
        for quant, context, kv, ids in _CASES:
            yield _row(catalog, model, LLAMA_CPP, quant, context, kv, ids)
        for changed, ids in _UNUSUAL:
            yield _row(catalog, model, LLAMA_CPP, "Q4_K_M", 16384, "f16", ids, **changed)
        for engine in list(ENGINES.values())[1:]:
            quant = engine.ladder[number % len(engine.ladder)]
            yield _row(catalog, model, engine, quant, 8192, "f16", ("h100-sxm5-80gb",))
            yield _row(catalog, model, engine, quant, 8192, "f16", ("rtx-4090", "rtx-4090"))
        if number in _IN_EVERY_FORMAT:
            for quant in (*PRESET_BASE, *FORMATS):
                yield _row(catalog, model, ENGINES["transformers"], quant, 4096, "f16", ("rtx-5090",))
        quant = LLAMA_CPP.ladder[number % len(LLAMA_CPP.ladder)]
        yield _row(catalog, model, LLAMA_CPP, quant, 8192, "f16", ("rtx-5090",))


def _row(
    catalog: Catalog, model: Model, engine: Engine, quant: str, context: int, kv: str, ids: tuple[str, ...], **more: Any
) -> tuple[str, ...]:
    assert model.architecture
    devices = tuple(_device(catalog, i) for i in ids)
    longest = model.architecture.max_context
    load = Load(model.architecture, quant, min(context, longest), kv_type=kv, engine=engine, **more)
    judged = judge(load, devices, _RAM_MIB)
    shares = judged.plan.shares
    sums = (
        sum(s.weights_mib for s in shares), sum(s.kv_mib for s in shares), sum(s.recurrent_mib for s in shares),
        sum(s.compute_mib for s in shares), sum(s.overhead_mib for s in shares), judged.plan.host_mib,
    )  # fmt: skip
    speed = None if judged.verdict is Verdict.NO else estimate(load, judged.plan, judged.devices)
    speeds = (speed.decode.low, speed.decode.high, speed.prefill.low if speed.prefill else 0.0) if speed else (0.0,) * 3
    return (
        model.id, engine.name, quant, str(load.context), kv, "+".join(ids), judged.verdict.value,
        *(f"{value:.1f}" for value in sums), f"{judged.plan.gpu_layers}/{judged.plan.cpu_experts_layers}",
        f"{judged.free_mib:.1f}", str(max_context(load, devices, longest)),
        best_quant(load, devices, file_mib={}, candidates=engine.ladder) or "-",
        *(f"{value:.2f}" for value in speeds),
    )  # fmt: skip


def _device(catalog: Catalog, hardware: str) -> Device:
    record = catalog.hardware[hardware]
    return record.device(max(record.memory_gib, default=64.0))


def written(catalog: Catalog) -> str:
    """All rows as they are kept."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEAD, *figures(catalog)])
    return out.getvalue()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        FILE.write_text(written(asyncio.run(read_catalog(built_catalog(DATA, Path(folder) / "catalog.sqlite")))))
