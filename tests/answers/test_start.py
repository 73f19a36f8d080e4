"""``/start``: a pick that the engine stands by, and commands that belong together."""

import itertools

import pytest

from bot.answers.knowledge import Knowledge
from bot.answers.start import GOALS, SYSTEMS, StartOut
from bot.answers.willitrun import WillItRunOut
from bot.fit.verdict import Verdict
from tests.support import ask_options

HARDWARE = ("gtx 1650", "rtx 3060 12gb", "2x 3090", "m3 max 64gb", "cpu only 16gb")


@pytest.mark.parametrize(("system", "goal", "gpu"), list(itertools.product(SYSTEMS, GOALS, HARDWARE)))
async def test_every_way_to_start_ends_in_commands(knowledge: Knowledge, system: str, goal: str, gpu: str) -> None:
    result = await ask_options(knowledge, "start", system=system, goal=goal, gpu=gpu)
    assert isinstance(result.answer, StartOut)
    if result.answer.pick is None:
        assert not result.answer.steps
        return
    by_code = {step.step: step.commands for step in result.answer.steps}
    assert by_code["install"] == (knowledge.catalog.tools["ollama"].install[system],)  # type: ignore[index]
    assert by_code["run"][0].startswith("ollama run ")
    assert by_code["context"][0].endswith(f" {GOALS[goal].context}")
    model = knowledge.catalog.models[result.answer.pick.id]
    tag = by_code["run"][0].removeprefix("ollama run ")
    assert tag in model.ollama or tag.endswith((f":{result.answer.pick.quant}", ":MXFP4"))


@pytest.mark.parametrize("goal", GOALS)
async def test_the_verdict_agrees_with_willitrun(knowledge: Knowledge, goal: str) -> None:
    started = (await ask_options(knowledge, "start", system="linux", goal=goal, gpu="rtx 3090")).answer
    assert isinstance(started, StartOut)
    assert started.pick is not None
    judged = await ask_options(
        knowledge,
        "willitrun",
        model=started.pick.id,
        gpu="rtx 3090",
        quant=started.pick.quant,
        context=str(started.context),
    )
    assert isinstance(judged.answer, WillItRunOut)
    assert (judged.answer.verdict == Verdict.FITS) == (started.pick.group == "comfortable")


async def test_a_processor_is_not_told_to_use_its_gpu(knowledge: Knowledge) -> None:
    result = await ask_options(knowledge, "start", system="linux", goal="chat", gpu="cpu only 16gb")
    assert isinstance(result.answer, StartOut)
    assert result.answer.on_cpu


@pytest.mark.parametrize("missing", ["system", "gpu", "goal"])
async def test_all_three_are_asked_for(knowledge: Knowledge, missing: str) -> None:
    options = {"system": "linux", "gpu": "rtx 3090", "goal": "chat"}
    result = await ask_options(knowledge, "start", **{k: v for k, v in options.items() if k != missing})
    assert result.status == "invalid"
    assert result.answer.field == missing
