"""Runs that people reported, and what the bot would have said. ``data/field.csv`` names the source of each."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bot.catalog.store import Catalog
from bot.fit.devices import Device
from bot.fit.draft import Draft
from bot.fit.engines import ENGINES, LLAMA_CPP
from bot.fit.plan import Load, all_on_devices
from bot.fit.verdict import Verdict, judge

DATA = Path(__file__).parent / "data" / "field.csv"
_RAM_MIB = 65536.0


class Report(NamedTuple):
    """One reported run. ``measured_mib`` is None where only the outcome was told."""

    runtime: str
    model: str
    label: str
    measured_mib: float | None
    computed_mib: float
    outcome: str
    verdict: Verdict | None
    """None where the device was not told."""

    @property
    def error_pct(self) -> float | None:
        """Error of the total, in percent."""
        return 100 * (self.computed_mib / self.measured_mib - 1) if self.measured_mib else None


def reports(catalog: Catalog) -> Iterator[Report]:
    """Every report of the file, computed."""
    with DATA.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield _report(row, catalog)


def _report(row: dict[str, str], catalog: Catalog) -> Report:
    architecture = catalog.models[row["model"]].architecture
    assert architecture
    sizes = [float(size) for size in row["memory_gib"].split("+")] if row["memory_gib"] else []
    devices = tuple(
        Device.model_validate(
            {
                "id": "d", "name": "d", "kind": row["kind"], "backend": row["backend"],
                "memory_mib": size * 1024, "bandwidth_gb_s": 500,
            }
        )
        for size in sizes or [1024.0]
    )  # fmt: skip
    load = Load(
        architecture,
        row["quant"],
        int(row["context"]),
        row["kv"],
        micro_batch=int(row["micro_batch"]),
        parallel=int(row["parallel"]),
        flash_attention=row["flash_attention"] == "1",
        file_mib=float(row["file_mib"]) if row["file_mib"] else None,
        engine=ENGINES.get(row["runtime"], LLAMA_CPP),
        draft=Draft(None, tokens=int(row["mtp_tokens"])) if row["mtp_tokens"] else None,
    )
    shares = all_on_devices(load, devices).shares
    total = sum(share.total_mib for share in shares)
    if row["overhead_counted"] == "0":
        total -= sum(share.overhead_mib for share in shares)
    return Report(
        row["runtime"],
        row["model"],
        f"{row['quant']} {row['context']} {row['kv']}" + (f" mtp {row['mtp_tokens']}" if row["mtp_tokens"] else ""),
        float(row["measured_mib"]) if row["measured_mib"] else None,
        total,
        row["outcome"],
        judge(load, devices, _RAM_MIB).verdict if sizes else None,
    )
