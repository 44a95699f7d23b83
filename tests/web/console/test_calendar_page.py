"""The business calendar in the console."""

from __future__ import annotations

from datetime import date

import pytest

from desk import tickets
from tests.web.console.world import Browser, World

PAGE = "/staff/calendar"


@pytest.fixture
def chief(world: World) -> Browser:
    """Somebody who may change the calendar."""
    return world.signed_in("kim", role="supervisor")


def close(browser: Browser, day: str, reason: str = "임시 공휴일 지정", kind: str = "closed") -> object:
    return browser.submit(PAGE, PAGE, day=day, kind=kind, reason=reason)


def promised(world: World, number: str) -> date:
    with world.database.session() as session:
        ticket = tickets.find(session, number)
        assert ticket
        return ticket.promised_on


def test_everybody_reads_the_coming_holidays_and_what_is_promised_today(lee: Browser) -> None:
    page = lee.get(PAGE).text
    assert "12월 25일(금)" in page
    assert "기독탄신일" in page
    assert "2월 8일(월)" in page
    assert "11월 30일(월)</b>입니다" in page
    assert "이미 알려 드린 약속일은 바뀌지 않습니다" in page


def test_a_closed_day_counts_from_now_on_and_moves_no_promise(world: World, chief: Browser) -> None:
    before = world.ticket()
    done = close(chief, "2026-11-27")
    assert done.headers["location"] == f"{PAGE}?done=calendar"
    after = world.ticket(phone="010-2222-3333")
    assert promised(world, before) == date(2026, 11, 30)
    assert promised(world, after) == date(2026, 12, 1)
    page = chief.get(PAGE).text
    assert "임시 공휴일 지정 · 김담당" in page
    assert ("calendar.close", "2026-11-27") in [entry[1:] for entry in world.logged()]


def test_a_saturday_can_be_worked_and_a_holiday_too(world: World, chief: Browser) -> None:
    close(chief, "2026-11-28", "행사로 근무", kind="open")
    assert promised(world, world.ticket()) == date(2026, 11, 28)
    close(chief, "2026-12-25", "행사로 근무", kind="open")
    assert "근무일로 조정" in chief.get(PAGE).text


def test_a_change_can_be_taken_back(world: World, chief: Browser) -> None:
    close(chief, "2026-11-27")
    done = chief.submit(PAGE, f"{PAGE}/remove", day="2026-11-27")
    assert done.headers["location"] == f"{PAGE}?done=calendar-removed"
    assert promised(world, world.ticket()) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("day", "kind", "reason", "status", "said"),
    [
        ("2026-11-24", "closed", "어제", 422, "지난 날은 바꿀 수 없습니다"),
        ("2026-11-28", "closed", "토요일", 409, "이미 쉬는 날"),
        ("2026-11-27", "open", "금요일", 409, "이미 근무일"),
        ("2026-11-27", "closed", "  ", 422, "사유를"),
        ("2026-11-27", "closed", "가" * 101, 422, "사유를"),
        ("", "closed", "빈 날짜", 422, "날짜를 골라"),
        ("11월 27일", "closed", "글", 422, "날짜를 골라"),
        ("2101-01-03", "closed", "먼 훗날", 422, "2100년까지"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_typed_is_lost(
    chief: Browser, day: str, kind: str, reason: str, status: int, said: str
) -> None:
    refused = close(chief, day, reason, kind)
    assert refused.status_code == status
    assert said in refused.text
    assert f'value="{reason}"' in refused.text
    assert "조정한 날이 없습니다" in refused.text


def test_taking_back_what_is_not_there_or_over_is_refused(world: World, chief: Browser) -> None:
    assert chief.submit(PAGE, f"{PAGE}/remove", day="2026-11-27").status_code == 404
    close(chief, "2026-11-26")
    world.later(days=2)
    chief = world.signed_in("kim")
    assert "조정 취소" not in chief.get(PAGE).text
    assert chief.submit(PAGE, f"{PAGE}/remove", day="2026-11-26").status_code == 422


@pytest.mark.parametrize("role", ["agent", "editor", "auditor"])
def test_who_may_not_change_it_sees_no_form_and_is_refused(world: World, role: str) -> None:
    browser = world.signed_in("lee", role=role)
    assert 'name="reason"' not in browser.get(PAGE).text
    assert close(browser, "2026-11-27").status_code == 403
    assert browser.submit(PAGE, f"{PAGE}/remove", day="2026-11-27").status_code == 403


def test_a_form_without_its_token_changes_nothing(chief: Browser) -> None:
    refused = chief.post(PAGE, data={"day": "2026-11-27", "kind": "closed", "reason": "x"})
    assert refused.status_code == 403
    assert "조정한 날이 없습니다" in chief.get(PAGE).text


def test_a_reason_is_shown_as_words_and_never_as_markup(chief: Browser) -> None:
    close(chief, "2026-11-27", "<script>alert(1)</script>")
    assert "<script>alert" not in chief.get(PAGE).text
