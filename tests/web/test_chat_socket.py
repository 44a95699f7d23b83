"""The chat over a WebSocket: hello first, then both sides speak when they like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from conversations.hub import STAFF
from conversations.models import Conversation
from tests.conversations.world import COPIER, UNKNOWN, World, until
from tests.web.conftest import bearer

Headers = dict[str, str]


def hello(socket: WebSocketTestSession, headers: Headers, after: int = 0) -> None:
    socket.send_json({"token": headers["Authorization"].removeprefix("Bearer "), "after": after})


def message(number: int, text: str, **more: Any) -> dict[str, Any]:
    return {"type": "message", "id": f"client-message-{number}", "text": text} | more


def heard(socket: WebSocketTestSession, count: int) -> list[dict[str, Any]]:
    return [socket.receive_json() for _ in range(count)]


@pytest.fixture
def line(client: TestClient, visitor: Headers) -> Any:
    with client.websocket_connect("/api/chat/ws") as socket:
        hello(socket, visitor)
        assert socket.receive_json() == {"type": "person", "person": None}
        yield socket


def test_a_question_is_acknowledged_and_answered_in_order(line: WebSocketTestSession) -> None:
    line.send_json(message(1, COPIER))
    frames = heard(line, 3)
    assert {frame["type"] for frame in frames} == {"message"}
    assert [frame["message"]["kind"] for frame in frames] == ["text", "answer", "feedback"]
    assert [frame["message"]["seq"] for frame in frames] == [1, 2, 3]
    assert frames[0]["message"]["id"] == "client-message-1"


def test_a_pressed_button_is_taken(line: WebSocketTestSession) -> None:
    line.send_json(message(1, "정부광고 수수료는 얼마인가요?", payload="faq:ads.fee"))
    assert heard(line, 3)[1]["message"]["text"] == "10 %입니다."


@pytest.mark.parametrize(
    "first",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"token": 7}',
        '{"token": "x"}',
        '{"token": "x", "after": -1}',
        '{"after": 0}',
    ],
)
def test_without_a_proper_hello_the_line_is_closed(client: TestClient, first: str) -> None:
    with client.websocket_connect("/api/chat/ws") as socket:
        socket.send_text(first)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4401


def test_a_hello_in_bytes_closes_the_line_without_an_error(client: TestClient) -> None:
    with client.websocket_connect("/api/chat/ws") as socket:
        socket.send_bytes(b"\x00\x01")
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4401


def test_who_hangs_up_before_the_hello_is_let_go(client: TestClient) -> None:
    with client.websocket_connect("/api/chat/ws"):
        pass


@pytest.mark.parametrize(
    "frame", ["", "{", "[]", '{"type": "message"}', '{"id": "x", "text": "a"}', "a" * 70_000]
)
def test_rubbish_is_told_and_the_line_stays_open(line: WebSocketTestSession, frame: str) -> None:
    line.send_text(frame)
    error = line.receive_json()
    assert (error["type"], error["status"]) == ("error", 400)
    line.send_json(message(1, COPIER))
    assert heard(line, 3)[1]["message"]["kind"] == "answer"


def test_bytes_are_rubbish_too(line: WebSocketTestSession) -> None:
    line.send_bytes(b"\xff\x00")
    assert line.receive_json()["status"] == 400
    line.send_json(message(1, COPIER))
    assert heard(line, 3)[1]["message"]["kind"] == "answer"


def test_an_empty_message_is_told_with_a_reason(line: WebSocketTestSession) -> None:
    line.send_json(message(1, "  "))
    assert line.receive_json() == {"type": "error", "error": "내용을 입력해 주십시오.", "status": 422}


def test_too_many_messages_are_told_and_the_line_stays_open(line: WebSocketTestSession) -> None:
    for number in range(31):
        line.send_json(message(number, "안녕하세요"))
    frames = heard(line, 61)
    assert [frame.get("status") for frame in frames if frame["type"] == "error"] == [429]


def test_the_same_message_twice_is_told_once(line: WebSocketTestSession) -> None:
    line.send_json(message(1, COPIER))
    line.send_json(message(1, COPIER))
    line.send_json(message(2, "안녕하세요"))
    kinds = [frame["message"]["kind"] for frame in heard(line, 5)]
    assert kinds == ["text", "answer", "feedback", "text", "text"]


def test_an_unexpected_failure_is_told_and_the_line_stays_open(
    line: WebSocketTestSession, small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(text: str) -> None:
        raise RuntimeError(text)

    with monkeypatch.context() as broken:
        broken.setattr(small_world.faq, "understand", fails)
        line.send_json(message(1, UNKNOWN))
        error = line.receive_json()
    assert (error["type"], error["status"]) == ("error", 500)
    assert UNKNOWN not in error["error"]
    line.send_json(message(2, COPIER))
    assert heard(line, 3)[1]["message"]["kind"] == "answer"


def test_a_line_that_can_tell_nothing_more_is_closed_so_that_the_widget_comes_again(
    line: WebSocketTestSession, small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(small_world.conversations, "history", fails)
    line.send_json(message(1, UNKNOWN))
    with pytest.raises(WebSocketDisconnect) as closed:
        line.receive_json()
    assert closed.value.code == 1011


def test_after_a_reconnect_only_what_is_missing_is_told(client: TestClient, visitor: Headers) -> None:
    body = {"id": "client-message-1", "text": COPIER}
    client.post("/api/chat/messages", headers=visitor, json=body)
    with client.websocket_connect("/api/chat/ws") as socket:
        hello(socket, visitor, after=2)
        frames = heard(socket, 2)
    assert frames[0]["message"]["seq"] == 3
    assert frames[1] == {"type": "person", "person": None}


def test_another_visitors_line_hears_nothing(client: TestClient, line: WebSocketTestSession) -> None:
    with client.websocket_connect("/api/chat/ws") as other:
        hello(other, bearer(client))
        assert other.receive_json()["type"] == "person"
        line.send_json(message(1, UNKNOWN))
        heard(line, 2)
        other.send_json(message(1, "안녕하세요"))
        assert heard(other, 2)[0]["message"]["text"] == "안녕하세요"


def test_two_windows_of_one_visitor_show_the_same(client: TestClient, visitor: Headers) -> None:
    with client.websocket_connect("/api/chat/ws") as one, client.websocket_connect("/api/chat/ws") as two:
        for socket in (one, two):
            hello(socket, visitor)
            assert socket.receive_json()["type"] == "person"
        one.send_json(message(1, COPIER))
        assert heard(one, 3) == heard(two, 3)


def talk(world: World) -> str:
    with world.database.session() as session:
        return session.scalars(select(Conversation.id)).one()


def test_a_persons_arrival_words_and_departure_are_pushed(
    client: TestClient, line: WebSocketTestSession, small_world: World
) -> None:
    line.send_json(message(1, UNKNOWN))
    heard(line, 2)
    conversation = talk(small_world)
    client.portal.call(small_world.staff.take_over, conversation, "kim")
    arrival = heard(line, 2)
    assert arrival[0]["message"]["author"] == "system"
    assert arrival[1]["person"]["name"] == "김담당"
    client.portal.call(small_world.staff.say, conversation, "kim", "안녕하세요, 김담당입니다.")
    [said] = heard(line, 1)
    assert (said["message"]["author"], said["message"]["text"]) == ("staff", "안녕하세요, 김담당입니다.")
    assert said["message"]["person"]["phone"] == "02-000-1001"
    client.portal.call(small_world.staff.give_back, conversation, "kim")
    assert heard(line, 2)[1] == {"type": "person", "person": None}


def test_a_persons_answer_to_a_ticket_is_pushed(
    client: TestClient, line: WebSocketTestSession, visitor: Headers, small_world: World
) -> None:
    body = {
        "id": "client-form-1", "name": "홍길동", "phone": "010-1234-5678", "matter": UNKNOWN,
        "reply_needed": True, "consent_version": "2026-11-01",
    }  # fmt: skip
    assert client.post("/api/chat/tickets", headers=visitor, json=body).status_code == 200
    heard(line, 2)
    client.portal.call(small_world.casework.answer, small_world.tickets()[0].number, "kim", "확인했습니다.")
    assert heard(line, 1)[0]["message"]["text"] == "확인했습니다."


def test_a_token_that_expires_meanwhile_is_told(line: WebSocketTestSession, small_world: World) -> None:
    small_world.later(days=31)
    line.send_json(message(1, COPIER))
    assert line.receive_json()["status"] == 401


def test_when_a_line_is_closed_nobody_listens_on(
    client: TestClient, visitor: Headers, small_world: World
) -> None:
    with client.websocket_connect("/api/chat/ws") as socket:
        hello(socket, visitor)
        socket.receive_json()
        assert small_world.hub._watchers.keys() - {STAFF}
    client.portal.call(until, lambda: not small_world.hub._watchers.keys() - {STAFF})  # the courier does


def test_frames_are_json_that_any_browser_reads(line: WebSocketTestSession) -> None:
    line.send_json(message(1, "👩‍👩‍👧 <b>&amp;"))
    assert json.dumps(heard(line, 1)[0]["message"]["text"], ensure_ascii=False) == '"👩‍👩‍👧 <b>&amp;"'


def test_both_sides_see_each_other_write(line: WebSocketTestSession, small_world: World) -> None:
    line.send_json(message(1, COPIER))
    heard(line, 3)
    with small_world.database.session() as session:
        talk = session.scalars(select(Conversation)).one()
        talk.staff_id = "kim"
    line.send_text('{"type":"typing"}')
    assert line.receive_json()["type"] == "person"
    assert small_world.presence.typists(talk.id) == ["citizen"]
    small_world.presence.typing(talk.id, "kim")
    small_world.hub.changed(f"web:{talk.sender}")
    assert line.receive_json() == {"type": "typing", "typing": True}
    small_world.later(seconds=7)
    assert line.receive_json() == {"type": "typing", "typing": False}


def test_who_says_too_often_that_they_write_is_not_bothered(line: WebSocketTestSession) -> None:
    for _ in range(40):
        line.send_text('{"type":"typing"}')
    line.send_json(message(1, COPIER))
    assert heard(line, 3)[1]["message"]["kind"] == "answer"


def test_the_widget_says_that_somebody_writes_in_the_very_words_that_are_looked_for() -> None:
    from web.chat_socket import _TYPING

    widget = Path(__file__).parents[2] / "web/public/widget/conversation.js"
    assert f"'{_TYPING}'" in widget.read_text("utf-8")
