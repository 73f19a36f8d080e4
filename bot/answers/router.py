"""Takes any question to the module that answers it."""

import logging
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError

from bot.answers import bench, compare, error, fits, glossary, hardware, model, tool, troubleshoot, willitrun
from bot.answers.answer import Answer, Frozen, InvalidOut, Payload, Question, Status
from bot.answers.knowledge import Knowledge
from bot.answers.options import Stop

log = logging.getLogger(__name__)

MAX_LINE_BYTES = 2_000_000


class Command(NamedTuple):
    """A command: what answers it, its options (required ones first), and a line about it."""

    answer: Callable[[Question, Knowledge], Awaitable[Payload]]
    options: tuple[str, ...]
    required: tuple[str, ...]
    about: str


COMMANDS: dict[str, Command] = {
    "willitrun": Command(
        willitrun.willitrun, willitrun.OPTIONS, (), "Does this model run on this hardware, and how well?"
    ),
    "compare": Command(compare.compare, compare.OPTIONS, ("a", "b"), "Compare two to four cards, models or tools."),
    "fits": Command(fits.fits, fits.OPTIONS, ("gpu",), "What runs well on this hardware?"),
    "bench": Command(bench.bench, bench.OPTIONS, ("model", "gpu"), "Measured speeds of a model on a card."),
    "model": Command(model.model, model.OPTIONS, ("model",), "What a model is, what it is good for, what it runs on."),
    "gpu": Command(hardware.hardware, hardware.OPTIONS, ("gpu",), "What a card or chip is, and what runs on it."),
    "tool": Command(tool.tool, tool.OPTIONS, ("tool",), "What a runtime or user interface is for."),
    "error": Command(error.error, error.OPTIONS, ("text",), "What an error means and how to fix it."),
    "troubleshoot": Command(
        troubleshoot.troubleshoot,
        troubleshoot.OPTIONS,
        ("symptom",),
        "From what you notice to its cause.",
    ),
    "glossary": Command(glossary.glossary, glossary.OPTIONS, ("term",), "What a term of local AI means."),
}


class Fault(Exception):
    """An unexpected fault while answering; ``reference`` is in the log too."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"unexpected fault, reference {reference}")
        self.reference = reference


async def answer(question: Question, knowledge: Knowledge) -> Answer:
    """Answer one question.

    Raises:
        Fault: something unexpected happened; it is logged without what the user typed.
    """
    started = time.perf_counter_ns()
    command = COMMANDS.get(question.command)
    unknown = InvalidOut(field="command", code="unknown_value", detail=", ".join(COMMANDS))
    status: Status = "invalid"
    payload: Frozen = unknown
    if command:
        try:
            status, payload = await command.answer(question, knowledge)
        except Stop as stop:
            status, payload = stop.payload
        except Exception as error:
            reference = secrets.token_hex(4)
            # The message may hold what the user typed, so only the kind and the place are logged.
            place = "".join(traceback.format_tb(error.__traceback__))
            log.error("fault %s in /%s: %s\n%s", reference, question.command, type(error).__name__, place)
            raise Fault(reference) from error
    return Answer(
        command=question.command,
        status=status,
        id=question.id,
        elapsed_us=(time.perf_counter_ns() - started) // 1000,
        catalog=knowledge.catalog.version,
        answer=payload,
    )


def read_question(line: bytes | str) -> Question | Answer:
    """One JSON line as a question, or the ``invalid`` answer to a line that is none."""
    if len(line) > MAX_LINE_BYTES:
        return _unreadable("too_long", str(MAX_LINE_BYTES))
    try:
        raw: Any = orjson.loads(line)
    except orjson.JSONDecodeError as fault:
        return _unreadable("not_json", str(fault)[:100])
    known_id = raw.get("id") if isinstance(raw, dict) else None
    try:
        return Question.model_validate(raw)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"][:2]) or "question"
        return _unreadable("not_a_question", f"{where}: {first['msg']}", known_id)


def _unreadable(code: str, detail: str, question_id: Any = None) -> Answer:
    return Answer(
        command="", status="invalid", id=question_id, answer=InvalidOut(field="question", code=code, detail=detail)
    )
