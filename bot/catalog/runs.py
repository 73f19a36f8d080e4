"""Measured runs against what is possible: a row that contradicts itself or physics is rejected with the reason."""

from collections.abc import Iterator

from bot.catalog.records import Benchmark, Hardware, Model
from bot.fit.plan import Load
from bot.fit.quants import PRESET_BASE, format_of
from bot.fit.speed import active_mib

BANDWIDTH_SLACK = 1.05
"""How far above the stated bandwidth a run may read: makers round, and parts of a cache are read from cache."""
_LONG_PROMPT = 256


def run_faults(run: Benchmark, model: Model | None, hardware: Hardware | None) -> Iterator[tuple[str, str]]:
    """Unknown names, speeds that the memory cannot deliver, and prompts read more slowly than answers are written."""
    if model is None:
        yield "model", f"no record «{run.model}»"
    if hardware is None:
        yield "hardware", f"no record «{run.hardware}»"
    if run.quant not in PRESET_BASE and format_of(run.quant) is None:
        yield "quant", f"unknown quant {run.quant}"
        return
    if run.decode_tok_s is None and run.prefill_tok_s is None:
        yield "decode_tok_s", "neither a decode nor a prefill speed"
    long = (run.prompt_tokens or 0) >= _LONG_PROMPT
    if long and run.prefill_tok_s and run.decode_tok_s and run.prefill_tok_s < run.decode_tok_s:
        yield "prefill_tok_s", f"{run.prefill_tok_s:g} for a long prompt is less than decode at {run.decode_tok_s:g}"
    if run.decode_tok_s and model and model.architecture and hardware:
        read_gb_s = sum(active_mib(Load(model.architecture, run.quant, 512))) * 2**20 / 1e9 * run.decode_tok_s
        most = hardware.bandwidth_gb_s * run.count * BANDWIDTH_SLACK
        if read_gb_s > most:
            yield "decode_tok_s", f"{run.decode_tok_s:g} reads {read_gb_s:,.0f} GB/s where {most:,.0f} are possible"
