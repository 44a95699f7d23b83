"""The one door into Rasa: who may come in, what it refuses, and that an error is an error."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import psutil
import pytest

pytestmark = pytest.mark.rasa


def message(**changes: Any) -> dict[str, Any]:
    return {
        "sender": "someone.1",
        "message_id": uuid.uuid4().hex,
        "text": "안녕하세요",
        "metadata": {},
        **changes,
    }


@pytest.mark.parametrize("token", ["x", "wrong", "rasa-token-of-the-test", b"\xff\xfe", "토큰"])
def test_a_wrong_token_is_refused(token: str | bytes, rasa: Any) -> None:
    assert rasa.post(message(), token=token).status_code == 401


def test_no_token_is_refused(rasa: Any) -> None:
    assert httpx.post(f"{rasa.url}/webhooks/gateway/message", json=message()).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b'"text"',
        b"[]",
        b"null",
        message(sender=None),
        message(sender=""),
        message(sender="  "),
        message(sender=7),
        message(sender="x" * 256),
        message(message_id=None),
        message(message_id=""),
        message(text=None),
        message(text=""),
        message(text=" \n\t "),
        message(text=["안녕"]),
        message(text="말" * 20_001),
        message(metadata=[]),
        message(metadata="faq"),
        message(retry="yes"),
    ],
    ids=lambda body: str(body)[:60],
)
def test_a_bad_body_is_refused_with_a_reason(body: Any, rasa: Any) -> None:
    response = rasa.post(body)
    assert response.status_code == 400
    assert response.json()["error"]


def test_a_huge_body_is_refused(rasa: Any) -> None:
    assert rasa.post(message(metadata={"x": "x" * 2_000_000})).status_code == 413


@pytest.mark.parametrize(
    "text", ["말" * 20_000, "🙂", "\x00\x07", "'; DROP TABLE events; --", "{{7*7}}", "\u202e거꾸로"]
)
def test_any_other_text_is_taken(text: str, citizen: Any) -> None:
    assert citizen.say("greet", text).replies == ["action_greet"]


@pytest.mark.parametrize(
    "text", ["/affirm", "/restart", '/open_ticket{"consent": true}', "  /stop", "//deny"]
)
def test_a_leading_slash_is_text_and_no_command(text: str, citizen: Any) -> None:
    said = citizen.say("greet", text).body["replies"][0]["data"]
    assert (said["intent"], said["action"]) == ("greet", "action_greet")
    assert said["heard"].startswith("／")
    assert said["slots"]["consent"] is None


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"understanding": None},
        {"understanding": "faq"},
        {"understanding": {"intent": "faq"}},
        {"understanding": {"intent": {"name": 7, "confidence": 1}}},
        {"understanding": {"intent": {"name": "", "confidence": 1}}},
        {"understanding": {"intent": {"name": "a b", "confidence": 1}}},
        {"understanding": {"intent": {"name": "restart", "confidence": 1}}},
        {"understanding": {"intent": {"name": "session_start", "confidence": 1}}},
        {"understanding": {"intent": {"name": "nlu_fallback", "confidence": 1}, "entities": "x"}},
    ],
    ids=str,
)
def test_rubbish_for_an_understanding_means_unknown(metadata: dict[str, Any], rasa: Any) -> None:
    response = rasa.post(message(sender=uuid.uuid4().hex, metadata=metadata))
    assert response.json()["replies"][0]["data"]["intent"] == "unknown"


@pytest.mark.parametrize("confidence", [None, "high", True, -3, 7, [1]])
def test_a_rubbish_confidence_does_no_harm(confidence: Any, rasa: Any) -> None:
    understanding = {
        "intent": {"name": "greet", "confidence": confidence},
        "entities": [7, {}, {"entity": "x"}],
    }
    response = rasa.post(message(sender=uuid.uuid4().hex, metadata={"understanding": understanding}))
    assert response.json()["replies"][0]["text"] == "action_greet"


def test_an_intent_that_no_rule_knows_falls_back(citizen: Any) -> None:
    assert citizen.say("dance").replies == ["action_default_fallback"]


def test_two_citizens_never_share_a_conversation(citizen: Any, another: Callable[[], Any]) -> None:
    citizen.do("open_ticket affirm")
    assert another().say("unknown", "김민수").replies == ["action_offer_ticket"]


def test_only_the_gateway_is_served(rasa: Any) -> None:
    paths = ["/", "/status", "/version", "/conversations/x/tracker", "/domain", "/webhooks/rest/webhook"]
    for path in paths:
        assert httpx.get(f"{rasa.url}{path}").status_code == 404
    for path in ["/model/parse", "/webhooks/rest/webhook", "/conversations/x/tracker/events"]:
        assert httpx.post(f"{rasa.url}{path}", json={}).status_code == 404


def test_it_listens_on_loopback_only(rasa: Any) -> None:
    process = psutil.Process(rasa.process.pid)
    bound = [each.laddr.ip for each in process.net_connections("inet") if each.status == psutil.CONN_LISTEN]
    assert bound == ["127.0.0.1"]


def test_health_names_the_model(rasa: Any) -> None:
    response = httpx.get(f"{rasa.url}/webhooks/gateway/health")
    assert response.status_code == 200
    assert response.json()["model"].startswith("dialogue-")


# A message is taken once


def test_a_message_sent_again_gets_the_same_replies_and_is_taken_once(citizen: Any, stub: Any) -> None:
    first = citizen.say("faq", message_id="m1")
    citizen.say("thanks")
    assert citizen.say("faq", message_id="m1").body["replies"] == first.body["replies"]
    assert stub.calls_for(citizen.sender) == ["action_answer", "action_thanks"]


def test_a_form_s_answer_sent_again_does_not_fill_the_next_slot(citizen: Any) -> None:
    citizen.do("open_ticket affirm")
    for _ in range(2):
        answer = citizen.say("unknown", "[[name:valid:1]]", message_id="m1")
        assert (answer.replies, answer.slot) == (["action_ask_contact"], "contact")


def test_the_same_id_in_another_conversation_is_another_message(
    citizen: Any, another: Callable[[], Any]
) -> None:
    citizen.say("faq", message_id="m1")
    assert another().say("thanks", message_id="m1").replies == ["action_thanks"]


def test_a_client_that_hangs_up_loses_nothing(citizen: Any, stub: Any) -> None:
    stub.behave(action_answer=0.5)
    understanding = {"intent": {"name": "faq", "confidence": 0.9}, "entities": []}
    body = message(sender=citizen.sender, message_id="m1", metadata={"understanding": understanding})
    with pytest.raises(httpx.TimeoutException):
        citizen.rasa.post(body, timeout=0.1)
    assert citizen.say("faq", message_id="m1").replies == ["action_answer"]
    assert stub.calls_for(citizen.sender) == ["action_answer"]


def test_messages_of_one_conversation_are_taken_in_order_and_without_delay(citizen: Any, stub: Any) -> None:
    stub.behave(action_answer=0.2)
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(citizen.say, "faq")
        time.sleep(0.1)
        rest = [pool.submit(citizen.say, intent) for intent in ("thanks", "greet") if not time.sleep(0.03)]
        assert first.result().replies == ["action_answer"]
        assert [each.result().replies for each in rest] == [["action_thanks"], ["action_greet"]]
    assert time.monotonic() - began < 1, "Rasa's own locks look once a second"
    assert stub.calls_for(citizen.sender) == ["action_answer", "action_thanks", "action_greet"]


# An error is an error, and leaves no trace


@pytest.mark.parametrize("manner", ["fail", "rubbish", "silent"])
def test_an_action_that_fails_or_says_nothing_is_a_503(manner: str, citizen: Any, stub: Any) -> None:
    stub.behave(action_answer=manner)
    assert citizen.say("faq", message_id="m1").status == 503
    stub.behave()
    assert citizen.say("faq", message_id="m1").replies == ["action_answer"]


@pytest.mark.parametrize("broken", ["action_open_ticket", "validate_ticket_form"])
def test_a_ticket_that_cannot_be_saved_is_not_confirmed_and_the_form_waits(
    broken: str, citizen: Any, stub: Any
) -> None:
    citizen.do("open_ticket affirm =[[name:valid:1]] =[[phone:valid:2]] =[[matter:valid:3]]")
    stub.behave(**{broken: "fail"})
    assert citizen.say("affirm", message_id="m1").status == 503
    stub.behave()
    assert citizen.say("affirm", message_id="m1").replies == ["action_open_ticket"]


def test_a_question_that_cannot_be_asked_does_not_skip_the_form(citizen: Any, stub: Any) -> None:
    citizen.do("open_ticket")
    stub.behave(action_ask_contact_name="fail")
    assert citizen.say("affirm").status == 503
    stub.behave()
    assert citizen.say("affirm").slot == "contact_name"


@contextmanager
def without_its_table(rasa: Any) -> Iterator[None]:
    def rename(old: str, new: str) -> None:
        with sqlite3.connect(rasa.database, timeout=10) as connection:
            connection.execute(f"ALTER TABLE {old} RENAME TO {new}")
        connection.close()

    rename("events", "gone")
    yield
    rename("gone", "events")


def test_without_its_database_it_is_unwell_and_takes_nobody_for_new(citizen: Any) -> None:
    citizen.do("open_ticket affirm")
    with without_its_table(citizen.rasa):
        assert not citizen.rasa.is_healthy()
        assert citizen.say("unknown", "[[name:valid:1]]").status == 503
    assert citizen.rasa.is_healthy()
    assert citizen.say("unknown", "[[name:valid:1]]").slot == "contact"


# Long and old conversations


def test_a_form_waits_for_a_month(citizen: Any) -> None:
    citizen.do("open_ticket affirm =[[name:valid:1]]")
    month = 30 * 24 * 3600
    with sqlite3.connect(citizen.rasa.database, timeout=10) as connection:
        rows = connection.execute(
            "SELECT id, data FROM events WHERE sender_id = ?", [citizen.sender]
        ).fetchall()
        for row_id, data in rows:
            event = json.loads(data)
            event["timestamp"] -= month
            connection.execute(
                "UPDATE events SET data = ?, timestamp = ? WHERE id = ?",
                [json.dumps(event), event["timestamp"], row_id],
            )
    connection.close()
    answer = citizen.say("unknown", "[[phone:valid:1]]")
    assert (answer.replies, answer.slot) == (["action_ask_matter"], "matter")


COPY_A_TURN = """
INSERT INTO events (sender_id, type_name, timestamp, intent_name, action_name, data)
SELECT sender_id, type_name, timestamp, intent_name, action_name, data FROM events
WHERE sender_id = ? AND id BETWEEN ? AND ? ORDER BY id
"""


def test_the_five_hundredth_message_of_a_conversation_is_answered_too(citizen: Any) -> None:
    first = citizen.say("greet", message_id="m1")
    with sqlite3.connect(citizen.rasa.database, timeout=10) as connection:
        last_row = "SELECT max(id) FROM events WHERE sender_id = ?"
        [begin] = connection.execute(last_row, [citizen.sender]).fetchone()
        citizen.say("faq")
        [end] = connection.execute(last_row, [citizen.sender]).fetchone()
        for _ in range(497):
            connection.execute(COPY_A_TURN, [citizen.sender, begin + 1, end])
    connection.close()
    assert citizen.say("greet", message_id="m1").body == first.body
    began = time.monotonic()
    assert citizen.say("faq").replies == ["action_answer"]
    assert time.monotonic() - began < 3, "the web process waits no longer"
