"""Events in, one event out: with the answer to the request, or pushed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import PurePosixPath
from typing import Any, Final

import httpx
from pydantic import ValidationError

from channels import protocol
from channels.layout import Bubble, Choice, bubbles
from channels.naver.payloads import Event, Image
from channels.naver.settings import NaverSettings
from channels.protocol import (
    FETCH_REPLY,
    Abilities,
    Delivery,
    Forget,
    HandedBack,
    Ignored,
    Inbound,
    InboundFile,
    Outcome,
    Receipt,
    Reply,
    Request,
    Typing,
)
from channels.text import shorten
from channels.vendor import Answer, Vendor
from core.errors import Forbidden, Malformed

FILE_HOSTS: Final = ("pstatic.net", "naver.net")
"""Where TalkTalk keeps what citizens send."""
LONGEST_CARD, LONGEST_QUICK_LABEL = 1000, 10
"""Characters of a card's text, and of a quick button's label, which is shorter than a card's."""
_EVENT = "/chatbot/v1/event"
_SAME_FOR = 2
"""Seconds: the same words again within them are the same delivery. Naver gives a message no id."""
_IMAGE_TYPES: Final = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif"}
_WITH_CITIZEN: Final = {"send", "open", "action", "profile", "handover"}
_WITHOUT_ANSWER: Final = {"echo", "leave", "friend", "persistentMenu"}
"""An echo that is answered never ends; the words of whoever has left go nowhere."""
_TYPING: Final = {"event": "action", "options": {"action": "typingOn"}}
_PASSED_ON: Final = "담당 직원에게 전달했습니다. 답변은 다음 메시지에 이어서 알려 드리겠습니다."
_WAIT: Final = "답변을 준비하고 있습니다. 잠시 후 아래 단추를 누르시면 알려 드리겠습니다."


class NaverChannel:
    """Naver signs nothing: the addresses of its servers prove the sender."""

    name = "naver"

    def __init__(self, abilities: Abilities, settings: NaverSettings, client: httpx.AsyncClient) -> None:
        """Without a token nothing can be pushed; a handover is pushed, and must not overtake the words."""
        token = settings.token.get_secret_value()
        reach = abilities.reach if token else "next"
        self.abilities = replace(abilities, reach=reach, inline=not settings.handover)
        self._networks = [ip_network(network.strip()) for network in settings.networks.split(",")]
        self._pushes, self._hands_over = bool(token), settings.handover
        self._vendor = Vendor(client, settings.api, {"authorization": token} if token else {}, FILE_HOSTS)

    def verify(self, request: Request) -> None:
        try:
            address = ip_address(request.address)
        except ValueError:
            raise Forbidden("등록되지 않은 곳에서 온 요청입니다.") from None
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if not any(address in network for network in self._networks):
            raise Forbidden("등록되지 않은 곳에서 온 요청입니다.")

    def parse(self, request: Request) -> tuple[protocol.Event]:
        try:
            event = Event.model_validate_json(request.body)
        except ValidationError as error:
            raise Malformed("톡톡 이벤트의 형식이 올바르지 않습니다.") from error
        if event.event in _WITH_CITIZEN and not event.user:
            raise Malformed("톡톡 이벤트에 user가 없습니다.")
        return (self._read(event, request),)

    def render(self, replies: Sequence[Reply]) -> dict[str, Any]:
        """With nothing to say nothing is shown, unless what a person says has to be waited for."""
        said = bubbles(replies, self.abilities) or ([] if self._pushes else [Bubble(_PASSED_ON)])
        return _event(said[0]) if said else {}

    def acknowledge(self, inbound: Inbound, late: bool) -> Mapping[str, Any] | None:
        """Whoever waits for what will be pushed sees that somebody is writing; else a button fetches it."""
        fetches = Choice("답변 보기", "답변 보기", FETCH_REPLY)
        return (_TYPING if self._pushes else _event(Bubble(_WAIT, (fetches,)))) if late else None

    async def send(self, delivery: Delivery) -> Receipt:
        if not self._pushes:
            return Receipt(Outcome.REFUSED, "먼저 보낼 수 없는 채널입니다.")
        parts = self._parts(delivery)
        for done, part in enumerate(parts[delivery.done :], delivery.done):
            receipt = _judged(await self._vendor.post(_EVENT, {"user": delivery.to, **part}))
            if receipt.outcome is not Outcome.SENT:
                return replace(receipt, done=done)
        return Receipt(Outcome.SENT, done=len(parts))

    async def fetch(self, file: InboundFile) -> bytes:
        return await self._vendor.download(file.reference)

    def _read(self, event: Event, request: Request) -> protocol.Event:
        match event.event:
            case "send":
                return self._said(event, request)
            case "open":
                return self._opened(event, request)
            case "action" if event.option("action") == "typingOn":
                return Typing(self.name, event.user)
            case "profile" if event.option("result") == "WITHDRAW":
                return Forget(self.name, event.user)
            case "handover" if event.option("control") == "passThread":
                return HandedBack(self.name, event.user)
        return Ignored(event.event if event.event in _WITH_CITIZEN | _WITHOUT_ANSWER else "unknown event")

    def _said(self, event: Event, request: Request) -> Inbound | Ignored:
        if event.held_by_person:
            return Ignored("standby")
        if not event.words:
            return Ignored("a message without content")
        files = (_picture(event.image),) if event.image else ()
        return Inbound(self.name, event.user, _id(request), event.words, event.payload, files)

    def _opened(self, event: Event, request: Request) -> Inbound | Ignored:
        if event.option("inflow") == "list":
            return Ignored("opened to read on")  # greeting whoever comes back would disturb a talk
        return Inbound(self.name, event.user, _id(request), "시작하기", payload="greet")

    def _parts(self, delivery: Delivery) -> list[dict[str, Any]]:
        said = [_event(bubble) for bubble in bubbles(delivery.replies, self.abilities)]
        if delivery.by_person:  # the citizen isn't looking: their telephone tells them
            said = [{**event, "options": {"notification": True}} for event in said]
        handed_over = self._hands_over and any(reply.data.get("handoff") for reply in delivery.replies)
        return [*said, _handover(delivery.card)] if handed_over else said


def _event(bubble: Bubble) -> dict[str, Any]:
    """A card where there are buttons; quick buttons under a text that is too long for a card."""
    if not bubble.choices:
        return {"event": "send", "textContent": {"text": bubble.text}}
    if len(bubble.text) <= LONGEST_CARD:
        card = {"description": bubble.text, "buttonList": [_button(choice) for choice in bubble.choices]}
        return {"event": "send", "compositeContent": {"compositeList": [card]}}
    quick = {"buttonList": [_button(choice, LONGEST_QUICK_LABEL) for choice in bubble.choices]}
    return {"event": "send", "textContent": {"text": bubble.text, "quickReply": quick}}


def _button(choice: Choice, longest: int | None = None) -> dict[str, Any]:
    title = shorten(choice.label, longest) if longest else choice.label
    return {"type": "TEXT", "data": {"title": title, "code": choice.payload}}


def _handover(card: Mapping[str, str]) -> dict[str, Any]:
    """The partner centre's people get the conversation, and what is known of its matter."""
    metadata = json.dumps(dict(card), ensure_ascii=False)
    return {"event": "handover", "options": {"control": "passThread", "targetId": 1, "metadata": metadata}}


def _picture(image: Image) -> InboundFile:
    """Older addresses of pictures are plain ones; the same hosts serve them encrypted."""
    url = image.url
    if url.startswith("http://") and url.split("/")[2].endswith(FILE_HOSTS):
        url = "https" + url.removeprefix("http")
    suffix = PurePosixPath(url.partition("?")[0]).suffix.lower()
    media_type = _IMAGE_TYPES.get(suffix, "")
    return InboundFile(f"사진{suffix if media_type else '.jpg'}", media_type, reference=url)


def _id(request: Request) -> str:
    moment = int(request.at.timestamp()) // _SAME_FOR
    return hashlib.sha256(b"%d %s" % (moment, request.body)).hexdigest()


def _judged(answer: Answer) -> Receipt:
    """The status is always 200: what came of it stands in the body."""
    if not answer.ok:
        return answer.receipt
    code = answer.body.get("resultCode") if isinstance(answer.body, dict) else None
    match code:
        case "00":
            return Receipt(Outcome.SENT)
        case "01":
            return Receipt(Outcome.LATER, "톡톡이 인증 키를 받아들이지 않습니다. 설정을 확인해 주십시오.")
        case "02":
            return Receipt(Outcome.REFUSED, "톡톡이 메시지의 형식을 받아들이지 않습니다.")
        case "99":
            return Receipt(Outcome.LATER, "톡톡에서 처리하지 못했다고 합니다.")
    return Receipt(Outcome.LATER, "톡톡의 응답을 읽지 못했습니다.", uncertain=True)
