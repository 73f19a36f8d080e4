"""A whole question in somebody's own words → what it names: model, hardware, quant, context, memory, intent."""

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from bot.naming.hardware import HardwareIndex, HardwareOutcome
from bot.naming.models import ModelIndex, ModelOutcome
from bot.naming.outcome import AskBack, HardwareMatch, ModelMatch, NotLocal
from bot.naming.quants import find_quant
from bot.naming.text import parse_context, plain

Intent = Literal["will_it_run", "recommend_gpu", "recommend_model", "error", "other"]

MAX_WORDS = 60
"""Longest question that is searched for names; the rest of a longer one is not looked at."""
_DIGIT = re.compile(r"\d")
_NUMBERLESS = re.compile(r"\bi?mac(?:book|mini|studio|pro)*\b|strix|spark|jetson|titan")
"""Hardware that is named without a number."""
_BRAND = re.compile(r"arc|ryzen|core|xeon|epyc|threadripper|athlon|fx|pentium|celeron")
"""What a number stands behind that no name has just so: of a processor, of which there are too many, or «arc 770»."""
_AMOUNT = re.compile(r"\d+(?:\.\d+)?[bkm]?")
"""A figure or a size: names no model alone."""
_WINDOW = 10
_LONGEST_NAME = 100
"""Characters: repositories of the Hub have up to 96."""

_CONTEXT = re.compile(
    r"(?<![\w.])(\d{1,4}(?:\.\d)?k|\d{4,7})(?: ?(?:tokens?|ctx|context|window|length))"
    r"|(?:ctx|context|window|length|at|with|to)(?: of| length| size| window| =)? ?(\d{1,4}k|\d{4,7})\b"
    r"|(?<![\w.])(\d{1,4}k)$"
)
_RAM = re.compile(r"(?<![\w.])(\d{1,4}) ?(?:gib|gb|g) ?(?:of )?(?:system |main |ddr\d )?(?:ram|memory|ddr\d)\b")
_MEMORY = re.compile(r"(?<![\w.])\d{1,3} ?(?:gib|gb|gigs?)\b(?! (?:file|model|download|ssd|disk|page))")
"""A memory of which is not said what has it: asked back about."""
_KV = re.compile(r"\bkv(?: cache)?(?: at| in| type| quant\w*)? ?(q[48](?:[ _-]?[01])?|f16|fp16|fp8)\b")
_WORD = re.compile(r"[^\s,;!?\"'`<>|]+")
_EDGE = ".:()[]{}-–"
_ORDINARY = frozenset(
    """
    command solar dream step spark seed dots ling hermes falcon yi magnum mini nano base pro air next flash large small
    medium text vision code chat thinking opus instruct preview reader rank query any run model models local ai ui open
    image images server studio ultra max super laptop mobile arc titan core data center edge fire water earth global
    light xs xl xxs k m s
    """.split()
)
"""Words of names that are ordinary ones too: alone they name nothing in a sentence."""
_FILLING = frozenset("i a an the my run can will does any model models local".split())
_BETWEEN = _FILLING | frozenset(
    """
    your our this that could runs running would do did is are was has have had get got
    on with and at to of in for from or but if so than then while when after before into over via use uses using only
    what which how why who fit fits work works good enough not no yes be been being just some all me you we
    """.split()
)
"""Words that stand between names: a name neither begins nor ends with one."""
_MISTYPED = re.compile(r"[a-z]{4,}")
"""What may be a name with a typing error where a figure follows («gema 2 9b»)."""
_SIZE = re.compile(r"\d+(?:\.\d+)?b")
_ERROR = re.compile(r"\b(?:error|oom|out of memory|crash\w*|fail\w*|slow\w*|not working|stuck|hang\w*|wrong)\b")
_WHICH_CARD = re.compile(
    r"\b(?:which|what|best|recommend\w*|suggest\w*)\b.*\b(?:gpu|card|hardware|mac|laptop|build)\b|need.*to run"
)
_WHICH_MODEL = re.compile(r"\b(?:which|what|best|recommend\w*|suggest\w*)\b.*\b(?:models?|llms?|quant)\b")
_RUNS = re.compile(r"\b(?:can|will|does|could|able|fit\w*|run\w*|enough|load|handle|possible)\b")


class Sentence(NamedTuple):
    """What a question names. ``model`` and ``hardware`` are the words as written, to be resolved like typed options."""

    model: str | None
    hardware: str | None
    quant: str | None
    context: int | None
    kv: str | None
    ram_gib: float | None
    intent: Intent


def read_sentence(text: str, models: ModelIndex, hardware: HardwareIndex) -> Sentence:
    """Find the names in ``text``; what is not named is None."""
    with models.remembering(), hardware.remembering():
        return _read(text, models, hardware)


def _read(text: str, models: ModelIndex, hardware: HardwareIndex) -> Sentence:
    line = plain(text.replace("\n", " "))
    words = [stripped for word in _WORD.findall(line) if (stripped := word.strip(_EDGE))][:MAX_WORDS]
    known = {word for word in words if hardware.knows(word) or _BRAND.fullmatch(word) or _NUMBERLESS.search(word)}
    cards = _best(words, known, lambda p: _hardware_score(hardware.find(p), p) if _may_be_hardware(p) else 0.0)
    left = [word for index, word in enumerate(words) if not (cards and cards.start <= index < cards.end)]
    rest = " ".join(left)
    kv = _KV.search(rest)
    left = _KV.sub(" ", rest).split()  # its type is no quant of the model
    known = {w for w in left if w not in _ORDINARY and not _AMOUNT.fullmatch(w) and models.knows(w)}
    known |= {w for w, after in itertools.pairwise(left) if _MISTYPED.fullmatch(w) and _DIGIT.match(after)} - _BETWEEN
    named = _best(left, known, lambda p: _model_score(models.find(p), p))
    ram = _RAM.search(rest)
    memory = None if cards or ram else _MEMORY.search(rest)
    context = _CONTEXT.search(_RAM.sub(" ", rest))
    quants = _quants(" ".join(left))
    return Sentence(
        model=_with_size(named, left) if named else None,
        hardware=cards.text if cards else memory[0] if memory else None,
        quant=quants[0] if len(quants) == 1 else None,
        context=parse_context(next(filter(None, context.groups()))) if context else None,
        kv=kv[1] if kv else None,
        ram_gib=float(ram[1]) if ram else None,
        intent=_intent(line),
    )


def _quants(text: str) -> list[str]:
    """The quants named; of several («q4 or q5») none is meant for sure."""
    names: list[str] = []
    while (found := find_quant(text)) and len(names) < 3:
        if found.name not in names:
            names.append(found.name)
        text = found.rest
    return names


class _Span(NamedTuple):
    score: float
    start: int
    end: int
    text: str


def _best(words: list[str], known: set[str], score: Callable[[str], float]) -> _Span | None:
    """The span with a known word that names something most fully; the shorter of equals, the earlier of those."""
    edges = [word not in _BETWEEN for word in words]
    windows = (w for w in _windows(words, edges) if not known.isdisjoint(words[w[0] : w[1]]))
    spans = (_Span(score(part), start, end, part) for start, end, part in windows)
    named = [span for span in spans if span.score > 0]
    return max(named, key=lambda s: (s.score, s.start - s.end, -s.start), default=None)


def _with_size(span: _Span, words: list[str]) -> str:
    """The span with a size that follows it: «llama 65b» is not just any llama."""
    following = words[span.end] if span.end < len(words) else ""
    return f"{span.text} {following}" if _SIZE.fullmatch(following) and not _SIZE.search(span.text) else span.text


def _windows(words: list[str], edges: list[bool]) -> Iterator[tuple[int, int, str]]:
    """Runs of words that begin and end with an edge."""
    for start in itertools.compress(range(len(words)), edges):
        for end in range(start + 1, min(start + _WINDOW, len(words)) + 1):
            part = " ".join(words[start:end])
            if len(part) > _LONGEST_NAME:
                break
            if edges[end - 1]:
                yield start, end, part


def _tokens(part: str) -> int:
    """Words and figures that say something: «gemma run» says no more than «gemma»."""
    return sum(len(re.findall(r"\d+|[a-z]+", word)) for word in part.split() if word not in _FILLING)


def _may_be_hardware(part: str) -> bool:
    """Whether it is worth looking up: hardware has a number, or a name that goes without one."""
    return part not in _ORDINARY and bool(_DIGIT.search(part) or _NUMBERLESS.search(part)) and not find_quant(part)


def _hardware_score(outcome: HardwareOutcome, part: str) -> float:
    """More words explained are better; a question back counts a little less."""
    if not isinstance(outcome, (HardwareMatch, AskBack)):
        return 0.0
    devices = len(outcome.devices) if isinstance(outcome, HardwareMatch) else 1
    certain = 0.0 if isinstance(outcome, AskBack) else 0.4
    return _tokens(part) + certain + min(devices, 4) * 0.1


def _model_score(outcome: ModelOutcome, part: str) -> float:
    if not isinstance(outcome, (ModelMatch, AskBack, NotLocal)):
        return 0.0
    if isinstance(outcome, ModelMatch) and outcome.taken_from and not _DIGIT.search(part):
        return 0.0
    found = find_quant(part)
    if found and set(found.rest.split()) <= _ORDINARY:
        return 0.0
    certain = 0.0 if isinstance(outcome, AskBack) else 0.4
    return _tokens(part) + certain


def _intent(line: str) -> Intent:
    if _ERROR.search(line):
        return "error"
    if _WHICH_CARD.search(line):
        return "recommend_gpu"
    if _WHICH_MODEL.search(line):
        return "recommend_model"
    return "will_it_run" if _RUNS.search(line) else "other"
