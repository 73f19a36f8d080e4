"""Prints every table: ``python -m benchmarks``."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import allocator, errors, field, names, timing
from bot.answers.knowledge import Knowledge
from bot.catalog.store import Catalog

PEERS = (
    ("node-llama-cpp 3.22", 0.3, "+2"),
    ("Unsloth", 1.2, "-8"),
    ("gguf-parser", 7.4, "+37"),
    ("whichllm", 12.2, "+42"),
    ("llm-checker", 14.3, "+70"),
    ("hf-mem", 16.9, "+265"),
    ("llmfit", 20.9, "+196"),
    ("canirun", 23.5, "+202"),
    ("oobabooga's formula", 26.0, "+220"),
    ("NyxKrage's calculator", 34.0, "+296"),
)
"""Mean |error| and worst error in percent against the same planner, 7 models at 4 contexts each (October 2026)."""


def main() -> None:
    """Run and print."""
    console = Console()
    runs = list(allocator.runs())
    console.print(_by_class(runs))
    console.print(_parts(runs))
    console.print(_worst(runs))
    console.print(_peers(runs))
    with tempfile.TemporaryDirectory() as folder:
        catalog = timing.shipped_catalog(Path(folder))
    _field(console, catalog)
    console.print(_times(catalog))
    knowledge = Knowledge(catalog)
    _names(console, knowledge)
    _errors(console, knowledge)


def _errors(console: Console, knowledge: Knowledge) -> None:
    table = _table("Errors people reported", "kind", "first", "first three", "of", "missed")
    for score in errors.scores(knowledge):
        counts = (score.first, score.first_three, score.total)
        table.add_row(score.kind, *(str(count) for count in counts), "; ".join(score.missed))
    console.print(table)
    table = _table("Time of errors", "what", "ms")
    for what, milliseconds in errors.times_ms(knowledge):
        table.add_row(what, f"{milliseconds:.1f}")
    console.print(table)


def _names(console: Console, knowledge: Knowledge) -> None:
    table = _table("Names people wrote", "kind", "right", "of", "%", "missed")
    for kind, tally in names.accuracy(knowledge).items():
        missed = "; ".join(tally.missed) if kind.endswith(": all") else ""
        share = f"{100 * tally.right / tally.total:.1f}"
        table.add_row(kind, str(tally.right), str(tally.total), share, missed)
    console.print(table)
    large = 100_000
    table = _table("Time of names, µs", "what", "today's catalog", f"{large:,} models")
    at_scale = dict(names.times_at_scale_us(knowledge, large))
    for what, microseconds in names.times_us(knowledge):
        table.add_row(what, f"{microseconds:.0f}", f"{at_scale[what]:,.0f}" if what in at_scale else "")
    console.print(table)


def _by_class(runs: list[allocator.Run]) -> Table:
    table = _table(
        "Device memory against llama.cpp's allocator, % of the total", "class", "runs", "mean", "p95", "worst"
    )
    for group in (*sorted({run.group for run in runs}), "all"):
        errors = [abs(run.error_pct) for run in runs if group in (run.group, "all")]
        table.add_row(group, str(len(errors)), *_spread(errors))
    return table


def _parts(runs: list[allocator.Run]) -> Table:
    table = _table("By part", "part", "cases", "mean", "p95", "worst")
    weights = [abs(w.error_pct) for w in allocator.weights()]
    table.add_row("weights, %", str(len(weights)), *_spread(weights))
    held = [100 * abs(r.context[1] - r.context[0]) / r.context[0] for r in runs if r.context[0] >= 64]
    table.add_row("KV and state (from 64 MiB), %", str(len(held)), *_spread(held))
    off = [abs(r.compute[1] - r.compute[0]) for r in runs]
    table.add_row("compute buffer, MiB", str(len(off)), *_spread(off))
    beyond = sum(o > max(16, 0.05 * r.compute[0]) for o, r in zip(off, runs, strict=True))
    table.add_row("compute buffers off by more than 5 % and 16 MiB", str(beyond), "", "", "")
    return table


def _worst(runs: list[allocator.Run]) -> Table:
    table = _table("The worst ten", "model", "run", "planned MiB", "computed MiB", "%")
    for run in sorted(runs, key=lambda r: -abs(r.error_pct))[:10]:
        table.add_row(run.model, run.label, f"{run.total[0]:.0f}", f"{run.total[1]:.0f}", f"{run.error_pct:+.2f}")
    return table


def _peers(runs: list[allocator.Run]) -> Table:
    table = _table("Beside others", "tool", "mean |error| %", "worst %")
    errors = [run.error_pct for run in runs]
    worst = max(errors, key=abs)
    table.add_row("willitrun", f"{sum(map(abs, errors)) / len(errors):.2f}", f"{worst:+.1f}", style="bold")
    for name, mean, most in PEERS:
        table.add_row(name, f"{mean:g}", most)
    return table


def _field(console: Console, catalog: Catalog) -> None:
    table = _table(
        "Runs reported by people, %", "runtime", "model", "run", "measured", "computed", "%", "outcome", "verdict"
    )
    errors: list[float] = []
    called: list[tuple[str, str]] = []
    for report in field.reports(catalog):
        error = report.error_pct
        if error is not None:
            errors.append(abs(error))
        if report.verdict:
            called.append((report.outcome, report.verdict))
        table.add_row(
            report.runtime, report.model, report.label,
            f"{report.measured_mib:.0f}" if report.measured_mib else "—", f"{report.computed_mib:.0f}",
            f"{error:+.1f}" if error is not None else "", report.outcome, report.verdict or "",
        )  # fmt: skip
    console.print(table)
    loaded = [verdict for outcome, verdict in called if outcome == "loaded"]
    failed = [verdict for outcome, verdict in called if outcome == "oom"]
    errors.sort()
    console.print(
        f"median |error| {errors[len(errors) // 2]:.1f} % of {len(errors)}; {loaded.count('no')} of {len(loaded)} that"
        f" loaded called no; {failed.count('fits')} of {len(failed)} that ran out of memory called fits"
    )


def _times(catalog: Catalog) -> Table:
    table = _table("Time of one full answer", "what", "µs", "× baseline")
    base = timing.baseline_us()
    for name, work in timing.fit_cases(catalog):
        took = timing.median_us(work)
        table.add_row(name, f"{took:.0f}", f"{took / base:.1f}")
    took = timing.whole_answer_us(catalog)
    table.add_row("/willitrun typed, names resolved", f"{took:.0f}", f"{took / base:.1f}")
    table.add_row("baseline: 1,000 multiplications", f"{base:.0f}", "1")
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for number, name in enumerate(columns):
        table.add_column(name, justify="left" if number == 0 else "right")
    return table


def _spread(errors: Iterable[float]) -> tuple[str, str, str]:
    ordered = sorted(errors)
    mean = sum(ordered) / len(ordered)
    return f"{mean:.2f}", f"{ordered[int(0.95 * (len(ordered) - 1))]:.2f}", f"{ordered[-1]:.2f}"


if __name__ == "__main__":
    main()
