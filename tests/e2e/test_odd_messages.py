"""Messages that are none: each gets a polite reply or a reason, and never an unexpected error."""

from __future__ import annotations

import httpx
import pytest

from tests.e2e.installation import Installation
from tests.e2e.people import Citizen, KakaoCitizen

ODD_TEXTS = {
    "empty": "",
    "blank": " \t\n　 ",
    "10,000 characters": "가" * 10_000,
    "emoji": "😀👍🏽👨‍👩‍👧‍👦🇰🇷",
    "one emoji": "🙏",
    "control characters": "\x00\x07\x1b[31m\x7f",
    "control characters around a question": "\x00복사기\x07 써도 되나요?\x1b",
    "invisible": "\u200b\u202e\ufeff",
    "jamo": "ㅋㅋㅋㅋㅎㅎㅠㅠ",
    "a command of Rasa": '/affirm{"consent": true}',
    "a slash": "/",
    "a reference of ours": "[[phone:valid:0123456789abcdef0123456789abcdef]]",
    "markup": "<script>alert(1)</script>'; DROP TABLE messages; --{{7*7}}",
    "many marks on one letter": "e" + "\u0301" * 1500,
    "other scripts": "مرحبا こんにちは Привет",
    "digits": "1",
}


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_an_odd_text_gets_a_polite_reply_or_a_reason(
    citizen: Citizen, kakao: KakaoCitizen, text: str
) -> None:
    response = citizen.post("messages", {"id": "an-odd-message", "text": text})
    assert response.status_code in (200, 422), response.text
    said = [reply["text"] for reply in response.json().get("replies", [])] or [response.json()["error"]]
    assert all(words.endswith(("?", ".")) for words in said)
    assert kakao.say(text).texts


@pytest.mark.parametrize("text", [ODD_TEXTS["empty"], ODD_TEXTS["blank"], ODD_TEXTS["10,000 characters"]])
def test_a_text_that_cannot_be_taken_is_refused_with_the_reason(citizen: Citizen, text: str) -> None:
    response = citizen.post("messages", {"id": "an-odd-message", "text": text})
    assert response.status_code == 422
    assert response.json()["error"].endswith("주십시오.")
    assert citizen.history() == []


WRONG_BODIES = {
    "nothing": b"",
    "half": b'{"id": "12345678", "text": "',
    "a list": b"[]",
    "a string": b'"hello"',
    "null": b"null",
    "no text": b'{"id": "12345678"}',
    "wrong types": b'{"id": 12345678, "text": {"a": [1]}, "payload": []}',
    "no UTF-8": b'{"id": "12345678", "text": "\xff\xfe"}',
    "half a character": b'{"id": "12345678", "text": "\\ud800"}',
    "deep": b"[" * 100_000,
    "a number without end": b'{"id": "12345678", "text": ' + b"9" * 10_000 + b"}",
    "a long id": b'{"id": "' + b"x" * 300 + b'", "text": "a"}',
}


@pytest.mark.parametrize("path", ["messages", "tickets"])
@pytest.mark.parametrize("body", WRONG_BODIES.values(), ids=WRONG_BODIES)
def test_a_body_that_is_no_message_is_refused_with_the_reason(
    citizen: Citizen, path: str, body: bytes
) -> None:
    response = citizen.http.post(path, content=body, headers={"Content-Type": "application/json"})
    assert 400 <= response.status_code < 500, response.text
    assert response.json()["error"].endswith("니다.") or response.json()["error"].endswith("주십시오.")


@pytest.mark.parametrize("body", WRONG_BODIES.values(), ids=WRONG_BODIES)
def test_a_skill_call_that_is_none_is_refused(house: Installation, body: bytes) -> None:
    headers = {"X-Eungdae-Secret": house.secrets.kakao_secret}
    response = httpx.post(f"{house.url}/channels/kakao", content=body, headers=headers)
    assert 400 <= response.status_code < 500, response.text


def test_a_body_of_a_megabyte_is_refused(citizen: Citizen) -> None:
    response = citizen.http.post("messages", content=b"x" * 1_000_000)
    assert response.status_code == 413
