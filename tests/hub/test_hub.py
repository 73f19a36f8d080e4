"""Models that the catalog lacks, from a Hub on loopback."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer

from bot.answers.answer import Answer, UnavailableOut
from bot.answers.knowledge import Knowledge
from bot.answers.willitrun import WillItRunOut
from bot.catalog.store import Catalog
from bot.fit.architecture import MIB
from bot.hub import client
from bot.hub.address import Address, read_address
from bot.hub.client import Hub, HubFault, may_follow
from bot.hub.gguf import BrokenHeader, read_header
from bot.show import phrases
from tests.hub.loopback import PARAMS, Loopback, Shapes, config, gguf
from tests.support import ask_options

TINY: Shapes = [("token_embd.weight", (2048, 32), 14)]


@pytest.fixture
async def loopback() -> AsyncIterator[tuple[Loopback, Hub]]:
    served = Loopback()
    served.repos["acme/Novum-1B"] = {"config.json": config(), "model.safetensors": b"x"}
    served.params["acme/Novum-1B"] = PARAMS
    served.repos["acme/Novum-1B-GGUF"] = {"Novum-1B-Q4_K_M.gguf": gguf(), "Novum-1B-Q8_0.gguf": gguf()}
    served.sizes["acme/Novum-1B-GGUF/Novum-1B-Q4_K_M.gguf"] = 770 * MIB
    served.sizes["acme/Novum-1B-GGUF/Novum-1B-Q8_0.gguf"] = 1260 * MIB
    server = TestServer(served.app())
    await server.start_server()
    yield served, Hub(str(server.make_url("/")))
    await server.close()


async def run(catalog: Catalog, hub: Hub, model: str, **options: str) -> Answer:
    return await ask_options(Knowledge(catalog, hub), "willitrun", model=model, gpu="rtx 3060 12gb", **options)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("acme/Novum-1B", Address("acme/Novum-1B")),
        ("hf.co/acme/Novum-1B-GGUF:Q4_K_M", Address("acme/Novum-1B-GGUF", quant="Q4_K_M")),
        ("https://huggingface.co/acme/Novum-1B", Address("acme/Novum-1B")),
        ("https://huggingface.co/acme/Novum-1B/tree/v2?x=1", Address("acme/Novum-1B", "v2")),
        (
            "https://huggingface.co/acme/N-GGUF/resolve/main/N-Q4_K_M.gguf?download=true",
            Address("acme/N-GGUF", "main", "N-Q4_K_M.gguf"),
        ),
        ("https://evil.example/acme/Novum-1B", None),
        ("../etc/passwd", None),
        ("acme/../x", None),
        ("a/b/c", None),
        ("llama 3.1 8b", None),
    ],
)
def test_addresses(typed: str, address: Address | None) -> None:
    assert read_address(typed) == address


async def test_a_repository_of_safetensors(catalog: Catalog, loopback: tuple[Loopback, Hub]) -> None:
    answer = await run(catalog, loopback[1], "acme/Novum-1B", quant="BF16")
    assert isinstance(answer.answer, WillItRunOut)
    assert answer.answer.model.params == pytest.approx(PARAMS, rel=0.001)
    assert answer.answer.verdict == "fits"
    assert answer.answer.memory.weights_mib == pytest.approx(PARAMS * 2 / MIB, rel=0.001)
    assert answer.answer.sources[0] == "https://huggingface.co/acme/Novum-1B"


async def test_gguf_files_by_their_headers_and_sizes(catalog: Catalog, loopback: tuple[Loopback, Hub]) -> None:
    served, hub = loopback
    typed = "https://huggingface.co/acme/Novum-1B-GGUF/blob/main/Novum-1B-Q4_K_M.gguf"
    answer = await run(catalog, hub, typed, context="8k")
    payload = answer.answer
    assert isinstance(payload, WillItRunOut)
    assert (payload.quant, payload.quant_basis) == ("Q4_K_M", "typed")
    assert payload.memory.kv_mib == pytest.approx(256)
    # The output is a copy of the tied embedding, so the device holds as much as the file.
    assert payload.memory.weights_mib == pytest.approx(770, rel=0.01)
    assert payload.commands["llama.cpp"].startswith("llama-server -hf acme/Novum-1B-GGUF:Q4_K_M -c 8192")
    assert payload.best_quant == "Q4_K_M"
    ranges = [r for path, r in served.requests if path.endswith(".gguf")]
    assert len(ranges) > 1
    assert all(r.startswith("bytes=") for r in ranges)


async def test_a_gguf_file_is_read_without_asking_for_the_repository(loopback: tuple[Loopback, Hub]) -> None:
    served, hub = loopback
    served.no_ranges = True
    served.repos["acme/Novum-1B-GGUF"]["Novum-1B-Q8_0.gguf"] = gguf(tensors=TINY) + b"\0" * 70_000
    found = await hub.find(Address("acme/Novum-1B-GGUF", "main", "Novum-1B-Q8_0.gguf"))
    assert found.quant == "Q8_0"
    assert all(path.endswith(".gguf") for path, _ in served.requests)


async def test_it_is_asked_once(loopback: tuple[Loopback, Hub]) -> None:
    served, hub = loopback
    for _ in range(3):
        await hub.find(Address("acme/Novum-1B"))
    assert len(served.requests) == 2


async def test_a_published_quant_chooses_the_runtime(catalog: Catalog, loopback: tuple[Loopback, Hub]) -> None:
    served, hub = loopback
    awq = {"quant_method": "awq", "bits": 4, "group_size": 128}
    served.repos["acme/Novum-1B-W"] = {"config.json": config(quantization_config=awq), "model.safetensors": b""}
    payload = (await run(catalog, hub, "acme/Novum-1B-W")).answer
    assert isinstance(payload, WillItRunOut)
    assert (payload.quant, payload.runtime, payload.runtime_basis) == ("AWQ", "vllm", "format")


@pytest.mark.parametrize(
    ("repo", "files", "said"),
    [
        ("acme/empty", {"README.md": b""}, "no weights"),
        ("acme/code", {"config.json": config()}, "no weights"),
        ("acme/text", {"config.json": b"<html>", "model.safetensors": b""}, "not JSON"),
        ("acme/list", {"config.json": b"[]", "model.safetensors": b""}, "not an object"),
        ("acme/bare", {"config.json": b"{}", "model.safetensors": b""}, "model_type"),
        ("acme/huge", {"config.json": config(num_hidden_layers=10**9), "model.safetensors": b""}, "less than"),
        ("acme/minus", {"config.json": config(hidden_size=-1), "model.safetensors": b""}, "greater than 0"),
        ("acme/zero", {"config.json": config(num_key_value_heads=7), "model.safetensors": b""}, "cannot share"),
        ("acme/wordy", {"config.json": b" " * (3 * MIB), "model.safetensors": b""}, "longer than"),
        ("acme/notgguf", {"a-Q4_K_M.gguf": b"PK\x03\x04" * 100}, "does not begin like"),
        ("acme/short", {"a-Q4_K_M.gguf": gguf()[:900_000]}, "ends within its header"),
        ("acme/liar", {"a-Q4_K_M.gguf": b"GGUF" + b"\x03\0\0\0" + b"\xff" * 16}, "more entries"),
        ("acme/long", {"a-Q4_K_M.gguf": b"GGUF\x03" + b"\0" * 11 + b"\x01" + b"\0" * 7 + b"\xff" * 99}, "longer than"),
        ("acme/odd", {"a-Q4_K_M.gguf": gguf(metadata={"general.architecture": "new"}, tensors=TINY)}, "not read yet"),
        ("acme/lying", {"a-Q4_K_M.gguf": gguf(tensors=[("token_embd.weight", (2048, 1 << 44), 14)])}, "cannot be"),
        ("acme/heavy", {"a-Q4_K_M.gguf": gguf(tensors=[("token_embd.weight", (2048, 900_000), 14)])}, "larger than"),
    ],
)  # fmt: skip
async def test_what_cannot_be_planned_for_says_why(
    catalog: Catalog, loopback: tuple[Loopback, Hub], repo: str, files: dict[str, bytes], said: str
) -> None:
    served, hub = loopback
    served.repos[repo] = files
    answer = await run(catalog, hub, repo)
    assert answer.status == "unavailable"
    assert isinstance(answer.answer, UnavailableOut)
    assert said in phrases.unavailable(answer.answer)


async def test_a_config_that_contradicts_the_weights(catalog: Catalog, loopback: tuple[Loopback, Hub]) -> None:
    served, hub = loopback
    served.repos["acme/off"] = {"config.json": config(), "model.safetensors": b""}
    served.params["acme/off"] = 7 * PARAMS
    answer = await run(catalog, hub, "acme/off")
    assert isinstance(answer.answer, UnavailableOut)
    assert "billion parameters" in answer.answer.detail


@pytest.mark.parametrize(
    ("status", "where", "code"),
    [
        (401, "acme/Novum-1B/config.json", "gated"),
        (403, "acme/Novum-1B/config.json", "gated"),
        (429, "acme/Novum-1B/config.json", "rate_limited"),
        (500, "acme/Novum-1B/config.json", "offline"),
        (404, "acme/Novum-1B/config.json", "missing"),
        (401, "acme/Novum-1B", "gated"),
        (403, "acme/Novum-1B", "gated"),
        (404, "acme/Novum-1B", "missing"),
        (429, "acme/Novum-1B", "rate_limited"),
        (503, "acme/Novum-1B", "offline"),
    ],
)
async def test_faults_of_the_hub(loopback: tuple[Loopback, Hub], status: int, where: str, code: str) -> None:
    served, hub = loopback
    served.faults[where] = status
    with pytest.raises(HubFault) as fault:
        await hub.find(Address("acme/Novum-1B"))
    assert fault.value.code == code


@pytest.mark.parametrize("where", ["acme/Novum-1B", "acme/Novum-1B/config.json"])
async def test_a_slow_hub(loopback: tuple[Loopback, Hub], where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    served, hub = loopback
    served.slow.add(where)
    monkeypatch.setattr(client, "DEADLINE_S", 0.7)
    with pytest.raises(HubFault) as fault:
        await hub.find(Address("acme/Novum-1B"))
    assert fault.value.code == "slow"


async def test_a_hub_that_is_not_there(catalog: Catalog) -> None:
    answer = await run(catalog, Hub("http://127.0.0.1:9"), "acme/Novum-1B")
    assert answer.status == "unavailable"
    assert "could not be reached" in phrases.unavailable(answer.answer)


async def test_a_hub_that_failed_is_left_alone_for_a_while(loopback: tuple[Loopback, Hub]) -> None:
    served, hub = loopback
    served.faults["acme/Novum-1B"] = 503
    for repo in ("acme/Novum-1B", "acme/Novum-1B-GGUF"):
        with pytest.raises(HubFault):
            await hub.find(Address(repo))
    assert [repo for repo, _ in served.requests] == ["acme/Novum-1B"]


async def test_a_repository_that_does_not_exist(catalog: Catalog, loopback: tuple[Loopback, Hub]) -> None:
    assert (await run(catalog, loopback[1], "acme/nothing")).status == "not_found"
    assert (await run(catalog, loopback[1], "https://hf.co/acme/Novum-1B-GGUF/blob/main/no.gguf")).status == "not_found"


async def test_the_catalog_is_asked_first(catalog: Catalog, loopback: tuple[Loopback, Hub]) -> None:
    served, hub = loopback
    answer = await run(catalog, hub, "meta-llama/Llama-3.1-8B-Instruct")
    assert isinstance(answer.answer, WillItRunOut)
    assert answer.answer.model.id == "llama-3.1-8b-instruct"
    assert not served.requests


async def test_the_hub_says_what_the_catalog_lacks(catalog: Catalog, loopback: tuple[Loopback, Hub]) -> None:
    served, hub = loopback
    models = catalog.models.values()
    lacking = next(model for model in models if model.architecture is None and model.modality == "text")
    assert (await run(catalog, hub, lacking.id)).status == "unavailable"
    served.repos[lacking.hf_id] = {"config.json": config(), "model.safetensors": b""}
    assert (await run(catalog, Hub(hub.endpoint), lacking.id)).status == "answered"


def test_every_fault_has_words() -> None:
    for code in ("gated", "rate_limited", "offline", "slow", "no_weights", "config", "gguf"):
        missing = UnavailableOut(about="model", name="a/b", missing=(f"hub_{code}",), detail="why")
        assert "catalog does not know" not in phrases.unavailable(missing)


def test_every_cut_of_a_header_is_refused() -> None:
    whole = gguf(metadata={"tokenizer.ggml.tokens": ["a", "b"]})
    assert read_header(lambda start, length: whole[start : start + length]).tensors
    for end in range(len(whole)):
        cut = whole[:end]
        with pytest.raises(BrokenHeader):
            read_header(lambda start, length, cut=cut: cut[start : start + length])  # type: ignore[misc]


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:1/secret", "http://169.254.169.254/latest", "file:///etc/passwd", "https://example.org/x",
     "https://huggingface.co.example.org/x", "https://hf.co:8080/x", "https://127.0.0.1/x", "//example.org/x"],
)  # fmt: skip
async def test_the_hub_sends_us_nowhere_else(loopback: tuple[Loopback, Hub], target: str) -> None:
    served, hub = loopback
    served.repos["org/moved"] = {"config.json": config(), "model.safetensors": b""}
    served.params["org/moved"] = PARAMS
    served.moved["org/moved/config.json"] = target
    with pytest.raises(HubFault, match="offline"):
        await hub.find(Address("org/moved"))


async def test_a_repository_that_moved_is_followed_and_a_circle_is_not(loopback: tuple[Loopback, Hub]) -> None:
    served, hub = loopback
    for name in ("old", "new", "circle"):
        served.repos[f"org/{name}"] = {"config.json": config(), "model.safetensors": b""}
        served.params[f"org/{name}"] = PARAMS
    served.moved["org/old/config.json"] = "/org/new/resolve/main/config.json"
    assert (await hub.find(Address("org/old"))).model.architecture
    served.moved["org/circle/config.json"] = "/org/circle/resolve/main/config.json"
    with pytest.raises(HubFault, match="offline"):
        await hub.find(Address("org/circle"))


def test_file_hosts_of_the_hub_are_followed() -> None:
    assert may_follow("https://cdn-lfs.huggingface.co/x", "https://huggingface.co")
    assert may_follow("https://cas-bridge.xethub.hf.co/x", "https://huggingface.co")
    assert not may_follow("http://cdn-lfs.huggingface.co/x", "https://huggingface.co")
    assert not may_follow("https://evilhf.co/x", "https://huggingface.co")
