"""Fits the speed model to the measured runs of ``data/benchmarks`` and writes ``bot/fit/speed_coefficients.py``.

``python -m benchmarks.calibrate_speed`` prints the error table of runs that were held out (by source, twelve parts) and
writes the coefficients of all runs. Time of a token = bytes read / (bandwidth × efficiency) + launches × cost + cost;
the efficiency of a backend is adjusted by generation of hardware. Sources with many runs weigh less a run.
"""

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from pprint import pformat
from typing import Any, NamedTuple, TypeVar, cast

from rich.console import Console
from rich.table import Table

from bot.catalog.load import load
from bot.catalog.place import data_folder
from bot.catalog.records import Benchmark, Hardware, Model
from bot.fit.engines import LLAMA_CPP, PREFILL_TOKENS
from bot.fit.plan import Load, all_on_one
from bot.fit.speed import (
    UNFITTED,
    Coefficients,
    PromptWork,
    TokenWork,
    generation_of,
    prefill_s_per_token,
    prompt_work,
    spread_of,
    token_seconds,
    token_work,
    usual_factor,
)

T = TypeVar("T")
TARGET = Path(__file__).parents[1] / "bot" / "fit" / "speed_coefficients.py"
_PARTS = 12
_SHUFFLES = (1, 2, 3)
"""How the sources fall into parts changes the figures by a tenth, so each run is predicted three times."""
_ROUNDS = 5
_PULL = 2.5
"""Weight of a generation's distance from its backend, so that one odd source does not decide."""
_WILD = 0.2
"""Beyond this (a fifth off) a run says more about its source than about the card: it weighs a tenth."""
_WILD_PROMPT = 0.8
"""The same for prompts, of which whole generations are off by more than that until their factor is found."""
_OWN = "willitrun:"
"""How the source of a run begins that we made ourselves."""
_FULL = 0.93
"""A card that would be fuller held a part in system memory, whatever the source says."""
_FOR_CORES_GB_S = 150
"""Memory of a chip that is faster than this serves its GPU: the processor's cores cannot read as fast."""
_INSIDE = 0.82
"""Share of held-out runs that a band is made to hold: a little above the four of five that are promised."""
_ENOUGH_RUNS = 12
"""Runs of a generation from which its band is taken."""
_LEAST_SPREAD = 1.15
"""Runs of one and the same thing differ by this much between people."""
_LEAST = 8
"""A backend with fewer runs keeps the default."""
_DEEP = 4096
"""Tokens before a prompt from which on it tells what attention takes."""

_EFFICIENCY = [0.2 + 0.02 * step for step in range(40)]
_FACTORS = [0.4 * 1.06**step for step in range(16)] + [1.0] + [1.0 * 1.05**step for step in range(1, 11)]
_ATTENTION = [0.15 * 1.2**step for step in range(22)]
_PREFILL_FACTORS = [0.1 * 1.15**step for step in range(28)]
_EXPERTS = [1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.4, 2.8, 3.4, 4.2]
_UNPACK = [0.0, 0.02, 0.04, 0.06, 0.09, 0.13, 0.2, 0.3, 0.5, 0.8, 1.3, 2.0]
_FLOAT_FACTORS = [0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 4.0]
_WEIGHT_S = [0.0, 5e-4, 1e-3, 2e-3, 3e-3, 4e-3, 5e-3, 7e-3, 1e-2]
_LAYER_S = [0.0, 4e-6, 8e-6, 12e-6, 16e-6, 24e-6, 32e-6, 48e-6, 64e-6, 90e-6, 130e-6]
_TOKEN_S = [0.0, 1e-4, 2e-4, 4e-4, 7e-4, 1e-3, 1.5e-3, 2.5e-3, 4e-3]


class Run(NamedTuple):
    """A measured run with what the model needs to predict it."""

    row: Benchmark
    moe: bool
    where: str
    """Engine and backend."""
    generation: str
    work: TokenWork
    bandwidth_gb_s: float
    compute: float | None
    """Floating-point operations per second."""
    prompt: PromptWork
    weight: float


def main() -> None:
    """Fit, print, write."""
    runs = usable_runs()
    decode = [run for run in runs if run.row.decode_tok_s]
    prefill = [run for run in runs if run.row.prefill_tok_s and run.compute and _long_prompt(run.row)]
    held_out = cross_validated(decode, fit_decode, decode_error)
    fitted = fit_decode(decode)
    read_at = partial(fit_prefill, efficiency=fitted.efficiency)
    prompts = cross_validated(prefill, read_at, prefill_error)
    console = Console()
    console.print(_table("Decode, sources held out", held_out))
    console.print(_table("Prefill, sources held out", prompts))
    reading = read_at(prefill)
    fitted = fitted._replace(
        prefill=reading.prefill,
        attention=reading.attention,
        prefill_generation=reading.prefill_generation,
        spread=_spreads(held_out),
        prefill_spread=_quantile(_by_others(prompts), 0.75),
    )
    inside, width = _bands(held_out, fitted)
    console.print(f"Decode bands: {100 * inside:.0f} % of held-out runs inside, median width {width:.2f}")
    console.print(_worst(held_out))
    TARGET.write_text(_as_python(fitted, len(decode), len(prefill)), encoding="utf-8")
    console.print(f"{len(decode)} decode and {len(prefill)} prefill runs; coefficients written to {TARGET.name}")


def _long_prompt(row: Benchmark) -> bool:
    return row.backend != "cpu" and (row.prompt_tokens or 0) >= 256


def _before(row: Benchmark) -> float:
    """Tokens before the one in the middle of a prompt; some give the prompt itself as the depth."""
    prompt = row.prompt_tokens or 0
    return prompt / 2 if row.depth == prompt else row.depth + prompt / 2


def _micro_batch(row: Benchmark, asked: Load) -> int:
    """Tokens taken at once, which llama-bench tells where they are not its default."""
    told = re.search(r"n_ubatch=(\d+)", row.notes)
    if told:
        return int(told[1])
    return asked.micro_batch if row.engine == LLAMA_CPP.name else PREFILL_TOKENS


def usable_runs() -> list[Run]:
    """Runs on one device that hold the whole model."""
    loaded = load(data_folder())
    models = {m.id: m for m in cast(list[Model], loaded.records["model"])}
    cards = {h.id: h for h in cast(list[Hardware], loaded.records["hardware"])}
    per_source = Counter(row.source for row in loaded.benchmarks)
    runs = []
    for row in loaded.benchmarks:
        model, hardware = models[row.model], cards[row.hardware]
        if row.count > 1 or model.architecture is None:
            continue
        if row.backend == "cpu" and hardware.kind == "gpu":
            continue  # it ran from system memory, of which the row says nothing
        if row.backend == "cpu" and hardware.bandwidth_gb_s > _FOR_CORES_GB_S:
            continue  # made for the GPU beside them; what one such chip does says nothing of other processors
        asked = Load(model.architecture, row.quant, max(512, row.depth + 256))
        device = hardware.device(row.memory_gib, row.backend)
        if row.backend != "cpu" and all_on_one(asked, device).shares[0].total_mib > _FULL * row.memory_gib * 1024:
            continue  # part of it was in system memory, and the source does not say how much
        runs.append(
            Run(
                row,
                model.architecture.moe is not None,
                f"{row.engine}/{row.backend}",
                generation_of(device),
                token_work(asked, row.depth / asked.context),
                hardware.bandwidth_gb_s,
                device.tflops and device.tflops * 1e12,
                prompt_work(asked, _before(row), _micro_batch(row, asked)),
                1 / math.sqrt(per_source[row.source]),
            )
        )
    return runs


def decode_error(run: Run, c: Coefficients) -> float:
    """Logarithm of predicted by measured seconds a token: positive where the prediction is too slow."""
    seconds = token_seconds(c, run.where, run.generation, run.work, run.bandwidth_gb_s)
    return math.log(seconds * (run.row.decode_tok_s or 0.0))


def prefill_error(run: Run, c: Coefficients) -> float:
    """The same for a prompt token."""
    seconds = prefill_s_per_token(c, run.where, run.generation, run.prompt, run.compute or 0.0, run.bandwidth_gb_s)
    return math.log(seconds * (run.row.prefill_tok_s or 0.0))


def fit_decode(runs: list[Run]) -> Coefficients:
    """Coordinate descent over small grids on the weighted absolute error."""
    c = UNFITTED
    by_place, by_generation = _grouped(runs, lambda r: r.where), _grouped(runs, lambda r: r.generation)
    # The efficiency comes last: first, it would make up for what the others are there for.
    grids: tuple[tuple[str, list[float]], ...] = (
        ("experts", _EXPERTS), ("floats", _FLOAT_FACTORS), ("unpack", _UNPACK), ("weight_s", _WEIGHT_S),
        ("layer_s", _LAYER_S), ("token_s", _TOKEN_S), ("efficiency", _EFFICIENCY),
    )  # fmt: skip
    for _ in range(_ROUNDS):
        for where, some in by_place.items():
            if len(some) < _LEAST:
                continue
            for name, grid in grids:
                if _enough(name, where, some):
                    c = _best(c, name, where, grid, some, decode_error)
        for generation, some in by_generation.items():
            c = _best(c, "generation", generation, _FACTORS, some, decode_error, pull=_PULL)
    return c


def _enough(name: str, where: str, runs: list[Run]) -> bool:
    """Whether there are runs that tell of a coefficient."""
    match name:
        case "experts":
            return sum(run.moe for run in runs) >= _LEAST // 2
        case "floats":
            return sum(not run.work.packed for run in runs) >= _LEAST // 2
        case "weight_s":
            return where.endswith("/cpu")
        case "unpack":
            return not where.endswith("/cpu")
    return True


def fit_prefill(runs: list[Run], *, efficiency: dict[str, float]) -> Coefficients:
    """Shares of the stated throughput, by backend and generation, where weights are read with that efficiency."""
    c = UNFITTED._replace(efficiency=efficiency)
    best = partial(_best, error=prefill_error, wild=_WILD_PROMPT)
    grid = [0.02 * 1.12**step for step in range(36)]
    by_generation = _grouped(runs, lambda r: r.generation)
    for _ in range(_ROUNDS):
        for where, some in _grouped(runs, lambda r: f"{r.where}/{'moe' if r.moe else 'dense'}").items():
            if len(some) >= _LEAST // 2:
                c = best(c, "prefill", where, grid, some)
        for where, some in _grouped(runs, lambda r: r.where).items():
            if sum(run.row.depth >= _DEEP for run in some) >= _LEAST // 2:
                c = best(c, "attention", where, _ATTENTION, some)
        for generation, some in by_generation.items():
            c = best(c, "prefill_generation", generation, _PREFILL_FACTORS, some, pull=_PULL)
    return c


def _best(
    c: Coefficients,
    name: str,
    key: str,
    grid: list[float],
    runs: list[Run],
    error: Callable[[Run, Coefficients], float],
    pull: float = 0.0,
    wild: float = _WILD,
) -> Coefficients:
    def tried(value: float) -> Coefficients:
        changed: dict[str, Any] = {name: {**getattr(c, name), key: value}}
        return c._replace(**changed)

    def loss(value: float) -> float:
        each = (run.weight * _bent(error(run, tried(value)), wild) for run in runs)
        return sum(each) + (pull * abs(math.log(value / usual_factor(key))) if pull else 0.0)

    return tried(min(grid, key=loss))


def _bent(error: float, wild: float) -> float:
    """Absolute error, on which runs beyond ``wild`` weigh less."""
    return min(abs(error), wild) + 0.1 * abs(error)


Judged = list[tuple[Run, float]]


def cross_validated(
    runs: list[Run], fit: Callable[[list[Run]], Coefficients], error: Callable[[Run, Coefficients], float]
) -> Judged:
    """Each run with its error under coefficients that never saw its source."""
    judged: Judged = []
    for seed in _SHUFFLES:
        sources = sorted({run.row.source for run in runs})
        random.Random(seed).shuffle(sources)  # noqa: S311
        for part in range(_PARTS):
            out = set(sources[part::_PARTS])
            fitted = fit([run for run in runs if run.row.source not in out])
            judged += [(run, error(run, fitted)) for run in runs if run.row.source in out]
    return judged


def _spreads(judged: Judged) -> dict[str, float]:
    """Half-widths (as factors) that hold four of five held-out runs, by generation and by engine and backend.

    A generation counts where runs of one source were foretold by those of another.
    """
    spreads = {}
    by_generation, by_place = _grouped(judged, lambda j: j[0].generation), _grouped(judged, lambda j: j[0].where)
    for name, some in (*by_generation.items(), *by_place.items()):
        runs = {run.row.id for run, _ in some}
        if len(runs) >= _ENOUGH_RUNS and len({run.row.source for run, _ in some}) > 1:
            spreads[name] = max(_LEAST_SPREAD, _quantile(some, _INSIDE))
    return spreads


def _quantile(judged: Judged, share: float) -> float:
    errors = sorted(abs(e) for _, e in judged)
    return round(math.exp(errors[int(share * (len(errors) - 1))]), 2)


def _bands(judged: Judged, c: Coefficients) -> tuple[float, float]:
    widths, inside = [], 0
    for run, error in judged:
        factor = spread_of(c, run.where, run.generation)
        widths.append(factor**2)
        inside += abs(error) <= math.log(factor)
    return inside / len(judged), sorted(widths)[len(widths) // 2]


def _grouped(items: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def _table(title: str, judged: Judged) -> Table:
    table = Table("class", "runs", "median |error| %", "80 % within", title=title, title_justify="left")
    others = _by_others(judged)
    rows: list[tuple[str, Judged]] = [
        ("dense", [j for j in judged if not j[0].moe]),
        ("mixture of experts", [j for j in judged if j[0].moe]),
        ("dense, by others", [j for j in others if not j[0].moe]),
        ("mixture, by others", [j for j in others if j[0].moe]),
        ("all, by others", others),
    ]
    places = sorted({run.where for run, _ in judged})
    rows += [(place, [j for j in judged if j[0].where == place]) for place in places]
    for name, some in rows:
        off = sorted(abs(math.expm1(-error)) for _, error in some)
        if off:
            median, most = 100 * off[len(off) // 2], 100 * off[int(0.8 * (len(off) - 1))]
            table.add_row(name, str(len(off) // len(_SHUFFLES)), f"{median:.1f}", f"{most:.0f} %")
    return table


def _by_others(judged: Judged) -> Judged:
    """Without our own runs: one card of one kind, which held out is a card that next to nobody measured."""
    return [(run, error) for run, error in judged if not run.row.source.startswith(_OWN)]


def _worst(judged: Judged) -> Table:
    table = Table("run", "model", "hardware", "runtime", "measured", "predicted", title="The worst fifteen, held out")
    once = {run.row.id: (run, error) for run, error in judged}.values()
    for run, error in sorted(once, key=lambda j: -abs(j[1]))[:15]:
        row, measured = run.row, run.row.decode_tok_s or 0.0
        table.add_row(
            row.id, f"{row.model} {row.quant}", row.hardware, f"{row.runtime} {row.backend}",
            f"{measured:.1f}", f"{measured / math.exp(error):.1f}",
        )  # fmt: skip
    return table


def _as_python(c: Coefficients, decode: int, prefill: int) -> str:
    rounded: dict[str, Any] = {
        name: {key: float(f"{value:.4g}") for key, value in sorted(table.items())} if isinstance(table, dict) else table
        for name, table in c._asdict().items()
    }
    lines = "\n".join(f"{name.upper()} = {pformat(value, width=116)}" for name, value in rounded.items())
    return (
        '"""Coefficients of the speed model, written by ``benchmarks/calibrate_speed.py``.\n\n'
        f"From {decode} decode and {prefill} prefill runs of ``data/benchmarks``; what is not here has the defaults\n"
        f'of ``speed.py``.\n"""\n\n{lines}\n'
    )


if __name__ == "__main__":
    main()
