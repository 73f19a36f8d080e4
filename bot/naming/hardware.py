"""Typed text → cards, chips and system memory."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import NamedTuple

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Hamming

from bot.catalog.records import Hardware
from bot.catalog.store import Catalog
from bot.naming.hardware_text import NAME_IN_S, SURROUNDING, cleaned, ways_to_read
from bot.naming.outcome import MAX_CANDIDATES, AskBack, Candidate, Device, HardwareMatch, NotFound, Unreadable, one_of
from bot.naming.processors import Processor, ProcessorIndex
from bot.naming.quants import find_quant
from bot.naming.text import MAX_LENGTH, Names, Suggestions, Vocabulary, choices, plain, postings, rarest

HardwareOutcome = HardwareMatch | AskBack | NotFound | Unreadable

MAX_DEVICES = 64

_MEMORY = re.compile(r"(?<![\w.])(?!\d{4}g\b)(\d{1,4}(?:\.\d)?) ?(?:gib|gb|go|g)(?![a-z0-9])")
_STACKED = re.compile(r"\bhbm ?\d?e?\b")
"""Drivers put it into names: «NVIDIA H100 80GB HBM3»."""
_SIZE = re.compile(r":\d+(?:\.\d)?$")
"""What an id ends with where a record has several memory sizes."""
_BARE_MEMORY = re.compile(r"(.*\S) (\d{1,3})$")
_RAM = re.compile(
    r"(?<![\w.])(\d{1,4}) ?(?:gib|gb|g(?!ddr))? ?(?:of )?"
    r"(?:(?:system |main )?(?:ram|memory)|l?p?ddr\dx?(?:[- ]?\d{4})?|ecc|r?dimms?)(?: ecc)?(?: ram)?\b"
)
_COUNT = re.compile(
    r"^(?!\d{3,4}[x*]\d{1,2}$)(\d{1,6}|\d{1,3} )"
    r"(?:\*|x(?= |[a-z]{0,2}\d|rtx|gtx|rx|arc|nvidia|amd|tesla|radeon|geforce|quadro|titan|pro\b|mac)) ?"
    r"|^(\d{1,2}) (?=(?:nvidia|amd|rtx|gtx|rx|tesla|radeon)\b)"
    r"|^([2-8]) (?=(?:[1-9]\d{3}(?:[ -]?(?:ti|xtx?|super))*|[abhlmprv]\d{2,4}|l40s|mi\d{2,3}|dgx|macs?)s?\b)"
)
"""A count, before what shows that it is none of the name's own figures."""
_COUNT_AFTER = re.compile(r"(?:(?<= )[x*] ?|(?<=\d)\*|(?<=\d)x(?=\d))(\d{1,6})$")
_NUMBER_WORDS = {
    "single": 1, "one": 1, "dual": 2, "two": 2, "double": 2, "twin": 2, "pair": 2, "couple": 2, "triple": 3, "three": 3,
    "quad": 4, "four": 4, "six": 6, "eight": 8,
}  # fmt: skip
_GLUED = re.compile(
    r"\b(geforce|nvidia|radeon|quadro|tesla|titan|intel|amd|rtx|gtx|arc|rx|gt|tuf|apple)(?=\d|[abhlmpv]\d)"
)
_GLUED_MEMORY = re.compile(r"\b(\d{3,4}(?:ti|xtx?|super|s)|\d{4})(\d{1,3}gb?)\b")
_TOKEN = re.compile(r"(?:g|l?p)?ddr\dx?|a\d{2,3}[gmx](?![a-z0-9])|sxm\d|\d+(?=[a-z])|[a-z]{1,2}\d+|\d+|[a-z]+")
_MAX_Q = re.compile(r"\bmax[- ]?q\b")
_TITAN_X = re.compile(r"\btitan x\b")
_CORE = re.compile(r"\b\d+[- ]core\b")
_LINKS = frozenset(
    "and plus with only cpu processor threadripper xeon epyc athlon pentium celeron lpddr sramecc xnack silicon".split()
)
"""Words that may stand beside the names of hardware and are of none that the catalog writes out."""
_TIMES = re.compile(r"^\d+[x*]")
_PARTS = re.compile(r"^\d{3,4}w$|^\d+(?:\.\d+)?b$|[a-z]{4,}")
"""Pieces of a word with figures that tell whether it may be of a name: not if it is of watts or a model's size."""
_BEFORE = frozenset({"on", "at"})
"""Words of a text that stand before hardware or behind it, though they may stand in what is typed as its name."""
_LETTERS = re.compile(r"[a-z]{3,}")
_SEPARATOR = re.compile(r" ?(?:\+|,|&| and | plus | with ) ?")
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
    only w colab kaggle macbook uma metal ssd nvme storage edition devkit dev developer kit mainboard
    motherboard board dell hp lenovo thinkpad zbook gmktec evo minisforum beelink bosgame geekom single laptop's
    a64 have has got my i've rig server workstation lxc oam proxmox tp ubuntu win11 studio mini air imac book
    nvlink system ddr x framework gpu gpus card cards ddr3 ddr4 ddr5 lpddr4 lpddr4x lpddr5 lpddr5x
    """.split()
)
_GRAPHICS_MEMORY = frozenset({"gddr5", "gddr5x", "gddr6", "gddr6x", "gddr7"})
"""Typed with any card; of some it tells two apart."""
_SYNONYMS = {
    "mobile": "laptop", "notebook": "laptop", "maxq": "max-q", "tisuper": "ti super",
    "gpus": "gpu", "ws": "workstation", "sparks": "spark", "studios": "studio", "minis": "mini", "macs": "mac",
    "macbooks": "macbook", "ultras": "ultra", "jetsons": "jetson",
}  # fmt: skip
_MODELS_OF = frozenset({"pro", "max", "plus", "ultra"})
"""Words that telephones and much else have beside a number."""
_FREE = frozenset({"halo", "strix", "point", "lake", "dgx", "spark", "gb10", "ada", "blackwell", "ai"})
"""Words whose absence costs little: they tell no two records of the same number apart, or rarely do."""
_DIGIT = re.compile(r"\d")
_NAMES_APART = 8
"""Words of the longest text in which two names are looked for that stand side by side."""
_TIERS = frozenset("3579")
"""Of a Ryzen or a Core: its number says the same."""
_FORM = frozenset({"pcie", "sxm2", "sxm3", "sxm4", "sxm5", "sxm"})
_COSTS = {"laptop": 6.0, "max-q": 7.0, "modded": 8.0}
_SUPERS = frozenset({"1650", "1660", "2060", "2070", "2080", "4070", "4080"})
"""Numbers of which there is a Super, written with an S."""
_MOBILE_S = frozenset({"6600", "6700", "6800", "7600", "7700"})
"""Numbers of Radeons of which a laptop's card ends in S."""
_PRODUCT = re.compile(r"mac ?book(?: pro| air)?|mac ?studio|mac ?mini|i ?mac|mac ?pro")
_ANY_MAC = re.compile(r"\bmac(?=s?\b)|\bapple silicon\b")
_PRO_OR_NOT = re.compile(r"book pro m[1-5](?! (?:pro|max|ultra))")
"""A MacBook Pro with an M1 is sold as well as one with an M1 Pro."""
_CHIPS_OF = {
    name: re.compile(pattern)
    for names, pattern in (
        (("macbook", "mac book"), r"M\d(?: Pro| Max)? \("),
        (("mac studio", "macstudio"), r"M\d (?:Max|Ultra) \("),
        (("mac mini", "macmini"), r"M\d(?: Pro)? \("),
        (("imac", "i mac"), r"M\d \("),
        (("mac pro", "macpro"), r"M2 Ultra \("),
        (("mac", "apple silicon"), r"M\d(?: Pro| Max| Ultra)? \("),
    )
    for name in names
}
"""Chips by the product that they are in, for a Mac of which only product and memory are typed."""
_CHIP = re.compile(r"\bm ?[1-5]\b")
_SHARING = re.compile(
    r"\bm[1-5]\b|mac|apple|ryzen|strix|spark|jetson|snapdragon|\bgb10\b|raspberry|radeon \d{3}m|\d{3}v\b"
    r"|\b(?:660|680|740|760|780|890)m\b"
    r"|\bcpu\b|\bno gpu\b"
)
"""What shares its memory with the system."""
_TWO_GENERATIONS = re.compile(
    r"\ba(?P<rest>[1-6][05]00\b(?:(?!\d{4}|\b(?:and|plus|with)\b)[^+,&])*)\b(?:ada|blackwell)\b"
)
"""«A6000 Ada»: with an A it is the Ampere; the Ada and the Blackwell have no letter."""
_CORES = re.compile(r" \((\d+)-core GPU\)")
_GPU_CORES = re.compile(r"\b(\d+)[- ]?(?:core gpu|gpu[- ]core|core graphics)")
_ANY_CORES = re.compile(r"\b(\d+)(?:[- ]?cores?\b(?![- ]?cpu)|c(?=[/ )]|$))")
_GFX = re.compile(r"(?:amd )?gfx ?(\d{3,4}[a-z]?)")
_CPU = re.compile(r"\b(?:cpu[- ]?only|only cpu|cpu|no gpu|without (?:a )?gpu|processor)\b")
_DDR4, _DDR5 = "ryzen-3000-5000-ddr4-3200", "ryzen-7000-ddr5-5200"
"""Desktops that stand for a CPU of which only the memory is typed."""
_RAM_SIZES = (16, 32, 64, 128, 256)
"""What is offered where system memory is not typed, in GB."""
_GENERIC = re.compile(r"\b(?:vram|gpus?|cards?|graphics|video memory)\b")
_MODIFIER = 3.0
_LOST_G = 0.5
"""So that «5700g» is the Ryzen rather than the Radeon."""
_SAME = 0.35


class _Form(NamedTuple):
    hardware: Hardware
    tokens: frozenset[str]
    free: frozenset[str] = frozenset()
    """Words that may be typed as well, and need not."""


class _Reading(NamedTuple):
    penalty: float
    hardware: Hardware


class _Found(NamedTuple):
    devices: tuple[Device, ...]
    """One; as many as it has chips, if a board is named by the memory of all of them."""
    certain: bool
    """Whether there was nothing to choose or mend."""


class HardwareIndex:
    """Resolves hardware names against one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._hardware = catalog.hardware
        self._exact: dict[str, Hardware] = {}
        for hardware in catalog.hardware.values():
            for name in (hardware.id, hardware.name, *hardware.aliases):
                self._exact.setdefault(plain(name), hardware)
        self._forms = [form for hardware in catalog.hardware.values() for form in _forms(hardware)]
        self._vocabulary = Vocabulary(
            {t for form in self._forms for t in form.tokens | form.free}
            | _BRANDS
            | _NOISE
            | _GRAPHICS_MEMORY
            | set(_SYNONYMS)
        )
        self._by_rank = sorted(catalog.hardware.values(), key=lambda h: h.rank)
        self._by_token = postings((form.tokens | form.free) - _BRANDS for form in self._forms)
        self._names_in_s = frozenset(NAME_IN_S.findall(" ".join(self._exact)))
        self._processors = ProcessorIndex(catalog.hardware.values())

    def build(self) -> None:
        """Build what names written in full do not need, before somebody waits for it."""
        _ = self._suggestions, self._names

    @cached_property
    def _suggestions(self) -> Suggestions:
        return Suggestions((hardware.id, hardware.name) for hardware in self._by_rank)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {hardware.id: plain(hardware.name) for hardware in self._by_rank}

    def knows(self, word: str) -> bool:
        """Whether a word with a figure may be of a name: figures alone are, where a name has just them."""
        return word in self._vocabulary if word.isdigit() else bool(_DIGIT.search(word))

    def names_with(self, words: Sequence[str], others: Collection[str]) -> list[Names]:
        """For each word of a text, whether it may be of a name: None where it may, and no names where it cannot.

        A typing error is only looked for beside a word that is known, or a figure, and not in ``others``.
        """
        known = [word not in _BEFORE and self._may_stand(word) and not find_quant(word) for word in words]
        beside = [any(known[max(at - 1, 0) : at + 2]) for at in range(len(words))]
        return [
            None if known[at] or (beside[at] and word not in others and self._vocabulary.mend(word)) else frozenset()
            for at, word in enumerate(words)
        ]

    def _may_stand(self, word: str) -> bool:
        parts = [word] if _LETTERS.fullmatch(word) else _PARTS.findall(_TIMES.sub("", word))
        return word in self._vocabulary or all(
            part in self._vocabulary or part in SURROUNDING or part in _NUMBER_WORDS or part in _LINKS for part in parts
        )

    def remembering(self) -> AbstractContextManager[None]:
        """For trying many pieces of a text: no word of it is mended twice."""
        return self._vocabulary.remembering()

    def resolve(self, text: str) -> HardwareOutcome:
        """The cards and the system memory that ``text`` names."""
        outcome = self.find(text)
        if not isinstance(outcome, NotFound):
            return outcome
        typed = outcome.typed
        more = self._either(typed) or self._side_by_side(typed) or self._incomplete(typed)
        return more or outcome._replace(nearest=self._nearest(plain(typed)))

    def find(self, text: str) -> HardwareOutcome:
        """The same, but what means nothing gets no nearest names: for trying many pieces of a text."""
        typed = " ".join(text.split())
        if not typed:
            return Unreadable("gpu", "empty")
        if len(typed) > MAX_LENGTH:
            return Unreadable("gpu", "too_long", str(MAX_LENGTH))
        first: NotFound | AskBack | None = None
        name = plain(typed)
        if self._exact.get(name) or (name.partition(":")[0] in self._exact and _SIZE.search(name)):
            one = self._one(name, typed)  # whole: it may have words that part names from each other
            return one if isinstance(one, AskBack | NotFound) else HardwareMatch(one.devices, None)
        if either := self._ampere_or_later(name, typed):
            return either
        for reading in ways_to_read(cleaned(name, self._names_in_s)):
            outcome = self._whole(reading, typed)
            if isinstance(outcome, NotFound) or (isinstance(outcome, AskBack) and "/" in reading):
                first = outcome if isinstance(outcome, AskBack) else first or outcome
                continue  # cut at its slashes it may say all: «i7-10700k / 32gb / rtx 2070»
            return outcome
        return first or NotFound("gpu", typed, ())

    def _ampere_or_later(self, name: str, typed: str) -> AskBack | None:
        """«a6000 ada»: the letter says one generation, the word another, and either may be the slip."""
        both = _TWO_GENERATIONS.search(name)
        if not both:
            return None
        before, after = name[: both.start()], name[both.end() :]
        readings = (f"{before}a{both['rest'].rstrip(' (')}{after}", before + name[both.start() + 1 :])
        found = {reading: self.find(reading) for reading in readings}
        cards = {reading: o.devices[0] for reading, o in found.items() if isinstance(o, HardwareMatch)}
        candidates = tuple(_candidate(d)._replace(id=_harmless(reading)) for reading, d in cards.items())
        return AskBack("gpu", typed, candidates) if cards else None

    def _whole(self, text: str, typed: str) -> HardwareOutcome:
        """All devices and the system memory that one way to read the text gives."""
        devices: list[Device] = []
        ram: float | None = None
        taken_from: str | None = None
        processor: Processor | None = None
        asked: AskBack | None = None
        parts = _parts(text)
        for number, part in enumerate(parts):
            exact = self._exact.get(part.partition(":")[0])
            if len(parts) > 1 and exact and exact.kind == "cpu":
                continue  # beside a card it does not change the answer
            if processor and _CPU.fullmatch(part):
                continue  # «xeon 6248, no gpu»
            if not exact and (found := self._processors.find(part)):
                processor, part = processor or found, _CPU.sub(" ", found.rest)
                if not _meaning(part):
                    memory = _MEMORY.search(part)
                    ram = float(memory[1]) if memory else ram
                    continue
            ram_found = None if _shares_memory(part) else _RAM.search(part)
            if ram_found:
                ram = float(ram_found[1])
                part = " ".join(f"{part[: ram_found.start()]} {part[ram_found.end() :]}".split())
                if not _meaning(part) and not _MEMORY.search(part):
                    continue
            count, part = _count(part)
            if not 1 <= count <= MAX_DEVICES:
                return Unreadable("gpu", "count", str(MAX_DEVICES))
            outcome = self._one(part, typed)
            if isinstance(outcome, AskBack):
                outcome = _with_ram(outcome, ram) if ram_found and ram else outcome
                asked = asked or _among(outcome, parts, number, count)
                continue
            if isinstance(outcome, NotFound):
                return outcome
            taken_from = taken_from or (None if outcome.certain else typed)
            devices += outcome.devices * count
        if len(devices) > MAX_DEVICES:
            return Unreadable("gpu", "count", str(MAX_DEVICES))
        if asked:
            return asked
        if processor and not devices:
            return _on_processor(processor, ram, typed)
        if not devices:
            return NotFound("gpu", typed, ())
        return HardwareMatch(tuple(devices), ram, taken_from)

    def _either(self, typed: str) -> AskBack | None:
        """«3090 or 2x 4090»: asked back, where each is hardware."""
        found = map(self.find, choices(plain(typed)))
        return one_of("gpu", typed, (_all_of(one) if isinstance(one, HardwareMatch) else one for one in found))

    def _incomplete(self, typed: str) -> AskBack | None:
        """«CPU only» lacks its memory; «24 GB» may be a card's or the system's."""
        text = cleaned(plain(typed), self._names_in_s)
        memory = _MEMORY.search(text)
        if _meaning(_CPU.sub(" ", text)) or not (memory or _CPU.search(text)):
            return None
        if not memory:
            sizes = (Candidate(f"cpu only {gib}gb", f"no card, {gib} GB RAM", "CPU only") for gib in _RAM_SIZES)
            return AskBack("gpu", typed, tuple(sizes))
        card = Candidate(f"{memory[1]}gb vram", f"a {memory[1]} GB card", "memory of the card")
        return AskBack(
            "gpu", typed, (card, Candidate(f"cpu only {memory[1]}gb", f"{memory[1]} GB RAM, no card", "CPU only"))
        )

    def _side_by_side(self, typed: str) -> HardwareOutcome | None:
        """Two names with nothing between them («tesla p100 p4», «4090 7800x3d»)."""
        words = typed.split()
        if len(words) > _NAMES_APART or "+" in typed:
            return None
        cuts = (" + ".join((" ".join(words[:at]), " ".join(words[at:]))) for at in range(len(words) - 1, 0, -1))
        cuts = (cut for cut in cuts if all(map(_DIGIT.search, cut.split(" + "))))
        found = [outcome for cut in cuts if isinstance(outcome := self.find(cut), HardwareMatch | AskBack)]
        return next((outcome for outcome in found if isinstance(outcome, HardwareMatch)), found[0] if found else None)

    def search(self, text: str, limit: int = 25) -> list[Hardware]:
        """Hardware for autocompletion: by likeness, or by how much it is used when nothing is typed."""
        typed = _GLUED.sub(r"\1 ", plain(text))
        return [self._hardware[hardware_id] for hardware_id in self._suggestions.search(typed, limit)]

    def _one(self, part: str, typed: str) -> _Found | AskBack | NotFound:
        """What one name with its memory means."""
        head, _, suffix = part.partition(":")
        exact = self._exact.get(part) or self._exact.get(head)
        memory = float(suffix) if exact and suffix.isdigit() else None
        by_product = False
        if exact:
            readings = [_Reading(0.0, exact)]
            mended = False
        else:
            found = _MEMORY.search(part)
            memory = float(found[1]) if found else None
            readings, mended = self._read(part)
            if not readings and memory is None and (bare := _BARE_MEMORY.match(part)):
                readings, mended = self._read(bare[1])  # «3060 12», «m3 max 64»
                memory = float(bare[2])
                readings = [r for r in readings if memory in r.hardware.memory_gib]
            if _PRODUCT.search(part):
                if _PRO_OR_NOT.search(part):
                    readings += self._read(part.replace("pro", "", 1))[0]
                readings = [r for r in readings if r.hardware.vendor == "Apple"]
                by_product = bool(_PRO_OR_NOT.search(part)) or not _CHIP.search(part)
            elif _ANY_MAC.search(part):
                by_product = not _CHIP.search(part)
        if cores := _gpu_cores(typed):
            readings = [r for r in readings if (n := _CORES.search(r.hardware.name)) and int(n[1]) in cores] or readings
        if not readings and (card := self._generic(part, memory)):
            return _Found((card,), False)
        if not readings:
            return NotFound("gpu", typed, ())
        best = min(reading.penalty for reading in readings)
        if all(reading.hardware.kind == "cpu" for reading in readings):
            platform = min(readings, key=lambda r: (r.penalty, r.hardware.rank)).hardware
            if not memory:
                return _how_much(platform, typed)
            return _Found((_with_memory(platform, memory),), len(readings) == 1)
        close = [r for r in readings if r.penalty <= best + _SAME]
        options = _options(close, memory)
        if memory is not None and not options:
            if len(close) == 1 and (chips := _chips(close[0].hardware, memory)):
                return _Found(chips, not mended)
            options = _options(readings, memory)
            if not options:
                return _more_than_it_has(typed, _options(close, None), memory)
            if len(options) > 1 or not (options[0].hardware.segment == "laptop" or options[0].hardware.rare):
                return AskBack("gpu", typed, _candidates(options))
            mended = True
        if not options:
            return AskBack("gpu", typed, _candidates(_options(close, None, rare=True)))
        by_chip: dict[str, Device] = {}
        for hardware in sorted((r.hardware for r in close), key=_by_fame) if by_product and memory else ():
            if memory in hardware.memory_gib:
                by_chip.setdefault(_CORES.sub("", hardware.name), Device(hardware, memory))
        if len(by_chip) > 1:
            return AskBack("gpu", typed, _candidates(list(by_chip.values())))
        if any(_differs(options[0], other) for other in options[1:]):
            return AskBack("gpu", typed, _candidates(options))
        return _Found((options[0],), not mended and len(options) == 1 and best < _MODIFIER)

    def _read(self, part: str) -> tuple[list[_Reading], bool]:
        """What a name without its memory may mean, and whether a typing error was mended."""
        tokens, mended = self._mended(_tokens(_without_memory(part)))
        return self._named_by_product(part, tokens) or self._by_target(part) or self._readings(tokens), mended

    def _named_by_product(self, part: str, tokens: frozenset[str]) -> list[_Reading]:
        """A Mac named by its product alone: every chip that it was sold with."""
        product = _PRODUCT.search(part) or _ANY_MAC.search(part)
        if not product or "intel" in tokens or tokens - _NOISE - _BRANDS - {"pro", "silicon"}:
            return []
        chips = _CHIPS_OF[product[0].replace("book pro", "book").replace("book air", "book")]
        return [_Reading(0.0, h) for h in self._hardware.values() if h.vendor == "Apple" and chips.search(h.name)]

    def _by_target(self, part: str) -> list[_Reading]:
        """Cards named by the compiler's target alone (gfx906, sm_86 is too wide)."""
        target = _GFX.fullmatch(part.strip())
        if not target:
            return []
        gfx = "gfx" + target[1]
        return [_Reading(0.0, h) for h in self._hardware.values() if h.gfx == gfx and not h.rare]

    def _generic(self, part: str, memory: float | None) -> Device | None:
        """«24 GB VRAM»: a card of that memory with the bandwidth usual for it; «CPU only, 32 GB»: a desktop."""
        if memory is not None and _CPU.search(part) and not _meaning(_CPU.sub(" ", part)):
            desktop = self._hardware.get(_DDR5 if "ddr5" in part else _DDR4)
            return _with_memory(desktop, memory) if desktop else None
        if memory is None or not _GENERIC.search(part) or _meaning(part):
            return None
        alike = [h for h in self._hardware.values() if h.kind == "gpu" and memory in h.memory_gib]
        if not alike:
            return None
        usual = sorted(alike, key=lambda h: h.bandwidth_gb_s)[len(alike) // 2]
        name = f"a {memory:g} GB card"
        card = usual.model_copy(update={"id": f"card-{memory:g}gb", "name": name, "memory_gib": (memory,)})
        return Device(card, memory)

    def _mended(self, tokens: list[str]) -> tuple[frozenset[str], bool]:
        kept: set[str] = set()
        mended = False
        for token in tokens:
            if token in self._vocabulary or not token.isalpha():
                kept.add(token)
            elif (known := self._vocabulary.mend(token)) and not (len(tokens) == 1 and _FREE.issuperset(known)):
                kept.update(part for word in known for part in _SYNONYMS.get(word, word).split())
                mended = True
            else:
                kept.add(token)
        return frozenset(kept), mended

    def _readings(self, typed: frozenset[str]) -> list[_Reading]:
        readings: dict[str, _Reading] = {}
        # «Framework Desktop» is made of words that surround other names.
        telling = typed - _BRANDS - _GRAPHICS_MEMORY
        telling = telling - _NOISE or telling
        if all((len(token) == 1 and token.isdigit()) or token in _MODELS_OF for token in telling):
            return []  # «4» is no Raspberry Pi 4, «9 pro» no Ryzen
        for index in rarest(self._by_token, telling):
            form = self._forms[index]
            penalty = _penalty(typed, form)
            if penalty is None:
                continue
            known = readings.get(form.hardware.id)
            if known is None or penalty < known.penalty:
                readings[form.hardware.id] = _Reading(penalty, form.hardware)
        return list(readings.values())

    def _nearest(self, text: str) -> tuple[Candidate, ...]:
        """What is most like a name that means nothing; it takes longer than all the rest."""
        text = _GLUED.sub(r"\1 ", text)
        numbers = re.findall(r"\d{3,4}", text)
        alike = {key: name for key, name in self._names.items() if _has_number_like(name, numbers)} or self._names
        found = process.extract(text, alike, scorer=fuzz.WRatio, limit=5, score_cutoff=60)
        return tuple(_whole(self._hardware[hardware_id]) for _, _, hardware_id in found)


def _with_memory(platform: Hardware, gib: float) -> Device:
    """A CPU's platform with that much RAM."""
    return Device(platform.model_copy(update={"memory_gib": (gib,)}), gib)


def _how_much(platform: Hardware, typed: str) -> AskBack:
    """The question back about the RAM of a computer without a card."""
    sizes = (Candidate(f"{platform.id}:{gib}", f"{platform.name}, {gib} GB RAM", "no card") for gib in _RAM_SIZES)
    return AskBack("gpu", typed, tuple(sizes))


def _on_processor(processor: Processor, ram: float | None, typed: str) -> HardwareMatch | AskBack:
    """A processor without a card: the model runs in system memory, whose size must be known."""
    platform = processor.on(typed)
    if ram is None:
        return _how_much(platform, typed)
    return HardwareMatch((_with_memory(platform, ram),), None, typed if len(processor.platforms) > 1 else None)


def _forms(hardware: Hardware) -> list[_Form]:
    """Ways to write a record's name; a chip with graphics goes by each of its processors or by the graphics alone."""
    names = (hardware.name, *hardware.aliases)
    written = [frozenset(_tokens(_without_memory(plain(f"{hardware.vendor} {name}")))) for name in names]
    forms = [_Form(hardware, tokens, _sockets(tokens)) for tokens in written]
    if hardware.kind == "integrated":
        every = frozenset().union(*written)
        processors = re.sub(r"\(.*?\)|\S*DDR\S*", " ", hardware.name).split(" / ")
        graphics = [alias.split(" (")[0] for alias in hardware.aliases if " (" in alias]
        codenames = [name for part in re.findall(r"\((.*?)\)", hardware.name) for name in part.split("/")]
        keys = (frozenset(_tokens(plain(key))) for key in (*processors, *graphics, *codenames))
        forms += [_Form(hardware, key - _TIERS if len(key) > 1 else key, every) for key in keys if key]
    return forms


def _sockets(tokens: frozenset[str]) -> frozenset[str]:
    """An SXM5 module goes by SXM, and by the boards and systems that it is sold on."""
    return frozenset({"sxm", "hgx"}) if any(token.startswith("sxm") for token in tokens) else frozenset()


def _has_number_like(name: str, numbers: list[str]) -> bool:
    """Whether a name has one of the numbers, or one that differs by a digit."""
    return any(Hamming.distance(own, n, score_cutoff=1) <= 1 for own in re.findall(r"\d{3,4}", name) for n in numbers)


def _gpu_cores(typed: str) -> frozenset[int]:
    """Counts of cores that tell the GPUs of one chip apart; those said to be the GPU's before any others."""
    text = plain(typed)
    return frozenset(map(int, _GPU_CORES.findall(text) or _ANY_CORES.findall(text)))


def _parts(text: str) -> list[str]:
    text = _GLUED_MEMORY.sub(r"\1 \2", _GLUED.sub(r"\1 ", text))
    text = re.sub(r"\bmax\+", "max", text)
    text = re.sub(r"(?<=395)\+", "", text)
    text = re.sub(r"[()\[\]]", " ", text)
    parts: list[str] = []
    for part in filter(None, (p.strip() for p in _SEPARATOR.split(text))):
        if parts and _MEMORY.fullmatch(part) and _MEMORY.search(parts[-1]) and not _shares_memory(parts[-1]):
            parts.append(f"{part} ram")  # «3060 12gb, 64 gb»: the card has its memory already
        elif parts and not _meaning(part) and (not _RAM.search(part) or _shares_memory(parts[-1])):
            parts[-1] += f" {part}"  # «3090, 24 GB»: more about the device before
        else:
            parts.append(part)
    return parts


def _count(part: str) -> tuple[int, str]:
    count = 1
    words = part.split(" ")
    if words[0] == "a" and words[1:2] and words[1] in _NUMBER_WORDS:
        del words[0]  # «a pair of»
    while words and words[0] in _NUMBER_WORDS:
        count *= _NUMBER_WORDS[words.pop(0)]
    part = " ".join(words)
    while match := _COUNT.match(part):
        count *= int(match[1] or match[2] or match[3])
        part = part[match.end() :].strip()
    if match := _COUNT_AFTER.search(part):
        count *= int(match[1])
        part = part[: match.start()].strip()
    return count, part


def _tokens(text: str) -> list[str]:
    text = _MAX_Q.sub("maxq", _GLUED.sub(r"\1 ", text))
    text = _TITAN_X.sub("titanx", _CORE.sub(" ", text))  # elsewhere an X counts
    tokens: list[str] = []
    for token in _TOKEN.findall(text):
        if token == "s" and tokens and tokens[-1] in _MOBILE_S:
            tokens[-1] += "s"
            continue
        if token == "tis":  # the only Ti of which there is a Super; «3060 Tis» are several
            token = "ti super" if tokens[-1:] == ["4070"] else "ti"
        if token == "s" and tokens and (tokens[-2:] == ["4070", "ti"] or tokens[-1] in _SUPERS):
            token = "super"
        elif token == "s" and tokens[-1:] == ["ti"]:
            continue
        elif token == "s" and tokens and tokens[-1].isdigit():
            continue  # «two 3090s»
        tokens += _SYNONYMS.get(token, token).split()
    return tokens


def _without_memory(text: str) -> str:
    return _STACKED.sub(" ", _MEMORY.sub(" ", text))


def _meaning(text: str) -> list[str]:
    return [t for t in _tokens(_without_memory(text)) if t not in _NOISE]


def _shares_memory(part: str) -> bool:
    """Whether the memory typed with a name is the device's own although it is called RAM."""
    return bool(_SHARING.search(part))


def _penalty(typed: frozenset[str], form: _Form) -> float | None:
    unexplained = typed - form.tokens - form.free - _NOISE
    if unexplained - _BRANDS - _GRAPHICS_MEMORY:
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
        "snapdragon",
        "qualcomm",
        "ryzen",
        "instinct",
    }:
        return None
    if not (typed & form.tokens - _BRANDS):
        return None
    penalty = _LOST_G if "g" in unexplained or unexplained & _GRAPHICS_MEMORY else 0.0
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
    options: list[tuple[float, bool, int, float, float, Device]] = []
    for penalty, hardware in readings:
        for size in _sizes(hardware, memory):
            if memory is not None and abs(size - memory) > 0.5:
                continue
            if memory is None and hardware.rare and not rare and len(readings) > 1:
                continue
            speed = (-hardware.bandwidth_gb_s, -(hardware.fp32_tflops or 0.0))
            options.append((penalty, hardware.rare, hardware.rank, *speed, Device(hardware, size)))
    options.sort(key=lambda option: option[:5])
    chosen: list[Device] = []
    for *_, device in options:
        if not any(not _differs(device, known) for known in chosen):
            chosen.append(device)
    return chosen


def _chips(board: Hardware, memory: float) -> tuple[Device, ...]:
    """The chips of a board named by the memory of all of them together («tesla k80 24gb»); none if it has not that."""
    size = memory / board.chips
    return (Device(board, size),) * board.chips if size in board.memory_gib else ()


def _sizes(hardware: Hardware, typed: float | None) -> tuple[float, ...]:
    """Memory that it is sold with; graphics of a processor have as much as was put into the machine (24, 48 GB)."""
    sold = hardware.memory_gib
    if typed and hardware.kind == "integrated" and sold[0] <= typed <= sold[-1] and not typed % 8:
        return (typed,)
    return sold


def _differs(a: Device, b: Device) -> bool:
    """Whether taking one for the other would change whether a model fits."""
    return a.memory_gib != b.memory_gib or a.hardware.kind != b.hardware.kind


def _by_fame(hardware: Hardware) -> tuple[int, float]:
    """The most used first; of those that are used alike, the fastest."""
    return hardware.rank, -(hardware.fp32_tflops or 0.0)


def _candidates(devices: list[Device]) -> tuple[Candidate, ...]:
    return tuple(_candidate(device) for device in devices[:MAX_CANDIDATES])


def _all_of(match: HardwareMatch) -> Candidate:
    """All that was found as one candidate."""
    if len(match.devices) == 1 and not match.ram_gib:
        return _candidate(match.devices[0])
    counted = [(f"{n}x " if n > 1 else "", card) for card, n in Counter(map(_candidate, match.devices)).items()]
    memory = sum(device.memory_gib for device in match.devices)
    every = Candidate(
        " + ".join(times + card.id for times, card in counted),
        " + ".join(times + card.name for times, card in counted),
        f"{memory:g} GB",
    )
    return _beside_ram(every, match.ram_gib) if match.ram_gib else every


def _more_than_it_has(typed: str, devices: list[Device], gib: float) -> AskBack:
    """The question back about «3060, 64 GB»: which card, and whether the rest is the system's."""
    cards = _candidates(devices)
    if all(d.memory_gib < gib and d.hardware.segment in ("desktop", "laptop") for d in devices):
        cards = (*cards, *(_beside_ram(card, gib) for card in cards))[:MAX_CANDIDATES]
    return AskBack("gpu", typed, cards)


def _with_ram(asked: AskBack, gib: float) -> AskBack:
    """The question back where system memory was typed too, so that what is chosen has it."""
    return asked._replace(candidates=tuple(_beside_ram(card, gib) for card in asked.candidates))


def _beside_ram(card: Candidate, gib: float) -> Candidate:
    return card._replace(id=f"{card.id} + {gib:g}gb ram", name=f"{card.name} + {gib:g} GB RAM")


def _harmless(part: str) -> str:
    """Without what no name has and a card would show as markup: it is somebody's text that is shown again."""
    return " ".join(re.sub(r"[^\w .:*/-]", " ", part).split())


def _among(asked: AskBack, parts: list[str], number: int, count: int) -> AskBack:
    """The question back about one of several parts: each candidate's id names the whole again."""
    if len(parts) == 1 and count == 1:
        return asked

    def whole(candidate_id: str) -> str:
        part = f"{count}x {candidate_id}" if count > 1 else candidate_id
        before, after = (map(_harmless, some) for some in (parts[:number], parts[number + 1 :]))
        return " + ".join((*before, part, *after))

    return asked._replace(candidates=tuple(c._replace(id=whole(c.id)) for c in asked.candidates))


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
