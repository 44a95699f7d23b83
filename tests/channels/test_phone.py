"""The page like a phone, and what scripts do with a running fake."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from tests.channels.test_fake import FakeParrot


def webhook(request: httpx.Request) -> httpx.Response:
    if json.loads(request.content)["text"] == "away":
        raise httpx.ConnectError("nobody")
    return httpx.Response(200)


@pytest.fixture
def parrot() -> FakeParrot:
    client = httpx.AsyncClient(transport=httpx.MockTransport(webhook))
    return FakeParrot("http://program/channels/parrot", client)


@pytest.fixture
def phone(parrot: FakeParrot) -> TestClient:
    return TestClient(parrot.app)


def test_the_page_names_its_channel(phone: TestClient) -> None:
    page = phone.get("/")
    assert "앵무새 체험 화면" in page.text
    assert "{{" not in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]


def test_what_is_said_and_shown_can_be_read_apart_and_together(phone: TestClient) -> None:
    assert phone.post("/fake/say", json={"sender": "1", "text": "안녕하세요"}).json() == {"status": 200}
    phone.post("/push", json={"to": "1", "text": "반갑습니다"})
    assert [one["text"] for one in phone.get("/fake/shown?sender=1").json()] == ["반갑습니다"]
    both = phone.get("/fake/thread?sender=1").json()
    assert [(one["text"], one["mine"]) for one in both] == [("안녕하세요", True), ("반갑습니다", False)]
    assert phone.get("/fake/thread?sender=2").json() == []


def test_a_program_that_is_away_is_told_as_such(phone: TestClient) -> None:
    answer = phone.post("/fake/say", json={"sender": "1", "text": "away"})
    assert (answer.status_code, answer.json()["error"]) == (502, "ConnectError")


@pytest.mark.parametrize("change", [{"sender": ""}, {"file": {"name": "a"}}, {"text": 7}])
def test_what_makes_no_sense_is_not_said(
    phone: TestClient, parrot: FakeParrot, change: dict[str, Any]
) -> None:
    assert phone.post("/fake/say", json={"sender": "1", "text": "네"} | change).status_code == 422
    assert parrot.sent == []


def test_a_file_goes_along(phone: TestClient, parrot: FakeParrot) -> None:
    file = {"name": "a.png", "media_type": "image/png", "content": base64.b64encode(b"png").decode()}
    phone.post("/fake/say", json={"sender": "1", "file": file})
    [(said, _)] = parrot.sent
    assert said.file is not None
    assert (said.file.name, said.file.content) == ("a.png", b"png")


def test_faults_can_be_switched_on_and_are_in_the_log(phone: TestClient) -> None:
    assert phone.post("/fake/faults", json={"kind": "500", "times": 2}).json() == {"faults": 2}
    assert phone.post("/push", json={"to": "1", "text": "네"}).status_code == 500
    [call] = phone.get("/fake/log").json()["received"]
    assert (call["path"], call["fault"]) == ("/push", "500")
    assert phone.post("/fake/faults", json={"kind": "sudden"}).status_code == 422


def test_the_log_holds_what_was_brought_without_its_words(phone: TestClient) -> None:
    phone.post("/fake/say", json={"sender": "1", "text": "비밀", "message_id": "m-1"})
    log = phone.get("/fake/log")
    [sent] = log.json()["sent"]
    assert (sent["message_id"], sent["status"]) == ("m-1", 200)
    assert "비밀" not in log.text
