"""The base of the fakes: what is said reaches our webhook, our calls are kept, faults come in turn."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from channels.fake import FakeCloud, Hook, Said, Shown
from channels.protocol import InboundFile, Outcome
from channels.settings import ChannelSettings
from channels.vendor import Vendor
from tests.serving import served


class FakeParrot(FakeCloud):
    """A vendor with one call, which tells repetitions."""

    name = "parrot"
    title = "앵무새"
    settings = ChannelSettings

    def __init__(self, webhook: str, client: httpx.AsyncClient | None = None) -> None:
        super().__init__(webhook, client)
        self.app.post("/push")(self._push)

    def hook(self, said: Said) -> Hook:
        return Hook(json.dumps({"text": said.text, "id": said.message_id}).encode(), {"x-proof": "ok"})

    async def _push(self, body: dict[str, Any]) -> dict[str, bool]:
        return {"new": self.show(body["to"], [Shown(body["text"])], body.get("key", ""))}


class Program:
    """Our side: a webhook that keeps what comes."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.heard: list[tuple[str, bytes]] = []
        self.app.post("/channels/parrot")(self._hear)

    async def _hear(self, request: Request) -> Response:
        self.heard.append((request.headers["x-proof"], await request.body()))
        return Response("{}")


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
async def parrot(program: Program) -> AsyncIterator[FakeParrot]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(program.app)) as client:
        yield FakeParrot("http://program/channels/parrot", client)


@pytest.fixture
async def vendor(parrot: FakeParrot) -> AsyncIterator[Vendor]:
    async with httpx.AsyncClient(transport=parrot.transport()) as client:
        yield Vendor(client, "http://parrot")


async def test_what_a_citizen_says_reaches_the_webhook_with_its_proof(
    parrot: FakeParrot, program: Program
) -> None:
    answer = await parrot.say("u-1", "안녕하세요", message_id="m-1")
    assert answer.status_code == 200
    assert program.heard == [("ok", json.dumps({"text": "안녕하세요", "id": "m-1"}).encode())]
    assert [one.text for one in parrot.thread("u-1")] == ["안녕하세요"]
    assert parrot.shown("u-1") == []


async def test_the_same_message_can_be_delivered_again_byte_for_byte(
    parrot: FakeParrot, program: Program
) -> None:
    await parrot.say("u-1", "안녕하세요")
    await parrot.bring(parrot.sent[0][0])
    assert program.heard[0] == program.heard[1]
    assert len(parrot.thread("u-1")) == 1


async def test_our_calls_are_kept_as_they_came(parrot: FakeParrot, vendor: Vendor) -> None:
    assert (await vendor.post("/push", {"to": "u-1", "text": "답변"})).ok
    [call] = parrot.received
    assert (call.method, call.path, json.loads(call.body)["text"]) == ("POST", "/push", "답변")
    assert [one.text for one in parrot.shown("u-1")] == ["답변"]


async def test_what_came_under_one_key_is_shown_once(parrot: FakeParrot, vendor: Vendor) -> None:
    body = {"to": "u-1", "text": "답변", "key": "k-1"}
    first, again = await vendor.post("/push", body), await vendor.post("/push", body)
    assert (first.body, again.body) == ({"new": True}, {"new": False})
    assert len(parrot.shown("u-1")) == 1


@pytest.mark.parametrize(
    ("kind", "outcome", "uncertain"),
    [
        ("timeout", Outcome.LATER, True),
        ("cut", Outcome.LATER, True),
        ("500", Outcome.LATER, True),
        ("429", Outcome.LATER, False),
        ("refuse", Outcome.REFUSED, False),
    ],
)
async def test_each_fault_is_met_once_and_shows_nothing(
    parrot: FakeParrot, vendor: Vendor, kind: Any, outcome: Outcome, uncertain: bool
) -> None:
    parrot.fail(kind, retry_after=7)
    failed = (await vendor.post("/push", {"to": "u-1", "text": "답변"})).receipt
    assert (failed.outcome, failed.uncertain) == (outcome, uncertain)
    assert failed.retry_after == (7 if kind in ("429", "500") else 0)
    assert parrot.shown("u-1") == []
    assert (await vendor.post("/push", {"to": "u-1", "text": "답변"})).ok
    assert [call.fault for call in parrot.received] == [kind, ""]


async def test_an_answer_can_be_lost_after_the_vendor_took_the_call(
    parrot: FakeParrot, vendor: Vendor
) -> None:
    parrot.fail("cut", taken=True)
    answer = await vendor.post("/push", {"to": "u-1", "text": "답변", "key": "k-1"})
    assert answer.receipt.uncertain
    assert len(parrot.shown("u-1")) == 1


async def test_a_program_that_is_away_is_noted(parrot: FakeParrot) -> None:
    parrot._client = httpx.AsyncClient()
    parrot.webhook = "http://127.0.0.1:9/channels/parrot"
    with pytest.raises(httpx.ConnectError):
        await parrot.say("u-1", "안녕하세요")
    assert [status for _, status in parrot.sent] == [0]


def test_the_same_file_is_kept_once(parrot: FakeParrot) -> None:
    photo = InboundFile("사진.png", "image/png", b"png")
    assert parrot.keep(photo) == parrot.keep(photo)
    assert parrot.keep(InboundFile("다른.png", "image/png", b"other")) != parrot.keep(photo)


def test_over_a_real_connection_a_cut_is_a_cut(parrot: FakeParrot) -> None:
    with served(parrot.app) as address:
        parrot.fail("cut")
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.post(f"{address}/push", json={"to": "u-1", "text": "답변"})
        assert httpx.post(f"{address}/push", json={"to": "u-1", "text": "답변"}).status_code == 200
