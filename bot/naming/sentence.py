"""A whole question in somebody's own words → what it names: model, hardware, quant, context, memory, intent."""

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from bot.naming.hardware import HardwareIndex
from bot.naming.hardware_text import memory_written
from bot.naming.models import ModelIndex
from bot.naming.outcome import AskBack, HardwareMatch, ModelMatch, NotLocal
from bot.naming.quants import find_quant
from bot.naming.text import Names, choices, parse_context, plain

Intent = Literal["will_it_run", "recommend_gpu", "recommend_model", "error", "other"]

MAX_WORDS = 60
"""Longest question that is searched for names; the rest of a longer one is not looked at."""
_MAX_READ = 2000
"""Characters that are read: the words that are searched for names rarely have as many."""
_DIGIT = re.compile(r"\d")
_NUMBERLESS = re.compile(r"\bi?mac(?:book|mini|studio|pro)*\b|strix|spark|jetson|titan|silicon|\bvii\b|\bvega\b|deck\b")
"""Hardware that is named without a number."""
_BRAND = re.compile(r"arc|ryzen|core|xeon|epyc|threadripper|athlon|fx|pentium|celeron")
"""What a number stands behind that no name has just so: of a processor, of which there are too many, or «arc 770»."""
_AMOUNT = re.compile(r"\d+(?:\.\d+)?[bkm]?")
"""A figure or a size: names no model alone."""
_WINDOW = 10
_LOOKED_UP = 12
"""Most spans looked up for a model, and for hardware: the fullest ones. Questions that people ask need fewer."""
_LONGEST_NAME = 100
"""Characters: repositories of the Hub have up to 96."""

_CONTEXT = re.compile(
    r"(?<![\w.])(\d{1,4}(?:\.\d)?k|\d{4,7})(?: ?(?:tokens?|ctx|context|window|length))"
    r"|(?:ctx|context|window|length|at|with|to)(?: of| length| size| window| =)? ?(\d{1,4}k|\d{4,7})\b"
    r"|(?<![\w.])(\d{1,4}k)$"
)
_LENGTH_ALONE = re.compile(r"(?<![\w.$€£])((?:16|32|64|128|256|512)k)\b(?!/|-| ?(?:usd|eur|dollars?|euros?|budget))")
"""Contexts too, where they are not of a model's name."""
_LENGTH = re.compile(r"\d{1,4}k")
_BEFORE_LENGTH = frozenset("at with to of ctx context".split())
_AFTER_LENGTH = frozenset("ctx context tokens window length".split())
"""Words beside a context that is asked for, and so is no part of a model's name."""
_TOKENS_ALONE = re.compile(
    r"(?<![\w.:/-])((?:4096|8192|16384|32768|40960|65536|131072|262144|524288|1048576))(?![\w.-])"
)
"""Contexts that nobody would write for anything else."""
_RAM = re.compile(r"(?<![\w.])(\d{1,4}) ?(?:gib|gb|g) ?(?:of )?(?:system |main |ddr\d )?(?:ram|memory|ddr\d)\b")
_MEMORY = re.compile(r"(?<![\w.])\d{1,3} ?(?:gib|gb|gigs?)\b(?! (?:file|model|download|ssd|disk|page))")
"""A memory of which is not said what has it: asked back about."""
_MONEY = re.compile(
    r"[$€£] ?\d[\d.,]*k?\b|\b\d[\d.,]*k? ?(?:[$€£]|(?:usd|eur|dollars?|euros?|bucks|pounds)\b)"
    r"|\b(?:under|below|budget(?: of)?) \d{3,5}\b"
)
_KV = re.compile(r"\bkv(?: cache)?(?: at| in| type| quant\w*)? ?(q[48](?:[ _-]?[01])?|f16|fp16|fp8)\b")
_MTP = re.compile(r"\b(?:with|using|and|plus) mtp\b")
_SAYING = re.compile(r"\d+|[a-z]+")
_WORD = re.compile(r"[^\s,;!?\"'`<>|]+,?")
_OR = frozenset({"or", "vs", "versus"})
_SAID_OF = frozenset("a an the my one any used new old second single cheap cheaper just maybe even".split())
"""Words that may stand between one of those and a name."""
_LISTED = 4
"""Words within which one of these follows where a list is of things to choose from."""
_LONGEST_CHOICE = 6
"""Words."""
_BARE_COUNT = re.compile(r"\d ")
"""Before a card; of «gemma 3 3090» it is the model's."""
_COUNT = re.compile(r"[2-8]")
_BEFORE_COUNT = frozenset("on with my have has got use uses using own".split())
_COUNTED = re.compile(r"(?:[1-9]\d{3}|[a-z]{1,2}\d{2,4})(?:ti|xtx?|s)*$")
"""A card whose count may stand behind a model: «r1 8 h100»."""
_EDGE = ".:()[]{}-–"
_ORDINARY = frozenset(
    """
    command solar dream step spark seed dots ling hermes falcon yi magnum mini nano base pro air next flash large small
    medium text vision code chat thinking opus instruct preview reader rank query any run model models local ai ui open
    image images server studio ultra max super laptop mobile arc titan core data center edge fire water earth global
    light xs xl xxs k m s think
    """.split()
)
"""Words of names that are ordinary ones too: alone they name nothing in a sentence."""
_FILLING = frozenset("i a an the my run can will does any model models local locally".split())
_BETWEEN = _FILLING | frozenset(
    """
    your our this that could runs running would do did is are was has have had get got
    on with and at to of in for from or vs versus but if so than then while when after before into over via use uses
    using only
    what which how why who fit fits work works good enough not no yes be been being just some all me you we
    """.split()
)
"""Words that stand between names: a name neither begins nor ends with one."""
_MISTYPED = re.compile(r"[a-z]{4,}")
"""What may be a name with a typing error where a figure follows («gema 2 9b»)."""
_NAME = re.compile(r"[a-z]{2,}")
_LATER_REPOSITORY = re.compile(r" [a-z][^ /]*/[^ ]")
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
    draft: str | None
    ram_gib: float | None
    intent: Intent


def read_sentence(text: str, models: ModelIndex, hardware: HardwareIndex) -> Sentence:
    """Find the names in ``text``; what is not named is None."""
    with models.remembering(), hardware.remembering():
        return _read(text, models, hardware)


def _read(text: str, models: ModelIndex, hardware: HardwareIndex) -> Sentence:
    line = plain(text[:_MAX_READ].replace("\n", " "))
    kv = _KV.search(line)
    said = memory_written(_MONEY.sub(" ", _KV.sub(" ", line)))  # its type is no quant of the model, a price no card
    found = [(word.rstrip(",").strip(_EDGE), word.endswith(",")) for word in _WORD.findall(said)]
    written = _listed([(word, listed) for word, listed in found if 0 < len(word) <= _LONGEST_NAME][:MAX_WORDS])
    words = [word.removesuffix(",") for word in written]
    of_cards, of_models = _hardware_names(words, hardware, models), _model_names(words, models)
    cards = _hardware_named(words, written, of_cards, hardware)
    model = _model_named(words, _beside(cards, of_models), models)
    if cards and (whole := _model_named(words, of_models, models)) and whole.overlaps(cards):
        # A figure that both may have: «gemma 4 12b» is no Raspberry Pi 4. What explains more is meant.
        others = _hardware_named(words, written, _beside(whole, of_cards), hardware)
        if _explained(whole, others) >= _explained(model, cards):
            model, cards = whole, others
    cards = cards and _with_choices(cards, words, lambda part: _hardware_certainty(part, hardware))
    model = model and _with_choices(model, words, lambda part: _model_certainty(part, models))
    rest = _left(words, cards)
    ram = _RAM.search(rest)
    memory = None if cards or ram else _MEMORY.search(rest)
    quants = _quants(rest)
    return Sentence(
        model=_typed(model, words, quants) if model else None,
        hardware=cards.text if cards else memory[0] if memory else None,
        quant=quants[0] if len(quants) == 1 else None,
        context=_context(rest, _left(words, cards, model), hardware),
        kv=kv[1] if kv else None,
        draft="mtp" if _MTP.search(line) else None,
        ram_gib=float(ram[1]) if ram else None,
        intent=_intent(line),
    )


def _listed(found: list[tuple[str, bool]]) -> list[str]:
    """Words with the commas behind them; commas of a list that ends with «or» are read as such."""
    words: list[str] = []
    for at, (word, listed) in enumerate(found):
        following = [after for after, _ in found[at + 1 : at + 1 + _LISTED]]
        if not listed:
            words.append(word)
        elif _OR.isdisjoint(following):
            words.append(word + ",")
        else:
            words += [word] if following[0] in _OR else [word, "or"]
    return words


def _context(rest: str, unnamed: str, hardware: HardwareIndex) -> int | None:
    """Tokens, where the text beside the cards has them; ``unnamed`` is what is of no name at all."""
    asked_for = (
        length
        for length in _CONTEXT.finditer(_RAM.sub(" ", rest))
        if not (length[2] and length[2].isdigit() and hardware.knows(length[2]))  # «from 3090 to 5090»
    )
    found = next(asked_for, None) or _TOKENS_ALONE.search(rest) or _LENGTH_ALONE.search(unnamed)
    return parse_context(next(filter(None, found.groups()))) if found else None


def _is_quant(word: str) -> bool:
    found = find_quant(word)
    return found is not None and not found.rest


def _quants(text: str) -> list[str]:
    """The quants named; of several («q4 or q5») none is meant for sure."""
    names: list[str] = []
    while (found := find_quant(text)) and len(names) < 3:
        if found.name not in names:
            names.append(found.name)
        text = found.rest
    return names


class _Span(NamedTuple):
    says: int
    """Words and figures that say something."""
    start: int
    end: int
    text: str
    certainty: float = 0.0
    """Below 1."""

    def overlaps(self, other: "_Span") -> bool:
        return self.start < other.end and other.start < self.end


def _left(words: list[str], *taken: _Span | None) -> str:
    """The words of no name."""
    spans = [span for span in taken if span]
    return " ".join(w for at, w in enumerate(words) if not any(span.start <= at < span.end for span in spans))


def _hardware_names(words: list[str], hardware: HardwareIndex, models: ModelIndex) -> list[Names]:
    of_models = {word for word in words if word.isalpha() and models.knows(word)}
    return hardware.names_with(words, of_models)


def _hardware_named(words: list[str], written: list[str], names: list[Names], hardware: HardwareIndex) -> _Span | None:
    """Of several cards («a 4090, 3090 and a 3080») a comma parts the names, as in what is typed for the option."""
    known = {word for word in words if hardware.knows(word) or _BRAND.fullmatch(word) or _NUMBERLESS.search(word)}
    return _best(words, written, known, names, lambda part: _hardware_certainty(part, hardware))


def _model_names(words: list[str], models: ModelIndex) -> list[Names]:
    names = models.names_with(words)
    for at, (before, word, after) in enumerate(zip(["", *words], words, [*words[1:], ""], strict=False)):
        asked_for = _LENGTH.fullmatch(word) and (before in _BEFORE_LENGTH or after in _AFTER_LENGTH)
        counts = _COUNT.fullmatch(word) and (
            before in _BEFORE_COUNT or (_DIGIT.search(before) and _COUNTED.match(after))
        )
        if asked_for or counts or (word in _OR and not _SIZE.fullmatch(after)):
            names[at] = frozenset()
    return names


def _model_named(words: list[str], names: list[Names], models: ModelIndex) -> _Span | None:
    alone = (w for w in words if not (w in _ORDINARY or _AMOUNT.fullmatch(w) or _is_quant(w)))
    known = {word for word in alone if models.knows(word)}
    known |= {
        word
        for word, after in itertools.pairwise(words)
        if _DIGIT.match(after) and (_MISTYPED.fullmatch(word) or (_NAME.fullmatch(word) and models.knows(word)))
    } - _BETWEEN
    return _best(words, words, known, names, lambda part: _model_certainty(part, models))


def _beside(taken: _Span | None, names: list[Names]) -> list[Names]:
    """No name has the words that are taken, nor words on either side of them."""
    nothing: Names = frozenset()
    return [nothing if taken and taken.start <= at < taken.end else those for at, those in enumerate(names)]


def _explained(*spans: _Span | None) -> tuple[int, int, float]:
    """More words are better, of the same in fewer names, then those that are surer."""
    named = [span for span in spans if span]
    return sum(span.says for span in named), -len(named), sum(span.certainty for span in named)


def _best(
    words: list[str],
    written: list[str],
    known: set[str],
    names: list[Names],
    certainty: Callable[[str], float | None],
) -> _Span | None:
    """The span with a known word that names something most fully; the surer of equals, the earlier, the shorter.

    ``certainty`` of what a text names is below 1, and None where it names nothing: so the fullest spans are looked up
    first, and no more once one was found. ``written`` are the words with the commas that part them.
    """
    spans: dict[str, _Span] = {}
    for span in _spans(words, written, names):
        if span.says and not known.isdisjoint(words[span.start : span.end]):
            spans.setdefault(span.text, span)
    best: _Span | None = None
    for span in sorted(spans.values(), key=lambda s: (-s.says, s.start, s.end))[:_LOOKED_UP]:
        if best and span.says < best.says:
            break
        certain = certainty(span.text)
        if certain is not None and not (best and certain <= best.certainty):
            best = span._replace(certainty=certain)
    return best


def _with_choices(named: _Span, words: list[str], certainty: Callable[[str], float | None]) -> _Span:
    """With the names beside it of which one is chosen: «3090 or a 4090»."""

    def names(start: int, end: int) -> bool:
        part = words[start:end]
        apart = part[0] in _BETWEEN or part[-1] in _BETWEEN or not _OR.isdisjoint(part)
        return not apart and certainty(" ".join(part)) is not None

    start, end, text = named.start, named.end, named.text
    while end < len(words) and words[end] in _OR:
        first = next((at for at in range(end + 1, len(words)) if words[at] not in _SAID_OF), len(words))
        ends = range(min(first + _LONGEST_CHOICE, len(words)), first, -1)
        last = next((at for at in ends if names(first, at)), None)
        if last is None:
            break
        text += " or " + " ".join(words[first:last])
        end = last
    while start and words[start - 1] in _OR:
        starts = range(max(start - 1 - _LONGEST_CHOICE, 0), start - 1)
        first = next((at for at in starts if names(at, start - 1)), start)
        if first == start:
            break
        text = " ".join(words[first : start - 1]) + " or " + text
        start = first
    return named._replace(start=start, end=end, text=text)


def _typed(model: _Span, words: list[str], quants: list[str]) -> str:
    """The name with a size that follows it («llama 65b» is not just any llama), without one of several quants."""
    following = words[model.end] if model.end < len(words) else ""
    if _SIZE.fullmatch(following) and not _SIZE.search(model.text):
        return f"{model.text} {following}"
    one_of_several = find_quant(model.text) if len(quants) > 1 and not choices(model.text) else None
    return one_of_several.rest if one_of_several else model.text


def _spans(words: list[str], written: list[str], names: list[Names]) -> Iterator[_Span]:
    """Runs of words that some name may have all of, and that neither begin nor end with a word between names."""
    edges = [word not in _BETWEEN for word in words]
    said = [0 if word in _BETWEEN else len(_SAYING.findall(word)) for word in words]
    for start in itertools.compress(range(len(words)), edges):
        shared: Names = None
        says = 0
        for end in range(start, min(start + _WINDOW, len(words))):
            named = names[end]
            shared = named if shared is None else shared if named is None else shared & named
            says += said[end]
            part = " ".join(written[start : end + 1]).removesuffix(",")
            if (shared is not None and not shared) or len(part) > _LONGEST_NAME:
                break
            if edges[end]:
                yield _Span(says, start, end + 1, part)


def _hardware_certainty(part: str, hardware: HardwareIndex) -> float | None:
    """A question back counts a little less, more cards a little more."""
    if part in _ORDINARY or not (_DIGIT.search(part) or _NUMBERLESS.search(part)) or find_quant(part):
        return None
    outcome = hardware.find(part)
    if isinstance(outcome, AskBack) or (_BARE_COUNT.match(part) and isinstance(outcome, HardwareMatch)):
        return 0.1
    return 0.4 + 0.1 * min(len(outcome.devices), 4) if isinstance(outcome, HardwareMatch) else None


def _model_certainty(part: str, models: ModelIndex) -> float | None:
    if _LATER_REPOSITORY.search(part):
        return None  # what stands before it is of another name
    outcome = models.find(part)
    if not isinstance(outcome, (ModelMatch, AskBack, NotLocal)):
        return None
    sure = _DIGIT.search(part) or all(map(models.knows, part.split()))
    if isinstance(outcome, ModelMatch) and outcome.taken_from and not sure:
        return None
    found = find_quant(part)
    if found and set(found.rest.split()) <= _ORDINARY:
        return None
    return 0.0 if isinstance(outcome, AskBack) else 0.4


def _intent(line: str) -> Intent:
    if _ERROR.search(line):
        return "error"
    if _WHICH_CARD.search(line):
        return "recommend_gpu"
    if _WHICH_MODEL.search(line):
        return "recommend_model"
    return "will_it_run" if _RUNS.search(line) else "other"
