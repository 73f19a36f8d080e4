"""Pictures of answers, drawn with Pillow. They read in dark and light: opaque, on their own background."""

import io
import math
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from bot.answers.answer import Answer
from bot.answers.compare import CompareOut, ItemOut, RowOut
from bot.answers.cost import MONTHS, CostOut
from bot.answers.fits import FitOut, FitsOut
from bot.answers.willitrun import DeviceOut, ShareOut, WillItRunOut
from bot.show import money, phrases

Colour = tuple[int, int, int]

_WIDTH, _PAD = 520, 16
_BACKGROUND, _INK, _DIM, _FREE = (43, 45, 49), (242, 243, 245), (181, 186, 193), (78, 80, 88)
_TRACK: Colour = (53, 55, 60)
_EDGE_STEPS = 16
_LINE = 24
_PARTS: dict[str, Colour] = {
    "weights_mib": (88, 101, 242),
    "kv_mib": (254, 163, 71),
    "recurrent_mib": (235, 69, 158),
    "compute_mib": (87, 242, 135),
    "overhead_mib": (148, 155, 164),
}
_OVER = (237, 66, 69)
_ITEMS: tuple[Colour, ...] = ((88, 101, 242), (254, 163, 71), (87, 242, 135), (235, 69, 158))
_GROUPS: dict[str, Colour] = {"comfortable": (87, 242, 135), "tight": (254, 231, 92), "offload": (254, 163, 71)}
MAX_BARS = 4
"""Cards that are drawn one by one; more are alike."""
MAX_ROWS = 6
"""Facts of a comparison that are drawn."""


_kept = lru_cache(maxsize=256)
"""A picture takes ten times as long as all the rest of an answer, so the last ones are kept: 3 MB of them."""


class Picture(NamedTuple):
    """A PNG, and what it shows in words for those who do not see it."""

    name: str
    png: bytes
    alt: str


def picture(answer: Answer) -> Picture | None:
    """The picture that belongs to an answer; None where there is nothing to draw."""
    match answer.answer:
        case WillItRunOut(devices=devices, memory=memory) as payload:
            return Picture("memory.png", _memory(devices, memory.per_device), _memory_words(payload))
        case CompareOut(items=items) as payload if rows := _numeric(payload):
            return Picture("compare.png", _comparison(items, rows), _comparison_words(payload, rows))
        case FitsOut(models=models) if models:
            return Picture("fits.png", _ranking(models), _ranking_words(models))
        case CostOut() as payload if len(ways := _ways(payload)) > 1:
            return Picture("cost.png", _costs(ways), _costs_words(ways))
        case _:
            return None


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.quantize(palette=_palette(), dither=Image.Dither.NONE).save(out, "PNG", compress_level=3)
    return out.getvalue()


@cache
def _palette() -> Image.Image:
    """The colours that are drawn, and the steps from the background to those of letters, for their smoothed edges."""
    solid = {_BACKGROUND, _FREE, _TRACK, _OVER, *_PARTS.values(), *_ITEMS, *_GROUPS.values(), *map(_dimmed, _ITEMS)}
    edges = [
        tuple(round(back + (ink - back) * step / _EDGE_STEPS) for back, ink in zip(_BACKGROUND, letters, strict=True))
        for letters in (_INK, _DIM)
        for step in range(1, _EDGE_STEPS + 1)
    ]
    image = Image.new("P", (1, 1))
    image.putpalette([channel for colour in (*sorted(solid), *edges) for channel in colour])
    return image


# ---- /willitrun: one bar a card, each part in its colour, what is free, and the limit of what can be used


@_kept
def _memory(devices: tuple[DeviceOut, ...], shares: tuple[ShareOut, ...]) -> bytes:
    pairs = list(zip(devices, shares, strict=False))[:MAX_BARS]
    image = Image.new("RGB", (_WIDTH, _PAD + len(pairs) * 74 + 2 * _LINE), _BACKGROUND)
    draw = ImageDraw.Draw(image)
    for number, (device, share) in enumerate(pairs):
        _device(draw, _PAD + number * 74, device, share)
    sums = {part: sum(getattr(share, part) for share in shares) for part in _PARTS}
    labels = [
        (_PARTS[part], f"{label} {phrases.gib(sums[part])}") for part, label in phrases.MEMORY_PARTS if sums[part] >= 1
    ]
    more = len(devices) - len(pairs)
    labels.append((_FREE, f"free, and {more} cards more" if more else "free"))
    _legend(draw, image.height - 2 * _LINE - 4, labels)
    return _png(image)


def _memory_words(answer: WillItRunOut) -> str:
    parts = [f"{label} {phrases.gib(getattr(answer.memory, name))}" for name, label in phrases.MEMORY_PARTS]
    usable = sum(device.usable_mib for device in answer.devices)
    return f"Memory: {', '.join(parts)}; {phrases.gib(answer.memory.total_mib)} in all of {phrases.gib(usable)} usable."


def _device(draw: ImageDraw.ImageDraw, top: int, device: DeviceOut, share: ShareOut) -> None:
    _text(draw, _PAD, top, device.name, 17, _INK, room=_WIDTH - 190)
    figures = f"{phrases.gib(share.total_mib)} of {phrases.gib(device.usable_mib)}"
    draw.text((_WIDTH - _PAD, top), figures, _DIM, _font(17), anchor="ra")
    left, right, y, height = _PAD, _WIDTH - _PAD, top + 27, 26
    scale = (right - left) / max(device.memory_mib, share.total_mib, 1)
    draw.rounded_rectangle((left, y, right, y + height), 5, fill=_FREE)
    x = float(left)
    for part, colour in _PARTS.items():
        width = getattr(share, part) * scale
        if width >= 0.5:
            draw.rectangle((x, y, min(x + width, right), y + height), fill=colour)
        x += width
    limit = left + device.usable_mib * scale
    colour = _OVER if share.total_mib > device.usable_mib else _INK
    draw.line((limit, y - 4, limit, y + height + 4), fill=colour, width=3)


# ---- /compare: a group of bars a fact, the longest the largest figure of its row

Numbers = tuple[float | None, ...]


def _numeric(answer: CompareOut) -> tuple[tuple[RowOut, Numbers], ...]:
    found = []
    for row in answer.rows:
        if row.name == "usable_memory":  # as good as the same bars as memory
            continue
        numbers = tuple(v if isinstance(v, int | float) and not isinstance(v, bool) else None for v in row.values)
        if sum(value is not None and value > 0 for value in numbers) >= 2:
            found.append((row, numbers))
    return tuple(found[:MAX_ROWS])


@_kept
def _comparison(items: tuple[ItemOut, ...], rows: tuple[tuple[RowOut, Numbers], ...]) -> bytes:
    count = len(items)
    step = 30 + count * 22
    image = Image.new("RGB", (_WIDTH, _PAD + len(rows) * step + count * 26 + 8), _BACKGROUND)
    draw = ImageDraw.Draw(image)
    for number, (row, values) in enumerate(rows):
        top = _PAD + number * step
        draw.text((_PAD, top), phrases.row_name(row), _DIM, _font(17))
        longest = max(value for value in values if value is not None)
        for place, value in enumerate(values):
            y = top + 24 + place * 22
            if value is None:
                draw.text((_PAD, y - 1), "not known", _DIM, _font(16))
                continue
            right = _PAD + max(2, (_WIDTH - 2 * _PAD - 150) * value / longest)
            draw.rectangle((_PAD, y, right, y + 17), fill=_ITEMS[place])
            ink = _INK if row.better in (None, place) else _DIM
            draw.text((right + 8, y - 2), phrases.cell(value, row.unit), ink, _font(16))
    for place, item in enumerate(items):
        y = image.height - 8 - (count - place) * 26
        draw.rectangle((_PAD, y + 4, _PAD + 12, y + 16), fill=_ITEMS[place])
        _text(draw, _PAD + 20, y, item.name, 17, _INK, room=_WIDTH - 3 * _PAD)
    return _png(image)


def _comparison_words(answer: CompareOut, rows: tuple[tuple[RowOut, Numbers], ...]) -> str:
    def words() -> Iterator[str]:
        for row, values in rows:
            yield f"{phrases.row_name(row)}: " + " against ".join(phrases.cell(value, row.unit) for value in values)

    return f"{' and '.join(item.name for item in answer.items)}. {'; '.join(words())}."


# ---- /fits: the band of speeds of each model, by group


@_kept
def _ranking(models: tuple[FitOut, ...]) -> bytes:
    image = Image.new("RGB", (_WIDTH, _PAD + len(models) * 28 + 2 * _LINE + 8), _BACKGROUND)
    draw = ImageDraw.Draw(image)
    left, right = 226, _WIDTH - _PAD - 80
    fastest = max(model.decode_tok_s[1] for model in models)
    for number, model in enumerate(models):
        y = _PAD + number * 28
        _text(draw, _PAD, y, model.name, 16, _INK, room=left - 2 * _PAD)
        low, high = (left + (right - left) * speed / fastest for speed in model.decode_tok_s)
        draw.rectangle((left, y + 4, right, y + 17), fill=_TRACK)
        draw.rectangle((left, y + 4, low, y + 17), fill=_GROUPS[model.group])
        draw.rectangle((low, y + 8, max(high, low + 2), y + 13), fill=_GROUPS[model.group])
        draw.text((_WIDTH - _PAD, y), phrases.gib(model.total_mib), _DIM, _font(16), anchor="ra")
    groups = [
        (colour, phrases.GROUP_WORDS[g].lower())
        for g, colour in _GROUPS.items()
        if any(model.group == g for model in models)
    ]
    _legend(draw, image.height - 2 * _LINE - 4, groups)
    note = f"Bars: speed up to {fastest:,.0f} tok/s. Right: memory."
    draw.text((_PAD, image.height - _LINE - 4), note, _DIM, _font(15))
    return _png(image)


def _ranking_words(models: tuple[FitOut, ...]) -> str:
    rows = (f"{m.name} {phrases.gib(m.total_mib)}, {phrases.band(m.decode_tok_s)}" for m in models)
    return f"Speed by model: {'; '.join(rows)}."


# ---- /cost: what each way has cost after so many months

_COST_HEIGHT = 300


class _Way(NamedTuple):
    """A way to pay: at once, and by the month at least and at most."""

    label: str
    colour: Colour
    once: float
    monthly: tuple[float, float]


def _ways(answer: CostOut) -> tuple[_Way, ...]:
    ways = []
    if answer.price_usd is not None:
        ways.append(_Way("own hardware", _ITEMS[0], answer.price_usd, answer.electricity_usd_month))
    if answer.api:
        monthly = (answer.api.usd_month, max(answer.api.usd_month, answer.api_median_usd_month or 0))
        ways.append(_Way("API, cheapest to median", _ITEMS[1], 0.0, monthly))
    if answer.rental:
        ways.append(_Way("rented by the hour", _ITEMS[2], 0.0, answer.rental.usd_month))
    return tuple(ways)


@_kept
def _costs(ways: tuple[_Way, ...]) -> bytes:
    image = Image.new("RGB", (_WIDTH, _COST_HEIGHT), _BACKGROUND)
    draw = ImageDraw.Draw(image)
    left, right, top, bottom = _PAD + 64, _WIDTH - _PAD - 8, _PAD + 4, _COST_HEIGHT - 2 * _LINE - 12
    step = _round_step(max(way.once + MONTHS * way.monthly[1] for way in ways) / 5)
    most = step * 5

    def at(month: float, amount: float) -> tuple[float, float]:
        return left + (right - left) * month / MONTHS, bottom - (bottom - top) * amount / most

    for way in ways:
        edge = [at(0, way.once), at(MONTHS, way.once + MONTHS * way.monthly[0])]
        far = [at(MONTHS, way.once + MONTHS * way.monthly[1])]
        draw.polygon([*edge, *far], fill=_dimmed(way.colour))
    for number in range(6):
        y = at(0, number * step)[1]
        draw.line((left, y, right, y), fill=_TRACK)
        draw.text((left - 8, y), money.usd(number * step), _DIM, _font(15), anchor="rm")
    for month in range(0, MONTHS + 1, 12):
        label = f"{month} months" if month else "now"
        draw.text((at(month, 0)[0], bottom + 6), label, _DIM, _font(15), anchor="ra" if month == MONTHS else "ma")
    for way in ways:
        for monthly in way.monthly:
            draw.line((at(0, way.once), at(MONTHS, way.once + MONTHS * monthly)), fill=way.colour, width=3)
    _legend(draw, _COST_HEIGHT - _LINE - 4, [(way.colour, way.label) for way in ways])
    return _png(image)


def _round_step(least: float) -> float:
    """The round number at or above ``least`` that a scale goes up by."""
    power = 10.0 ** math.floor(math.log10(max(least, 0.01)))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= least)


def _dimmed(colour: Colour) -> Colour:
    red, green, blue = (round(back + (own - back) * 0.28) for own, back in zip(colour, _BACKGROUND, strict=True))
    return red, green, blue


def _costs_words(ways: tuple[_Way, ...]) -> str:
    sums = (
        f"{way.label} {money.usd_range((way.once + MONTHS * way.monthly[0], way.once + MONTHS * way.monthly[1]))}"
        for way in ways
    )
    return f"Cost after {MONTHS} months: {'; '.join(sums)}."


# ---- what all of them draw


def _legend(draw: ImageDraw.ImageDraw, y: int, labels: Sequence[tuple[Colour, str]]) -> None:
    """Labels from left to right, on a second line where the first is full."""
    x = _PAD
    for colour, label in labels:
        width = 30 + round(draw.textlength(label, _font(15)))
        if x + width > _WIDTH and x > _PAD:
            x, y = _PAD, y + _LINE
        draw.rectangle((x, y + 4, x + 12, y + 16), fill=colour)
        draw.text((x + 18, y), label, _DIM, _font(15))
        x += width


def _text(draw: ImageDraw.ImageDraw, x: int, y: int, words: str, size: int, ink: Colour, *, room: int) -> None:
    """A line of text, cut where it would leave its room."""
    font, shown = _font(size), words
    while draw.textlength(shown, font) > room:
        shown = f"{shown.rstrip('…')[:-1].rstrip()}…"
    draw.text((x, y), shown, ink, font)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
