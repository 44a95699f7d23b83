"""The access log as auditors read it, and the file that they take away."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest

from desk import access
from desk.models import AccessLog
from tests.web.console.world import NOW, ROOT, Browser, World, token
from web.console import words

PAGE = "/staff/access"


@pytest.fixture
def auditor(world: World) -> Browser:
    return world.signed_in("park", role="auditor")


def file(auditor: Browser, reason: str, query: str = "") -> list[list[str]]:
    answer = auditor.submit(PAGE, f"{PAGE}/csv?{query}", reason=reason)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment;")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_an_auditor_sees_who_read_whose_ticket(world: World, auditor: Browser) -> None:
    number = world.ticket()
    world.signed_in("lee").get(f"/staff/tickets/{number}")
    page = auditor.get(PAGE).text
    for part in ("문의 열람", number, "이안내", "lee", "testclient"):
        assert part in page


@pytest.mark.parametrize("role", ["agent", "supervisor", "editor"])
def test_others_neither_find_the_log_nor_get_it(world: World, role: str) -> None:
    other = world.signed_in("lee", role=role)
    assert PAGE not in other.get("/staff").text
    assert other.get(PAGE).status_code == 403
    assert other.submit("/staff/password", f"{PAGE}/csv", reason="점검").status_code == 403


def test_the_log_is_narrowed_by_person_act_subject_and_day(world: World, auditor: Browser) -> None:
    first, second = world.ticket(), world.ticket()
    lee, kim = world.signed_in("lee"), world.signed_in("kim")
    lee.get(f"/staff/tickets/{first}")
    kim.get(f"/staff/tickets/{second}")
    for query, there in (
        ("username=lee", [True, False]),
        (f"subject={second}", [False, True]),
        ("action=ticket.read", [True, True]),
        ("action=login", [False, False]),
        ("since=2026-11-26&until=2026-11-26", [False, False]),
        ("since=&until=", [True, True]),
    ):
        rows = auditor.get(f"{PAGE}?{query}").text.split("<tbody>")[-1].split("</tbody>")[0]
        assert [f'"subject">{number}' in rows for number in (first, second)] == there, query


def test_a_day_ends_at_midnight_in_seoul(world: World, auditor: Browser) -> None:
    late = NOW.replace(hour=14, minute=59)  # 23:59 in Seoul
    for minutes, subject in ((0, "TODAY"), (1, "TOMORROW")):
        with world.database.session() as session:
            access.log(session, None, "-", "login.refused", subject, late + timedelta(minutes=minutes))
    page = auditor.get(f"{PAGE}?since=2026-11-25&until=2026-11-25").text
    assert "TODAY" in page
    assert "TOMORROW" not in page


def test_days_the_wrong_way_round_are_refused_in_words(auditor: Browser) -> None:
    answer = auditor.get(f"{PAGE}?since=2026-11-25&until=2026-11-01")
    assert answer.status_code == 422
    assert "시작보다 앞설 수 없습니다" in answer.text


def test_reading_the_log_stands_in_the_log(auditor: Browser) -> None:
    auditor.get(PAGE)
    assert "접속 기록 열람" in auditor.get(PAGE).text.split("<tbody>")[-1]


def test_a_file_wants_a_reason_which_stays_in_the_log_without_personal_data(
    world: World, auditor: Browser
) -> None:
    rows = file(auditor, "11월 점검, 문의 010-1234-5678")
    assert rows[0][:3] == ["일시", "아이디", "성명"]
    assert "park" in {row[1] for row in rows}
    with world.database.session() as session:
        taken = session.query(AccessLog).filter_by(action="access.download").one()
    assert taken.reason == "11월 점검, 문의 (전화번호)"
    assert taken.subject == "2026-11-19..2026-11-25"
    assert "11월 점검" in auditor.get(PAGE).text


@pytest.mark.parametrize("reason", ["", "   ", "가" * 201])
def test_without_a_proper_reason_there_is_no_file(world: World, auditor: Browser, reason: str) -> None:
    answer = auditor.submit(PAGE, f"{PAGE}/csv", reason=reason)
    assert answer.status_code == 422
    assert "사유" in answer.text
    assert "access.download" not in {action for _, action, _ in world.logged()}


def test_a_file_without_its_token_is_refused(auditor: Browser) -> None:
    token(auditor.get(PAGE).text)
    assert auditor.post(f"{PAGE}/csv", data={"reason": "점검"}).status_code == 403


def test_the_file_holds_what_the_filter_leaves(auditor: Browser) -> None:
    assert {row[5] for row in file(auditor, "점검", "action=login")[1:]} == {"login"}


def test_no_cell_of_the_file_is_a_formula(world: World, auditor: Browser) -> None:
    with world.database.session() as session:
        access.log(session, None, "10.0.0.1", "login.refused", "=HYPERLINK(1)", NOW)
    assert "'=HYPERLINK(1)" in {row[6] for row in file(auditor, "점검")}


def test_a_full_page_leads_to_the_next(world: World, auditor: Browser) -> None:
    with world.database.session() as session:
        for n in range(60):
            access.log(session, None, "-", "login.refused", f"S{n:02}", NOW)
    assert 'rel="next"' in auditor.get(PAGE).text
    last = auditor.get(f"{PAGE}?page=2").text
    assert 'rel="prev"' in last
    assert 'rel="next"' not in last


def test_every_act_that_is_logged_has_its_words() -> None:
    pattern = re.compile(r'log(?:ged)?\((?:\s*session,)?\s*"([a-z_.]+)"')
    logged = {act for file in ROOT.glob("web/console/*.py") for act in pattern.findall(file.read_text())}
    assert "ticket.read" in logged
    assert logged - set(words.ACTS) == set()
