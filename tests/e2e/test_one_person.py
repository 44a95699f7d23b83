"""A citizen who began on the website goes on in KakaoTalk, with the real dialogue."""

from __future__ import annotations

import re
import uuid

from desk.consent import current_notice
from tests.e2e.installation import Installation
from tests.e2e.people import UNKNOWN, Citizen, KakaoCitizen, Staff

PHONE = "010-2468-1357"


def opened(citizen: Citizen) -> str:
    """A ticket from the website's form; its number."""
    form = {
        "id": str(uuid.uuid4()), "name": "한결", "phone": PHONE, "matter": UNKNOWN, "reply_needed": True,
        "consent_version": current_notice().version,
    }  # fmt: skip
    response = citizen.post("tickets", form)
    assert response.status_code == 200, response.text
    return next(said["data"]["number"] for said in response.json()["replies"] if said["kind"] == "ticket")


def code_of(citizen: Citizen) -> str:
    """The code that stands in the website's conversation."""
    return re.findall(r"확인 번호: (\d{6})", "\n".join(said["text"] for said in citizen.history()))[-1]


def test_a_ticket_is_joined_by_its_number_telephone_and_a_code(
    house: Installation, citizen: Citizen, kakao: KakaoCitizen
) -> None:
    number = opened(citizen)
    kakao.say("접수번호로 조회")
    kakao.say(number)
    assert number in kakao.say(PHONE).text
    assert "여섯 자리 확인 번호를 보냈습니다" in kakao.press("이 대화와 이어 보기").text
    assert "무엇을" in kakao.say("안녕하세요").text  # other words work meanwhile
    assert "이어 드렸습니다" in kakao.say(code_of(citizen)).text
    assert number in kakao.say("접수번호로 조회").text
    Staff(house).reply(number, "카카오톡으로 답변드립니다.")
    assert "카카오톡으로 답변드립니다" in kakao.say("안녕하세요").text
    assert "카카오톡으로" not in str(citizen.history())
