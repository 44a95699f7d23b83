"""Broken promises in the console: what to do now, and who may excuse one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from desk import ledger, promises
from desk.models import Promise
from tests.web.console.world import Browser, World


@pytest.fixture
def late(world: World) -> str:
    """A ticket of the customer support that nobody has answered in time; its number."""
    number = world.ticket(at=world.clock.now() - timedelta(days=9))
    with world.database.session() as session:
        promises.overdue(session, world.clock.now())
    return number


def reply(world: World) -> Promise:
    with world.database.session() as session:
        entry = session.scalar(select(Promise).where(Promise.promise == "reply"))
        assert entry is not None
        return entry


def test_a_broken_promise_is_listed_with_what_to_do_and_names_no_citizen(
    world: World, lee: Browser, late: str
) -> None:
    page = lee.get("/staff/promises").text
    assert f"/staff/tickets/{late}" in page
    assert "지금 하실 일" in page
    assert "오늘 안에 지연을 안내하고" in page
    assert "홍길동" not in page
    # Received on Monday the 16th: the last day in time was the 19th, not the midnight after it.
    assert "11월 19일(목)" in page


def test_one_sees_ones_own_department_first_and_may_look_at_all(world: World, late: str) -> None:
    park = world.signed_in("park")
    assert late not in park.get("/staff/promises").text
    assert late in park.get("/staff/promises?department=").text
    assert late in park.get("/staff/promises?department=customer-support&show=all").text


def test_without_a_broken_promise_the_page_says_so(world: World, lee: Browser) -> None:
    world.ticket()
    assert "지키지 못한 약속이 없습니다" in lee.get("/staff/promises").text


def test_a_supervisor_excuses_for_a_listed_reason_and_everything_remembers_it(
    world: World, late: str
) -> None:
    boss = world.signed_in("kim", "supervisor")
    entry = reply(world)
    sent = boss.submit("/staff/promises", f"/staff/promises/{entry.id}/excuse", reason="disaster")
    assert sent.status_code == 303
    assert "제외했습니다" in boss.get(sent.headers["location"]).text
    assert (reply(world).state, reply(world).excuse) == ("excused", "disaster")
    assert ("promise.excuse", f"promise:{entry.id}:disaster") in [line[1:] for line in world.logged()]
    assert ledger.EXCUSES["disaster"] in boss.get(f"/staff/tickets/{late}").text


def test_who_may_not_excuse_sees_no_button_and_is_refused(world: World, lee: Browser, late: str) -> None:
    assert "excuse" not in lee.get("/staff/promises").text
    action = f"/staff/promises/{reply(world).id}/excuse"
    assert lee.submit("/staff/promises", action, reason="disaster").status_code == 403
    assert reply(world).state == "broken"


@pytest.mark.parametrize(("reason", "status"), [("", 422), ("because", 422)])
def test_another_reason_is_refused_on_the_same_page(
    world: World, late: str, reason: str, status: int
) -> None:
    boss = world.signed_in("kim", "supervisor")
    answer = boss.submit("/staff/promises", f"/staff/promises/{reply(world).id}/excuse", reason=reason)
    assert answer.status_code == status
    assert "목록에서 골라" in answer.text
    assert reply(world).state == "broken"


def test_what_was_excused_already_or_never_was_is_refused(world: World, late: str) -> None:
    boss = world.signed_in("kim", "supervisor")
    # Another page keeps the token when nothing is left to excuse here.
    action = f"/staff/promises/{reply(world).id}/excuse"
    assert boss.submit("/staff", action, reason="mistaken").status_code == 303
    assert boss.submit("/staff", action, reason="mistaken").status_code == 409
    assert boss.submit("/staff", "/staff/promises/999999/excuse", reason="mistaken").status_code == 404


def test_a_form_without_its_token_changes_nothing(world: World, late: str) -> None:
    boss = world.signed_in("kim", "supervisor")
    refused = boss.post(f"/staff/promises/{reply(world).id}/excuse", data={"reason": "disaster"})
    assert refused.status_code >= 400
    assert reply(world).state == "broken"


def test_a_long_list_has_pages(world: World, lee: Browser) -> None:
    for _ in range(16):
        world.ticket(at=world.clock.now() - timedelta(days=9))
    with world.database.session() as session:
        promises.overdue(session, world.clock.now())
    first = lee.get("/staff/promises").text
    assert "1 / 2쪽" in first or "1 / 3쪽" in first
    assert 'rel="next"' in first
    assert 'rel="prev"' in lee.get("/staff/promises?page=2").text
