"""Two browsers: a citizen asks, gets an answer, opens a ticket; staff answer, take over and give back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsers import Pages, Widget
from tests.e2e.installation import Installation
from tests.e2e.people import NUMBER, UNKNOWN

COPIER = "복사기 써도 되나요?"
NAME, PHONE = "윤슬기", "010-8765-4321"


@pytest.fixture
def console(pages: Pages, house: Installation) -> Page:
    """The browser of a member of staff, logged in."""
    page = pages()
    username, password = house.first_login
    page.goto("/staff")
    page.get_by_label("아이디").fill(username)
    page.get_by_label("비밀번호").fill(password)
    page.get_by_role("button", name="로그인").click()
    expect(page.get_by_role("heading", name="문의", exact=True)).to_be_visible()
    return page


def open_ticket(widget: Widget) -> str:
    """Ask what only a person can answer, fill in the form, and return the ticket's number."""
    widget.ask(UNKNOWN)
    widget.press("문의 접수하기")
    form = widget.panel.get_by_role("region", name="문의 접수")
    expect(form.get_by_label("내용", exact=False).first).to_have_value(UNKNOWN)
    expect(form).to_contain_text("보유 기간")
    form.get_by_label("성함").fill(NAME)
    form.get_by_label("전화번호").fill(PHONE)
    form.get_by_label("위 내용에 동의합니다").check()
    form.get_by_role("button", name="접수하기").click()
    receipt = widget.panel.get_by_role("region", name="접수 결과")
    expect(receipt).to_contain_text("접수되었습니다")
    expect(receipt.locator("dl")).to_contain_text(
        re.compile("담당 부서.+담당자.+전화.*02-000-.+답변 예정.+까지")
    )
    number = NUMBER.search(receipt.inner_text())
    assert number
    return number[0]


def test_the_widget_greets_and_answers_with_the_owner(widget: Widget) -> None:
    widget.open()
    expect(widget.panel).to_contain_text("무엇을 도와드릴까요?")
    widget.ask(COPIER)
    expect(widget.said("bot")).to_have_count(2)
    expect(widget.said("bot").first).to_contain_text("무료")
    expect(widget.said("bot").first).to_contain_text("총무팀")
    expect(widget.said("bot").last).to_contain_text("도움이 되었나요?")
    widget.press("네")
    expect(widget.said("bot").last).to_contain_text("도움이 되어 기쁩니다.")


def test_a_ticket_is_answered_by_a_person_whom_the_citizen_sees_at_once_and_after_a_reload(
    widget: Widget, console: Page
) -> None:
    widget.open()
    widget.ask(COPIER)
    expect(widget.said("bot")).to_have_count(2)
    number = open_ticket(widget)

    console.goto("/staff?scope=all")
    console.locator("tr", has_text=number).get_by_role("link").click()
    ticket = console.get_by_role("main")
    expect(ticket.get_by_role("region", name="문의 내용")).to_contain_text(UNKNOWN)
    expect(ticket).to_contain_text(re.compile(f"{NAME}.*{PHONE}", re.DOTALL))
    expect(ticket).to_contain_text(re.compile(r"먼저 안내(된|한) 답변"))
    expect(ticket).to_contain_text("까지")
    talk = ticket.get_by_role("log")
    expect(talk).to_contain_text(COPIER)
    expect(talk).to_contain_text(number)
    ticket.get_by_label("답변", exact=True).fill("신청하신 건은 오늘 승인되었습니다.")
    ticket.get_by_role("button", name="답변 보내기").click()
    expect(talk).to_contain_text("승인되었습니다.")

    for _ in ("at once", "after a reload"):
        reply = widget.said("staff")
        expect(reply).to_have_count(1)
        expect(reply).to_contain_text("신청하신 건은 오늘 승인되었습니다.")
        expect(reply).to_contain_text(re.compile("관리자.*고객지원팀.*02-000-1000", re.DOTALL))
        widget.page.reload()
        widget.open()


def test_staff_take_over_talk_and_give_back(widget: Widget, console: Page) -> None:
    widget.open()
    widget.ask(COPIER)
    expect(widget.said("bot")).to_have_count(2)

    console.goto("/staff/conversations")
    # Others may wait for a person: theirs stand above.
    console.locator("section.lane.bot ul.chats a").first.click()
    console.get_by_role("button", name="대화 넘겨받기").click()
    expect(widget.presence).to_contain_text("관리자")
    expect(widget.said("system").last).to_contain_text("직원이 상담을 시작합니다")
    expect(widget.said("system").last).to_contain_text("02-000-1000")

    console.get_by_label("고객에게 보낼 말").fill("안녕하십니까. 무엇을 찾으십니까?")
    console.get_by_role("button", name="보내기").click()
    expect(widget.said("staff").last).to_contain_text("무엇을 찾으십니까?")
    widget.ask("복사기는 몇 층에 있나요?")
    expect(console.get_by_role("log")).to_contain_text("복사기는 몇 층에 있나요?")
    expect(widget.said("bot")).to_have_count(2)

    console.get_by_role("button", name="챗봇에 돌려주기").click()
    expect(widget.said("system").last).to_contain_text("자동 응대가 도와드립니다")
    expect(widget.presence).to_contain_text("상담 도우미")
    widget.ask(COPIER)
    expect(widget.said("bot")).to_have_count(4)
    expect(widget.said("bot").nth(2)).to_contain_text("무료")
