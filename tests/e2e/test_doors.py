"""A messenger that is pushed to, everything real but LINE itself: asked, answered, handed to a person."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
import pytest
import uvicorn

from channels.fake import Button, Said
from channels.line.fake import FakeLine
from tests.e2e.installation import Installation
from tests.e2e.people import NUMBER, UNKNOWN, Staff

COPIER = "복사기 써도 되나요?"


@dataclass
class LineCitizen:
    """A friend of the official account."""

    line: FakeLine
    name: str = field(default_factory=lambda: f"U{uuid.uuid4().hex}")
    seen: int = 0

    async def say(self, text: str, payload: str | None = None, message_id: str = "") -> str:
        """Say it, and read what is new on the screen."""
        assert (await self.line.say(self.name, text, payload, message_id)).status_code == 200
        return await self.read()

    async def press(self, label: str) -> str:
        """Press what is offered last."""
        [button] = [one for one in self.buttons if one.label == label]
        return await self.say(button.said, button.payload)

    async def read(self) -> str:
        """Wait for what is pushed; the texts of it."""
        async with asyncio.timeout(20):
            while len(self.line.shown(self.name)) == self.seen:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        new = self.line.shown(self.name)[self.seen :]
        self.seen += len(new)
        return "\n".join(bubble.text for bubble in new)

    @property
    def buttons(self) -> list[Button]:
        return list(self.line.shown(self.name)[-1].buttons)


@asynccontextmanager
async def served(line: FakeLine, port: int) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(line.app, "127.0.0.1", port, log_level="critical"))
    task = asyncio.create_task(server.serve())
    yield
    server.should_exit = True
    await task


@pytest.fixture
async def line(house: Installation, line_port: int) -> AsyncIterator[LineCitizen]:
    async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
        fake = FakeLine(f"{house.url}/channels/line", client)
        async with served(fake, line_port):
            yield LineCitizen(fake)


async def test_a_citizen_of_a_pushed_channel_is_answered_opens_a_ticket_and_hears_from_a_person(
    line: LineCitizen, house: Installation
) -> None:
    assert "무료" in await line.say(COPIER)
    await line.press("네")
    await line.say(UNKNOWN)
    await line.press("문의 접수하기")
    assert "성함" in await line.press("동의합니다")
    await line.say("한결")
    await line.say("010-8765-4321")
    number = NUMBER.search(await line.press("네"))
    assert number
    await asyncio.to_thread(lambda: Staff(house).reply(number[0], "신청하신 건은 오늘 승인되었습니다."))
    told = await line.read()
    assert "오늘 승인되었습니다." in told
    assert "02-000-1000" in told


async def test_what_the_web_process_was_killed_over_is_brought_again_and_answered_once(
    line: LineCitizen, house: Installation
) -> None:
    await line.say("안녕하세요")
    message = Said(line.name, COPIER, None, uuid.uuid4().hex, at=line.line.clock.now())
    under_way = asyncio.create_task(line.line.bring(message))
    await asyncio.sleep(0.05)
    house.web.kill()
    with suppress(httpx.HTTPError):
        await under_way
    house.web.start()
    await asyncio.to_thread(house.web.wait_until_ready)
    assert (await line.line.bring(message)).status_code == 200
    assert (await line.line.bring(message)).status_code == 200
    assert (await line.read()).count("무료") == 1
    await asyncio.sleep(2)  # nothing more comes
    assert len(line.line.shown(line.name)) == line.seen
