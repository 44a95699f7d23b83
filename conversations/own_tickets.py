"""What citizens do with their own tickets: see how far they are, add words, object, withdraw.

Whose ticket it is follows from the conversation: it was opened there, or in another one of the same citizen,
or its number and telephone were told there. So nothing has to be asked again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.protocol import Button, Reply
from conversations import citizens, replies
from conversations.announcements import Announcements
from conversations.models import Message
from core.clock import Clock
from core.database import Database
from core.errors import EungdaeError
from core.privacy import Vault
from desk import steps, tickets
from desk.models import Ticket
from desk.schemas import TicketStatus
from desk.states import OPEN

MOST: Final = 3
"""Tickets shown at once: Kakao shows three bubbles."""
OTHER: Final = Button(label="다른 접수 조회", payload="check_other")
_AGAIN: Final = timedelta(minutes=5)
"""So long a step that comes again is taken for the same one: the way back to the citizen may have failed."""
_WITHDRAW: Final = ("접수를 취하할까요? 취하하시면 담당자가 더 처리하지 않습니다.", "네, 취하합니다")
_CANCEL: Final = ("예약을 취소할까요? 취소하시면 예약하신 상담은 진행되지 않습니다.", "네, 취소합니다")
_EVENTS: Final = {"add": "added", "objection": "reopened", "withdraw": "withdrawn"}
_STRANGE: Final = "이 대화에서 접수하신 문의가 아닙니다. 접수번호와 연락처로 먼저 조회해 주십시오."


class OwnTickets:
    """Thread-safe. `what` is add, objection or withdraw."""

    def __init__(
        self, database: Database, vault: Vault, clock: Clock, announcements: Announcements | None = None
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._announcements = announcements or Announcements(vault)

    def status(self, conversation_id: str) -> list[Reply]:
        """How far the newest of the conversation's tickets are, with what can be done about each."""
        with self._database.session() as session:
            found = citizens.tickets_of(session, conversation_id)[:MOST]
            told = [replies.status(tickets.status(ticket), one_of_many=len(found) > 1) for ticket in found]
        if told:
            told[-1] = told[-1].model_copy(update={"buttons": [*told[-1].buttons, replies.NOTIFY, OTHER]})
        return told

    def known(self, conversation_id: str) -> dict[str, str]:
        """References to copies of name, phone and email of the newest ticket, as far as they still exist."""
        with self._database.session() as session:
            newest = citizens.tickets_of(session, conversation_id)[:1]
            details = [tickets.details(session, self._vault, ticket) for ticket in newest]
            found = {kind: getattr(one, kind) for one in details for kind in ("name", "phone", "email")}
            return {
                kind: str(self._vault.put(session, kind, value)) for kind, value in found.items() if value
            }

    def refusal(self, conversation_id: str, what: str, number: str) -> str | None:
        """Why the step isn't possible, in words for the citizen; None where it is."""
        with self._database.session() as session:
            ticket = _own(session, conversation_id, number)
            return _refusal(ticket, what) if ticket else _STRANGE

    def really_withdraw(self, number: str) -> Reply:
        """The question whether the citizen is sure; an appointment is cancelled, not withdrawn."""
        with self._database.session() as session:
            ticket = tickets.find(session, number)
            booked = ticket is not None and ticket.kind == "reservation"
        words, yes = _CANCEL if booked else _WITHDRAW
        buttons = [Button(label=yes, payload="affirm"), Button(label="아니요", payload="deny")]
        return Reply(kind="text", text=f"접수번호 {number}의 {words}", buttons=buttons)

    def do(
        self, conversation_id: str, what: str, number: str, words: str = "", proved: bool = False
    ) -> Reply:
        """Take the step and say what comes of it, or why it wasn't taken; the person in charge is told.

        The same step again within minutes changes nothing and is told like the first one. `proved`: whose
        ticket it is was shown otherwise, by a letter's token.
        """
        now = self._clock.now()
        try:
            with self._database.session() as session:
                ticket = tickets.find(session, number) if proved else _own(session, conversation_id, number)
                if ticket is None:
                    return replies.text(_STRANGE)
                tickets.lock(session, ticket)
                words = self._vault.reveal(session, words)
                if not self._done_already(session, ticket, what, words):
                    if refusal := _refusal(ticket, what):
                        return replies.text(refusal)
                    _STEPS[what](session, self._vault, ticket, now, words)
                    self._announcements.refresh(session, ticket, now)
                return _told(tickets.status(ticket), what)
        except EungdaeError as error:
            return replies.text(error.message)

    def asked_by(self, session: Session, conversation_id: str) -> Ticket | None:
        """The newest ticket whose person in charge waits for the citizen's answer."""
        return next((one for one in citizens.tickets_of(session, conversation_id) if one.waiting), None)

    def _done_already(self, session: Session, ticket: Ticket, what: str, words: str) -> bool:
        same = [event for event in tickets.history(session, ticket) if event.kind == _EVENTS[what]]
        if not same or self._clock.now() - same[-1].at > _AGAIN:
            return False
        return tickets.opened_words(session, self._vault, same[-1]) == words.strip()


def _own(session: Session, conversation_id: str, number: str) -> Ticket | None:
    ticket = tickets.find(session, number)
    if ticket is None or ticket.conversation_id in citizens.circle(session, conversation_id):
        return ticket
    return ticket if was_shown(session, conversation_id, ticket.number) else None


def was_shown(session: Session, conversation_id: str, number: str) -> bool:
    """Whether the ticket was looked up there, with its number and telephone."""
    shown = select(Message.data).where(
        Message.conversation_id == conversation_id, Message.author == "bot", Message.kind == "status"
    )
    return any(data.get("number") == number for data in session.scalars(shown))


def _refusal(ticket: Ticket, what: str) -> str | None:
    state = ticket.state
    if state in ("withdrawn", "merged"):
        done = "취하하신" if state == "withdrawn" else "다른 접수와 합쳐진"
        return f"이미 {done} 접수입니다. 더 하실 말씀이 있으시면 새로 접수해 주십시오."
    if what == "objection" and state in OPEN:
        return "아직 답변드리기 전입니다. 더 하실 말씀이 있으시면 내용을 덧붙여 주십시오."
    if what == "add" and state == "closed":
        return "이미 종결된 접수입니다. 답변에 이의가 있으시면 이의를 제기해 주십시오."
    appointment = state == "answered" and ticket.kind == "reservation"
    if what == "withdraw" and state not in OPEN and not appointment:
        return "이미 답변드린 접수여서 취하하실 수 없습니다. 답변에 이의가 있으시면 이의를 제기해 주십시오."
    return None


def _told(found: TicketStatus, what: str) -> Reply:
    who = f"{found.department} {found.person} ({found.phone})"
    gone = "예약을 취소했습니다" if found.kind == "reservation" else "접수를 취하했습니다"
    words = {
        "add": f"말씀하신 내용을 담당자에게 전달했습니다. 담당: {who}",
        "withdraw": f"접수번호 {found.number} {gone}. 이용해 주셔서 감사합니다.",
        "objection": (
            f"만족스러운 답변을 드리지 못해 죄송합니다. 접수번호 {found.number} 문의를 다시 접수했습니다. "
            f"담당자가 다시 살펴 {replies.korean_date(found.promised_on)}까지 답변드리겠습니다. 담당: {who}"
        ),
    }[what]
    return replies.settled(words) if what == "withdraw" else replies.text(words)


_STEPS: Final = {
    "add": steps.add,
    "objection": steps.objection,
    "withdraw": steps.withdraw,
}
