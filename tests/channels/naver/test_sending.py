"""What TalkTalk is told, with the answer to a request or pushed, and what it says to that."""

from __future__ import annotations

import json

import httpx
import pytest

from channels.naver.adapter import NaverChannel
from channels.naver.fake import FakeNaver
from channels.naver.settings import NaverSettings
from channels.protocol import FETCH_REPLY, Button, Delivery, Inbound, InboundFile, Outcome, Receipt, Reply
from channels.registry import TABLE
from core.errors import Invalid

TOKEN = FakeNaver.example["EUNGDAE_NAVER_TOKEN"]
API = "http://naver.test"
YES, NO = Button(label="네", payload="affirm"), Button(label="아니요", payload="deny")


@pytest.fixture
def fake() -> FakeNaver:
    return FakeNaver("http://house.test/channels/naver")


@pytest.fixture
def naver(fake: FakeNaver) -> NaverChannel:
    return channel(fake.transport())


def channel(
    transport: httpx.AsyncBaseTransport | None = None, token: str = TOKEN, *, handover: bool = False
) -> NaverChannel:
    settings = NaverSettings(_env_file=None, enabled=True, token=token, handover=handover, api=API)
    return NaverChannel(TABLE["naver"], settings, httpx.AsyncClient(transport=transport))


def delivery(*replies: Reply, done: int = 0, by_person: bool = False, **card: str) -> Delivery:
    return Delivery("a" * 32, "u1", replies, done=done, by_person=by_person, card=card)


def says(words: str, *buttons: Button, **data: object) -> Reply:
    return Reply(kind="text", text=words, buttons=list(buttons), data=data)


def test_words_without_buttons_are_a_text() -> None:
    assert channel().render([says("하나."), says("둘.")]) == {
        "event": "send",
        "textContent": {"text": "하나.\n\n둘."},
    }


def test_words_with_buttons_are_a_card() -> None:
    card = {
        "description": "답입니다.\n\n도움이 되었나요?",
        "buttonList": [
            {"type": "TEXT", "data": {"title": "네", "code": "affirm"}},
            {"type": "TEXT", "data": {"title": "아니요", "code": "deny"}},
        ],
    }
    assert channel().render([says("답입니다."), says("도움이 되었나요?", YES, NO)]) == {
        "event": "send",
        "compositeContent": {"compositeList": [card]},
    }


def test_what_is_too_long_for_a_card_has_quick_buttons_with_shorter_labels() -> None:
    body = channel().render(
        [says("가" * 1001, Button(label="담당 부서 찾아보기 전체", payload="find_staff"))]
    )
    [button] = body["textContent"]["quickReply"]["buttonList"]
    assert len(button["data"]["title"]) <= 10
    assert button["data"]["code"] == "find_staff"


def test_with_nothing_to_say_nothing_is_shown_unless_the_answer_has_to_be_waited_for() -> None:
    assert channel().render([]) == {}
    assert "다음 메시지" in channel(token="").render([])["textContent"]["text"]


async def test_what_is_pushed_carries_the_token_and_whom_it_is_for(
    naver: NaverChannel, fake: FakeNaver
) -> None:
    receipt = await naver.send(delivery(says("답입니다.", YES)))
    assert receipt == Receipt(Outcome.SENT, done=1)
    [bubble] = fake.shown("u1")
    assert (bubble.text, [button.label for button in bubble.buttons]) == ("답입니다.", ["네"])
    assert fake.received[0].path == "/chatbot/v1/event"
    assert fake.notified == []


async def test_a_persons_answer_rings_the_citizens_telephone(naver: NaverChannel, fake: FakeNaver) -> None:
    await naver.send(delivery(says("확인했습니다."), by_person=True))
    assert fake.notified == ["u1"]


async def test_without_a_token_everything_waits_for_the_citizen() -> None:
    naver = channel(token="")
    assert (naver.abilities.reach, naver.abilities.inline) == ("next", True)
    assert (await naver.send(delivery(says("답입니다.")))).outcome is Outcome.REFUSED


async def test_with_a_handover_the_words_come_first_and_then_the_card(fake: FakeNaver) -> None:
    naver = channel(fake.transport(), handover=True)
    assert (naver.abilities.reach, naver.abilities.inline) == ("push", False)
    card = {"number": "2026-0001", "department": "고객지원팀", "matter": "(전화번호)로 연락 바랍니다"}
    receipt = await naver.send(delivery(says("연결해 드리겠습니다.", handoff=True), **card))
    assert receipt.done == 2
    assert fake.handed_over == [("u1", card)]
    assert [json.loads(call.body)["event"] for call in fake.received] == ["send", "handover"]
    assert isinstance(json.loads(fake.received[1].body)["options"]["metadata"], str)


async def test_a_handover_that_failed_is_tried_again_without_repeating_the_words(fake: FakeNaver) -> None:
    naver = channel(fake.transport(), handover=True)
    parts = delivery(says("연결해 드리겠습니다.", handoff=True))
    fake.fail("cut")
    assert (await naver.send(parts)).done == 0
    receipt = await naver.send(delivery(says("연결해 드리겠습니다.", handoff=True), done=1))
    assert (receipt.outcome, receipt.done) == (Outcome.SENT, 2)
    assert (len(fake.shown("u1")), len(fake.handed_over)) == (0, 1)


async def test_nobody_is_handed_over_where_our_own_people_talk(naver: NaverChannel, fake: FakeNaver) -> None:
    await naver.send(delivery(says("연결해 드리겠습니다.", handoff=True)))
    assert fake.handed_over == []


@pytest.mark.parametrize(
    ("body", "outcome", "reason", "uncertain"),
    [
        ({"success": True, "resultCode": "00"}, Outcome.SENT, "", False),
        ({"success": False, "resultCode": "01"}, Outcome.LATER, "인증 키", False),
        ({"success": False, "resultCode": "02"}, Outcome.REFUSED, "형식", False),
        ({"success": False, "resultCode": "99"}, Outcome.LATER, "처리하지 못했다고", False),
        ({"success": False, "resultCode": "IMG-01"}, Outcome.LATER, "읽지 못했습니다", True),
        ({"resultCode": 0}, Outcome.LATER, "읽지 못했습니다", True),
        ([], Outcome.LATER, "읽지 못했습니다", True),
    ],
)
async def test_the_status_is_always_200_and_the_body_tells(
    body: object, outcome: Outcome, reason: str, uncertain: bool
) -> None:
    naver = channel(httpx.MockTransport(lambda _: httpx.Response(200, json=body)))
    receipt = await naver.send(delivery(says("답입니다.")))
    assert (receipt.outcome, receipt.uncertain) == (outcome, uncertain)
    assert reason in receipt.reason


async def test_a_wrong_token_is_found_out(fake: FakeNaver) -> None:
    receipt = await channel(fake.transport(), token="ct_other").send(delivery(says("답입니다.")))
    assert "인증 키" in receipt.reason
    assert fake.shown("u1") == []


async def test_a_picture_is_fetched_from_naver(naver: NaverChannel, fake: FakeNaver) -> None:
    fake.address = API
    key = fake.keep(InboundFile("a.jpg", "image/jpeg", b"\xff\xd8\xff"))
    file = InboundFile("사진.jpg", reference=f"{API}/chatbot/v1/files/{key}.jpg")
    assert await naver.fetch(file) == b"\xff\xd8\xff"


async def test_a_picture_that_is_gone_cannot_be_had(naver: NaverChannel) -> None:
    with pytest.raises(Invalid):
        await naver.fetch(InboundFile("사진.jpg", reference=f"{API}/chatbot/v1/files/none.jpg"))


def test_who_waits_sees_typing_or_where_nothing_can_be_pushed_a_button_that_fetches() -> None:
    said = Inbound("naver", "u1", "m", "네")
    assert channel().acknowledge(said, late=True) == {"event": "action", "options": {"action": "typingOn"}}
    waiting = channel(token="").acknowledge(said, late=True)
    assert waiting is not None
    [card] = waiting["compositeContent"]["compositeList"]
    assert card["buttonList"][0]["data"]["code"] == FETCH_REPLY
    assert channel().acknowledge(said, late=False) is None
