"""The answer to ``/model``, ``/gpu`` and ``/tool``: a record with its facts, a verdict, and its runs."""

from typing import Literal

from bot.answers.answer import Frozen, NameOut

Cell = float | str | bool | None


class FactOut(Frozen):
    """One fact; ``name`` is a code that ``show`` has words for. A fact that the catalog lacks is left out."""

    name: str
    value: Cell
    unit: str = ""


class OpinionOut(Frozen):
    """One part of a hand-written verdict; ``part`` is a code."""

    part: str
    sentences: tuple[str, ...]


class RunOut(Frozen):
    """How a model runs on a device: the best quant that fits with room to spare, or the usual one offloaded or not."""

    label: str
    quant: str
    context: int
    verdict: str
    total_mib: float
    decode_tok_s: tuple[float, float] | None = None


class RecordOut(Frozen):
    """One record of the catalog."""

    kind: Literal["model", "hardware", "tool"]
    id: str
    name: str
    facts: tuple[FactOut, ...]
    opinion: tuple[OpinionOut, ...] = ()
    runs: tuple[RunOut, ...] = ()
    related: tuple[NameOut, ...] = ()
    sources: tuple[str, ...]
    checked: str


def facts(*rows: tuple[str, Cell | tuple[str, ...], str]) -> tuple[FactOut, ...]:
    """Facts that are known, in order; several values become one text."""
    known = []
    for name, value, unit in rows:
        written = ", ".join(value) if isinstance(value, tuple) else value
        if written is not None and written != "":
            known.append(FactOut(name=name, value=written, unit=unit))
    return tuple(known)
