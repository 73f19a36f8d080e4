"""Quant and format names in typed text."""

import re
from typing import NamedTuple

from bot.fit.quants import PRESET_BASE
from bot.naming.text import plain

_B = r"(?<![a-z0-9])"
_E = r"(?![a-z0-9])"

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(_B + r"(?:ud[- ])?iq([1-4])[- ]?(xxs|xs|s|m|nl)" + _E), "iq"),
    (re.compile(_B + r"(?:ud[- ])?q([2-8])[- ]?k[- ]?(xl|s|m|l)?" + _E), "k"),
    (re.compile(_B + r"q([458])[- ]([01])" + _E), "legacy"),
    (re.compile(_B + r"tq([12])[- ]0" + _E), "ternary"),
    (re.compile(_B + r"(?:(exl[23])[- ]?)?(?:h6[- ]?)?([2-8](?:\.\d{1,2})?)[- ]?bpw" + _E), "bpw"),
    (re.compile(_B + r"(exl[23])(?:[- ]([2-8](?:\.\d{1,2})?))?" + _E), "bpw"),
    (
        re.compile(
            _B + r"gptq(?:[- ]?(?:int)?([48])(?:[- ]?bits?)?)?(?:[- ]?g?(32|64|128)g?)?(?:[- ]act[- ]?order)?" + _E
        ),
        "gptq",
    ),
    (re.compile(_B + r"mlx[- ]?mxfp4(?:[- ]q[48])?|mxfp4[- ]q[48]" + _E), "mlx mxfp4"),
    (re.compile(_B + r"(?:bnb|bitsandbytes)[- ]?(?:nf|int)?([48])?(?:[- ]?bits?)?" + _E), "bnb"),
    (re.compile(_B + r"(nf4|w4a16|w8a8|int8 w8a8)" + _E), "scheme"),
    (
        re.compile(
            _B + r"(mxfp[48]|nvfp4|fp4|fp8|f8|awq)(?:[- ]?moe)?(?:[- ]?(?:int)?[48](?:[- ]?bits?)?)?(?: \(g128\))?" + _E
        ),
        "format",
    ),
    (re.compile(_B + r"(bf16|fp16|f16|fp32|f32)" + _E), "float"),
    (re.compile(_B + r"mlx[- ](?:int|q)?([234568])(?:[- ]?bits?)?" + _E), "mlx"),
    (re.compile(_B + r"q([234568])\.5(?:[- ]mlx)?" + _E), "mlx"),  # bits and half a bit of scales
    (re.compile(_B + r"(?<!\d\.)(?:int)?([2-8])[- ]?bits?" + _E), "bits"),
    (re.compile(_B + r"int([2-8])" + _E), "bits"),
    (re.compile(_B + r"q([2-8])(?:[- ]?bits?)?" + _E), "q"),
    (re.compile(_B + r"(qat)" + _E), "format"),
)

_Q = {2: "Q2_K", 3: "Q3_K_M", 4: "Q4_K_M", 5: "Q5_K_M", 6: "Q6_K", 8: "Q8_0"}
_FORMATS = {
    "mxfp4": "MXFP4_MOE", "mxfp8": "FP8", "f8": "FP8", "fp4": "NVFP4", "fp16": "F16", "fp32": "F32",
    "nf4": "BNB-4bit", "qat": "Q4_0", "w4a16": "GPTQ", "w8a8": "INT8", "int8 w8a8": "INT8",
}  # fmt: skip


class Quant(NamedTuple):
    """A quant found in a text: its canonical name and the text without it."""

    name: str
    rest: str


def find_quant(text: str) -> Quant | None:
    """The first quant or format named in ``text``, which has been through :func:`bot.naming.text.plain`.

    Mere bits ("4 bit", "int8") come out as ``4bit``: what they stand for depends on the runtime.
    """
    for pattern, kind in _PATTERNS:
        match = pattern.search(text)
        if match:
            name = _canonical(kind, match)
            rest = f"{text[: match.start()]} {text[match.end() :]}"
            return Quant(name, " ".join(rest.split()))
    return None


def read_quant(text: str) -> str | None:
    """The quant that ``text`` as a whole names; None if it names none that exists."""
    found = find_quant(plain(text))
    if not found or found.rest.strip(" -()"):
        return None
    return found.name


def _canonical(kind: str, match: re.Match[str]) -> str:
    first = match[1] if match.re.groups else ""
    if kind == "mlx mxfp4":
        return "MLX-MXFP4"
    if kind == "bpw":
        return f"{(first or 'exl3').upper()}-{float(match[2] or 4)}"
    if kind == "gptq":
        return "GPTQ-8bit" if first == "8" else f"GPTQ-{match[2]}g" if match[2] in ("32", "64") else "GPTQ"
    if kind == "bnb":
        return f"BNB-{first or 4}bit"
    if kind == "mlx":
        return f"MLX-{first}bit"
    if kind == "iq":
        return f"IQ{first}_{match[2].upper()}"
    if kind == "k":
        size = {"xl": "M", None: "M"}.get(match[2], (match[2] or "").upper())
        plain_k = f"Q{first}_K"
        sized = f"{plain_k}_{size}"
        return sized if sized in PRESET_BASE else plain_k
    if kind == "legacy":
        return f"Q{first}_{match[2]}"
    if kind == "ternary":
        return f"TQ{first}_0"
    if kind == "q":
        return _Q.get(int(first), f"Q{first}")
    if kind == "bits":
        return f"{first}bit"
    return _FORMATS.get(first, first.upper())
