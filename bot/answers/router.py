"""Takes any question to the module that answers it."""

import logging
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError

from bot.answers import (
    about,
    ask,
    bench,
    choosegpu,
    compare,
    cost,
    error,
    fits,
    glossary,
    guide,
    hardware,
    learn,
    method,
    model,
    prompt,
    start,
    tool,
    troubleshoot,
    willitrun,
)
from bot.answers.answer import Answer, Frozen, InvalidOut, Payload, Question, Status
from bot.answers.knowledge import Knowledge
from bot.answers.options import Stop

log = logging.getLogger(__name__)

MAX_LINE_BYTES = 2_000_000


class Command(NamedTuple):
    """A command: what answers it, its options, which are required, a line about it, and a question to copy.

    Hardware is not required where it may be the asker's own.
    """

    answer: Callable[[Question, Knowledge], Awaitable[Payload]]
    options: tuple[str, ...]
    required: tuple[str, ...]
    about: str
    example: str


async def _help(question: Question, _: Knowledge) -> Payload:
    return about.commands_help(question, {name: (c.about, c.example) for name, c in COMMANDS.items()})


COMMANDS: dict[str, Command] = {
    "willitrun": Command(
        willitrun.willitrun,
        willitrun.OPTIONS,
        (),
        "Does this model run on this hardware, and how well?",
        "/willitrun model: llama 3.1 8b gpu: rtx 3060 12gb",
    ),
    "compare": Command(
        compare.compare,
        compare.OPTIONS,
        ("a", "b"),
        "Compare two to four cards, models or tools.",
        "/compare a: rtx 3090 b: rx 7900 xtx",
    ),
    "fits": Command(fits.fits, fits.OPTIONS, (), "What runs well on this hardware?", "/fits gpu: rtx 3060 12gb"),
    "bench": Command(
        bench.bench,
        bench.OPTIONS,
        ("model",),
        "Measured speeds of a model on a card.",
        "/bench model: gpt-oss 20b gpu: rtx 3090",
    ),
    "choosegpu": Command(
        choosegpu.choosegpu,
        choosegpu.OPTIONS,
        (),
        "What to buy for a model, a context and a budget.",
        "/choosegpu model: qwen3 32b context: 16k budget: 1500",
    ),
    "cost": Command(
        cost.cost,
        cost.OPTIONS,
        ("model",),
        "Own hardware and electricity against API prices and a rented card.",
        "/cost model: llama 3.3 70b gpu: 2x 3090 country: germany",
    ),
    "model": Command(
        model.model,
        model.OPTIONS,
        ("model",),
        "What a model is, what it is good for, what it runs on.",
        "/model model: gpt-oss 20b",
    ),
    "gpu": Command(
        hardware.hardware,
        hardware.OPTIONS,
        (),
        "What a card or chip is, and what runs on it.",
        "/gpu gpu: rtx 3090",
    ),
    "tool": Command(
        tool.tool, tool.OPTIONS, ("tool",), "What a runtime or user interface is for.", "/tool tool: ollama"
    ),
    "error": Command(
        error.error,
        error.OPTIONS,
        (),
        "What an error means and how to fix it.",
        "/error text: cuda out of memory",
    ),
    "troubleshoot": Command(
        troubleshoot.troubleshoot,
        troubleshoot.OPTIONS,
        ("symptom",),
        "From what you notice to its cause.",
        "/troubleshoot symptom: ollama is slow",
    ),
    "start": Command(
        start.start,
        start.OPTIONS,
        ("system", "goal"),
        "From your system, card and goal to the commands that run a model.",
        "/start system: windows gpu: rtx 3060 12gb goal: chat",
    ),
    "ask": Command(
        ask.ask,
        ask.OPTIONS,
        ("question",),
        "A question that is asked often, answered in two sentences.",
        "/ask question: does vram add up over two cards",
    ),
    "glossary": Command(
        glossary.glossary,
        glossary.OPTIONS,
        (),
        "What a term of local AI means.",
        "/glossary term: kv cache",
    ),
    "method": Command(
        method.method,
        method.OPTIONS,
        (),
        "How the figures are worked out, and what is not known.",
        "/method topic: memory",
    ),
    "guide": Command(
        guide.guide,
        guide.OPTIONS,
        (),
        "What to buy for a purpose.",
        "/guide guide: which mac",
    ),
    "learn": Command(
        learn.learn,
        learn.OPTIONS,
        (),
        "Short courses, a lesson at a time.",
        "/learn course: hardware",
    ),
    "prompt": Command(
        prompt.prompt,
        prompt.OPTIONS,
        (),
        "System prompts for a job, with sampling settings.",
        "/prompt kit: summarise",
    ),
    "help": Command(_help, about.OPTIONS, (), "What one can ask, with an example of each.", "/help"),
    "about": Command(about.about, about.OPTIONS, (), "Version, date and size of the catalog.", "/about"),
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
    if known := knowledge.recent.get(question):
        status, payload = known
    elif command:
        try:
            status, payload = await command.answer(question, knowledge)
            knowledge.recent.keep(question, (status, payload))
        except Stop as stop:
            status, payload = stop.payload
        except Exception as error:
            reference = secrets.token_hex(4)
            # The message may hold what the user typed, so only the kind and the place are logged.
            place = "".join(traceback.format_tb(error.__traceback__))
            log.error("fault %s in /%s: %s\n%s", reference, question.command, type(error).__name__, place)
            raise Fault(reference) from error
    return finished(question, knowledge, (status, payload), started)


def finished(question: Question, knowledge: Knowledge, outcome: Payload, started_ns: int) -> Answer:
    """What a command came to, as the answer to the question that was begun at ``started_ns``."""
    status, payload = outcome
    return Answer(
        command=question.command,
        status=status,
        id=question.id,
        elapsed_us=(time.perf_counter_ns() - started_ns) // 1000,
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
