"""What people write around the names of hardware, taken away before the names are read."""

import re

_COOLERS = re.compile(
    r"\b(?:ftw3?(?: ultra)?|suprim(?: liquid)?(?: x)?|ventus(?: [23]x)?|gaming(?: x| pro| oc| z)?(?: ?trio)?|windforce"
    r"|trinity|eagle|vision|xc3|red devil|red dragon|hellhound|fighter|merc(?: ?3\d\d)?|qick|swft|taichi|challenger"
    r"|steel legend|phantom gaming|speedster|amp(?: extreme)?"
    r"|twin edge|(?<=asus )(?:dual|phoenix|prime|proart)|jetstream|gamerock|gamingpro|ichill|kfa2|galax|pulse"
    r"|nitro\+?|mech|armor)\b"
)
"""What makers call their coolers."""
_LAPTOPS = re.compile(
    r"\b(?:legion(?: pro| slim)?(?: \d[ip]?)?(?: pro| slim)?|(?:razer )?blade 1\d|razer blade"
    r"|(?:rog )?zephyrus(?: [gm]\d\d)?|(?:rog )?(?:strix )?scar(?: \d\d)?|(?:predator )?helios(?: \d+)?"
    r"|omen 1[5-8]|alienware [mx]1\d(?: r\d)?"
    r"|(?:dell )?xps 1\d|thinkpad(?: [a-z]\d+\w*)?|zbook|ideapad|vivobook|zenbook|proart p\d\d"
    r"|msi (?:raider|stealth|katana|titan gt)|surface(?: laptop| book| pro)?(?: \d)?"
    r"|framework (?:laptop )?1[36]|(?:laptop|notebook)(?= with\b))\b(?: studio| gen ?\d+)?"
)
"""Laptops by name: the card in one is the laptop's."""
_DESKTOPS = re.compile(
    r"\b(?:alienware aurora(?: r\d+)?|omen \d\dl|legion (?:tower|t\d)(?: \d)?|xps 8\d{3}|(?:dell )?precision \d{4}"
    r"|optiplex(?: \d+)?|(?:beelink )?ser ?\d(?: pro| max)?|(?:hp )?z[2468] g\d"
    r"|poweredge(?: \w+)?|proliant(?: \w+)?)\b(?: with\b)?"
)
"""Desktops and servers by name, some of which share words with laptops."""
SURROUNDING = frozenset(
    word for names in (_COOLERS, _LAPTOPS, _DESKTOPS) for word in re.findall(r"[a-z]{2,}", names.pattern)
)
"""Every word of those."""
_CARD_NUMBER = re.compile(r"\ba?\d{4}(?: ?ti)?\b(?! ?(?:laptop|mobile|max))")
NAME_IN_S = re.compile(r"\b[a-z]{1,2}\d{2,4}s\b")
"""A name (L40S), or several of what is called so without the S («two A100s»)."""
_SCREEN = re.compile(r"\b1[3-6](?:\.\d)?(?:[ -]?inch\b| ?\"|(?:(?<=book pro 1\d)|(?<=book air 1\d))(?= m\d))")
"""Inches of a laptop."""
_WESTERN_COUNT = re.compile(r"([单双两三四六八]) ?[卡张块台路]")
_COUNT_WORDS = {"单": 1, "双": 2, "两": 2, "三": 3, "四": 4, "六": 6, "八": 8}
_DRIVER = re.compile(
    r"\((?:r|tm|c)\)|\b1?\d(?:st|nd|rd|th) gen(?=.* i[3579])|(?:\bcpu )?@ ?\d(?:\.\d+)? ?ghz"
    r"|\b(?:with|w/) (?:radeon (?:vega )?graphics|radeon \d{3}m(?: graphics)?)"
)
"""What systems and drivers write around a name: «12th Gen Intel(R) Core(TM) i7-12700H», «w/ Radeon 780M Graphics»."""
_APPLE = re.compile(r"\bm[1-5]\b|\bmac|\bapple\b")


_STICKS = re.compile(r"\b([2-8])(?: ?x ?|\*)(\d{1,3}) ?gb(?= (?:l?p?ddr|ram|so-?dimm|u?dimm))")


def memory_written(text: str) -> str:
    """«24 gigs», «2x48gb ddr5» and «RAM: 32 GB» as 24gb, 96gb ddr5 and 32gb ram."""
    text = re.sub(r"(?<=\d) ?gig(?:abyte)?s?\b", "gb", text)
    text = _STICKS.sub(lambda m: f"{int(m[1]) * int(m[2])}gb", text)
    return re.sub(r"\bram ?[:=] ?(\d{1,4}) ?(?:gi?b|g)\b", r"\1gb ram", text)


def cleaned(text: str, names_in_s: frozenset[str]) -> str:
    """Without what surrounds a name: disks, core counts, set-up words, other scripts; counts in words made figures."""
    text = re.sub(r"\bwith max-?q design\b", "max-q", _DRIVER.sub(" ", text))
    text = _WESTERN_COUNT.sub(lambda m: f"{_COUNT_WORDS[m[1]]}x ", text)
    text = re.sub(r"(\d+) ?[卡张块台]", r"\1x ", text)
    text = re.sub(r"[^\x00-\x7f]+", " ", text)
    text = re.sub(r"(?<=\d)o(?=\d)", "0", text)
    text = memory_written(text)
    text = re.sub(r"\b(?:\d{1,2}|single|dual|quad|octa)[- ]channels?\b|(?<=gb )\d{1,2}ch\b|(?<= oc) v\d\b", " ", text)
    text = re.sub(r"(?<=x\d) (?:with |w/ ?)?(?:an? )?nvlink(?: bridge)?\b", " ", text)
    text = re.sub(r"\bmb([pa])\b", lambda m: f"macbook {'pro' if m[1] == 'p' else 'air'}", text)
    text = _SCREEN.sub(" ", text)
    text = _DESKTOPS.sub(" ", _COOLERS.sub(" ", text))
    if _LAPTOPS.search(text):
        text = _CARD_NUMBER.sub(r"\g<0> laptop", _LAPTOPS.sub(" ", text), count=1)
    text = re.sub(r"\bevo[ -]?x(?=\d)", "evo-x", text)
    text = re.sub(r"\bg[xf]{2}(?=\d)", "gfx", text)
    text = re.sub(r"(?<=[a-z])(gfx\d{3,4}[a-z]?)(?::\S+)+", " ", text)
    text = re.sub(r"(?<=\S )gfx\d{3,4}[a-z]?(?::\S+)*|^gfx\d{3,4}[a-z]? (?=[a-z])", " ", text)
    text = re.sub(r"\b(?:iq|q)\d(?:[ _-](?:k|[01]|xxs|xs|s|m|l|nl))+\b", " ", text)
    text = re.sub(r"\b\d+(?:\.\d)? ?tb\b|\b\d+ ?gb (?:ssd|nvme|hdd|disk|storage)\b|(?<=gb)/\d+ ?gb\b", " ", text)
    text = re.sub(r"\b(8|16|18|24|32|36|48|64|96|128)\+(?:256|512)(?:gb)?\b", r"\1gb", text)
    text = re.sub(r"\b\d{1,3}(?:[cep](?=[/+ )]|$)|[- ]?(?:gpu |cpu )?cores?(?: cpu| gpu)?\b|gpu\b)", " ", text)
    text = re.sub(r"/ ?(\d+(?:gb)?)$", lambda m: f" {m[1].removesuffix('gb')}gb", text) if _APPLE.search(text) else text
    if re.search(r"\bm ?\d ?(?:pro|max|ultra)\b", text):
        text = re.sub(r"\b(mac ?book|mac) pro\b", r"\1", text)  # the product's Pro, not the chip's
    text = re.sub(r"\b([1-5]0[5-9]0)m\b", r"\1 laptop", text)
    text = re.sub(r"(?<![a-wyz])(arc) (\d{3})\b", r"\1 a\2", text)
    text = re.sub(r"\b(arc) ?a?(\d{3})m\b", r"\1 a\2m", text)
    text = re.sub(r"(?<=[a-z\d]) (?=\d{1,2}x ?(?:rtx |gtx |rx )?[a-z]{0,2}\d{3,4})", " + ", text)
    text = re.sub(r"(\d)[*x](\d) ", lambda m: f"{int(m[1]) * int(m[2])}x ", text)
    text = NAME_IN_S.sub(lambda m: m[0] if m[0] in names_in_s else m[0][:-1], text)
    text = re.sub(r"\b(?:rog )?strix\b(?! ?(?:halo|point))", " ", text)  # a maker's line of cards, no chip
    text = re.sub(r"(?<=\d)-(?=gi?b\b)", " ", text)
    return " ".join(text.split())


def ways_to_read(text: str) -> list[str]:
    """The text, then what is left of it without brackets, what stands in brackets, and cut at slashes."""
    ways = [text]
    if "(" in text:
        ways.append(re.sub(r"\([^)]*\)?", " ", text))
        ways += re.findall(r"\(([^)]*)\)", text)
    if "/" in text and all(re.search(r"\d", piece) for piece in text.split("/")):
        ways.append(text.replace("/", " + "))
    return [way for way in (" ".join(w.split()) for w in ways) if way]
