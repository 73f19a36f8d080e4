"""Repositories and files of the Hugging Face Hub as people write them."""

import re
from typing import NamedTuple

_NAME = r"[A-Za-z0-9][\w.\-]{0,95}"
_HOSTS = r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/"
_URL = re.compile(
    rf"{_HOSTS}(?P<repo>{_NAME}/{_NAME})(?:/(?:tree|blob|resolve)/(?P<revision>[\w.\-]{{1,100}})"
    r"(?:/(?P<file>[\w.\-/ ]{1,300}?))?)?/?(?:[?#].*)?"
)
_REPO = re.compile(rf"(?:hf:)?(?P<repo>{_NAME}/{_NAME})(?::(?P<tag>[\w.\-]{{1,40}}))?")


class Address(NamedTuple):
    """A repository (``org/name``), and a GGUF file in it or the quant that was asked for."""

    repo: str
    revision: str = "main"
    file: str | None = None
    quant: str | None = None


def read_address(text: str) -> Address | None:
    """The repository or file that ``text`` as a whole names; None if it is no such address."""
    typed = text.strip()
    if match := _URL.fullmatch(typed):
        file = match["file"] if (match["file"] or "").endswith(".gguf") else None
        return Address(match["repo"], match["revision"] or "main", file)
    typed = re.sub(rf"^{_HOSTS}", "", typed)
    if (match := _REPO.fullmatch(typed)) and ".." not in match["repo"]:
        return Address(match["repo"], quant=match["tag"])
    return None
