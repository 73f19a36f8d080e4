"""What terminals, web pages and chats put into a text that was copied from them."""

import re

import re2

_COLOURS = re.compile(r"(?:\x1b|\\x1b|\\u001b|\\033|\^\[|␛)\[[0-9;?]{0,20}[A-Za-z]|\[[0-9]{1,3}(?:;[0-9]{1,3}){0,4}m")
"""Escape sequences of a terminal, and what is left of one's colours where the escape itself was lost."""
_ESCAPED = re.compile(r"\\([\"_*~|])")
"""Quotes within JSON, and Markdown's signs."""
_LEVEL = r"\[?\b(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)\b\]?"
_TIME = r"(?:[A-Z][a-z]{2} [ \d]\d|(?:\d{4}[-/])?\d\d[-/]\d\d)[T ]\d\d:\d\d:\d\d[.,\d]*(?:Z|[+\-]\d\d:?\d\d)?"
_LOGGED = re2.compile(
    r"(?m)^[ \t]*"
    r"(?:[\w.\-]{1,40}-\d+ +\| *)?"  # Compose: the container
    r"(?:\([\w ]{1,40} pid=\d+\) *)?"  # vLLM: the process
    rf"(?:(?:{_LEVEL} )?\[?{_TIME}\]? *"
    r"(?:[\w.\-]{1,40} [\w.\-]{1,40}\[\d+\]: )?"  # journald: the machine and the program
    rf"(?:(?:\||-) *)?(?:{_LEVEL} *(?:[|:\-] *)?)?"
    r"(?:\[[\w./]{1,60}:\d+\] *)?)?"  # the line of the source
)
"""When and where a line was logged."""
EXCERPT = 4_000
"""Characters of an excerpt: of a longer text only the patterns in its lines count, as these are."""
_SAME: dict[int, str] = {
    **dict.fromkeys((*range(0x2000, 0x200B), 0x00A0, 0x202F, 0x205F, 0x3000), " "),
    **dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF), ""),
    **dict.fromkeys(map(ord, "‘’‚′"), "'"),
    **dict.fromkeys(map(ord, "“”„″"), '"'),
}


def bare(text: str) -> str:
    """The text as it was printed: plain spaces and quotes, without colours, escapes, and times before its lines."""
    text = _ESCAPED.sub(r"\1", _COLOURS.sub("", text.translate(_SAME)))
    return _LOGGED.sub("", text) if len(text) <= EXCERPT else text


def unwrapped(text: str) -> list[str]:
    """Each line with the two after it: a narrow window broke them between words, or within one."""
    lines = [line.strip() for line in text.splitlines()]
    return [by.join(lines[n : n + 3]) for by in (" ", "") for n in range(len(lines) - 1)]
