"""Typed text → cards, chips and system memory."""

import re
from typing import NamedTuple

from rapidfuzz import fuzz, process

from bot.catalog.records import Hardware
from bot.catalog.store import Catalog
from bot.naming.outcome import MAX_CANDIDATES, AskBack, Candidate, Device, HardwareMatch, NotFound, Unreadable
from bot.naming.text import MAX_LENGTH, Vocabulary, likeness, plain

HardwareOutcome = HardwareMatch | AskBack | NotFound | Unreadable

MAX_DEVICES = 64

_MEMORY = re.compile(r"(?<![\w.])(\d{1,4}(?:\.\d)?) ?(?:gib|gb|go|g)(?![a-z0-9])")
_RAM = re.compile(
    r"(?<![\w.])(\d{1,4}) ?(?:gib|gb|g)? ?(?:of )?"
    r"(?:(?:system |main )?(?:ram|memory)|l?p?ddr\dx?(?:[- ]?\d{4})?)(?: ram)?\b"
)
_COUNT = re.compile(
    r"^(\d{1,6}|\d{1,3} )(?:\*|x(?= |[a-z]{0,2}\d|rtx|gtx|rx|arc|nvidia|amd|tesla|radeon|geforce|quadro|mac)) ?"
    r"|^(\d{1,2}) (?=(?:nvidia|amd|rtx|gtx|rx|tesla|radeon)\b)"
)
_COUNT_AFTER = re.compile(r"(?<![a-z])(?:x|\*) ?(\d{1,6})$")
_NUMBER_WORDS = {
    "single": 1, "one": 1, "dual": 2, "two": 2, "double": 2, "twin": 2, "triple": 3, "three": 3,
    "quad": 4, "four": 4, "six": 6, "eight": 8,
}  # fmt: skip
_GLUED = re.compile(
    r"\b(geforce|nvidia|radeon|quadro|tesla|titan|intel|amd|rtx|gtx|arc|rx|gt|tuf|apple)(?=\d|[abhlmpv]\d)"
)
_GLUED_MEMORY = re.compile(r"\b(\d{3,4}(?:ti|xtx?|super|s))(\d{1,3}gb?)\b")
_TOKEN = re.compile(r"sxm\d|\d+(?=[a-z])|[a-z]{1,2}\d+|\d+|[a-z]+")
_SEPARATOR = re.compile(r" ?(?:\+|,|&| and | plus ) ?")
_BRANDS = frozenset(
    """
    nvidia geforce amd radeon intel apple instinct qualcomm rtx gtx rx arc tesla quadro graphics core data center
    ampere generation workstation edition gpu gpus card cards mac soc chip amds nvidias intels apples ryzen
    snapdragon
    """.split()
)
"""Words of a name that need not be typed."""
_NOISE = frozenset(
    """
    a an the my on of with in vram ram memory gb gib g oc founders fe asus tuf rog msi zotac evga gigabyte aorus
    sapphire nitro pny palit gainward inno powercolor xfx reference desktop pc video unified linux windows macos
    only w non colab kaggle macbook studio mini air imac book cards gpu gpus card nvlink system ddr x framework
    """.split()
)
_SYNONYMS = {
    "mobile": "laptop", "notebook": "laptop", "maxq": "max-q", "tis": "ti super", "spark": "spark",
    "gpus": "gpu",
}  # fmt: skip
_FREE = frozenset({"halo", "strix", "point", "lake", "dgx", "spark", "gb10", "ada", "blackwell", "ai"})
"""Words whose absence costs little: they tell no two records of the same number apart, or rarely do."""
_FORM = frozenset({"pcie", "sxm2", "sxm3", "sxm4", "sxm5", "sxm"})
_COSTS = {"laptop": 6.0, "max-q": 7.0, "modded": 8.0}
_MODIFIER = 3.0
_SAME = 0.35


class _Form(NamedTuple):
    hardware: Hardware
    tokens: frozenset[str]


class _Reading(NamedTuple):
    penalty: float
    hardware: Hardware


class HardwareIndex:
    """Resolves hardware names against one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._hardware = catalog.hardware
        self._exact: dict[str, Hardware] = {}
        for hardware in catalog.hardware.values():
            for name in (hardware.id, hardware.name, *hardware.aliases):
                self._exact.setdefault(plain(name), hardware)
        self._forms = [
            _Form(hardware, frozenset(_tokens(_without_memory(plain(f"{hardware.vendor} {name}")))))
            for hardware in catalog.hardware.values()
            for name in (hardware.name, *hardware.aliases)
        ]
        self._vocabulary = Vocabulary(
            {t for form in self._forms for t in form.tokens} | _BRANDS | _NOISE | set(_SYNONYMS)
        )
        self._names = {hardware.id: hardware.name for hardware in catalog.hardware.values()}

    def resolve(self, text: str) -> HardwareOutcome:
        """The cards and the system memory that ``text`` names."""
        typed = " ".join(text.split())
        if not typed:
            return Unreadable("gpu", "empty")
        if len(typed) > MAX_LENGTH:
            return Unreadable("gpu", "too_long", str(MAX_LENGTH))
        devices: list[Device] = []
        ram: float | None = None
        taken_from: str | None = None
        for part in _parts(plain(typed)):
            ram_found = _RAM.search(part)
            if ram_found and not _shares_memory(part):
                ram = float(ram_found[1])
                part = " ".join(f"{part[: ram_found.start()]} {part[ram_found.end() :]}".split())
                if not _meaning(part):
                    continue
            count, part = _count(part)
            if not 1 <= count <= MAX_DEVICES or len(devices) + count > MAX_DEVICES:
                return Unreadable("gpu", "count", str(MAX_DEVICES))
            outcome = self._one(part, typed)
            if not isinstance(outcome, tuple) or isinstance(outcome, (AskBack, NotFound)):
                return outcome
            device, certain = outcome
            taken_from = taken_from or (None if certain else typed)
            devices += [device] * count
        if not devices:
            return NotFound("gpu", typed, self._nearest(plain(typed)))
        return HardwareMatch(tuple(devices), ram, taken_from)

    def search(self, text: str, limit: int = 25) -> list[Hardware]:
        """Hardware for autocompletion: by likeness, or by how much it is used when nothing is typed."""
        query = plain(text)[:MAX_LENGTH]
        if not query:
            return sorted(self._hardware.values(), key=lambda h: h.rank)[:limit]
        query = _GLUED.sub(r"\1 ", query)
        found = process.extract(query, self._names, scorer=likeness, processor=plain, limit=limit * 2)
        ranked = sorted(found, key=lambda hit: (-round(hit[1] / 5), self._hardware[hit[2]].rank))
        return [self._hardware[hardware_id] for _, _, hardware_id in ranked[:limit]]

    def _one(self, part: str, typed: str) -> tuple[Device, bool] | AskBack | NotFound:
        """One kind of device, and whether there was nothing to choose or mend."""
        head, _, suffix = part.partition(":")
        exact = self._exact.get(part) or self._exact.get(head)
        memory = float(suffix) if exact and suffix.isdigit() else None
        if exact:
            readings = [_Reading(0.0, exact)]
            mended = False
        else:
            found = _MEMORY.search(part)
            memory = float(found[1]) if found else None
            tokens, mended = self._mended(_tokens(_without_memory(part)))
            readings = self._readings(tokens)
        if not readings:
            return NotFound("gpu", typed, self._nearest(part))
        best = min(reading.penalty for reading in readings)
        close = [r for r in readings if r.penalty <= best + _SAME]
        options = _options(close, memory)
        if memory is not None and not options:
            options = _options(readings, memory)
            if not options:
                return AskBack("gpu", typed, _candidates(_options(close, None)))
            if len(options) > 1 or not (options[0].hardware.segment == "laptop" or options[0].hardware.rare):
                return AskBack("gpu", typed, _candidates(options))
            mended = True
        if not options:
            return AskBack("gpu", typed, _candidates(_options(close, None, rare=True)))
        if any(_differs(options[0], other) for other in options[1:]):
            return AskBack("gpu", typed, _candidates(options))
        return options[0], not mended and len(options) == 1 and best < _MODIFIER

    def _mended(self, tokens: list[str]) -> tuple[frozenset[str], bool]:
        kept: set[str] = set()
        mended = False
        for token in tokens:
            if token in self._vocabulary or not token.isalpha():
                kept.add(token)
            elif known := self._vocabulary.mend(token):
                kept.update(part for word in known for part in _SYNONYMS.get(word, word).split())
                mended = True
            else:
                kept.add(token)
        return frozenset(kept), mended

    def _readings(self, typed: frozenset[str]) -> list[_Reading]:
        readings: dict[str, _Reading] = {}
        for form in self._forms:
            penalty = _penalty(typed, form)
            if penalty is None:
                continue
            known = readings.get(form.hardware.id)
            if known is None or penalty < known.penalty:
                readings[form.hardware.id] = _Reading(penalty, form.hardware)
        return list(readings.values())

    def _nearest(self, text: str) -> tuple[Candidate, ...]:
        text = _GLUED.sub(r"\1 ", text)
        found = process.extract(text, self._names, scorer=fuzz.WRatio, processor=plain, limit=5, score_cutoff=60)
        return tuple(_whole(self._hardware[hardware_id]) for _, _, hardware_id in found)


def _parts(text: str) -> list[str]:
    text = _GLUED_MEMORY.sub(r"\1 \2", _GLUED.sub(r"\1 ", text))
    text = re.sub(r"\bmax\+", "max", text)
    text = re.sub(r"(?<=395)\+", "", text)
    text = re.sub(r"[()\[\]]", " ", text)
    parts: list[str] = []
    for part in filter(None, (p.strip() for p in _SEPARATOR.split(text))):
        if parts and not _meaning(part) and not _RAM.search(part):
            parts[-1] += f" {part}"  # «3090, 24 GB»: more about the card before
        else:
            parts.append(part)
    return parts


def _count(part: str) -> tuple[int, str]:
    count = 1
    words = part.split(" ")
    while words and words[0] in _NUMBER_WORDS:
        count *= _NUMBER_WORDS[words.pop(0)]
    part = " ".join(words)
    while match := _COUNT.match(part):
        count *= int(match[1] or match[2])
        part = part[match.end() :].strip()
    if match := _COUNT_AFTER.search(part):
        count *= int(match[1])
        part = part[: match.start()].strip()
    return count, part


def _tokens(text: str) -> list[str]:
    text = re.sub(r"\bmax-q\b|\bmax q\b|\bmaxq\b", "maxq", _GLUED.sub(r"\1 ", text))
    text = re.sub(r"\b\d+[- ]core\b", " ", text)
    tokens: list[str] = []
    for token in _TOKEN.findall(text):
        if token == "s" and tokens and (tokens[-1] == "ti" or tokens[-1][:2] in ("16", "20", "40")):
            token = "super"
        tokens += _SYNONYMS.get(token, token).split()
    return tokens


def _without_memory(text: str) -> str:
    return _MEMORY.sub(" ", text)


def _meaning(text: str) -> list[str]:
    return [t for t in _tokens(_without_memory(text)) if t not in _NOISE]


def _shares_memory(part: str) -> bool:
    """Whether the memory typed with a name is the device's own although it is called RAM."""
    return bool(re.search(r"\bm[1-5]\b|mac|apple|ryzen|strix|spark|jetson|snapdragon|\bgb10\b|raspberry", part))


def _penalty(typed: frozenset[str], form: _Form) -> float | None:
    unexplained = typed - form.tokens - _NOISE
    if any(token not in _BRANDS for token in unexplained):
        return None
    # A brand that was typed must be the record's own: «rtx 1080» and «quadro 3090» name nothing.
    if unexplained & {
        "rtx",
        "gtx",
        "rx",
        "quadro",
        "tesla",
        "radeon",
        "geforce",
        "nvidia",
        "amd",
        "intel",
        "arc",
        "apple",
    }:
        return None
    if not (typed & form.tokens - _BRANDS):
        return None
    penalty = 0.0
    for token in form.tokens - typed - _BRANDS:
        if token in _FORM:
            penalty += 0.1
        elif token in _FREE:
            penalty += 0.15
        elif any(c.isdigit() for c in token):
            return None
        else:
            penalty += _COSTS.get(token, _MODIFIER)
    return penalty


def _options(readings: list[_Reading], memory: float | None, *, rare: bool = False) -> list[Device]:
    """Devices that the readings allow, the likeliest first, one for each memory size and speed."""
    options: list[tuple[float, int, float, float, Device]] = []
    for penalty, hardware in readings:
        for size in hardware.memory_gib:
            if memory is not None and abs(size - memory) > 0.5:
                continue
            if memory is None and hardware.rare and not rare and len(readings) > 1:
                continue
            speed = (-hardware.bandwidth_gb_s, -(hardware.fp32_tflops or 0.0))
            options.append((penalty, hardware.rank, *speed, Device(hardware, size)))
    options.sort(key=lambda option: option[:4])
    chosen: list[Device] = []
    for *_, device in options:
        if not any(not _differs(device, known) for known in chosen):
            chosen.append(device)
    return chosen


def _differs(a: Device, b: Device) -> bool:
    """Whether taking one for the other would change whether a model fits."""
    return a.memory_gib != b.memory_gib or a.hardware.kind != b.hardware.kind


def _candidates(devices: list[Device]) -> tuple[Candidate, ...]:
    return tuple(_candidate(device) for device in devices[:MAX_CANDIDATES])


def _whole(hardware: Hardware) -> Candidate:
    sizes = " / ".join(f"{size:g}" for size in hardware.memory_gib)
    return Candidate(hardware.id, hardware.name, f"{sizes or '?'} GB, {hardware.bandwidth_gb_s:,.0f} GB/s")


def _candidate(device: Device) -> Candidate:
    hardware, memory = device
    several = len(hardware.memory_gib) > 1
    name = hardware.name
    if several or f"{memory:g} GB" not in name:
        name = f"{name} {memory:g} GB"
    candidate_id = f"{hardware.id}:{memory:g}" if several else hardware.id
    return Candidate(candidate_id, name, f"{memory:g} GB, {hardware.bandwidth_gb_s:,.0f} GB/s")
