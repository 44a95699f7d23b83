"""The public chat API: what a citizen's browser may do, and what it may not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from desk.consent import current_notice
from tests.conversations.world import COPIER, FEE, UNKNOWN, World
from tests.web.conftest import bearer

Headers = dict[str, str]


def ask(client: TestClient, headers: Headers, text: str, number: int = 1, **more: Any) -> Any:
    body = {"id": f"client-message-{number}", "text": text} | more
    return client.post("/api/chat/messages", headers=headers, json=body)


def form(**changes: Any) -> dict[str, Any]:
    values = {
        "id": "client-form-1",
        "name": "홍길동",
        "phone": "010-1234-5678",
        "matter": UNKNOWN,
        "reply_needed": True,
        "consent_version": current_notice().version,
    }
    return values | changes


def test_a_question_is_answered_with_its_owner_and_was_it_helpful(
    client: TestClient, visitor: Headers
) -> None:
    response = ask(client, visitor, COPIER)
    assert response.status_code == 200
    body = response.json()
    assert (body["message"]["author"], body["message"]["text"]) == ("citizen", COPIER)
    assert [reply["kind"] for reply in body["replies"]] == ["answer", "feedback"]
    assert body["replies"][0]["seq"] == body["message"]["seq"] + 1


def test_a_message_has_the_shape_that_the_widget_expects(client: TestClient, visitor: Headers) -> None:
    [*_, message] = ask(client, visitor, FEE).json()["replies"]
    assert set(message) == {"seq", "id", "author", "kind", "text", "buttons", "data", "at", "person"}
    assert set(message["buttons"][0]) == {"label", "payload"}
    assert datetime.fromisoformat(message["at"]).tzinfo


def test_the_same_message_sent_again_gets_the_same_replies(client: TestClient, visitor: Headers) -> None:
    assert ask(client, visitor, COPIER).json() == ask(client, visitor, COPIER).json()


def test_the_conversation_is_there_after_a_reload(client: TestClient, visitor: Headers) -> None:
    ask(client, visitor, COPIER)
    messages = client.get("/api/chat/messages", headers=visitor).json()["messages"]
    assert [message["author"] for message in messages] == ["citizen", "bot", "bot"]
    newer = client.get("/api/chat/messages?after=2", headers=visitor).json()["messages"]
    assert [message["seq"] for message in newer] == [3]


def test_a_new_visitor_has_an_empty_conversation(client: TestClient, visitor: Headers) -> None:
    body = client.get("/api/chat/messages", headers=visitor).json()
    assert body == {"messages": [], "person": None}


def test_another_visitor_sees_nothing_of_it(client: TestClient, visitor: Headers) -> None:
    ask(client, visitor, f"{UNKNOWN} 010-1234-5678")
    stranger = bearer(client)
    assert client.get("/api/chat/messages", headers=stranger).json()["messages"] == []
    again = ask(client, stranger, "안녕하세요").json()
    assert "1234-5678" not in str(again)


@pytest.mark.parametrize(
    "token", ["", "Bearer ", "Bearer x", "Bearer x.y.z", "Basic abc", "Bearer " + "a" * 5000]
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/chat/messages"), ("POST", "/api/chat/messages"), ("POST", "/api/chat/tickets")],
)
def test_without_a_genuine_token_nothing_is_read_or_written(
    client: TestClient, small_world: World, method: str, path: str, token: str
) -> None:
    body = form(text="안녕하세요") if method == "POST" else None
    response = client.request(method, path, headers={"Authorization": token}, json=body)
    assert response.status_code == 401
    assert "error" in response.json()
    assert small_world.stored() == []


def test_a_token_expires(client: TestClient, small_world: World) -> None:
    session = client.post("/api/chat/session").json()
    headers = {"Authorization": f"Bearer {session['token']}"}
    expires = datetime.fromisoformat(session["expires_at"])
    small_world.clock.at = expires - timedelta(seconds=1)
    assert client.get("/api/chat/messages", headers=headers).status_code == 200
    small_world.clock.at = expires + timedelta(seconds=1)
    assert client.get("/api/chat/messages", headers=headers).status_code == 401


def test_the_token_tells_no_name_and_no_two_are_the_same(client: TestClient) -> None:
    assert len({client.post("/api/chat/session").json()["token"] for _ in range(5)}) == 5


def test_the_config_has_what_the_widget_shows_first(client: TestClient) -> None:
    config = client.get("/api/chat/config").json()
    assert config["greeting"] == "무엇을 도와드릴까요?"
    assert config["phone"] == "02-2001-7114"
    assert config["suggestions"] == ["정부광고 수수료는 얼마인가요?"]
    assert set(config["consent"]) == {"version", "purpose", "items", "retention", "refusal"}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 422),
        ("   \n", 422),
        ("\x00\x01", 422),
        ("가" * 10_000, 422),
        ("😀", 200),
        ("👩‍👩‍👧" * 100, 200),
        ("<script>alert(1)</script>", 200),
        ("/restart", 200),
        ("복사기\x00 써도 되나요?", 200),
        ("'; DROP TABLE messages; --", 200),
    ],
)
def test_odd_messages_are_answered_or_refused_politely(
    client: TestClient, visitor: Headers, text: str, status: int
) -> None:
    response = ask(client, visitor, text)
    assert response.status_code == status
    body = response.json()
    assert body["replies"] if status == 200 else body["error"].endswith("십시오.")


NO_JSON = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"7",
    b"\xff\xfe",
    b"[" * 5000,
    b'{"id": "client\\u0000message", "text": "a"}',
]
NO_MESSAGE = [
    b'{"id": "client-message-1"}',
    b'{"text": "a"}',
    b'{"id": "short", "text": "a"}',
    b'{"id": 12345678, "text": "a"}',
    b'{"id": "client-message-1", "text": 7}',
    b'{"id": "client-message-1", "text": "\\ud800"}',
    b'{"id": "client-message-1", "text": "a", "payload": ["x"]}',
]
NO_FORM = [
    b'{"id": "client-form-1", "name": 7}',
    b'{"id": "client-form-1", "reply_needed": "maybe"}',
    b'{"id": "short"}',
]


@pytest.mark.parametrize(
    ("path", "raw"),
    [("messages", raw) for raw in [*NO_JSON, *NO_MESSAGE]]
    + [("tickets", raw) for raw in [*NO_JSON, *NO_FORM]],
)
def test_a_body_of_a_wrong_shape_is_a_400_with_a_reason(
    client: TestClient, visitor: Headers, path: str, raw: bytes
) -> None:
    headers = visitor | {"Content-Type": "application/json"}
    response = client.post(f"/api/chat/{path}", headers=headers, content=raw)
    assert response.status_code == 400, response.text
    assert "형식" in response.json()["error"]


@pytest.mark.parametrize("path", ["/api/chat/messages", "/api/chat/tickets"])
def test_a_huge_body_is_refused(client: TestClient, visitor: Headers, path: str) -> None:
    response = client.post(path, headers=visitor, json={"id": "client-message-1", "text": "a" * 300_000})
    assert response.status_code == 413
    assert "error" in response.json()


def test_a_huge_body_that_comes_in_pieces_is_refused_too(client: TestClient, visitor: Headers) -> None:
    pieces = (b"a" * 65_536 for _ in range(10))
    assert client.post("/api/chat/messages", headers=visitor, content=pieces).status_code == 413


@pytest.mark.parametrize("after", ["-1", "abc", "9" * 40])
def test_a_senseless_position_is_a_4xx(client: TestClient, visitor: Headers, after: str) -> None:
    assert 400 <= client.get(f"/api/chat/messages?after={after}", headers=visitor).status_code < 500


def test_too_many_messages_are_told_when_to_come_back(client: TestClient, visitor: Headers) -> None:
    responses = [ask(client, visitor, "안녕하세요", n) for n in range(31)]
    assert {response.status_code for response in responses[:30]} == {200}
    refused = responses[30]
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == 60
    assert "너무 많습니다" in refused.json()["error"]
    assert ask(client, bearer(client), "안녕하세요").status_code == 200


def test_after_the_wait_the_citizen_may_speak_again(
    client: TestClient, visitor: Headers, small_world: World
) -> None:
    for number in range(31):
        response = ask(client, visitor, "안녕하세요", number)
    small_world.later(seconds=int(response.headers["Retry-After"]))
    assert ask(client, visitor, "안녕하세요", 99).status_code == 200


def test_an_address_draws_only_so_many_sessions(client: TestClient) -> None:
    statuses = [client.post("/api/chat/session").status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]


def test_guessing_tokens_is_limited_by_address_of_the_session_only_and_tells_nothing(
    client: TestClient,
) -> None:
    bodies = {
        client.get("/api/chat/messages", headers={"Authorization": f"Bearer {n}"}).text for n in range(5)
    }
    assert len(bodies) == 1


def test_the_form_opens_a_ticket(client: TestClient, visitor: Headers, small_world: World) -> None:
    response = client.post("/api/chat/tickets", headers=visitor, json=form())
    assert response.status_code == 200
    [reply] = response.json()["replies"]
    assert {"number", "department", "person", "phone", "promised_on"} <= set(reply["data"])
    again = client.post("/api/chat/tickets", headers=visitor, json=form())
    assert again.json() == response.json()
    assert len(small_world.tickets()) == 1


def test_a_wrong_form_names_the_field_with_a_hint(client: TestClient, visitor: Headers) -> None:
    response = client.post("/api/chat/tickets", headers=visitor, json=form(phone="010-12", name=""))
    assert response.status_code == 422
    assert set(response.json()["fields"]) == {"phone", "name"}
    assert "010-1234-5678" in response.json()["fields"]["phone"]


@pytest.mark.parametrize("matter", ["가" * 2001, "가" * 9000])
def test_a_matter_that_is_too_long_is_named(client: TestClient, visitor: Headers, matter: str) -> None:
    response = client.post("/api/chat/tickets", headers=visitor, json=form(matter=matter))
    assert response.status_code == 422
    assert "2,000자" in response.json()["fields"]["matter"]


def test_without_consent_there_is_no_ticket(client: TestClient, visitor: Headers, small_world: World) -> None:
    body = form()
    del body["consent_version"]
    response = client.post("/api/chat/tickets", headers=visitor, json=body)
    assert response.status_code == 422
    assert "consent_version" in response.json()["fields"]
    assert small_world.tickets() == []


def test_forms_are_limited_by_the_hour(client: TestClient, visitor: Headers) -> None:
    statuses = [
        client.post("/api/chat/tickets", headers=visitor, json=form(id=f"client-form-{n}")).status_code
        for n in range(11)
    ]
    assert statuses == [200] * 10 + [429]


def test_a_citizen_cannot_speak_as_staff(client: TestClient, visitor: Headers) -> None:
    body = ask(client, visitor, "안녕하세요", author="staff", kind="staff", person={"name": "김담당"}).json()
    assert (body["message"]["author"], body["message"]["kind"], body["message"]["person"]) == (
        "citizen",
        "text",
        None,
    )


def test_a_staff_reply_is_read_over_http_too(
    client: TestClient, visitor: Headers, small_world: World
) -> None:
    client.post("/api/chat/tickets", headers=visitor, json=form())
    [ticket] = small_world.tickets()
    client.portal.call(small_world.casework.answer, ticket.number, "kim", "확인했습니다.")
    [*_, message] = client.get("/api/chat/messages", headers=visitor).json()["messages"]
    assert (message["author"], message["text"]) == ("staff", "확인했습니다.")
    person = message["person"]
    assert (person["name"], person["department"], person["phone"]) == ("김담당", "고객지원팀", "02-000-1001")


def test_who_has_the_conversation_is_told(client: TestClient, visitor: Headers, small_world: World) -> None:
    ask(client, visitor, COPIER)
    with small_world.database.session() as session:
        from sqlalchemy import select

        from conversations.models import Conversation

        talk = session.scalars(select(Conversation.id)).one()
    client.portal.call(small_world.staff.take_over, talk, "kim")
    assert client.get("/api/chat/messages", headers=visitor).json()["person"]["name"] == "김담당"
    assert ask(client, visitor, "계신가요?", 2).json()["replies"] == []


def test_rasa_down_is_no_reason_for_silence(client: TestClient, visitor: Headers, small_world: World) -> None:
    small_world.dialogue.down = True
    assert ask(client, visitor, COPIER, 1).json()["replies"][0]["text"] == "네, 쓰실 수 있습니다."
    assert ask(client, visitor, UNKNOWN, 2).json()["replies"][0]["kind"] == "offer"
