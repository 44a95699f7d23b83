"""One citizen, several doors: a ticket opened in one conversation is joined to another one.

Number and telephone show how far a ticket is; to join it the citizen also tells a code that was sent to the
address that we know from the ticket. From then on both conversations are one citizen's.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from channels.protocol import Abilities, Button, Reply, Sender
from conversations import citizens, door_codes, outbox, replies, store
from conversations.hub import Hub, topic_of
from conversations.meaning import Meaning
from conversations.models import Conversation, DoorCode, OutboxItem
from conversations.own_tickets import was_shown
from core.clock import Clock
from core.database import Database
from core.ids import new_id
from core.privacy import Reference, Vault
from core.threads import in_thread
from desk import tickets
from desk.models import Ticket

TRIES: Final = 5
MOST_SENT: Final = 3
"""Codes for one ticket in an hour, whichever conversations ask for them."""
MOST_IN_A_DAY: Final = 9
"""Lest somebody who knows number and telephone try through all codes, or tire its citizen."""
_TWICE: Final = timedelta(seconds=20)
"""A button that is pressed again so soon is taken for the same press."""
_MOBILE: Final = "01"
_OWNER: Final = "접수하신 분인지 확인하기 위해"
_WAY_NAMES: Final = {"email": "남기신 전자우편 주소", "sms": "남기신 휴대전화"}


@dataclass(frozen=True)
class _Way:
    """To the address that is known: a conversation, or a route to what the ticket's citizen left."""

    route: str
    talk: Conversation | None = None
    waits: bool = False
    """The code is told when the citizen next says something there."""


class Doors:
    """Sends codes, and joins. It needs no dialogue: it works while Rasa is down."""

    def __init__(
        self, database: Database, vault: Vault, senders: Mapping[str, Sender], clock: Clock, hub: Hub,
        phone: str,
    ) -> None:  # fmt: skip
        """`senders` are all ways to a citizen by name; `phone` is whom to turn to where there is none."""
        self._database = database
        self._vault = vault
        self._senders = senders
        self._clock = clock
        self._hub = hub
        self._phone = phone

    def offered(self, session: Session, conversation_id: str, status: Reply) -> Reply:
        """The state of a ticket that was looked up; one of another door can be joined."""
        ticket = tickets.find(session, str(status.data.get("number")))
        if ticket is None or _joined(session, conversation_id, ticket):
            return status
        if not self._ways(session, ticket):
            return status
        button = Button(label="이 대화와 이어 보기", payload=f"join:{ticket.number}")
        return status.model_copy(update={"buttons": [*status.buttons, button]})

    async def replies(self, conversation_id: str, text: str, meaning: Meaning) -> list[Reply] | None:
        """What is said to a wish to join, or to a code that is told; None: it is neither."""
        if meaning.intent == "join" and meaning.entity:
            said, topic = await in_thread(self._begin, conversation_id, meaning.entity[1])
            if topic:
                self._hub.changed(topic)
            return [said]
        if meaning.intent == "tell_code":
            return await in_thread(self._told, conversation_id, text)
        return None

    def _begin(self, conversation_id: str, number: str) -> tuple[Reply, str | None]:
        """Send a code; the topic of the conversation that it was sent to."""
        now = self._clock.now()
        with self._database.session() as session:
            ticket = tickets.find(session, number)
            if ticket is None or not was_shown(session, conversation_id, ticket.number):
                return replies.text("접수번호와 연락처로 먼저 조회해 주십시오."), None
            tickets.lock(session, ticket)
            if _joined(session, conversation_id, ticket):
                return replies.text(f"접수번호 {ticket.number} 문의는 이미 이 대화와 이어져 있습니다."), None
            sent = door_codes.sent(session, ticket, now)
            mine = [code for code in sent if code.conversation_id == conversation_id]
            if mine and now - mine[-1].sent_at < _TWICE:
                return replies.text("확인 번호를 보내 드렸습니다. 이 대화에 그대로 적어 주십시오."), None
            in_a_day = door_codes.sent_in_a_day(session, ticket, now)
            if len(sent) >= MOST_SENT or in_a_day >= MOST_IN_A_DAY:
                often = "하루에 아홉 번" if in_a_day >= MOST_IN_A_DAY else "한 시간에 세 번"
                return self._refusal(f"확인 번호는 {often}까지 보내 드립니다."), None
            ways = self._ways(session, ticket)
            if not ways:
                return self._refusal("확인 번호를 보내 드릴 주소가 없습니다."), None
            # Who asks again may have no hold of where the last one went.
            way = ways[len(mine) % len(ways)]
            self._send(session, conversation_id, ticket, way, now)
            topic = topic_of(way.talk.channel, way.talk.sender) if way.talk else topic_of(way.route, "")
            return _sent_words(ticket, way), topic

    def _told(self, conversation_id: str, text: str) -> list[Reply]:
        """Judge the code that was told; where it was right the conversations are one citizen's."""
        with self._database.session() as session:
            code = door_codes.newest(session, conversation_id, self._clock.now())
            told = _digits(self._vault.reveal(session, text))
            self._vault.forget(session, text)
            if code is None:
                return [replies.text("보내 드린 확인 번호가 없습니다. 접수번호로 먼저 조회해 주십시오.")]
            ticket = session.get_one(Ticket, code.ticket_id)
            if code.told:
                return _joined_words(ticket)
            if problem := self._problem(code, told):
                return [_again(problem, ticket.number)]
            code.told = True
            door_codes.destroy(session, code)
            join(session, session.get_one(Conversation, conversation_id), ticket)
            return _joined_words(ticket)

    def _problem(self, code: DoorCode, told: str) -> str | None:
        """Why the code isn't taken, in words for the citizen; a wrong one costs a try."""
        if self._clock.now() - code.sent_at > door_codes.VALID:
            return "확인 번호를 보내 드린 지 10분이 지나 사용하실 수 없습니다."
        if code.tries_left == 0:
            return f"확인 번호가 {TRIES}번 맞지 않아 더 이상 사용하실 수 없습니다."
        if hmac.compare_digest(code.code_hash, self._hash(code.conversation_id, told)):
            return None
        code.tries_left -= 1
        if code.tries_left == 0:
            return f"확인 번호가 {TRIES}번 맞지 않아 더 이상 사용하실 수 없습니다."
        return f"확인 번호가 맞지 않습니다. {code.tries_left}번 더 적어 보실 수 있습니다."

    def _ways(self, session: Session, ticket: Ticket) -> list[_Way]:
        """The ways to the known address, the best first; what has to wait is the last resort."""
        talk, details = citizens.talk_of(session, ticket), tickets.details(session, self._vault, ticket)
        now, ways = self._clock.now(), []
        can = _abilities(self._senders.get(talk.channel)) if talk else None
        if talk and can and can.reach != "next" and _window_open(talk, can, now):
            ways.append(_Way(talk.channel, talk))
        if details.email and "email" in self._senders and not (talk and talk.channel == "email"):
            ways.append(_Way("email"))
        if details.phone and details.phone.startswith(_MOBILE) and "sms" in self._senders:
            ways.append(_Way("sms"))
        if not ways and talk and can and can.inline:
            ways.append(_Way(talk.channel, talk, waits=True))
        return ways

    def _send(self, session: Session, conversation_id: str, ticket: Ticket, way: _Way, now: datetime) -> None:
        code = f"{secrets.randbelow(10**6):06}"
        reference = self._vault.put(session, "code", code)
        item = self._owe(session, ticket, way, reference, code, now)
        session.add(
            DoorCode(
                conversation_id=conversation_id, ticket_id=ticket.id, tries_left=TRIES, sent_at=now,
                code_hash=self._hash(conversation_id, code), code_ref=reference.id,
                item_id=item.id if item else None,
            )
        )  # fmt: skip

    def _owe(
        self, session: Session, ticket: Ticket, way: _Way, reference: Reference, code: str, now: datetime
    ) -> OutboxItem | None:
        if way.talk is None:
            return outbox.owe_otherwise(
                session, self._vault, way.route, ticket, self._letter(ticket, code), now
            )
        session.refresh(way.talk, with_for_update=True)
        # The message holds a reference: the code itself can be destroyed when its time is over.
        said = self._letter(ticket, str(reference))
        message = store.add_message(session, self._vault.cipher, way.talk, "bot", said, now)
        session.flush()
        can = self._senders[way.talk.channel]
        return outbox.owe(session, self._vault, can, [message], way.talk, now)  # type: ignore[arg-type]

    def _letter(self, ticket: Ticket, code: str) -> Reply:
        return replies.text(
            f"확인 번호: {code}\n접수번호 {ticket.number} 문의를 다른 대화와 이어 보려는 요청이 있어 "
            "보내 드립니다. 10분 안에 그 대화에 적어 주십시오. 직접 요청하지 않으셨다면 이 번호를 "
            f"아무에게도 알리지 마시고 대표전화 {self._phone}번으로 알려 주시기 바랍니다."
        )

    def _hash(self, conversation_id: str, code: str) -> str:
        return self._vault.cipher.fingerprint(f"door:{conversation_id}:{code}")

    def _refusal(self, words: str) -> Reply:
        return replies.text(f"{words} 대표전화 {self._phone}번으로 연락해 주시면 확인해 드리겠습니다.")


def join(session: Session, conversation: Conversation, ticket: Ticket) -> None:
    """It was proved that whoever writes in the conversation is the ticket's citizen.

    A ticket from the telephone has no conversation: it gets this one.
    """
    if ticket.conversation_id is None:
        ticket.conversation_id = conversation.id
    both = (conversation.id, ticket.conversation_id)
    ids = {one for known in both for one in citizens.circle(session, known)}
    if len(ids) > 1:
        # Where two circles meet, both bear one new name.
        session.execute(update(Conversation).where(Conversation.id.in_(ids)).values(citizen_id=new_id()))
        _one_holder(session, conversation.id)
    session.flush()


def _one_holder(session: Session, conversation_id: str) -> None:
    """Whoever of the staff talks with the citizen does so through every door."""
    doors = citizens.conversations(session, conversation_id)
    holder = next((one.staff_id for one in doors if one.staff_id), None)
    for one in doors if holder else ():
        one.staff_id, one.waiting_since = holder, None


def _joined(session: Session, conversation_id: str, ticket: Ticket) -> bool:
    return ticket.conversation_id in citizens.circle(session, conversation_id)


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdecimal())


def _abilities(sender: Sender | None) -> Abilities | None:
    return getattr(sender, "abilities", None)  # a mere way out has none


def _window_open(talk: Conversation, can: Abilities, now: datetime) -> bool:
    return can.window is None or now - (talk.written_at or talk.created_at) < can.window


def _sent_words(ticket: Ticket, way: _Way) -> Reply:
    if way.talk is None:
        where = f"{_OWNER} {_WAY_NAMES[way.route]}로 여섯 자리 확인 번호를 보냈습니다."
    elif way.waits:
        where = (
            f"{_OWNER} 접수하신 대화에 여섯 자리 확인 번호를 준비했습니다. "
            "그 대화에서 아무 말씀이나 보내시면 번호를 알려 드립니다."
        )
    else:
        where = f"{_OWNER} 접수하신 대화로 여섯 자리 확인 번호를 보냈습니다."
    return _again(f"{where} 10분 안에 이 대화에 적어 주십시오.", ticket.number)


def _again(words: str, number: str) -> Reply:
    button = Button(label="확인 번호 다시 받기", payload=f"join:{number}")
    return Reply(kind="text", text=words, buttons=[button])


def _joined_words(ticket: Ticket) -> list[Reply]:
    words = (
        f"확인되었습니다. 접수번호 {ticket.number} 문의를 이 대화와 이어 드렸습니다. "
        "답변은 가장 최근에 말씀하신 대화로 보내 드리겠습니다."
    )
    return [replies.text(words), replies.status(tickets.status(ticket))]
