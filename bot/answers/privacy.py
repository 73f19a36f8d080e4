"""``/privacy``: what is stored about a person, to show, to take away, and to delete."""

from typing import cast, get_args

from bot.answers.answer import Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, invalid, text
from bot.answers.own import PrivacyDone, PrivacyOut
from bot.state.database import Database
from bot.state.privacy import all_about, forget

OPTIONS = ("do", "sure")


async def privacy(question: Question, _knowledge: Knowledge, database: Database, user_id: int) -> Payload:
    """Show, hand out, or (when ``sure``) delete everything about the asker.

    Raises:
        Unavailable: the database cannot be used; nothing was deleted.
    """
    check_names(question, OPTIONS)
    do = text(question, "do", limit=10) or "show"
    if do not in get_args(PrivacyDone):
        raise invalid("do", "unknown_value", ", ".join(get_args(PrivacyDone)))
    sure = do == "delete" and text(question, "sure", limit=3) == "yes"
    deleted = await forget(database, user_id) if sure else None
    stored = await all_about(database, user_id)
    return "answered", PrivacyOut(done=cast(PrivacyDone, do), stored=stored, deleted=deleted)
