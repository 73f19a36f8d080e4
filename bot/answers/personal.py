"""Answers that depend on who asks: what a person keeps here, and their rig where a question names no hardware."""

import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from bot.answers.answer import Answer, InvalidOut, Payload, Question, UnavailableOut
from bot.answers.knowledge import Knowledge
from bot.answers.learn import LessonOut
from bot.answers.options import Stop
from bot.answers.privacy import privacy
from bot.answers.rig import rig
from bot.answers.router import COMMANDS, answer, finished
from bot.state.database import Database, Unavailable
from bot.state.lessons import keep_lesson
from bot.state.rigs import rig_in_use

PERSONAL: dict[str, Callable[[Question, Knowledge, Database, int], Awaitable[Payload]]] = {
    "rig": rig,
    "privacy": privacy,
}
"""Commands about what the asker keeps here; their answers are for the asker only."""


class Told(NamedTuple):
    """An answer; ``question`` has the hardware of the asker's rig where that was taken, and ``rig`` is its name."""

    answer: Answer
    question: Question
    rig: str | None = None


async def answer_for(user_id: int, question: Question, knowledge: Knowledge, database: Database) -> Told:
    """Answer a person's question.

    Raises:
        Fault: something unexpected happened; it is logged without what the user typed.
    """
    if own := PERSONAL.get(question.command):
        return Told(await _own(own(question, knowledge, database, user_id), question, knowledge), question)
    told = Told(await answer(question, knowledge), question)
    if _lacks_hardware(told.answer):
        told = await _on_rig(user_id, told, knowledge, database)
    lesson = told.answer.answer
    if isinstance(lesson, LessonOut) and lesson.checked:
        try:
            done = await keep_lesson(database, user_id, lesson.course.id, lesson.number, right=lesson.checked.right)
        except Unavailable:
            return told  # the answer to the lesson's question matters more
        known = lesson.model_copy(update={"done": tuple(sorted(done))})
        return told._replace(answer=told.answer.model_copy(update={"answer": known}))
    return told


async def _own(answering: Awaitable[Payload], question: Question, knowledge: Knowledge) -> Answer:
    started = time.perf_counter_ns()
    try:
        outcome = await answering
    except Stop as stop:
        outcome = stop.payload
    except Unavailable:
        outcome = "unavailable", UnavailableOut(about="state", name="", missing=("state",))
    return finished(question, knowledge, outcome, started)


def _lacks_hardware(told: Answer) -> bool:
    return isinstance(told.answer, InvalidOut) and (told.answer.field, told.answer.code) == ("gpu", "empty")


async def _on_rig(user_id: int, told: Told, knowledge: Knowledge, database: Database) -> Told:
    try:
        mine = await rig_in_use(database, user_id)
    except Unavailable:
        return told
    if mine is None:
        return told
    given = told.question.options
    options = {**given, "gpu": mine.hardware}
    if mine.ram_gib and not given.get("ram_gib") and "ram_gib" in COMMANDS[told.question.command].options:
        options["ram_gib"] = mine.ram_gib
    question = told.question.model_copy(update={"options": options})
    return Told(await answer(question, knowledge), question, mine.name)
