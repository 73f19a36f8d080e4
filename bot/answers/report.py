"""*Report an error*: what is wrong with an answer, in the words of whoever saw it, without anything private."""

import re2

from bot.state.database import Database
from bot.state.reports import keep_report

_PRIVATE = re2.compile(
    r"(?i)\b(?:hf_|sk-|pk-|gh[a-z]_|github_pat_|glpat-|xox[a-z]-|AKIA|AIza|eyJ)[\w\-.]{10,}"  # tokens by prefix
    r"|[0-9a-f]{32,}|[a-z0-9+/_]{40,}"  # keys and hashes
    r"|[\w.+\-]{1,64}@[\w\-]{1,64}(?:\.[\w\-]{1,64})+"  # e-mail addresses
    r"|(?:/home/|/users/|\\users\\)[^\s/\\]+"  # home folders, which name their owner
    r"|\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b"  # addresses
)
_LEFT_OUT = "[left out]"


def without_secrets(text: str) -> str:
    """``text`` without tokens, e-mail addresses, home folders and network addresses."""
    return str(_PRIVATE.sub(_LEFT_OUT, text))


async def file_report(database: Database, user_id: int, guild_id: int | None, question: str, words: str) -> int:
    """Keep a report; return its number.

    Raises:
        Unavailable: nothing was kept.
    """
    return await keep_report(database, user_id, guild_id, without_secrets(question), without_secrets(words))
