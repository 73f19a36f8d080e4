"""What the page may do, and what others may not."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

WILLITRUN = {"kind": "slash", "user": "ada", "name": "willitrun", "options": {"model": "gemma 3 27b", "gpu": "3090"}}


@pytest.fixture
async def session(server: TestServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_url=server.make_url("/")) as client:
        yield client


async def act(session: aiohttp.ClientSession, what: dict[str, Any], **files: bytes) -> dict[str, Any]:
    status, outcome = await try_act(session, what, **files)
    assert status == 200, outcome
    return outcome


async def try_act(session: aiohttp.ClientSession, what: dict[str, Any], **files: bytes) -> tuple[int, dict[str, Any]]:
    form = aiohttp.FormData({"act": json.dumps(what)}, default_to_multipart=True)
    for name, data in files.items():
        form.add_field(name, io.BytesIO(data), filename="log.txt", content_type="text/plain")
    async with session.post("/act", data=form) as response:
        return response.status, await response.json()


def written(message: dict[str, Any]) -> str:
    return json.dumps(message["components"], ensure_ascii=False)


async def test_a_command_is_answered_with_card_and_picture(session: aiohttp.ClientSession) -> None:
    outcome = await act(session, WILLITRUN)
    (message,) = outcome["messages"]
    assert "Fits: Gemma 3 27B" in written(message)
    (file,) = message["attachments"]
    async with session.get(f"/files/{file['id']}", params={"user": "ada"}) as response:
        assert response.content_type == "image/png"
        assert (await response.read()).startswith(b"\x89PNG")


async def test_what_is_for_one_is_seen_by_nobody_else(session: aiohttp.ClientSession) -> None:
    private = {**WILLITRUN, "options": {"model": "gemma 3 27b", "gpu": "my toaster"}}
    assert len((await act(session, private))["messages"]) == 1
    async with session.get("/messages", params={"user": "grace"}) as response:
        assert (await response.json())["messages"] == []


async def test_controls_change_the_card_in_place(session: aiohttp.ClientSession) -> None:
    (card,) = (await act(session, WILLITRUN))["messages"]
    quant = next(c for row in card["components"] for c in row["components"] if c.get("placeholder") == "Quant")
    change = {"kind": "select", "user": "grace", "message": card["id"], "custom_id": quant["custom_id"]}
    (changed,) = (await act(session, {**change, "values": ["Q6_K"]}))["messages"]
    assert changed["id"] == card["id"]
    assert "Gemma 3 27B Q6_K" in written(changed)


async def test_a_log_is_sent_in_a_dialog(session: aiohttp.ClientSession) -> None:
    shown = await act(session, {"kind": "slash", "user": "ada", "name": "error"})
    assert shown["modal"]["title"] == "Which error?"
    log = b"RuntimeError: CUDA error: no kernel image is available for execution on the device"
    outcome = await act(session, {"kind": "submit", "user": "ada", "values": {"text": ""}}, file=log)
    assert "no kernel image" in written(outcome["messages"][-1]).casefold()


async def test_an_attached_log_is_diagnosed_from_the_menu(session: aiohttp.ClientSession) -> None:
    said = await act(session, {"kind": "say", "user": "grace", "text": "help?"}, log=b"CUDA out of memory. Tried to")
    (message,) = said["messages"]
    assert message["attachments"][0]["filename"] == "log.txt"
    menu = {"kind": "menu", "user": "ada", "message": message["id"], "name": "Diagnose this error"}
    assert "out of memory" in written((await act(session, menu))["messages"][-1])


async def test_choices_are_offered_while_typing(session: aiohttp.ClientSession) -> None:
    typing = {"kind": "complete", "user": "ada", "name": "willitrun", "option": "gpu", "value": "4070 ti"}
    choices = (await act(session, typing))["choices"]
    assert "4070 Ti" in choices[0]["name"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:8400"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/world", "/messages?user=ada", "/page.js"])
async def test_other_pages_are_refused(session: aiohttp.ClientSession, path: str, headers: dict[str, str]) -> None:
    async with session.get(path, headers=headers) as response:
        assert response.status == 403


async def test_another_page_cannot_act(session: aiohttp.ClientSession) -> None:
    form = aiohttp.FormData({"act": json.dumps(WILLITRUN)}, default_to_multipart=True)
    async with session.post("/act", data=form, headers={"Origin": "http://evil.example"}) as response:
        assert response.status == 403
    async with session.get("/messages", params={"user": "ada"}) as response:
        assert (await response.json())["messages"] == []


async def test_too_large_a_file_is_refused(session: aiohttp.ClientSession) -> None:
    say = {"kind": "say", "user": "ada", "text": "x"}
    status, outcome = await try_act(session, say, log=b"x" * 2_100_000)
    assert status == 413
    assert "2 MB" in outcome["error"]


@pytest.mark.parametrize(
    "what",
    [
        {"kind": "slash", "user": "mallory", "name": "help"},
        {"kind": "slash", "user": "ada", "name": "rm -rf"},
        {"kind": "slash", "user": "ada", "name": "compare", "options": {"a": "3090"}},
        {"kind": "slash", "user": "ada", "name": "willitrun", "options": {"model": "x", "ram_gib": "much"}},
        {"kind": "click", "user": "ada", "message": 1, "custom_id": "forged"},
        {"kind": "submit", "user": "ada", "values": {"text": "no dialog is open"}},
        {"kind": "say", "user": "ada", "text": "x" * 2001},
        {"kind": "explode", "user": "ada"},
        {"kind": "say"},
    ],
)
async def test_what_a_person_cannot_do_is_refused_kindly(session: aiohttp.ClientSession, what: dict[str, Any]) -> None:
    status, outcome = await try_act(session, what)
    assert status == 400
    assert outcome["error"]
    assert "Traceback" not in outcome["error"]


async def test_what_is_no_form_is_refused(session: aiohttp.ClientSession) -> None:
    async with session.post("/act", data=b"{}", headers={"Content-Type": "application/json"}) as response:
        assert response.status == 400
    async with session.post("/act", data=aiohttp.FormData({"x": "1"}, default_to_multipart=True)) as response:
        assert response.status == 400
