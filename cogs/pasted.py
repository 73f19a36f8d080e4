"""Text that people attach to a message instead of pasting it."""

import asyncio
import codecs

import discord

MAX_LOG_BYTES = 1_000_000
_DOWNLOAD_S = 2.0
"""Discord waits three seconds for an answer."""
_TEXT_ENDINGS = (".txt", ".log", ".md", ".json", ".out", ".err")


class Unreadable(Exception):
    """An attachment that cannot be read as a log; the text says why, for the person who attached it."""


def is_text(attachment: discord.Attachment) -> bool:
    """Whether an attachment says of itself that it is text."""
    return (attachment.content_type or "").startswith("text/") or attachment.filename.casefold().endswith(_TEXT_ENDINGS)


async def read_log(attachment: discord.Attachment) -> str:
    """The text of an attachment; one that is too large is not downloaded.

    Raises:
        Unreadable: it is too large, empty, no text, or Discord does not hand it out.
    """
    if attachment.size > MAX_LOG_BYTES:
        raise Unreadable("This file is over 1 MB. Please attach the last thousand lines, or paste the error itself.")
    try:
        async with asyncio.timeout(_DOWNLOAD_S):
            data = await attachment.read()
    except (discord.HTTPException, TimeoutError):
        raise Unreadable("Discord did not hand the file out. Please try again, or paste the error itself.") from None
    text = _decoded(data)
    if text is None:
        raise Unreadable("This file is not text. Please attach a .txt or .log file, or paste the error itself.")
    if not text.strip():
        raise Unreadable("This file is empty.")
    return text


def _decoded(data: bytes) -> str | None:
    """UTF-8, or the UTF-16 that PowerShell's ``>`` writes; None for what is no text."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    return None if b"\0" in data else data.decode("utf-8-sig", errors="replace")
