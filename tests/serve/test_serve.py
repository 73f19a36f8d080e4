"""The HTTP endpoint: signed interactions answered inline or by a request of their own, everything else refused."""

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from benchmarks.loopback import Discord, interaction_of
from bot import private_discord
from bot.answers.knowledge import Knowledge
from bot.catalog.place import Live
from bot.client import LocalBot
from bot.serve import CLOCK_WINDOW_S, MAX_BODY, application
from bot.state.database import Database

KEY = SigningKey.generate()
NUMBERS = itertools.count(5 * 10**17)
COMMAND, BUTTON, CHOICES, FORM = 2, 3, 4, 5


class Served(NamedTuple):
    client: TestClient[web.Request, web.Application]
    discord: Discord
    bot: LocalBot

    async def post(self, body: bytes, *, key: SigningKey = KEY, at: float = 0.0) -> aiohttp.ClientResponse:
        stamp = str(int(time.time() + at))
        headers = {
            "X-Signature-Ed25519": key.sign(stamp.encode() + body).signature.hex(),
            "X-Signature-Timestamp": stamp,
        }
        return await self.client.post("/interactions", data=body, headers=headers)

    async def interact(self, kind: int, data: dict[str, Any], **more: Any) -> tuple[int, Any]:
        response = await self.post(orjson.dumps(interaction_of(str(next(NUMBERS)), kind, data, **more)))
        body = await response.read()
        return response.status, orjson.loads(body) if response.status == 200 else body


def slash(name: str, **options: Any) -> dict[str, Any]:
    given = [{"name": option, "type": 3, "value": value} for option, value in options.items()]
    return {"id": "1", "name": name, "type": 1, "options": given}


@pytest.fixture
async def served(live: Live[Knowledge], tmp_path: Path) -> AsyncIterator[Served]:
    discord = Discord()
    runner = web.AppRunner(discord.application())
    await runner.setup()
    await web.UnixSite(runner, str(tmp_path / "discord")).start()
    database = Database(f"sqlite:///{tmp_path / 'state.sqlite'}")
    bot = LocalBot(live, database, connector=aiohttp.UnixConnector(str(tmp_path / "discord")), registers=False)
    async with bot:
        await bot.login("token")
        bot.health.ready = True
        async with TestClient(TestServer(application(bot, bytes(KEY.verify_key).hex()))) as client:
            yield Served(client, discord, bot)
    await runner.cleanup()


async def test_ping(served: Served) -> None:
    response = await served.post(b'{"type": 1, "id": "1"}')
    assert response.status == 200
    assert response.headers["Content-Type"] == "application/json"
    assert await response.json() == {"type": 1}


async def test_a_card_without_a_picture_is_the_response(served: Served) -> None:
    status, answer = await served.interact(COMMAND, slash("glossary", term="rlhf"))
    assert status == 200
    assert answer["type"] == 4
    assert "RLHF" in str(answer["data"]["components"])
    assert answer["data"]["allowed_mentions"]["parse"] == []
    assert served.discord.callbacks == []


async def test_a_card_with_a_picture_goes_by_itself(served: Served) -> None:
    status, _ = await served.interact(COMMAND, slash("willitrun", model="llama 3.1 8b", gpu="rtx 3090"))
    assert status == 202
    await private_discord.in_flight()
    assert len(served.discord.callbacks) == 1


async def test_choices_controls_and_forms(served: Served) -> None:
    typing = {
        "id": "1", "name": "glossary", "type": 1,
        "options": [{"name": "term", "type": 3, "value": "kv", "focused": True}],
    }  # fmt: skip
    status, answer = await served.interact(CHOICES, typing)
    assert (status, answer["type"]) == (200, 8)
    assert "KV cache" in str(answer["data"]["choices"])
    _, card = await served.interact(COMMAND, slash("glossary", term="rlhf"))
    message = {
        "id": "9", "channel_id": "300000000000000000", "author": {"id": "2", "username": "w", "discriminator": "0"},
        "content": "", "components": card["data"]["components"], "embeds": [], "attachments": [], "mentions": [],
        "mention_roles": [], "mention_everyone": False, "pinned": False, "tts": False, "type": 20, "flags": 1 << 15,
        "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None,
    }  # fmt: skip
    ids = [
        item["custom_id"]
        for row in card["data"]["components"]
        for item in row.get("components", ())
        if "custom_id" in item
    ]
    deeper = next(i for i in ids if i.startswith("deeper~"))
    status, more = await served.interact(BUTTON, {"custom_id": deeper, "component_type": 2}, message=message)
    assert (status, more["type"]) == (200, 4)
    assert more["data"]["flags"] & 64
    report = next(i for i in ids if i.startswith("report~"))
    status, form = await served.interact(BUTTON, {"custom_id": report, "component_type": 2}, message=message)
    assert (status, form["type"]) == (200, 9)
    field = {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": "words", "value": "It is wrong."}}
    done = {"custom_id": form["data"]["custom_id"], "components": [field]}
    status, thanks = await served.interact(FORM, done)
    assert (status, thanks["type"]) == (200, 4)
    assert "report 1" in str(thanks["data"])


async def test_a_slow_answer_is_deferred_and_follows(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.answers.personal import answer_for

    async def slow(*arguments: Any) -> Any:
        await asyncio.sleep(0.2)
        return await answer_for(*arguments)

    monkeypatch.setattr("bot.client.answer_for", slow)
    monkeypatch.setattr("bot.client.DEFER_AFTER_S", 0.01)
    status, answer = await served.interact(COMMAND, slash("glossary", term="rlhf"))
    assert (status, answer["type"]) == (200, 5)


async def test_what_takes_too_long_for_the_request_is_let_go(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.answers.personal import answer_for

    async def slow(*arguments: Any) -> Any:
        await asyncio.sleep(0.2)
        return await answer_for(*arguments)

    monkeypatch.setattr("bot.client.answer_for", slow)
    monkeypatch.setattr("bot.serve.INLINE_S", 0.01)
    status, _ = await served.interact(COMMAND, slash("glossary", term="rlhf"))
    assert status == 202
    await private_discord.in_flight()
    assert len(served.discord.callbacks) == 1


async def test_forged_stale_and_replayed_requests_are_refused(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    body = orjson.dumps(interaction_of("77", COMMAND, slash("about")))
    assert (await served.post(body, key=SigningKey.generate())).status == 401
    with caplog.at_level(logging.WARNING):
        assert (await served.post(body, at=-CLOCK_WINDOW_S - 5)).status == 401
        assert (await served.post(body, at=CLOCK_WINDOW_S + 5)).status == 401
    assert "clock" in caplog.text
    assert (await served.client.post("/interactions", data=body)).status == 401
    for signature in ("", "zz", "00" * 64, "ab"):
        headers = {"X-Signature-Ed25519": signature, "X-Signature-Timestamp": str(int(time.time()))}
        assert (await served.client.post("/interactions", data=body, headers=headers)).status == 401
    headers = {"X-Signature-Ed25519": "00" * 64, "X-Signature-Timestamp": "soon"}
    assert (await served.client.post("/interactions", data=body, headers=headers)).status == 401
    assert (await served.post(body)).status == 200
    assert (await served.post(body)).status == 409


async def test_a_body_that_was_changed_is_refused(served: Served) -> None:
    body = orjson.dumps(interaction_of("78", COMMAND, slash("about")))
    stamp = str(int(time.time()))
    headers = {
        "X-Signature-Ed25519": KEY.sign(stamp.encode() + body).signature.hex(),
        "X-Signature-Timestamp": stamp,
    }
    assert (await served.client.post("/interactions", data=body + b" ", headers=headers)).status == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"type": 2}', b'{"id": "1"}', b'{"type": 99, "id": "1"}', b'{"type": 2, "id": "x"}'],
)  # fmt: skip
async def test_signed_nonsense_is_no_fault(served: Served, body: bytes) -> None:
    assert (await served.post(body)).status in (202, 400)


async def test_too_much_is_refused(served: Served) -> None:
    assert (await served.post(b"x" * (MAX_BODY + 1))).status == 413


async def test_health_and_metrics(served: Served) -> None:
    await served.interact(COMMAND, slash("glossary", term="rlhf"))
    await served.interact(COMMAND, slash("glossary", term="zzz qqq"))
    assert (await served.client.get("/healthz")).status == 200
    assert (await served.client.get("/readyz")).status == 200
    served.bot.health.ready = False
    assert (await served.client.get("/readyz")).status == 503
    text = await (await served.client.get("/metrics")).text()
    assert 'willitrun_interactions_total{command="glossary",kind="command",outcome="answered"} 1.0' in text
    assert 'outcome="not_found"} 1.0' in text
    assert "willitrun_interaction_seconds_bucket" in text
    assert "100000000000000000" not in text
    assert "rlhf" not in text
    assert (await served.client.get("/")).status == 404


KEYS = st.sampled_from(["id", "type", "data", "token", "user"])
VALUES = st.one_of(st.none(), st.integers(-(2**63), 2**63), st.text(max_size=20))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(KEYS, VALUES))
async def test_any_signed_json_gets_some_answer(served: Served, data: dict[str, Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.serve.INLINE_S", 0.01)
        assert (await served.post(orjson.dumps(data))).status in (200, 202, 400, 409)


def test_another_discord_py_is_said_to_be_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    private_discord.check()
    monkeypatch.delattr("discord.state.ConnectionState.parse_interaction_create")
    with pytest.raises(private_discord.Incompatible, match="parse_interaction_create"):
        private_discord.check()
