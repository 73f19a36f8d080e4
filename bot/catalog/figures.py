"""Figures in prose that the engine fills in, so that no text can contradict it.

``{{weights llama-3.1-8b-instruct@Q4_K_M}}`` becomes ``4.58 GiB``. A model is written with its quant and, after a comma,
its context (8k if left out) and KV type; what is asked on hardware names it after ``on``.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from bot.catalog.records import Hardware, Model
from bot.fit.architecture import MIB
from bot.fit.devices import Device
from bot.fit.plan import Load, all_on_one
from bot.fit.speed import estimate
from bot.fit.verdict import best_quant, judge, max_context
from bot.fit.weights import weigh

_FIGURE = re.compile(r"\{\{(.*?)\}\}")
_FORM = re.compile(
    r"(?P<what>[a-z]+) (?P<model>[\w.\-]+)@(?P<quant>[\w.\-]+)(?:,(?P<context>\d+)k)?(?:,(?P<kv>f16|q8_0|q4_0))?"
    r"(?: on (?:(?P<count>\d)x )?(?P<gpu>[\w.\-]+))?"
)
_BY_HAND = re.compile(r"\d ?GiB\b")
_RAM_MIB = 64 * 1024.0
_PLAIN_CARD = Device(
    id="card", name="a card", kind="gpu", backend="cuda", memory_mib=2**20, bandwidth_gb_s=1000, fp16_tflops=100
)


class BadFigure(ValueError):
    """A figure that cannot be filled in; the text says why."""


class _Asked(NamedTuple):
    load: Load
    model: Model
    cards: tuple[Device, ...]


def fill(text: str, models: Mapping[str, Model], cards: Mapping[str, Hardware]) -> str:
    """``text`` with its figures.

    Raises:
        BadFigure: a figure names nothing that is known.
    """
    return _FIGURE.sub(lambda match: _figure(match[1], models, cards), text)


def typed_by_hand(text: str) -> str | None:
    """A figure in GiB that does not come from the engine; None if there is none."""
    found = _BY_HAND.search(_FIGURE.sub("", text))
    return text[max(0, found.start() - 20) : found.end()] if found else None


def _figure(asked: str, models: Mapping[str, Model], cards: Mapping[str, Hardware]) -> str:
    form = _FORM.fullmatch(asked)
    if not form or form["what"] not in _FIGURES:
        raise BadFigure(f"«{asked}» is not a figure; known are {', '.join(_FIGURES)}")
    model = models.get(form["model"])
    if model is None or model.architecture is None:
        raise BadFigure(f"no model «{form['model']}» with an architecture")
    hardware = cards.get(form["gpu"] or "")
    if form["gpu"] and hardware is None:
        raise BadFigure(f"no hardware «{form['gpu']}»")
    context, kv_type = int(form["context"] or 8) * 1024, form["kv"] or "f16"
    load = Load(model.architecture, form["quant"], context, kv_type, file_mib=model.file_mib.get(form["quant"]))
    memory_gib = hardware.memory_gib[-1] if hardware and hardware.memory_gib else _RAM_MIB / 1024
    devices = (hardware.device(memory_gib),) * int(form["count"] or 1) if hardware else ()
    needs = form["what"] in _ON_HARDWARE
    if needs != bool(devices):
        raise BadFigure(f"«{asked}» must {'name' if needs else 'not name'} hardware")
    try:
        return _FIGURES[form["what"]](_Asked(load, model, devices))
    except (KeyError, ValueError) as fault:
        raise BadFigure(f"«{asked}» cannot be worked out: {fault}") from fault


def _gib(mib: float) -> str:
    value = mib / 1024
    return f"{value:.2f} GiB" if value < 10 else f"{value:.1f} GiB" if value < 1000 else f"{value:,.0f} GiB"


def _share(asked: _Asked, part: str) -> str:
    return _gib(getattr(all_on_one(asked.load, _PLAIN_CARD).shares[0], part))


def _speed(asked: _Asked) -> str:
    judged = judge(asked.load, asked.cards, _RAM_MIB)
    low, high = estimate(asked.load, judged.plan, judged.devices).decode
    return f"{low:.0f} to {high:.0f} tokens a second" if low >= 10 else f"{low:.1f} to {high:.1f} tokens a second"


_VERDICTS = {
    "fits": "fits", "tight": "fits, but tightly", "offload": "runs only with a part in system memory",
    "no": "does not run",
}  # fmt: skip


def _verdict(asked: _Asked) -> str:
    return _VERDICTS[judge(asked.load, asked.cards, _RAM_MIB).verdict]


def _context(asked: _Asked) -> str:
    longest = max_context(asked.load, asked.cards, asked.model.context or asked.load.architecture.max_context)
    return f"{longest:,} tokens" if longest else "no context"


def _quant(asked: _Asked) -> str:
    return best_quant(asked.load, asked.cards, file_mib=asked.model.file_mib) or "no quant"


_FIGURES: dict[str, Callable[[_Asked], str]] = {
    "weights": lambda a: _share(a, "weights_mib"),
    "file": lambda a: _gib(a.load.file_mib or weigh(a.load.architecture, a.load.quant).file_mib),
    "kv": lambda a: _share(a, "kv_mib"),
    "state": lambda a: _share(a, "recurrent_mib"),
    "compute": lambda a: _share(a, "compute_mib"),
    "total": lambda a: _share(a, "total_mib"),
    "bits": lambda a: (
        f"{8 * MIB * weigh(a.load.architecture, a.load.quant).file_mib / (a.model.params - a.model.extra_params):.2f}"
    ),
    "verdict": _verdict,
    "speed": _speed,
    "context": _context,
    "quant": _quant,
}
_ON_HARDWARE = frozenset({"verdict", "speed", "context", "quant"})
