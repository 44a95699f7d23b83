"""What staff whisper to one another in a conversation reaches its citizen on no way."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from channels.protocol import Reply
from conversations import store
from conversations.models import Conversation, OutboxItem
from tests.conversations.world import COPIER, World
from tests.web.conftest import bearer

SECRET = "이 고객께는 지난달 일을 먼저 여쭤보십시오."
Headers = dict[str, str]


def whisper(world: World, *, into_outbox: bool = False, in_reply_to: str | None = None) -> None:
    """A member of staff whispers in the only conversation that there is."""
    with world.database.session() as session:
        talk = session.query(Conversation).one()
        said = store.add_message(
            session, world.vault.cipher, talk, store.WHISPER, Reply(kind="text", text=SECRET),
            world.clock.now(), in_reply_to=in_reply_to,
        )  # fmt: skip
        session.flush()
        if into_outbox:
            now = world.clock.now()
            session.add(
                OutboxItem(
                    key=said.id, route=talk.channel, lane="lane", message_id=said.id,
                    conversation_id=talk.id, state="waits", created_at=now,
                )
            )  # fmt: skip
    world.hub.changed(f"{talk.channel}:{talk.sender}")


@pytest.fixture
def ask(client: TestClient, visitor: Headers) -> Callable[..., dict[str, Any]]:
    def ask(text: str, message_id: str = "") -> dict[str, Any]:
        body = {"id": message_id or uuid.uuid4().hex, "text": text}
        told: dict[str, Any] = client.post("/api/chat/messages", json=body, headers=visitor).json()
        return told

    return ask


def test_not_in_the_history(client: TestClient, visitor: Headers, small_world: World, ask: Any) -> None:
    ask(COPIER)
    whisper(small_world)
    ask("안녕하세요")
    told = client.get("/api/chat/messages", headers=visitor).json()["messages"]
    assert [message["seq"] for message in told] == [1, 2, 3, 5, 6]
    assert SECRET not in json.dumps(told, ensure_ascii=False)


def test_not_in_what_is_new(client: TestClient, visitor: Headers, small_world: World, ask: Any) -> None:
    ask(COPIER)
    whisper(small_world)
    assert client.get("/api/chat/messages?after=3", headers=visitor).json()["messages"] == []


def test_many_whispers_hide_nothing_that_was_said(
    client: TestClient, visitor: Headers, small_world: World, ask: Any
) -> None:
    ask(COPIER)
    for _ in range(510):
        whisper(small_world)
    assert len(client.get("/api/chat/messages", headers=visitor).json()["messages"]) == 3


def test_not_in_the_replies_even_when_it_hangs_on_the_same_message_or_stands_in_the_outbox(
    small_world: World, ask: Any
) -> None:
    ask(COPIER, "message-00001")
    with small_world.database.session() as session:
        asked = store.messages_after(session, session.query(Conversation).one().id, 0)[0]
    whisper(small_world, into_outbox=True, in_reply_to=asked.id)
    again = ask(COPIER, "message-00001")
    assert [reply["kind"] for reply in again["replies"]] == ["answer", "feedback"]


def test_not_on_the_socket(client: TestClient, small_world: World) -> None:
    with client.websocket_connect("/api/chat/ws") as socket:
        token = bearer(client)["Authorization"].removeprefix("Bearer ")
        socket.send_json({"token": token, "after": 0})
        socket.receive_json()
        socket.send_json({"type": "message", "id": "message-00001", "text": COPIER})
        frames = [socket.receive_json() for _ in range(3)]
        whisper(small_world)
        socket.send_json({"type": "message", "id": "message-00002", "text": "안녕하세요"})
        frames += [socket.receive_json() for _ in range(2)]
    assert [frame["message"]["seq"] for frame in frames] == [1, 2, 3, 5, 6]


def test_not_in_kakao(client: TestClient, small_world: World) -> None:
    def send(utterance: str) -> str:
        body = {"userRequest": {"user": {"id": "u1"}, "utterance": utterance}, "bot": {"id": "b"}}
        headers = {"X-Eungdae-Secret": small_world.secrets.kakao_secret, "X-Request-Id": uuid.uuid4().hex}
        return client.post("/channels/kakao", json=body, headers=headers).text

    assert "쓰실 수 있습니다" in send(COPIER)
    whisper(small_world, into_outbox=True)
    said = send("안녕하세요")
    assert "무엇을 도와드릴까요" in said
    assert SECRET not in said


def test_a_yes_after_a_whisper_is_still_about_the_answer(small_world: World, ask: Any) -> None:
    from faq import pairs

    ask(COPIER)
    whisper(small_world)
    ask("네")
    with small_world.database.session() as session:
        assert [pair.signal for pair in pairs.all_pairs(session)] == ["helpful"]
