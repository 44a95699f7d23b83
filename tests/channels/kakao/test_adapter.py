"""Skill calls as Kakao really sends them, and answers inside Kakao's limits."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.kakao.adapter import KakaoChannel
from channels.kakao.limits import flaws
from channels.kakao.settings import KakaoSettings
from channels.protocol import Button, Ignored, Inbound, Reply, Request
from channels.registry import TABLE
from core.errors import Forbidden, Invalid, Malformed

FIXTURES = Path(__file__).parent / "fixtures"


def channel(bot_id: str = "", **settings: Any) -> KakaoChannel:
    known = KakaoSettings(_env_file=None, bot_id=bot_id, **settings)
    return KakaoChannel(TABLE["kakao"], "s3cret", known, httpx.AsyncClient())


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


def outputs(*replies: Reply, by: KakaoChannel = KAKAO) -> list[dict[str, Any]]:
    body = by.render(replies)
    assert flaws(body) == []
    return body["template"]["outputs"]


def rendered(*replies: Reply) -> tuple[list[str], list[dict[str, Any]]]:
    texts = [output.get("simpleText", output.get("textCard")) for output in outputs(*replies)]
    quick = KAKAO.render(replies)["template"]["quickReplies"]
    return [text.get("text", text.get("description")) for text in texts], quick


def test_an_answer_names_its_owner() -> None:
    department = {"name": "총무팀", "phone": "02-000-1100"}
    texts, _ = rendered(Reply(kind="answer", text="네, 쓰실 수 있습니다.", data={"department": department}))
    assert texts == ["네, 쓰실 수 있습니다.\n담당: 총무팀 02-000-1100"]


FILES = [
    {"name": "안내문.pdf", "size": 8, "href": "https://help.example.kr/files/token"},
    {"name": "서식.hwp", "size": 8, "href": "/files/token"},
]


def test_a_replys_file_is_opened_by_a_button() -> None:
    [output] = outputs(Reply(kind="staff", text="보내드립니다.", data={"files": FILES}))
    assert output["textCard"] == {
        "description": "보내드립니다.\n첨부 파일 서식.hwp: 담당자에게 요청하시면 보내 드립니다.",
        "buttons": [
            {
                "label": "안내문.pdf",
                "action": "webLink",
                "webLinkUrl": "https://help.example.kr/files/token",
            }
        ],
        "buttonLayout": "vertical",
    }


@pytest.mark.parametrize(("text", "count"), [("긴 답변입니다. " * 60, 1), ("보내드립니다.", 4)])
def test_what_is_too_much_for_a_card_is_written_out(text: str, count: int) -> None:
    [output] = outputs(Reply(kind="staff", text=text, data={"files": FILES[:1] * count}))
    assert "첨부 파일 안내문.pdf: https://help.example.kr/files/token" in output["simpleText"]["text"]


def test_whoever_is_responsible_can_be_called_by_a_button() -> None:
    data = {"number": "QA-1", "department": "고객지원팀", "person": "김담당", "phone": "02-000-1001"}
    [output] = outputs(Reply(kind="ticket", text="접수되었습니다.", data=data))
    assert output["textCard"]["buttons"] == [
        {"label": "전화 고객지원팀", "action": "phone", "phoneNumber": "02-000-1001"}
    ]


def test_no_button_stands_under_another_replys_words() -> None:
    """The first is parted and the last two joined, so that there are as many bubbles as replies."""
    data = {"department": "고객지원팀", "phone": "02-000-1001"}
    long, short = Reply(kind="text", text="긴 안내입니다. " * 150), Reply(kind="text", text="덧붙입니다.")
    said = outputs(long, Reply(kind="ticket", text="접수되었습니다.", data=data), short)
    assert [next(iter(output)) for output in said] == ["simpleText"] * 3


@pytest.mark.parametrize("phone", ["", None, "준비 중", "02-000-1001(내선 3)", {"a": 1}])
def test_what_is_no_telephone_number_is_no_button(phone: object) -> None:
    data = {"number": "QA-1", "department": "고객지원팀", "phone": phone}
    assert "simpleText" in outputs(Reply(kind="ticket", text="접수되었습니다.", data=data))[0]


@pytest.mark.parametrize(("on", "shown"), [(True, True), (False, False)])
def test_who_asks_for_a_person_can_go_to_the_channels_own_chat(on: bool, shown: bool) -> None:
    asked = Reply(kind="offer", text="연결을 요청했습니다.", data={"handoff": True})
    [output] = outputs(asked, by=channel(operator=on))
    operators = [b for b in output.get("textCard", {}).get("buttons", []) if b["action"] == "operator"]
    assert bool(operators) is shown


def test_a_persons_words_are_signed() -> None:
    person = {"name": "김담당", "title": "과장", "department": "고객지원팀", "phone": "02-000-1001"}
    texts, _ = rendered(Reply(kind="staff", text="확인했습니다.", data={"signed": person}))
    assert texts == ["확인했습니다.\n— 김담당 과장 · 고객지원팀 · 02-000-1001"]


def test_short_choices_become_quick_replies_that_carry_their_payload() -> None:
    button = Button(label="네", payload="affirm")
    _, quick = rendered(Reply(kind="choices", text="혹시?", buttons=[button]))
    assert quick == [
        {"label": "네", "action": "message", "messageText": "네", "extra": {"payload": "affirm"}}
    ]


QUESTIONS = [
    Button(label="정부광고 수수료는 얼마인가요?", payload="faq:ads.fee"),
    Button(label="수수료를 돌려받을 수 있나요?", payload="faq:ads.refund"),
    Button(label="찾는 내용이 없습니다", payload="none_of_these"),
]


def test_a_few_questions_to_choose_from_become_a_list_with_their_whole_words() -> None:
    text, listed = outputs(Reply(kind="choices", text="혹시 이것인가요?", buttons=QUESTIONS))
    assert text == {"simpleText": {"text": "혹시 이것인가요?"}}
    assert listed["listCard"]["items"][0] == {
        "title": "정부광고 수수료는 얼마인가요?",
        "action": "message",
        "messageText": "정부광고 수수료는 얼마인가요?",
        "extra": {"payload": "faq:ads.fee"},
    }
    assert len(listed["listCard"]["items"]) == 3


@pytest.mark.parametrize("more", [3, 8])
def test_too_many_for_a_list_are_numbered(more: int) -> None:
    many = [*QUESTIONS, *(Button(label=f"{n}번째 질문입니다", payload=f"faq:{n}") for n in range(more))]
    texts, quick = rendered(Reply(kind="choices", text="혹시?", buttons=many))
    assert "1. 정부광고 수수료는 얼마인가요?" in texts[0]
    assert len(quick) <= 10


def test_a_list_keeps_within_three_bubbles_too() -> None:
    said = [Reply(kind="text", text=f"{n}번째") for n in range(4)]
    shown = outputs(*said, Reply(kind="choices", text="혹시?", buttons=QUESTIONS))
    assert [next(iter(output)) for output in shown] == ["simpleText", "simpleText", "listCard"]
    assert shown[1]["simpleText"]["text"].endswith("혹시?")


def test_more_than_three_bubbles_are_joined_into_three() -> None:
    texts, _ = rendered(*(Reply(kind="text", text=f"{n}번째") for n in range(1, 6)))
    assert texts == ["1번째", "2번째", "3번째\n\n4번째\n\n5번째"]


def test_of_too_many_buttons_the_newest_stay() -> None:
    buttons = [Button(label=f"부서 {n}", payload=f"department:{n}") for n in range(14)]
    _, quick = rendered(Reply(kind="choices", text="부서", buttons=buttons))
    assert [q["label"] for q in quick] == [f"부서 {n}" for n in range(4, 14)]


@pytest.mark.parametrize(("link", "shown"), [("https://help.example.kr/x.ics", True), ("/x.ics", False)])
def test_a_calendar_link_is_shown_where_it_leads_somewhere(link: str, shown: bool) -> None:
    [output] = outputs(Reply(kind="ticket", text="접수되었습니다.", data={"calendar": link}))
    assert (link in str(output)) is shown


def test_nothing_to_say_is_said_in_words_since_kakao_shows_an_error_for_silence() -> None:
    assert "다음 메시지" in rendered()[0][0]


def test_a_picture_is_fetched_only_from_kakaos_hosts_and_encrypted() -> None:
    call = json.loads(body("image_upload"))
    call["userRequest"]["params"]["media"]["url"] = "http://dn-m.talk.kakao.com/talkm/a/i_7.PNG?expires=1"
    [inbound] = KAKAO.parse(Request(json.dumps(call).encode()))
    assert isinstance(inbound, Inbound)
    [file] = inbound.files
    assert (file.name, file.reference) == (
        "사진.png",
        "https://dn-m.talk.kakao.com/talkm/a/i_7.PNG?expires=1",
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/i.jpg",
        "http://169.254.169.254/latest",
        "https://talk.kakaocdn.net@evil.example/i.jpg",
        "https://kakaocdn.net.evil.example/i.jpg",
        "file:///etc/passwd",
        "https://[::1",
    ],
)
async def test_a_picture_elsewhere_is_never_asked_for(url: str) -> None:
    def nobody(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)

    settings = KakaoSettings(_env_file=None)
    async with httpx.AsyncClient(transport=httpx.MockTransport(nobody)) as client:
        kakao = KakaoChannel(TABLE["kakao"], "s3cret", settings, client)
        call = json.loads(body("image_upload"))
        call["userRequest"]["params"]["media"]["url"] = url
        [inbound] = kakao.parse(Request(json.dumps(call).encode()))
        assert isinstance(inbound, Inbound)
        with pytest.raises(Invalid):
            await kakao.fetch(inbound.files[0])


def test_a_picture_whose_address_is_only_said_is_one_too() -> None:
    call = json.loads(body("text"))
    call["userRequest"]["utterance"] = "https://talk.kakaocdn.net/dna/a/i_7.jpg?credential=c"
    [inbound] = KAKAO.parse(Request(json.dumps(call).encode()))
    assert isinstance(inbound, Inbound)
    assert (inbound.text, len(inbound.files)) == ("(사진을 보냈습니다)", 1)


def test_parameters_may_be_the_json_of_an_object() -> None:
    call = json.loads(body("image_upload"))
    params = call["userRequest"]["params"]
    params["media"] = {"type": "image", "url": "https://talk.kakaocdn.net/i.jpg"}
    call["userRequest"]["params"] = json.dumps(params)
    call["action"]["clientExtra"] = json.dumps({"payload": "affirm"})
    [inbound] = KAKAO.parse(Request(json.dumps(call).encode()))
    assert isinstance(inbound, Inbound)
    assert (len(inbound.files), inbound.payload) == (1, "affirm")


def test_the_welcome_block_is_a_greeting_however_kakao_words_it() -> None:
    call = json.loads(body("text"))
    call["userRequest"] |= {"utterance": "", "block": {"id": "w", "name": "웰컴 블록"}}
    [inbound] = KAKAO.parse(Request(json.dumps(call).encode()))
    assert isinstance(inbound, Inbound)
    assert (inbound.text, inbound.payload) == ("시작하기", "greet")


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://bot-api.kakao.com/v1/bots/5f2a/callback/7f", True),
        ("http://bot-api.kakao.com/v1/bots/5f2a/callback/7f", False),
        ("https://evil.example/callback", False),
        ("https://bot-api.kakao.com@evil.example/", False),
        ("https://bot-api.kakao.com.evil.example/", False),
        ("http://127.0.0.1:8000/", False),
        ("", False),
    ],
)
def test_only_kakaos_own_callback_is_ever_called(url: str, kept: bool) -> None:
    call = json.loads(body("callback"))
    call["userRequest"]["callbackUrl"] = url
    [inbound] = KAKAO.parse(Request(json.dumps(call).encode()))
    assert isinstance(inbound, Inbound)
    assert inbound.way_back.endswith(url if kept else "nothing") is kept


def test_a_late_answer_comes_by_the_callback_or_by_a_button() -> None:
    inbound = parse("callback")
    assert isinstance(inbound, Inbound)
    by_itself = KAKAO.acknowledge(inbound, late=True)
    assert by_itself is not None
    assert by_itself["useCallback"] is True
    assert flaws(by_itself) == []
    by_button = KAKAO.acknowledge(replace(inbound, way_back=""), late=True)
    assert by_button is not None
    assert flaws(by_button) == []
    assert by_button["template"]["quickReplies"][0]["extra"] == {"payload": "fetch_reply"}


LEAVES = st.none() | st.text(max_size=5) | st.integers()
NAMES = st.sampled_from(["media", "url", "type", "payload"])
SHAPES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=8)


@given(SHAPES)
def test_parameters_of_any_shape_are_read(value: object) -> None:
    call = json.loads(body("text"))
    call["userRequest"]["params"] = value
    call["action"]["clientExtra"] = value
    [inbound] = KAKAO.parse(Request(json.dumps(call).encode()))
    assert isinstance(inbound, Inbound)
