"""``/learn``: every lesson can be walked to and its question answered."""

import pytest

from bot.answers.answer import ListOut
from bot.answers.knowledge import Knowledge
from bot.answers.learn import LessonOut
from tests.support import ask_options


async def test_every_lesson_of_every_course(knowledge: Knowledge) -> None:
    courses = (await ask_options(knowledge, "learn")).answer
    assert isinstance(courses, ListOut)
    assert len(courses.records) >= 4
    seen = set()
    for course in courses.records:
        first = (await ask_options(knowledge, "learn", course=course.name)).answer
        assert isinstance(first, LessonOut)
        assert (first.course.id, first.number, first.checked) == (course.id, 1, None)
        assert first.lessons >= 8
        for number in range(1, first.lessons + 1):
            judged = []
            for choice in range(1, len(first.choices) + 1):
                lesson = (await ask_options(knowledge, "learn", course=course.id, lesson=number, choice=choice)).answer
                assert isinstance(lesson, LessonOut)
                assert lesson.checked
                assert "{{" not in lesson.text
                judged.append(lesson.checked.right)
            assert sum(judged) == 1
            seen.add((course.id, lesson.title))
    assert len(seen) == len(knowledge.catalog.lessons)


@pytest.mark.parametrize(
    "options",
    [{"lesson": "0"}, {"lesson": "99"}, {"lesson": "two"}, {"choice": "4"}, {"choice": "²"}, {"pace": "fast"}],
)
async def test_numbers_out_of_range_are_said_to_be_so(knowledge: Knowledge, options: dict[str, str]) -> None:
    assert (await ask_options(knowledge, "learn", course="hardware", **options)).status == "invalid"
    assert (await ask_options(knowledge, "learn", course="baking bread")).status == "not_found"
