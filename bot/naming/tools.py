"""Typed text → a tool of the catalog."""

import re

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.catalog.records import Tool
from bot.catalog.store import Catalog
from bot.naming.outcome import Candidate, NotFound
from bot.naming.text import Suggestions, edits_allowed, plain


class ToolIndex:
    """Resolves names of runtimes and user interfaces."""

    def __init__(self, catalog: Catalog) -> None:
        self._tools = catalog.tools
        self._suggestions = Suggestions((tool.id, tool.name) for tool in catalog.tools.values())
        self._keys = {
            _key(name): tool for tool in catalog.tools.values() for name in (tool.id, tool.name, *tool.aliases)
        }

    def resolve(self, text: str) -> Tool | NotFound:
        """The tool that ``text`` names; one typing error in a longer name is forgiven."""
        key = _key(text)
        if tool := self._keys.get(key):
            return tool
        found = process.extract(
            key, list(self._keys), scorer=OSA.distance, score_cutoff=min(1, edits_allowed(key)), limit=2
        )
        if edits_allowed(key) and len(found) == 1:
            return self._keys[found[0][0]]
        names = {tool.id: tool.name for tool in self._tools.values()}
        near = process.extract(text, names, scorer=fuzz.WRatio, processor=plain, limit=5, score_cutoff=60)
        return NotFound("tool", text, tuple(Candidate(i, names[i], "") for _, _, i in near))

    def search(self, text: str, limit: int = 25) -> list[Tool]:
        """Tools for autocompletion, the likest first; all in the order of the catalog when nothing is typed."""
        return [self._tools[tool_id] for tool_id in self._suggestions.search(text, limit)]


def _key(text: str) -> str:
    return re.sub(r"[^a-z0-9+]+", "", plain(text))
