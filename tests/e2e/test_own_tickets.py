"""The way of a matter through both channels: kinds, times, questions of staff, transfers, objections,
withdrawals; and nothing that is known is asked again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.installation import Installation
from tests.e2e.known import Known
from tests.e2e.people import NUMBER, UNKNOWN, Citizen, KakaoCitizen, KakaoTold, Staff

NAME, PHONE = "한결", "010-8765-4321"
COMPLAINT = "어제 통화한 직원이 반말을 하고 짜증을 냈습니다"
RESERVATION = "다음 주에 찾아가서 정부광고 상담을 받고 싶은데 예약해 주세요"


@pytest.fixture(scope="module")
def staff(house: Installation) -> Staff:
    return Staff(house)


class Talk:
    """A talk in KakaoTalk in which every question is watched."""

    def __init__(self, kakao: KakaoCitizen) -> None:
        self.kakao = kakao
        self.known = Known()

    def say(self, text: str) -> KakaoTold:
        return self._heard(self.kakao.say(text))

    def press(self, label: str) -> KakaoTold:
        """Press the button whose label begins so."""
        full = next((name for name in self.kakao.told.buttons if name.startswith(label)), None)
        assert full, self.kakao.told
        return self._heard(self.kakao.press(full))

    def open(self, matter: str = UNKNOWN) -> str:
        """Tell the matter and open a ticket, up to the last question; the text of that question."""
        self.say(matter)
        if "문의 접수하기" not in self.kakao.told.buttons:
            self.say("상담원 연결")
        self.known.hear(["문의하실 내용"])  # it was told before anybody asked
        self.press("문의 접수하기")
        self.press("동의합니다")
        if "성함을 알려" in self.kakao.told.text:
            self.say(NAME)
            self.say(PHONE)
        return self.kakao.told.text

    def number(self, matter: str = UNKNOWN) -> str:
        """Open a ticket to the end."""
        self.open(matter)
        return _number(self.press("네").text)

    def _heard(self, told: KakaoTold) -> KakaoTold:
        self.known.hear(told.texts)
        return told


@pytest.fixture
def talk(kakao: KakaoCitizen) -> Iterator[Talk]:
    talk = Talk(kakao)
    yield talk
    assert talk.known.asked_again == []


def _number(text: str) -> str:
    found = NUMBER.search(text)
    assert found, text
    return found[0]


# In KakaoTalk, step by step


def test_a_complaint_is_shown_as_one_and_met_with_an_apology_at_once(talk: Talk) -> None:
    assert "접수 종류: 불만·불친절" in talk.open(COMPLAINT)
    told = talk.press("네")
    assert "진심으로 사과드립니다" in told.texts[0]
    assert "불만·불친절이 접수되었습니다" in told.texts[1]
    assert "시정 경과를 직접" in told.texts[1]


def test_a_wrong_kind_is_changed_before_anything_is_sent(talk: Talk) -> None:
    assert "접수 종류: 문의" in talk.open()
    assert "어떤 종류로" in talk.press("종류 바꾸기").text
    assert "접수 종류: 제안" in talk.press("제안").text
    assert "제안이 접수되었습니다" in talk.press("네").text


def test_a_consultation_gets_a_time_and_can_be_looked_up(talk: Talk) -> None:
    assert re.match(r"정부광고\S+\(02-000-\d{4}\)에서 상담해 드립니다", talk.open(RESERVATION))
    time = next(iter(talk.kakao.told.buttons))
    shown = talk.press(time).text
    assert "접수 종류: 상담 예약" in shown
    assert "이대로 접수할까요?" in shown
    told = talk.press("네").text
    assert re.search(r"상담 시간: \d+월 \d+일\(.\) 오[전후] \d+시", told)
    assert "예약 확정" in talk.say("접수번호로 조회").text


def test_a_consultation_without_a_time_is_arranged_by_the_person_in_charge(talk: Talk) -> None:
    talk.open(RESERVATION)
    talk.press("담당자와 정하기")
    assert "까지 답변드리겠습니다" in talk.press("네").text


def test_a_second_ticket_asks_neither_name_nor_contact(talk: Talk) -> None:
    talk.number()
    talk.say("상담원 연결")
    consent = talk.press("문의 접수하기").text
    assert f"앞서 알려 주신 성함({NAME})과 연락처({PHONE})" in consent
    talk.known = Known("name", "contact")
    assert "문의하실 내용" in talk.press("동의합니다").text
    assert "회신" in talk.say("도서관에 두고 온 우산을 찾습니다").text
    assert NUMBER.search(talk.press("네").text)
    talk.known.asked_again.clear()


def test_a_second_ticket_given_up_harms_nothing(talk: Talk) -> None:
    number = talk.number()
    talk.say("상담원 연결")
    talk.press("문의 접수하기")
    talk.press("동의하지 않습니다")
    assert number in talk.say("접수번호로 조회").text


def test_an_objection_after_an_answer_opens_the_matter_again(talk: Talk, staff: Staff) -> None:
    number = talk.number()
    staff.reply(number, "신청하신 건은 반려되었습니다.")
    told = talk.say("안녕하세요")
    assert "반려되었습니다" in told.texts[0]
    assert number in talk.press("이의 제기").text
    told = talk.say("복사기 이야기가 아니라 서류 이야기였습니다")
    assert f"접수번호 {number} 문의를 다시 접수했습니다" in told.text
    assert "재접수" in talk.say("접수번호로 조회").text


def test_a_question_of_staff_is_answered_with_the_next_words(talk: Talk, staff: Staff) -> None:
    number = talk.number()
    staff.do(number, "ask", text="어느 사업에 신청하셨습니까?")
    assert "어느 사업에" in talk.say("안녕하세요").texts[0]
    assert "담당자에게 전달했습니다" in talk.say("취재 지원 사업 두 번째 공고입니다").text
    assert "취재 지원 사업 두 번째 공고입니다" in staff.page(f"/tickets/{number}")


def test_a_question_of_staff_is_answered_with_the_button(talk: Talk, staff: Staff) -> None:
    number = talk.number()
    staff.do(number, "ask", text="주소를 알려 주시겠습니까?")
    talk.say("안녕하세요")
    assert "전할 말씀" in talk.press("답변하기").text
    assert "담당자에게 전달했습니다" in talk.say("서울 중구입니다").text


def test_a_transfer_is_told_with_department_and_telephone_first(talk: Talk, staff: Staff) -> None:
    number = talk.number()
    staff.do(number, "transfer", department="other", other="general-affairs", summary="서류를 찾으십니다.")
    told = talk.say("안녕하세요").texts[0]
    assert re.match(r"\S+\(02-000-\d{4}\)에서 문의를 이어서 처리합니다", told)
    assert "다시 설명하지 않으셔도 됩니다" in told
    assert "담당자에게 전할 말씀" in talk.press("내용 덧붙이기").text
    assert "담당자에게 전달했습니다" in talk.say("초록색 봉투입니다").text


def test_a_ticket_is_withdrawn_after_a_second_thought(talk: Talk) -> None:
    number = talk.number()
    talk.say("접수번호로 조회")
    talk.press("접수 취하")
    talk.press("아니요")
    talk.say("접수번호로 조회")
    talk.press("접수 취하")
    assert f"접수번호 {number} 접수를 취하했습니다" in talk.press("네, 취하합니다").text
    assert "취하" in talk.say("접수번호로 조회").text


# At the widget's API


def form(house: Installation, **fields: object) -> dict[str, object]:
    consent = httpx.get(f"{house.url}/api/chat/config").json()["consent"]
    filled = {
        "id": "form-of-a-test", "name": NAME, "phone": PHONE, "matter": UNKNOWN, "reply_needed": True,
        "consent_version": consent["version"],
    }  # fmt: skip
    return filled | fields


def test_the_form_learns_kind_and_times_from_the_matter(citizen: Citizen, house: Installation) -> None:
    learnt = citizen.post("matter", {"matter": RESERVATION}).json()
    assert learnt["kind"] == "reservation"
    assert "정부광고" in learnt["department"]["name"]
    start = learnt["days"][0]["times"][0]["start"]
    filled = form(house, kind="reservation", matter=RESERVATION, facts={"slot": start})
    ticket = citizen.post("tickets", filled).json()["replies"][0]
    file = httpx.get(house.url + ticket["data"]["calendar"])
    assert file.headers["content-type"].startswith("text/calendar")
    assert "BEGIN:VEVENT" in file.text
    assert NAME not in file.text
    taken = citizen.post("tickets", filled | {"id": "form-of-another"})
    assert taken.status_code in (409, 422)
    assert "slot" in taken.json()["fields"]


def test_every_kind_has_its_own_confirmation(citizen: Citizen, house: Installation) -> None:
    kinds = httpx.get(f"{house.url}/api/chat/config").json()["kinds"]
    for kind in kinds:
        filled = form(house, id=f"form-{kind['id']}", kind=kind["id"])
        said = citizen.post("tickets", filled).json()["replies"]
        assert said[-1]["data"]["kind"] == kind["label"]
        assert (said[0]["kind"] == "text") == (kind["id"] == "complaint")


def test_a_second_form_comes_filled_in(citizen: Citizen, house: Installation) -> None:
    citizen.post("tickets", form(house))
    citizen.say("상담원 연결")
    data = citizen.press("문의 접수하기").replies[0]["data"]
    assert (data["name"], data["phone"]) == (NAME, PHONE)


def test_one_asks_for_the_own_ticket_and_is_asked_for_nothing(citizen: Citizen, house: Installation) -> None:
    number = citizen.post("tickets", form(house)).json()["replies"][0]["data"]["number"]
    told = citizen.say("접수번호로 조회", "check_ticket")
    assert told.kinds == ["status"]
    assert told.text.startswith(f"접수번호 {number}: ")


def test_a_forged_or_spoilt_calendar_link_opens_nothing(house: Installation) -> None:
    for token in ("x", "eyJudW1iZXIiOiJFIn0.aaaaaa.bbbb"):
        assert httpx.get(f"{house.url}/api/chat/calendar/{token}.ics").status_code == 404
