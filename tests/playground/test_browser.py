"""The page in Chromium, as a person uses it. ``make pictures`` keeps what it looks like in ``docs/images``."""

import io
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Literal

import pytest
from aiohttp.test_utils import TestServer
from PIL import Image
from playwright.async_api import Browser, Locator, Page, async_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PICTURES = os.environ.get("WILLITRUN_PICTURES")
"""Folder in which the pictures of the documentation are kept; none unless given."""

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium (on Debian: apt install chromium)")

Scheme = Literal["dark", "light"]
SIZES = {"desktop": 760, "phone": 390}
TALL = 3000
"""High enough for the longest card, so that none is cut off."""

CARDS = {
    "willitrun": "/willitrun model: gemma 3 27b q4_k_m gpu: rtx 3090 context: 32k",
    "willitrun-two-cards": "/willitrun model: llama 3.3 70b gpu: 2x 3090",
    "ask-back": "/willitrun model: llama 3.1 8b gpu: rtx 3060",
    "compare": "/compare a: rtx 3090 b: rx 7900 xtx",
    "fits": "/fits gpu: rtx 4070 ti super",
    "bench": "/bench model: gpt-oss 20b gpu: rtx 3090",
    "model": "/model qwen3 30b a3b",
    "gpu": "/gpu m3 max 64gb",
    "tool": "/tool ollama",
    "error": "/error cuda oom",
    "troubleshoot": "/troubleshoot ollama is slow",
    "glossary": "/glossary rlhf",
    "start": "/start system: linux gpu: rtx 3060 12gb goal: coding",
    "ask": "/ask does vram add up",
    "learn": "/learn course: quantization lesson: 5",
    "prompt": "/prompt kit: summarise",
    "guide": "/guide which mac",
    "choosegpu": "/choosegpu model: qwen3 32b context: 16k budget: 1500",
    "cost": "/cost model: gpt-oss 20b gpu: rtx 3090 tokens: 400M kwh_usd: 0.15 price_usd: 400",
    "rig": "/rig set hardware: 2x3090, 128gb ddr5, linux",
    "settings": "/settings ",
    "help": "/help",
}
"""What is asked for the picture of each main card."""

Open = Callable[..., Awaitable[Page]]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        await launched.close()


@pytest.fixture
def page_at(browser: Browser, server: TestServer) -> Open:
    async def opened(width: int = 760, height: int = 1000, scheme: Scheme = "dark") -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=1
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"the page broke: {error}"))
        await page.goto(str(server.make_url("/")))
        await page.wait_for_selector("body[data-ready]")
        return page

    return opened


async def ask(page: Page, line: str) -> Locator:
    """Type a command and send it; the message that answers it."""
    before = await page.locator("article").count()
    await page.locator("#text").fill(line if " " in line else f"{line} ")
    await page.locator("#command").wait_for()
    await page.keyboard.press("Enter")
    answer = page.locator("article").nth(before)
    await answer.wait_for()
    await answer.evaluate("node => Promise.all([...node.querySelectorAll('img')].map((image) => image.decode()))")
    return answer


async def keep(element: Locator, name: str) -> None:
    """A picture of an element, in few colours, in the folder that was asked for."""
    shot = await element.screenshot(animations="disabled")
    image = Image.open(io.BytesIO(shot))
    assert image.width > 300
    assert image.height > 60
    if PICTURES:
        folder = Path(PICTURES)
        folder.mkdir(parents=True, exist_ok=True)
        image.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(folder / f"{name}.png", optimize=True)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_each_main_card(page_at: Open, size: str, scheme: Scheme) -> None:
    page = await page_at(SIZES[size], TALL, scheme)
    for name, line in CARDS.items():
        answer = await ask(page, line)
        assert await answer.locator(".container").count() == 1
        room = await answer.evaluate("node => node.scrollWidth - node.clientWidth")
        assert room <= 0, f"{name} is wider than a {size}"
        await keep(answer, f"{name}-{scheme}-{size}")


async def test_from_the_keyboard_alone(page_at: Open) -> None:
    page = await page_at()
    await page.keyboard.type("/will")
    await page.locator(".offer").first.wait_for()
    if PICTURES:
        await keep(page.locator("body"), "commands-dark-desktop")
    await page.keyboard.press("Enter")
    await page.keyboard.type("gemma 3 27b")
    await page.locator(".offer", has_text="Gemma 3 27B").first.wait_for()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.type("rtx 3090")
    await page.keyboard.press("Enter")
    answer = page.locator("article").first
    await answer.wait_for()
    assert "Gemma 3 27B" in await answer.inner_text()
    assert "ada used /willitrun" in await answer.inner_text()


async def test_controls_and_what_is_behind_a_card(page_at: Open) -> None:
    page = await page_at(height=TALL)
    answer = await ask(page, "/willitrun model: gemma 3 27b gpu: rtx 3090")
    await answer.get_by_label("Context", exact=True).select_option("32768")
    await page.locator("article", has_text="32k context").wait_for()
    await page.locator("article").first.get_by_role("button", name="Why?").click()
    behind = page.locator("article.mine")
    await behind.wait_for()
    assert "KiB a token" in await behind.inner_text()
    await keep(behind, "why-dark-desktop")
    await behind.get_by_role("button", name="Dismiss").click()
    assert await page.locator("article.mine").count() == 0


async def test_a_question_back_is_answered_by_a_select(page_at: Open) -> None:
    page = await page_at(height=TALL)
    asked = await ask(page, "/willitrun model: llama 3.1 8b gpu: rtx 3060")
    await asked.get_by_label("Which one?").select_option("rtx-3060-12gb")
    await page.locator("article", has_text="Fits: Llama 3.1 8B Instruct").wait_for()


async def test_menu_of_a_message_and_another_person(page_at: Open) -> None:
    page = await page_at(height=TALL)
    await page.locator("#text").fill("can I run llama 3.3 70b on 2x3090 at 32k?")
    await page.keyboard.press("Enter")
    await page.locator("article").first.wait_for()
    await page.locator("#person").select_option("grace")
    await page.locator("article").first.wait_for()
    await page.locator("article").first.click(button="right")
    await page.get_by_role("menuitem", name="Will this run?").click()
    answer = page.locator("article", has_text="2× NVIDIA GeForce RTX 3090").first
    await answer.wait_for()
    assert "grace used /Will this run?" in await answer.inner_text()


async def test_a_long_paste_in_a_dialog(page_at: Open, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("loading\nRuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB\n")
    page = await page_at(height=TALL)
    await page.locator("#text").press_sequentially("/error ")
    await page.keyboard.press("Enter")
    dialog = page.locator("dialog")
    await dialog.wait_for()
    await dialog.locator("input[type=file]").set_input_files(log)
    await dialog.get_by_role("button", name="Submit").click()
    await page.locator("article", has_text="out of memory").first.wait_for()


async def test_bad_input_is_said_kindly(page_at: Open) -> None:
    page = await page_at()
    await page.locator("#text").fill("/nonsense now")
    await page.keyboard.press("Enter")
    assert "no command /nonsense" in await page.locator("#problem").inner_text()
    await page.locator("#text").fill("")
    await page.locator("#text").press_sequentially("/compare ")
    await page.keyboard.type("3090")
    await page.keyboard.press("Enter")
    assert "/compare needs b" in await page.locator("#problem").inner_text()


async def test_what_is_written_is_never_run(page_at: Open) -> None:
    page = await page_at()
    await page.locator("#text").fill('<img src=x onerror="document.title=1"> [x](javascript:alert(1)) **bold** `<b>`')
    await page.keyboard.press("Enter")
    message = page.locator("article").first
    await message.wait_for()
    assert await message.locator("img").count() == 0
    assert await message.locator("a").count() == 0
    assert await message.locator("strong", has_text="bold").count() == 1
    assert await page.title() == "willitrun playground"


async def test_a_rig_and_the_settings_of_a_moderator(page_at: Open) -> None:
    page = await page_at(height=TALL)
    saved = await ask(page, "/rig set hardware: 2x3090, 128gb ddr5, linux")
    assert "2× NVIDIA GeForce RTX 3090" in await saved.inner_text()
    answer = await ask(page, "/willitrun model: llama 3.3 70b")
    assert "On your rig" in await answer.inner_text()
    panel = await ask(page, "/settings ")
    await choose(panel, "Commands to switch off", "/compare")
    await page.locator("article", has_text="Switched off /compare").wait_for()
    await choose(panel, "Where reports of errors go", "#local-ai")
    await page.locator("article", has_text="Reports go to").wait_for()


async def choose(panel: Locator, words: str, value: str) -> None:
    """Tick a value of a select of several, and send it."""
    select = panel.locator("details", has_text=words)
    await select.locator("summary").click()
    await select.get_by_label(value).check()
    await select.get_by_role("button", name="Choose").click()
