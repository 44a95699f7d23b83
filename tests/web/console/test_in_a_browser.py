"""The console as staff drive it: a real browser, the real Content-Security-Policy, a fake live desk."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.web.console.world import PASSWORD, Talk, World
from web.security import SecurityHeaders

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAGE = "/staff/conversations/c1"

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium")]


@pytest.fixture
def address(world: World) -> Iterator[str]:
    world.app.add_middleware(SecurityHeaders, tls=False)
    for username in ("kim", "lee"):
        world.account(username)
    world.desk.put(Talk("c1"))
    world.desk.add("c1", "citizen", "빅카인즈 회원 가입이 안 됩니다.")
    server = uvicorn.Server(uvicorn.Config(world.app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


def signed_in(chromium: Browser, address: str, username: str, **options: Any) -> Page:
    page = chromium.new_context(base_url=address, **options).new_page()
    page.goto("/staff/login")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff")
    return page


def test_a_conversation_is_live_and_whoever_lost_it_is_told(
    world: World, address: str, chromium: Browser
) -> None:
    lee = signed_in(chromium, address, "lee")
    complaints: list[str] = []
    lee.on("pageerror", lambda error: complaints.append(str(error)))
    lee.on("console", lambda line: complaints.append(line.text) if "Security" in line.text else None)
    lee.goto(PAGE)
    lee.click("text=대화 넘겨받기")
    lee.fill("#text", "지금 확인해 드리겠습니다.")
    lee.keyboard.press("Control+Enter")
    expect(lee.locator(".said.staff")).to_have_count(1)
    expect(lee.locator("#text")).to_have_value("")

    world.desk.add("c1", "citizen", "고맙습니다.")
    expect(lee.locator("[data-log]")).to_contain_text("고맙습니다.")
    expect(lee.locator(".said.staff")).to_have_count(1)

    kim = signed_in(chromium, address, "kim")
    kim.goto(PAGE)
    kim.click("text=넘겨받기…")
    kim.click("button:has-text('넘겨받기')")
    expect(lee.locator("#holder")).to_contain_text("김담당 팀장")
    lee.fill("#text", "아직 저입니다.")
    lee.click("form.say button:has-text('보내기')")
    expect(lee.locator("#alerts")).to_contain_text("다른 사람이 대화하고 있습니다")
    expect(lee.locator("#text")).to_have_value("아직 저입니다.")
    assert complaints == []


def test_a_new_ticket_appears_by_itself(world: World, address: str, chromium: Browser) -> None:
    page = signed_in(chromium, address, "lee")
    page.goto("/staff?queue=department")
    world.ticket(matter="새로 들어온 문의입니다.")
    expect(page.locator("#board")).to_contain_text("새로 들어온 문의입니다.", timeout=15_000)


def test_at_phone_width_no_page_scrolls_sideways(world: World, address: str, chromium: Browser) -> None:
    number = world.ticket(conversation_id="c1", name="남궁하나둘셋", matter="https://example.kr/" + "a" * 300)
    page = signed_in(chromium, address, "lee", viewport={"width": 360, "height": 740})
    for path in (
        "?queue=department",
        f"/tickets/{number}",
        "/conversations",
        "/conversations/c1",
        "/faq",
        "/password",
    ):
        page.goto(f"/staff{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
