"""A citizen and two of the staff in one conversation, each in a browser of their own; one has two tabs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from channels.protocol import Reply
from conversations import replies, store
from conversations.models import Conversation, Message
from desk import accounts, directory
from tests.conversations.world import World
from tests.e2e.browsers import Widget
from tests.e2e.installation import eventually
from tests.web.browsing import MARKS, complaints, served, signed_in
from tests.web.console.world import PASSWORD

SAID = "지금 확인해 드리겠습니다."
SECRET = "지난달에도 같은 문의를 하신 분입니다."

pytestmark = MARKS
SignIn = Callable[..., Page]


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    with served(app) as url:
        yield url


@pytest.fixture
def sign_in(small_world: World, address: str, chromium: Browser) -> SignIn:
    """Somebody of the directory, in a browser of their own; what breaks in it is in `page.complaints`."""

    def sign_in(number: int, **options: Any) -> Page:
        with small_world.database.session() as session:
            staff = [one for one in accounts.all_staff(session) if one.role == "agent"][number]
            accounts.set_password(session, staff, PASSWORD)
            username = staff.username
        return signed_in(chromium, address, username, **options)

    return sign_in


@pytest.fixture
def citizen(address: str, chromium: Browser) -> Widget:
    """Somebody who asks for a person."""
    page = chromium.new_context().new_page()
    page.goto(address)
    widget = Widget(page)
    widget.open()
    widget.ask("상담원 연결")
    return widget


def test_who_waits_is_taken_from_the_list_and_each_side_sees_the_other_type(
    citizen: Widget, sign_in: SignIn
) -> None:
    lee = sign_in(0)
    broken = complaints(lee)
    lee.goto("/staff/conversations")
    expect(lee.locator(".lane.waiting")).to_contain_text("방금부터 대기")
    lee.locator(".lane.waiting").get_by_role("button", name="넘겨받기").click()
    expect(lee.locator("#holder")).to_contain_text("제가 대화하고 있습니다")
    lee.goto("/staff/conversations")
    expect(lee.locator(".lane.waiting .chats")).to_have_count(0)
    lee.locator(".lane.person a").click()

    citizen.panel.get_by_label("메시지 입력").press_sequentially("제 이름은")
    expect(lee.locator("#people")).to_contain_text("고객이 입력하고 있습니다")
    lee.locator("#text").press_sequentially("안녕")
    expect(citizen.panel.locator(".typing")).to_be_visible()
    lee.fill("#text", SAID)
    lee.keyboard.press("Control+Enter")
    expect(citizen.said("staff")).to_contain_text(SAID)
    expect(lee.locator("#text")).to_have_value("")
    assert broken == []


def test_two_of_the_staff_see_each_other_and_a_whisper_stays_between_them(
    citizen: Widget, sign_in: SignIn
) -> None:
    lee, kim = sign_in(0), sign_in(1)
    lee.goto("/staff/conversations")
    lee.locator(".lane.waiting").get_by_role("button", name="넘겨받기").click()
    kim.goto(lee.url.split("?")[0])
    expect(kim.locator("#people")).to_contain_text("님도 이 대화를 보고 있습니다")
    expect(lee.locator("#people")).to_contain_text("님도 이 대화를 보고 있습니다")
    kim.locator(".whisper summary").click()
    kim.fill("#whisper", SECRET)
    kim.get_by_role("button", name="귓속말 남기기").click()
    expect(kim.locator("#whisper")).to_have_value("")
    expect(lee.locator(".said.whisper")).to_contain_text(SECRET)
    lee.fill("#text", SAID)
    lee.get_by_role("button", name="보내기", exact=True).click()
    expect(citizen.said("staff")).to_contain_text(SAID)
    expect(citizen.panel).not_to_contain_text(SECRET)


def test_each_of_two_colleagues_signs_for_the_citizen(citizen: Widget, small_world: World) -> None:
    expect(citizen.said("bot").last).to_be_visible()
    database, cipher = small_world.database, small_world.vault.cipher
    with database.session() as session:
        talk = session.scalars(select(Conversation)).one()
        first, *_, second = accounts.all_staff(session)
        assert first.department_id != second.department_id
        for staff in (first, first, second):
            signed = {"signed": replies.signature(directory.contact(staff))}
            store.add_message(
                session,
                cipher,
                talk,
                "staff",
                Reply(kind="staff", text=SAID, data=signed),
                small_world.clock.now(),
            )
        names = [first.name, second.name]
    citizen.page.reload()
    citizen.open()
    shown = citizen.panel.locator(".staff .who:visible strong")
    expect(shown).to_contain_text(names)


def test_two_tabs_of_one_person_tell_the_same(citizen: Widget, sign_in: SignIn) -> None:
    first = sign_in(0)
    first.goto("/staff/conversations")
    first.locator(".lane.waiting").get_by_role("button", name="넘겨받기").click()
    second = first.context.new_page()
    second.goto(first.url.split("?")[0])
    second.fill("#text", SAID)
    second.keyboard.press("Control+Enter")
    for tab in (first, second):
        expect(tab.locator(".said.staff")).to_have_count(1)
        expect(tab.locator("#people")).not_to_contain_text("이 대화를 보고")
    first.get_by_role("button", name="챗봇에 돌려주기").click()
    expect(second.locator("#holder")).to_contain_text("챗봇이 답하고 있습니다", timeout=10_000)
    second.fill("#text", "늦은 말입니다.")
    second.keyboard.press("Control+Enter")
    expect(second.locator("#alerts")).to_contain_text("맡고 있지 않습니다")
    expect(citizen.said("staff")).to_have_count(1)


def stored(world: World) -> int:
    """What has reached us of the citizen: the widget shows it before it is sent."""
    with world.database.session() as session:
        return len(session.scalars(select(Message).where(Message.author == "citizen")).all())


def test_search_is_driven_by_keyboard_and_the_way_back_finds_the_results(
    citizen: Widget, sign_in: SignIn, small_world: World
) -> None:
    citizen.ask("정부광고 수수료를 환불받고 싶은데 010-2222-3333으로 연락 주세요")
    assert eventually(lambda: stored(small_world) == 2)
    lee = sign_in(0)
    broken = complaints(lee)
    lee.keyboard.press("/")
    lee.wait_for_url("**/staff/search")
    lee.keyboard.type("수수료 환불|반환")
    lee.keyboard.press("Enter")
    expect(lee.locator(".hits mark")).to_have_text(["수수료", "환불"])
    expect(lee.locator(".hits")).to_contain_text("(전화번호)")
    assert "환불" not in unquote(lee.url)
    lee.locator("h1").click()
    lee.keyboard.press("j")
    lee.keyboard.press("Enter")
    expect(lee.locator("[data-log]")).to_contain_text("010-2222-3333")
    lee.go_back()
    expect(lee.locator(".hits li")).to_have_count(1)
    expect(lee.locator("#text")).to_have_value("수수료 환불|반환")
    assert broken == []


def test_the_log_uses_the_height_of_the_screen(citizen: Widget, sign_in: SignIn) -> None:
    for _ in range(6):
        citizen.ask("복사기 써도 되나요?")
    lee = sign_in(0, viewport={"width": 1440, "height": 900})
    lee.goto("/staff/conversations")
    lee.locator(".lane.waiting").get_by_role("button", name="넘겨받기").click()
    log, card = lee.locator("[data-log]").bounding_box(), lee.locator(".whole-height").bounding_box()
    assert log
    assert card
    assert card["y"] + card["height"] <= 900
    assert log["height"] >= 330
    last = lee.locator(".said").last.bounding_box()
    assert last
    assert last["y"] + last["height"] <= log["y"] + log["height"]
