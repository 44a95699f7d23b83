"""The way of a matter in the widget: what the citizen sees of each step of staff, and does about it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.browsers import Pages, Widget
from tests.e2e.installation import Installation
from tests.e2e.known import Known
from tests.e2e.people import NUMBER, UNKNOWN, Staff

NAME, PHONE = "윤슬기", "010-8765-4321"
COMPLAINT = "어제 통화한 직원이 반말을 하고 짜증을 냈습니다"
RESERVATION = "다음 주에 찾아가서 정부광고 상담을 받고 싶은데 예약해 주세요"


@pytest.fixture(params=[360, 1440], ids=["phone", "desktop"])
def widget(request: pytest.FixtureRequest, pages: Pages) -> Iterator[Widget]:
    """The chat, at both widths; at the end nothing known was asked again."""
    page = pages()
    page.set_viewport_size({"width": request.param, "height": 740})
    page.goto("/")
    widget = Widget(page)
    widget.open()
    yield widget
    known = Known("name", "contact", "matter", "number")  # all of it is asked for in the form
    known.hear(widget.said("bot").all_inner_texts())
    assert known.asked_again == []


@pytest.fixture(scope="module")
def staff(house: Installation) -> Staff:
    return Staff(house)


def form_for(widget: Widget, matter: str) -> Locator:
    """The ticket's form, as it comes for this matter."""
    widget.ask(matter)
    expect(widget.said("bot")).to_have_count(1)
    if widget.log.get_by_role("button", name="문의 접수하기", exact=True).count() == 0:
        widget.panel.get_by_role("button", name="상담원 연결").click()
        expect(widget.said("bot").last).to_contain_text("접수하시겠습니까?")
    widget.press("문의 접수하기")
    form = widget.panel.get_by_role("region", name="문의 접수")
    expect(form.get_by_label("내용 (필수)")).to_have_value(matter)
    return form


def submit(widget: Widget, form: Locator) -> str:
    """Fill in what isn't known and send it; the ticket's number."""
    if not form.get_by_label("성함").input_value():
        form.get_by_label("성함").fill(NAME)
        form.get_by_label("전화번호").fill(PHONE)
    form.get_by_label("위 내용에 동의합니다").check()
    form.get_by_role("button", name="접수하기", exact=True).click()
    receipt = widget.panel.locator(".receipt").last
    expect(receipt).to_be_visible()
    number = NUMBER.search(receipt.inner_text())
    assert number
    return number[0]


def test_a_complaint_is_met_with_an_apology_before_anything_else(widget: Widget) -> None:
    form = form_for(widget, COMPLAINT)
    expect(form.get_by_label("접수 종류")).to_have_value("complaint")
    expect(form.get_by_label("언제, 어디에서 있었던 일인지")).to_be_visible()
    submit(widget, form)
    apology, receipt = widget.said("bot").all_inner_texts()[-2:]
    assert "진심으로 사과드립니다" in apology
    assert "시정 경과를 직접" in receipt


def test_a_consultation_gets_a_time_and_a_calendar_file(widget: Widget) -> None:
    form = form_for(widget, RESERVATION)
    expect(form.get_by_label("접수 종류")).to_have_value("reservation")
    times = form.get_by_label("상담 시간")
    expect(times.locator("option").nth(5)).to_be_attached()
    chosen = times.locator("option").nth(5).inner_text()
    times.select_option(index=5)
    submit(widget, form)
    receipt = widget.panel.locator(".receipt").last
    expect(receipt).to_contain_text(chosen)
    link = receipt.get_by_role("link", name="내 일정에 담기").get_attribute("href")
    assert "BEGIN:VEVENT" in httpx.get(str(link)).text


def test_the_kind_follows_the_matter_until_the_citizen_picks_one(widget: Widget) -> None:
    form = form_for(widget, UNKNOWN)
    kind = form.get_by_label("접수 종류")
    expect(kind).to_have_value("inquiry")
    form.get_by_label("내용 (필수)").fill("도서관을 주말에도 열어 주실 것을 건의드립니다")
    form.get_by_label("성함").focus()
    expect(kind).to_have_value("suggestion")
    kind.select_option("praise")
    form.get_by_label("내용 (필수)").fill(COMPLAINT)
    form.get_by_label("성함").focus()
    expect(form.get_by_label("칭찬하실 직원이나 부서")).to_be_visible()
    expect(kind).to_have_value("praise")


def test_every_step_of_staff_is_seen_at_once_and_answered_without_asking_again(
    widget: Widget, staff: Staff
) -> None:
    number = submit(widget, form_for(widget, UNKNOWN))

    staff.do(number, "ask", text="어느 사업에 신청하셨습니까?")
    expect(widget.said("staff").last).to_contain_text("어느 사업에")
    widget.ask("취재 지원 사업입니다")
    expect(widget.said("bot").last).to_contain_text("담당자에게 전달했습니다")

    staff.do(
        number, "transfer", department="other", other="general-affairs", summary="취재 지원 사업 건입니다."
    )
    told = widget.said("staff").last.locator(".words")
    expect(told).to_contain_text("이어서 처리합니다")
    assert re.match(r"총무팀\(02-000-\d{4}\)에서", told.inner_text())
    widget.press("내용 덧붙이기")
    expect(widget.said("bot").last).to_contain_text("전할 말씀")
    widget.ask("두 번째 공고입니다")
    expect(widget.said("bot").last).to_contain_text("총무팀")

    staff.reply(number, "신청하신 건은 반려되었습니다.")
    expect(widget.said("staff").last).to_contain_text("반려되었습니다")
    widget.ask("안녕하세요")  # the button outlives what is said meanwhile
    widget.press("이의 제기")
    expect(widget.said("bot").last).to_contain_text("만족스럽지 않으셨는지")
    widget.ask("서류를 다시 보아 주십시오")
    expect(widget.said("bot").last).to_contain_text("다시 접수했습니다")

    widget.panel.get_by_role("button", name="접수번호로 조회").click()
    expect(widget.said("bot").last).to_contain_text("재접수")
    widget.press("접수 취하")
    expect(widget.said("bot").last).to_contain_text("취하할까요?")
    widget.press("네, 취하합니다")
    expect(widget.said("bot").last).to_contain_text("취하했습니다")


def test_a_second_form_asks_for_nothing_that_the_first_one_told(widget: Widget) -> None:
    submit(widget, form_for(widget, UNKNOWN))
    widget.panel.get_by_role("button", name="상담원 연결").click()
    expect(widget.said("bot").last).to_contain_text("접수하시겠습니까?")
    widget.press("문의 접수하기")
    form = widget.panel.get_by_role("region", name="문의 접수").last
    expect(form.get_by_label("성함")).to_have_value(NAME)
    expect(form.get_by_label("전화번호")).to_have_value(PHONE)
