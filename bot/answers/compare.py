"""``/compare``: two to four things of one kind, fact by fact."""

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from bot.answers.answer import Frozen, NotFoundOut, Payload, Question
from bot.answers.hardware import WORKLOADS
from bot.answers.knowledge import Knowledge
from bot.answers.options import Stop, check_names, invalid, names, required_text, text
from bot.answers.resolve import one_device, one_model, one_tool
from bot.answers.runs import card_of, run_on
from bot.catalog.records import Model, Tool
from bot.fit.devices import usable_mib
from bot.fit.plan import Load, context_mib
from bot.fit.quants import DEFAULT_PRESET
from bot.fit.speed import active_mib
from bot.fit.verdict import fits
from bot.fit.weights import weigh
from bot.naming.outcome import AskBack, Candidate, HardwareMatch, ModelMatch, NotFound, NotLocal
from bot.naming.outcome import Device as NamedDevice
from bot.naming.text import MAX_LENGTH

OPTIONS = ("a", "b", "c", "d")

Kind = Literal["hardware", "model", "tool"]
Cell = float | str | bool | None

_CLEARLY = 1.10
"""How much better a figure must be before a rule is drawn from it."""
_CONTEXT = 8192


class ItemOut(Frozen):
    """One of the compared things."""

    id: str
    name: str


class RowOut(Frozen):
    """One fact of all items. ``better`` is None where items are equal, taste decides, or a fact is missing."""

    name: str
    unit: str
    values: tuple[Cell, ...]
    better: int | None
    note: str = ""


class RuleOut(Frozen):
    """When to choose what. ``code`` and ``values`` are put into words by ``show``."""

    code: str
    choose: int
    values: dict[str, float | str]


class CompareOut(Frozen):
    """The answer to ``/compare``."""

    kind: Kind
    items: tuple[ItemOut, ...]
    rows: tuple[RowOut, ...]
    rules: tuple[RuleOut, ...]
    basis: Literal["curated", "generated"] = "generated"
    sources: tuple[str, ...]


class _Fact(NamedTuple):
    """A row to be filled: ``sign`` is +1 where more is better, -1 where less is, 0 where neither."""

    name: str
    unit: str
    sign: int
    values: list[Cell]
    note: str = ""
    rule: str | None = None


async def compare(question: Question, knowledge: Knowledge) -> Payload:
    """Find out what kind the first thing is, resolve the others as the same kind, and compare."""
    check_names(question, OPTIONS)
    typed = {"a": required_text(question, "a", limit=MAX_LENGTH), "b": required_text(question, "b", limit=MAX_LENGTH)}
    typed |= {name: value for name in ("c", "d") if (value := text(question, name, limit=MAX_LENGTH))}
    kind = _kind(typed, knowledge)
    match kind:
        case "hardware":
            devices = [one_device(name, value, knowledge) for name, value in typed.items()]
            return "answered", _hardware(devices, knowledge)
        case "model":
            models = [one_model(name, value, knowledge) for name, value in typed.items()]
            _refuse_same([m.id for m in models])
            return "answered", _models(models)
        case "tool":
            tools = [one_tool(name, value, knowledge) for name, value in typed.items()]
            _refuse_same([t.id for t in tools])
            return "answered", _tools(tools)


def _kind(typed: dict[str, str], knowledge: Knowledge) -> Kind:
    """The kind that most of what was typed belongs to; a sure match counts more than a question back."""
    scores: dict[Kind, float] = {"hardware": 0.0, "model": 0.0, "tool": 0.0}
    for value in typed.values():
        scores["hardware"] += _certainty(knowledge.hardware.resolve(value))
        scores["model"] += _certainty(knowledge.models.resolve(value))
        scores["tool"] += 1.1 * isinstance(knowledge.tools.resolve(value), Tool)
    kind = max(scores, key=lambda k: scores[k])
    if not scores[kind]:
        first, value = next(iter(typed.items()))
        near = names(_nearest(knowledge, value))
        raise Stop("not_found", NotFoundOut(about=first, typed=value, nearest=near))
    return kind


def _nearest(knowledge: Knowledge, value: str) -> tuple[Candidate, ...]:
    outcome = knowledge.hardware.resolve(value)
    return outcome.nearest[:3] if isinstance(outcome, NotFound) else ()


def _certainty(outcome: object) -> float:
    if isinstance(outcome, (HardwareMatch, ModelMatch)):
        return 1.0 if outcome.taken_from is None else 0.9
    return 0.6 if isinstance(outcome, (AskBack, NotLocal)) else 0.0


def _refuse_same(ids: list[str]) -> None:
    if len(set(ids)) < len(ids):
        raise invalid("b", "same_thing")


def _hardware(devices: list[NamedDevice], knowledge: Knowledge) -> CompareOut:
    _refuse_same([f"{d.hardware.id}:{d.memory_gib}" for d in devices])
    records = [d.hardware for d in devices]
    facts = [
        _Fact("memory", "GiB", 1, [d.memory_gib for d in devices], rule="more_memory"),
        _Fact("usable_memory", "GiB", 1, [round(_usable_gib(d), 1) for d in devices]),
        _Fact("bandwidth", "GB/s", 1, [h.bandwidth_gb_s for h in records], rule="more_bandwidth"),
        _Fact("fp16_tensor", "TFLOPS", 1, [h.fp16_tensor_tflops for h in records], rule="more_compute"),
        _Fact("power", "W", -1, [h.tdp_w for h in records], rule="less_power"),
        _Fact("launch_price", "USD", -1, [h.launch_price_usd for h in records], rule="lower_price"),
        _Fact("released", "", 0, [h.released.isoformat() if h.released else None for h in records]),
        _Fact("memory_type", "", 0, [h.memory_type for h in records]),
        _Fact("backends", "", 0, [", ".join(h.backends) for h in records]),
        _Fact("compute_capability", "", 0, [h.compute_capability or h.gfx for h in records]),
    ]
    return CompareOut(
        kind="hardware",
        items=tuple(ItemOut(id=d.hardware.id, name=_device_name(d)) for d in devices),
        rows=(*_rows(facts), *_workloads(devices, knowledge)),
        rules=_rules(facts),
        sources=tuple(dict.fromkeys(h.sources[0] for h in records)),
    )


def _workloads(devices: list[NamedDevice], knowledge: Knowledge) -> Iterator[RowOut]:
    """What each can run that another cannot; a workload that all run alike is left out."""
    for label, model, context in WORKLOADS:
        record = knowledge.catalog.models.get(model)
        runs = [run_on(label, record, d.hardware.device(d.memory_gib), context) for d in devices] if record else []
        whole = [run is not None and run.verdict in ("fits", "tight") for run in runs]
        if any(run is None for run in runs) or all(whole) or not any(whole):
            continue
        cells = tuple(f"{run.quant} {run.verdict}" for run in runs if run)
        better = whole.index(True) if whole.count(True) == 1 else None
        yield RowOut(name="runs", unit="", values=cells, better=better, note=label)


def _device_name(device: NamedDevice) -> str:
    hardware, memory = device
    return f"{hardware.name} {memory:g} GB" if len(hardware.memory_gib) > 1 else hardware.name


def _usable_gib(named: NamedDevice) -> float:
    return usable_mib(named.hardware.device(named.memory_gib)) / 1024


def _models(models: list[Model]) -> CompareOut:
    def with_load(compute: Callable[[Load], float]) -> list[Cell]:
        return [round(compute(load), 2) if (load := _load(m)) else None for m in models]

    facts = [
        _Fact("params", "B", 0, [round(m.params / 1e9, 2) for m in models]),
        _Fact("active_params", "B", 0, [round((m.active_params or m.params) / 1e9, 2) for m in models]),
        _Fact("context", "tokens", 1, [m.context for m in models], rule="longer_context"),
        _Fact(
            "weights_q4_k_m", "GiB", -1,
            with_load(lambda load: weigh(load.architecture, load.quant).device_mib / 1024), rule="smaller",
        ),
        _Fact("kv_8k", "GiB", -1, with_load(lambda load: sum(context_mib(load)) / 1024), rule="cheaper_context"),
        _Fact("read_per_token", "GiB", -1, with_load(lambda load: sum(active_mib(load)) / 1024), rule="faster"),
        _Fact("smallest_card", "GB", -1, [_smallest_card(m) for m in models], rule="smaller_card"),
        _Fact("vision", "", 1, ["vision" in m.capabilities for m in models], rule="vision"),
        _Fact("commercial", "", 1, [m.commercial for m in models], rule="commercial"),
        _Fact("licence", "", 0, [m.licence for m in models]),
        _Fact("released", "", 0, [m.released_text for m in models]),
    ]  # fmt: skip
    return CompareOut(
        kind="model",
        items=tuple(ItemOut(id=m.id, name=m.name) for m in models),
        rows=_rows(facts),
        rules=_rules(facts),
        sources=tuple(dict.fromkeys(m.sources[0] for m in models)),
    )


_CARDS_GB = (4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 80, 96, 141, 192)


def _smallest_card(model: Model) -> Cell:
    """GB of the smallest card that holds the usual quant at 8k with room to spare; None where no single one does."""
    load = _load(model)
    if load is None:
        return None
    for size in _CARDS_GB:
        if fits(load, (card_of(size),)):
            return float(size)
    return None


def _load(model: Model) -> Load | None:
    if model.architecture is None:
        return None
    return Load(architecture=model.architecture, quant=DEFAULT_PRESET, context=min(_CONTEXT, model.context or _CONTEXT))


def _tools(tools: list[Tool]) -> CompareOut:
    facts = [
        _Fact("category", "", 0, [t.category for t in tools]),
        _Fact("systems", "", 0, [", ".join(t.systems) for t in tools]),
        _Fact("backends", "", 0, [", ".join(t.backends) or None for t in tools]),
        _Fact("formats", "", 0, [", ".join(t.formats) or None for t in tools]),
        _Fact("api", "", 0, [", ".join(t.api) or None for t in tools]),
        _Fact("licence", "", 0, [t.licence for t in tools]),
        _Fact("caveat", "", 0, [t.caveat for t in tools]),
    ]
    rules = tuple(RuleOut(code="best_for", choose=i, values={"best_for": t.best_for}) for i, t in enumerate(tools))
    return CompareOut(
        kind="tool",
        items=tuple(ItemOut(id=t.id, name=t.name) for t in tools),
        rows=_rows(facts),
        rules=rules,
        sources=tuple(dict.fromkeys(t.sources[0] for t in tools)),
    )


def _rows(facts: list[_Fact]) -> tuple[RowOut, ...]:
    return tuple(
        RowOut(name=f.name, unit=f.unit, values=tuple(f.values), better=_better(f), note=f.note)
        for f in facts
        if any(value is not None for value in f.values)
    )


def _better(fact: _Fact) -> int | None:
    """The item that alone is best; None where a fact is missing, so that a gap never decides."""
    if not fact.sign or any(value is None or isinstance(value, str) for value in fact.values):
        return None
    figures = [float(value) * fact.sign for value in fact.values if value is not None and not isinstance(value, str)]
    best = max(figures)
    return figures.index(best) if figures.count(best) == 1 else None


def _rules(facts: list[_Fact]) -> tuple[RuleOut, ...]:
    """A rule for each fact in which one item clearly leads the next best."""
    rules = []
    for fact in facts:
        better = _better(fact)
        if fact.rule is None or better is None:
            continue
        figures = [float(value) for value in fact.values if value is not None and not isinstance(value, str)]
        others = [f for i, f in enumerate(figures) if i != better]
        rival = max(others) if fact.sign > 0 else min(others)
        high, low = max(figures[better], rival), min(figures[better], rival)
        if low == 0 or high / low >= _CLEARLY:
            rules.append(
                RuleOut(
                    code=fact.rule, choose=better, values={"value": figures[better], "rival": rival, "unit": fact.unit}
                )
            )
    return tuple(rules)
