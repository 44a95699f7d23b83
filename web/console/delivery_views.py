"""How what staff write reaches the citizen, and what of it didn't, in words for the console."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from conversations import citizens, deliveries, ways
from conversations.deliveries import Stuck
from conversations.models import Conversation
from conversations.ways import WISHES, Way
from desk.models import Ticket
from web.console import words
from web.console.dependencies import Visit


@dataclass(frozen=True)
class Reaching:
    """The way of the next letter about a ticket, and those that are stuck."""

    way: Way
    sentence: str
    wish: str
    """Where the citizen wishes to hear of it; empty where they haven't said."""
    stuck: list[Stuck]

    @property
    def failed(self) -> bool:
        """Whether somebody has to do something about one."""
        return any(one.failed for one in self.stuck)


def reaching(session: Session, visit: Visit, ticket: Ticket) -> Reaching:
    """How the ticket's citizen is reached now."""
    senders, vault = visit.parts.casework.senders, visit.parts.vault
    talk = citizens.talk_of(session, ticket)
    way = ways.way(session, vault, senders, ticket, talk, visit.now)
    return Reaching(
        way=way,
        sentence=_sentence(visit, way, talk),
        wish=WISHES.get(talk.notify, "") if talk else "",
        stuck=deliveries.of_ticket(session, vault, senders, ticket, visit.now),
    )


def _sentence(visit: Visit, way: Way, talk: Conversation | None) -> str:
    """What happens to a reply that is sent now; empty where nothing needs to be said."""
    besides = " ".join(_BESIDES[route] for route in way.besides)
    if talk is None or way.talk is None:
        return f"대화창이 없는 접수입니다. {besides}" if way.besides else ""
    name = words.channel(talk.channel)
    if talk.notify == "none":
        return f"고객이 알림을 받지 않기로 했습니다. {name}에서 다음에 말을 걸 때 답변이 전달됩니다."
    if way.talk == "kept":
        return besides
    if way.talk == "waits" or _waits(visit, talk):
        waiting = f"{name}에서는 고객이 다음에 말을 걸 때 답변이 전달됩니다."
        return f"{waiting} {besides or '급한 일은 전화로도 알려 주십시오.'}"
    return besides


def _waits(visit: Visit, talk: Conversation) -> bool:
    channel = visit.parts.channels.get(talk.channel)
    return channel is not None and channel.abilities.reach == "next"


_BESIDES = {
    "email": "답변은 고객이 남긴 전자우편 주소로 보냅니다.",
    "sms": "답변이 있음을 고객의 휴대전화에 문자메시지로 알립니다.",
}
