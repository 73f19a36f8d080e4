"""``/willitrun``: does this model run on this hardware, how well, with what settings."""

from typing import Literal

from bot.answers.answer import Frozen, OptionValue, Payload, Question, UnavailableOut
from bot.answers.commands import run_commands
from bot.answers.draft import DraftOut, draft_out, read_draft
from bot.answers.knowledge import Knowledge
from bot.answers.measured import runs_of
from bot.answers.options import Stop, check_names, flag, gib, invalid, read_context, refuse, required_text, text
from bot.answers.resolve import named_hardware
from bot.answers.runs import ASSUMED_RAM_GIB
from bot.answers.runtime import (
    Basis,
    Runtime,
    backend_for,
    check_capability,
    choose_runtime,
    default_context,
    format_for,
)
from bot.catalog.records import WRITES_TEXT, Model
from bot.catalog.store import Catalog
from bot.fit.architecture import MIB, Architecture
from bot.fit.devices import Device
from bot.fit.engines import LLAMA_CPP, Engine, limit_mib, spare_mib
from bot.fit.plan import Load, Plan, all_on_devices
from bot.fit.quants import DEFAULT_PRESET, QUALITY_ORDER
from bot.fit.speed import estimate
from bot.fit.verdict import Judged, Verdict, best_quant, judge, max_context
from bot.fit.weights import weigh
from bot.hub.address import Address, read_address
from bot.hub.client import HubFault
from bot.naming.outcome import HardwareMatch, ModelMatch, NotFound
from bot.naming.quants import read_quant
from bot.naming.sentence import read_sentence
from bot.naming.text import MAX_LENGTH

OPTIONS = ("model", "gpu", "quant", "context", "kv", "ram_gib", "runtime", "ask", "swa_full", "draft")

MAX_SENTENCE = 4000
"""Longest question that is read: a message of Discord."""

_WORST_DEFAULT = "IQ3_XXS"
"""The smallest quant that is taken without being asked for."""
_ERROR_BAND_PCT = 2.0
_ERROR_BAND_UNUSUAL_PCT = 5.0
_ERROR_BAND_OTHER_ENGINES_PCT = 10.0


class ModelOut(Frozen):
    """The model of an answer."""

    id: str
    name: str
    hf_id: str
    params: int
    active_params: int | None


class DeviceOut(Frozen):
    """A device of an answer."""

    id: str
    name: str
    memory_mib: int
    usable_mib: int
    bandwidth_gb_s: float
    kind: str


class ShareOut(Frozen):
    """What one device holds, in MiB."""

    id: str
    weights_mib: float
    kv_mib: float
    recurrent_mib: float
    compute_mib: float
    overhead_mib: float
    total_mib: float


class MemoryOut(Frozen):
    """Memory when everything is placed on the devices, and what each device of the plan holds."""

    weights_mib: float
    kv_mib: float
    recurrent_mib: float
    compute_mib: float
    overhead_mib: float
    total_mib: float
    host_mib: float
    per_device: tuple[ShareOut, ...]
    basis: Literal["computed", "measured"] = "computed"
    error_band_pct: float


class OffloadOut(Frozen):
    """The part of the plan that stays in system memory."""

    gpu_layers: int
    total_layers: int
    cpu_experts_layers: int
    host_mib: float


class SpeedOut(Frozen):
    """Bands in tokens per second."""

    decode_tok_s: tuple[float, float]
    prefill_tok_s: tuple[float, float] | None
    basis: Literal["measured", "estimated"] = "estimated"
    source: str


class ChangeOut(Frozen):
    """One change that alone would better the verdict."""

    change: Literal["draft", "quant", "context", "kv", "memory"]
    value: str
    verdict: str


class WillItRunOut(Frozen):
    """The answer to ``/willitrun``."""

    model: ModelOut
    devices: tuple[DeviceOut, ...]
    quant: str
    quant_basis: Literal["typed", "default", "best_that_fits"]
    context: int
    context_basis: Literal["typed", "default"]
    kv_type: str
    swa_full: bool
    """Whether sliding-window layers keep the whole context (llama.cpp's ``--swa-full``)."""
    draft: DraftOut | None
    """What guesses tokens ahead; its memory is among the rest."""
    runtime: str
    runtime_basis: Basis
    concurrency: float | None
    """How many requests of the full context vLLM can hold at once; None for other runtimes."""
    memory: MemoryOut
    verdict: Verdict
    reason_code: str
    reason: dict[str, str | float]
    offload: OffloadOut | None
    max_context: int | None
    best_quant: str | None
    speed: SpeedOut | None
    alternatives: tuple[ChangeOut, ...]
    commands: dict[str, str]
    sources: tuple[str, ...]
    ram_gib: float
    ram_basis: Literal["typed", "assumed"]
    taken_from: tuple[str, ...]
    """What was typed, where it was read as one of several equal things or mended."""


async def willitrun(question: Question, knowledge: Knowledge) -> Payload:
    """Resolve the names, lay the model out, and judge."""
    check_names(question, OPTIONS)
    question = _with_sentence(question, knowledge)
    model_match = await _model(question, knowledge)
    hardware = _hardware(question, knowledge)
    model = model_match.model
    typed_quant = _typed_quant(question, model_match)
    runtime = choose_runtime(question, typed_quant)
    if model.modality not in WRITES_TEXT and model.architecture is None:
        raise Stop("unavailable", _weights_alone(model))
    architecture = model.architecture or await _architecture_from_hub(model, knowledge)
    devices = tuple(d.hardware.device(d.memory_gib, backend_for(runtime, d.hardware)) for d in hardware.devices)
    typed_ram = gib(question, "ram_gib") or hardware.ram_gib
    ram_mib = (typed_ram or ASSUMED_RAM_GIB) * 1024
    longest = model.context or architecture.max_context
    typed_context = read_context(question, model, longest, knowledge)
    guess = read_draft(question, model, architecture, runtime, knowledge)
    load = Load(
        architecture=architecture,
        quant=DEFAULT_PRESET,
        context=typed_context or default_context(runtime, devices, longest),
        kv_type=_kv_type(question, runtime),
        engine=_engine(question, runtime),
        draft=guess and guess.draft,
    )
    best = best_quant(load, devices, file_mib=model.file_mib, candidates=_ladder(model, runtime))
    quant, basis = _quant(typed_quant, model, runtime, load, devices, ram_mib, best)
    for placed in hardware.devices:
        check_capability(runtime, quant, placed.hardware)
    load = load._replace(quant=quant, file_mib=model.file_mib.get(quant))
    judged = judge(load, devices, ram_mib)
    largest = max_context(load, devices, longest)
    return "answered", WillItRunOut(
        model=ModelOut(
            id=model.id, name=model.name, hf_id=model.hf_id, params=model.params, active_params=model.active_params
        ),
        devices=tuple(_device_out(d, runtime) for d in devices),
        quant=quant,
        quant_basis=basis,
        context=load.context,
        context_basis="typed" if typed_context else "default",
        kv_type=load.kv_type,
        swa_full=flag(question, "swa_full"),
        draft=draft_out(guess, load, devices[0]),
        runtime=runtime.name,
        runtime_basis=runtime.basis,
        concurrency=_concurrency(judged),
        memory=_memory(load, devices, judged),
        verdict=judged.verdict,
        reason_code=_reason_code(load, judged),
        reason=_reason(load, devices, judged, ram_mib),
        offload=_offload(judged) if judged.verdict is Verdict.OFFLOAD else None,
        max_context=largest,
        best_quant=best,
        speed=_speed(model, load, judged, knowledge.catalog) if judged.verdict is not Verdict.NO else None,
        alternatives=_alternatives(load, devices, ram_mib, model, runtime, judged, largest),
        commands=run_commands(model, runtime, load, judged, guess) if judged.verdict is not Verdict.NO else {},
        sources=(model.sources[0], *dict.fromkeys(d.hardware.sources[0] for d in hardware.devices)),
        ram_gib=typed_ram or ASSUMED_RAM_GIB,
        ram_basis="typed" if typed_ram else "assumed",
        taken_from=tuple(t for t in (model_match.taken_from, hardware.taken_from) if t),
    )


def _with_sentence(question: Question, knowledge: Knowledge) -> Question:
    """What a whole sentence (``ask``) names, put where no option was typed."""
    sentence = text(question, "ask", limit=MAX_SENTENCE)
    if sentence is None:
        return question
    read = read_sentence(sentence, knowledge.models, knowledge.hardware)
    found: dict[str, OptionValue] = {
        "model": read.model,
        "gpu": read.hardware,
        "quant": read.quant,
        "context": str(read.context) if read.context else None,
        "kv": read.kv,
        "ram_gib": read.ram_gib,
        "draft": read.draft,
    }
    typed = {name: value for name, value in question.options.items() if value not in (None, "") and name != "ask"}
    return question.model_copy(update={"options": {**found, **typed}})


async def _model(question: Question, knowledge: Knowledge) -> ModelMatch:
    typed = required_text(question, "model", limit=MAX_LENGTH)
    outcome = knowledge.models.resolve(typed)
    if isinstance(outcome, NotFound) and knowledge.hub and (address := read_address(typed)):
        try:
            found = await knowledge.hub.find(address)
        except HubFault as fault:
            if fault.code == "missing":
                raise refuse(outcome, knowledge, "model") from fault
            missing = (f"hub_{fault.code}",)
            raise Stop(
                "unavailable", UnavailableOut(about="model", name=address.repo, missing=missing, detail=fault.detail)
            ) from fault
        return ModelMatch(found.model, found.quant)
    if not isinstance(outcome, ModelMatch):
        raise refuse(outcome, knowledge, "model")
    return outcome


async def _architecture_from_hub(model: Model, knowledge: Knowledge) -> Architecture:
    """What the catalog lacks, from the model's own repository."""
    if knowledge.hub:
        try:
            found = await knowledge.hub.find(Address(model.hf_id))
        except HubFault:
            found = None  # whatever the reason, what is missing is the same
        if found and found.model.architecture:
            return found.model.architecture
    raise Stop("unavailable", UnavailableOut(about="model", name=model.name, missing=("architecture",)))


_WEIGHT_BITS = {"F16": 16.0, "Q8_0": 8.5, "Q4_0": 4.5}
"""Precisions that models without an architecture in the catalog are weighed in: bits per weight, scales included."""


def _weights_alone(model: Model) -> UnavailableOut:
    """What can be said of a model that does not write text: its weights, and that the rest is not known."""
    weights = {name: round(model.params * bits / 8 / MIB, 1) for name, bits in _WEIGHT_BITS.items()}
    return UnavailableOut(about="model", name=model.name, missing=("working_memory",), weights_mib=weights)


def _hardware(question: Question, knowledge: Knowledge) -> HardwareMatch:
    return named_hardware("gpu", required_text(question, "gpu", limit=MAX_LENGTH), knowledge)


def _typed_quant(question: Question, match: ModelMatch) -> str | None:
    typed = text(question, "quant", limit=40)
    if typed is None:
        return match.quant
    quant = read_quant(typed)
    if quant is None:
        raise invalid("quant", "unknown_quant", ", ".join(QUALITY_ORDER))
    return quant


def _engine(question: Question, runtime: Runtime) -> Engine:
    if not flag(question, "swa_full"):
        return runtime.engine
    if runtime.name != "llama.cpp":
        raise invalid("swa_full", "only_llama_cpp", runtime.name)
    return runtime.engine._replace(keeps_all_tokens=True)


def _kv_type(question: Question, runtime: Runtime) -> str:
    typed = text(question, "kv", limit=40)
    if typed is None:
        return "f16"
    names = [_cache_type(part) for part in typed.split("/")]
    known = runtime.engine.kv_types
    if len(names) > 2 or not set(names) <= set(known):
        raise invalid("kv", "unknown_value", ", ".join(known))
    if len(set(names)) == 1:
        return names[0]
    if runtime.name not in _KEYS_APART:
        raise invalid("kv", "kv_apart", runtime.name)
    return "/".join(names)


_KEYS_APART = ("llama.cpp", "lm-studio")
"""Runtimes that take a type for the keys and another for the values."""


def _cache_type(typed: str) -> str:
    written = typed.strip().casefold().replace("-", "_").replace(" ", "_")
    return {
        "fp16": "f16", "auto": "f16", "q8": "q8_0", "q4": "q4_0", "q5": "q5_0", "fp32": "f32", "iq4": "iq4_nl",
        "8bit": "q8_0", "4bit": "q4_0", "fp8_e4m3": "fp8", "fp8_e5m2": "fp8",
    }.get(written, written)  # fmt: skip


def _quant(
    typed: str | None,
    model: Model,
    runtime: Runtime,
    load: Load,
    devices: tuple[Device, ...],
    ram_mib: float,
    best: str | None,
) -> tuple[str, Literal["typed", "default", "best_that_fits"]]:
    if typed is not None:
        return format_for(runtime, typed), "typed"
    ladder = _ladder(model, runtime)
    default = DEFAULT_PRESET if DEFAULT_PRESET in ladder else ladder[0]
    verdict = judge(load._replace(quant=default, file_mib=model.file_mib.get(default)), devices, ram_mib).verdict
    if verdict in (Verdict.FITS, Verdict.TIGHT):
        return default, "default"
    if runtime.engine is LLAMA_CPP:
        if best is None or QUALITY_ORDER.index(best) > QUALITY_ORDER.index(_WORST_DEFAULT):
            return default, "default"
        return best, "best_that_fits"
    return (best, "best_that_fits") if best else (ladder[-1], "default")


def _ladder(model: Model, runtime: Runtime) -> tuple[str, ...]:
    """Quants to try, best first; nothing better than what the makers themselves published exists.

    Of a repository of GGUF files, only the quants that are there.
    """
    if runtime.engine is LLAMA_CPP and model.hf_id in model.gguf_repos:
        return tuple(q for q in QUALITY_ORDER if q in model.file_mib) or QUALITY_ORDER
    if model.native_quant:
        return (format_for(runtime, model.native_quant),) if runtime.name != "exllama" else runtime.engine.ladder
    return runtime.engine.ladder


def _device_out(device: Device, runtime: Runtime) -> DeviceOut:
    return DeviceOut(
        id=device.id,
        name=device.name,
        memory_mib=round(device.memory_mib),
        usable_mib=round(limit_mib(runtime.engine, device)),
        bandwidth_gb_s=device.bandwidth_gb_s,
        kind=device.kind,
    )


def _memory(load: Load, devices: tuple[Device, ...], judged: Judged) -> MemoryOut:
    """Totals for everything on the devices; per device, what the plan puts there."""
    whole = _whole_plan(load, devices, judged)
    sums = [sum(column) for column in zip(*whole.shares, strict=True)]
    weights, kv, recurrent, compute, overhead = (round(value, 1) for value in sums)
    arch = load.architecture
    unusual = arch.mla or arch.recurrent or arch.per_layer_input
    return MemoryOut(
        weights_mib=weights,
        kv_mib=kv,
        recurrent_mib=recurrent,
        compute_mib=compute,
        overhead_mib=overhead,
        total_mib=round(weights + kv + recurrent + compute + overhead, 1),
        host_mib=round(judged.plan.host_mib, 1),
        per_device=tuple(
            ShareOut(
                id=device.id,
                **{name: round(value, 1) for name, value in share._asdict().items()},
                total_mib=round(share.total_mib, 1),
            )
            for device, share in zip(judged.devices, judged.plan.shares, strict=True)
        ),
        error_band_pct=_ERROR_BAND_OTHER_ENGINES_PCT
        if load.engine.name != LLAMA_CPP.name
        else _ERROR_BAND_UNUSUAL_PCT
        if unusual
        else _ERROR_BAND_PCT,
    )


def _whole_plan(load: Load, devices: tuple[Device, ...], judged: Judged) -> Plan:
    if judged.plan.all_on_devices:
        return judged.plan
    return all_on_devices(load, devices)


def _concurrency(judged: Judged) -> float | None:
    """Requests of the full context that fit into what the engine would fill; vLLM batches that many."""
    plan = judged.plan
    if not plan.engine.tensor_parallel or judged.verdict is Verdict.NO:
        return None
    kept = [share.kv_mib + share.recurrent_mib for share in plan.shares]
    rooms = zip(plan.free_mib(judged.devices), kept, strict=True)
    return round(min((1 + free / cache for free, cache in rooms if cache), default=1.0), 1)


def _reason_code(load: Load, judged: Judged) -> str:
    if judged.verdict is Verdict.NO and not load.engine.offloads:
        return "no_offload"
    if judged.verdict is Verdict.OFFLOAD:
        return "offload_experts" if judged.plan.cpu_experts_layers else "offload_layers"
    return {Verdict.FITS: "fits", Verdict.TIGHT: "tight", Verdict.NO: "no"}[judged.verdict]


def _reason(load: Load, devices: tuple[Device, ...], judged: Judged, ram_mib: float) -> dict[str, str | float]:
    whole = _whole_plan(load, devices, judged)
    values: dict[str, str | float] = {
        "needed_mib": round(sum(share.total_mib for share in whole.shares)),
        "usable_mib": round(sum(limit_mib(load.engine, d) for d in judged.devices)),
        "free_mib": round(judged.free_mib),
        "headroom_mib": round(max(spare_mib(load.engine, d) for d in judged.devices)),
        "devices": len(judged.devices),
        "unused_devices": len(devices) - len(judged.devices),
        "host_mib": round(judged.plan.host_mib),
        "ram_mib": round(ram_mib),
        "gpu_layers": judged.plan.gpu_layers,
        "total_layers": judged.plan.total_layers,
        "cpu_experts_layers": judged.plan.cpu_experts_layers,
        "shared": float(any(d.kind != "gpu" for d in devices)),
    }
    return values


def _offload(judged: Judged) -> OffloadOut:
    plan = judged.plan
    return OffloadOut(
        gpu_layers=plan.gpu_layers,
        total_layers=plan.total_layers,
        cpu_experts_layers=plan.cpu_experts_layers,
        host_mib=round(plan.host_mib, 1),
    )


_SAME_RUN = 1.1
"""How much runs of the very same thing still differ between people: 10 % in the median."""


def _speed(model: Model, load: Load, judged: Judged, catalog: Catalog) -> SpeedOut:
    """Measured where the catalog has runs of the same tuple at a short context, else the estimate; without a draft."""
    speed = estimate(load._replace(draft=None), judged.plan, judged.devices)
    prefill = (_rounded(speed.prefill.low), _rounded(speed.prefill.high)) if speed.prefill else None
    first = judged.devices[0]
    alike = all(d.id == first.id for d in judged.devices) and judged.plan.all_on_devices and load.context <= 16384
    runs = (
        runs_of(
            catalog, model.id, load.quant, first.id, first.memory_mib / 1024, len(judged.devices),
            load.engine.name, first.backend,
        )
        if alike
        else []
    )  # fmt: skip
    if not runs:
        return SpeedOut(
            decode_tok_s=(_rounded(speed.decode.low), _rounded(speed.decode.high)),
            prefill_tok_s=prefill,
            source="estimated from memory bandwidth and compute throughput",
        )
    measured = sorted(run.decode_tok_s or 0.0 for run in runs)
    plural = "s" if len(runs) > 1 else ""
    return SpeedOut(
        decode_tok_s=(_rounded(measured[0] / _SAME_RUN), _rounded(measured[-1] * _SAME_RUN)),
        prefill_tok_s=prefill,
        basis="measured",
        source=f"decode measured: {len(runs)} run{plural}, {runs[0].source}",
    )


def _rounded(value: float) -> float:
    return round(value, 1) if value < 10 else float(round(value))


_MEMORY_STEPS_GIB = (4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 141, 180, 192, 288)


def _alternatives(
    load: Load,
    devices: tuple[Device, ...],
    ram_mib: float,
    model: Model,
    runtime: Runtime,
    judged: Judged,
    largest: int | None,
) -> tuple[ChangeOut, ...]:
    """Single changes after which the model fits; none where it does already."""
    if judged.verdict is Verdict.FITS:
        return ()
    changes = []
    if load.draft and judge(load._replace(draft=None), devices, ram_mib).verdict is Verdict.FITS:
        changes.append(ChangeOut(change="draft", value="none", verdict="fits"))
    size = weigh(load.architecture, load.quant).file_mib
    smaller = tuple(q for q in _ladder(model, runtime) if weigh(load.architecture, q).file_mib < size)
    quant = best_quant(load, devices, file_mib=model.file_mib, candidates=smaller)
    if quant:
        changes.append(ChangeOut(change="quant", value=quant, verdict="fits"))
    if largest and largest < load.context and largest >= 2048:
        changes.append(ChangeOut(change="context", value=str(largest), verdict="fits"))
    for kv_type in ("fp8", "q8_0", "q4_0"):
        if kv_type not in load.engine.kv_types:
            continue
        if load.kv_type == "f16" and judge(load._replace(kv_type=kv_type), devices, ram_mib).verdict is Verdict.FITS:
            changes.append(ChangeOut(change="kv", value=kv_type, verdict="fits"))
            break
    if len(devices) == 1:
        for gib_step in _MEMORY_STEPS_GIB:
            bigger = devices[0].model_copy(update={"memory_mib": gib_step * 1024.0})
            if gib_step * 1024 > devices[0].memory_mib and judge(load, (bigger,), ram_mib).verdict is Verdict.FITS:
                changes.append(ChangeOut(change="memory", value=f"{gib_step} GB", verdict="fits"))
                break
    return tuple(changes)
