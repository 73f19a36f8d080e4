"""``/method``: how figures are worked out, what the words mean, and what is not known."""

from bot.answers.answer import Frozen, ListOut, NameOut, NotFoundOut, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, text
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
    names = tuple(NameOut(id=topic.id, name=topic.title) for topic in knowledge.catalog.topics.values())
    typed = text(question, "topic", limit=MAX_LENGTH)
    if typed is None:
        return "answered", ListOut(about="topic", records=names)
    topic = knowledge.topics.find(typed)
    if topic is None:
        nearest = tuple(NameOut(id=t.id, name=t.title) for t in knowledge.topics.nearest(typed))
        return "not_found", NotFoundOut(about="topic", typed=typed, nearest=nearest)
    return "answered", TopicOut(
        id=topic.id,
        title=topic.title,
        text=topic.text,
        others=tuple(name for name in names if name.id != topic.id),
        sources=topic.sources,
        checked=topic.checked.isoformat(),
    )
