"""Which way a letter to a citizen goes: what they wish, what their channel can, and what they left us."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy.orm import Session

from channels.protocol import Abilities, Sender
from conversations.models import Conversation
from core.privacy import Vault
from desk.models import Ticket

WISHES: Final = {"channel": "이 대화창", "email": "전자우편", "none": "받지 않음"}
"""What a citizen can wish, as `Conversation.notify` keeps it, in their words."""
ANY: Final = "any"
"""They haven't said: by their channel, and where that alone isn't sure to reach them, otherwise too."""

Standing = Literal["sent", "waits", "kept"]


@dataclass(frozen=True)
class Way:
    """How one letter goes."""

    talk: Standing | None = None
    """In the conversation it is sent as its channel can, waits for the citizen's next message, or is only
    kept; None: there is no conversation."""
    besides: tuple[str, ...] = ()
    """Routes to what the citizen left."""

    @property
    def reaches(self) -> bool:
        """Whether the citizen gets to read it."""
        return self.talk is not None or bool(self.besides)


def way(
    session: Session, vault: Vault, senders: Mapping[str, Sender], ticket: Ticket,
    talk: Conversation | None, now: datetime,
) -> Way:  # fmt: skip
    """The way of a letter about the ticket that a person signs."""
    routes = left(session, vault, senders, ticket)
    channel = senders.get(talk.channel) if talk else None
    if talk is None or channel is None:  # never had a conversation, or its channel was taken away
        return Way("kept" if talk else None, ("email",)) if "email" in routes else Way()
    can = _abilities(channel)
    return chosen(talk.notify, can, _closed(can, talk, now), routes)


def chosen(wish: str, can: Abilities, closed: bool, routes: Collection[str]) -> Way:
    """The way, given what the citizen wishes; `closed`: their channel takes nothing from us any more.

    A text message only says that there is an answer, so the answer itself always stays to be had.
    """
    first = tuple(routes)[:1]
    if wish == "none":
        return Way("waits")
    if wish == "email" and "email" in routes and not can.letters:
        return Way("kept", ("email",))
    sure = can.reach == "push" and not closed
    if wish == "channel" or sure or not first:
        return Way("sent")
    if closed:
        return Way("kept" if first == ("email",) else "waits", first)
    return Way("sent", first)


def instead(
    session: Session, vault: Vault, senders: Mapping[str, Sender], ticket: Ticket, talk: Conversation
) -> tuple[str, ...]:
    """The routes of a letter that their channel couldn't bring just now, and keeps for their next message."""
    can = Abilities(reach="next")
    return chosen(talk.notify, can, closed=False, routes=left(session, vault, senders, ticket)).besides


def left(session: Session, vault: Vault, senders: Mapping[str, Sender], ticket: Ticket) -> tuple[str, ...]:
    """The routes to what the ticket's citizen left, the one that tells more first."""
    phone = vault.get(session, ticket.phone_ref) if ticket.phone_ref else None
    can = {
        "email": ticket.email_ref is not None and vault.get(session, ticket.email_ref) is not None,
        "sms": phone is not None and phone.startswith("01"),  # no other number shows a text message
    }
    return tuple(route for route, there in can.items() if there and route in senders)


def _abilities(sender: Sender) -> Abilities:
    abilities = getattr(sender, "abilities", None)
    return abilities if isinstance(abilities, Abilities) else Abilities()


def _closed(can: Abilities, talk: Conversation, now: datetime) -> bool:
    window = can.person_window or can.window
    return window is not None and (talk.written_at is None or now - talk.written_at > window)
