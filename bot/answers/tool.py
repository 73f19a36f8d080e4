"""``/tool``: what a runtime or user interface is for, and what it runs on."""

from bot.answers.answer import NameOut, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, required_text
from bot.answers.record import OpinionOut, RecordOut, facts
from bot.answers.resolve import one_tool
from bot.naming.text import MAX_LENGTH

OPTIONS = ("tool",)

_RELATED = 6


async def tool(question: Question, knowledge: Knowledge) -> Payload:
    """Facts, what it is best for, and its caveat."""
    check_names(question, OPTIONS)
    record = one_tool("tool", required_text(question, "tool", limit=MAX_LENGTH), knowledge)
    alike = [t for t in knowledge.catalog.tools.values() if t.category == record.category and t.id != record.id]
    return "answered", RecordOut(
        kind="tool",
        id=record.id,
        name=record.name,
        facts=facts(
            ("category", record.category, ""),
            ("licence", record.licence, ""),
            ("systems", record.systems, ""),
            ("backends", record.backends, ""),
            ("formats", record.formats, ""),
            ("api", record.api, ""),
            ("url", record.url, ""),
            *((f"install_{system}", command, "") for system, command in record.install.items()),
        ),
        opinion=(
            OpinionOut(part="best_for", sentences=(record.best_for,)),
            OpinionOut(part="caveat", sentences=(record.caveat,)),
        ),
        related=tuple(NameOut(id=t.id, name=t.name) for t in alike[:_RELATED]),
        sources=record.sources,
        checked=record.checked.isoformat(),
    )
