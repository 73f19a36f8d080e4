"""What people type for hardware."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.knowledge import Knowledge
from bot.naming.outcome import AskBack, HardwareMatch, NotFound, Unreadable


def devices(knowledge: Knowledge, typed: str) -> list[tuple[str, float]]:
    outcome = knowledge.hardware.resolve(typed)
    assert isinstance(outcome, HardwareMatch), outcome
    return [(device.hardware.id, device.memory_gib) for device in outcome.devices]


@pytest.mark.parametrize(
    ("typed", "hardware", "gib", "count"),
    [
        ("rtx 3060 12gb", "rtx-3060-12gb", 12, 1),
        ("RTX 3060 12 GiB", "rtx-3060-12gb", 12, 1),
        ("3060ti", "rtx-3060-ti", 8, 1),
        ("3090", "rtx-3090", 24, 1),
        ("2x 3090", "rtx-3090", 24, 2),
        ("2x3090", "rtx-3090", 24, 2),
        ("2 x RTX 3090", "rtx-3090", 24, 2),
        ("3090 x4", "rtx-3090", 24, 4),
        ("dual 4090", "rtx-4090", 24, 2),
        ("rtx4060ti16g", "rtx-4060-ti-16gb", 16, 1),
        ("4070tis", "rtx-4070-ti-super", 16, 1),
        ("RTX 2060 Super", "rtx-2060-super", 8, 1),
        ("7900xtx", "rx-7900-xtx", 24, 1),
        ("7900 xtx", "rx-7900-xtx", 24, 1),
        ("b580", "arc-b580", 12, 1),
        ("p40", "tesla-p40", 24, 1),
        ("rtx 4070 mobile", "rtx-4070-laptop", 8, 1),
        ("24 GB laptop 5090", "rtx-5090-laptop", 24, 1),
        ("RTX 4090 (16 GB VRAM)", "rtx-4090-laptop", 16, 1),
        ("MacBook Pro M4 Max 128GB", "apple-m4-max-40-core", 128, 1),
        ("macbook pro m3 max 36gb", "apple-m3-max-30-core", 36, 1),
        ("macbook pro m3 pro 18gb", "apple-m3-pro-18-core", 18, 1),
        ("ryzen 7950x, rtx 4070 ti super, 64gb ram", "rtx-4070-ti-super", 16, 1),
        ("i7-13700k + rtx 3060 12gb, 32 gb", "rtx-3060-12gb", 12, 1),
        ("8xH100", "h100-sxm5-80gb", 80, 8),
        ("M2 Max 64 GB", "apple-m2-max-38-core", 64, 1),
        ("MacBook Air M2 16GB", "apple-m2-10-core", 16, 1),
        ("2x DGX Spark", "dgx-spark-gb10", 128, 2),
        ("rtx pro 6000", "rtx-pro-6000-blackwell", 96, 1),
        ("2080ti 22G", "rtx-2080-ti-modded", 22, 1),
        ("rtx-3060-12gb", "rtx-3060-12gb", 12, 1),
        ("two Nvidia 3090s", "rtx-3090", 24, 2),
        ("双卡A4000", "rtx-a4000", 16, 2),
        ("Ryzen 9 7950X (Nvidia 4070 Ti Super)", "rtx-4070-ti-super", 16, 1),
        ("Mac Studio M2 Ultra 64GB RAM 1TB SSD", "apple-m2-ultra-76-core", 64, 1),
        ("RTX 4070m", "rtx-4070-laptop", 8, 1),
        ("24gb vram", "card-24gb", 24, 1),
        ("2x 12 gb gpu", "card-12gb", 12, 2),
        ("cpu only 64gb ram", "ryzen-3000-5000-ddr4-3200", 64, 1),
        ("4O90", "rtx-4090", 24, 1),
        ("Arc 770 16gb", "arc-a770", 16, 1),
        ("apple-m3-max-40-core:64", "apple-m3-max-40-core", 64, 1),
    ],
)
def test_names_people_type(knowledge: Knowledge, typed: str, hardware: str, gib: float, count: int) -> None:
    assert devices(knowledge, typed) == [(hardware, gib)] * count


def test_mixed_rigs_and_system_memory(knowledge: Knowledge) -> None:
    outcome = knowledge.hardware.resolve("3090 + 3060 12gb, 128gb ddr5")
    assert isinstance(outcome, HardwareMatch)
    assert [d.hardware.id for d in outcome.devices] == ["rtx-3090", "rtx-3060-12gb"]
    assert outcome.ram_gib == 128


@pytest.mark.parametrize(
    ("typed", "first_two"),
    [
        ("rtx 3060", {"rtx-3060-12gb", "rtx-3060-8gb"}),
        ("4060 ti", {"rtx-4060-ti-8gb", "rtx-4060-ti-16gb"}),
        ("5060ti", {"rtx-5060-ti-8gb", "rtx-5060-ti-16gb"}),
        ("rtx a2000", {"rtx-a2000-6gb", "rtx-a2000-12gb"}),
    ],
)
def test_memory_variants_are_asked_back(knowledge: Knowledge, typed: str, first_two: set[str]) -> None:
    outcome = knowledge.hardware.resolve(typed)
    assert isinstance(outcome, AskBack)
    assert {candidate.id for candidate in outcome.candidates} >= first_two


def test_a_mac_without_memory_is_asked_back(knowledge: Knowledge) -> None:
    outcome = knowledge.hardware.resolve("m3 max")
    assert isinstance(outcome, AskBack)
    assert {c.id.rpartition(":")[2] for c in outcome.candidates} >= {"36", "48", "64", "96", "128"}


def test_a_mac_of_which_only_the_product_is_typed_is_asked_back(knowledge: Knowledge) -> None:
    outcome = knowledge.hardware.resolve("96GB RAM Macbook")
    assert isinstance(outcome, AskBack)
    assert {c.name.split(" (")[0] for c in outcome.candidates} == {"Apple M2 Max", "Apple M3 Max"}


@pytest.mark.parametrize(("typed", "count"), [("2x 3060", 2), ("3090 + 3060", 2), ("dual 4060 ti + 3090", 3)])
def test_a_candidate_names_the_whole_rig_again(knowledge: Knowledge, typed: str, count: int) -> None:
    outcome = knowledge.hardware.resolve(typed)
    assert isinstance(outcome, AskBack)
    for candidate in outcome.candidates:
        assert len(devices(knowledge, candidate.id)) == count


def test_a_compiler_target_is_asked_back(knowledge: Knowledge) -> None:
    outcome = knowledge.hardware.resolve("gfx906")
    assert isinstance(outcome, AskBack)
    assert {"instinct-mi50-16gb", "instinct-mi50-32gb"} <= {c.id for c in outcome.candidates}


def test_memory_that_a_card_never_had_is_asked_back(knowledge: Knowledge) -> None:
    assert isinstance(knowledge.hardware.resolve("rtx 3090 11gb"), AskBack)


@pytest.mark.parametrize(
    "typed", ["RTX 9999", "my toaster", "Nintendo 64", "M4 Ultra", "gtx 3090", "quadro 4090", "asdf"]
)
def test_what_is_not_there_is_not_found(knowledge: Knowledge, typed: str) -> None:
    assert isinstance(knowledge.hardware.resolve(typed), NotFound)


@pytest.mark.parametrize("typed", ["0x 3090", "1000x 3090", "40x 3090 + 40x 3090"])
def test_absurd_counts_are_refused(knowledge: Knowledge, typed: str) -> None:
    assert knowledge.hardware.resolve(typed) == Unreadable("gpu", "count", "64")


def test_a_platform_asks_for_its_memory_and_every_answer_is_understood(knowledge: Knowledge) -> None:
    platforms = [h for h in knowledge.catalog.hardware.values() if h.kind == "cpu"]
    assert len(platforms) > 30
    for platform in platforms:
        for name in (platform.id, platform.name):
            outcome = knowledge.hardware.resolve(name)
            assert isinstance(outcome, AskBack), name
            sizes = [devices(knowledge, candidate.id) for candidate in outcome.candidates]
            assert sizes == [[(platform.id, gib)] for gib in (16, 32, 64, 128, 256)]
        assert [d[0] for d in devices(knowledge, f"{platform.id} + rtx-3090")] == ["rtx-3090"]


def test_every_record_is_found_by_its_id_and_name(knowledge: Knowledge) -> None:
    for hardware in knowledge.catalog.hardware.values():
        if hardware.kind == "cpu":
            continue
        for size in hardware.memory_gib:
            assert devices(knowledge, f"{hardware.id}:{size:g}") == [(hardware.id, size)]


@given(st.text(max_size=250))
def test_any_text_gets_an_outcome(knowledge: Knowledge, text: str) -> None:
    knowledge.hardware.resolve(text)
    knowledge.hardware.search(text)


@pytest.mark.parametrize(
    ("typed", "ram_gib"),
    [
        ("2x3090, 128gb ddr5, linux", 128),
        ("3090 + 3060 12gb, 64 gb", 64),
        ("i7-13700k + rtx 3060 12gb, 32 gb", 32),
        ("m3 max 64gb", None),
        ("3090, 24 gb", None),
    ],
)
def test_system_memory_beside_cards(knowledge: Knowledge, typed: str, ram_gib: float | None) -> None:
    outcome = knowledge.hardware.resolve(typed)
    assert isinstance(outcome, HardwareMatch)
    assert outcome.ram_gib == ram_gib


@pytest.mark.parametrize(
    "typed", ["3090 `[x](http://a.b)` + 3060", "2x 3090 `**` or 4090", "`i7-10700k` *_ + 3060", "a6000 ada `||x||`"]
)
def test_what_is_asked_back_shows_no_markup_of_what_was_typed(knowledge: Knowledge, typed: str) -> None:
    outcome = knowledge.hardware.resolve(typed)
    shown = [f"{c.id} {c.name}" for c in outcome.candidates] if isinstance(outcome, AskBack) else []
    assert not set("`[]|<>@") & set("".join(shown))
