"""Hand-written verdicts against the engine: no text may claim what the maths denies."""

from collections.abc import Iterator

import re2

from bot.catalog.records import Claim, Hardware, HardwareVerdict, Model, ModelVerdict
from bot.fit.plan import Load
from bot.fit.verdict import Verdict, judge

_MEMORY = re2.compile(r"(?i)\b\d+ ?(?:gb|gib)\b")
_SIZE = re2.compile(r"(?i)\b\d+(?:\.\d+)?b\b")


def model_faults(verdict: ModelVerdict) -> Iterator[tuple[str, str]]:
    """Memory sizes written by hand; the bot computes them."""
    for field in ("good_for", "strengths", "limits", "pick_if", "skip_if"):
        value = getattr(verdict, field)
        for text in (value,) if isinstance(value, str) else value:
            if _MEMORY.search(text):
                yield field, "names a memory size; what fits where is computed, so say «a small card» or the like"


def hardware_faults(
    verdict: HardwareVerdict, hardware: Hardware, models: dict[str, Model]
) -> Iterator[tuple[str, str]]:
    """Model and memory sizes written by hand, and claims that the engine denies."""
    for field in ("does_well", "breaks", "buy_if", "skip_if"):
        text = getattr(verdict, field)
        if _MEMORY.search(text) or _SIZE.search(text):
            yield field, "names a size; say what runs under runs and runs_not, which the engine checks"
    for field, claims, wanted in (("runs", verdict.runs, True), ("runs_not", verdict.runs_not, False)):
        for claim in claims:
            model = models.get(claim.model)
            if model is None or model.architecture is None:
                yield field, f"no model «{claim.model}» with an architecture"
            elif runs(claim, hardware, model) is not wanted:
                word = "does not fit" if wanted else "fits"
                yield field, f"the engine says that {claim.model} {claim.quant} at {claim.context} {word}"


def runs(claim: Claim, hardware: Hardware, model: Model) -> bool:
    """Whether a claim's model fits with headroom on the largest memory that the hardware was sold with."""
    assert model.architecture
    load = Load(model.architecture, claim.quant, claim.context, file_mib=model.file_mib.get(claim.quant))
    device = hardware.device(hardware.memory_gib[-1])
    return judge(load, (device,), 0.0).verdict in (Verdict.FITS, Verdict.TIGHT)
