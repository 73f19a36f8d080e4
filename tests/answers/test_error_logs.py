"""A log that names model, card and context gets its fix worked out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.answer import Question
from bot.answers.knowledge import Knowledge
from bot.answers.router import answer
from bot.kb.log_facts import LogFacts, read_facts
from bot.show import phrases

LLAMA_CPP = """
llama_model_loader: loaded meta data with 33 key-value pairs and 292 tensors from Meta-Llama-3.1-8B-Instruct-Q8_0.gguf
ggml_cuda_init: found 1 CUDA devices:
  Device 0: NVIDIA GeForce RTX 3060, compute capability 8.6, VMM: yes, VRAM: 11910 MiB
llama_context: n_ctx         = 65536
ggml_backend_cuda_buffer_type_alloc_buffer: allocating 8192.00 MiB on device 0: cudaMalloc failed: out of memory
"""
VLLM = """
vllm serve Qwen/Qwen2.5-14B-Instruct --max-model-len 32768
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 23.57 GiB of which
1.10 GiB is free. NVIDIA GeForce RTX 3090
"""


def test_facts_of_a_log() -> None:
    assert read_facts(LLAMA_CPP) == LogFacts(
        model="Meta-Llama-3.1-8B-Instruct-Q8_0.gguf",
        card="NVIDIA GeForce RTX 3060",
        context=65536,
        tried_mib=8192,
        total_mib=11910,
    )
    assert read_facts(VLLM) == LogFacts(
        model="Qwen/Qwen2.5-14B-Instruct",
        runtime="vllm",
        card="NVIDIA GeForce RTX 3090",
        context=32768,
        tried_mib=2560,
        free_mib=1.1 * 1024,
        total_mib=23.57 * 1024,
    )
    assert read_facts("cuda oom") == LogFacts()


@given(st.text(max_size=2000))
def test_any_text_is_read(text: str) -> None:
    read_facts(text)


async def test_the_fix_is_worked_out(knowledge: Knowledge) -> None:
    said = (await answer(Question(command="error", options={"text": LLAMA_CPP}), knowledge)).answer
    assert said.entry.id == "llamacpp-vram-oom"
    run = said.worked_out
    assert (run.model.id, run.quant, run.context) == ("llama-3.1-8b-instruct", "Q8_0", 65536)
    assert run.devices[0].id.startswith("rtx-3060-12gb")
    assert run.verdict == "offload"
    assert any(change.change == "context" for change in run.alternatives)
    vllm = (await answer(Question(command="error", options={"text": VLLM}), knowledge)).answer
    assert vllm.worked_out.runtime == "vllm"
    assert vllm.worked_out.context == 32768


@pytest.mark.parametrize(
    "text",
    [
        "CUDA out of memory. Tried to allocate 2.50 GiB",
        "torch.OutOfMemoryError: CUDA out of memory on RTX 3060 loading my-own-model.gguf",
        LLAMA_CPP.replace("VRAM: 11910 MiB", ""),  # a card that is sold with 8 and 12 GB
    ],
)
async def test_nothing_is_worked_out_from_less(knowledge: Knowledge, text: str) -> None:
    said = (await answer(Question(command="error", options={"text": text}), knowledge)).answer
    assert said.worked_out is None


@pytest.mark.parametrize(
    ("told", "model", "verdict"),
    [
        (
            "So I finally got deepseek r1 70b running on my pc (4090 + 64gb ram) with lm studio but it only gives me"
            " about 1.5 tokens per second, which is way too slow. Task manager shows the gpu at 10%. Is this normal?",
            "deepseek-r1-distill-llama-70b",
            "offload",
        ),
        (
            "Is it normal that qwen2.5 coder 32b takes minutes to answer on my machine? I have a 3060 with 12 gb and 32"
            " gb ram. The first words come after about 40 seconds, then it writes slower than I can read. 7b is fast.",
            "qwen2.5-coder-32b-instruct",
            "offload",
        ),
        ("llama 3.1 8b is very slow on my 3090", "llama-3.1-8b-instruct", "fits"),
    ],
)
async def test_what_is_slow_is_told_its_speed(knowledge: Knowledge, told: str, model: str, verdict: str) -> None:
    said = (await answer(Question(command="error", options={"text": told}), knowledge)).answer
    assert (said.entry.id, said.worked_out.model.id, said.worked_out.verdict) == ("slow-cpu-fallback", model, verdict)
    assert any("To be expected: " in sentence for sentence in phrases.log_says(said))


@pytest.mark.parametrize("told", ["ollama is slow", "why is it so slow on my gpu", "llama 3.1 8b is very slow"])
async def test_what_is_slow_without_a_card_is_not_worked_out(knowledge: Knowledge, told: str) -> None:
    said = (await answer(Question(command="error", options={"text": told}), knowledge)).answer
    assert (said.entry.id, said.worked_out) == ("slow-cpu-fallback", None)
