"""Questions in people's own words → the record that answers them."""

import math
import re
from collections import Counter
from collections.abc import Callable
from typing import Generic, TypeVar

from bot.catalog.records import Record
from bot.kb.wording import RATE
from bot.naming.text import Suggestions, by_spelling, plain

_STOP = frozenset(
    """
    a an the is are am be was do does did can could should would will i you he she it we they my your his its
    our me to of in on at for with by from and or as if so that this these those there what which who how why
    when where not no yes any some just really actually good better best much many more most get got have has
    had want need use using used make please help anyone someone people about into than then but up out over
    under too very also still even like local llm llms model models ai run running question possible able
    """.split()
)
_SAME = by_spelling(
    {
        "memory": "mem",
        "gpu": "graphics card cards gpus",
        "quant": "quants quantization quantisation quantized quantizing quantize",
        "context": "ctx",
        "slow": "slower slowly slows",
        "fast": "faster quick quicker boost increase accelerate",
        "mac": "macbook macs apple silicon",
        "2": "two dual multiple couple double second another pair",
        "price": "cost costs expensive cheap cheaper cheapest",
        "buy": "buying purchase",
        "enough": "sufficient ok okay fine usable",
        "add": "adds stack stacks combine combined pool pooled sum",
        "finetune": "finetuning finetuned train training trained tune tuning",
        "document": "docs documents files",
        "image": "images picture pictures photo photos vision",
        "linux": "ubuntu debian fedora arch",
        "amd": "radeon",
        "nvidia": "geforce",
        "code": "coding programming programmer",
        "commercial": "commercially business company",
        "temperature": "temp temps",
        "lan": "network remote remotely",
        "phone": "android iphone smartphone",
        "chat": "conversation conversations chats",
        "worth": "useful",
        "think": "thinking reasoning",
        "download": "downloading downloaded downloads",
        "answer": "answers response responses reply",
        "difference": "vs versus compared comparison differ",
    }
)
"""Words that say the same in a question."""
_JOINED = re.compile(r"\b(fine|off|on)[- ](?=tun|load|line)")
_LEAST = 0.55
"""Least likeness of a question to one that is known; found on the catalog's own questions in other words."""
_LEAST_ASKED = 0.5
"""Least share of a question's weight that must be about a record: «install docker on ubuntu» is not any «install»."""
_COVERED = 0.75
"""Share of a question that the words of a record's phrases together must have, for it to be about that record."""
_NEAR = 0.25
"""The same, for it to be offered where none is."""
_FIGURES = 3
"""Figures alone ask nothing, unless there are as many as in «two 3060 or one 3090»."""
_MARGIN = 1.06
"""How much more alike the best must be than the next before it is taken."""
_MAX_READ = 400


R = TypeVar("R", bound=Record)


class PhraseIndex(Generic[R]):
    """Finds the record that a question is about by the words that tell it from others."""

    def __init__(self, records: dict[str, R], phrases: Callable[[R], tuple[str, ...]]) -> None:
        """``phrases`` gives the ways in which people ask for a record, the one to show first."""
        self._records = records
        asked = [(record.id, text) for record in records.values() for text in phrases(record)]
        self._exact = {_bare(text): record_id for record_id, text in asked}
        self._asked = [(record_id, _words(text)) for record_id, text in asked]
        self._of_record: dict[str, frozenset[str]] = {}
        for record_id, words in self._asked:
            self._of_record[record_id] = self._of_record.get(record_id, frozenset()) | words
        count = Counter(word for _, words in self._asked for word in words)
        self._weights = {word: math.log(1 + len(self._asked) / n) for word, n in count.items()}
        self._unknown = math.log(1 + len(self._asked))
        titles = [(record.id, phrases(record)[0]) for record in records.values()]
        self._suggestions = Suggestions(titles) if titles else None

    def find(self, text: str) -> R | None:
        """The record that ``text`` asks for; None where none is clearly meant."""
        if exact := self._records.get(self._exact.get(_bare(text), text.strip())):
            return exact
        ranked = self._ranked(text)
        if not ranked or ranked[0][0] < _LEAST:
            return None
        if len(ranked) > 1 and ranked[0][0] < _MARGIN * ranked[1][0] and ranked[0][0] < 0.9:
            return None
        return self._records[ranked[0][1]]

    def nearest(self, text: str, limit: int = 5) -> list[R]:
        """Records that share telling words with ``text``, the likest first."""
        covered = sorted(((share, record_id) for record_id, share in self._covered(_words(text)).items()), reverse=True)
        near = [record_id for share, record_id in covered if share >= _NEAR]
        return [self._records[record_id] for record_id in near[:limit]]

    def search(self, text: str, limit: int = 25) -> list[R]:
        """Records for autocompletion; all in order when nothing is typed."""
        if self._suggestions is None:
            return []
        return [self._records[record_id] for record_id in self._suggestions.search(text, limit)]

    def _ranked(self, text: str) -> list[tuple[float, str]]:
        """Likeness and id, best first.

        Of a phrase: shared weight over the geometric mean of both sides' weights. Of all phrases of a record together:
        three quarters of the share of the question that they cover, where they cover nearly all.
        """
        query = _words(text)
        if len(query) < _FIGURES and all(map(str.isdigit, query)):
            return []
        whole = self._weight(query)
        best: dict[str, float] = {}
        for record_id, words in self._asked:
            if not query & words or (len(words) == 1 and words != query):
                continue
            shared = self._weight(query & words)
            asked, known = shared / whole, shared / self._weight(words)
            if asked >= _LEAST_ASKED and (len(query) > 1 or known >= _LEAST):
                best[record_id] = max(best.get(record_id, 0.0), math.sqrt(asked * known))
        for record_id, share in self._covered(query).items():
            if share >= _COVERED and len(query & self._of_record[record_id]) > 1:
                best[record_id] = max(best.get(record_id, 0.0), _COVERED * share)
        return sorted(((score, record_id) for record_id, score in best.items()), reverse=True)

    def _covered(self, query: frozenset[str]) -> dict[str, float]:
        """Share of a question's weight that the words of all of a record's phrases have, where they have any."""
        whole = self._weight(query)
        each = self._of_record.items()
        return {record_id: self._weight(query & words) / whole for record_id, words in each if query & words}

    def _weight(self, words: frozenset[str]) -> float:
        return sum(self._weights.get(word, self._unknown) for word in words)


def _bare(text: str) -> str:
    return plain(text[:_MAX_READ]).rstrip("?!. ")


def _words(text: str) -> frozenset[str]:
    """Telling words, singular, with spellings of the same thing made one."""
    # The «second» of a speed is no second card.
    typed = RATE.sub("speed", _JOINED.sub(r"\1", plain(text[:_MAX_READ])))
    found = re.findall(r"[a-z0-9]+(?:\.[0-9]+)?", typed.replace("'s ", " "))
    found = [re.sub(r"^(\d+)(?:gb|gib|g|gigs)$", r"\1", word) for word in found if word not in ("gb", "gib", "gigs")]
    return frozenset(_singular(_SAME.get(word, word)) for word in found if word not in _STOP)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
