"""``/start``: from a system, hardware and a goal to a model and the commands that run it."""

import math
from typing import Literal, NamedTuple, cast, get_args

from bot.answers.answer import Frozen, Payload, Question
from bot.answers.commands import run_commands
from bot.answers.fits import FitOut, considered, ranked
from bot.answers.knowledge import Knowledge
from bot.answers.options import check_names, invalid, required_text
from bot.answers.resolve import named_hardware
from bot.answers.runs import ASSUMED_RAM_MIB, READABLE_TOK_S, load_of
from bot.answers.runtime import Runtime
from bot.fit.devices import Device
from bot.fit.engines import LLAMA_CPP
from bot.fit.verdict import judge
from bot.naming.text import MAX_LENGTH

OPTIONS = ("system", "gpu", "goal")
System = Literal["windows", "linux", "macos"]
SYSTEMS: tuple[System, ...] = get_args(System)

_RUNTIME = "ollama"
_INTERFACE = "open-webui"
_FILLS = 0.4
"""The pick fills at least this share of the devices, where one does: more of the card is a better model."""


class _Goal(NamedTuple):
    use: str
    context: int


GOALS = {
    "chat": _Goal("chat", 8_192),
    "coding": _Goal("coding", 32_768),
    "reasoning": _Goal("reasoning", 16_384),
    "pictures": _Goal("vision", 8_192),
}
"""What people want it for. An agent that writes code reads whole files, and reasoning thinks before it answers."""


class StepOut(Frozen):
    """One step; ``step`` is a code that ``show`` has words for."""

    step: Literal["install", "run", "context", "check", "try_picture", "interface", "editor"]
    commands: tuple[str, ...]


class StartOut(Frozen):
    """The answer to ``/start``; no pick and no steps where nothing of use runs."""

    system: System
    devices: tuple[str, ...]
    on_cpu: bool
    goal: str
    context: int
    pick: FitOut | None
    others: tuple[FitOut, ...]
    steps: tuple[StepOut, ...]


async def start(question: Question, knowledge: Knowledge) -> Payload:
    """Pick a model and write the commands down."""
    check_names(question, OPTIONS)
    system = cast(System, _one_of(question, "system", SYSTEMS))
    goal = _one_of(question, "goal", tuple(GOALS))
    outcome = named_hardware("gpu", required_text(question, "gpu", limit=MAX_LENGTH), knowledge)
    devices = tuple(d.hardware.device(d.memory_gib) for d in outcome.devices)
    ram_mib = outcome.ram_gib * 1024 if outcome.ram_gib else ASSUMED_RAM_MIB
    use, context = GOALS[goal]
    # Ollama's library brings the eyes of a model with it, in its usual quant.
    pictures = goal == "pictures"
    models = [m for m in considered(knowledge, use, context) if m.gguf_repos and (m.ollama or not pictures)]
    runs = ranked(models, devices, context, ram_mib, least_tok_s=math.inf if pictures else READABLE_TOK_S)
    best = _best(runs, devices)
    pick = best[0] if best else None
    return "answered", StartOut(
        system=system,
        devices=tuple(device.name for device in devices),
        on_cpu=all(device.kind == "cpu" for device in devices),
        goal=goal,
        context=context,
        pick=pick,
        others=tuple(best[1:3]),
        steps=_steps(pick, system, goal, devices, ram_mib, knowledge) if pick else (),
    )


def _one_of(question: Question, name: str, known: tuple[str, ...]) -> str:
    value = required_text(question, name, limit=40).casefold()
    if value not in known:
        raise invalid(name, "unknown_value", ", ".join(known))
    return value


def _best(runs: list[FitOut], devices: tuple[Device, ...]) -> list[FitOut]:
    """Comfortable ones that use the memory; then any comfortable ones; then what is offloaded and still readable."""
    room = sum(device.memory_mib for device in devices)
    readable = [run for run in runs if run.decode_tok_s[0] >= READABLE_TOK_S]
    comfortable = [run for run in readable if run.group == "comfortable"]
    large = [run for run in comfortable if run.total_mib >= _FILLS * room]
    return large or comfortable or readable


def _steps(
    pick: FitOut, system: System, goal: str, devices: tuple[Device, ...], ram_mib: float, knowledge: Knowledge
) -> tuple[StepOut, ...]:
    model = knowledge.catalog.models[pick.id]
    load = load_of(model, pick.quant, GOALS[goal].context)
    if load is None:  # what was judged has an architecture
        return ()
    commands = run_commands(model, Runtime(_RUNTIME, LLAMA_CPP, "default"), load, judge(load, devices, ram_mib))
    tools = knowledge.catalog.tools
    # A saved name keeps the context for every program that asks the server for it, on every system alike.
    saved = f"{goal}-{load.context // 1024}k"
    last = {
        "coding": StepOut(step="editor", commands=("http://localhost:11434/v1", saved)),
        "pictures": StepOut(step="try_picture", commands=("What is in this picture? ./photo.jpg",)),
    }
    return (
        StepOut(step="install", commands=(tools[_RUNTIME].install[system],)),
        StepOut(step="run", commands=(commands[_RUNTIME].splitlines()[-1],)),
        StepOut(step="context", commands=(f"/set parameter num_ctx {load.context}", f"/save {saved}")),
        StepOut(step="check", commands=("ollama ps",)),
        last.get(goal, StepOut(step="interface", commands=(tools[_INTERFACE].install[system],))),
    )
