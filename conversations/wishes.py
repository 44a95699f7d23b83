"""Where a citizen wishes to hear of staff's replies: asked and noted without the dialogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session

from channels.protocol import Button, Channel, Reply
from conversations import citizens, replies
from conversations.meaning import Meaning
from conversations.models import Conversation
from core.database import Database
from core.privacy import Vault
from core.threads import in_thread

_QUESTION: Final = "담당자의 답변을 어디로 보내 드릴까요?"
_BUTTONS: Final = {
    "channel": Button(label="이 대화창으로", payload="notify:channel"),
    "email": Button(label="전자우편으로", payload="notify:email"),
    "none": Button(label="알리지 않기", payload="notify:none"),
}
_NO_ADDRESS: Final = (
    "접수하실 때 남기신 전자우편 주소가 없어 이 대화창에서 답변을 알려 드립니다. "
    "전자우편으로 받으시려면 접수하실 때 주소를 남겨 주십시오."
)


class Wishes:
    """Thread-safe. A wish counts in all conversations that were proved to be the same citizen's."""

    def __init__(self, database: Database, vault: Vault, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._vault = vault
        self._channels = channels

    async def replies(self, conversation_id: str, meaning: Meaning) -> list[Reply] | None:
        """What is said to a button of this matter; None: it is another one."""
        if meaning.intent != "notify":
            return None
        wish = meaning.entity[1] if meaning.entity else None
        return [await in_thread(self._said, conversation_id, wish)]

    def _said(self, conversation_id: str, wish: str | None) -> Reply:
        with self._database.session() as session:
            talk = session.get_one(Conversation, conversation_id)
            by_mail = self._has_address(session, conversation_id)
            if wish is None:
                return _asked(by_mail)
            if wish == "email" and not by_mail:
                return replies.text(_NO_ADDRESS)
            for one in citizens.conversations(session, conversation_id):
                one.notify = wish
            return replies.text(self._noted(talk, wish))

    def _has_address(self, session: Session, conversation_id: str) -> bool:
        """Whether letters can be sent at all, and the newest ticket came with an address."""
        newest = citizens.tickets_of(session, conversation_id)[:1]
        return "email" in self._channels and any(
            ticket.email_ref is not None and self._vault.get(session, ticket.email_ref) for ticket in newest
        )

    def _noted(self, talk: Conversation, wish: str) -> str:
        channel = self._channels.get(talk.channel)
        waits = channel is not None and channel.abilities.reach == "next"
        return {
            "channel": (
                "앞으로 담당자의 답변을 이 대화창에서 알려 드리겠습니다."
                + (" 답변이 준비된 뒤 아무 말씀이나 보내 주시면 바로 보여 드립니다." if waits else "")
            ),
            "email": "앞으로 담당자의 답변을 접수하실 때 남기신 전자우편 주소로 보내 드리겠습니다.",
            "none": (
                "앞으로 담당자의 답변을 따로 알려 드리지 않겠습니다. "
                "이 대화창에 다시 말씀하시면 그때 보여 드리겠습니다."
            ),
        }[wish]


def _asked(by_mail: bool) -> Reply:
    offered = [button for wish, button in _BUTTONS.items() if by_mail or wish != "email"]
    return Reply(kind="text", text=_QUESTION, buttons=offered)
