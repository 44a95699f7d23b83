"""Text messages through a gateway of a plain shape, which a few lines adapt to any provider's.

`POST {api}/messages` with `Authorization: Bearer {token}` and the JSON body
`{"key", "to", "from", "kind": "SMS" | "LMS", "subject", "text"}`. A 2xx means that the gateway took it; the
same `key` it sends once. Bytes are counted in the Korean set of the networks: 90 for SMS, 2,000 for LMS.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import httpx
import regex

from channels.layout import spoken
from channels.protocol import Delivery, Receipt, Reply
from channels.sms.settings import SmsSettings
from channels.vendor import Vendor

SMS, LMS = 90, 2000
"""Most bytes of a text."""
_ELLIPSIS: Final = "..."
_NOTICE: Final = "문의하신 내용에 새 답변이 있습니다. 문의하신 대화창에서 확인해 주십시오."
_READABLE: Final = {"·": ".", "—": "-", "–": "-", "…": _ELLIPSIS, "•": "-", "\xa0": " "}
"""Characters of our texts that take more room than they tell, or that some telephones lack."""


class SmsSender:
    """A way out alone: what citizens text back reaches nobody, so each text names a telephone."""

    name = "sms"

    def __init__(self, settings: SmsSettings, foundation: str, phone: str, client: httpx.AsyncClient) -> None:
        headers = {"Authorization": f"Bearer {settings.token.get_secret_value()}"}
        self._gateway = Vendor(client, settings.api, headers)
        self._from = re.sub(r"\D", "", settings.sender or phone)
        self._foundation = foundation
        self._phone = phone

    async def send(self, delivery: Delivery) -> Receipt:
        text = compose(delivery, self._foundation, self._phone)
        body = {
            "key": delivery.key,
            "to": re.sub(r"\D", "", delivery.to),
            "from": self._from,
            "kind": "SMS" if size(text) <= SMS else "LMS",
            "subject": "" if size(text) <= SMS else _fitting(f"[{self._foundation}] 안내", 40),
            "text": text,
        }
        answer = await self._gateway.post("/messages", body, {"Idempotency-Key": delivery.key})
        given = answer.body.get("id") if isinstance(answer.body, dict) else None
        return replace(answer.receipt, id=str(given or ""))


def compose(delivery: Delivery, foundation: str, phone: str) -> str:
    """Who writes, about which ticket, what, and whom to call; only the middle is ever shortened."""
    said = _plain("\n".join(_told(reply) for reply in delivery.replies))
    about = f" 접수번호 {delivery.number}" if delivery.number and delivery.number not in said else ""
    head = _plain(f"[{foundation}]{about}\n")
    foot = "" if _names_telephone(delivery.replies) else _plain(f"\n문의 {phone}")
    return head + _fitting(said, LMS - size(head) - size(foot)) + foot


def _told(reply: Reply) -> str:
    """What staff write shows on a locked screen for anybody to read: a text only says that it is there."""
    person = reply.data.get("signed")
    if person is None:
        return spoken(reply.model_copy(update={"buttons": []}))
    return f"{_NOTICE}\n담당 {person['department']} {person['name']} {person['phone']}"


def size(text: str) -> int:
    """Bytes in the networks' set."""
    return len(text.encode("cp949", "replace"))


def _names_telephone(replies: Sequence[Reply]) -> bool:
    return any(reply.data.get("signed") or reply.data.get("phone") for reply in replies)


def _plain(text: str) -> str:
    """What the set doesn't hold is left out: emoji, and signs of other scripts."""
    for sign, plain in _READABLE.items():
        text = text.replace(sign, plain)
    return "".join(c for c in text if c == "\n" or (c.isprintable() and c.encode("cp949", "ignore")))


def _fitting(text: str, most: int) -> str:
    """At most so many bytes, cut between whole characters."""
    if size(text) <= most:
        return text
    kept, room = "", most - len(_ELLIPSIS)
    for character in regex.findall(r"\X", text):
        room -= size(character)
        if room < 0:
            break
        kept += character
    return kept.rstrip() + _ELLIPSIS
