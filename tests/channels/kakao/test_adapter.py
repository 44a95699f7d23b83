"""Skill calls as Kakao really sends them, and answers inside Kakao's limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from channels.kakao.adapter import KakaoChannel
from channels.kakao.settings import KakaoSettings
from channels.protocol import Button, Ignored, Inbound, Reply, Request
from channels.registry import TABLE
from core.errors import Forbidden, Malformed

FIXTURES = Path(__file__).parent / "fixtures"


def channel(bot_id: str = "") -> KakaoChannel:
    return KakaoChannel(TABLE["kakao"], "s3cret", KakaoSettings(_env_file=None, bot_id=bot_id))


KAKAO = channel()


def body(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def parse(name: str, channel: KakaoChannel = KAKAO, **headers: str) -> Inbound | Ignored:
    [event] = channel.parse(Request(body(name), headers))
    return event


def test_a_typed_text_comes_with_its_sender() -> None:
    inbound = parse("text", **{"x-request-id": "r-1"})
    assert isinstance(inbound, Inbound)
    assert inbound == Inbound("kakao", "u-71f4", inbound.message_id, "복사기 써도 되나요?")


def test_a_pressed_quick_reply_brings_its_payload_back() -> None:
    inbound = parse("button")
    assert isinstance(inbound, Inbound)
    assert (inbound.text, inbound.payload) == ("네", "affirm")


@pytest.mark.parametrize(
    "name",
    [
        "client_extra_null",
        "bot_test",
        "old_skill_option",
        "params_as_objects",
        "params_as_json_text",
        "lang_kr",
        "callback",
        "friend",
    ],
)
def test_every_known_shape_of_a_call_is_read_as_the_same_question(name: str) -> None:
    inbound = parse(name)
    assert isinstance(inbound, Inbound)
    assert (inbound.text, inbound.payload) == ("복사기 써도 되나요?", None)


def test_a_picture_is_named_and_its_address_is_not_taken_for_a_question() -> None:
    inbound = parse("image_upload")
    assert isinstance(inbound, Inbound)
    assert "사진" in inbound.text
    assert "http" not in inbound.text


def test_slot_validation_is_deliberately_ignored() -> None:
    assert parse("slot_validation") == Ignored("slot validation")


def test_the_request_id_tells_a_second_delivery_and_the_same_words_said_twice() -> None:
    ids = [parse("text", **{"x-request-id": name}).message_id for name in ("r-1", "r-1", "r-2")]
    assert ids[0] == ids[1] != ids[2]


def test_without_a_request_id_the_same_body_is_the_same_message() -> None:
    one, two, other = parse("text"), parse("text"), parse("button")
    assert isinstance(one, Inbound)
    assert isinstance(two, Inbound)
    assert isinstance(other, Inbound)
    assert one.message_id == two.message_id != other.message_id


def test_an_overlong_request_id_still_fits_the_database() -> None:
    one, two = parse("text", **{"x-request-id": "r" * 500}), parse("text", **{"x-request-id": "r" * 501})
    assert isinstance(one, Inbound)
    assert isinstance(two, Inbound)
    assert len(one.message_id) <= 80
    assert one.message_id != two.message_id


@pytest.mark.parametrize("name", ["text", "bot_test"])
def test_the_registered_bot_may_call_from_its_test_too(name: str) -> None:
    assert isinstance(parse(name, channel("5f2a")), Inbound)


def test_another_bot_that_knows_the_secret_is_refused() -> None:
    with pytest.raises(Forbidden):
        parse("text", channel("other"))


@pytest.mark.parametrize(
    "change",
    [
        {"userRequest": None},
        {"userRequest": {"user": {"id": ""}, "utterance": "네"}},
        {"userRequest": {"user": {"id": "u" * 71}, "utterance": "네"}},
        {"userRequest": {"user": {"id": "u\u0000"}, "utterance": "네"}},
        {"userRequest": {"utterance": "네"}},
        {"userRequest": {"user": {"id": 7}, "utterance": ["네"]}},
        {"action": "affirm"},
    ],
)
def test_a_call_of_a_wrong_shape_is_malformed(change: dict[str, Any]) -> None:
    call = json.loads(body("text")) | change
    with pytest.raises(Malformed):
        KAKAO.parse(Request(json.dumps(call).encode()))


@pytest.mark.parametrize("payload", [7, None, {"a": 1}, ["affirm"]])
def test_a_payload_that_is_no_text_is_none(payload: object) -> None:
    call = json.loads(body("button"))
    call["action"]["clientExtra"] = {"payload": payload}
    [inbound] = KAKAO.parse(Request(json.dumps(call).encode()))
    assert isinstance(inbound, Inbound)
    assert inbound.payload is None


def rendered(*replies: Reply) -> tuple[list[str], list[dict[str, Any]]]:
    template = KAKAO.render(replies)["template"]
    return [output["simpleText"]["text"] for output in template["outputs"]], template["quickReplies"]


def test_an_answer_names_its_owner() -> None:
    department = {"name": "총무팀", "phone": "02-000-1100"}
    texts, _ = rendered(Reply(kind="answer", text="네, 쓰실 수 있습니다.", data={"department": department}))
    assert texts == ["네, 쓰실 수 있습니다.\n담당: 총무팀 02-000-1100"]


def test_a_replys_files_stand_under_it_with_their_links() -> None:
    files = [
        {"name": "안내문.pdf", "size": 8, "href": "https://help.example.kr/files/token"},
        {"name": "서식.hwp", "size": 8, "href": "/files/token"},
    ]
    texts, _ = rendered(Reply(kind="staff", text="보내드립니다.", data={"files": files}))
    assert texts[0].splitlines() == [
        "보내드립니다.",
        "첨부 파일 안내문.pdf: https://help.example.kr/files/token",
        "첨부 파일 서식.hwp: 담당자에게 요청하시면 보내 드립니다.",
    ]


def test_a_persons_words_are_signed() -> None:
    person = {"name": "김담당", "title": "과장", "department": "고객지원팀", "phone": "02-000-1001"}
    texts, _ = rendered(Reply(kind="staff", text="확인했습니다.", data={"signed": person}))
    assert texts == ["확인했습니다.\n— 김담당 과장 · 고객지원팀 · 02-000-1001"]


def test_choices_become_quick_replies_that_carry_their_payload() -> None:
    button = Button(label="정부광고 수수료는 얼마인가요?", payload="faq:ads.fee")
    _, quick = rendered(Reply(kind="choices", text="혹시?", buttons=[button]))
    assert quick == [
        {
            "label": "정부광고 수수료는 얼마인…",
            "action": "message",
            "messageText": "정부광고 수수료는 얼마인가요?",
            "extra": {"payload": "faq:ads.fee"},
        }
    ]


def test_more_than_three_bubbles_are_joined_into_three() -> None:
    texts, _ = rendered(*(Reply(kind="text", text=f"{n}번째") for n in range(1, 6)))
    assert texts == ["1번째", "2번째", "3번째\n\n4번째\n\n5번째"]


def test_of_too_many_buttons_the_newest_stay() -> None:
    buttons = [Button(label=f"부서 {n}", payload=f"department:{n}") for n in range(14)]
    _, quick = rendered(Reply(kind="choices", text="부서", buttons=buttons))
    assert [q["label"] for q in quick] == [f"부서 {n}" for n in range(4, 14)]


@pytest.mark.parametrize(("link", "shown"), [("https://help.example.kr/x.ics", True), ("/x.ics", False)])
def test_a_calendar_link_is_shown_where_it_leads_somewhere(link: str, shown: bool) -> None:
    told = KAKAO.render([Reply(kind="ticket", text="접수되었습니다.", data={"calendar": link})])
    assert (link in told["template"]["outputs"][0]["simpleText"]["text"]) is shown
