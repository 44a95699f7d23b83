"""The directory in the console: who sees what, who may change what, and that no ticket is lost by it."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from conversations.models import Conversation
from desk import accounts, directory, routing_rules, tickets
from desk.models import AccessLog, Department, Staff
from tests.web.console.world import Browser, Talk, World

DIRECTORY = "/staff/directory"
SAMPLE = Path(__file__).parents[3] / "desk" / "sample" / "directory.yml"
# Whoever takes it in stays what they are.
BYTES = SAMPLE.read_bytes().replace(b"role: supervisor", b"role: admin")
PERSON = {"name": "새직원", "department": "ads-planning", "role": "agent", "duties": "소재 검토\n매체 선정"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def admin(world: World) -> Browser:
    return world.signed_in("kim", "admin")


def staff(world: World, username: str) -> Staff:
    with world.database.session() as session:
        found = accounts.find(session, username)
        assert found
        return found


def page_of(world: World, username: str) -> str:
    return f"{DIRECTORY}/people/{staff(world, username).id}"


def test_everybody_sees_who_does_what_and_who_is_here(world: World) -> None:
    page = world.signed_in("lee", "auditor").get(DIRECTORY).text
    for shown in ("정부광고기획팀", "조광고", "02-000-2001", "재석"):
        assert shown in page
    for hidden in ("직원 추가", "가져오기", "고치기"):
        assert hidden not in page


def test_who_is_in_charge_is_found_by_meaning_and_the_question_stands_in_no_address(world: World) -> None:
    browser = world.signed_in("lee")
    with world.database.session() as session:
        routing_rules.add(session, ["매체"], None, "ads-planning")
    found = browser.submit(DIRECTORY, DIRECTORY, q="매체 선정을 상의하고 싶습니다")
    assert found.status_code == 200
    assert '<a href="#unit-ads-planning"><b>정부광고기획팀</b></a>' in found.text


class TestPresence:
    def test_everybody_sets_their_own(self, world: World) -> None:
        browser, page = world.signed_in("lee"), page_of(world, "lee")
        done = browser.submit(page, f"{page}/presence", presence="away", until="2026-11-26T09:00")
        assert done.status_code == 303
        lee = staff(world, "lee")
        assert (lee.presence, lee.away_until.isoformat()) == ("away", "2026-11-26T00:00:00+00:00")
        assert "11월 26일" in browser.get(page).text

    @pytest.mark.parametrize(
        ("who", "role", "whose", "status"),
        [
            ("kim", "supervisor", "lee", 303),
            ("kim", "supervisor", "cho", 403),
            ("kim", "admin", "cho", 303),
            ("lee", "agent", "kim", 403),
            ("lee", "editor", "kim", 403),
        ],
    )
    def test_others_only_by_the_departments_supervisor_or_an_administrator(
        self, world: World, who: str, role: str, whose: str, status: int
    ) -> None:
        browser, page = world.signed_in(who, role), page_of(world, whose)
        sent = browser.submit(DIRECTORY, f"{page}/presence", presence="leave")
        assert sent.status_code == status
        assert ("재석 상태</h2>" in browser.get(page).text) == (status == 303)
        assert staff(world, whose).presence == ("leave" if status == 303 else "here")

    @pytest.mark.parametrize(
        ("presence", "until"), [("gone", ""), ("away", "2020-01-01T00:00"), ("away", "내일")]
    )
    def test_a_wrong_moment_comes_back_with_a_hint(self, world: World, presence: str, until: str) -> None:
        browser, page = world.signed_in("lee"), page_of(world, "lee")
        sent = browser.submit(page, f"{page}/presence", presence=presence, until=until)
        assert sent.status_code == 422
        assert staff(world, "lee").presence == "here"


class TestAccounts:
    def test_a_new_account_gets_a_password_that_is_shown_once_and_must_be_changed(
        self, world: World, admin: Browser
    ) -> None:
        made = admin.submit(f"{DIRECTORY}/people/new", f"{DIRECTORY}/people", username="New", **PERSON)
        assert made.status_code == 200
        assert made.headers["cache-control"] == "no-store"
        password = re.search(r'class="secret">([^<]+)<', made.text)[1]
        browser = world.browser()
        assert browser.log_in("new", password).status_code == 303
        for page in ("/staff", DIRECTORY):
            assert browser.get(page).headers["location"] == "/staff/password"
        form = {"current": password, "new": "another long password", "again": "another long password"}
        assert browser.submit("/staff/password", "/staff/password", **form).status_code == 303
        assert browser.get(DIRECTORY).status_code == 200
        assert password not in str(world.logged())

    def test_the_first_password_cannot_be_kept(self, world: World, admin: Browser) -> None:
        page = page_of(world, "lee")
        shown = admin.submit(page, f"{page}/password").text
        password = re.search(r'class="secret">([^<]+)<', shown)[1]
        browser = world.browser()
        browser.log_in("lee", password)
        same = {"current": password, "new": password, "again": password}
        assert browser.submit("/staff/password", "/staff/password", **same).status_code == 422
        assert browser.get("/staff").headers["location"] == "/staff/password"

    def test_a_taken_name_is_refused_and_what_was_typed_comes_back(
        self, world: World, admin: Browser
    ) -> None:
        made = admin.submit(f"{DIRECTORY}/people/new", f"{DIRECTORY}/people", username="lee", **PERSON)
        assert made.status_code == 409
        assert 'value="새직원"' in made.text
        assert staff(world, "lee").name == "이안내"

    def test_a_wrong_field_is_named_and_nothing_is_kept(self, world: World, admin: Browser) -> None:
        wrong = PERSON | {"email": "주소"}
        made = admin.submit(f"{DIRECTORY}/people/new", f"{DIRECTORY}/people", username="new", **wrong)
        assert made.status_code == 422
        assert "전자우편 주소를 다시 확인" in made.text
        with world.database.session() as session:
            assert accounts.find(session, "new") is None

    def test_a_role_is_changed_by_administrators_and_the_log_keeps_it(
        self, world: World, admin: Browser
    ) -> None:
        page = page_of(world, "cho")
        fields = {
            "name": "조광고",
            "department": "ads-planning",
            "role": "supervisor",
            "mobile": "010-0000-2001",
        }
        assert admin.submit(f"{page}/edit", f"{page}/edit", **fields).status_code == 303
        cho = staff(world, "cho")
        assert cho.role == "supervisor"
        assert "010-0000-2001" in admin.get(page).text
        with world.database.session() as session:
            kept = session.scalars(select(AccessLog).filter_by(action="staff.role")).one()
            assert kept.subject == "cho: agent → supervisor"

    def test_the_last_administrator_stays_one(self, world: World, admin: Browser) -> None:
        page = page_of(world, "kim")
        fields = {"name": "김담당", "department": "customer-support", "role": "agent"}
        assert admin.submit(f"{page}/edit", f"{page}/edit", **fields).status_code == 422
        assert staff(world, "kim").role == "admin"

    def test_nobody_closes_their_own_account(self, world: World, admin: Browser) -> None:
        page = page_of(world, "kim")
        assert admin.submit(page, f"{page}/deactivate").status_code == 409
        assert staff(world, "kim").active

    def test_whoever_leaves_is_out_at_once_and_the_tickets_go_on(self, world: World, admin: Browser) -> None:
        leaving = world.signed_in("cho")
        numbers = [world.ticket(department_id="ads-planning") for _ in range(3)]
        page = page_of(world, "cho")
        told = admin.submit(page, f"{page}/deactivate")
        assert told.status_code == 200
        assert leaving.get("/staff").headers["location"].startswith("/staff/login")
        gone = staff(world, "cho").id
        with world.database.session() as session:
            for number in numbers:
                ticket = tickets.find(session, number)
                assert number in told.text
                assert ticket.staff.active
                assert ticket.staff_id != gone
        back = admin.submit(page, f"{page}/activate")
        assert back.status_code == 303
        assert staff(world, "cho").active

    def test_what_moves_to_another_department_without_a_conversation_is_to_be_told_by_telephone(
        self, world: World, admin: Browser
    ) -> None:
        number = world.ticket(department_id="ads-planning")
        page = page_of(world, "cho")
        told = admin.submit(page, f"{page}/deactivate").text
        assert f"전화로 알려 주십시오: {number}" in told
        assert "부서 변경" in told

    def test_a_conversation_in_the_hands_of_whoever_leaves_is_the_bots_again(
        self, world: World, admin: Browser
    ) -> None:
        cho = staff(world, "cho")
        talk = world.desk.put(Talk("c1", state="person", person=directory.contact(cho)))
        with world.database.session() as session:
            session.add(
                Conversation(
                    id="c1", channel="web", sender="u", created_at=world.clock.now(), staff_id=cho.id,
                    updated_at=world.clock.now(), session_no=1, session_messages=0, last_seq=0, buttons=[],
                    tried=[],
                )
            )  # fmt: skip
        page = page_of(world, "cho")
        admin.submit(page, f"{page}/deactivate")
        assert talk.state == "bot"

    @pytest.mark.parametrize("role", ["agent", "supervisor", "editor", "auditor"])
    def test_nobody_else_may_do_any_of_it(self, world: World, role: str) -> None:
        browser, page = world.signed_in("lee", role), page_of(world, "cho")
        for hidden in (
            f"{page}/edit",
            f"{DIRECTORY}/people/new",
            f"{DIRECTORY}/departments/new",
            f"{DIRECTORY}/files",
        ):
            assert browser.get(hidden).status_code == 403
        for action in (
            f"{page}/edit",
            f"{page}/password",
            f"{page}/deactivate",
            f"{page}/activate",
            f"{DIRECTORY}/people",
            f"{DIRECTORY}/departments",
            f"{DIRECTORY}/departments/ads-planning",
            f"{DIRECTORY}/files/export",
        ):
            assert browser.submit(DIRECTORY, action, username="x", **PERSON).status_code == 403
        assert staff(world, "cho").active
        assert "계정</h2>" not in browser.get(page).text


FIELDS = {"name": "새 팀", "phone": "02-000-7000", "duties": "시험", "hours": "09:00-18:00", "lunch": ""}


class TestDepartments:
    def test_a_new_department_stands_behind_the_others(self, world: World, admin: Browser) -> None:
        built = world.faq.built
        made = admin.submit(
            f"{DIRECTORY}/departments/new", f"{DIRECTORY}/departments", id="new-team", **FIELDS
        )
        assert made.status_code == 303
        assert world.faq.built == built + 1  # its duties are to be found by meaning
        with world.database.session() as session:
            unit = session.get_one(Department, "new-team")
            assert (unit.lunch, unit.duties) == ("", ["시험"])

    def test_the_index_is_built_anew_only_for_what_it_knows_of_a_department(
        self, world: World, admin: Browser
    ) -> None:
        page = f"{DIRECTORY}/departments/ads-planning"
        fields = FIELDS | {"name": "정부광고기획팀", "duties": "매체 선정\r\n정산"}
        built = world.faq.built
        admin.submit(page, page, **fields)
        assert world.faq.built == built + 1
        admin.submit(page, page, **fields | {"phone": "02-000-7001"})
        assert world.faq.built == built + 1

    def test_an_id_that_is_taken_changes_nothing(self, world: World, admin: Browser) -> None:
        made = admin.submit(
            f"{DIRECTORY}/departments/new", f"{DIRECTORY}/departments", id="ads-planning", **FIELDS
        )
        assert made.status_code == 409
        with world.database.session() as session:
            assert session.get_one(Department, "ads-planning").name == "정부광고기획팀"

    @pytest.mark.parametrize(
        ("unit", "why"), [("ads-planning", "직원이"), ("empty", ""), ("general-affairs", "직원이")]
    )
    def test_a_department_closes_only_when_nobody_is_left_there(
        self, world: World, admin: Browser, unit: str, why: str
    ) -> None:
        with world.database.session() as session:
            session.add(Department(id="empty", name="빈 팀", phone="02-000-1", position=9))
        page = f"{DIRECTORY}/departments/{unit}"
        sent = admin.submit(page, page, **FIELDS, active="아니오")
        assert sent.status_code == (409 if why else 303)
        assert why in sent.text

    def test_hours_that_no_day_has_come_back_with_a_hint(self, world: World, admin: Browser) -> None:
        page = f"{DIRECTORY}/departments/ads-planning"
        sent = admin.submit(page, page, **FIELDS | {"hours": "18:00-09:00"})
        assert sent.status_code == 422
        assert "근무시간" in sent.text


class TestFiles:
    def upload(self, browser: Browser, name: str, data: bytes, **fields: str):
        csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get(f"{DIRECTORY}/files").text)[1]
        files = {"files": (name, io.BytesIO(data))}
        return browser.post(f"{DIRECTORY}/files/import", data=fields | {"csrf": csrf}, files=files)

    def test_a_file_is_taken_in_and_told(self, world: World, admin: Browser) -> None:
        told = self.upload(admin, "directory.yml", BYTES)
        assert told.status_code == 200
        assert "local-press" in told.text
        assert staff(world, "song").name == "송취재"

    def test_checking_only_changes_nothing(self, world: World, admin: Browser) -> None:
        told = self.upload(admin, "directory.yml", BYTES, check="1")
        assert "가져오면 이렇게 바뀝니다" in told.text
        with world.database.session() as session:
            assert accounts.find(session, "song") is None

    def test_every_wrong_line_is_listed_and_nothing_changes(self, world: World, admin: Browser) -> None:
        data = "아이디,이름,부서\nnew,새직원,ads-planning\nbad,,nowhere\n".encode()
        told = self.upload(admin, "직원.csv", data)
        assert told.status_code == 422
        assert told.text.count("직원.csv 3행") == 2
        with world.database.session() as session:
            assert accounts.find(session, "new") is None

    def test_no_file_and_no_known_kind_are_told(self, admin: Browser) -> None:
        assert self.upload(admin, "a.pdf", b"%PDF").status_code == 422

    def test_taking_the_directory_away_needs_a_reason_that_the_log_keeps(
        self, world: World, admin: Browser
    ) -> None:
        page = f"{DIRECTORY}/files"
        assert admin.submit(page, f"{page}/export", kind=".xlsx", reason=" ").status_code == 422
        sent = admin.submit(page, f"{page}/export", kind=".xlsx", reason="조직 개편")
        assert sent.content[:2] == b"PK"
        with world.database.session() as session:
            kept = session.scalars(select(AccessLog).filter_by(action="directory.export")).one()
            assert kept.reason == "조직 개편"
