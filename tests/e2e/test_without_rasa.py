"""Rasa hangs, is gone, or rubbish answers in its place: a sure answer comes, else the offer of a ticket."""

from __future__ import annotations

import itertools
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.e2e.installation import Installation
from tests.e2e.people import NUMBER, UNKNOWN, Citizen, KakaoCitizen

PATIENCE_S = 3.0

RUBBISH = [
    (200, b"<html>It works!</html>"),
    (200, b"[]"),
    (200, b'{"replies": []}'),
    (200, b'{"replies": [{"kind": 7}], "awaiting": null}'),
    (200, b'{"replies": "none", "awaiting": {"form": 1}}'),
    (500, b"\xff\xfe"),
    (204, b""),
    (503, b'{"error": "no turn"}'),
]


class Rubbish(BaseHTTPRequestHandler):
    """Something else has taken Rasa's port."""

    answers = itertools.cycle(RUBBISH)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, body = next(self.answers)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815 - http.server's name

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture(scope="module", params=["hanging", "killed", "rubbish"])
def broken(request: pytest.FixtureRequest, house: Installation) -> Iterator[Installation]:
    """The installation while its Rasa is of no use."""
    if request.param == "hanging":
        house.rasa.send(signal.SIGSTOP)
        yield house
        house.rasa.send(signal.SIGCONT)
        return
    house.rasa.kill()
    other = None
    if request.param == "rubbish":
        other = ThreadingHTTPServer(("127.0.0.1", house.settings.rasa_port), Rubbish)
        threading.Thread(target=other.serve_forever, daemon=True).start()
    yield house
    if other:
        other.shutdown()
        other.server_close()
    house.rasa.start()
    house.rasa.wait_until_ready()


@pytest.fixture
def alone(broken: Installation) -> Citizen:
    """A visitor while Rasa is of no use."""
    return Citizen(broken)


def test_without_rasa_a_sure_answer_still_comes(alone: Citizen) -> None:
    told = alone.say("복사기 써도 되나요?")
    assert told.kinds == ["answer", "feedback"]
    assert "무료" in told.text
    assert told.seconds < PATIENCE_S


def test_without_rasa_anything_else_leads_to_a_ticket(alone: Citizen, broken: Installation) -> None:
    told = alone.say(UNKNOWN)
    assert told.kinds == ["offer"]
    assert told.seconds < PATIENCE_S
    form = alone.press("문의 접수하기")
    assert form.kinds == ["form"]
    assert form.seconds < PATIENCE_S
    data = form.replies[0]["data"]
    filled = {
        "id": "a-form-without-rasa",
        "name": "한결",
        "email": "hangyeol@example.kr",
        "matter": data["matter"],
        "reply_needed": True,
        "consent_version": data["consent"]["version"],
    }
    ticket = alone.post("tickets", filled).json()["replies"][0]
    assert NUMBER.fullmatch(ticket["data"]["number"])


def test_without_rasa_an_unsure_question_still_gets_choices_with_answers(alone: Citizen, unsure: str) -> None:
    told = alone.say(unsure)
    assert told.kinds == ["choices"]
    assert alone.press(next(iter(told.buttons))).kinds == ["answer", "feedback"]


def test_without_rasa_kakao_still_answers_and_names_a_number_to_call(broken: Installation) -> None:
    kakao = KakaoCitizen(broken)
    assert "무료" in kakao.say("복사기 써도 되나요?").text
    assert kakao.told.seconds < PATIENCE_S
    assert "02-2001-7114" in kakao.say(UNKNOWN).text
    assert kakao.told.seconds < PATIENCE_S
    assert "문의 접수하기" in kakao.told.buttons
