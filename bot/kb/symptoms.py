"""What somebody notices, in their own words → a troubleshooting page."""

from rapidfuzz import process

from bot.catalog.records import Symptom
from bot.kb.wording import phrase_likeness, telling_words
from bot.naming.text import Suggestions

_CUTOFF = 78.0


class SymptomIndex:
    """Finds the page that a text is about."""

    def __init__(self, symptoms: dict[str, Symptom]) -> None:
        self._symptoms = symptoms
        phrases = [(telling_words(p), s.id) for s in symptoms.values() for p in (s.title, *s.phrases)]
        self._phrases = [phrase for phrase, _ in phrases]
        self._ids = [symptom_id for _, symptom_id in phrases]
        self._suggestions = Suggestions((symptom.id, symptom.title) for symptom in symptoms.values())

    def resolve(self, text: str) -> Symptom | None:
        """The page with the likest phrase; None where nothing is like it."""
        if symptom := self._symptoms.get(text.strip()):
            return symptom
        found = process.extractOne(telling_words(text), self._phrases, scorer=phrase_likeness, score_cutoff=_CUTOFF)
        return self._symptoms[self._ids[found[2]]] if found else None

    def search(self, text: str, limit: int = 25) -> list[Symptom]:
        """Pages for autocompletion."""
        return [self._symptoms[symptom_id] for symptom_id in self._suggestions.search(text, limit)]
