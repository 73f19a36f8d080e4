"""``/method``: how figures are worked out, what the words mean, and what is not known."""

from bot.answers.answer import Frozen, NameOut, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, text
from bot.answers.resolve import all_pages, one_page, page_names
from bot.naming.text import MAX_LENGTH

OPTIONS = ("topic",)


class TopicOut(Frozen):
    """One topic of the methodology."""

    id: str
    title: str
    text: str
    others: tuple[NameOut, ...]
    sources: tuple[str, ...]
    checked: str


async def method(question: Question, knowledge: Knowledge) -> Payload:
    """One topic, or all of them by title where none is asked for."""
    check_names(question, OPTIONS)
    topics = knowledge.catalog.topics.values()
    typed = text(question, "topic", limit=MAX_LENGTH)
    if typed is None:
        return all_pages("topic", topics)
    topic = one_page("topic", typed, knowledge.topics)
    return "answered", TopicOut(
        id=topic.id,
        title=topic.title,
        text=topic.text,
        others=page_names(other for other in topics if other.id != topic.id),
        sources=topic.sources,
        checked=topic.checked.isoformat(),
    )
