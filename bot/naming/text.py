"""Typed text made comparable."""

import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

MAX_LENGTH = 200
"""Longest name that is read; nothing in the catalog is half as long."""

_ALIKE = str.maketrans(
    {"×": "x", "✕": "x", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "_": " ", "\u00a0": " "}
)


def plain(text: str) -> str:
    """Lower case, compatibility forms, no control, format or combining characters, single spaces."""
    if text.isascii() and text.isprintable():  # most of it; nothing to fold but case
        return " ".join(text.replace("_", " ").lower().split())
    folded = unicodedata.normalize("NFKD", text).translate(_ALIKE).casefold()
    kept = (c if unicodedata.category(c)[0] != "C" else " " for c in folded if unicodedata.category(c) != "Mn")
    return " ".join("".join(kept).split())


_CHOICE = re.compile(r" (?:or|vs|versus) ")


def choices(text: str) -> list[str]:
    """The names of a plain text that one is to be chosen of («3090 or 4090»); none where there is no choice."""
    names = list(dict.fromkeys(_CHOICE.split(text)))
    return names if len(names) > 1 else []


def by_spelling(spellings: dict[str, str]) -> dict[str, str]:
    """The one word that stands for each of the others, which are written behind it."""
    return {word: same for same, words in spellings.items() for word in words.split()}


Names = frozenset[int] | None
"""Which names a word may be of; None where it may stand with any."""


def postings(parts: Iterable[Iterable[Hashable]]) -> dict[Hashable, list[int]]:
    """For each part, the positions of what contains it."""
    found: dict[Hashable, list[int]] = {}
    for index, contained in enumerate(parts):
        for part in contained:
            found.setdefault(part, []).append(index)
    return found


def rarest(found: dict[Hashable, list[int]], parts: Iterable[Hashable]) -> list[int]:
    """The fewest positions that can contain all of ``parts``: those of the rarest one. None for no parts."""
    return min((found.get(part, []) for part in parts), key=len, default=[])


def edits_allowed(word: str) -> int:
    """How many typing errors a word of this length may have and still be recognised."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


_MORE_USED = 5
"""Of two words equally like what was typed, the one that occurs this much more often is meant."""


class Vocabulary:
    """The words that names are made of; mends typing errors and missing spaces."""

    def __init__(self, words: Iterable[str]) -> None:
        self._uses = Counter(words)
        self._words = frozenset(self._uses)
        self._like: dict[int, list[str]] = {}
        self._mended: dict[str, tuple[str, ...] | None] | None = None

    def __contains__(self, word: str) -> bool:
        return word in self._words

    @contextmanager
    def remembering(self) -> Iterator[None]:
        """Words that come up again in the block are not looked up again; what somebody typed is not kept for longer."""
        self._mended = {}
        try:
            yield
        finally:
            self._mended = None

    def mend(self, word: str) -> tuple[str, ...] | None:
        """The known words that an unknown one stands for, or None.

        First tries to cut it into known words (``gptoss``), then one typing error.
        """
        if self._mended is None:
            return self._look_up(word)
        if word not in self._mended:
            self._mended[word] = self._look_up(word)
        return self._mended[word]

    def _look_up(self, word: str) -> tuple[str, ...] | None:
        if cut := self._cut(word):
            return cut
        allowed = edits_allowed(word)
        if not allowed or not word.isalpha():
            return None
        like = self._like.get(len(word))
        if like is None:  # a word of other length is further off than is allowed
            like = sorted(w for w in self._words if len(w) >= 4 and abs(len(w) - len(word)) <= allowed)
            self._like[len(word)] = like
        found = process.extract(word, like, scorer=OSA.distance, score_cutoff=allowed, limit=5)
        if not found:
            return None
        closest = [known for known, distance, _ in found if distance == found[0][1]]
        closest.sort(key=lambda known: -self._uses[known])
        if len(closest) > 1 and self._uses[closest[0]] < _MORE_USED * self._uses[closest[1]]:
            return None
        return (closest[0],)

    def _cut(self, word: str) -> tuple[str, ...] | None:
        for at in range(len(word) - 1, 1, -1):
            head, tail = word[:at], word[at:]
            if head in self._words and len(head) >= 3:
                if tail in self._words:
                    return head, tail
                if rest := self._cut(tail):
                    return head, *rest
        return None


_SHORTLIST = 40
"""Names that share most with what was typed; only these are looked at closely."""
_LOOKED_THROUGH = 2000
"""Names that are looked through for one that shares nothing with what was typed but looks like it."""


class Suggestions:
    """Ranked choices for what was typed so far, out of names by id in the order of how much they are used."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self._keys, written = zip(*names, strict=True)
        self._names = [plain(name) for name in written]
        self._squashed = [_squashed(name) for name in self._names]
        self._by_trigram = postings(map(_trigrams, self._squashed))

    def search(self, typed: str, limit: int) -> list[str]:
        """Ids, best first; spaces and hyphens do not count.

        All in order when nothing is typed; else names that contain it, those that begin with it first, then those that
        look like it.
        """
        query = plain(typed)[:MAX_LENGTH]
        fragment = _squashed(query)
        if not fragment:
            return list(self._keys[:limit])
        trigrams = _trigrams(fragment)
        places = rarest(self._by_trigram, trigrams) if trigrams else range(len(self._squashed))
        hits = [place for place in places if fragment in self._squashed[place]]
        hits.sort(key=lambda place: not self._squashed[place].startswith(fragment))
        found = hits[:limit]
        if len(found) < limit:
            alike = self._alike(query, trigrams, limit)
            found += [place for place in alike if place not in found]
        return [self._keys[place] for place in found[:limit]]

    def _alike(self, query: str, trigrams: set[str], limit: int) -> list[int]:
        """Names that look like it, best first: of those that share pieces with it, or else of the most used."""
        shared = Counter[int]()
        for trigram in trigrams:
            shared.update(self._by_trigram.get(trigram, ()))
        near = [place for place, _ in shared.most_common(_SHORTLIST)] or range(min(len(self._names), _LOOKED_THROUGH))
        names = {place: self._names[place] for place in near}
        return [p for _, _, p in process.extract(query, names, scorer=fuzz.WRatio, limit=limit, score_cutoff=60)]


def _trigrams(text: str) -> set[str]:
    return {text[at : at + 3] for at in range(len(text) - 2)}


def _squashed(text: str) -> str:
    return text.replace(" ", "").replace("-", "")


_CONTEXT = re.compile(r"^(\d{1,9}(?:[.,]\d{1,3})?)\s*(k|m)?(?:i?b)?(?:\s*(?:tokens?|ctx|context))?$")


def parse_context(text: str) -> int | None:
    """Tokens of a context as typed (``8192``, ``8k``, ``32K``, ``128k``); None if it cannot be read.

    A ``k`` is 1,024 tokens, as in the names that models are sold under.
    """
    match = _CONTEXT.match(plain(text).replace(",", "") if "," in text and "k" not in text.lower() else plain(text))
    if not match:
        return None
    number = float(match[1].replace(",", "."))
    return round(number * {"k": 1024, "m": 1024 * 1024}.get(match[2] or "", 1))
