"""Messengers: what is genuine is answered in their own shape, whatever else happens."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from channels.kakao.limits import flaws
from channels.protocol import Channel, Event, Ignored, Request
from conversations.dialogue import Turn
from conversations.replies import text
from tests.conversations.world import COPIER, FEE, UNKNOWN, World, asks
from web import webhooks

FIXTURES = Path(__file__).parents[1] / "channels/kakao/fixtures"
SECRET = {"X-Eungdae-Secret": "kakao-secret"}


@pytest.fixture
def kakao(client: TestClient) -> Any:
    """Sends one text as KakaoTalk does; the texts and labels of the answer."""
    count = iter(range(1000))

    def send(utterance: str, payload: str | None = None, request_id: str = "") -> tuple[list[str], list[str]]:
        call = json.loads((FIXTURES / "text.json").read_text())
        call["userRequest"]["utterance"] = utterance
        call["action"]["clientExtra"] = {"payload": payload} if payload else None
        headers = SECRET | {"X-Request-Id": request_id or f"request-{next(count)}"}
        response = client.post("/channels/kakao", headers=headers, json=call)
        assert response.status_code == 200, response.text
        template = response.json()["template"]
        assert flaws(response.json()) == []
        return _shown(template)

    return send


def _shown(template: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The texts, and the labels of what answers for the citizen."""
    texts, labels = [], [reply["label"] for reply in template["quickReplies"]]
    for output in template["outputs"]:
        [(kind, bubble)] = output.items()
        if kind == "listCard":
            labels += [item["title"] for item in bubble["items"]]
        else:
            texts.append(bubble.get("text") or bubble["description"])
    return texts, labels


def test_the_same_answer_comes_as_simple_text_with_quick_replies(kakao: Any) -> None:
    texts, labels = kakao(COPIER)
    assert texts == ["네, 쓰실 수 있습니다.", "도움이 되었나요?"]
    assert labels == ["네", "아니요"]


def test_choices_come_as_a_list_and_can_be_pressed(kakao: Any) -> None:
    _, labels = kakao(FEE)
    assert len(labels) == 3
    assert kakao("정부광고 수수료는 얼마인가요?", "faq:ads.fee")[0][0] == "10 %입니다."


def test_the_form_goes_step_by_step_and_nothing_personal_reaches_rasa(kakao: Any, small_world: World) -> None:
    small_world.dialogue.turns += [
        asks("contact_name", "성함?"),
        asks("contact", "연락처?"),
        Turn(replies=[text("끝")]),
    ]
    assert kakao("문의 접수하기", "open_ticket")[0] == ["성함?"]
    assert kakao("홍길동")[0] == ["연락처?"]
    assert kakao("010-1234-5678")[0] == ["끝"]
    assert "홍길동" not in str(small_world.dialogue.heard)
    assert "1234-5678" not in str(small_world.dialogue.heard)


def test_a_second_delivery_gets_the_same_answer(kakao: Any, small_world: World) -> None:
    assert kakao(COPIER, request_id="r-1") == kakao(COPIER, request_id="r-1")
    assert len(small_world.dialogue.heard) == 1


def test_an_overlong_request_id_is_no_reason_to_fail(kakao: Any) -> None:
    assert kakao(COPIER, request_id="r" * 4000)[0][0] == "네, 쓰실 수 있습니다."


@pytest.mark.parametrize("headers", [{}, {"X-Eungdae-Secret": ""}, {"X-Eungdae-Secret": "guess"}])
def test_who_does_not_know_the_secret_is_refused(
    client: TestClient, small_world: World, headers: dict[str, str]
) -> None:
    body = (FIXTURES / "text.json").read_bytes()
    assert client.post("/channels/kakao", headers=headers, content=body).status_code == 401
    assert small_world.stored() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"\xff", b'{"userRequest": {}}', b"[" * 20_000])
def test_a_body_that_cannot_be_read_is_a_400(client: TestClient, body: bytes) -> None:
    assert client.post("/channels/kakao", headers=SECRET, content=body).status_code == 400


@pytest.mark.parametrize("name", ["web", "nobody", "..", "%2e%2e", "kakao/extra"])
def test_a_channel_that_is_not_there_is_a_404(client: TestClient, name: str) -> None:
    assert client.post(f"/channels/{name}", headers=SECRET, json={}).status_code in (404, 405)


def test_who_only_looks_needs_the_proof_as_well(client: TestClient) -> None:
    assert client.get("/channels/kakao").status_code == 401


@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("*.json")))
def test_every_real_shape_of_a_call_gets_a_200(client: TestClient, name: str) -> None:
    body = (FIXTURES / f"{name}.json").read_bytes()
    assert client.post("/channels/kakao", headers=SECRET, content=body).status_code == 200


def test_what_is_deliberately_ignored_is_counted(client: TestClient, small_world: World) -> None:
    before = webhooks.ignored["kakao: slot validation"]
    body = (FIXTURES / "slot_validation.json").read_bytes()
    response = client.post("/channels/kakao", headers=SECRET, content=body)
    assert (response.status_code, response.json()) == (200, {})
    assert webhooks.ignored["kakao: slot validation"] == before + 1
    assert small_world.stored() == []


def test_a_message_that_cannot_be_taken_is_said_since_a_status_is_not_shown(kakao: Any) -> None:
    assert kakao("")[0] == ["내용을 입력해 주십시오."]
    assert "2,000자" in kakao("가" * 2500)[0][0]


def test_too_many_messages_are_said_too(kakao: Any) -> None:
    for _ in range(30):
        kakao("안녕하세요")
    assert "너무 많습니다" in kakao("안녕하세요")[0][0]


def test_a_late_answer_is_announced_and_comes_with_the_next_message(
    kakao: Any, small_world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = small_world.channels["kakao"]
    monkeypatch.setattr(channel, "abilities", replace(channel.abilities, seconds=0.1))
    small_world.dialogue.gate = gate = asyncio.Event()
    [said], _ = kakao(COPIER)
    assert "잠시만" in said

    async def let_go() -> None:
        gate.set()
        await small_world.conversations.drain()

    client.portal.call(let_go)
    monkeypatch.undo()
    texts, _ = kakao("안녕하세요")
    assert texts == ["네, 쓰실 수 있습니다.", "도움이 되었나요?", "안녕하세요. 무엇을 도와드릴까요?"]


def test_a_staff_reply_waits_for_the_next_message(kakao: Any, small_world: World, client: TestClient) -> None:
    kakao(UNKNOWN)
    client.portal.call(small_world.conversations.submit, "kakao", "u-71f4", small_world.form())
    client.portal.call(small_world.casework.answer, small_world.tickets()[0].number, "kim", "확인했습니다.")
    texts, _ = kakao("안녕하세요")
    assert texts[0].startswith("확인했습니다.\n— 김담당")
    assert len(kakao("안녕하세요")[0]) == 1


def test_while_a_person_has_the_conversation_kakao_still_gets_a_valid_answer(
    kakao: Any, small_world: World, client: TestClient
) -> None:
    """Kakao shows an error for a response without any output."""
    kakao(UNKNOWN)
    talk = small_world.conversation("u-71f4", "kakao").id
    client.portal.call(small_world.staff.take_over, talk, "kim")
    assert "김담당" in kakao("여보세요")[0][0]
    [said], _ = kakao("계신가요?")
    assert "담당 직원에게 전달" in said


def test_rasa_down_still_answers_inside_the_limits(kakao: Any, small_world: World) -> None:
    small_world.dialogue.down = True
    assert kakao(COPIER)[0][0].startswith("네, 쓰실 수 있습니다.\n담당: 총무팀 02-000-1100")
    assert "02-2001-7114" in kakao(UNKNOWN)[0][0]


@pytest.mark.parametrize(("size", "beside"), [(100, False), (100_000, True)])
async def test_what_is_large_is_parsed_beside_the_event_loop(size: int, beside: bool) -> None:
    class Reads:
        def parse(self, call: Request) -> list[Event]:
            return [Ignored(threading.current_thread().name)]

    [event] = await webhooks.parsed(cast(Channel, Reads()), Request(b"x" * size))
    assert (event != Ignored(threading.current_thread().name)) is beside
