"""``/model``, ``/gpu``, ``/tool`` and ``/fits``."""

import pytest

from bot.answers.answer import Answer, Question
from bot.answers.fits import PAGE, FitsOut
from bot.answers.hardware import WORKLOADS
from bot.answers.knowledge import Knowledge
from bot.answers.record import RecordOut
from bot.answers.router import answer
from bot.catalog.records import Claim
from bot.catalog.verdicts import hardware_faults


async def ask(knowledge: Knowledge, command: str, **options: str) -> Answer:
    return await answer(Question(command=command, options=dict(options)), knowledge)


async def test_a_model(knowledge: Knowledge) -> None:
    said = await ask(knowledge, "model", model="llama 3.1 8b")
    assert isinstance(said.answer, RecordOut)
    assert {fact.name for fact in said.answer.facts} >= {"params", "context", "licence", "tuned"}
    assert [part.part for part in said.answer.opinion] == ["good_for", "strengths", "limits", "pick_if", "skip_if"]
    assert said.answer.runs[-1].verdict == "fits"
    sizes = [run.total_mib for run in said.answer.runs]
    assert sizes == sorted(sizes)


async def test_a_card_says_what_runs_on_it(knowledge: Knowledge) -> None:
    said = await ask(knowledge, "gpu", gpu="rtx 3090")
    assert isinstance(said.answer, RecordOut)
    assert len(said.answer.runs) == len(WORKLOADS)
    verdicts = {run.label: run.verdict for run in said.answer.runs}
    assert (verdicts["chat 32B"], verdicts["chat 70B"]) == ("fits", "offload")


async def test_a_tool(knowledge: Knowledge) -> None:
    said = await ask(knowledge, "tool", tool="kobold")
    assert isinstance(said.answer, RecordOut)
    assert said.answer.id == "koboldcpp"


@pytest.mark.parametrize(("command", "option"), [("model", "model"), ("gpu", "gpu"), ("tool", "tool"), ("fits", "gpu")])
async def test_what_is_not_known_is_not_found(knowledge: Knowledge, command: str, option: str) -> None:
    assert (await ask(knowledge, command, **{option: "zzzzqq"})).status == "not_found"
    assert (await ask(knowledge, command)).status == "invalid"


async def test_a_ranked_list(knowledge: Knowledge) -> None:
    first = await ask(knowledge, "fits", gpu="rtx 3060 12gb", context="16k")
    assert isinstance(first.answer, FitsOut)
    assert len(first.answer.models) == PAGE
    assert sum(first.answer.counts.values()) > PAGE
    last = await ask(knowledge, "fits", gpu="rtx 3060 12gb", context="16k", page=str(first.answer.pages))
    assert isinstance(last.answer, FitsOut)
    assert not {m.id for m in first.answer.models} & {m.id for m in last.answer.models}
    room = 12 * 1024
    assert all(m.total_mib < room for m in first.answer.models if m.group == "comfortable")
    assert all(m.total_mib > room for m in last.answer.models if m.group == "offload")


async def test_a_list_for_a_use(knowledge: Knowledge) -> None:
    said = await ask(knowledge, "fits", gpu="2x 3090", use="vision")
    assert isinstance(said.answer, FitsOut)
    assert said.answer.models
    assert all(knowledge.catalog.models[m.id].modality != "text" for m in said.answer.models)
    assert (await ask(knowledge, "fits", gpu="3090", use="world peace")).status == "invalid"
    assert (await ask(knowledge, "fits", gpu="3090", page="99")).status == "invalid"


def test_a_verdict_that_the_engine_denies_is_a_fault(knowledge: Knowledge) -> None:
    catalog = knowledge.catalog
    verdict = catalog.hardware_verdicts["rtx-3090"]
    claim = Claim(model="llama-3.3-70b-instruct", quant="Q4_K_M", context=8192)
    false = verdict.model_copy(update={"runs": (claim,), "does_well": "runs 70B at ease"})
    faults = list(hardware_faults(false, catalog.hardware["rtx-3090"], catalog.models))
    assert [field for field, _ in faults] == ["does_well", "runs"]
