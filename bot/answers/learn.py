"""``/learn``: short courses, a lesson at a time, each with a question to check oneself by."""

from bot.answers.answer import Frozen, NameOut, Payload, Question
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, number, text
from bot.answers.resolve import all_pages, one_page
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
    done: tuple[int, ...] = ()
    """Lessons of the course that the asker has answered rightly, where that is known."""
    sources: tuple[str, ...]


async def learn(question: Question, knowledge: Knowledge) -> Payload:
    """A lesson of a course, the first unless told; all courses where none is asked for."""
    check_names(question, OPTIONS)
    typed = text(question, "course", limit=MAX_LENGTH)
    if typed is None:
        return all_pages("course", knowledge.catalog.courses.values())
    course = one_page("course", typed, knowledge.courses)
    lessons = [lesson for lesson in knowledge.catalog.lessons.values() if lesson.course == course.id]
    place = number(question, "lesson", len(lessons)) or 1
    lesson = next(lesson for lesson in lessons if lesson.number == place)
    choice = number(question, "choice", len(lesson.choices))
    checked = (
        CheckOut(choice=lesson.choices[choice - 1], right=choice == lesson.right, why=lesson.why) if choice else None
    )
    return "answered", LessonOut(
        course=NameOut(id=course.id, name=course.title),
        number=place,
        lessons=len(lessons),
        title=lesson.title,
        text=lesson.text,
        insight=lesson.insight,
        question=lesson.question,
        choices=lesson.choices,
        checked=checked,
        sources=lesson.sources,
    )
