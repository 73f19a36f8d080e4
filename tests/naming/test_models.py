"""What people type for a model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.knowledge import Knowledge
from bot.naming.models import ModelOutcome
from bot.naming.outcome import AskBack, ModelMatch, NotFound, NotLocal, Unreadable
from bot.naming.quants import read_quant
from bot.naming.text import parse_context


def brief(outcome: ModelOutcome) -> tuple[str, str | None]:
    assert isinstance(outcome, ModelMatch), outcome
    return outcome.model.id, outcome.quant


@pytest.mark.parametrize(
    ("typed", "model", "quant"),
    [
        ("llama 3.1 8b", "llama-3.1-8b-instruct", None),
        ("Llama-3.1-8B-Instruct-Q4_K_M.gguf", "llama-3.1-8b-instruct", "Q4_K_M"),
        ("llama3.1:8b", "llama-3.1-8b-instruct", None),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b-instruct", None),
        ("https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b-instruct", None),
        ("hf.co/unsloth/Llama-3.1-8B-Instruct-GGUF:Q5_K_M", "llama-3.1-8b-instruct", "Q5_K_M"),
        ("llama 3.1 8b q4", "llama-3.1-8b-instruct", "Q4_K_M"),
        ("LLAMA 3.1 8B 4bit", "llama-3.1-8b-instruct", "4bit"),
        ("qwen3 30b a3b q4km", "qwen3-30b-a3b", "Q4_K_M"),
        ("qwen3-30b", "qwen3-30b-a3b", None),
        ("gemma3 27b", "gemma-3-27b-it", None),
        ("gema 3 27b", "gemma-3-27b-it", None),
        ("gptoss 20b", "gpt-oss-20b", None),
        ("gpt-oss:20b", "gpt-oss-20b", None),
        ("phi4", "phi-4", None),
        ("deepseek r1", "deepseek-r1", None),
        ("DeepSeek-R1:671b", "deepseek-r1", None),
        ("deepseek r1 distill llama 70b", "deepseek-r1-distill-llama-70b", None),
        ("qwen 2.5 coder 32b q5", "qwen2.5-coder-32b-instruct", "Q5_K_M"),
        ("qwen 2.5 coder 14", "qwen2.5-coder-14b-instruct", None),
        ("mixtral-8x7b-instruct-v0.1.Q3_K_M.gguf", "mixtral-8x7b-instruct-v0.1", "Q3_K_M"),
        ("Qwen3.6-27B-UD-IQ3_XXS.gguf", "qwen3.6-27b", "IQ3_XXS"),
    ],
)
def test_names_people_type(knowledge: Knowledge, typed: str, model: str, quant: str | None) -> None:
    assert brief(knowledge.models.resolve(typed)) == (model, quant)


@pytest.mark.parametrize("typed", ["llama 8b", "llama 3", "gemma 3", "qwen3", "mistral small"])
def test_a_family_without_a_size_is_asked_back(knowledge: Knowledge, typed: str) -> None:
    outcome = knowledge.models.resolve(typed)
    assert isinstance(outcome, AskBack)
    assert len(outcome.candidates) > 1


@pytest.mark.parametrize(
    "typed",
    [
        "llama 9 900b",
        "llama 4.5 8b",
        "deepseek r2",
        "glm 5.5",
        "gemma 4 e12b",
        "asdf",
        "'; DROP TABLE models; --",
    ],
)
def test_what_is_not_there_is_not_found(knowledge: Knowledge, typed: str) -> None:
    assert isinstance(knowledge.models.resolve(typed), NotFound)


@pytest.mark.parametrize(
    "typed", ["gpt-4o", "GPT-5.6 Luna", "claude 4 opus", "gemini 3.1 pro", "openai:gpt-4-1106-preview", "Grok (4.5)"]
)
def test_cloud_models_are_said_to_be_so(knowledge: Knowledge, typed: str) -> None:
    assert isinstance(knowledge.models.resolve(typed), NotLocal)


def test_empty_and_endless_names_are_refused(knowledge: Knowledge) -> None:
    assert knowledge.models.resolve("  \n") == Unreadable("model", "empty")
    assert isinstance(knowledge.models.resolve("x" * 10_000), Unreadable)


def test_every_record_is_found_by_its_id_name_and_repository(knowledge: Knowledge) -> None:
    for model in knowledge.catalog.models.values():
        for name in (model.id, model.hf_id, model.id.upper(), model.hf_id.replace("-", "_")):
            assert brief(knowledge.models.resolve(name))[0] == model.id, name


def test_autocompletion(knowledge: Knowledge) -> None:
    assert [m.rank for m in knowledge.models.search("")] == sorted(m.rank for m in knowledge.models.search(""))
    assert knowledge.models.search("llama 3.1")[0].family == "Llama 3.1"
    assert len(knowledge.models.search("q")) <= 25


@given(st.text(max_size=250))
def test_any_text_gets_an_outcome(knowledge: Knowledge, text: str) -> None:
    knowledge.models.resolve(text)
    knowledge.models.search(text)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("q4_k_m", "Q4_K_M"), ("Q4KM", "Q4_K_M"), ("iq4_xs", "IQ4_XS"), ("q8", "Q8_0"), ("q6_k", "Q6_K"), ("fp16", "F16"),
     ("mxfp4", "MXFP4_MOE"), ("Q4_0", "Q4_0"), ("awq", "AWQ"), ("q5_k_s", "Q5_K_S"), ("4-bit", "4bit"),
     ("int8", "8bit"), ("GPTQ 4 bit 64g act-order", "GPTQ-64g"),
     ("gptq-int4", "GPTQ"), ("AWQ-INT4", "AWQ"), ("fp8", "FP8"), ("exl3 4.0bpw", "EXL3-4.0"), ("4.65bpw", "EXL3-4.65"),
     ("exl2", "EXL2-4.0"), ("mlx 4bit", "MLX-4bit"), ("MXFP4-Q8", "MLX-MXFP4"), ("bnb 4bit", "BNB-4bit"),
     ("nf4", "BNB-4bit"),
     ("NVFP4", "NVFP4"), ("w8a8", "INT8")],
)  # fmt: skip
def test_quants(typed: str, name: str) -> None:
    assert read_quant(typed) == name


@pytest.mark.parametrize("typed", ["q9_z", "qq", "", "banana", "q4_k_m please"])
def test_what_is_no_quant(typed: str) -> None:
    assert read_quant(typed) is None


@pytest.mark.parametrize(
    ("typed", "tokens"),
    [
        ("8192", 8192),
        ("8k", 8192),
        ("32K", 32768),
        ("128k", 131072),
        ("1m", 1048576),
        ("8,192", 8192),
        ("16k tokens", 16384),
    ],
)
def test_contexts(typed: str, tokens: int) -> None:
    assert parse_context(typed) == tokens


@pytest.mark.parametrize("typed", ["-5", "lots", "8 8", "", "0x10", "1e9"])
def test_what_is_no_context(typed: str) -> None:
    assert parse_context(typed) is None
