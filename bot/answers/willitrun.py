"""``/willitrun``: does this model run on this hardware, how well, with what settings."""

from typing import Literal

from bot.answers.answer import Frozen, Payload, Question, UnavailableOut
from bot.answers.commands import run_commands
from bot.answers.knowledge import Knowledge
from bot.answers.options import Stop, check_names, gib, invalid, refuse, required_text, text
from bot.catalog.records import Model
from bot.fit.devices import Device, headroom_mib, usable_mib
from bot.fit.plan import Load, Plan, all_on_devices
from bot.fit.quants import DEFAULT_PRESET, KV_TYPES, PRESET_BASE, QUALITY_ORDER
from bot.fit.speed import estimate
from bot.fit.verdict import Judged, Verdict, best_quant, judge, max_context
from bot.naming.outcome import HardwareMatch, ModelMatch
from bot.naming.quants import read_quant
from bot.naming.text import MAX_LENGTH, parse_context

OPTIONS = ("model", "gpu", "quant", "context", "kv", "ram_gib", "runtime")

DEFAULT_CONTEXT = 8192
ASSUMED_RAM_GIB = 64.0
"""System memory taken where none was typed; an answer that leans on it says so."""

RUNTIMES = {
    "llama.cpp": "llama.cpp", "llamacpp": "llama.cpp", "llama cpp": "llama.cpp", "llama-server": "llama.cpp",
    "ollama": "ollama",
    "lm studio": "lm-studio", "lm-studio": "lm-studio", "lmstudio": "lm-studio", "lms": "lm-studio",
    "koboldcpp": "koboldcpp", "kobold": "koboldcpp",
}  # fmt: skip
"""Runtimes that load GGUF files with llama.cpp, by the names people type."""

_WORST_DEFAULT = "IQ3_XXS"
"""The smallest quant that is taken without being asked for."""
_ERROR_BAND_PCT = 2.0
_ERROR_BAND_UNUSUAL_PCT = 5.0


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

    change: Literal["quant", "context", "kv", "memory"]
    value: str
    verdict: str


class WillItRunOut(Frozen):
    """The answer to ``/willitrun``."""

    model: ModelOut
    devices: tuple[DeviceOut, ...]
    quant: str
    quant_basis: Literal["typed", "default", "best_that_fits"]
    context: int
    kv_type: str
    runtime: str
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
    model_match = _model(question, knowledge)
    hardware = _hardware(question, knowledge)
    model = model_match.model
    runtime = _runtime(question)
    if model.architecture is None:
        raise Stop("unavailable", UnavailableOut(about="model", name=model.name, missing=("architecture",)))
    devices = tuple(_device(d.hardware.id, knowledge, d.memory_gib) for d in hardware.devices)
    typed_ram = gib(question, "ram_gib") or hardware.ram_gib
    ram_mib = (typed_ram or ASSUMED_RAM_GIB) * 1024
    context = _context(question, model)
    load = Load(architecture=model.architecture, quant=DEFAULT_PRESET, context=context, kv_type=_kv_type(question))
    best = best_quant(load, devices, file_mib=model.file_mib, candidates=_ladder(model))
    quant, basis = _quant(question, model_match, load, devices, ram_mib, best)
    load = load._replace(quant=quant, file_mib=model.file_mib.get(quant))
    judged = judge(load, devices, ram_mib)
    largest = max_context(load, devices, model.context)
    return "answered", WillItRunOut(
        model=ModelOut(
            id=model.id, name=model.name, hf_id=model.hf_id, params=model.params, active_params=model.active_params
        ),
        devices=tuple(_device_out(d) for d in devices),
        quant=quant,
        quant_basis=basis,
        context=context,
        kv_type=load.kv_type,
        runtime=runtime,
        memory=_memory(load, devices, judged),
        verdict=judged.verdict,
        reason_code=_reason_code(judged),
        reason=_reason(load, devices, judged, ram_mib),
        offload=_offload(judged) if judged.verdict is Verdict.OFFLOAD else None,
        max_context=largest,
        best_quant=best,
        speed=_speed(load, judged) if judged.verdict is not Verdict.NO else None,
        alternatives=_alternatives(load, devices, ram_mib, model, judged, largest),
        commands=run_commands(model, quant, context, load.kv_type, judged) if judged.verdict is not Verdict.NO else {},
        sources=(model.sources[0], *dict.fromkeys(d.hardware.sources[0] for d in hardware.devices)),
        ram_gib=typed_ram or ASSUMED_RAM_GIB,
        ram_basis="typed" if typed_ram else "assumed",
        taken_from=tuple(t for t in (model_match.taken_from, hardware.taken_from) if t),
    )


def _model(question: Question, knowledge: Knowledge) -> ModelMatch:
    outcome = knowledge.models.resolve(required_text(question, "model", limit=MAX_LENGTH))
    if not isinstance(outcome, ModelMatch):
        raise refuse(outcome, knowledge, "model")
    return outcome


def _hardware(question: Question, knowledge: Knowledge) -> HardwareMatch:
    outcome = knowledge.hardware.resolve(required_text(question, "gpu", limit=MAX_LENGTH))
    if not isinstance(outcome, HardwareMatch):
        raise refuse(outcome, knowledge, "gpu")
    return outcome


def _runtime(question: Question) -> str:
    typed = text(question, "runtime", limit=40)
    if typed is None:
        return "llama.cpp"
    runtime = RUNTIMES.get(typed.casefold())
    if runtime is None:
        raise invalid("runtime", "unknown_value", ", ".join(dict.fromkeys(RUNTIMES.values())))
    return runtime


def _context(question: Question, model: Model) -> int:
    typed = text(question, "context", limit=40)
    if typed is None:
        return min(DEFAULT_CONTEXT, model.context)
    if typed.casefold() == "max":
        return model.context
    context = parse_context(typed)
    if context is None or context < 256:
        raise invalid("context", "not_a_context", typed)
    if context > model.context:
        raise invalid("context", "beyond_model", f"{model.name}: {model.context}")
    return context


def _kv_type(question: Question) -> str:
    typed = text(question, "kv", limit=40)
    if typed is None:
        return "f16"
    written = typed.casefold().replace("-", "_").replace(" ", "_")
    name = {"fp16": "f16", "q8": "q8_0", "q4": "q4_0", "q5": "q5_0", "fp32": "f32", "iq4": "iq4_nl"}.get(
        written, written
    )
    if name not in KV_TYPES:
        raise invalid("kv", "unknown_value", ", ".join(KV_TYPES))
    return name


def _quant(
    question: Question,
    match: ModelMatch,
    load: Load,
    devices: tuple[Device, ...],
    ram_mib: float,
    best: str | None,
) -> tuple[str, Literal["typed", "default", "best_that_fits"]]:
    typed = text(question, "quant", limit=40)
    quant = match.quant
    if typed is not None:
        quant = read_quant(typed)
        if quant is None:
            raise invalid("quant", "unknown_quant", ", ".join(QUALITY_ORDER))
    if quant is not None:
        if quant not in PRESET_BASE:
            raise invalid("quant", "not_gguf", f"{quant}: {', '.join(QUALITY_ORDER)}")
        return quant, "typed"
    default = match.model.native_quant or DEFAULT_PRESET
    file_mib = match.model.file_mib.get(default)
    verdict = judge(load._replace(quant=default, file_mib=file_mib), devices, ram_mib).verdict
    if verdict in (Verdict.FITS, Verdict.TIGHT) or best is None:
        return default, "default"
    worst = QUALITY_ORDER.index(_WORST_DEFAULT)
    if best in QUALITY_ORDER and QUALITY_ORDER.index(best) > worst:
        return default, "default"
    return best, "best_that_fits"


def _ladder(model: Model) -> tuple[str, ...]:
    """Quants to try, best first; nothing better than what the makers themselves published exists."""
    if model.native_quant:
        return (model.native_quant,)
    return QUALITY_ORDER


def _device(hardware_id: str, knowledge: Knowledge, memory_gib: float) -> Device:
    hardware = knowledge.catalog.hardware[hardware_id]
    return Device(
        id=hardware.id,
        name=hardware.name,
        kind=hardware.kind,
        backend=hardware.backends[0],
        memory_mib=memory_gib * 1024,
        bandwidth_gb_s=hardware.bandwidth_gb_s,
        fp16_tflops=hardware.fp16_tensor_tflops,
    )


def _device_out(device: Device) -> DeviceOut:
    return DeviceOut(
        id=device.id,
        name=device.name,
        memory_mib=round(device.memory_mib),
        usable_mib=round(usable_mib(device)),
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
        error_band_pct=_ERROR_BAND_UNUSUAL_PCT if unusual else _ERROR_BAND_PCT,
    )


def _whole_plan(load: Load, devices: tuple[Device, ...], judged: Judged) -> Plan:
    if judged.plan.all_on_devices:
        return judged.plan
    return all_on_devices(load, devices)


def _reason_code(judged: Judged) -> str:
    if judged.verdict is Verdict.OFFLOAD:
        return "offload_experts" if judged.plan.cpu_experts_layers else "offload_layers"
    return {Verdict.FITS: "fits", Verdict.TIGHT: "tight", Verdict.NO: "no"}[judged.verdict]


def _reason(load: Load, devices: tuple[Device, ...], judged: Judged, ram_mib: float) -> dict[str, str | float]:
    whole = _whole_plan(load, devices, judged)
    values: dict[str, str | float] = {
        "needed_mib": round(sum(share.total_mib for share in whole.shares)),
        "usable_mib": round(sum(usable_mib(d) for d in judged.devices)),
        "free_mib": round(judged.free_mib),
        "headroom_mib": round(max(headroom_mib(d) for d in judged.devices)),
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


def _speed(load: Load, judged: Judged) -> SpeedOut:
    speed = estimate(load, judged.plan, judged.devices)
    return SpeedOut(
        decode_tok_s=(_rounded(speed.decode.low), _rounded(speed.decode.high)),
        prefill_tok_s=(_rounded(speed.prefill.low), _rounded(speed.prefill.high)) if speed.prefill else None,
        source="estimated from memory bandwidth and compute throughput",
    )


def _rounded(value: float) -> float:
    return round(value, 1) if value < 10 else float(round(value))


_MEMORY_STEPS_GIB = (4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 141, 180, 192, 288)


def _alternatives(
    load: Load,
    devices: tuple[Device, ...],
    ram_mib: float,
    model: Model,
    judged: Judged,
    largest: int | None,
) -> tuple[ChangeOut, ...]:
    """Single changes after which the model fits; none where it does already."""
    if judged.verdict is Verdict.FITS:
        return ()
    changes = []
    smaller = tuple(q for q in _ladder(model) if _is_smaller(q, load.quant))
    quant = best_quant(load, devices, file_mib=model.file_mib, candidates=smaller)
    if quant:
        changes.append(ChangeOut(change="quant", value=quant, verdict="fits"))
    if largest and largest < load.context and largest >= 2048:
        changes.append(ChangeOut(change="context", value=str(largest), verdict="fits"))
    for kv_type in ("q8_0", "q4_0"):
        if load.kv_type == "f16" and judge(load._replace(kv_type=kv_type), devices, ram_mib).verdict is Verdict.FITS:
            changes.append(ChangeOut(change="kv", value=kv_type, verdict="fits"))
            break
    if len(devices) == 1:
        for size in _MEMORY_STEPS_GIB:
            bigger = devices[0].model_copy(update={"memory_mib": size * 1024.0})
            if size * 1024 > devices[0].memory_mib and judge(load, (bigger,), ram_mib).verdict is Verdict.FITS:
                changes.append(ChangeOut(change="memory", value=f"{size} GB", verdict="fits"))
                break
    return tuple(changes)


def _is_smaller(quant: str, than: str) -> bool:
    if than not in QUALITY_ORDER:
        return False
    return QUALITY_ORDER.index(quant) > QUALITY_ORDER.index(than)
