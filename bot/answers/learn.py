"""``/learn``: short courses, a lesson at a time, each with a question to check oneself by."""

from bot.answers.answer import Frozen, ListOut, NameOut, NotFoundOut, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, invalid, text
from bot.naming.text import MAX_LENGTH

OPTIONS = ("course", "lesson", "choice")


class CheckOut(Frozen):
    """How a choice was judged."""

    choice: str
    right: bool
    why: str


class LessonOut(Frozen):
    """One lesson; ``checked`` where one of the ``choices`` was taken."""

    course: NameOut
    number: int
    lessons: int
    title: str
    text: str
    insight: str
    question: str
    choices: tuple[str, ...]
    checked: CheckOut | None
    sources: tuple[str, ...]


async def learn(question: Question, knowledge: Knowledge) -> Payload:
    """A lesson of a course, the first unless told; all courses where none is asked for."""
    check_names(question, OPTIONS)
    courses = knowledge.catalog.courses
    typed = text(question, "course", limit=MAX_LENGTH)
    if typed is None:
        return "answered", ListOut(
            about="course", records=tuple(NameOut(id=c.id, name=c.title) for c in courses.values())
        )
    course = knowledge.courses.find(typed)
    if course is None:
        nearest = tuple(NameOut(id=c.id, name=c.title) for c in knowledge.courses.nearest(typed))
        return "not_found", NotFoundOut(about="course", typed=typed, nearest=nearest)
    lessons = [lesson for lesson in knowledge.catalog.lessons.values() if lesson.course == course.id]
    number = _number(question, "lesson", len(lessons)) or 1
    lesson = next(lesson for lesson in lessons if lesson.number == number)
    choice = _number(question, "choice", len(lesson.choices))
    checked = (
        CheckOut(choice=lesson.choices[choice - 1], right=choice == lesson.right, why=lesson.why) if choice else None
    )
    return "answered", LessonOut(
        course=NameOut(id=course.id, name=course.title),
        number=number,
        lessons=len(lessons),
        title=lesson.title,
        text=lesson.text,
        insight=lesson.insight,
        question=lesson.question,
        choices=lesson.choices,
        checked=checked,
        sources=lesson.sources,
    )


def _number(question: Question, name: str, most: int) -> int | None:
    typed = text(question, name, limit=6)
    if typed is None:
        return None
    if not (typed.isascii() and typed.isdecimal()) or not 1 <= int(typed) <= most:
        raise invalid(name, "unknown_value", f"1 … {most}")
    return int(typed)
