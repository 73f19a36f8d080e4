"""How a model of the catalog runs on devices in its best quant: the rows of ``/model``, ``/gpu`` and ``/fits``."""

from bot.answers.record import RunOut
from bot.catalog.records import Model
from bot.fit.devices import Device
from bot.fit.plan import Load, all_on_devices
from bot.fit.quants import DEFAULT_PRESET, QUALITY_ORDER
from bot.fit.speed import estimate
from bot.fit.verdict import Judged, Verdict, best_quant, judge

SMALLEST_QUANT = "IQ3_XXS"
"""Below it a model loses so much that a smaller one in a better quant is the better choice."""

ASSUMED_RAM_GIB = 64.0
ASSUMED_RAM_MIB = ASSUMED_RAM_GIB * 1024

READABLE_TOK_S = 5.0
"""Slower than people read."""


def card_of(size_gb: int) -> Device:
    """A card of which only the memory is asked; nothing may be said of its speed."""
    return Device(
        id=f"card-{size_gb}",
        name=f"{size_gb} GB",
        kind="gpu",
        backend="cuda",
        memory_mib=size_gb * 1024.0,
        bandwidth_gb_s=1,
    )


def best_load(model: Model, devices: tuple[Device, ...], context: int) -> Load | None:
    """``model`` in the best quant that fits with room to spare, or in the usual one where none does.

    None where the catalog lacks the architecture, or the model's context is shorter.
    """
    usual = usual_quant(model)
    load = load_of(model, usual, context)
    if load is None:
        return None
    ladder = (model.native_quant,) if model.native_quant else QUALITY_ORDER[: QUALITY_ORDER.index(SMALLEST_QUANT) + 1]
    quant = best_quant(load, devices, file_mib=model.file_mib, candidates=ladder) or usual
    return load._replace(quant=quant, file_mib=model.file_mib.get(quant))


def usual_quant(model: Model) -> str:
    """The quant most people take: the one it was published in, or Q4_K_M."""
    return model.native_quant or DEFAULT_PRESET


def load_of(model: Model, quant: str, context: int) -> Load | None:
    """``model`` in ``quant``; None where the architecture is unknown, or the model's context is shorter."""
    if model.architecture is None or model.context is None or context > model.context:
        return None
    return Load(model.architecture, quant, context, file_mib=model.file_mib.get(quant))


def run_on(label: str, model: Model, device: Device, context: int) -> RunOut | None:
    """The run of ``model`` on ``device``; None where :func:`best_load` has none."""
    load = best_load(model, (device,), context)
    if load is None:
        return None
    judged = judge(load, (device,), ASSUMED_RAM_MIB)
    return RunOut(
        label=label,
        quant=load.quant,
        context=context,
        verdict=judged.verdict,
        total_mib=round(sum(share.total_mib for share in all_on_devices(load, (device,)).shares)),
        decode_tok_s=decode_band(load, judged),
    )


def decode_band(load: Load, judged: Judged) -> tuple[float, float] | None:
    """Tokens per second, low and high; None where it does not run."""
    if judged.verdict is Verdict.NO:
        return None
    decode = estimate(load, judged.plan, judged.devices).decode
    return round(decode.low, 1), round(decode.high, 1)
