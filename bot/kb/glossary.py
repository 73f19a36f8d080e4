"""Typed words → glossary terms."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.catalog.records import GlossaryTerm
from bot.catalog.store import Catalog
from bot.naming.text import edits_allowed, plain

_ASKING = re.compile(
    r"^(?:(?:so|hi|hey|ok|and|please|pls|eli5|explain like i'?m (?:5|five)|quick question)[,:]?\s+)"
    r"|^(?:(?:can|could|would) (?:you|someone|anyone|somebody|anybody)(?: please)? )?"
    r"(?:what(?:'?s| is| are| does| do| was)?(?: the)?(?: (?:you|people|they))?(?: mean(?:t|s|ing)?)?"
    r"(?: (?:by|of|behind))?"
    r"|whats|wtf is|define|explain|describe|how (?:does|do|is|are)|why (?:is|are|does|do)|tell me(?: more)? about"
    r"|(?:the )?(?:definition|meaning) of|i (?:don'?t|do not) (?:understand|get))\s+(?:an? |the |this |that )?"
    r"|\s+(?:mean|means|meaning|stand for|work|works|explained|definition|exactly|please|important|useful|used for"
    r"|good for|(?:in|for) (?:ai|ml|llms?|machine learning|local ai|the context of (?:ai|llms?)|this context"
    r"|simple terms|dummies|beginners?))\s*$"
    r"|[?!.]+$"
)


_KIND = re.compile(
    r"(?<=\w) (?:models?|quants?|mechanism|technique|method|layers?|files?|format|sampl(?:er|ing)|settings?|parameter"
    r"|option|flag|algorithm|mode|tokens?)$"
)
"""Words that say what kind of thing a term is."""
_PLACE = re.compile(r" (?:of|in|for) (?:an? |the )?[\w.-]+$")
_AGAINST = re.compile(r" (?:vs\.?|versus|or|and) ")
_WORD = re.compile(r"[^\s,;:!?\"'`()\[\]{}<>|*]+(?<![.])")
_MAX_READ = 4000
_MAX_WORDS = 5
_ORDINARY = frozenset(
    """
    memory prompt rank alpha loss epoch layer block head heads agent agents merge seed driver slot slots depth scale
    steps offline training streaming tools cluster sparse dense benchmark completion completions evaluation dataset
    container
    privacy arc mac orin steering rotation outliers calibration checkpoint continue examples sandbox processor quality
    throttling forgetting overhead looping gated compression sampling alignment refusal page piper jan lead rl
    """.split()
)
"""Words of everyday language: in a message they are explained only where room is left."""


class TermHit(NamedTuple):
    """A term that was found, and how: ``name``, ``alias`` or ``typo``."""

    term: GlossaryTerm
    matched_by: str


class GlossaryIndex:
    """Finds glossary terms by what people type."""

    def __init__(self, catalog: Catalog) -> None:
        self._terms = catalog.glossary
        self._keys: dict[str, TermHit] = {}
        self._words: dict[str, list[str]] = {}
        for term in catalog.glossary.values():
            for name in (term.id, term.title):
                self._keys[_key(name)] = TermHit(term, "name")
                self._words[_key(name)] = _words(name)
        for term in catalog.glossary.values():
            for alias in (*term.aliases, *([term.expansion] if term.expansion else [])):
                self._keys.setdefault(_key(alias), TermHit(term, "alias"))
                self._words.setdefault(_key(alias), _words(alias))
        self._long_keys = [key for key in self._keys if len(key) >= 4]

    def find(self, text: str) -> TermHit | None:
        """The term that ``text`` asks for, or None."""
        query = _asked(text)
        for form in dict.fromkeys(_forms(query)):
            if hit := self._keys.get(_key(form)):
                return hit
        return self._mistyped(query)

    def _mistyped(self, query: str) -> TermHit | None:
        key = _key(query)
        allowed = edits_allowed(key)
        if not allowed:
            return None
        found = process.extract(key, self._long_keys, scorer=OSA.distance, score_cutoff=allowed, limit=2)
        if not found or (len(found) > 1 and found[0][1] == found[1][1] and self._other(found[0][0], found[1][0])):
            return None
        nearest = found[0][0]
        typed, written = _words(query), self._words[nearest]
        if len(typed) == len(written) and any(
            OSA.distance(a, b) > edits_allowed(b) for a, b in zip(typed, written, strict=True)
        ):
            return None  # a short word of it is another one: a «moe model» is no «cot model»
        return TermHit(self._keys[nearest].term, "typo")

    def terms_in(self, text: str, limit: int = 10) -> list[GlossaryTerm]:
        """Terms that a text uses, the most specific first: names of several words, then rarer ones, then plain words.

        Where names overlap the longest counts: «kv cache quantization» is not also a «kv cache».
        """
        words = _WORD.findall(plain(text[:_MAX_READ]))
        found: dict[str, tuple[bool, int, int]] = {}
        at = 0
        while at < len(words):
            for length in range(min(_MAX_WORDS, len(words) - at), 0, -1):
                phrase = " ".join(words[at : at + length])
                hit = next((h for f in (phrase, _singular(phrase)) if (h := self._keys.get(_key(f)))), None)
                if hit:
                    ordinary = length == 1 and (phrase in _ORDINARY or _singular(phrase) in _ORDINARY)
                    found.setdefault(hit.term.id, (ordinary, -length, -len(phrase)))
                    break
            at += length
        ranked = sorted(found, key=lambda term_id: found[term_id])
        return [self._terms[term_id] for term_id in ranked[:limit]]

    def nearest(self, text: str, limit: int = 5) -> list[GlossaryTerm]:
        """Terms whose names look like ``text``."""
        titles = {term.id: term.title for term in self._terms.values()}
        found = process.extract(_asked(text), titles, scorer=fuzz.WRatio, processor=plain, limit=limit, score_cutoff=60)
        return [self._terms[term_id] for _, _, term_id in found]

    def search(self, text: str, limit: int = 25) -> list[GlossaryTerm]:
        """Terms for autocompletion."""
        query = _key(_asked(text))
        if not query:
            return sorted(self._terms.values(), key=lambda t: t.title.casefold())[:limit]
        starts = [hit.term for key, hit in sorted(self._keys.items()) if key.startswith(query)]
        like = process.extract(query, list(self._keys), scorer=fuzz.WRatio, limit=limit, score_cutoff=55)
        terms = [*starts, *(self._keys[key].term for key, _, _ in like)]
        return list({term.id: term for term in terms}.values())[:limit]

    def _other(self, a: str, b: str) -> bool:
        return self._keys[a].term is not self._keys[b].term


def _asked(text: str) -> str:
    query = plain(text)[:100]
    previous = None
    while previous != query:
        previous = query
        query = _ASKING.sub("", query).strip(" \"'`*")
    return query


def _forms(query: str) -> Iterator[str]:
    """A question's words, then what is left without a word such as «model», of «a vs b» the first, other endings."""
    yield query
    yield _singular(query)
    shorter = _KIND.sub("", _PLACE.sub("", query))
    for form in (shorter, *_AGAINST.split(query)[:1]):
        yield form
        yield _singular(form)
    if " " not in query:
        stem = query.removesuffix("ed").removesuffix("e")
        yield from (query + "ing", stem + "ing", stem + "ation")
    yield query.removesuffix("ing")


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9+#]+", plain(text))


def _key(text: str) -> str:
    return "".join(_words(text))


def _singular(text: str) -> str:
    if text.endswith("ies") and len(text) > 4:
        return text[:-3] + "y"
    return text[:-1] if text.endswith("s") and not text.endswith("ss") and len(text) > 3 else text
