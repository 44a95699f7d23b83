"""The console as staff drive it: a real browser, the real Content-Security-Policy, a fake live desk."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.web import browsing
from tests.web.browsing import signed_in
from tests.web.console.world import World

PAGE = "/staff/conversations/c1"

pytestmark = browsing.MARKS


def test_a_conversation_is_live_and_whoever_lost_it_is_told(
    world: World, address: str, chromium: Browser
) -> None:
    lee = signed_in(chromium, address, "lee")
    complaints = browsing.complaints(lee)
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
