"""Typed text made comparable."""

import re
import unicodedata
from collections.abc import Iterable

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


def edits_allowed(word: str) -> int:
    """How many typing errors a word of this length may have and still be recognised."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


class Vocabulary:
    """The words that names are made of; mends typing errors and missing spaces."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._list = sorted(w for w in self._words if len(w) >= 4)

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def mend(self, word: str) -> tuple[str, ...] | None:
        """The known words that an unknown one stands for, or None.

        First tries to cut it into known words (``gptoss``), then one typing error.
        """
        if cut := self._cut(word):
            return cut
        allowed = edits_allowed(word)
        if not allowed or not word.isalpha():
            return None
        found = process.extract(word, self._list, scorer=OSA.distance, score_cutoff=allowed, limit=2)
        if not found or (len(found) > 1 and found[0][1] == found[1][1]):
            return None
        return (found[0][0],)

    def _cut(self, word: str) -> tuple[str, ...] | None:
        for at in range(len(word) - 1, 1, -1):
            head, tail = word[:at], word[at:]
            if head in self._words and len(head) >= 3:
                if tail in self._words:
                    return head, tail
                if rest := self._cut(tail):
                    return head, *rest
        return None


def likeness(query: str, name: str, *, score_cutoff: float | None = None) -> float:  # noqa: ARG001
    """How like a name is to what was typed so far, 0 to 100; missing spaces do not count (a rapidfuzz scorer)."""
    whole = fuzz.WRatio(query, name)
    return max(whole, fuzz.partial_ratio(query.replace(" ", ""), name.replace(" ", "")))


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
