"""Citizens at a fake: they ask, choose, say whether it helped, have tickets opened, and think in between."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import httpx

from bench.channels.log import CUT, NOBODY, Log, Said
from channels.fake import Button, FakeCloud
from channels.fake import Said as Message
from channels.protocol import FETCH_REPLY, Channel, Inbound, Request
from core.ids import new_id

_ASKED = {
    "성함을": "한결",
    "전화번호나 전자우편": "010-8765-4321",
    "내용을 알려": "제 신청 건이 어떻게 되었는지 알고 싶습니다",
}
_TOO_LONG = "가" * 2500
_PATIENCE = 8.0
"""Seconds that a citizen of a pushing channel waits for the answer."""
_AGAIN_AFTER = 1.0
"""Seconds after which a vendor that redelivers does so."""


@dataclass
class Crowd:
    """All citizens of one channel."""

    fake: FakeCloud
    channel: Channel
    log: Log
    questions: Iterator[str]
    pause: tuple[float, float]
    """Seconds of thinking between an answer and the next message: from, to."""
    redelivers: bool
    """Whether the vendor brings again what wasn't taken."""
    chance: random.Random
    _senders: list[str] = field(default_factory=list)
    _until: float = 0.0

    async def live(self, citizens: int, seconds: float) -> None:
        """So many at once, for so long, or until `go_home`."""
        self._until = time.monotonic() + seconds
        self._senders += [str(100_000 + len(self._senders) + n) for n in range(citizens)]
        await asyncio.gather(*(self._live(sender) for sender in self._senders[-citizens:]))

    def go_home(self) -> None:
        """Nobody begins anything new."""
        self._until = 0.0

    def finish(self) -> None:
        """Write down what everybody got to see."""
        self.log.add_screens(self.fake, iter(self._senders))

    async def ask_what_waits(self, senders: Collection[str]) -> None:
        """One after the other they say one more word, and are told what waited for it."""
        for sender in senders:
            await self._say(sender, "안녕하세요", None)

    async def _live(self, sender: str) -> None:
        await asyncio.sleep(self.chance.uniform(0, self.pause[1]))  # nobody begins together
        while time.monotonic() < self._until:
            seen = len(self.fake.shown(sender))
            text, payload = self._next(sender)
            await self._say(sender, text, payload)
            if self.redelivers:
                await self._wait_for_answer(sender, seen)
            await asyncio.sleep(self.chance.uniform(*self.pause))

    def _next(self, sender: str) -> tuple[str, str | None]:
        """What the citizen says to what stands on the screen."""
        last = self.fake.shown(sender)[-3:]
        buttons = [one for one in last[-1].buttons if not one.link] if last else []
        if asked := next((words for ask, words in _ASKED.items() if last and ask in last[-1].text), None):
            return asked, None
        for button in buttons:
            if button.payload == FETCH_REPLY or button.label in ("동의합니다", "접수하기"):
                return _pressed(button)
        if buttons and self.chance.random() < 0.6:
            return _pressed(self.chance.choice(buttons))
        return (_TOO_LONG if self.chance.random() < 0.01 else next(self.questions)), None

    async def _say(self, sender: str, text: str, payload: str | None) -> None:
        message = Message(sender, text, payload, new_id(), at=self.fake.clock.now())
        known_as = self._known_as(message)
        at, began = time.time(), time.monotonic()
        status = await self._bring(message)
        while self.redelivers and not 200 <= status < 300:
            await asyncio.sleep(_AGAIN_AFTER)
            status = await self._bring(message)
        seconds = time.monotonic() - began
        said = Said(self.fake.name, sender, known_as, status, at, seconds, len(text), payload == FETCH_REPLY)
        self.log.add(said)

    async def _bring(self, message: Message) -> int:
        try:
            return (await self.fake.bring(message)).status_code
        except httpx.ConnectError:
            return NOBODY
        except httpx.HTTPError:
            return CUT

    def _known_as(self, message: Message) -> str:
        hook = self.fake.hook(message)
        headers = {"content-type": "application/json"} | {k.lower(): v for k, v in hook.headers.items()}
        events = self.channel.parse(Request(hook.body, headers, at=self.fake.clock.now()))
        return next((event.message_id for event in events if isinstance(event, Inbound)), "")

    async def _wait_for_answer(self, sender: str, seen: int) -> None:
        limit = time.monotonic() + _PATIENCE
        while len(self.fake.shown(sender)) == seen and time.monotonic() < limit:  # noqa: ASYNC110 - a person looks
            await asyncio.sleep(0.1)


def _pressed(button: Button) -> tuple[str, str | None]:
    return button.said or button.label, button.payload
