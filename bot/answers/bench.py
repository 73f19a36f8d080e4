"""``/bench``: measured speeds of a model on a piece of hardware, and the nearest ones where there are none."""

from bot.answers.answer import Frozen, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.measured import MeasuredOut, as_measured
from bot.answers.options import check_names, required_text
from bot.answers.resolve import one_device, one_model
from bot.catalog.records import Benchmark
from bot.naming.text import MAX_LENGTH

OPTIONS = ("model", "gpu")

_ROWS = 6
_COHORT = 4


class CohortOut(Frozen):
    """Rows that share all but one thing with the question; ``kind`` says which differs."""

    kind: str
    rows: tuple[MeasuredOut, ...]


class BenchOut(Frozen):
    """Measured rows, never averaged over runtimes or quants, and the three cohorts around them."""

    model: str
    hardware: str
    rows: tuple[MeasuredOut, ...]
    total: int
    cohorts: tuple[CohortOut, ...]


async def bench(question: Question, knowledge: Knowledge) -> Payload:
    """The rows of the tuple, and of its neighbours."""
    check_names(question, OPTIONS)
    model = one_model("model", required_text(question, "model", limit=MAX_LENGTH), knowledge)
    device = one_device("gpu", required_text(question, "gpu", limit=MAX_LENGTH), knowledge)
    catalog = knowledge.catalog
    of_model = catalog.benchmarks_of.get(model.id, [])
    of_card = [run for run in catalog.benchmarks if run.hardware == device.hardware.id]
    exact = [run for run in of_model if run.hardware == device.hardware.id]
    usual = exact[0].engine if exact else "llama.cpp"
    cohorts = {
        "other_runtimes": [run for run in exact if run.engine != usual],
        "other_hardware": _one_each([r for r in of_model if r.hardware != device.hardware.id], "hardware"),
        "other_models": _one_each([r for r in of_card if r.model != model.id], "model"),
    }

    def shown(runs: list[Benchmark], limit: int) -> tuple[MeasuredOut, ...]:
        return tuple(as_measured(run, catalog, of_model if run.model == model.id else of_card) for run in runs[:limit])

    return "answered", BenchOut(
        model=model.name,
        hardware=device.hardware.name,
        rows=shown(sorted(exact, key=_order), _ROWS),
        total=len(exact),
        cohorts=tuple(CohortOut(kind=kind, rows=shown(runs, _COHORT)) for kind, runs in cohorts.items() if runs),
    )


def _order(run: Benchmark) -> tuple[bool, int, int, str]:
    """The common case first: one card, a short context, the newest."""
    newest = -run.measured.toordinal() if run.measured else 0
    return run.decode_tok_s is None, run.count, run.depth, f"{newest:010d}"


def _one_each(runs: list[Benchmark], field: str) -> list[Benchmark]:
    """The first row for each value of ``field``, the fastest first."""
    first: dict[str, Benchmark] = {}
    for run in sorted(runs, key=_order):
        first.setdefault(getattr(run, field), run)
    return sorted(first.values(), key=lambda run: -(run.decode_tok_s or 0.0))
