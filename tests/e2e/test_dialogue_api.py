"""What a citizen can do, over the public chat API and in KakaoTalk, with everything real behind it."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from tests.e2e.installation import Installation
from tests.e2e.people import NUMBER, UNKNOWN, Citizen, KakaoCitizen, Staff

FAREWELL = "감사합니다. 안녕히 가십시오. 좋은 하루 되십시오."
PHONE = "010-8765-4321"


def ticket_form(house: Installation, **fields: object) -> dict[str, object]:
    """The widget's form, well filled in."""
    consent = httpx.get(f"{house.url}/api/chat/config").json()["consent"]
    filled = {
        "id": "form-of-a-test",
        "name": "한결",
        "phone": PHONE,
        "matter": UNKNOWN,
        "reply_needed": True,
        "consent_version": consent["version"],
    }
    return filled | fields


# Answers and choices


def test_a_sure_question_is_answered_with_its_owner_and_asked_whether_it_helped(citizen: Citizen) -> None:
    told = citizen.say("복사기 써도 되나요?")
    assert told.kinds == ["answer", "feedback"]
    assert "무료" in told.text
    assert told.replies[0]["data"]["department"] == {"name": "총무팀", "phone": "02-000-1100"}
    assert told.replies[1]["text"] == "도움이 되었나요?"
    assert told.buttons == {"네": "affirm", "아니요": "deny"}


def test_an_unsure_question_gets_up_to_three_choices_and_each_has_its_answer(
    citizen: Citizen, unsure: str
) -> None:
    told = citizen.say(unsure)
    assert told.kinds == ["choices"]
    choices = [label for label, payload in told.buttons.items() if payload.startswith("faq:")]
    assert 1 <= len(choices) <= 3
    chosen = citizen.press(choices[0])
    assert chosen.kinds == ["answer", "feedback"]
    assert chosen.replies[0]["data"]["question"] == choices[0]


def test_none_of_these_choices_leads_to_the_offer_of_a_ticket(citizen: Citizen, unsure: str) -> None:
    citizen.say(unsure)
    told = citizen.press("찾는 내용이 없습니다")
    assert told.kinds == ["offer"]
    assert list(told.buttons.values()) == ["open_ticket", "deny"]


@pytest.mark.parametrize("words", [UNKNOWN, "상담원 연결", "사람이랑 얘기하고 싶어요"])
def test_what_nobody_but_a_person_can_answer_leads_to_the_offer_of_a_ticket(
    citizen: Citizen, words: str
) -> None:
    assert citizen.say(words).kinds == ["offer"]


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "pressed"])
def test_no_to_did_it_help_leads_to_the_offer_of_a_ticket(citizen: Citizen, typed: bool) -> None:
    citizen.say("복사기 써도 되나요?")
    told = citizen.say("아니요") if typed else citizen.press("아니요")
    assert told.kinds == ["offer"]
    assert "죄송합니다" in told.text


def test_yes_to_did_it_help_ends_in_kind_words(citizen: Citizen) -> None:
    citizen.say("복사기 써도 되나요?")
    assert citizen.press("네").text == "도움이 되어 기쁩니다. 더 궁금하신 점이 있으면 말씀해 주십시오."


def test_who_wants_no_ticket_is_left_in_peace(citizen: Citizen) -> None:
    citizen.say(UNKNOWN)
    told = citizen.press("다음에 할게요")
    assert (told.kinds, told.buttons) == (["text"], {})


def test_greeting_thanks_and_farewell_are_returned(citizen: Citizen) -> None:
    assert citizen.say("안녕하세요").text == "안녕하세요. 무엇을 도와드릴까요?"
    assert "기쁩니다" in citizen.say("고맙습니다").text
    assert citizen.say("안녕히 계세요").text == FAREWELL


# The ticket's form in the channel


def test_the_form_comes_filled_in_and_its_ticket_names_person_and_date(
    citizen: Citizen, house: Installation
) -> None:
    citizen.say(UNKNOWN)
    form = citizen.press("문의 접수하기").replies[0]
    assert (form["kind"], form["data"]["matter"]) == ("form", UNKNOWN)
    assert {"purpose", "items", "retention", "refusal", "version"} <= form["data"]["consent"].keys()
    ticket = citizen.post("tickets", ticket_form(house)).json()["replies"][0]
    assert ticket["kind"] == "ticket"
    assert NUMBER.fullmatch(ticket["data"]["number"])
    assert all(ticket["data"][fact] for fact in ("department", "person", "phone", "promised_on"))
    assert ticket["data"]["phone"] in ticket["text"]


@pytest.mark.parametrize(
    ("field", "value"), [("phone", "010-12"), ("name", ""), ("matter", " "), ("consent_version", "")]
)
def test_a_form_filled_in_wrongly_gets_a_hint_beside_the_field(
    citizen: Citizen, house: Installation, field: str, value: str
) -> None:
    response = citizen.post("tickets", ticket_form(house, **{field: value}))
    assert response.status_code == 422
    assert field in response.json()["fields"]


def test_a_form_sent_twice_opens_one_ticket(citizen: Citizen, house: Installation) -> None:
    first, second = (citizen.post("tickets", ticket_form(house)).json()["replies"] for _ in range(2))
    assert first == second
    assert [said["kind"] for said in citizen.history()].count("ticket") == 1


# Directory and look-up


@pytest.mark.parametrize("words", ["정부광고 담당자 전화번호", "정부광고 담당이 누구인지 알려 주세요"])
def test_the_department_of_a_duty_is_named_with_duties_and_telephone(citizen: Citizen, words: str) -> None:
    told = citizen.say(words)
    best = told.replies[0]["data"]["departments"][0]
    assert (best["name"], best["phone"]) == ("정부광고기획팀", "02-000-2000")
    assert "정부광고 의뢰 접수" in best["duties"]
    assert "정부광고기획팀 02-000-2000" in told.text


def test_who_looks_for_a_person_is_asked_for_the_duty(citizen: Citizen) -> None:
    told = citizen.say("담당자 찾기", "find_staff")
    assert told.kinds == ["choices"]
    assert "02-000-1100" in citizen.press("총무팀").text
    citizen.say("담당자 찾기", "find_staff")
    assert "뉴스데이터팀" in citizen.say("빅카인즈 회원 계정").text


def open_ticket(citizen: Citizen, house: Installation) -> str:
    """The number of a new ticket."""
    response = citizen.post("tickets", ticket_form(house))
    return str(response.json()["replies"][0]["data"]["number"])


def test_a_ticket_is_found_by_number_and_telephone_from_anywhere(
    citizen: Citizen, another: Callable[[], Citizen], house: Installation
) -> None:
    number = open_ticket(citizen, house)
    elsewhere = another()
    assert "접수번호" in elsewhere.say("접수번호로 조회", "check_ticket").text
    assert "전화번호" in elsewhere.say(number.lower().replace("-", " ")).text
    told = elsewhere.say("01087654321")
    assert told.kinds == ["status"]
    assert told.text.startswith(f"접수번호 {number}: ")
    assert "답변드릴 예정입니다." in told.text


@pytest.mark.parametrize("wrong", ["number", "telephone"])
def test_a_wrong_number_or_telephone_finds_nothing_and_tells_nothing(
    citizen: Citizen, another: Callable[[], Citizen], house: Installation, wrong: str
) -> None:
    number = open_ticket(citizen, house)
    elsewhere = another()
    elsewhere.say("접수번호로 조회", "check_ticket")
    elsewhere.say(f"{number[:-4]}2222" if wrong == "number" else number)
    told = elsewhere.say(PHONE if wrong == "number" else "010-8765-4322")
    assert told.text.startswith("접수번호와 연락처가 맞는 문의를 찾지 못했습니다.")


# KakaoTalk


def test_kakao_gets_the_same_answer_with_quick_replies(kakao: KakaoCitizen, citizen: Citizen) -> None:
    told = kakao.say("복사기 써도 되나요?")
    assert (
        told.texts[0] == citizen.say("복사기 써도 되나요?").replies[0]["text"] + "\n담당: 총무팀 02-000-1100"
    )
    assert list(told.buttons) == ["전화 총무팀", "네", "아니요"]
    assert kakao.press("네").text.startswith("도움이 되어 기쁩니다.")


def test_kakao_gets_choices_that_it_can_show(kakao: KakaoCitizen, unsure: str) -> None:
    told = kakao.say(unsure)  # which looks at every limit
    assert 2 <= len(told.buttons) <= 4
    kakao.press(next(iter(told.buttons)))
    assert "도움이 되었나요?" in kakao.told.text


def test_kakao_opens_a_ticket_step_by_step(kakao: KakaoCitizen) -> None:
    kakao.say(UNKNOWN)
    consent = kakao.press("문의 접수하기").text
    assert all(point in consent for point in ("목적", "항목", "보유 기간", "거부할 권리"))
    assert "성함" in kakao.press("동의합니다").text
    assert "전화번호" in kakao.say("한결").text
    assert "회신" in kakao.say("02-2001-7114").text  # the matter was told already: it isn't asked again
    done = kakao.press("네").text
    assert NUMBER.search(done)
    assert re.search(r"담당: \S+ \S+ \(02-000-\d{4}\)\n\d+월 \d+일\(.\)까지 답변드리겠습니다\.", done)


def test_kakao_asks_for_the_matter_where_none_was_told(kakao: KakaoCitizen) -> None:
    kakao.say("상담원 연결")
    kakao.press("문의 접수하기")
    kakao.press("동의합니다")
    kakao.say("한결")
    assert "문의하실 내용" in kakao.say("hangyeol@example.kr").text
    assert "회신" in kakao.say("도서관에 두고 온 우산을 찾습니다").text
    assert "처리하겠습니다" in kakao.press("아니요").text


@pytest.mark.parametrize("steps", [[], ["동의합니다"], ["동의합니다", "한결"], ["동의합니다", "한결", PHONE]])
def test_kakao_leaves_the_form_at_any_step_with_one_word(kakao: KakaoCitizen, steps: list[str]) -> None:
    kakao.say("상담원 연결")
    kakao.press("문의 접수하기")
    for step in steps:
        kakao.say(step)
    assert "취소" in kakao.say("취소").text
    assert "무료" in kakao.say("복사기 써도 되나요?").text


def test_kakao_leaves_the_form_without_consent(kakao: KakaoCitizen) -> None:
    kakao.say("상담원 연결")
    kakao.press("문의 접수하기")
    assert "취소" in kakao.press("동의하지 않습니다").text
    assert kakao.say("고맙습니다").text.startswith("도움이 되었다니 기쁩니다.")


def test_three_wrong_telephone_numbers_end_the_form_with_a_number_to_call(kakao: KakaoCitizen) -> None:
    kakao.say("상담원 연결")
    kakao.press("문의 접수하기")
    kakao.press("동의합니다")
    kakao.say("한결")
    for wrong in ("010-12", "없어요"):
        assert kakao.say(wrong).texts[0].endswith("올바르지 않은 것 같습니다.")
    assert "02-2001-7114" in kakao.say("999").text
    assert "무료" in kakao.say("복사기 써도 되나요?").text


def test_a_reply_of_staff_waits_for_the_next_message_in_kakao(
    kakao: KakaoCitizen, house: Installation
) -> None:
    kakao.say(UNKNOWN)
    kakao.press("문의 접수하기")
    for step in ("동의합니다", "한결", PHONE, "네"):
        kakao.say(step)
    number = NUMBER.search(kakao.told.text)
    assert number
    Staff(house).reply(number[0], "신청하신 건은 오늘 승인되었습니다.")
    told = kakao.say("고맙습니다")
    assert told.texts[0].startswith("신청하신 건은 오늘 승인되었습니다.")
    assert "고객지원팀" in told.texts[0]
    assert told.texts[1].startswith("도움이 되었다니 기쁩니다.")
    assert "승인" not in kakao.say("안녕히 계세요").text


@pytest.mark.parametrize("secret", ["", "wrong", "틀림"])
def test_kakao_without_its_secret_is_refused(house: Installation, secret: str) -> None:
    headers = {"X-Eungdae-Secret": secret.encode()}
    response = httpx.post(f"{house.url}/channels/kakao", json={}, headers=headers)
    assert response.status_code == 401


# What is nobody else's business


def test_nobody_reads_a_conversation_without_its_token(citizen: Citizen, house: Installation) -> None:
    citizen.say("복사기 써도 되나요?")
    token = citizen.http.headers["Authorization"].removeprefix("Bearer ")
    for forged in ("", "Bearer x", f"Bearer {token[:-6]}{token[:-7:-1]}"):
        response = httpx.get(f"{house.url}/api/chat/messages", headers={"Authorization": forged})
        assert response.status_code == 401


def test_the_public_port_serves_no_actions(house: Installation) -> None:
    assert httpx.post(f"{house.url}/webhook", json={}).status_code in (404, 405)
    assert httpx.post(f"http://127.0.0.1:{house.settings.actions_port}/webhook", json={}).status_code == 401
