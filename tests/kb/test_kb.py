"""Errors and terms as people paste and type them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.knowledge import Knowledge

TORCH_LOG = """Loading pipeline components...: 100%|##########| 7/7
Traceback (most recent call last):
  File "/home/me/run.py", line 12, in <module>
    image = pipe(prompt).images[0]
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.25 GiB. GPU 0 has a total capacity of 11.99 GiB
"""
LLAMA_LOG = """llama_kv_cache_init:      CUDA0 KV buffer size =  4096.00 MiB
ggml_backend_cuda_buffer_type_alloc_buffer: allocating 1584.00 MiB on device 0: cudaMalloc failed: out of memory
llama_new_context_with_model: failed to allocate compute buffers
common_init_from_params: failed to create context with model
"""


@pytest.mark.parametrize(
    ("text", "entry", "matched_by"),
    [
        ("cuda oom", "cuda-out-of-memory", "phrase"),
        (TORCH_LOG, "cuda-out-of-memory", "signature"),
        (LLAMA_LOG, "llamacpp-vram-oom", "signature"),
        ("ollama not using my gpu", "ollama-gpu-not-used", "phrase"),
        (
            "error loading model architecture: unknown model architecture: 'clip'",
            "gguf-mmproj-loaded-as-model",
            "signature",
        ),
        ("unknown model architecture: 'qwen3next'", "gguf-unsupported-architecture", "signature"),
        ("Error: listen tcp 127.0.0.1:11434: bind: address already in use", "ollama-port-in-use", "signature"),
    ],
)
def test_errors(knowledge: Knowledge, text: str, entry: str, matched_by: str) -> None:
    hit = knowledge.errors.find(text)[0]
    assert (hit.entry.id, hit.matched_by) == (entry, matched_by)


@pytest.mark.parametrize(
    "text",
    [
        "npm ERR! 404", "npm ERR! 404 Not Found - GET https://registry.example/left-pad", "hello",
        "is claude pro worth it",
        "psql: error: connection to server on socket failed: FATAL: role does not exist", "printer is offline",
        "will a 3060 12gb run a 70b at q4", "ollama or lm studio for a beginner on a mac?", "out of memory", "error",
        "java.lang.OutOfMemoryError: Java heap space", "403 Forbidden nginx/1.24",
    ],
)  # fmt: skip
def test_what_is_no_local_ai_error_finds_nothing(knowledge: Knowledge, text: str) -> None:
    assert knowledge.errors.find(text) == []


def test_a_large_log_is_read_to_its_limits(knowledge: Knowledge) -> None:
    log = "INFO all is well\n" * 10_000 + TORCH_LOG
    assert knowledge.errors.find(log)[0].entry.id == "cuda-out-of-memory"


@pytest.mark.parametrize(
    ("typed", "term", "matched_by"),
    [
        ("rlhf", "rlhf", "name"),
        ("what is RLHF?", "rlhf", "name"),
        ("Reinforcement Learning from Human Feedback", "rlhf", "alias"),
        ("kv cache", "kv-cache", "name"),
        ("what does moe mean", "moe", "name"),
        ("tokens", "token", "alias"),
        ("quantisation", "quantization", "alias"),
        ("qauntization", "quantization", "typo"),
        ("q4_k_m", "k-quant", "alias"),
        ("ngl", "offloading", "alias"),
    ],
)
def test_terms(knowledge: Knowledge, typed: str, term: str, matched_by: str) -> None:
    hit = knowledge.glossary.find(typed)
    assert hit
    assert (hit.term.id, hit.matched_by) == (term, matched_by)


TYPED = (Path(__file__).parent / "typed_terms.tsv").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("typed", "term"), [tuple(line.split("\t")) for line in TYPED])
def test_terms_as_people_ask_for_them(knowledge: Knowledge, typed: str, term: str) -> None:
    hit = knowledge.glossary.find(typed)
    assert hit
    assert hit.term.id == term


@pytest.mark.parametrize("typed", ["banana", "flux capacitor", "zzz", "what is love", "blockchain"])
def test_unknown_terms(knowledge: Knowledge, typed: str) -> None:
    assert knowledge.glossary.find(typed) is None


def test_every_term_and_alias_finds_its_entry(knowledge: Knowledge) -> None:
    for term in knowledge.catalog.glossary.values():
        for name in (term.id, term.title, term.title.upper()):
            hit = knowledge.glossary.find(name)
            assert hit
            assert hit.term is term


@given(st.text(max_size=400))
def test_any_text_gets_an_outcome(knowledge: Knowledge, text: str) -> None:
    knowledge.errors.find(text)
    knowledge.errors.search(text)
    knowledge.glossary.find(text)
    knowledge.glossary.search(text)


ASKED = (
    "{}", "what is {}?", "What's {}", "what does {} mean", "explain {}", "define {}", "{} meaning", "whats {}??",
    "tell me about {}", "how does {} work", "what is a {}", "{} explained", "what is {} in ai", "meaning of {}",
    "what do you mean by {}", "can you explain {}?", "what's {} good for", "eli5 {}", "why is {} important",
)  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
def test_every_term_is_found_however_it_is_asked_for(knowledge: Knowledge, asked: str) -> None:
    for term in knowledge.catalog.glossary.values():
        for name in (term.title, *term.aliases):
            hit = knowledge.glossary.find(asked.format(name))
            assert hit, name
            assert hit.term.id == term.id, name


UNKNOWN = """
photosynthesis banana guitar football mortgage passport dentist carburetor saxophone violin opera ballet haiku
sonnet mitochondria ribosome enzyme glacier volcano tsunami monsoon archipelago peninsula plateau isthmus
parliament senate referendum constitution monarchy feudalism renaissance baroque impressionism cubism
surrealism fresco mosaic sculpture pottery weaving knitting crochet embroidery origami calligraphy typography
lithography espresso cappuccino latte croissant baguette brioche gnocchi risotto paella sushi ramen tempura
""".split()
OTHER_FIELDS = (
    "react hooks|webpack|tcp handshake|binary search tree|raid 5|vlan|css grid|sql join|usb hub|polymorphism"
    "|linked list|mutex|bluetooth|hdmi|inheritance|responsive design|foreign key|load shedding|print spooler"
    "|email client"
    "|spreadsheet|video codec license|screen reader"
).split("|")


@pytest.mark.parametrize("word", [*UNKNOWN, *OTHER_FIELDS])
def test_other_words_are_no_terms(knowledge: Knowledge, word: str) -> None:
    assert knowledge.glossary.find(word) is None
    assert knowledge.glossary.find(f"what is {word}?") is None


def test_terms_of_a_text_come_with_the_most_specific_first(knowledge: Knowledge) -> None:
    text = (
        "My GPU is slow: Q4_K_M gguf with kv cache quantization, prompt of 8k tokens, two layers in RAM and n-cpu-moe."
    )
    found = [term.id for term in knowledge.glossary.terms_in(text)]
    assert found[0] == "kv-cache-quantization"
    assert "kv-cache" not in found
    assert {"n-cpu-moe", "k-quant", "gguf", "token"} <= set(found)
    assert len(knowledge.glossary.terms_in(text, limit=3)) == 3
    assert knowledge.glossary.terms_in("good morning everybody, how are you?") == []
    assert len(knowledge.glossary.terms_in("kv cache " * 5000)) == 1
