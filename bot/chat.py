"""The terminal chat that opens when no Discord token is set."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import platformdirs
from rich.console import Console

from bot.answers.answer import Answer, AskBackOut, Question
from bot.answers.knowledge import Knowledge
from bot.answers.router import COMMANDS, Fault, answer
from bot.answers.start import GOALS, SYSTEMS
from bot.answers.typed import NotACommand, read_typed
from bot.settings import Settings
from bot.show.terminal import render
from bot.start import start

PROMPT = "willitrun> "
_SHOWN_AT_FIRST = ("willitrun", "compare", "fits", "model", "error", "glossary", "help")


async def run_chat(settings: Settings) -> None:
    """Answer commands typed in the terminal until the input ends."""
    knowledge = await start(settings)
    console = Console(highlight=False)
    catalog = knowledge.value.catalog
    console.print(
        f"[bold]willitrun[/bold] knows {len(catalog.models)} models, {len(catalog.hardware)} cards and chips,"
        f" {len(catalog.errors)} errors and {len(catalog.glossary)} terms. Try:"
    )
    for name in _SHOWN_AT_FIRST:
        console.print(f"  {COMMANDS[name].example}", style="cyan", markup=False)
    console.print("To connect to Discord, put WILLITRUN_DISCORD_TOKEN=… into .env and start again. Leave with Ctrl+D.")
    last: Answer | None = None
    asked: Question | None = None
    async for line in _lines(knowledge.value):
        await knowledge.refresh()
        question = _chosen(line, last, asked) or _read(line, console)
        if question is None:
            continue
        try:
            last, asked = await answer(question, knowledge.value), question
        except Fault as fault:
            console.print(f"Something unexpected went wrong; it is logged under the reference {fault.reference}.")
            continue
        console.print(render(last))
        console.print()


def _read(line: str, console: Console) -> Question | None:
    try:
        return read_typed(line)
    except NotACommand as problem:
        console.print(str(problem), markup=False)
        return None


def _chosen(line: str, last: Answer | None, asked: Question | None) -> Question | None:
    """A number typed after a question back, as the question with that candidate."""
    if last is None or asked is None or not isinstance(last.answer, AskBackOut) or not line.strip().isdecimal():
        return None
    number = int(line.strip())
    if not 1 <= number <= len(last.answer.candidates):
        return None
    candidate = last.answer.candidates[number - 1]
    return asked.model_copy(update={"options": {**asked.options, last.answer.about: candidate.id}})


async def _lines(knowledge: Knowledge) -> AsyncIterator[str]:
    if not sys.stdin.isatty():
        for line in sys.stdin:
            if line.strip():
                print(f"{PROMPT}{line.rstrip()}")
                yield line
        return
    session = _session(knowledge)
    while True:
        try:
            line = await session.prompt_async(PROMPT)
        except (EOFError, KeyboardInterrupt):
            return
        if line.strip() in ("exit", "quit", "/exit", "/quit"):
            return
        if line.strip():
            yield line


def _session(knowledge: Knowledge) -> Any:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer, Completion
    from prompt_toolkit.document import Document
    from prompt_toolkit.history import FileHistory

    class CommandCompleter(Completer):
        """Commands, option names, and names of models, cards and terms."""

        def get_completions(self, document: Document, _: Any) -> Iterator[Completion]:
            for text, position in completions(document.text_before_cursor, knowledge):
                yield Completion(text, start_position=position)

    folder = Path(platformdirs.user_state_dir("willitrun", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return PromptSession(history=FileHistory(str(folder / "history")), completer=CommandCompleter())


def completions(text: str, knowledge: Knowledge) -> Iterator[tuple[str, int]]:
    """What may follow ``text``, with how far back (negative) it replaces what was typed."""
    if " " not in text.lstrip():
        yield from ((f"/{name}", -len(text)) for name in COMMANDS if f"/{name}".startswith(text) or not text)
        return
    name, _, rest = text.lstrip().lstrip("/").partition(" ")
    command = COMMANDS.get(name)
    if command is None:
        return
    label, colon, typed = rest.rpartition(":")
    option = label.split()[-1] if label.split() else ""
    if not colon and command.options:  # as `read_typed` takes what has no label
        option, typed = command.options[0], rest
    typed = typed.lstrip()
    if option in command.options and typed:
        yield from ((value, -len(typed)) for value in _values(name, option, typed, knowledge))
    word = rest.split(" ")[-1]
    used = {other for other in command.options if f"{other}:" in rest}
    yield from ((f"{o}: ", -len(word)) for o in command.options if o not in used and o.startswith(word))


def _values(command: str, option: str, typed: str, knowledge: Knowledge) -> list[str]:
    match option:
        case "model":
            return [model.name for model in knowledge.models.search(typed, 8)]
        case "gpu" | "a" | "b" | "c" | "d":
            return [hardware.name for hardware in knowledge.hardware.search(typed, 8)]
        case "tool":
            return [tool.name for tool in knowledge.tools.search(typed, 8)]
        case "term":
            return [term.title for term in knowledge.glossary.search(typed, 8)]
        case "question":
            return [answer.question for answer in knowledge.answers.search(typed, 8)]
        case "topic":
            return [topic.title for topic in knowledge.topics.search(typed, 8)]
        case "guide":
            return [guide.title for guide in knowledge.guides.search(typed, 8)]
        case "course":
            return [course.title for course in knowledge.courses.search(typed, 8)]
        case "kit":
            return [kit.title for kit in knowledge.kits.search(typed, 8)]
        case "system":
            return [system for system in SYSTEMS if system.startswith(typed)]
        case "goal":
            return [goal for goal in GOALS if goal.startswith(typed)]
        case "symptom":
            return [symptom.title for symptom in knowledge.symptoms.search(typed, 8)]
        case "text" if command == "error":
            return [entry.title for entry in knowledge.errors.search(typed, 5)]
        case _:
            return []
