"""Laws of names, over every record of the catalog."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.knowledge import Knowledge
from bot.naming.outcome import AskBack, HardwareMatch, ModelMatch


def spellings(name: str) -> tuple[str, ...]:
    return (name.upper(), name.replace("-", " "), name.replace("-", "_"), f"  {name}  ")


def test_a_model_is_the_same_in_any_spelling_of_its_id(knowledge: Knowledge) -> None:
    for model in knowledge.catalog.models.values():
        for name in spellings(model.id):
            outcome = knowledge.models.resolve(name)
            assert isinstance(outcome, ModelMatch), name
            assert outcome.model.id == model.id, name


@pytest.mark.parametrize("quant", ["q4_k_m", "Q8_0", "iq3_xxs", "gguf"])
def test_a_quant_does_not_change_the_model(knowledge: Knowledge, quant: str) -> None:
    for model in list(knowledge.catalog.models.values())[::7]:
        outcome = knowledge.models.resolve(f"{model.hf_id.split('/')[1]} {quant}")
        if isinstance(outcome, ModelMatch):
            bare = knowledge.models.resolve(model.hf_id.split("/")[1])
            assert not isinstance(bare, ModelMatch) or bare.model.family == outcome.model.family


FILES = (
    "{repo}-Q4_K_M.gguf", "{repo}.Q5_K_S.gguf", "{repo}-UD-Q4_K_XL.gguf", "{repo}.i1-Q4_K_M.gguf",
    "{repo}-Q4_K_M-00001-of-00003.gguf", "{org}_{repo}-Q4_K_M.gguf", "someone/{repo}-GGUF:Q4_K_M",
    "mradermacher/{repo}-i1-GGUF", "bartowski/{org}_{repo}-GGUF", "lmstudio-community/{repo}-GGUF/{repo}-Q8_0.gguf",
)  # fmt: skip
"""How those who quantise models name their files and repositories."""


@pytest.mark.parametrize("written", FILES)
def test_a_file_is_the_model_that_it_is_named_after(knowledge: Knowledge, written: str) -> None:
    for model in knowledge.catalog.models.values():
        org, repo = model.hf_id.split("/")
        outcome = knowledge.models.resolve(written.format(org=org, repo=repo))
        assert isinstance(outcome, ModelMatch), (written, repo)
        assert outcome.model.hf_id.rsplit("/", 1)[-1] == repo, (written, outcome.model.id)


CARDS = (
    "{name}", "my {name}", "{name} {memory:g}gb", "{name} ({memory:g} GB)", "{name} with {memory:g} GB VRAM",
    "ASUS ROG Strix {name} OC", "{name} + 64gb ram",
)  # fmt: skip


@pytest.mark.parametrize("written", CARDS)
def test_what_is_said_around_a_card_does_not_change_it(knowledge: Knowledge, written: str) -> None:
    for card in knowledge.catalog.hardware.values():
        if card.kind != "gpu" or card.rare:
            continue
        memory = card.memory_gib[-1]
        name = re.sub(r" \d+ GB$", "", card.name.removeprefix(f"{card.vendor} "))
        outcome = knowledge.hardware.resolve(written.format(name=name, memory=memory))
        if isinstance(outcome, AskBack):
            assert any(card.id in candidate.id for candidate in outcome.candidates), (written, card.id)
            continue
        assert isinstance(outcome, HardwareMatch), (written, card.id)
        found = outcome.devices[0]
        assert _numbers(found.hardware.name) == _numbers(card.name), (written, card.id, found.hardware.id)
        assert found.memory_gib in card.memory_gib, (written, card.id, found.hardware.id)


def _numbers(name: str) -> set[str]:
    """What tells a card's number: not its memory, nor the form it is built in."""
    return set(re.findall(r"[a-z]*\d+[a-z]*", re.sub(r" \d+ gb| sxm\d", "", name.casefold())))


@pytest.mark.parametrize(
    ("typed", "card", "count"),
    [
        ("3060 12", "rtx-3060-12gb", 1), ("m3 max 64", "apple-m3-max-40-core", 1), ("two 4090s", "rtx-4090", 2),
        ("4070tis", "rtx-4070-ti-super", 1), ("dual 1080 tis", "gtx-1080-ti", 2), ("2x L40S", "l40s", 2),
        ("rtx306012gb", "rtx-3060-12gb", 1), ("mi300x 192", "instinct-mi300x", 1), ("2x3090 2x4090", "rtx-3090", 4),
        ("rx 7700s", "rx-7700s", 1), ("P40 with M6000 24G", "tesla-p40", 2),
    ],
)  # fmt: skip
def test_short_spellings(knowledge: Knowledge, typed: str, card: str, count: int) -> None:
    outcome = knowledge.hardware.resolve(typed)
    assert isinstance(outcome, HardwareMatch)
    assert outcome.devices[0].hardware.id == card
    assert len(outcome.devices) == count


def test_instruct_does_not_change_the_family(knowledge: Knowledge) -> None:
    for typed in ("llama 3.1 8b", "qwen2.5 7b", "gemma 3 27b", "mistral nemo 2407", "phi 4 mini", "granite 3.3 8b"):
        bare, tuned = knowledge.models.resolve(typed), knowledge.models.resolve(f"{typed} instruct")
        assert isinstance(bare, ModelMatch)
        assert isinstance(tuned, ModelMatch)
        assert bare.model.id == tuned.model.id


NAMES = ("llama 3.1 8b", "qwen3 32b", "gemma 3 27b", "mixtral 8x7b", "deepseek r1", "gpt oss 120b", "glm 4.7 flash")


@given(st.sampled_from(NAMES), st.integers(0, 20), st.sampled_from("0123456789"))
def test_another_digit_is_never_taken_for_the_same_model_in_silence(
    knowledge: Knowledge, name: str, at: int, digit: str
) -> None:
    places = [match.start() for match in re.finditer(r"\d", name)]
    place = places[at % len(places)]
    if name[place] == digit:
        return
    meant = knowledge.models.resolve(name)
    outcome = knowledge.models.resolve(name[:place] + digit + name[place + 1 :])
    assert isinstance(meant, ModelMatch)
    if isinstance(outcome, ModelMatch) and outcome.taken_from is None:
        assert outcome.model.id != meant.model.id


@given(st.sampled_from(NAMES), st.integers(0, 20), st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
def test_a_wrong_letter_never_changes_size_or_version_in_silence(
    knowledge: Knowledge, name: str, at: int, letter: str
) -> None:
    places = [match.start() for match in re.finditer(r"[a-z](?=[a-z])", name)]
    place = places[at % len(places)]
    meant = knowledge.models.resolve(name)
    outcome = knowledge.models.resolve(name[:place] + letter + name[place + 1 :])
    assert isinstance(meant, ModelMatch)
    if isinstance(outcome, ModelMatch) and outcome.taken_from is None:
        numbers = re.findall(r"\d+", name)
        assert set(numbers) <= set(re.findall(r"\d+", f"{outcome.model.name} {outcome.model.hf_id}")), outcome.model.id


def test_a_card_is_the_same_in_any_spelling_of_its_name(knowledge: Knowledge) -> None:
    for hardware in knowledge.catalog.hardware.values():
        if hardware.kind == "cpu" or len(hardware.memory_gib) != 1:
            continue
        for name in spellings(hardware.name):
            outcome = knowledge.hardware.resolve(name)
            assert isinstance(outcome, (HardwareMatch, AskBack)), name
            if isinstance(outcome, HardwareMatch):
                assert outcome.devices[0].memory_gib == hardware.memory_gib[0], name


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "🦙" * 150,
        "مرحبا بالعالم",
        "Z̸̢̛a̷l̵g̶o̵" * 10,
        "'; DROP TABLE models; --",
        "(((((.*)+)+)+)$",
        "word " * 40,
    ],
)
def test_hostile_text_gets_a_clear_answer(knowledge: Knowledge, text: str) -> None:
    assert not isinstance(knowledge.models.resolve(text), ModelMatch)
    assert not isinstance(knowledge.hardware.resolve(text), HardwareMatch)


def test_the_cores_of_a_gpu_that_are_named_are_kept(knowledge: Knowledge) -> None:
    for record in knowledge.catalog.hardware.values():
        if record.vendor == "Apple":
            for memory in record.memory_gib:
                found = knowledge.hardware.resolve(f"{record.name} {memory:g}gb")
                assert isinstance(found, HardwareMatch), record.name
                assert [device.hardware.id for device in found.devices] == [record.id]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("m2 max 30c 32gb", "apple-m2-max-30-core"),
        ("m1 8-core cpu 7-core gpu 16gb", "apple-m1-7-core"),
        ("m4 10 core cpu 10 core gpu 16gb", "apple-m4-10-core"),
        ("m1 max 10-core cpu 64gb", "apple-m1-max-32-core"),
        ("m2 max 30 core 64g", "apple-m2-max-30-core"),
        ("m3 10 core 8g", "apple-m3-10-core"),
        ("m1 7 core 8g", "apple-m1-7-core"),
    ],
)
def test_cores_of_the_processor_and_gigabytes_do_not_count(knowledge: Knowledge, typed: str, expected: str) -> None:
    found = knowledge.hardware.resolve(typed)
    assert isinstance(found, HardwareMatch)
    assert found.devices[0].hardware.id == expected
