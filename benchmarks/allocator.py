"""Memory as llama.cpp's own allocator plans it, and what the maths says.

``data/allocator*.jsonl``: one model a line, 74 with llama.cpp of October 2026 and the rest with its release 0.5.0.
Their files have true headers and no content: llama.cpp's own converter made them from the names and shapes of the
weights in transformers' classes. ``weights`` are MiB of file (and of token embedding) by ``llama-quantize --dry-run``;
``runs`` are ``llama-fit-params --fit-print on`` with F16 weights on one RPC device, which has no overhead: context, KV
type, flash attention, micro-batch, sequences, then MiB of model, context and compute on the device, and of model and
compute in system memory.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bot.fit.architecture import Architecture
from bot.fit.devices import Device
from bot.fit.plan import Load, all_on_one
from bot.fit.weights import weigh

DATA = Path(__file__).parent / "data"

PLANNER = Device(id="planner", name="Planner", kind="gpu", backend="cpu", memory_mib=1e9, bandwidth_gb_s=1)
"""A device without overhead."""


class Run(NamedTuple):
    """One run: what was planned for, what llama.cpp planned and what we do, in MiB."""

    model: str
    group: str
    label: str
    total: tuple[float, float]
    context: tuple[float, float]
    compute: tuple[float, float]

    @property
    def error_pct(self) -> float:
        """Error of the device's total, in percent."""
        return 100 * (self.total[1] / self.total[0] - 1)


class Weight(NamedTuple):
    """One model in one quant: MiB of the file as llama-quantize makes it and as computed."""

    model: str
    quant: str
    file: tuple[float, float]

    @property
    def error_pct(self) -> float:
        """Error in percent."""
        return 100 * (self.file[1] / self.file[0] - 1)


def runs() -> Iterator[Run]:
    """Every run of the file, computed."""
    for row in _rows():
        architecture = Architecture.model_validate(row["architecture"])
        for context, kv, flash, micro_batch, parallel, model, held, compute, *_ in row["runs"]:
            load = Load(
                architecture, "F16", context, kv,
                micro_batch=micro_batch, parallel=parallel, flash_attention=bool(flash),
            )  # fmt: skip
            share = all_on_one(load, PLANNER).shares[0]
            yield Run(
                row["model"],
                row["class"],
                f"{context} {kv} fa={'on' if flash else 'off'} ub={micro_batch} np={parallel}",
                (model + held + compute, share.total_mib),
                (held, share.kv_mib + share.recurrent_mib),
                (compute, share.compute_mib),
            )


def weights() -> Iterator[Weight]:
    """Every model in every quant of the file, computed."""
    for row in _rows():
        architecture = Architecture.model_validate(row["architecture"])
        for quant, (file_mib, *_) in row["weights"].items():
            yield Weight(row["model"], quant, (file_mib, weigh(architecture, quant).file_mib))


def _rows() -> Iterator[dict[str, Any]]:
    for path in sorted(DATA.glob("allocator*.jsonl")):
        with path.open(encoding="utf-8") as file:
            yield from map(json.loads, file)
