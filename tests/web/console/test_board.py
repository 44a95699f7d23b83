"""The board: queues with their counts, page by page, and kept live."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.models import Staff
from desk.queues import PAGE, QUEUES
from tests.web.console.world import NOW, Browser, World
from web.console import words


def test_the_list_says_what_is_asked_by_whom_and_how_long_is_left(world: World, lee: Browser) -> None:
    number = world.ticket(kind="complaint")
    page = lee.get("/staff?queue=department").text
    for part in (
        number,
        "제 신청 건이 어떻게",
        "홍길동",
        "고객지원팀",
        "누리집 채팅",
        "11월 30일(월)까지",
        "남음",
        "불만·불친절",
    ):
        assert part in page


def test_an_empty_list_says_so(lee: Browser) -> None:
    assert "부서에 열린 문의가 없습니다" in lee.get("/staff").text


def test_the_day_starts_with_my_tickets_else_with_the_departments_else_with_the_house(world: World) -> None:
    lee, kim = world.signed_in("lee"), world.signed_in("kim", role="supervisor")
    number = world.ticket()
    held, free = (lee, kim) if world.owner(number) == "lee" else (kim, lee)
    assert 'queue=mine" aria-current' in held.get("/staff").text
    start = "all" if free is kim else "department"
    assert f'queue={start}" aria-current' in free.get("/staff").text


def test_an_agent_sees_the_own_department_and_what_nobody_is_assigned_to(world: World, lee: Browser) -> None:
    ours, elsewhere = world.ticket(), world.ticket(department_id="ads-planning")
    unrouted = world.ticket(department_id=None)
    shown = {
        queue: [number in lee.get(f"/staff?queue={queue}").text for number in (ours, elsewhere, unrouted)]
        for queue in ("department", "owing", "unassigned")
    }
    assert shown["department"][:2] == [True, False]
    assert shown["owing"][:2] == [True, False]
    assert shown["unassigned"] == [False, False, True]


@pytest.mark.parametrize("list_of", ["queue=all", "queue=owing&department=ads-planning"])
def test_other_departments_lists_are_refused_to_an_agent(lee: Browser, list_of: str) -> None:
    assert lee.get(f"/staff?{list_of}").status_code == 403
    assert lee.get(f"/staff/live?{list_of}").status_code == 403
    assert "전체 부서" not in lee.get("/staff").text


@pytest.mark.parametrize("role", ["supervisor", "admin", "auditor"])
def test_a_supervisor_sees_the_house_and_narrows_it_to_a_department(world: World, role: str) -> None:
    ours, elsewhere = world.ticket(), world.ticket(department_id="ads-planning")
    kim = world.signed_in("kim", role=role)
    whole, narrow = kim.get("/staff?queue=all").text, kim.get("/staff?queue=all&department=ads-planning").text
    assert [number in whole for number in (ours, elsewhere)] == [True, True]
    assert [number in narrow for number in (ours, elsewhere)] == [False, True]
    assert '<option value="ads-planning" selected>' in narrow


def test_who_owes_a_reply_is_named_with_how_many(world: World) -> None:
    world.ticket(at=NOW - timedelta(days=30), department_id="ads-planning")
    page = world.signed_in("kim", role="supervisor").get("/staff?queue=owing").text
    assert "<b>조광고 차장</b>" in page
    assert "기한 지남 1건" in page


def test_an_unknown_queue_is_a_friendly_page(lee: Browser) -> None:
    answer = lee.get("/staff?queue=everything")
    assert answer.status_code == 422
    assert "문의 목록" in answer.text


def poll(page: str) -> str:
    query = page.split('hx-get="/staff/live?')[1].split('"', maxsplit=1)[0]
    return "/staff/live?" + query.replace("&amp;", "&")


def test_the_list_is_sent_again_only_when_it_has_changed(world: World, lee: Browser) -> None:
    again = poll(lee.get("/staff?queue=department").text)
    assert lee.get(again).status_code == 204
    before = len(world.logged())
    number = world.ticket()
    changed = lee.get(again)
    assert number in changed.text
    assert "<html" not in changed.text
    assert len(world.logged()) == before + 1


def test_a_count_beside_the_list_changes_live_too(world: World, lee: Browser) -> None:
    again = poll(lee.get("/staff?queue=overdue").text)
    world.ticket()
    assert lee.get(again).status_code == 200


def test_the_words_of_the_time_left_do_not_grow_old(world: World, lee: Browser) -> None:
    world.ticket()
    again = poll(lee.get("/staff?queue=department").text)
    world.later(minutes=10)
    assert lee.get(again).status_code == 200


def test_a_full_page_leads_to_the_next(world: World, lee: Browser) -> None:
    for _ in range(PAGE + 1):
        world.ticket()
    first = lee.get("/staff?queue=department").text
    last = lee.get("/staff?queue=department&page=2").text
    assert (first.count("data-row"), last.count("data-row")) == (PAGE, 1)
    assert 'rel="next"' in first
    assert 'rel="next"' not in last
    assert "2 / 2쪽" in last


def test_beyond_the_last_page_is_the_last_page(world: World, lee: Browser) -> None:
    numbers = [world.ticket() for _ in range(PAGE + 1)]
    page = lee.get("/staff?queue=department&page=99").text
    assert "2 / 2쪽" in page
    assert sum(number in page for number in numbers) == 1
    assert 'rel="prev"' in page


def test_every_queue_has_a_tab_for_whoever_sees_the_house(world: World) -> None:
    page = world.signed_in("kim", role="supervisor").get("/staff").text
    for queue, label in QUEUES.items():
        assert f'id="tab-{queue}"' in page
        assert label in page


def test_somebody_without_a_department_can_open_the_board(world: World) -> None:
    with world.database.session() as session:
        session.add(Staff(id="lost", username="lost", name="무소속"))
    assert world.signed_in("lost").get("/staff").status_code == 200


def test_what_else_there_is_to_know_is_marked_beside_the_state() -> None:
    said = [mark.words for mark in words.marks(True, NOW.date(), 80)]
    assert said == ["고객 답변 대기", "지연 안내 11월 25일(수)", "기한 80%"]
    assert words.marks(False, None, 0) == ()


def test_an_unassigned_ticket_of_ones_department_is_taken_from_the_list(world: World) -> None:
    number, cho = world.ticket(department_id=None), world.signed_in("cho")
    assert f'value="{number}" data-take' in cho.get("/staff?queue=unassigned").text
    answer = cho.submit("/staff?queue=unassigned", "/staff/take?queue=unassigned", number=number)
    assert answer.headers["location"] == "/staff?queue=unassigned&done=took"
    assert world.owner(number) == "cho"
    assert number not in cho.get("/staff?queue=unassigned").text


def test_another_departments_ticket_is_not_taken_but_transferred(world: World, lee: Browser) -> None:
    number = world.ticket(department_id=None)
    page = lee.get("/staff?queue=unassigned").text
    assert number in page
    assert "data-take" not in page
    answer = lee.submit("/staff/password", "/staff/take?queue=unassigned", number=number)
    assert answer.status_code == 422
    assert "이관" in answer.text


def test_the_list_of_whoever_named_none_is_kept_live_too(lee: Browser) -> None:
    assert "부서에 열린 문의가 없습니다" in lee.get("/staff/live").text
