"""The list of tickets, one ticket, the answer, the end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web.console.world import NOW, Browser, Said, Talk, World
from web.console import words


def test_a_ticket_shows_the_contact_the_consent_what_was_tried_and_the_history(
    world: World, lee: Browser
) -> None:
    page = lee.get(f"/staff/tickets/{world.ticket()}").text
    for part in (
        'href="tel:010-1234-5678"',
        "hong@example.kr",
        "2026-11-01",
        "복사기를 쓸 수 있나요?",
        "누리집 채팅으로 접수했습니다.",
        "필요합니다",
    ):
        assert part in page


def test_reading_a_ticket_and_the_list_leaves_lines_in_the_access_log(world: World, lee: Browser) -> None:
    world.desk.put(Talk("c1")).messages.append(Said(1, "citizen", "안녕하세요", NOW))
    number = world.ticket(conversation_id="c1")
    lee.get("/staff?queue=department")
    lee.get(f"/staff/tickets/{number}")
    done = [(action, subject) for _, action, subject in world.logged()]
    assert done[-3:] == [("tickets.list", "department"), ("ticket.read", number), ("conversation.read", "c1")]


def test_what_a_citizen_writes_is_shown_as_text(world: World, lee: Browser) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    world.desk.put(Talk("c1")).messages.append(Said(1, "citizen", evil, NOW))
    number = world.ticket(matter=evil, name="<b>길동</b>", conversation_id="c1")
    for page in (
        f"/staff/tickets/{number}",
        "/staff?queue=department",
        "/staff/conversations",
        "/staff/conversations/c1",
    ):
        text = lee.get(page).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<b>길동" not in text
        assert "&lt;script&gt;" in text


@pytest.mark.parametrize(("text", "hint"), [("  \n ", "보낼 내용을 입력"), ("가" * 4001, "4,000자까지")])
def test_an_empty_or_endless_answer_is_not_sent(world: World, lee: Browser, text: str, hint: str) -> None:
    page = f"/staff/tickets/{world.ticket()}"
    answer = lee.submit(page, f"{page}/reply", text=text)
    assert answer.status_code == 422
    assert hint in answer.text


def test_a_form_without_its_token_is_refused_with_a_way_back(world: World, lee: Browser) -> None:
    page = f"/staff/tickets/{world.ticket()}"
    for data in ({"text": "x"}, {"text": "x", "csrf": "guessed"}):
        refused = lee.post(f"{page}/reply", data=data)
        assert refused.status_code == 403
        assert f'href="{page}"' in refused.text
    assert "답변 완료" not in lee.get(page).text


def test_an_auditor_reads_but_gets_no_buttons_and_is_refused(world: World) -> None:
    auditor = world.signed_in("park", role="auditor")
    world.desk.put(Talk("c1")).messages.append(Said(1, "citizen", "안녕하세요", NOW))
    page = f"/staff/tickets/{world.ticket(conversation_id='c1')}"
    text = auditor.get(page).text
    assert "홍길동" in text
    for button in ("답변 보내기", "문의 종결", "대화 넘겨받기"):
        assert button not in text
    tries = [f"{page}/reply", f"{page}/close", "/staff/faq/reload"]
    tries += [f"/staff/conversations/c1/{action}" for action in ("take-over", "give-back", "say")]
    for action in tries:
        assert auditor.submit("/staff", action, text="x").status_code == 403


def test_a_number_that_nobody_has_is_a_friendly_page(lee: Browser) -> None:
    for page in ("/staff/tickets/E-20261125-0000", "/staff/nowhere/at/all"):
        answer = lee.get(page)
        assert answer.status_code == 404
        assert "문의 목록" in answer.text


def test_personal_pages_are_kept_by_no_cache(world: World, lee: Browser) -> None:
    assert lee.get(f"/staff/tickets/{world.ticket()}").headers["cache-control"] == "no-store"


def test_no_page_carries_inline_script_or_style(world: World, lee: Browser) -> None:
    world.desk.put(Talk("c1")).messages.append(Said(1, "citizen", "안녕하세요", NOW))
    number = world.ticket(conversation_id="c1")
    pages = ["/staff", f"/staff/tickets/{number}", "/staff/conversations", "/staff/conversations/c1"]
    for page in [*pages, "/staff/faq", "/staff/password", "/staff/login", "/staff/nowhere"]:
        text = lee.get(page).text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert text.count("<script") == text.count("<script src=")


@pytest.mark.parametrize(
    ("hours", "read", "tone"),
    [
        (0, "3일 6시간 남음", ""),
        (24 * 5, "6시간 40분 남음", "soon"),
        (24 * 5 + 8, "오늘 자정까지", "soon"),
        (24 * 6 - 3, "기한 지남", "late"),
        (24 * 6, "1시간 20분 지남", "late"),
        (24 * 8, "2일 1시간 지남", "late"),
    ],
)
def test_the_time_left_is_told_in_working_days_and_hours(hours: int, read: str, tone: str) -> None:
    from desk.calendar import Calendar

    calendar = Calendar()
    left = words.time_left(calendar.promise_due(NOW), "received", NOW + timedelta(hours=hours), calendar)
    assert (left.words, left.tone) == (read, tone)
