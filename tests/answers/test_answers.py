"""Whole questions, from what is typed to what is answered."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.answer import Answer, AskBackOut, InvalidOut, NotFoundOut, NotLocalOut, Question
from bot.answers.compare import CompareOut
from bot.answers.error import ErrorOut
from bot.answers.glossary import GlossaryOut
from bot.answers.knowledge import Knowledge
from bot.answers.router import COMMANDS, Fault, answer, read_question
from bot.answers.typed import NotACommand, read_typed
from bot.answers.willitrun import WillItRunOut
from bot.show import phrases
from bot.show.as_json import as_dict
from tests.support import ask, ask_options


async def run(knowledge: Knowledge, line: str) -> WillItRunOut:
    payload = (await ask(knowledge, f"/willitrun {line}")).answer
    assert isinstance(payload, WillItRunOut), payload
    return payload


@pytest.mark.parametrize(
    ("line", "verdict", "gib"),
    # GiB as llama.cpp's own planner gives it, without the backend's fixed share.
    [
        ("model: llama 3.1 8b q4_k_m gpu: rtx 3060 12gb context: 8k", "fits", 5.55),
        ("model: Qwen3-30B-A3B Q4_K_M gpu: RTX 4090 context: 32k", "fits", 20.41),
        ("model: gpt-oss-20b gpu: RTX 4060 Ti 16 GB context: 16k", "fits", 11.48),
        ("model: Gemma-3-27B Q4_K_M gpu: RTX 3090 context: 32k", "fits", 19.02),
        ("model: DeepSeek-R1 671B Q4_K_M gpu: 8x H100", "fits", 380.8),
        ("model: Llama-3.3-70B Q4_K_M gpu: M2 Max 64 GB", "fits", 41.8),
        ("model: Llama-3.3-70B Q4_K_M gpu: RTX 4090", "offload", 41.8),
    ],
)
async def test_the_worked_examples(knowledge: Knowledge, line: str, verdict: str, gib: float) -> None:
    payload = await run(knowledge, line)
    assert payload.verdict == verdict
    counted = payload.memory.total_mib - payload.memory.overhead_mib
    assert counted / 1024 == pytest.approx(gib, rel=0.01)


@pytest.mark.parametrize(
    ("line", "pulled"),
    [
        ("model: llama 3.1 8b gpu: rtx 3060 12gb quant: q4_k_m", "llama3.1:8b"),
        ("model: llama 3.2 1b gpu: rtx 3060 12gb quant: q8_0", "llama3.2:1b"),
        ("model: llama 3.2 1b gpu: rtx 3060 12gb quant: q4_k_m", "hf.co/"),
        ("model: gpt-oss 20b gpu: rtx 3090", "gpt-oss:20b"),
    ],
)
async def test_a_tag_is_shown_for_the_quant_that_it_downloads(knowledge: Knowledge, line: str, pulled: str) -> None:
    assert f"ollama run {pulled}" in (await run(knowledge, line)).commands["ollama"]


@pytest.mark.parametrize(
    ("model", "context", "tokens"), [("qwen2.5-vl-72b-instruct", "128k", 128_000), ("llama 3.3 70b", "128k", 131_072)]
)
async def test_a_rounded_context_is_the_longest(knowledge: Knowledge, model: str, context: str, tokens: int) -> None:
    assert (await run(knowledge, f"model: {model} gpu: 8x h100 context: {context}")).context == tokens
    refused = (await ask(knowledge, f"/willitrun model: {model} gpu: 8x h100 context: 140k")).answer
    assert isinstance(refused, InvalidOut)
    assert refused.code == "beyond_model"


@pytest.mark.parametrize(
    ("typed", "successor"),
    [("model: llama 3 70b gpu: 2x 3090 context: 32k", "Llama 3.3 70B Instruct (131,072)"),
     ("model: gemma 2 9b gpu: 3060 12gb context: 32k", "Gemma 4 E4B (131,072)"),
     ("model: qwen3 32b gpu: 5090 context: 1m", None)],
)  # fmt: skip
async def test_what_was_made_for_a_longer_context_is_named(
    knowledge: Knowledge, typed: str, successor: str | None
) -> None:
    said = phrases.invalid((await ask(knowledge, f"/willitrun {typed}")).answer)
    assert f"Made for more: {successor}" in said if successor else said.endswith("or for max.")


async def test_two_cards_have_a_plan_each(knowledge: Knowledge) -> None:
    payload = await run(knowledge, "model: Llama-3.3-70B Q4_K_M gpu: 2x 3090")
    assert payload.verdict == "fits"
    assert len(payload.memory.per_device) == 2
    for share, device in zip(payload.memory.per_device, payload.devices, strict=True):
        assert 15_000 < share.total_mib <= device.usable_mib


async def test_the_parts_sum_to_the_total(knowledge: Knowledge) -> None:
    memory = (await run(knowledge, "model: qwen3.5 9b gpu: 4070")).memory
    parts = (memory.weights_mib, memory.kv_mib, memory.recurrent_mib, memory.compute_mib, memory.overhead_mib)
    assert sum(parts) == pytest.approx(memory.total_mib)
    assert memory.recurrent_mib > 0


async def test_an_answer_names_what_to_run_and_where_it_is_from(knowledge: Knowledge) -> None:
    payload = await run(knowledge, "model: llama 3.1 8b gpu: rtx 3060 12gb context: 16k kv: q8_0")
    assert "-c 16384" in payload.commands["llama.cpp"]
    assert "-ctk q8_0" in payload.commands["llama.cpp"]
    assert payload.commands["ollama"].endswith("ollama run llama3.1:8b")
    assert any("huggingface.co" in source for source in payload.sources)
    assert payload.speed
    assert payload.speed.decode_tok_s[0] < payload.speed.decode_tok_s[1]


async def test_without_a_quant_the_usual_one_or_the_best_that_fits_is_taken(knowledge: Knowledge) -> None:
    assert (await run(knowledge, "model: llama 3.1 8b gpu: 3090")).quant_basis == "default"
    tight = await run(knowledge, "model: qwen3 32b gpu: rtx 5060 ti 16gb")
    assert tight.quant_basis == "best_that_fits"
    assert tight.quant == tight.best_quant


async def test_what_makes_it_fit_does_make_it_fit(knowledge: Knowledge) -> None:
    line = "model: qwen3 32b gpu: rtx 3090 quant: Q5_K_M context: 16k"
    payload = await run(knowledge, line)
    assert payload.verdict != "fits"
    changes = {change.change: change.value for change in payload.alternatives}
    assert (await run(knowledge, line.replace("Q5_K_M", changes["quant"]))).verdict == "fits"
    assert (await run(knowledge, line.replace("16k", changes["context"]))).verdict == "fits"


async def test_ask_back_not_found_not_local(knowledge: Knowledge) -> None:
    asked = await ask(knowledge, "/willitrun model: llama 3.1 8b gpu: rtx 3060")
    assert asked.status == "ask_back"
    assert isinstance(asked.answer, AskBackOut)
    assert asked.answer.about == "gpu"
    assert [c.id for c in asked.answer.candidates] == ["rtx-3060-12gb", "rtx-3060-8gb"]
    missing = await ask(knowledge, "/willitrun model: llama 9 900b gpu: rtx 3090")
    assert missing.status == "not_found"
    assert isinstance(missing.answer, NotFoundOut)
    assert missing.answer.about == "model"
    assert (await ask(knowledge, "/willitrun model: llama 3.1 8b gpu: RTX 9999")).status == "not_found"
    cloud = await ask(knowledge, "/willitrun model: gpt-4o gpu: rtx 3090")
    assert cloud.status == "not_local"
    assert isinstance(cloud.answer, NotLocalOut)
    assert cloud.answer.alternatives


async def test_a_candidate_can_be_sent_back(knowledge: Knowledge) -> None:
    first = await ask_options(knowledge, "willitrun", model="llama 3.1 8b", gpu="m3 max")
    for candidate in first.answer.candidates:
        assert (await ask_options(knowledge, "willitrun", model="llama 3.1 8b", gpu=candidate.id)).status == "answered"


@pytest.mark.parametrize(
    ("options", "field", "said"),
    [
        ({"gpu": "3090"}, "model", "Please name a model"),
        ({"model": "", "gpu": "3090"}, "model", "Please name a model"),
        ({"model": "llama 3.1 8b"}, "gpu", "Please name a GPU"),
        ({"model": "x" * 10_000, "gpu": "3090"}, "model", "at most 200 characters"),
        ({"model": "llama 3.1 8b", "gpu": "0x 3090"}, "gpu", "Between 1 and 64"),
        ({"model": "llama 3.1 8b", "gpu": "1000x 3090"}, "gpu", "Between 1 and 64"),
        ({"model": "llama 3.1 8b", "gpu": "3090", "context": "-5"}, "context", "number of tokens from 256"),
        ({"model": "llama 3.1 8b", "gpu": "3090", "context": "9999999"}, "context", "131,072"),
        ({"model": "llama 3.1 8b", "gpu": "3090", "quant": "q9_z"}, "quant", "no such quant"),
        ({"model": "llama 3.1 8b", "gpu": "3090", "quant": "awq", "runtime": "ollama"}, "quant", "does not load AWQ"),
        (
            {"model": "llama 3.1 8b", "gpu": "3090", "quant": "q4_k_m", "runtime": "vllm"},
            "quant",
            "does not load Q4_K_M",
        ),
        ({"model": "llama 3.1 8b", "gpu": "3090", "runtime": "mlx"}, "runtime", "does not run on NVIDIA"),
        ({"model": "llama 3.1 8b", "gpu": "m4 max 64gb", "quant": "awq"}, "runtime", "does not run on Apple"),
        ({"model": "llama 3.1 8b", "gpu": "v100 32gb sxm2", "quant": "fp8"}, "quant", "from compute capability 8.0"),
        ({"model": "llama 3.1 8b", "gpu": "3090", "kv": "q1"}, "kv", "Accepted: f32, f16"),
        ({"model": "llama 3.1 8b", "gpu": "3090", "ram_gib": -1}, "ram_gib", "from 0.5 to 8192"),
        ({"model": "llama 3.1 8b", "gpu": "3090", "runtime": "excel"}, "runtime", "llama.cpp, ollama"),
        ({"model": "llama 3.1 8b", "gpu": "3090", "colour": "red"}, "colour", "no option «colour»"),
    ],
)
async def test_bad_options_get_one_clear_sentence(
    knowledge: Knowledge, options: dict[str, object], field: str, said: str
) -> None:
    result = await ask_options(knowledge, "willitrun", **options)
    assert result.status == "invalid"
    assert isinstance(result.answer, InvalidOut)
    assert result.answer.field == field
    assert said in phrases.invalid(result.answer)


@pytest.mark.parametrize(
    "hostile",
    [
        "\x00\x1b[31m",
        "\u202egpj.exe\u202c",
        "@everyone",
        "**bold** [x](http://a.b)",
        "```",
        "'; DROP TABLE record; --",
        "💥" * 50,
    ],
)
async def test_hostile_names_are_merely_not_found(knowledge: Knowledge, hostile: str) -> None:
    for options in ({"model": hostile, "gpu": "3090"}, {"model": "llama 3.1 8b", "gpu": hostile}):
        assert (await ask_options(knowledge, "willitrun", **options)).status in ("not_found", "invalid")
    assert (await ask_options(knowledge, "glossary", term=hostile)).status == "not_found"
    assert (await ask_options(knowledge, "error", text=hostile)).status == "not_found"
    assert (await ask_options(knowledge, "compare", a=hostile, b="3090")).status in ("not_found", "invalid")


async def test_comparing_cards(knowledge: Knowledge) -> None:
    payload = (await ask(knowledge, "/compare a: rtx 3090 b: rx 7900 xtx")).answer
    assert isinstance(payload, CompareOut)
    assert payload.kind == "hardware"
    rows = {row.name: row for row in payload.rows}
    assert rows["memory"].better is None
    assert rows["bandwidth"].values == (936.2, 960.0)
    assert rows["bandwidth"].better == 1


async def test_a_missing_fact_never_decides(knowledge: Knowledge) -> None:
    payload = (await ask(knowledge, "/compare a: rtx 3090 b: m3 max 64gb")).answer
    assert isinstance(payload, CompareOut)
    for row in payload.rows:
        if None in row.values:
            assert row.better is None
    for rule in payload.rules:
        assert all(value is not None for value in rule.values.values())


async def test_comparing_models_and_tools(knowledge: Knowledge) -> None:
    models = (await ask(knowledge, "/compare a: qwen3 32b b: qwen3 30b a3b c: gemma 3 27b")).answer
    assert isinstance(models, CompareOut)
    assert models.kind == "model"
    faster = next(rule for rule in models.rules if rule.code == "faster")
    assert models.items[faster.choose].id == "qwen3-30b-a3b"
    tools = (await ask(knowledge, "/compare a: ollama b: vllm")).answer
    assert isinstance(tools, CompareOut)
    assert tools.kind == "tool"


@pytest.mark.parametrize("line", ["a: rtx 3090 b: rtx 3090", "a: rtx 3090 b: 2x 4090"])
async def test_comparisons_that_make_no_sense(knowledge: Knowledge, line: str) -> None:
    assert (await ask(knowledge, f"/compare {line}")).status == "invalid"


async def test_errors_and_terms(knowledge: Knowledge) -> None:
    error = (await ask(knowledge, "/error cuda oom")).answer
    assert isinstance(error, ErrorOut)
    assert error.entry.id == "cuda-out-of-memory"
    assert error.steps
    term = (await ask(knowledge, "/glossary what is rlhf?")).answer
    assert isinstance(term, GlossaryOut)
    assert term.entry.id == "rlhf"
    nothing = await ask(knowledge, "/error npm ERR! 404")
    assert nothing.status == "not_found"


async def test_a_pasted_log_is_not_echoed(knowledge: Knowledge) -> None:
    secret = "hf_" + "a" * 30
    result = await ask_options(knowledge, "error", text=f"line one\ntoken={secret}\nnothing known here")
    assert secret not in str(as_dict(result))


def test_a_command_is_known_by_its_other_names_and_guessed_at_when_misspelt() -> None:
    assert read_typed("/bestgpu model: qwen3 8b budget: 500").command == "choosegpu"
    with pytest.raises(NotACommand, match=r"Do you mean /willitrun\?"):
        read_typed("/wilitrun llama 3.1 8b")
    with pytest.raises(NotACommand) as nothing_like_it:
        read_typed("/zzzzzz")
    assert "Do you mean" not in str(nothing_like_it.value)


def test_typed_commands() -> None:
    question = read_typed("/willitrun model: deepseek-r1:8b gpu: 2x 3090 ram: 64")
    assert question.options == {"model": "deepseek-r1:8b", "gpu": "2x 3090", "ram_gib": "64"}
    assert read_typed("glossary kv cache").options == {"term": "kv cache"}
    assert read_typed("/help me: please").options == {}
    with pytest.raises(NotACommand, match="/willitrun, /compare"):
        read_typed("/weather berlin")
    assert read_typed("/fits 4070 use: reasoning").options == {"gpu": "4070", "use": "reasoning"}


def test_a_line_without_labels_is_a_whole_question() -> None:
    assert read_typed("/willitrun qwen3 8b on a 4070 context: 8k").options == {
        "ask": "qwen3 8b on a 4070",
        "context": "8k",
    }
    assert read_typed("can I run mixtral on 2x3090?") == read_typed("/willitrun can I run mixtral on 2x3090?")
    for other in ("hello", "what is rlhf"):
        with pytest.raises(NotACommand):
            read_typed(other)


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b'"x"', b'{"command": 5}', b'{"options": {}}', b"\xff\xfe", b'{"command":"error","more":1}']
)
def test_unreadable_lines(line: bytes) -> None:
    result = read_question(line)
    assert isinstance(result, Answer)
    assert result.status == "invalid"
    assert phrases.invalid(result.answer)


async def test_unknown_commands_name_the_known_ones(knowledge: Knowledge) -> None:
    result = await answer(Question(command="weather"), knowledge)
    assert result.status == "invalid"
    assert all(name in phrases.invalid(result.answer) for name in COMMANDS)


async def test_the_id_is_echoed(knowledge: Knowledge) -> None:
    result = await answer(Question(command="glossary", options={"term": "rlhf"}, id=[1, "x"]), knowledge)
    assert as_dict(result)["id"] == [1, "x"]
    assert "id" not in as_dict(await ask(knowledge, "/glossary rlhf"))


async def test_an_unexpected_fault_has_a_reference_and_logs_no_input(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(text: str) -> None:
        raise RuntimeError(f"cannot read {text}")

    monkeypatch.setattr(knowledge.glossary, "find", broken)
    with pytest.raises(Fault) as fault:
        await ask(knowledge, "/glossary my secret words")
    assert fault.value.reference in caplog.text
    assert "secret" not in caplog.text


async def test_the_contract_is_kept(knowledge: Knowledge) -> None:
    body = as_dict(await ask(knowledge, "/willitrun model: llama 3.1 8b q4_k_m gpu: rtx 3060 12gb"))["answer"]
    assert body.keys() >= {
        "model", "devices", "quant", "quant_basis", "context", "kv_type", "runtime", "memory", "verdict", "reason",
        "offload", "max_context", "best_quant", "speed", "alternatives", "commands", "sources",
    }  # fmt: skip
    assert body["model"].keys() == {"id", "name", "hf_id", "params", "active_params"}
    assert body["devices"][0].keys() == {"id", "name", "memory_mib", "usable_mib", "bandwidth_gb_s", "kind"}
    assert body["memory"].keys() == {
        "weights_mib", "kv_mib", "recurrent_mib", "compute_mib", "overhead_mib", "total_mib", "host_mib",
        "per_device", "basis", "error_band_pct",
    }  # fmt: skip
    assert body["speed"].keys() == {"decode_tok_s", "prefill_tok_s", "basis", "source"}
    assert isinstance(body["reason"], str)


names = st.sampled_from(["llama 3.1 8b", "qwen3 30b a3b", "gemma 3 27b", "gpt-oss-20b", "deepseek r1", "qwen3.5 9b"])
cards = st.sampled_from(["3060 12gb", "2x 3090", "4090", "m2 max 64gb", "rx 7900 xtx", "3090 + 3060 12gb", "p40"])


@given(names, cards, st.sampled_from(["2k", "8k", "32k", "max"]), st.sampled_from(["f16", "q8_0"]))
@settings(max_examples=40)
async def test_every_answer_can_be_put_into_words(
    knowledge: Knowledge, model: str, gpu: str, context: str, kv: str
) -> None:
    result = await ask_options(knowledge, "willitrun", model=model, gpu=gpu, context=context, kv=kv)
    assert isinstance(result.answer, WillItRunOut)
    sentence = phrases.reason(result.answer)
    assert sentence.rstrip(")").endswith(".")
    assert as_dict(result)["answer"]["reason"] == sentence


@pytest.mark.parametrize("command", COMMANDS)
async def test_the_example_of_every_command_is_answered(knowledge: Knowledge, command: str) -> None:
    question = read_typed(COMMANDS[command].example)
    assert question.command == command
    assert (await answer(question, knowledge)).status == "answered"


async def test_about_counts_the_catalog(knowledge: Knowledge) -> None:
    result = await answer(Question(command="about"), knowledge)
    assert result.answer.counts["models"] == len(knowledge.catalog.models)
    assert result.answer.checked == knowledge.catalog.checked
    assert (await answer(Question(command="about", options={"x": 1}), knowledge)).status == "invalid"


@pytest.mark.parametrize(
    ("text", "near"),
    [("out of memory", "cuda-out-of-memory"), ("slow", "slow-cpu-fallback"), ("npm ERR! 404", None), ("help", None)],
)
async def test_a_vague_error_is_offered_what_it_may_be(knowledge: Knowledge, text: str, near: str | None) -> None:
    result = await answer(Question(command="error", options={"text": text}), knowledge)
    assert result.status == "not_found"
    ids = [item.id for item in result.answer.nearest][:2]
    assert near in ids if near else ids == []


@pytest.mark.parametrize(
    "secret", ["hf_abcdefghijklmnopqrstuv", "me@example.org", "/home/ann/x", r"C:\Users\Ann\x", "93.184.216.34"]
)
async def test_what_may_be_private_is_not_echoed(knowledge: Knowledge, secret: str) -> None:
    result = await answer(Question(command="error", options={"text": f"zzz {secret}"}), knowledge)
    assert result.status == "not_found"
    assert secret not in result.model_dump_json()
    assert (await answer(Question(command="error", options={"text": "zzz yyy"}), knowledge)).answer.typed == "zzz yyy"


async def test_keys_and_values_apart(knowledge: Knowledge) -> None:
    line = "/willitrun model: llama 3.1 8b gpu: rtx 3090 kv: q8_0/q4_0"
    both = (await answer(read_typed(line), knowledge)).answer
    assert both.kv_type == "q8_0/q4_0"
    assert "-ctk q8_0 -ctv q4_0" in both.commands["llama.cpp"]
    refused = (await answer(read_typed(f"{line} runtime: ollama"), knowledge)).answer
    assert refused.code == "kv_apart"
    same = (await answer(read_typed("/willitrun model: llama 3.1 8b gpu: rtx 3090 kv: q8/Q8_0"), knowledge)).answer
    assert same.kv_type == "q8_0"
    for bad in ("q8_0/", "q8_0/q9", "a/b/c", "/"):
        wrong = (await answer(read_typed(f"/willitrun model: llama 3.1 8b gpu: rtx 3090 kv: {bad}"), knowledge)).answer
        assert wrong.code == "unknown_value", bad


async def test_what_guesses_ahead(knowledge: Knowledge) -> None:
    line = "/willitrun model: qwen3.6 27b gpu: rtx 3090 context: 32k"
    alone = (await answer(read_typed(line), knowledge)).answer
    mtp = (await answer(read_typed(f"{line} draft: MTP 2"), knowledge)).answer
    assert (mtp.draft.name, mtp.draft.quant, mtp.draft.tokens) == ("MTP", None, 2)
    assert mtp.memory.total_mib - alone.memory.total_mib == pytest.approx(mtp.draft.total_mib, abs=1)
    assert mtp.commands == {"llama.cpp": alone.commands["llama.cpp"] + " --spec-type draft-mtp --spec-draft-n-max 2"}
    assert mtp.speed == alone.speed
    assert alone.draft is None
    assert (await answer(read_typed(f"{line} draft: none"), knowledge)).answer.draft is None
    said = (await answer(read_typed("/willitrun ask: qwen3.6 27b with MTP on a 3090 at 32k?"), knowledge)).answer
    assert said.draft.tokens == 3


async def test_a_small_model_that_guesses_ahead(knowledge: Knowledge) -> None:
    line = "/willitrun model: qwen3 32b gpu: rtx 3090"
    small = (await answer(read_typed(f"{line} draft: qwen3 0.6b q4_k_m"), knowledge)).answer
    assert (small.draft.name, small.draft.quant) == ("Qwen3 0.6B", "Q4_K_M")
    assert small.commands["llama.cpp"].endswith(" -hfd unsloth/Qwen3-0.6B-GGUF:Q4_K_M")


async def test_doing_without_the_draft_is_a_way_to_make_it_fit(knowledge: Knowledge) -> None:
    line = "/willitrun model: qwen3.6 27b gpu: rtx 3090 context: 104k draft: mtp"
    full = (await answer(read_typed(line), knowledge)).answer
    assert full.verdict == "tight"
    assert ("draft", "none") in [(item.change, item.value) for item in full.alternatives]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("model: qwen3 32b gpu: rtx 3090 draft: mtp", "no_mtp"),
        ("model: qwen3.6 27b gpu: rtx 3090 draft: mtp 0", "draft_tokens"),
        ("model: qwen3.6 27b gpu: rtx 3090 draft: mtp 99", "draft_tokens"),
        ("model: qwen3.6 27b gpu: rtx 3090 draft: mtp runtime: ollama", "draft_runtime"),
        ("model: qwen3 32b gpu: rtx 3090 draft: llama 3.2 1b", "other_vocabulary"),
        ("model: qwen3 0.6b gpu: rtx 3090 draft: qwen3 32b", "not_a_draft"),
    ],
)
async def test_what_cannot_guess_is_said(options: str, code: str, knowledge: Knowledge) -> None:
    reply = await answer(read_typed(f"/willitrun {options}"), knowledge)
    assert (reply.status, reply.answer.code) == ("invalid", code)


async def test_a_draft_that_could_be_several_is_asked_back(knowledge: Knowledge) -> None:
    reply = await answer(read_typed("/willitrun model: qwen3 32b gpu: rtx 3090 draft: gemma"), knowledge)
    assert (reply.status, reply.answer.about) == ("ask_back", "draft")
    unknown = await answer(read_typed("/willitrun model: qwen3 32b gpu: rtx 3090 draft: xyzzy"), knowledge)
    assert (unknown.status, unknown.answer.about) == ("not_found", "draft")


async def test_windows_that_keep_everything(knowledge: Knowledge) -> None:
    line = "/willitrun model: gemma 3 27b gpu: rtx 3090 context: 32k"
    short = (await answer(read_typed(line), knowledge)).answer
    whole = (await answer(read_typed(f"{line} swa_full: yes"), knowledge)).answer
    assert whole.memory.kv_mib > 4 * short.memory.kv_mib
    assert whole.commands["llama.cpp"].endswith("--swa-full")
    assert "--swa-full" not in short.commands["llama.cpp"]
    assert (
        await answer(read_typed(f"{line} swa_full: yes runtime: ollama"), knowledge)
    ).answer.code == "only_llama_cpp"
    assert (await answer(read_typed(f"{line} swa_full: perhaps"), knowledge)).answer.code == "unknown_value"
    assert whole.memory.error_band_pct == short.memory.error_band_pct
