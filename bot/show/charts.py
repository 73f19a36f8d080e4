"""Pictures of answers, drawn with Pillow. They read in dark and light: opaque, on their own background."""

import io
from collections.abc import Sequence
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from bot.answers.willitrun import DeviceOut, ShareOut, WillItRunOut
from bot.show import phrases

_WIDTH, _ROW, _PAD, _BAR = 720, 74, 16, 26
_BACKGROUND, _INK, _DIM, _FREE = (43, 45, 49), (242, 243, 245), (181, 186, 193), (78, 80, 88)
_COLOURS = {
    "weights_mib": (88, 101, 242),
    "kv_mib": (254, 163, 71),
    "recurrent_mib": (235, 69, 158),
    "compute_mib": (87, 242, 135),
    "overhead_mib": (148, 155, 164),
}
_OVER = (237, 66, 69)
MAX_BARS = 4
"""Cards that are drawn one by one; more are alike."""


def memory_bar(answer: WillItRunOut) -> bytes:
    """One bar a card as PNG: each part in its colour, what is free, and the limit of what can be used."""
    pairs = list(zip(answer.devices, answer.memory.per_device, strict=False))[:MAX_BARS]
    image = Image.new("RGB", (_WIDTH, _PAD + len(pairs) * _ROW + 34), _BACKGROUND)
    draw = ImageDraw.Draw(image)
    for number, (device, share) in enumerate(pairs):
        _bar(draw, _PAD + number * _ROW, device, share)
    _legend(draw, image.height - 30, [share for _, share in pairs])
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()


def memory_words(answer: WillItRunOut) -> str:
    """The picture in words, for those who do not see it."""
    parts = [f"{label} {phrases.gib(getattr(answer.memory, name))}" for name, label in phrases.MEMORY_PARTS]
    usable = sum(device.usable_mib for device in answer.devices)
    return f"Memory: {', '.join(parts)}; {phrases.gib(answer.memory.total_mib)} in all of {phrases.gib(usable)} usable."


def _bar(draw: ImageDraw.ImageDraw, top: int, device: DeviceOut, share: ShareOut) -> None:
    name = device.name if len(device.name) <= 46 else f"{device.name[:45]}…"
    draw.text((_PAD, top), name, _INK, _font(17))
    figures = f"{phrases.gib(share.total_mib)} of {phrases.gib(device.usable_mib)}"
    draw.text((_WIDTH - _PAD, top), figures, _DIM, _font(17), anchor="ra")
    left, right, y = _PAD, _WIDTH - _PAD, top + 27
    scale = (right - left) / max(device.memory_mib, share.total_mib, 1)
    draw.rounded_rectangle((left, y, right, y + _BAR), 5, fill=_FREE)
    x = float(left)
    for part, colour in _COLOURS.items():
        width = getattr(share, part) * scale
        if width >= 0.5:
            draw.rectangle((x, y, min(x + width, right), y + _BAR), fill=colour)
        x += width
    limit = left + device.usable_mib * scale
    colour = _OVER if share.total_mib > device.usable_mib else _INK
    draw.line((limit, y - 4, limit, y + _BAR + 4), fill=colour, width=3)


def _legend(draw: ImageDraw.ImageDraw, y: int, shares: Sequence[ShareOut]) -> None:
    x = _PAD
    for part, label in phrases.MEMORY_PARTS:
        if not any(getattr(share, part) >= 1 for share in shares):
            continue
        draw.rectangle((x, y + 4, x + 12, y + 16), fill=_COLOURS[part])
        draw.text((x + 18, y), label, _DIM, _font(15))
        x += 34 + round(draw.textlength(label, _font(15)))
    draw.rectangle((x, y + 4, x + 12, y + 16), fill=_FREE)
    draw.text((x + 18, y), "free", _DIM, _font(15))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
