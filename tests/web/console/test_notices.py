"""The bell, and the page behind it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from desk import accounts, notices, tickets
from desk.models import Notice
from tests.web.console.world import NOW, Browser, World

PAGE = "/staff/notices"


def tell(world: World, username: str = "lee", kind: str = "due80", key: str = "one") -> str:
    """Tell somebody something of a ticket; its number."""
    number = world.ticket()
    with world.database.session() as session:
        session.execute(update(Notice).values(read_at=NOW))
        staff = accounts.find(session, username)
        assert staff
        notices.tell(session, staff, kind, key, tickets.find(session, number), world.clock.now())
    return number


def fail(world: World) -> None:
    """The letter of everything that was told couldn't be sent."""
    with world.database.session() as session:
        session.execute(update(Notice).values(mail_state="failed"))


def test_without_news_the_bell_is_quiet_and_the_page_says_so(lee: Browser) -> None:
    page = lee.get(PAGE).text
    assert "알림이 없습니다" in page
    assert "bell-count" not in page
    assert "모두 읽음으로 표시" not in page


def test_what_one_is_told_stands_on_the_bell_of_every_page_and_leads_to_the_ticket(
    world: World, lee: Browser
) -> None:
    number = tell(world)
    for page in ("/staff/faq", "/staff/conversations", "/staff/notices/live"):
        assert "읽지 않은 알림 1건" in lee.get(page).text
    page = lee.get(PAGE).text
    assert "답변 기한의 80%가 지났습니다." in page
    assert f'href="/staff/tickets/{number}"' in page


def test_all_can_be_marked_as_read(world: World, lee: Browser) -> None:
    tell(world)
    done = lee.submit(PAGE, f"{PAGE}/read")
    assert done.headers["location"] == f"{PAGE}?done=noticed"
    page = lee.get(done.headers["location"]).text
    assert "bell-count" not in page
    assert "답변 기한의 80%가 지났습니다." in page


def test_opening_the_ticket_reads_what_one_was_told_of_it(world: World, lee: Browser) -> None:
    number = tell(world)
    lee.get(f"/staff/tickets/{number}")
    assert "bell-count" not in lee.get(PAGE).text


def test_what_others_are_told_is_none_of_ones_business(world: World, lee: Browser) -> None:
    tell(world, "kim")
    assert "80%" not in lee.get(PAGE).text
    lee.submit(PAGE, f"{PAGE}/read")
    with world.database.session() as session:
        kim = accounts.find(session, "kim")
        assert kim
        assert notices.unread(session, kim.id) == 1


def test_many_notices_come_page_by_page(world: World, lee: Browser) -> None:
    for n in range(52):
        tell(world, key=str(n))
    first = lee.get(PAGE).text
    assert "지난 알림" in first
    assert first.count('<time class="quiet small">') == 50
    second = lee.get(f"{PAGE}?page=2").text
    assert "새 알림" in second


def test_a_letter_that_failed_is_shown_to_its_reader_and_to_who_can_mend_it(
    world: World, lee: Browser
) -> None:
    tell(world)
    fail(world)
    assert "전자우편을 보내지 못했습니다" in lee.get(PAGE).text
    assert "보내지 못한 전자우편" not in lee.get(PAGE).text
    chief = world.signed_in("kim", role="supervisor")
    assert "보내지 못한 전자우편" in chief.get(PAGE).text
    assert "다시 보내기" not in chief.get(PAGE).text


def test_an_administrator_has_failed_letters_tried_again(world: World) -> None:
    tell(world)
    fail(world)
    admin = world.signed_in("kim", role="admin")
    assert "다시 보내기" in admin.get(PAGE).text
    done = admin.submit(PAGE, f"{PAGE}/mail")
    assert done.headers["location"] == f"{PAGE}?done=mailing"
    with world.database.session() as session:
        assert set(session.scalars(select(Notice.mail_state))) == {"owed"}
    assert admin.submit(PAGE, f"{PAGE}/mail").status_code == 404


@pytest.mark.parametrize("role", ["agent", "supervisor", "editor", "auditor"])
def test_nobody_else_may_have_them_tried_again(world: World, role: str) -> None:
    browser = world.signed_in("lee", role=role)
    assert browser.submit(PAGE, f"{PAGE}/mail").status_code == 403


def test_the_bell_asking_by_itself_keeps_no_idle_log_in_alive(world: World, lee: Browser) -> None:
    for _ in range(4):
        world.later(minutes=10)
        answer = lee.get(f"{PAGE}/live", headers={"HX-Request": "true"})
    assert "알림" not in answer.text or answer.status_code != 200


def test_a_form_without_its_token_marks_nothing(world: World, lee: Browser) -> None:
    tell(world)
    assert lee.post(f"{PAGE}/read").status_code == 403
    assert "읽지 않은 알림 1건" in lee.get(PAGE).text
