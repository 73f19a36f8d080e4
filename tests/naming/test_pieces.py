"""The pieces that reading a name is made of, at their edges."""

import pytest

from bot.answers.knowledge import Knowledge
from bot.naming.outcome import AskBack, HardwareMatch, ModelMatch, NotFound, Unreadable
from bot.naming.quants import find_quant
from bot.naming.sentence import MAX_WORDS, read_sentence
from bot.naming.text import MAX_LENGTH, Suggestions, Vocabulary, edits_allowed, parse_context, plain, postings, rarest


@pytest.mark.parametrize(("word", "edits"), [("gpt", 0), ("phi4", 1), ("mistral", 1), ("deepseek", 2)])
def test_longer_words_may_have_more_errors(word: str, edits: int) -> None:
    assert edits_allowed(word) == edits


def test_a_vocabulary_cuts_and_mends() -> None:
    words = Vocabulary(["deepseek"] * 5 + ["deepset", "gpt", "oss", "qwen", "llama"])
    assert words.mend("gptoss") == ("gpt", "oss")
    assert words.mend("deepsek") == ("deepseek",)  # nearest to two; one of them is written five times as often
    assert words.mend("lama") == ("llama",)
    assert words.mend("gp") is None
    assert words.mend("zebra") is None
    assert words.mend("qwen3") is None
    assert "oss" in words


def test_two_equally_near_words_that_are_used_alike_are_not_chosen_between() -> None:
    assert Vocabulary(["deepseek"] * 4 + ["deepset"]).mend("deepsek") is None


def test_the_rarest_part_says_where_to_look() -> None:
    found = postings([{"a", "b"}, {"b"}, {"b", "c"}])
    assert rarest(found, ["b", "c"]) == [2]
    assert rarest(found, ["b", "d"]) == []
    assert rarest(found, []) == []


def test_suggestions_begin_with_what_was_typed() -> None:
    names = Suggestions([("a", "Qwen3 8B"), ("b", "Llama 3.1 8B"), ("c", "Mega Qwen3"), ("d", "Qwen3-Coder 30B")])
    assert names.search("", 2) == ["a", "b"]
    assert names.search("qwen3", 9)[:3] == ["a", "d", "c"]
    assert names.search("qwen 3 co", 1) == ["d"]
    assert names.search("lama 3.1", 1) == ["b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("RTX_3060\u00a012GB", "rtx 3060 12gb"), ("２×３０９０", "2x3090"), ("Qwen\u200b3\x1b", "qwen 3"), ("é", "e")],
)
def test_text_is_made_plain(text: str, said: str) -> None:
    assert plain(text) == said


@pytest.mark.parametrize(
    ("typed", "tokens"),
    [("8k", 8192), ("32K", 32768), ("1m", 1048576), ("8,192", 8192), ("131072 tokens", 131072), ("1.5k", 1536)],
)
def test_contexts(typed: str, tokens: int) -> None:
    assert parse_context(typed) == tokens


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("单卡3090", 1), ("双卡3090", 2), ("两张3090", 2), ("三卡3090", 3), ("四卡3090", 4), ("六卡3090", 6),
        ("八卡3090", 8),
        ("single 3090", 1), ("one 3090", 1), ("dual 3090", 2), ("two 3090s", 2), ("double 3090", 2), ("twin 3090", 2),
        ("triple 3090", 3), ("three 3090s", 3), ("quad 3090", 4), ("four 3090s", 4), ("six 3090s", 6),
        ("eight 3090s", 8),
        ("64x 3090", 64), ("3090 x12", 12), ("3090*3", 3),
    ],
)  # fmt: skip
def test_counts(knowledge: Knowledge, typed: str, count: int) -> None:
    outcome = knowledge.hardware.resolve(typed)
    assert isinstance(outcome, HardwareMatch), outcome
    assert len(outcome.devices) == count


@pytest.mark.parametrize("typed", ["65x 3090", "33x 3090 + 32x 4090"])
def test_more_cards_than_anybody_has(knowledge: Knowledge, typed: str) -> None:
    assert knowledge.hardware.resolve(typed) == Unreadable("gpu", "count", "64")


def test_names_have_a_longest_length(knowledge: Knowledge) -> None:
    longest = "3090 ".ljust(MAX_LENGTH, "x")
    assert isinstance(knowledge.hardware.resolve(longest), NotFound)
    assert knowledge.hardware.resolve(longest + "x") == Unreadable("gpu", "too_long", str(MAX_LENGTH))
    assert isinstance(knowledge.models.resolve(longest), NotFound)
    assert knowledge.models.resolve(longest + "x") == Unreadable("model", "too_long", str(MAX_LENGTH))


def test_what_was_mended_or_chosen_is_said(knowledge: Knowledge) -> None:
    for index, typed, mended in (
        (knowledge.models, "llama 3.1 8b", False),
        (knowledge.models, "lama 3.1 8b", True),
        (knowledge.models, "qwen3 8b", False),
        (knowledge.models, "mythomax", True),
    ):
        outcome = index.resolve(typed)
        assert isinstance(outcome, ModelMatch)
        assert (outcome.taken_from == typed) == mended
    for typed, mended in (("rtx 3090", False), ("gefroce 3090", True), ("2080ti 22gb", True), ("24gb vram", True)):
        card = knowledge.hardware.resolve(typed)
        assert isinstance(card, HardwareMatch), typed
        assert (card.taken_from == typed) == mended, typed


@pytest.mark.parametrize("typed", ["asdf/llama", "somebody/mistal", "phy", "lama"])
def test_too_little_is_not_guessed_from(knowledge: Knowledge, typed: str) -> None:
    assert not isinstance(knowledge.models.resolve(typed), ModelMatch)


def test_a_size_behind_a_family_belongs_to_it(knowledge: Knowledge) -> None:
    found = read_sentence("will llama run as 65b", knowledge.models, knowledge.hardware)
    assert found.model
    assert read_sentence("can a 3090 run llama 65b", knowledge.models, knowledge.hardware).model == "llama 65b"


def test_quants_that_are_compared_are_none_that_is_meant(knowledge: Knowledge) -> None:
    def quant(text: str) -> str | None:
        return read_sentence(text, knowledge.models, knowledge.hardware).quant

    assert quant("qwen3 8b at q4_k_m please") == "Q4_K_M"
    assert quant("qwen3 8b at q4_k_m or q5_k_m?") is None
    assert quant("qwen3 8b at q4_k_m, q5_k_m or q6_k?") is None
    assert quant("qwen3 8b q4_k_m, yes q4_k_m") == "Q4_K_M"


def test_a_long_question_is_read_to_its_limit(knowledge: Knowledge) -> None:
    filler = "so " * (MAX_WORDS - 2)
    near = read_sentence(f"{filler}rtx 3090", knowledge.models, knowledge.hardware)
    far = read_sentence(f"{filler}so so rtx 3090", knowledge.models, knowledge.hardware)
    assert near.hardware
    assert "3090" in near.hardware
    assert far.hardware is None


def test_a_name_of_ten_words_is_found_whole(knowledge: Knowledge) -> None:
    text = "3x rtx 3060 12gb and 64 gb of system ram"
    assert len(text.split()) == 10
    assert read_sentence(f"{text} for glm 4.5 air", knowledge.models, knowledge.hardware).hardware == text


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("rtx 3095", "rtx-3090"), ("gtx 3090", "rtx-3090"), ("5090 ti", "rtx-5090"), ("rx 7900 xtz", "rx-7900-xtx")],
)
def test_the_nearest_has_the_number_or_one_like_it(knowledge: Knowledge, typed: str, nearest: str) -> None:
    outcome = knowledge.hardware.resolve(typed)
    if isinstance(outcome, NotFound):
        assert nearest in [candidate.id for candidate in outcome.nearest[:2]]
    else:
        assert isinstance(outcome, (AskBack, HardwareMatch))


@pytest.mark.parametrize(("typed", "name", "rest"), [("llama q4_k_m gguf", "Q4_K_M", "llama"), ("llama", None, None)])
def test_a_quant_is_taken_out_of_the_text(typed: str, name: str | None, rest: str | None) -> None:
    found = find_quant(typed)
    assert (found.name if found else None) == name
    if found:
        assert found.rest.split()[0] == rest
