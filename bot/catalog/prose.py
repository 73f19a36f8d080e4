"""Entries kept as Markdown: TOML front matter between ``+++`` lines, then sections under ``##`` headings."""

from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

_FENCE = "+++"
_GLOSSARY = {
    "Definition": "definition",
    "Deeper dive": "deeper_dive",
    "Practical example": "practical_example",
    "Workflow example": "workflow_example",
}
GLOSSARY_PARTS = tuple(_GLOSSARY.values())
_ERROR = ("Cause", "Fix", "Dead ends", "Alternatives")


class ProseFault(ValueError):
    """The file does not have the form of its kind; the message says where."""


class Item(NamedTuple):
    """A list item: its text, and the code block in it if there is one."""

    text: str
    code: str | None
    language: str | None


def split_front_matter(text: str) -> tuple[str, str]:
    """The TOML between the first two ``+++`` lines, and the Markdown after it.

    Raises:
        ProseFault: there is no front matter.
    """
    lines = text.splitlines()
    if not lines or lines[0].strip() != _FENCE:
        raise ProseFault("front matter missing: the first line must be +++")
    for number, line in enumerate(lines[1:], 1):
        if line.strip() == _FENCE:
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :])
    raise ProseFault("front matter is not closed by a +++ line")


def glossary_sections(body: str) -> dict[str, Any]:
    """The four parts of a glossary term, as Markdown text."""
    parts = _sections(body)
    _expect(parts, tuple(_GLOSSARY), required=tuple(_GLOSSARY))
    return {_GLOSSARY[heading]: text for heading, text in parts.items()}


def error_sections(body: str) -> dict[str, Any]:
    """Cause, steps, dead ends and alternatives of an error entry."""
    parts = _sections(body)
    _expect(parts, _ERROR, required=("Cause", "Fix"))
    steps = [{"text": item.text, "command": item.code, "language": item.language} for item in _items(parts["Fix"])]
    return {
        "cause": parts["Cause"],
        "steps": steps,
        "dead_ends": [item.text for item in _items(parts.get("Dead ends", ""))],
        "alternatives": [item.text for item in _items(parts.get("Alternatives", ""))],
    }


def _sections(body: str) -> dict[str, str]:
    parts: dict[str, list[str]] = {}
    current: list[str] | None = None
    fenced = False
    for line in body.splitlines():
        fenced ^= line.lstrip().startswith("```")
        if line.startswith("## ") and not fenced:
            heading = line[3:].strip()
            if heading in parts:
                raise ProseFault(f"heading «{heading}» appears twice")
            current = parts.setdefault(heading, [])
        elif current is not None:
            current.append(line)
        elif line.strip():
            raise ProseFault("text before the first ## heading")
    return {heading: "\n".join(lines).strip() for heading, lines in parts.items()}


def _expect(parts: dict[str, str], known: tuple[str, ...], *, required: tuple[str, ...]) -> None:
    for heading in parts:
        if heading not in known:
            raise ProseFault(f"unknown heading «{heading}»; known are {', '.join(known)}")
    for heading in required:
        if not parts.get(heading):
            raise ProseFault(f"section «{heading}» is missing or empty")


def _items(markdown: str) -> list[Item]:
    """Top-level list items in order."""
    items: list[Item] = []
    tokens = MarkdownIt().parse(markdown)
    for index, token in enumerate(tokens):
        if token.type == "list_item_open" and token.level == 1:
            items.append(_item(tokens, index))
    return items


def _item(tokens: list[Token], start: int) -> Item:
    texts: list[str] = []
    code = language = None
    for token in tokens[start + 1 :]:
        if token.type == "list_item_close" and token.level == 1:
            break
        if token.type == "inline":
            texts.append(" ".join(token.content.split()))
        elif token.type == "fence":
            if code is not None:
                raise ProseFault("a step has more than one code block")
            code, language = token.content.strip(), token.info.strip() or "text"
    return Item(" ".join(texts), code, language)
