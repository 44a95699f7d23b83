"""The board without a mouse: a real browser, the real Content-Security-Policy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web import browsing
from tests.web.console.world import NOW, World

pytestmark = browsing.MARKS
LIST = "/staff?queue=department"


@pytest.fixture
def lee(world: World, address: str, chromium: Browser) -> Iterator[Page]:
    """Somebody at a list of three tickets: the oldest comes first."""
    world.numbers = [world.ticket(at=NOW - timedelta(hours=hours)) for hours in (30, 20, 10)]  # type: ignore[attr-defined]
    page = browsing.signed_in(chromium, address, "lee")
    complaints = browsing.complaints(page)
    page.goto(LIST)
    yield page
    assert complaints == []


def numbers(world: World) -> list[str]:
    return list(world.numbers)  # type: ignore[attr-defined]


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_j_and_k_walk_along_the_list_and_enter_opens(world: World, lee: Page) -> None:
    first, second, third = numbers(world)
    walked = []
    for key in "jjjjkkk":
        lee.keyboard.press(key)
        walked.append(focused(lee))
    assert walked == [f"t-{number}" for number in (first, second, third, third, second, first, first)]
    lee.keyboard.press("j")
    lee.keyboard.press("Enter")
    lee.wait_for_url(f"**/tickets/{second}")


def test_the_place_in_the_list_outlives_its_being_sent_again(world: World, lee: Page) -> None:
    lee.keyboard.press("j")
    before = focused(lee)
    world.ticket(matter="새로 들어온 문의입니다.")
    expect(lee.locator("#board")).to_contain_text("새로 들어온 문의입니다.", timeout=15_000)
    assert focused(lee) == before


def test_the_keys_are_found_under_a_korean_input_method(lee: Page) -> None:
    lee.evaluate(
        "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ㅓ', code: 'KeyJ', bubbles: true}))"
    )
    assert focused(lee).startswith("t-")


def test_r_opens_the_chosen_ticket_with_the_cursor_in_the_reply(world: World, lee: Page) -> None:
    lee.keyboard.press("j")
    lee.keyboard.press("r")
    lee.wait_for_url(f"**/tickets/{numbers(world)[0]}#reply")
    expect(lee.locator("#text")).to_be_focused()


def test_a_takes_the_chosen_ticket(world: World, lee: Page) -> None:
    number = next(number for number in numbers(world) if world.owner(number) != "lee")
    lee.focus(f"#t-{number}")
    lee.keyboard.press("a")
    lee.wait_for_url("**done=took")
    assert world.owner(number) == "lee"


def test_a_slash_leads_to_the_search(lee: Page) -> None:
    lee.keyboard.press("/")
    lee.wait_for_url("**/staff/search")


def test_a_question_mark_explains_the_keys_and_they_can_be_switched_off_for_good(lee: Page) -> None:
    lee.keyboard.press("?")
    expect(lee.locator("#keys")).to_be_visible()
    lee.keyboard.press("j")
    assert not focused(lee).startswith("t-")
    lee.uncheck("[data-keys-on]")
    lee.keyboard.press("Escape")
    lee.keyboard.press("j")
    assert not focused(lee).startswith("t-")
    lee.goto(LIST)
    lee.keyboard.press("?")
    expect(lee.locator("#keys")).to_be_hidden()
    lee.click("[data-menu] summary")
    lee.click("[data-keys-open]")
    lee.check("[data-keys-on]")
    lee.keyboard.press("Escape")
    expect(lee.locator("#keys")).to_be_hidden()
    lee.keyboard.press("j")
    expect(lee.locator("[data-open]:focus")).to_have_count(1)


def test_whoever_types_is_left_alone(lee: Page) -> None:
    lee.goto("/staff/callback")
    lee.keyboard.type("jkrta/?c")
    expect(lee.locator("#name")).to_have_value("jkrta/?c")
    expect(lee.locator("#keys")).to_be_hidden()


def test_a_note_on_the_telephone_needs_no_mouse(lee: Page) -> None:
    lee.keyboard.press("c")
    lee.wait_for_url("**/staff/callback")
    for field in ("홍길동", "01012345678", "광고 정산 일정 문의", "조광고"):
        lee.keyboard.type(field)
        lee.keyboard.press("Tab")
    for key in ("Tab", *["Tab"] * 20):
        if focused(lee) == "agreed":
            break
        lee.keyboard.press(key)
    lee.keyboard.press("Space")
    lee.keyboard.press("Control+Enter")
    expect(lee.locator(".note.good")).to_contain_text("조광고 차장")
    expect(lee.locator("#name")).to_be_focused()


def test_an_open_menu_closes_with_escape_and_gives_the_focus_back(lee: Page) -> None:
    lee.focus("[data-menu] summary")
    lee.keyboard.press("Enter")
    lee.keyboard.press("Tab")
    lee.keyboard.press("Escape")
    expect(lee.locator("[data-menu] .menu-list")).to_be_hidden()
    expect(lee.locator("[data-menu] summary")).to_be_focused()


@pytest.mark.parametrize("path", ["?queue=department", "?queue=unassigned", "/callback"])
def test_at_phone_width_the_navigation_is_whole_and_nothing_scrolls_sideways(
    world: World, address: str, chromium: Browser, path: str
) -> None:
    world.ticket(name="남궁하나둘셋", matter="https://example.kr/" + "a" * 300, department_id=None)
    page = browsing.signed_in(chromium, address, "lee", viewport={"width": 360, "height": 740})
    page.goto(f"/staff{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.click("[data-menu] summary")
    for label in ("문의", "대화", "검색", "FAQ", "전화 메모", "부서·직원"):
        expect(page.locator(".menu-list a", has_text=label).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
