"""Calendar and bell as staff use them, at a desk and on a telephone: real browser, real policy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from desk import accounts, notices, tickets
from tests.web import browsing
from tests.web.console.world import World

pytestmark = browsing.MARKS


@pytest.fixture(params=[360, 1440])
def kim(request: pytest.FixtureRequest, world: World, address: str, chromium: Browser) -> Iterator[Page]:
    """A supervisor, at either width; nothing is wider than the screen, and no page complains."""
    world.account("kim", "supervisor")
    size = {"width": request.param, "height": 800}
    page = browsing.signed_in(chromium, address, "kim", viewport=size)
    complaints = browsing.complaints(page)
    yield page
    assert page.evaluate("document.documentElement.scrollWidth") <= request.param
    assert complaints == []


def test_a_supervisor_closes_a_day_reads_what_it_means_and_takes_it_back(kim: Page) -> None:
    kim.goto("/staff/calendar")
    expect(kim.locator(".note.info")).to_contain_text("이미 알려 드린 약속일은 바뀌지 않습니다")
    kim.get_by_label("날짜").fill("2026-11-27")
    kim.get_by_label("쉬는 날로 정합니다").check()
    kim.get_by_label("사유").fill("임시 공휴일 지정")
    kim.get_by_role("button", name="저장").click()
    expect(kim.locator(".note.good")).to_contain_text("달력을 조정했습니다")
    expect(kim.locator(".page-head")).to_contain_text("12월 1일(화)")
    kim.get_by_role("button", name="11월 27일(금) 조정 취소").click()
    expect(kim.locator(".page-head")).to_contain_text("11월 30일(월)")


def test_a_refused_day_says_why_and_keeps_what_was_typed(kim: Page) -> None:
    kim.goto("/staff/calendar")
    kim.get_by_label("날짜").fill("2026-11-28")
    kim.get_by_label("사유").fill("이미 쉬는 토요일")
    kim.get_by_role("button", name="저장").click()
    expect(kim.get_by_role("alert").first).to_contain_text("이미 쉬는 날")
    expect(kim.get_by_label("사유")).to_have_value("이미 쉬는 토요일")


def test_the_bell_leads_to_the_notice_and_the_notice_to_the_ticket(world: World, kim: Page) -> None:
    number = world.ticket()
    with world.database.session() as session:
        staff = accounts.find(session, "kim")
        assert staff
        notices.mark_read(session, staff.id, world.clock.now())
        notices.tell(session, staff, "due80", "one", tickets.find(session, number), world.clock.now())
    kim.goto("/staff/faq")
    kim.get_by_role("link", name="읽지 않은 알림 1건").click()
    kim.locator(".unread").get_by_role("link", name=number).click()
    kim.wait_for_url(f"**/staff/tickets/{number}")
    kim.goto("/staff/notices")
    expect(kim.locator(".bell-count")).to_have_count(0)
    expect(kim.locator(".unread")).to_have_count(0)
