"""Pasted logs and chat phrases → error entries."""

import re
from typing import NamedTuple

import re2
from rapidfuzz import fuzz, process

from bot.catalog.records import ErrorEntry
from bot.naming.text import plain

MAX_LOG = 1_000_000
"""Characters of a pasted log that are read."""
MAX_LINE = 2_000
MAX_LINES = 20_000
MAX_PHRASE = 160
"""A text longer than this is a log, not a phrase someone typed."""

_PHRASE_CUTOFF = 84.0
_STOP = frozenset(
    """
    a an the my i it is to in on of with for and or when getting get got error problem issue help why does do how
    what im using use after while me this that says keeps please fix
    """.split()
)
_GENERIC = frozenset(
    "out memory failed fail exit code permission denied refused connection found 403 404 429 500 1 137".split()
)
"""Words that name no error of local AI by themselves."""


class Hit(NamedTuple):
    """An entry that was found, and how."""

    entry: ErrorEntry
    score: float
    matched_by: str


class ErrorIndex:
    """Finds the error entry that a text is about."""

    def __init__(self, entries: dict[str, ErrorEntry]) -> None:
        self._entries = entries
        self._signatures: list[tuple[str, str]] = []
        self._set = re2.Set.SearchSet()
        for entry in entries.values():
            for pattern in entry.signatures:
                self._set.Add(pattern)
                self._signatures.append((entry.id, pattern))
        self._has_signatures = bool(self._signatures)
        if self._has_signatures:
            self._set.Compile()
        phrases = [(_words(p), entry.id) for entry in entries.values() for p in (entry.title, *entry.phrases)]
        self._phrases = [p for p, _ in phrases]
        self._phrase_entry = [entry_id for _, entry_id in phrases]

    def find(self, text: str, limit: int = 5) -> list[Hit]:
        """Entries for ``text``, best first; empty when nothing is meant.

        Signatures decide where there are any: the first line that has one beats its consequences further down, and the
        longer pattern (the more specific) beats the shorter on the same line. Short texts are compared with phrases.
        """
        by_signature = self._by_signature(text[:MAX_LOG])
        hits = list(by_signature.values())
        if len(text) <= MAX_PHRASE:
            hits += [hit for hit in self._by_phrase(text) if hit.entry.id not in by_signature]
        hits.sort(key=lambda hit: -hit.score)
        return hits[:limit]

    def _by_signature(self, text: str) -> dict[str, Hit]:
        found: dict[str, Hit] = {}
        if not self._has_signatures:
            return found
        for number, line in enumerate(text.splitlines()[:MAX_LINES]):
            for index in self._set.Match(line[:MAX_LINE]) or ():
                entry_id, pattern = self._signatures[index]
                score = 200.0 + min(len(pattern), 99) - min(number, 50) / 2
                known = found.get(entry_id)
                if known is None or score > known.score:
                    found[entry_id] = Hit(self._entries[entry_id], score, "signature")
        return found

    def _by_phrase(self, text: str) -> list[Hit]:
        query = _words(text)
        if set(query.split()) <= _GENERIC:
            return []
        best: dict[str, float] = {}
        found = process.extract(query, self._phrases, scorer=_phrase_likeness, score_cutoff=_PHRASE_CUTOFF, limit=20)
        for _, score, index in found:
            entry_id = self._phrase_entry[index]
            best[entry_id] = max(best.get(entry_id, 0.0), score)
        return [Hit(self._entries[entry_id], score, "phrase") for entry_id, score in best.items()]

    def search(self, text: str, limit: int = 25) -> list[ErrorEntry]:
        """Entries for autocompletion."""
        query = plain(text)[:MAX_PHRASE]
        if not query:
            return sorted(self._entries.values(), key=lambda e: e.title)[:limit]
        titles = {entry.id: entry.title for entry in self._entries.values()}
        found = process.extract(query, titles, scorer=fuzz.WRatio, processor=plain, limit=limit)
        return [self._entries[entry_id] for _, _, entry_id in found]


def _words(text: str) -> str:
    words = re.findall(r"[a-z0-9]+", plain(text[: 2 * MAX_PHRASE]))
    return " ".join(word for word in words if word not in _STOP)


def _phrase_likeness(query: str, phrase: str, *, score_cutoff: float | None = None) -> float:  # noqa: ARG001
    """Likeness of two phrases in which every word that was typed must count for something."""
    a, b = query.split(), phrase.split()
    if not set(a) & set(b) and len(a) > 1:
        return 0.0
    ordered = fuzz.token_sort_ratio(query, phrase)
    covered = sum(max(fuzz.ratio(word, other) for other in b) >= 80 for word in a) / len(a)
    covers = sum(max(fuzz.ratio(word, other) for other in a) >= 80 for word in b) / len(b)
    if covered == 1.0 and covers >= 0.6:
        return float(max(ordered, 88.0 + 10 * covers))
    if covers == 1.0 and covered >= 0.5 and len(b) > 1:
        return float(max(ordered, 80.0 + 12 * covered))
    return float(ordered)
