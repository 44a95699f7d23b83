"""The note on the telephone: a ticket of the kind callback for whoever was called."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from desk import promises, tickets
from desk.models import Ticket
from tests.web.console.world import NOW, Browser, World

PAGE = "/staff/callback"
NOTE = {
    "called_at": "2026-11-25T10:20",
    "key": "form-1",
    "name": "홍길동",
    "phone": "010-1234-5678",
    "matter": "광고 정산 일정이 궁금하시답니다.",
    "whom": "조광고 차장 (정부광고기획팀)",
    "best_time": "오후 2시 이후",
    "reply_needed": "true",
    "agreed": "true",
}


def save(lee: Browser, **changes: str | None) -> Any:
    fields = {name: value for name, value in {**NOTE, **changes}.items() if value is not None}
    return lee.submit(PAGE, f"{PAGE}/save", None, **fields)


def opened(world: World, answer: Any) -> Ticket:
    assert answer.status_code == 303, answer.text
    with world.database.session() as session:
        ticket = tickets.find(session, answer.headers["location"].partition("opened=")[2])
        assert ticket
        assert ticket.staff
        return ticket


def test_a_note_becomes_a_ticket_of_the_person_who_was_called(world: World, lee: Browser) -> None:
    ticket = opened(world, save(lee))
    assert (ticket.kind, ticket.channel, ticket.staff.username) == ("callback", "phone", "cho")
    with world.database.session() as session:
        details = tickets.details(session, world.vault, ticket)
        actors = [event.actor for event in tickets.history(session, ticket)][:1]
        assert actors == [session.query(type(ticket.staff)).filter_by(username="lee").one().id]
    assert (details.name, details.phone, details.matter) == ("홍길동", "010-1234-5678", NOTE["matter"])


def test_the_caller_is_told_number_person_and_date_from_the_page(lee: Browser) -> None:
    page = lee.get(save(lee).headers["location"]).text
    for part in ("접수했습니다", "조광고 차장", "02-000-2001", "11월 26일(목) 10:20"):
        assert part in page


def test_when_to_call_back_stands_on_the_board_and_the_ticket_until_it_is_done(
    world: World, lee: Browser
) -> None:
    ticket, cho = opened(world, save(lee)), world.signed_in("cho")
    lists = "/staff?queue=department", "/staff?queue=answered"
    said, page = "11월 26일(목) 10:20", f"/staff/tickets/{ticket.number}"
    with world.database.session() as session:
        # The clock has run out, but the caller still waits.
        promises.overdue(session, NOW + timedelta(days=2))
    assert f"회신 기한 {said}" in cho.get(lists[0]).text
    assert f"<dt>회신 기한</dt><dd>{said}" in cho.get(page).text
    with world.database.session() as session:
        row = session.get_one(Ticket, ticket.id)
        tickets.record(session, row, "answered", row.staff_id, NOW, {"how": "phone"})
    answered = cho.get(lists[1]).text
    assert ticket.number in answered
    assert "회신 기한" not in answered + cho.get(page).text


def test_who_wants_no_reply_is_promised_none(lee: Browser) -> None:
    page = lee.get(save(lee, reply_needed=None).headers["location"]).text
    assert "회신합니다" not in page
    assert "회신은 드리지 않습니다" in page


def test_an_empty_name_is_asked_for_without_counting_letters(lee: Browser) -> None:
    assert "성명을 입력해 주십시오." in save(lee, name=" ").text
    assert "50자 이내로" in save(lee, name="가" * 51).text


def test_the_present_time_stands_in_the_form(lee: Browser) -> None:
    assert 'value="2026-11-25T10:20"' in lee.get(PAGE).text


def test_the_clock_runs_from_the_call_not_from_the_typing(world: World, lee: Browser) -> None:
    ticket = opened(world, save(lee, called_at="2026-11-24T17:50"))
    assert ticket.received_at == NOW - timedelta(hours=16, minutes=30)
    assert f"{ticket.promised_on}" == "2026-11-27"


@pytest.mark.parametrize("called_at", ["2026-11-25T10:21", "2026-11-23T10:20", "어제", ""])
def test_a_time_that_cannot_be_is_asked_again(lee: Browser, called_at: str) -> None:
    answer = save(lee, called_at=called_at)
    assert answer.status_code == 422
    assert "일시를 확인" in answer.text


def test_a_call_for_nobody_in_particular_is_the_own_departments(world: World, lee: Browser) -> None:
    assert opened(world, save(lee, whom=None)).department_id == "customer-support"


def test_a_call_for_a_department_is_somebodys_there(world: World, lee: Browser) -> None:
    assert opened(world, save(lee, whom="총무팀")).staff.username == "park"


def test_a_bare_name_is_enough_while_only_one_has_it(world: World, lee: Browser) -> None:
    assert opened(world, save(lee, whom="조광고")).staff.username == "cho"


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"whom": "모르는 사람"}, "목록에 있는 직원이나 부서"),
        ({"phone": "12"}, "전화번호를 다시 확인해"),
        ({"phone": ""}, "전화번호를 입력해"),
        ({"name": "  "}, "성명을"),
        ({"matter": ""}, "문의 내용을"),
        ({"agreed": None}, "동의를 받은 뒤"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(
    lee: Browser, changes: dict[str, str | None], hint: str
) -> None:
    answer = save(lee, **changes)
    assert answer.status_code == 422
    assert hint in answer.text
    assert "오후 2시 이후" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_the_same_form_sent_twice_opens_one_ticket(lee: Browser) -> None:
    assert save(lee).headers["location"] == save(lee).headers["location"]


def test_an_unticked_reply_is_not_owed(world: World, lee: Browser) -> None:
    assert not opened(world, save(lee, reply_needed=None)).reply_needed


def test_the_note_stands_in_the_access_log_and_its_words_nowhere_in_the_address(
    world: World, lee: Browser
) -> None:
    location = save(lee).headers["location"]
    number = location.partition("opened=")[2]
    assert location == f"{PAGE}?opened={number}"
    assert ("ticket.open", number) in [(action, subject) for _, action, subject in world.logged()]


@pytest.mark.parametrize("role", ["editor", "auditor"])
def test_whoever_may_not_answer_takes_no_notes(world: World, role: str) -> None:
    other = world.signed_in("lee", role=role)
    assert PAGE not in other.get("/staff").text
    assert other.get(PAGE).status_code == 403
    assert other.submit("/staff/password", f"{PAGE}/save", None, **NOTE).status_code == 403
